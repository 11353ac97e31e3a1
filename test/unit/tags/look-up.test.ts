import { describe, expect, jest, test } from '@jest/globals';
import { reserveMs } from '../../../src/config.ts';
import { deadlineOf, membersOf, placeOf, unlessAborted } from '../../../src/tags/look-up.ts';
import { home, otherAccount, own } from '../../support/tags-fixture.ts';

describe('Tags are asked for', () => {
  const other = { ...home, account: otherAccount };
  const members = { role: 'eventlake-member', accounts: new Set([otherAccount]) };

  test('in the own account as the function, in every Region', () => {
    expect(placeOf({ ...home, region: 'ap-south-1' }, own, undefined)).toEqual({
      region: 'ap-south-1',
      roleArn: undefined,
    });
  });

  test.each(['aws', 'aws-cn', 'aws-us-gov'])(
    'in other accounts under the role of the members, in the partition of the stack: %s',
    (partition) => {
      expect(placeOf(other, { ...own, partition }, members)).toEqual({
        region: 'eu-west-1',
        roleArn: `arn:${partition}:iam::${otherAccount}:role/eventlake-member`,
      });
    },
  );

  test('in no other account where there is no such role', () => {
    expect(placeOf(other, own, undefined)).toBeUndefined();
  });

  test('in no account that is not named', () => {
    const stranger = { ...home, account: '999999999999' };

    expect(placeOf(stranger, own, members)).toBeUndefined();
    expect(placeOf(stranger, own, { ...members, accounts: new Set() })).toBeUndefined();
    expect(placeOf(home, own, { ...members, accounts: new Set() })).toBeDefined();
  });

  test('in every account of an organization: whose is in it IAM knows', () => {
    expect(placeOf(other, own, { ...members, accounts: undefined })).toBeDefined();
  });

  test('nowhere, where the own account is not known', () => {
    expect(placeOf(home, undefined, members)).toBeUndefined();
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

describe('A batch', () => {
  const deadlineAfter = (ms: number) =>
    deadlineOf({ now: Date.now, remainingMs: () => reserveMs + ms });

  test('does not start to wait with less than a second to spare', () => {
    expect(deadlineAfter(999)).toBeUndefined();
    expect(deadlineAfter(-100_000)).toBeUndefined();
  });

  test('may have any fraction of a millisecond left', () => {
    expect(deadlineAfter(2000.5)).toBeInstanceOf(AbortSignal);
  });

  test('waits for ten seconds at most, however much time it has', () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout');

    deadlineAfter(9_000);
    deadlineAfter(10_000);
    deadlineAfter(110_000);

    expect(timeout.mock.calls).toEqual([[9_000], [10_000], [10_000]]);
    timeout.mockRestore();
  });

  test('gives up when the time for its answer comes', async () => {
    const startedMs = performance.now();
    const deadline = deadlineAfter(1000) as AbortSignal;

    await new Promise((resolve) => deadline.addEventListener('abort', resolve));

    expect(performance.now() - startedMs).toBeGreaterThan(950);
    expect(performance.now() - startedMs).toBeLessThan(3000);
  });
});

describe('What is awaited until a signal', () => {
  const never = () => new Promise<never>(() => undefined);

  test('is what the promise gives', async () => {
    const { signal } = new AbortController();

    expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
  });

  test('is undefined where the promise rejects', async () => {
    const { signal } = new AbortController();

    expect(await unlessAborted(Promise.reject(new Error('denied')), signal)).toBeUndefined();
  });

  test('is undefined where the signal comes first, and a later rejection troubles nobody', async () => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const waiting = unlessAborted(late.promise, controller.signal);

    controller.abort();

    expect(await waiting).toBeUndefined();
    late.reject(new Error('too late'));
  });

  test('is undefined where the signal came before', async () => {
    expect(await unlessAborted(never(), AbortSignal.abort())).toBeUndefined();
  });
});
