import { describe, expect, test } from '@jest/globals';
import { checkParameter } from '../../local/template/check-parameter.ts';
import { type Parameter, readTemplate } from '../../local/template/read-template.ts';
import { defaultSources } from '../../src/partition/sources.ts';

const { Parameters = {} } = readTemplate(new URL('../../template.yaml', import.meta.url));

interface Values {
  readonly byDefault: string | number;
  readonly taken?: readonly (string | number)[];
  readonly refused: readonly (string | number)[];
}
const letters = (count: number) => 'a'.repeat(count);
const accounts = (count: number) => Array(count).fill('123456789012').join();
/** Names of 31 and 32 characters, and a last one that makes it as long as it has to be. */
const sourcesOf = (length: number) => {
  const most = Array.from({ length: 31 }, (_, index) => `${letters(29)}${10 + index}`).join();
  return `${most},${'b'.repeat(length - most.length - 1)}`;
};
const sources = {
  taken: ['aws.ec2', 'aws.ec2,my-app_1'],
  refused: ['aws.EC2', 'aws.ec2, aws.s3', 'other'],
};

/** What each parameter is where nobody sets it, and what it may be. */
const parameters: Readonly<Record<string, Values>> = {
  EventBusName: {
    byDefault: 'default',
    taken: ['aws.partner/example.com/a_b-1', letters(256)],
    refused: ['', 'a b', 'arn:aws:events:eu-west-1:123456789012:event-bus/a', letters(257)],
  },
  EventSources: {
    byDefault: '',
    taken: ['aws.ec2', 'aws.ec2, aws.s3', 'aws.partner/example.com/a'],
    refused: ['aws.ec2 aws.s3', '*', letters(257)],
  },
  RuleState: {
    byDefault: 'ENABLED',
    taken: ['ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', 'DISABLED'],
    refused: ['', 'enabled'],
  },
  CreateTrail: { byDefault: 'false', taken: ['true'], refused: ['', 'yes'] },
  UnknownRecords: { byDefault: 'fail', taken: ['keep'], refused: ['', 'drop'] },
  TrustedSources: {
    byDefault: '',
    taken: ['my.bus', 'my.bus,Org/audit_1', letters(256), `${letters(256)},${letters(255)}`],
    refused: ['*', 'my.bus, b', 'my.bus,', 'é', letters(257), `${letters(256)},${letters(256)}`],
  },
  TagLookup: { byDefault: 'on', taken: ['off'], refused: ['', 'true'] },
  TagKeys: {
    byDefault: '',
    taken: ['Name,cost-*', 'Kostenträger', letters(512), 'ä'.repeat(128), '"\\'.repeat(64)],
    refused: ['a\nb', letters(513), 'ä'.repeat(129), '"'.repeat(129)],
  },
  MemberRole: {
    byDefault: '',
    taken: ['eventlake-member', 'a_+=,.@-1', letters(64)],
    refused: ['*', 'path/role', 'arn:aws:iam::123456789012:role/a', letters(65)],
  },
  MemberAccounts: {
    byDefault: '',
    taken: ['123456789012', '123456789012,111122223333', accounts(64)],
    refused: [
      '*',
      '12345678901',
      '1234567890123',
      '123456789012,root',
      '123456789012, 111122223333',
      accounts(65),
    ],
  },
  OrganizationId: {
    byDefault: '',
    taken: ['o-a1b2c3d4e5', `o-${letters(32)}`],
    refused: ['*', 'a1b2c3d4e5', 'o-A1B2C3D4E5', `o-${letters(9)}`, `o-${letters(33)}`],
  },
  PartitionSources: {
    byDefault: defaultSources.join(),
    taken: [...sources.taken, sourcesOf(1024)],
    refused: ['', ...sources.refused, sourcesOf(1025)],
  },
  RetiredSources: { byDefault: '', taken: sources.taken, refused: sources.refused },
  MaxDaysLate: {
    byDefault: 7,
    taken: [0, 1, 2, 3, 4, 5, 6],
    refused: ['', -1, 3.5, 8, 'many'],
  },
  FirstDay: {
    byDefault: '2026-01-01',
    taken: ['1999-12-31', '2024-02-29'],
    refused: [
      '',
      '2026-1-1',
      '2026-00-10',
      '2026-13-01',
      '2026-01-00',
      '2026-01-32',
      '2026/01/01',
      '2026-01-01T00',
    ],
  },
  OutputFormat: { byDefault: 'json', taken: ['parquet'], refused: ['', 'orc'] },
  AlsoRead: { byDefault: '', taken: ['json', 'parquet'], refused: ['orc'] },
  DeliverySeconds: { byDefault: 300, taken: [60, 900], refused: [0, 59, 901] },
  KmsKeyArn: {
    byDefault: '',
    taken: [
      'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000',
      'arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-0a1b2c3d',
    ],
    refused: [
      '*',
      'alias/a',
      'arn:aws:kms:eu-west-1:123456789012:alias/a',
      'arn:aws:kms:eu-west-1:123456789012:key/*',
    ],
  },
  EventsStorageClass: {
    byDefault: 'STANDARD',
    taken: ['STANDARD_IA', 'ONEZONE_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'],
    // Athena leaves out what lies there, and says nothing.
    refused: ['', 'GLACIER', 'DEEP_ARCHIVE'],
  },
  // S3 moves nothing to the infrequent classes before its thirtieth day.
  EventsTransitionDays: { byDefault: 90, taken: [30, 365], refused: [0, 29] },
  EventsExpireDays: { byDefault: 0, taken: [1, 3650], refused: [-1] },
  ErrorsExpireDays: { byDefault: 0, taken: [1, 3650], refused: [-1] },
  ResultsExpireDays: { byDefault: 30, taken: [0, 3650], refused: [-1] },
  TrailExpireDays: { byDefault: 0, taken: [1, 3650], refused: [-1] },
  DatabaseName: {
    byDefault: 'eventlake',
    taken: ['audit_2026', letters(128)],
    refused: ['', 'Eventlake', 'event-lake', 'event lake', 'a.b', '"', letters(129)],
  },
  BytesScannedCutoff: {
    byDefault: '100000000000',
    taken: [10_000_000],
    // Athena takes no less.
    refused: [0, 9_999_999],
  },
  Architecture: { byDefault: 'arm64', taken: ['x86_64'], refused: ['', 'x86'] },
  LogLevel: { byDefault: 'INFO', taken: ['DEBUG', 'WARN', 'ERROR'], refused: ['', 'info'] },
  Metrics: { byDefault: 'all', taken: ['alarmed'], refused: ['', 'none'] },
  LogRetentionDays: { byDefault: 30, taken: [1, 365, 3653], refused: [0, 2, 3654] },
  // CloudWatch looks back seven days at most.
  SilentHours: { byDefault: 24, taken: [0, 1, 168], refused: ['', -1, 169, 'never'] },
  SilentCallHours: { byDefault: 48, taken: [0, 1, 168], refused: ['', -1, 169, 'never'] },
  DailyCall: { byDefault: 'false', taken: ['true'], refused: ['', 'yes'] },
  Dashboard: { byDefault: 'false', taken: ['true'], refused: ['', 'yes'] },
  AlarmTopicArn: {
    byDefault: '',
    taken: ['arn:aws:sns:eu-west-1:123456789012:alarms'],
    refused: [
      'alarms',
      'arn:aws:sqs:eu-west-1:123456789012:alarms',
      'arn:aws:sns:eu-west-1:123456789012:*',
    ],
  },
};

test('Every parameter is in the table', () => {
  expect(Object.keys(Parameters)).toEqual(Object.keys(parameters));
});

describe.each(Object.entries(parameters))('%s', (name, { byDefault, taken = [], refused }) => {
  const declared = Parameters[name] as Parameter;
  const check = (given: string | number) => () => checkParameter(name, declared, given);

  test(`is "${byDefault}" where nobody sets it`, () => {
    expect(declared.Default).toBe(byDefault);
    expect(check(byDefault)).not.toThrow();
  });

  test.each(taken)('takes "%s"', (value) => {
    expect(check(value)).not.toThrow();
  });

  test.each(refused)('refuses "%s"', (value) => {
    expect(check(value)).toThrow(name);
  });
});
