import { spawnSync } from 'node:child_process';
import { gunzipSync } from 'node:zlib';
import { configurationOf } from '../src/config.ts';
import type { Invocation } from '../src/firehose/contract.ts';
import { plainDocumentsIn } from '../src/one-pass/plain-documents.ts';
import { createTags } from '../src/tags/tags.ts';
import { transform } from '../src/transform.ts';
import { blueprint, naiveRows } from './blueprint.ts';
import { type Family, families, invocationOf } from './families.ts';
import { type Figure, figureOf } from './measure.ts';

export interface TransformBench {
  readonly what: string;
  readonly bytesPerEvent: number;
  /** Microseconds of CPU an event. */
  readonly eventlake: Figure;
  readonly blueprint: Figure;
  readonly naive: Figure;
  /** Undefined where Python or orjson is not there. */
  readonly orjson: Figure | undefined;
  /** How many times the blueprint's throughput, round by round. */
  readonly ratio: Figure;
  /** Events that are left to the parser, by reason. */
  readonly notPlain: ReadonlyMap<string, number>;
  readonly events: number;
}

const eventsPerBatch = 500;
const batches = 6;

/** The whole transform beside others, on the same events in turn, family by family. */
export async function benchTransform(rounds: number): Promise<TransformBench[]> {
  const benches: TransformBench[] = [];
  for (const family of families) benches.push(await benchFamily(family, rounds));
  return benches;
}

async function benchFamily(family: Family, rounds: number): Promise<TransformBench> {
  const invocations = Array.from({ length: batches }, () => invocationOf(family, eventsPerBatch));
  const documents = invocations.flatMap(documentsIn);
  const options = {
    configuration: configurationOf({}),
    tags: createTags({ lookUp: undefined }),
    putBatch: async (_arn: string, records: readonly Uint8Array[]) =>
      records.map(() => 'accepted' as const),
  };
  const time = { now: Date.now, remainingMs: () => 60_000, wait: async () => {} };
  const events =
    batches *
    (family.zipped ? Math.ceil(eventsPerBatch / family.zipped) * family.zipped : eventsPerBatch);
  const runs = {
    eventlake: (invocation: Invocation) => transform(invocation, options, time),
    blueprint,
    naive: naiveRows,
  };
  const times: Record<keyof typeof runs, number[]> = { eventlake: [], blueprint: [], naive: [] };
  const names = Object.keys(runs) as (keyof typeof runs)[];
  for (let round = -Math.ceil(rounds / 3); round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const before = process.cpuUsage();
      for (const invocation of invocations) await runs[name](invocation);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[name].push((user + system) / events);
    }
  }
  const bytes = documents.reduce((sum, document) => sum + document.length, 0);
  return {
    what: family.what,
    bytesPerEvent: Math.round(bytes / events),
    eventlake: figureOf(times.eventlake),
    blueprint: figureOf(times.blueprint),
    naive: figureOf(times.naive),
    orjson: orjsonFigure(invocations, rounds),
    ratio: figureOf(times.blueprint.map((one, round) => one / (times.eventlake[round] as number))),
    notPlain: notPlainIn(documents),
    events,
  };
}

function documentsIn({ records }: Invocation): Buffer[] {
  return records.map(({ data }) => {
    const bytes = Buffer.from(data, 'base64');
    return bytes[0] === 0x1f ? gunzipSync(bytes) : bytes;
  });
}

/** Why events are left to the parser. */
function notPlainIn(documents: readonly Buffer[]): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (reason: string) => counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (const document of documents) {
    const found = plainDocumentsIn(document, 0, undefined);
    for (let next = found.next(); ; next = found.next()) {
      if (next.done) {
        if (!next.value) count('what follows it');
        break;
      }
      if (!('line' in next.value)) count(next.value.reason);
    }
  }
  return counts;
}

/** The same blueprint by the fastest JSON of Python, where it is there. */
function orjsonFigure(invocations: readonly Invocation[], rounds: number): Figure | undefined {
  const script = new URL('orjson.py', import.meta.url).pathname;
  const { status, stdout } = spawnSync('python3', [script, String(rounds)], {
    input: invocations.map((one) => JSON.stringify(one)).join('\n'),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return status === 0 ? figureOf(JSON.parse(stdout) as number[]) : undefined;
}
