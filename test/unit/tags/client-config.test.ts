import { describe, expect, test } from '@jest/globals';
import { clientConfigOf, membersOf } from '../../../src/tags/client-config.ts';
import { home, otherAccount, own } from '../../support/tags-fixture.ts';

describe('Tags are asked for', () => {
  const other = { ...home, account: otherAccount };
  const members = { role: 'eventlake-member', accounts: new Set([otherAccount]) };

  test('in the own account as the function, in every Region', () => {
    expect(clientConfigOf({ ...home, region: 'ap-south-1' }, own, undefined)).toEqual({
      region: 'ap-south-1',
      roleArn: undefined,
    });
  });

  test.each(['aws', 'aws-cn', 'aws-us-gov'])(
    'in other accounts under the role of the members, in the partition of the stack: %s',
    (partition) => {
      expect(clientConfigOf(other, { ...own, partition }, members)).toEqual({
        region: 'eu-west-1',
        roleArn: `arn:${partition}:iam::${otherAccount}:role/eventlake-member`,
      });
    },
  );

  test('in no other account where there is no such role', () => {
    expect(clientConfigOf(other, own, undefined)).toBeUndefined();
  });

  test('in no account that is not named', () => {
    const stranger = { ...home, account: '999999999999' };

    expect(clientConfigOf(stranger, own, members)).toBeUndefined();
    expect(clientConfigOf(stranger, own, { ...members, accounts: new Set() })).toBeUndefined();
    expect(clientConfigOf(home, own, { ...members, accounts: new Set() })).toBeDefined();
  });

  test('in every account of an organization: whose is in it IAM knows', () => {
    expect(clientConfigOf(other, own, { ...members, accounts: undefined })).toBeDefined();
  });

  test('nowhere, where the own account is not known', () => {
    expect(clientConfigOf(home, undefined, members)).toBeUndefined();
  });
});

describe('The members', () => {
  const memberAccounts = new Set([otherAccount]);
  const organizationId = 'o-a1b2c3d4e5';

  test('are the accounts that are named, or those of an organization, under the role', () => {
    const role = 'eventlake-member';

    expect(membersOf({ memberRole: role, memberAccounts, organizationId: undefined })).toEqual({
      role,
      accounts: memberAccounts,
    });
    expect(membersOf({ memberRole: role, memberAccounts, organizationId })).toEqual({
      role,
      accounts: undefined,
    });
  });

  test('are none where no role is named', () => {
    expect(membersOf({ memberRole: undefined, memberAccounts, organizationId })).toBeUndefined();
  });
});
