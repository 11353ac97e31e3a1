import { type Configuration, reserveMs } from './config.ts';
import { type Attempt, attempt, orThrow, RecordError } from './errors.ts';
import { type AwsEvent, eventIn, recognise } from './events/event.ts';
import { decodeBase64, readDocuments, unzip } from './events/read.ts';
import { uncarry } from './firehose/carrier.ts';
import type { FirehoseRecord } from './firehose/contract.ts';
import type { Journey } from './firehose/parts.ts';
import type { Json } from './json.ts';
import { type Partition, partitionOf } from './partition/partition.ts';
import { lineOf } from './rows/line.ts';
import { rowOf } from './rows/row.ts';
import { isInstant } from './rows/time.ts';
import type { TaggedRow } from './tag-rows.ts';
import type { Lesson } from './tags/lessons.ts';

/** What one invocation has to go by; `remainingMs` is asked again and again. */
export interface Time {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly remainingMs: () => number;
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** One record on its way: its documents, or why it has none. */
export interface Work {
  readonly record: FirehoseRecord;
  readonly journey: Journey;
  readonly documents: Attempt<readonly WorkDocument[]>;
}

/** One document of a record: an event's line; its row, which waits for tags; or why it is none. */
export type WorkDocument = { readonly bytes: Uint8Array } & (
  | { readonly partition: Partition; readonly line: string }
  | ({ readonly partition: Partition } & TaggedRow)
  | { readonly error: RecordError }
);

export interface ReadOptions {
  readonly configuration: Configuration;
  /** What an event tells of the tags of its instances. */
  readonly lessonsOf: (event: AwsEvent) => readonly Lesson[];
}

/** Bytes → documents → events → rows. Never throws: what is wrong is said in the work itself. */
export function readRecord(
  record: FirehoseRecord,
  { configuration, lessonsOf }: ReadOptions,
  { now, remainingMs }: Time,
): Work {
  const { approximateArrivalTimestamp: arrival, data } = record;
  const arrivalMs = isInstant(arrival) ? arrival : now();
  const decoded = attempt(() => uncarry(decodeBase64(data), arrivalMs));
  if (!decoded.ok) {
    return { record, journey: { attempt: 0, arrivedMs: arrivalMs }, documents: decoded };
  }
  const { payload, ...journey } = decoded.value;
  const documents = attempt(() => {
    if (remainingMs() < reserveMs)
      throw new RecordError('OUT_OF_TIME', 'no time was left to read it');
    return readDocuments(unzip(payload)).map(({ bytes, json }) =>
      documentOf(bytes, json, journey.arrivedMs, { configuration, lessonsOf }),
    );
  });
  return { record, journey, documents };
}

/**
 * A row without instances is written at once: a batch of rows that live until tags are there costs
 * the garbage collector as much as all the rest.
 */
function documentOf(
  bytes: Uint8Array,
  json: Attempt<Json>,
  arrivedMs: number,
  { configuration, lessonsOf }: ReadOptions,
): WorkDocument {
  const made = attempt(() => {
    const find = configuration.unknownRecords === 'keep' ? recognise : eventIn;
    const event = find(orThrow(json));
    const row = rowOf(event, arrivedMs);
    const partition = partitionOf(row, configuration);
    return row.instances
      ? { partition, row, lessons: lessonsOf(event) }
      : { partition, line: lineOf(row) };
  });
  return made.ok ? { bytes, ...made.value } : { bytes, error: made.error };
}
