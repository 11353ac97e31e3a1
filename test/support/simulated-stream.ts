import { gunzipSync } from 'node:zlib';
import { defaultLimits, type Limits } from '../../src/batch/limits.ts';
import { configurationOf } from '../../src/config.ts';
import { uncarry } from '../../src/firehose/carrier.ts';
import type { FirehoseRecord } from '../../src/firehose/contract.ts';
import type { PutAnswer, PutBatch } from '../../src/firehose/put-again.ts';
import type { Row } from '../../src/rows/schema.ts';
import { type Summary, summaryOf } from '../../src/telemetry/summary.ts';
import { transform } from '../../src/transform.ts';
import { noTags, streamArn, throttled } from './transform-fixture.ts';

/** What becomes of a call that puts records again. `take and fail` is a mishap. */
export type PutMood =
  | 'take'
  /** Some are throttled: those whose index is odd, or all but the first. */
  | 'refuse odd'
  | 'refuse others'
  | 'throttle'
  | 'deny'
  /** Nobody learns what became of it: nothing was taken, or all. */
  | 'fail'
  | 'take and fail';

/** What becomes of an invocation: its answer arrives; or, a mishap, it is lost after its puts and Firehose tries again. */
export type InvocationMood = 'answered' | 'lost';

export interface Simulation {
  readonly records: readonly Uint8Array[];
  readonly limits: Partial<Limits>;
  readonly unknownRecords: 'fail' | 'keep';
  /** Records of a batch, one invocation after the other, and again from the start. */
  readonly batchSizes: readonly number[];
  /** Which of those that wait comes next, again and again: batches are in no order. */
  readonly picks: readonly number[];
  readonly puts: readonly PutMood[];
  readonly invocations: readonly InvocationMood[];
  /** What an invocation has of time, and what a look at the clock costs, in milliseconds. */
  readonly timeoutMs: number;
  readonly stepMs: number;
}

/** A record on the simulated stream. */
interface Waiting {
  readonly recordId: string;
  readonly arrivalMs: number;
  readonly bytes: Uint8Array;
}

export interface SimulationEnd {
  /** What was delivered: rows, and records as they came. */
  readonly rows: readonly Row[];
  readonly errors: readonly Uint8Array[];
  readonly summaries: readonly Summary[];
  /** Every carrier that was put, also in vain. */
  readonly carriers: readonly Uint8Array[];
  /** Whether some place may hold an event twice. */
  readonly mayDouble: boolean;
  /** Whether it came to an end by itself. */
  readonly isOver: boolean;
}

const startMs = Date.UTC(2026, 10, 20, 12);
const maxBatches = 10_000;
/** A mishap doubles all that one invocation or call has put. They end at last, else doubles would have doubles. */
const maxMishaps = 12;
/** Of one batch: the first and three retries. */
const maxTries = 4;

/** Runs a stream with a clock of its own until nothing is left on it. */
export async function simulate(given: Simulation): Promise<SimulationEnd> {
  let clockMs = startMs;
  let ids = 0;
  const waiting: Waiting[] = [];
  const rows: Row[] = [];
  const errors: Uint8Array[] = [];
  const summaries: Summary[] = [];
  const carriers: Uint8Array[] = [];
  let mayDouble = false;
  let puts = 0;
  let picks = 0;
  let invocations = 0;
  let mishaps = 0;
  const goesWrong = () => {
    if (mishaps === maxMishaps) return false;
    mishaps++;
    mayDouble = true;
    return true;
  };

  const arrive = (bytes: Uint8Array) => {
    waiting.push({ recordId: `${++ids}`, arrivalMs: clockMs, bytes });
  };
  const take = (records: readonly Uint8Array[], isTaken: (index: number) => boolean): PutAnswer[] =>
    records.map((bytes, index) => {
      if (!isTaken(index)) return throttled;
      arrive(bytes);
      return 'accepted';
    });

  const putBatch: PutBatch = async (_arn, records) => {
    clockMs += 20;
    carriers.push(...records);
    const mood = given.puts[puts++ % given.puts.length];
    switch (mood) {
      case 'refuse odd':
        return take(records, (index) => index % 2 === 0);
      case 'refuse others':
        return take(records, (index) => index === 0);
      case 'throttle':
        return take(records, () => false);
      case 'deny':
        return records.map(() => ({ code: 'AccessDeniedException', isFinal: true }));
      case 'fail':
        throw new Error('fail');
      case 'take and fail':
        take(records, () => true);
        if (goesWrong()) throw new Error('cut');
        return records.map(() => 'accepted');
      default:
        return take(records, () => true);
    }
  };

  const invoke = async (batch: readonly Waiting[]) => {
    const deadlineMs = clockMs + given.timeoutMs;
    const records: FirehoseRecord[] = batch.map(({ recordId, arrivalMs, bytes }) => ({
      recordId,
      approximateArrivalTimestamp: arrivalMs,
      data: Buffer.from(bytes).toString('base64'),
    }));
    const { limits, unknownRecords } = given;
    const configuration = configurationOf({ UNKNOWN_RECORDS: unknownRecords });
    const invocation = {
      invocationId: 'i',
      deliveryStreamArn: streamArn,
      region: 'eu-west-1',
      records,
    };
    const transformed = await transform(
      invocation,
      { configuration, tags: noTags, putBatch, limits: { ...defaultLimits, ...limits } },
      {
        now: () => clockMs,
        remainingMs() {
          clockMs += given.stepMs;
          return deadlineMs - clockMs;
        },
        async wait(ms) {
          clockMs += ms;
        },
      },
    );
    summaries.push(summaryOf(records, transformed));
    // A part that was taken is there, and so is the whole.
    if (
      transformed.outcomes.some((one) => one.result === 'ProcessingFailed' && one.puts.accepted > 0)
    )
      mayDouble = true;
    return transformed.response;
  };

  /** Delivers a batch as Firehose does: what is lost is tried again, in the end all of it has failed. */
  const process = async (batch: readonly Waiting[]) => {
    for (let tries = 0; tries < maxTries; tries++) {
      const { records } = await invoke(batch);
      const mood = given.invocations[invocations++ % given.invocations.length];
      if (mood === 'lost' && goesWrong()) continue;
      for (const [index, { result, data = '' }] of records.entries()) {
        if (result === 'Ok') rows.push(...rowsIn(data));
        if (result === 'ProcessingFailed') errors.push((batch[index] as Waiting).bytes);
      }
      return;
    }
    errors.push(...batch.map(({ bytes }) => bytes));
  };

  const pick = (size: number) =>
    Array.from({ length: Math.min(size, waiting.length) }, () => {
      const at = (given.picks[picks++ % given.picks.length] ?? 0) % waiting.length;
      return waiting.splice(at, 1)[0] as Waiting;
    });

  for (const bytes of given.records) arrive(bytes);
  for (let batches = 0; waiting.length > 0 && batches < maxBatches; batches++) {
    clockMs += 60_000;
    const size = given.batchSizes[batches % given.batchSizes.length] ?? 1;
    await process(pick(size));
  }
  return { rows, errors, summaries, carriers, mayDouble, isOver: waiting.length === 0 };
}

function rowsIn(data: string): Row[] {
  const lines = Buffer.from(data, 'base64').toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line));
}

/** What a record holds, as text: without a carrier's line, unpacked where it can be. */
export function textIn(record: Uint8Array): string {
  const { payload } = uncarry(record, startMs);
  try {
    return gunzipSync(payload).toString('latin1');
  } catch {
    return Buffer.from(payload).toString('latin1');
  }
}
