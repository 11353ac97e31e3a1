import { configurationOf } from '../src/config.ts';
import type { Invocation } from '../src/firehose/contract.ts';
import { createTags } from '../src/tags/tags.ts';
import { transform } from '../src/transform.ts';
import { blueprint } from './blueprint.ts';
import { type Figure, figureOf, inTurn } from './measure.ts';
import { invocationOf, sampleEvents } from './records.ts';

/** Records and bytes a second of one pipeline. */
export interface Throughput {
  readonly recordsPerSecond: Figure;
  readonly megabytesPerSecond: Figure;
}

export interface TransformBench {
  readonly what: string;
  readonly records: number;
  readonly bytesPerRecord: number;
  readonly eventlake: Throughput;
  readonly blueprint: Throughput;
  /** How many times the blueprint's throughput, round by round. */
  readonly ratio: Figure;
}

const recordsPerBatch = 700;
const batchesPerRound = 3;

/** The whole transform beside the blueprint, on the same records, in one run. */
export async function benchTransform(rounds: number): Promise<TransformBench[]> {
  const events = sampleEvents();
  const calls = events.filter((event) => event.includes('"AwsApiCall"') && !event.includes('"i-'));
  return [
    await compare('API calls', calls, rounds),
    await compare('all samples: calls, state changes, findings, instances', events, rounds),
  ];
}

async function compare(
  what: string,
  events: readonly string[],
  rounds: number,
): Promise<TransformBench> {
  const invocation = invocationOf(events, recordsPerBatch);
  const options = {
    configuration: configurationOf({}),
    tags: createTags({ lookUp: undefined }),
    putBatch: async () => [],
  };
  const time = { now: Date.now, remainingMs: () => 60_000, wait: async () => {} };
  const { outcomes } = await transform(invocation, options, time);
  if (outcomes.some(({ result }) => result !== 'Ok'))
    throw new Error('a sample did not become rows');

  const repeat = async (run: () => unknown) => {
    for (let batch = 0; batch < batchesPerRound; batch++) await run();
  };
  const seconds = await inTurn(
    () => repeat(() => transform(invocation, options, time)),
    () => repeat(() => blueprint(invocation)),
    rounds,
  );
  const bytes = bytesIn(invocation);
  return {
    what,
    records: recordsPerBatch,
    bytesPerRecord: Math.round(bytes / recordsPerBatch),
    eventlake: throughputOf(seconds.first, bytes),
    blueprint: throughputOf(seconds.second, bytes),
    ratio: figureOf(
      seconds.second.map((second, round) => second / (seconds.first[round] as number)),
    ),
  };
}

function bytesIn({ records }: Invocation): number {
  return records.reduce((sum, { data }) => sum + Buffer.byteLength(data, 'base64'), 0);
}

function throughputOf(seconds: readonly number[], bytes: number): Throughput {
  const perSecond = (amount: number) => figureOf(seconds.map((one) => amount / one));
  return {
    recordsPerSecond: perSecond(batchesPerRound * recordsPerBatch),
    megabytesPerSecond: perSecond((batchesPerRound * bytes) / 1e6),
  };
}
