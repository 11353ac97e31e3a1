import { type Configuration, reserveMs } from './config.ts';
import { type Attempt, attempt, orThrow, RecordError } from './errors.ts';
import { type AwsEvent, eventIn, recognise } from './events/event.ts';
import { type Document, decodeBase64, readDocuments, unzip } from './events/read.ts';
import { subscriptionIn } from './events/subscription.ts';
import { uncarry } from './firehose/carrier.ts';
import type { FirehoseRecord } from './firehose/contract.ts';
import type { Journey } from './firehose/parts.ts';
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
  /** It only tested whether the stream can be reached. */
  readonly isControl: boolean;
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
  options: ReadOptions,
  { now, remainingMs }: Time,
): Work {
  const { approximateArrivalTimestamp: arrival, data } = record;
  const arrivalMs = isInstant(arrival) ? arrival : now();
  const carried = attempt(() => uncarry(decodeBase64(data), arrivalMs));
  if (!carried.ok) {
    const journey = { attempt: 0, arrivedMs: arrivalMs };
    return { record, journey, documents: carried, isControl: false };
  }
  const { payload, ...journey } = carried.value;
  let isControl = false;
  const documents = attempt(() => {
    if (remainingMs() < reserveMs) throw new RecordError('OUT_OF_TIME', 'no time was left for it');
    return readDocuments(unzip(payload)).flatMap((document) => {
      const subscription = document.json.ok ? subscriptionIn(document.json.value) : undefined;
      isControl ||= subscription?.isControl ?? false;
      const all = subscription
        ? subscription.messages.flatMap((message) => readDocuments(message))
        : [document];
      return all.map((one) => workDocumentOf(one, journey.arrivedMs, options));
    });
  });
  return { record, journey, documents, isControl };
}

/**
 * A row without instances is written at once: a batch of rows that live until tags are there costs
 * the garbage collector as much as all the rest.
 */
function workDocumentOf(
  { bytes, json }: Document,
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
