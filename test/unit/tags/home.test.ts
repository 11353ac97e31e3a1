import { describe, expect, test } from '@jest/globals';
import { homeInArn, homeOf, keyOf } from '../../../src/tags/home.ts';
import { arnOf, idOf, ownAccount } from '../../support/tags-fixture.ts';

describe('A home', () => {
  test.each([
    'us-east-1',
    'eu-central-2',
    'ap-southeast-5',
    'us-gov-west-1',
    'cn-northwest-1',
    'us-isob-east-1',
    'eusc-de-east-1',
    'mx-central-1',
    'il-central-1',
  ])('may be in %s', (region) => {
    expect(homeOf(ownAccount, region)).toEqual({ account: ownAccount, region });
  });

  test.each([
    'us-east-1b',
    'us-east-1.example.com',
    'us-east-1/../x',
    'us-east-1@example.com',
    'US-EAST-1',
    'us_east_1',
    'us-east-1\n',
    '',
    'global',
    'a'.repeat(60),
    `us${'-east'.repeat(20)}-1`,
    7,
    null,
    undefined,
  ])('is not in %j, which would become part of a host name', (region) => {
    expect(homeOf(ownAccount, region)).toBeUndefined();
  });

  test.each(['12345678901', '1234567890123', '12345678901a', '', 123456789012, undefined])(
    'is not of account %j',
    (account) => {
      expect(homeOf(account, 'eu-west-1')).toBeUndefined();
    },
  );

  test.each<[arn: string, isHome: boolean]>([
    [arnOf(idOf(1)), true],
    [` ${arnOf(idOf(1))}`, true],
    [`arn:aws-cn:ec2:eu-west-1:${ownAccount}:instance/${idOf(1)}`, true],
    [`arn:aws:ssm:eu-west-1:${ownAccount}:managed-instance/${idOf(1)}`, true],
    [`arn:aws:ec2:eu-west-1::instance/${idOf(1)}`, false],
    [`arn:aws:ec2:eu-west-1b:${ownAccount}:instance/${idOf(1)}`, false],
    [`arn:aws:ec2::eu-west-1:instance/${idOf(1)}`, false],
    [`arn:aws:ec2:eu-west-1:${ownAccount}:volume/vol-0a1b2c3d4e5f67890`, false],
    [idOf(1), false],
  ])('is told by %s: %s', (arn, isHome) => {
    expect(homeInArn(arn)).toEqual(
      isHome ? { account: ownAccount, region: 'eu-west-1' } : undefined,
    );
  });

  test('is part of the name of an instance: ids of two homes may be the same', () => {
    const keys = [
      keyOf({ account: ownAccount, region: 'eu-west-1' }, idOf(1)),
      keyOf({ account: ownAccount, region: 'eu-west-2' }, idOf(1)),
      keyOf({ account: '111122223333', region: 'eu-west-1' }, idOf(1)),
    ];

    expect(new Set(keys).size).toBe(3);
  });
});
