import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  createEc2Endpoint,
  type Ec2Call,
  type Ec2Endpoint,
  type Ec2EndpointOptions,
  type Ec2Fault,
} from '../../local/endpoints/ec2.ts';
import { defaultLimits } from '../../src/batch/limits.ts';
import { createEc2LookUp } from '../../src/tags/ec2.ts';
import { ec2LookUp } from '../../src/tags/ec2-look-up.ts';
import { createMemberCredentials } from '../../src/tags/member-credentials.ts';
import { createTags } from '../../src/tags/tags.ts';
import {
  createStsEndpoint,
  type StsEndpoint,
  type StsEndpointOptions,
} from '../support/sts-endpoint.ts';
import { idOf, otherAccount, ownAccount } from '../support/tags-fixture.ts';
import { busEvent, runRecords } from '../support/transform-fixture.ts';

// The real client of the SDK against an endpoint on this machine: what EC2, STS and the network do
// wrong reaches rows as a status and nothing else, and never makes a batch late.

const memberRole = 'eventlake-member';
const ids = Array.from({ length: 100 }, (_, index) => idOf(index + 1));
const tagsPerInstance = 50;
const manyTags = Object.fromEntries(
  Array.from({ length: tagsPerInstance }, (_, index) => [`key-${index}`, `value-${index}`]),
);

const opened: { close(): unknown }[] = [];
const before = { ...process.env };
beforeEach(() => {
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  });
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  for (const one of opened.splice(0)) await one.close();
});

async function openEc2(options: Partial<Ec2EndpointOptions> = {}): Promise<Ec2Endpoint> {
  const tags = Object.fromEntries(ids.map((id) => [id, manyTags]));
  const ec2 = await createEc2Endpoint({ tags, ...options });
  opened.push(ec2);
  process.env.AWS_ENDPOINT_URL_EC2 = ec2.url;
  return ec2;
}

async function openSts(options: StsEndpointOptions = {}): Promise<StsEndpoint> {
  const sts = await createStsEndpoint(options);
  opened.push(sts);
  process.env.AWS_ENDPOINT_URL_STS = sts.url;
  return sts;
}

const members = { role: memberRole, accounts: new Set([otherAccount]) };
const createLookingTags = () => createTags({ lookUp: ec2LookUp(), members });

/** An event of so many instances, of an account and Region. */
const startOf = (instanceIds: readonly string[], account = ownAccount, region = 'eu-west-1') =>
  busEvent(`start-${account}-${region}`, {
    'detail-type': 'EC2 Command Status-change Notification',
    source: 'aws.ssm',
    account,
    region,
    resources: instanceIds.map((id) => `arn:aws:ec2:${region}:${account}:instance/${id}`),
    detail: { 'command-id': 'c-1', status: 'Success' },
  });

/** A batch that has so much time for its look-ups; what it answers, and how long that took. */
async function batch(
  events: readonly string[],
  { tags = createLookingTags(), waitMs = 10_000 } = {},
) {
  const startedMs = performance.now();
  const remainingMs = () => defaultLimits.reserveMs + waitMs - (performance.now() - startedMs);
  const { answers, summary } = await runRecords(events, { tags, remainingMs });
  const tookMs = performance.now() - startedMs;
  const rows = answers.map(({ result, rows = [] }) => {
    expect(result).toBe('Ok');
    return rows[0];
  });
  return { rows, tagCounts: summary.tags, tookMs };
}

describe('A look-up that goes well', () => {
  test('takes all pages: 100 instances of 50 tags', async () => {
    const ec2 = await openEc2();

    const { rows, tagCounts } = await batch([startOf(ids)]);

    expect(tagCounts).toEqual({ found: 100 });
    for (const { tags } of rows[0]?.instances ?? []) expect(tags).toEqual(manyTags);
    expect(ec2.calls.map(({ page, pages }) => [page, pages])).toEqual(
      Array.from({ length: 5 }, (_, index) => [index + 1, 5]),
    );
  });

  test('is repeated by the client where EC2 throttles or fails for a moment', async () => {
    const kinds: Ec2Fault['kind'][] = ['throttle', 'internal-error'];
    const ec2 = await openEc2({
      fault: ({ number }) => {
        const kind = kinds[number - 1];
        return kind && ({ kind } as Ec2Fault);
      },
    });

    const { tagCounts } = await batch([startOf([idOf(1)])]);

    expect(tagCounts).toEqual({ found: 1 });
    expect(ec2.calls).toHaveLength(3);
  });
});

describe('Rows are complete but for tags, in time, where', () => {
  const faults: readonly (readonly [story: string, fault: Ec2EndpointOptions['fault']])[] = [
    ['EC2 is slow', () => ({ kind: 'delay', ms: 60_000 })],
    ['EC2 throttles', () => ({ kind: 'throttle' })],
    ['EC2 denies', () => ({ kind: 'deny' })],
    ['EC2 fails', () => ({ kind: 'internal-error' })],
    [
      'EC2 fails after half of the pages',
      ({ page, pages }) => page > pages / 2 && { kind: 'internal-error' },
    ],
    [
      'EC2 is slow after half of the pages',
      ({ page, pages }) => page > pages / 2 && { kind: 'delay', ms: 60_000 },
    ],
    ['EC2 answers garbage', () => ({ kind: 'garbage' })],
    ['a proxy answers in its place', () => ({ kind: 'web-page' })],
    ['the connection ends in the middle of an answer', () => ({ kind: 'cut' })],
  ];

  test.each(faults)('%s', async (_, fault) => {
    await openEc2({ ...(fault && { fault }) });

    const { rows, tagCounts, tookMs } = await batch([startOf(ids)], { waitMs: 1500 });

    expect(tookMs).toBeLessThan(3000);
    expect(tagCounts).toEqual({ failed: ids.length });
    expect(rows[0]).toMatchObject({ event_source: 'aws.ssm', instance_count: 100 });
    expect(rows[0]?.instances).toEqual(
      ids.map((instance_id) => ({ instance_id, tag_status: 'failed' })),
    );
  });

  test('nobody listens', async () => {
    const ec2 = await openEc2();
    await ec2.close();

    const { tagCounts, tookMs } = await batch([startOf(ids)], { waitMs: 1500 });

    expect(tookMs).toBeLessThan(3000);
    expect(tagCounts).toEqual({ failed: ids.length });
  });

  test.each([0, 500, 999])('only %i ms are left to wait: nobody is asked', async (waitMs) => {
    const ec2 = await openEc2({ fault: () => ({ kind: 'delay', ms: 60_000 }) });
    const remainingMs = () => defaultLimits.reserveMs + waitMs;
    const startedMs = performance.now();

    const { answers, summary } = await runRecords([startOf(ids)], {
      tags: createLookingTags(),
      remainingMs,
    });

    expect(performance.now() - startedMs).toBeLessThan(1000);
    expect(answers[0]).toMatchObject({ result: 'Ok' });
    expect(summary.tags).toEqual({ failed: ids.length });
    expect(ec2.calls).toEqual([]);
  });
});

test('An instance without tags is told from all of these', async () => {
  await openEc2({ tags: {} });

  const { rows } = await batch([startOf([idOf(1)])]);

  expect(rows[0]?.instances).toMatchObject([
    { instance_id: idOf(1), tag_status: 'none', tag_source: 'lookup' },
  ]);
});

describe('A container', () => {
  test('asks again after one failure, and after a second not for a while', async () => {
    const ec2 = await openEc2({ fault: () => ({ kind: 'deny' }) });
    const tags = createLookingTags();
    const callsAfterEach: number[] = [];

    for (const number of [1, 2, 3, 4]) {
      await batch([startOf([idOf(number)])], { tags });
      callsAfterEach.push(ec2.calls.length);
    }

    expect(callsAfterEach).toEqual([1, 2, 2, 2]);
  });

  test('finds the tags in the next batch, once EC2 is well again', async () => {
    await openEc2({ fault: ({ number }) => number === 1 && { kind: 'garbage' } });
    const tags = createLookingTags();

    const { tagCounts: first } = await batch([startOf(ids)], { tags });
    const { tagCounts: second } = await batch([startOf(ids)], { tags });

    expect([first, second]).toEqual([{ failed: 100 }, { found: 100 }]);
  });
});

describe('The client', () => {
  test('tries three times, where EC2 goes on throttling', async () => {
    const ec2 = await openEc2({ fault: () => ({ kind: 'throttle' }) });

    const { tagCounts } = await batch([startOf([idOf(1)])]);

    expect(tagCounts).toEqual({ failed: 1 });
    expect(ec2.calls).toHaveLength(3);
  });

  test('slows down, where EC2 has throttled', async () => {
    await openEc2({ fault: ({ number }) => number === 1 && { kind: 'throttle' } });
    const tags = createLookingTags();
    const startedMs = performance.now();

    for (const number of [1, 2, 3]) await batch([startOf([idOf(number)])], { tags });

    // Three seconds, or a quarter of one by a client that only waits before it tries again.
    expect(performance.now() - startedMs).toBeGreaterThan(1000);
  });

  test('hangs up, where EC2 is slow', async () => {
    const ec2 = await openEc2({ fault: () => ({ kind: 'delay', ms: 60_000 }) });

    await batch([startOf([idOf(1)])], { waitMs: 1500 });
    for (let time = 0; time < 100 && ec2.abandoned.length === 0; time++) await wait(10);

    expect(ec2.abandoned).toHaveLength(1);
  });

  test.each([
    [2, 2],
    [3, 1],
  ])('of %i places at most is kept: what is longest unused goes', async (maxClients, assumed) => {
    const sts = await openSts();
    await openEc2();
    const lookUp = createEc2LookUp({ maxClients });
    const never = new AbortController().signal;
    const roleArn = `arn:aws:iam::${otherAccount}:role/${memberRole}`;
    const ask = (region: string, role?: string) =>
      lookUp.ofIds({ region, roleArn: role }, [idOf(1)], never);

    await ask('eu-west-1', roleArn);
    await ask('eu-west-1');
    await ask('us-east-1');
    await ask('eu-west-1', roleArn);

    // With its client go the credentials of an account.
    expect(sts.calls).toHaveLength(assumed);
  });
});

describe('All instances of a home at once', () => {
  const isOfAll = ({ filters }: Ec2Call) => filters.every(({ name }) => name !== 'resource-id');
  const fleetOf = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [idOf(index + 1), manyTags]));

  /** Tags that have asked four times by ids, all of which EC2 answered. */
  async function prepare(options: Partial<Ec2EndpointOptions>) {
    const ec2 = await openEc2({ tags: fleetOf(200), ...options });
    const tags = createLookingTags();
    for (const number of [901, 902, 903, 904]) await batch([startOf([idOf(number)])], { tags });
    return { ec2, tags, callsSince: () => ec2.calls.slice(4).map(isOfAll) };
  }

  test('are asked for page by page, and no instance of them any more', async () => {
    const { ec2, tags, callsSince } = await prepare({ tags: fleetOf(320) });

    const { tagCounts } = await batch([startOf([idOf(1)])], { tags });
    const { rows } = await batch([startOf([idOf(2), idOf(320)])], { tags });

    expect(tagCounts).toEqual({ found: 1 });
    expect(rows[0]?.instances).toMatchObject(
      [idOf(2), idOf(320)].map((instance_id) => ({
        instance_id,
        tag_source: 'cache',
        tags: manyTags,
      })),
    );
    expect(callsSince()).toEqual(Array(16).fill(true));
    expect(ec2.calls.slice(4).map(({ page }) => page)).toEqual(
      Array.from({ length: 16 }, (_, index) => index + 1),
    );
  });

  test('are given up after sixteen pages, and those of the batch are asked for by id', async () => {
    const { tags, callsSince } = await prepare({ tags: fleetOf(321) });

    const { tagCounts } = await batch([startOf([idOf(1)])], { tags });
    await batch([startOf([idOf(2)])], { tags });

    expect(tagCounts).toEqual({ found: 1 });
    expect(callsSince()).toEqual([...Array(16).fill(true), false, false]);
  });

  test.each<[story: string, fault: Ec2Fault]>([
    ['EC2 fails', { kind: 'internal-error' }],
    ['EC2 throttles', { kind: 'throttle' }],
    ['EC2 answers garbage', { kind: 'garbage' }],
    ['a proxy answers in its place', { kind: 'web-page' }],
    ['the connection ends in the middle of an answer', { kind: 'cut' }],
  ])('are nothing known of where, after half of the pages, %s', async (_, fault) => {
    const { tags, callsSince } = await prepare({
      fault: (call) => isOfAll(call) && call.page > call.pages / 2 && fault,
    });

    const { tagCounts } = await batch([startOf([idOf(1), idOf(999)])], { tags });
    const { rows } = await batch([startOf([idOf(2)])], { tags });

    expect(tagCounts).toEqual({ found: 1, none: 1 });
    expect(rows[0]?.instances).toMatchObject([{ tag_source: 'lookup' }]);
    expect(callsSince().slice(-3)).toEqual([true, false, false]);
  });

  test('fail the batch whose time they take, and no other', async () => {
    const { tags, callsSince } = await prepare({
      fault: (call) => isOfAll(call) && call.page > call.pages / 2 && { kind: 'delay', ms: 60_000 },
    });

    const { tagCounts, tookMs } = await batch([startOf([idOf(1)])], { tags, waitMs: 1500 });
    const { tagCounts: next } = await batch([startOf([idOf(1)])], { tags });

    expect(tookMs).toBeLessThan(3000);
    expect([tagCounts, next]).toEqual([{ failed: 1 }, { found: 1 }]);
    expect(callsSince()).toEqual([...Array(6).fill(true), false]);
  });
});

describe('Another account', () => {
  const own = startOf([idOf(1)]);
  const others = [startOf([idOf(1)], otherAccount), startOf([idOf(1)], otherAccount, 'us-east-1')];

  /** Both endpoints; an instance's tags say whose they are. */
  async function openBoth(options: StsEndpointOptions = {}) {
    const sts = await openSts(options);
    const ec2 = await openEc2({
      tags: (caller) => ({
        [idOf(1)]: { seen: `${sts.sessionOf(caller)?.roleArn ?? 'own'} ${caller.region}` },
      }),
    });
    return { sts, ec2 };
  }

  test('is asked under its role, whose credentials are kept for all its Regions', async () => {
    const { sts } = await openBoth();
    const tags = createLookingTags();

    const { rows } = await batch([own, ...others], { tags });
    await batch([startOf([idOf(2)], otherAccount)], { tags });

    const role = `arn:aws:iam::${otherAccount}:role/${memberRole}`;
    expect(rows.map((row) => row?.instances?.[0]?.tags?.seen)).toEqual([
      'own eu-west-1',
      `${role} eu-west-1`,
      `${role} us-east-1`,
    ]);
    expect(sts.calls).toMatchObject([
      { roleArn: role, sessionName: 'eventlake', region: 'eu-west-1' },
    ]);
  });

  const faults: readonly (readonly [story: string, fault: StsEndpointOptions['fault']])[] = [
    ['does not trust us', () => ({ kind: 'deny' })],
    ['throttles us', () => ({ kind: 'throttle' })],
    ['answers garbage', () => ({ kind: 'garbage' })],
    ['is behind a proxy that answers in its place', () => ({ kind: 'web-page' })],
    ['is slow to let us in', () => ({ kind: 'delay', ms: 60_000 })],
  ];
  test.each(faults)('that %s fails alone, and in time', async (_, fault) => {
    const { ec2 } = await openBoth({ ...(fault && { fault }) });

    const { rows, tookMs } = await batch([own, ...others], { waitMs: 2000 });

    expect(tookMs).toBeLessThan(3500);
    expect(rows.map((row) => row?.instances?.[0]?.tag_status)).toEqual([
      'found',
      'failed',
      'failed',
    ]);
    expect(ec2.calls).toHaveLength(1);
  });

  test('is asked under new credentials before the old ones end', async () => {
    // The SDK renews what ends within five minutes.
    const { sts, ec2 } = await openBoth({ sessionMs: 5 * 60_000 + 2000 });
    const tags = createLookingTags();

    await batch([startOf([idOf(1)], otherAccount)], { tags });
    await batch([startOf([idOf(2)], otherAccount)], { tags });
    expect(sts.calls).toHaveLength(1);
    await wait(2100);
    const { tagCounts } = await batch([startOf([idOf(3)], otherAccount)], { tags });

    expect(tagCounts).toEqual({ none: 1 });
    expect(sts.calls.length).toBeGreaterThan(1);
    const [first, second, third] = ec2.calls.map(({ accessKeyId }) => accessKeyId);
    expect([second === first, third === first]).toEqual([true, false]);
  });

  test('is asked once more where STS throttles, and then given up', async () => {
    const { sts } = await openBoth({ fault: () => ({ kind: 'throttle' }) });
    const [other = ''] = others;

    const { tagCounts } = await batch([other]);

    expect(tagCounts).toEqual({ failed: 1 });
    expect(sts.calls).toHaveLength(2);
  });

  test('is asked again once it trusts us', async () => {
    const { sts } = await openBoth({ fault: ({ number }) => number <= 1 && { kind: 'deny' } });
    const tags = createLookingTags();
    const [other = ''] = others;

    const { tagCounts: first } = await batch([other], { tags });
    const { tagCounts: second } = await batch([other], { tags });

    expect([first, second]).toEqual([{ failed: 1 }, { found: 1 }]);
    expect(sts.calls).toHaveLength(2);
  });

  test('whose STS hangs does not hold up the container for good', async () => {
    await openSts({ fault: () => ({ kind: 'delay', ms: 60_000 }) });
    const startedMs = performance.now();

    const assume = createMemberCredentials({ maxWaitMs: 300 });

    await expect(assume(`arn:aws:iam::${otherAccount}:role/${memberRole}`)()).rejects.toThrow();
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
