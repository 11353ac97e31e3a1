import { describe, expect, test } from '@jest/globals';
import { instanceIdIn, instanceIdInEc2Arn } from '../../../src/events/instance-id.ts';

const id = 'i-0abc123def4567890';

describe('instanceIdIn', () => {
  test.each([
    [id, id],
    ['i-abcd1111', 'i-abcd1111'],
    ['i-12345678', 'i-12345678'],
    [` ${id}`, id],
    [`${id}\n`, id],
    [`arn:aws:ec2:eu-west-1:123456789012:instance/${id}`, id],
    [` arn:aws:ec2:eu-west-1:123456789012:instance/${id} `, id],
    [`arn:aws-cn:ec2:cn-north-1:123456789012:instance/${id}`, id],
    [`arn:aws:ec2:us-east-1b:instance/${id}`, id],
    ['arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111', 'i-abcd1111'],
    [`arn:aws:ssm:eu-west-1:123456789012:managed-instance/${id}`, id],
    [`arn:aws:drs:eu-west-1:123456789012:recovery-instance/${id}`, id],
  ])('finds in "%s" the instance %s', (text, instance) => {
    expect(instanceIdIn(text)).toBe(instance);
  });

  test.each([
    '',
    ' ',
    'i-',
    'i-1234567',
    'i-123456789',
    'i-0abc123def456789',
    'i-0abc123def45678901',
    'i-0ABC123DEF4567890',
    'I-0abc123def4567890',
    'i-i2jnm5swa59p4fxg',
    'i-i2jnm5swa59p4fxg1',
    'mi-0abc123def4567890',
    'vol-0abc123def4567890',
    '75f96e25-aeb0-4b0e-8aad-2b4c9b2e8bd6',
    `${id},${id}`,
    `${id} is not there`,
    `The instance ${id}`,
    `Look at arn:aws:ec2:eu-west-1:123456789012:instance/${id}`,
    `"${id}"`,
    `x${id}`,
    `*${id}`,
    `${id}*`,
    'i-*',
    `instance/${id}`,
    'arn:aws:ec2:eu-west-1:123456789012:instance/',
    'arn:aws:ec2:eu-west-1:123456789012:instance/i-1234567',
    'arn:aws:ec2:eu-west-1:123456789012:instance/*',
    `arn:aws:ec2:eu-west-1:123456789012:instance/${id}/x`,
    `arn:aws:ec2:eu-west-1:123456789012:volume/${id}`,
    `arn:aws:rds:eu-west-1:123456789012:db-instance/${id}`,
    'arn:aws:ssm:eu-west-1:123456789012:managed-instance/mi-0abc123def4567890',
    'arn:aws:connect:eu-west-1:123456789012:instance/75f96e25-aeb0-4b0e-8aad-2b4c9b2e8bd6',
    'arn:aws:sso:::instance/ssoins-1234567890abcdef',
    `arn:aws:sts::123456789012:assumed-role/web/${id}`,
  ])('finds none in "%s"', (text) => {
    expect(instanceIdIn(text)).toBeUndefined();
  });
});

describe('instanceIdInEc2Arn', () => {
  test.each([
    `arn:aws:ec2:eu-west-1:123456789012:instance/${id}`,
    ` arn:aws-cn:ec2:cn-north-1:123456789012:instance/${id}\n`,
  ])('finds the instance in "%s"', (text) => {
    expect(instanceIdInEc2Arn(text)).toBe(id);
  });

  test.each([
    id,
    `arn:aws:ssm:eu-west-1:123456789012:managed-instance/${id}`,
    `arn:aws:ssm:eu-west-1:123456789012:instance/${id}`,
    `arn:aws:drs:eu-west-1:123456789012:recovery-instance/${id}`,
    `arn:aws:ec2:eu-west-1:123456789012:recovery-instance/${id}`,
    'arn:aws:ec2:eu-west-1:123456789012:instance/i-1234567',
    `arn:aws:ec2:us-east-1b:instance/${id}`,
  ])('finds none in "%s"', (text) => {
    expect(instanceIdInEc2Arn(text)).toBeUndefined();
  });
});
