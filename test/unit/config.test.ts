import { describe, expect, test } from '@jest/globals';
import { ConfigurationError, configurationOf } from '../../src/config.ts';
import { defaultSources } from '../../src/partition/sources.ts';

const defaults = {
  sources: new Set<string>(defaultSources),
  maxDaysLate: 7,
  unknownRecords: 'fail',
  trustedSources: new Set(),
  tagLookup: 'on',
  tagKeys: [],
  metrics: 'all',
  memberRole: undefined,
  memberAccounts: new Set(),
  organizationId: undefined,
  ownRole: undefined,
};

describe('A configuration', () => {
  test('has the defaults of the template where nothing is set', () => {
    expect(configurationOf({})).toEqual(defaults);
  });

  test('has the same defaults where the variables are empty', () => {
    const environment = {
      PARTITION_SOURCES: '',
      MAX_DAYS_LATE: '',
      UNKNOWN_RECORDS: '',
      TRUSTED_SOURCES: '',
      TAG_LOOKUP: '',
      TAG_KEYS: '',
      METRICS: '',
      MEMBER_ROLE: '',
      MEMBER_ACCOUNTS: '',
      ORGANIZATION_ID: '',
      OWN_ROLE: '',
    };

    expect(configurationOf(environment)).toEqual(configurationOf({}));
  });

  test('takes no notice of other variables', () => {
    expect(configurationOf({ PATH: '/bin', maxDaysLate: '3' })).toEqual(configurationOf({}));
  });

  test.each<[string, string, object]>([
    ['PARTITION_SOURCES', 'aws.ec2', { sources: new Set(['aws.ec2']) }],
    [
      'PARTITION_SOURCES',
      ' aws.ec2 ,my-app_1.x, 1a ',
      { sources: new Set(['aws.ec2', 'my-app_1.x', '1a']) },
    ],
    ['PARTITION_SOURCES', namesUpTo(48), { sources: new Set(namesUpTo(48).split(',')) }],
    ['MAX_DAYS_LATE', '0', { maxDaysLate: 0 }],
    ['MAX_DAYS_LATE', '7', { maxDaysLate: 7 }],
    ['UNKNOWN_RECORDS', 'fail', { unknownRecords: 'fail' }],
    ['UNKNOWN_RECORDS', 'keep', { unknownRecords: 'keep' }],
    ['TRUSTED_SOURCES', 'my.bus', { trustedSources: new Set(['my.bus']) }],
    [
      'TRUSTED_SOURCES',
      ' aws.ec2.copy ,Org/audit_1,',
      { trustedSources: new Set(['aws.ec2.copy', 'Org/audit_1']) },
    ],
    ['TAG_LOOKUP', 'on', { tagLookup: 'on' }],
    ['TAG_LOOKUP', 'off', { tagLookup: 'off' }],
    ['TAG_KEYS', 'Name', { tagKeys: ['Name'] }],
    ['TAG_KEYS', ' Name ,cost center,aws:*,', { tagKeys: ['Name', 'cost center', 'aws:*'] }],
    ['TAG_KEYS', ' , ', { tagKeys: [] }],
    ['METRICS', 'all', { metrics: 'all' }],
    ['METRICS', 'alarmed', { metrics: 'alarmed' }],
    ['MEMBER_ROLE', 'eventlake-tags', { memberRole: 'eventlake-tags' }],
    ['MEMBER_ROLE', 'A1_+=,.@-', { memberRole: 'A1_+=,.@-' }],
    ['MEMBER_ACCOUNTS', '111122223333', { memberAccounts: new Set(['111122223333']) }],
    [
      'MEMBER_ACCOUNTS',
      '111122223333, 012345678901,',
      { memberAccounts: new Set(['111122223333', '012345678901']) },
    ],
    ['ORGANIZATION_ID', 'o-a1b2c3d4e5', { organizationId: 'o-a1b2c3d4e5' }],
    ['OWN_ROLE', 'eventlake-transform', { ownRole: 'eventlake-transform' }],
    ['OWN_ROLE', 'x'.repeat(64), { ownRole: 'x'.repeat(64) }],
  ])('%s may be "%s"', (name, value, expected) => {
    expect(configurationOf({ [name]: value })).toEqual({ ...defaults, ...expected });
  });

  const sourcesForm = 'it must be at most 48 names of /^[a-z0-9][a-z0-9._-]*$/, comma separated';
  const trustedForm = 'it must be exact names of event sources, comma separated';
  const roleForm = 'it must be the name of a role, not its ARN';
  const accountsForm = 'it must be ids of accounts, 12 digits each, comma separated';
  const organizationForm = 'it must be the id of an organization, such as o-a1b2c3d4e5';
  const daysForm = 'it must be a whole number from 0 to 7';

  test.each([
    ['PARTITION_SOURCES', ',', sourcesForm],
    ['PARTITION_SOURCES', ' ', sourcesForm],
    ['PARTITION_SOURCES', 'aws.ec2,', sourcesForm],
    ['PARTITION_SOURCES', ',aws.ec2', sourcesForm],
    ['PARTITION_SOURCES', 'AWS.ec2', sourcesForm],
    ['PARTITION_SOURCES', '.ec2', sourcesForm],
    ['PARTITION_SOURCES', '-ec2', sourcesForm],
    ['PARTITION_SOURCES', 'aws.partner/x', sourcesForm],
    ['PARTITION_SOURCES', 'aws ec2', sourcesForm],
    ['PARTITION_SOURCES', 'aws.ec2;aws.s3', sourcesForm],
    ['PARTITION_SOURCES', 'aws.é', sourcesForm],
    ['PARTITION_SOURCES', namesUpTo(49), sourcesForm],
    ['MAX_DAYS_LATE', '8', daysForm],
    ['MAX_DAYS_LATE', '-1', daysForm],
    ['MAX_DAYS_LATE', '07', daysForm],
    ['MAX_DAYS_LATE', '1.0', daysForm],
    ['MAX_DAYS_LATE', '1e0', daysForm],
    ['MAX_DAYS_LATE', ' 7', daysForm],
    ['MAX_DAYS_LATE', '7\n', daysForm],
    ['MAX_DAYS_LATE', 'seven', daysForm],
    ['UNKNOWN_RECORDS', 'Keep', 'it must be fail or keep'],
    ['UNKNOWN_RECORDS', 'drop', 'it must be fail or keep'],
    ['TRUSTED_SOURCES', '*', trustedForm],
    ['TRUSTED_SOURCES', 'my bus', trustedForm],
    ['TRUSTED_SOURCES', 'x'.repeat(257), trustedForm],
    ['TAG_LOOKUP', 'true', 'it must be on or off'],
    ['TAG_LOOKUP', 'on ', 'it must be on or off'],
    ['METRICS', 'none', 'it must be all or alarmed'],
    ['MEMBER_ROLE', 'arn:aws:iam::123456789012:role/x', roleForm],
    ['MEMBER_ROLE', 'path/x', roleForm],
    ['MEMBER_ROLE', ' x', roleForm],
    ['MEMBER_ACCOUNTS', '*', accountsForm],
    ['MEMBER_ACCOUNTS', '11112222333', accountsForm],
    ['MEMBER_ACCOUNTS', '111122223333, root', accountsForm],
    ['ORGANIZATION_ID', '*', organizationForm],
    ['ORGANIZATION_ID', 'a1b2c3d4e5', organizationForm],
    ['ORGANIZATION_ID', 'o-A1B2C3D4E5', organizationForm],
    ['OWN_ROLE', 'x'.repeat(65), roleForm],
    ['OWN_ROLE', 'é', roleForm],
  ])('is refused where %s is %j', (name, value, form) => {
    const read = () => configurationOf({ [name]: value });

    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(
      expect.objectContaining({ message: `Environment variable ${name} is "${value}"; ${form}` }),
    );
  });
});

function namesUpTo(count: number): string {
  return Array.from({ length: count }, (_, index) => `app-${index}`).join(',');
}
