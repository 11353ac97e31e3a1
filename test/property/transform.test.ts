import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Limits } from '../../src/batch/limits.ts';
import { uncarry } from '../../src/firehose/carrier.ts';
import type { FirehoseAnswer, Invocation } from '../../src/firehose/contract.ts';
import type { PutAnswer } from '../../src/firehose/put-again.ts';
import { isObject, type Json, parseJson } from '../../src/json.ts';
import type { Row } from '../../src/rows/schema.ts';
import { faultsOf } from '../support/column-check.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { recordArrivalMs, recordData } from '../support/record-arbitraries.ts';
import { invocationOf, run, throttled } from '../support/transform-fixture.ts';

/** Small bounds on what one record unfolds to, or none. */
const readingLimits: fc.Arbitrary<Partial<Limits>> = fc.oneof(
  fc.constant({}),
  fc.record({
    maxUnzippedBytes: fc.integer({ min: 1, max: 4000 }),
    maxUnzipRatio: fc.integer({ min: 1, max: 20 }),
    maxDocuments: fc.nat(9),
    maxDocumentBytes: fc.integer({ min: 1, max: 2000 }),
    maxObjects: fc.nat(30),
    maxBrokenBytes: fc.integer({ min: 1, max: 200 }),
    maxBadDocuments: fc.nat(3),
  }),
);

/** The same on what a batch takes: there neighbours count. */
const batchLimits: fc.Arbitrary<Partial<Limits>> = fc.oneof(
  fc.constant({}),
  fc.record({
    maxKeptBytes: fc.integer({ min: 1, max: 9000 }),
    maxReadWork: fc.integer({ min: 1, max: 9000 }),
    maxRecordWork: fc.integer({ min: 1, max: 9000 }),
  }),
);

const batchOf = (size: fc.ArrayConstraints) =>
  fc.record({
    datas: fc.array(recordData, size),
    unknownRecords: fc.constantFrom('fail', 'keep'),
    limits: readingLimits,
  });

const batch = batchOf({ maxLength: 6 });

type Batch = typeof batch extends fc.Arbitrary<infer Value> ? Value : never;

const invocationWith = (datas: readonly string[]): Invocation => {
  const invocation = invocationOf(
    datas.map(() => ''),
    () => recordArrivalMs,
  );
  return {
    ...invocation,
    records: invocation.records.map((record, index) => ({ ...record, data: datas[index] ?? '' })),
  };
};

const runBatch = (
  { datas, unknownRecords, limits }: Batch,
  more: Partial<Limits> = {},
  answer: (index: number) => PutAnswer = () => 'accepted',
) => {
  let puts = 0;
  return run(invocationWith(datas), {
    environment: { UNKNOWN_RECORDS: unknownRecords },
    nowMs: recordArrivalMs,
    limits: { ...limits, ...more },
    putBatch: async (_arn, records) => records.map(() => answer(puts++)),
  });
};

/** The rows of an answer as texts; nothing of one that is not `Ok`. */
function linesIn({ result, data = '' }: FirehoseAnswer): string[] {
  if (result !== 'Ok') return [];
  const lines = Buffer.from(data, 'base64').toString().split('\n');
  expect(lines.pop()).toBe('');
  return lines;
}

const hold = <T>(arbitrary: fc.Arbitrary<T>, law: (given: T) => Promise<void>, past: T[] = []) =>
  fc.assert(fc.asyncProperty(arbitrary, law), {
    numRuns: propertyRuns,
    examples: past.map((given) => [given]),
  });

describe('Whatever is in a batch', () => {
  test('law 1: every record is answered once, in order, and nothing throws', () =>
    hold(batch, async (given) => {
      const { response, outcomes } = await runBatch(given);

      expect(response.records.map(({ recordId }) => recordId)).toEqual(
        given.datas.map((_, index) => `${index}`),
      );
      expect(outcomes.map(({ result }) => result)).toEqual(
        response.records.map(({ result }) => result),
      );
      // A bug of ours is answered too, but there is none.
      for (const outcome of outcomes) {
        if (outcome.result === 'ProcessingFailed')
          expect(outcome.error.code).not.toBe('UNEXPECTED');
      }
    }));

  test('laws 2 and 7: a record is answered as it is alone, and what failed comes back', () =>
    hold(batch, async (given) => {
      const together = await runBatch(given);
      const alone = await Promise.all(
        given.datas.map((data) => runBatch({ ...given, datas: [data] })),
      );

      for (const [index, answer] of together.response.records.entries()) {
        const [lonely] = alone[index]?.response.records ?? [];
        expect(answer).toEqual({ ...lonely, recordId: `${index}` });
        if (answer.result === 'ProcessingFailed') expect(answer.data).toBe(given.datas[index]);
      }
      // What was put again before comes first.
      const putsAlone = alone.flatMap(({ calls }) => calls.flat());
      expect(together.calls.flat().toSorted()).toEqual(putsAlone.toSorted());
    }));

  test('law 3: what is Ok is whole lines of one object each, in a partition with a name', () =>
    hold(batch, async (given) => {
      const { response } = await runBatch(given);

      for (const answer of response.records) {
        if (answer.result !== 'Ok') continue;
        const { source = '', day = '' } = answer.metadata?.partitionKeys ?? {};
        expect(source).toMatch(/^[a-z0-9][a-z0-9._-]*$/);
        expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
        for (const line of linesIn(answer)) {
          const row = parseJson(line);
          expect(isObject(row)).toBe(true);
          expect(faultsOf(row as Record<string, Json>)).toEqual([]);
        }
      }
    }));

  test('law 7: the same batch gives the same bytes', () =>
    hold(batch, async (given) => {
      const [once, again] = [await runBatch(given), await runBatch(given)];

      expect(JSON.stringify(again.response)).toBe(JSON.stringify(once.response));
      expect(again.calls).toEqual(once.calls);
    }));
});

/** A batch, and limits around what it takes. */
const tightBatch = fc.record({
  batch: batchOf({ minLength: 1, maxLength: 8 }),
  /** Bytes that the response may have more than all of it would need. */
  more: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -4000, max: 500 })),
  maxRecordBytes: fc.integer({ min: 60, max: 1500 }),
  maxBatchRecords: fc.integer({ min: 1, max: 5 }),
  maxBatchBytes: fc.integer({ min: 100, max: 4000 }),
  budget: batchLimits,
  /** Which puts are refused, again and again. */
  isRefused: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
});

type TightBatch = typeof tightBatch extends fc.Arbitrary<infer Value> ? Value : never;

const bytesOf = (response: object) => Buffer.byteLength(JSON.stringify(response));

async function runTight({ batch, more, budget, isRefused, ...given }: TightBatch) {
  const ampleRun = await runBatch(batch);
  const least = bytesOf({
    records: batch.datas.map((_, index) => ({ recordId: `${index}`, result: 'ProcessingFailed' })),
  });
  const limits = {
    ...given,
    ...budget,
    maxResponseBytes: Math.max(least, bytesOf(ampleRun.response) + more),
  };
  const answer = (index: number): PutAnswer =>
    isRefused[index % isRefused.length] ? throttled : 'accepted';
  return { limits, ampleRun, ran: await runBatch(batch, limits, answer) };
}

type Tight = Awaited<ReturnType<typeof runTight>>;

/** Law 2: what failed comes back as it came, or is left out where there is no room. */
function expectReturned({ ran, limits }: Tight, { batch }: TightBatch) {
  const bytes = bytesOf(ran.response);
  for (const [index, { result, data }] of ran.response.records.entries()) {
    const came = batch.datas[index];
    if (result !== 'ProcessingFailed' || data === came) continue;
    expect(data).toBeUndefined();
    expect(bytes + bytesOf({ data: came })).toBeGreaterThan(limits.maxResponseBytes);
  }
}

/** Law 4: no put passes the limits of a call, and no carrier the last attempt. */
function expectPuts({ ran, limits }: Tight) {
  for (const call of ran.calls) {
    const sizes = call.map((record) => record.length);
    expect(sizes.length).toBeLessThanOrEqual(limits.maxBatchRecords);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.maxRecordBytes);
    expect(sum(sizes) <= limits.maxBatchBytes || sizes.length === 1).toBe(true);
    for (const record of call) {
      const { timesPut } = uncarry(Buffer.from(record, 'latin1'), recordArrivalMs);
      expect([1, 2, 3]).toContain(timesPut);
    }
  }
}

/** Law 6: records and events add up. */
function expectSums({ ran: { summary, response, taken } }: Tight, { batch }: TightBatch) {
  const failures = Object.values(summary.failures).map(({ count }) => count);
  const countOf = (result: string) =>
    response.records.filter((answer) => answer.result === result).length;

  expect(summary.records).toBe(batch.datas.length);
  expect(summary.records).toBe(summary.ok + summary.dropped + summary.failed);
  expect(summary.dropped).toBe(summary.empty + summary.control + summary.putAgain);
  expect(summary.ok).toBe(countOf('Ok'));
  expect(summary.dropped).toBe(countOf('Dropped'));
  expect(summary.failed).toBe(countOf('ProcessingFailed'));
  expect(summary.failed).toBe(sum(failures));
  expect(summary.rows).toBe(response.records.flatMap(linesIn).length);
  const instances = response.records
    .flatMap(linesIn)
    .flatMap((line) => (JSON.parse(line) as Row).instances ?? []);
  expect(sum(Object.values(summary.tags))).toBe(instances.length);
  expect(summary.events).toBe(summary.rows + summary.eventsPutAgain + summary.eventsFailed);
  expect(summary.parts).toBe(taken.length);
  expect(summary.failures.UNEXPECTED).toBeUndefined();
}

describe('However small the limits are', () => {
  // One property: making the batch and its limits costs more than looking at what became of it.
  test('laws 2, 4 and 6: the response keeps its limit, failed bytes give way, puts keep theirs, all adds up', () =>
    hold(tightBatch, async (given) => {
      const tight = await runTight(given);

      expect(bytesOf(tight.ran.response)).toBeLessThanOrEqual(tight.limits.maxResponseBytes);
      expectReturned(tight, given);
      expectPuts(tight);
      expectSums(tight, given);
    }));

  test('law 4: what would fit is not put again for want of room', () =>
    hold(tightBatch, async (given) => {
      const roomy = { ...given, budget: {}, maxRecordBytes: 1_024_000 };
      const { limits, ran, ampleRun } = await runTight(roomy);
      const isRoomy =
        bytesOf(ampleRun.response) <= limits.maxResponseBytes - answerOverheadBytes * 2;

      if (isRoomy) expect(ran.response).toEqual(ampleRun.response);
    }));
});

/** What an answer is taken to have around its data. */
const answerOverheadBytes = 1024;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
