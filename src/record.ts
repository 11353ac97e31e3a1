import { Buffer, isUtf8 } from 'node:buffer';
import { type Configuration, reserveMs } from './config.ts';
import { type Attempt, attempt, orThrow, RecordError } from './errors.ts';
import { type AwsEvent, eventIn, recognise } from './events/event.ts';
import { type Document, decodeBase64, readDocuments, readLimits, unzip } from './events/read.ts';
import { isControlMessage } from './events/subscription.ts';
import { uncarry } from './firehose/carrier.ts';
import type { FirehoseRecord } from './firehose/contract.ts';
import type { Journey } from './firehose/parts.ts';
import { type Partition, partitionOf } from './partition/partition.ts';
import { lineOf } from './rows/line.ts';
import { plainLineOf } from './rows/one-pass/line.ts';
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

/** One record on its way: what is in it, or why that cannot be told. */
export interface Work {
  readonly record: FirehoseRecord;
  readonly journey: Journey;
  readonly contents: Attempt<Contents>;
}

export type Contents =
  | {
      readonly documents: readonly WorkDocument[];
      /** It only tested whether the stream can be reached. */
      readonly isControl: boolean;
    }
  /** The bytes of a record for whose contents the batch has no memory left. */
  | { readonly unopened: Uint8Array };

/** One document of a record: an event's line; its row, which waits for tags; or why it is none. */
export type WorkDocument = { readonly bytes: Uint8Array } & (
  | { readonly partition: Partition; readonly line: Buffer }
  | ({ readonly partition: Partition } & TaggedRow)
  | { readonly error: RecordError }
);

export interface ReadOptions {
  readonly configuration: Configuration;
  /** What an event tells of the tags of its instances. */
  readonly lessonsOf: (event: AwsEvent) => readonly Lesson[];
  /** Bytes to which the records of a batch may be unpacked together. */
  readonly maxUnzippedBytes?: number;
}

/**
 * Bytes → documents → events → rows. Never throws: what is wrong with a record is said in its work.
 *
 * What was unpacked stays in memory until the batch is answered. So all records together may be
 * unpacked to as much as one alone: the others wait for a later batch.
 */
export function readRecords(
  records: readonly FirehoseRecord[],
  options: ReadOptions,
  time: Time,
): Work[] {
  const { maxUnzippedBytes = readLimits.maxUnzippedBytes } = options;
  let unzippedBytes = 0;
  return records.map((record) => {
    const { approximateArrivalTimestamp: arrival, data } = record;
    const arrivalMs = isInstant(arrival) ? Math.floor(arrival) : time.now();
    const carried = attempt(() => uncarry(decodeBase64(data), arrivalMs));
    if (!carried.ok) {
      return { record, journey: { attempt: 0, arrivedMs: arrivalMs }, contents: carried };
    }
    const { payload, ...journey } = carried.value;
    const contents = attempt((): Contents => {
      checkTime(time);
      const bytes = unzip(payload);
      if (bytes !== payload) {
        if (unzippedBytes > 0 && unzippedBytes + bytes.length > maxUnzippedBytes) {
          return { unopened: payload };
        }
        unzippedBytes += bytes.length;
      }
      return documentsIn(bytes, journey.arrivedMs, options, time);
    });
    return { record, journey, contents };
  });
}

function documentsIn(
  bytes: Uint8Array,
  arrivedMs: number,
  options: ReadOptions,
  time: Time,
): Contents {
  const plain = plainDocumentIn(bytes, arrivedMs, options);
  if (plain) return { documents: [plain], isControl: false };
  const documents: WorkDocument[] = [];
  let isControl = false;
  for (const document of readDocuments(bytes)) {
    checkTime(time);
    if (document.json.ok && isControlMessage(document.json.value)) isControl = true;
    else documents.push(workDocumentOf(document, arrivedMs, options));
  }
  return { documents, isControl };
}

/** The record, where it is one plain call and nothing else: most of them are, and need no parser. */
function plainDocumentIn(
  bytes: Uint8Array,
  arrivedMs: number,
  { configuration }: ReadOptions,
): WorkDocument | undefined {
  if (bytes.length > readLimits.maxDocumentBytes || !isUtf8(bytes)) return undefined;
  const plain = plainLineOf(bytes, arrivedMs);
  return plain && { bytes, line: plain.line, partition: partitionOf(plain.cells, configuration) };
}

/** @throws RecordError OUT_OF_TIME */
function checkTime({ remainingMs }: Time): void {
  if (remainingMs() < reserveMs) throw new RecordError('OUT_OF_TIME', 'no time was left for it');
}

/** Events that could be told apart in a record. */
export function eventsIn(contents: Work['contents']): number {
  if (!contents.ok || !('documents' in contents.value)) return 0;
  return contents.value.documents.filter((document) => !('error' in document)).length;
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
      : { partition, line: Buffer.from(lineOf(row)) };
  });
  return made.ok ? { bytes, ...made.value } : { bytes, error: made.error };
}
