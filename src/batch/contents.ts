import { Buffer, isUtf8 } from 'node:buffer';
import type { Configuration } from '../config.ts';
import { attempt, orThrow, type RecordError } from '../errors.ts';
import { type AwsEvent, eventIn, recognise } from '../events/event.ts';
import { isGzip } from '../events/gzip.ts';
import { type Document, readDocuments, unzip } from '../events/read.ts';
import { isControlMessage } from '../events/subscription.ts';
import { maxLineBytesOf } from '../firehose/limits.ts';
import { plainDocumentOf } from '../one-pass/plain-line.ts';
import { type Partition, partitionOf } from '../partition/partition.ts';
import { lineOf } from '../rows/line.ts';
import { rowOf } from '../rows/row.ts';
import type { Row } from '../rows/schema.ts';
import { rowTimeOf } from '../rows/time.ts';
import type { Lesson } from '../tags/lesson.ts';
import type { TaggedRow } from './add-tags.ts';
import type { Share } from './budget.ts';
import type { Limits } from './limits.ts';

/** What is in a record. */
export type Contents =
  | {
      readonly documents: readonly WorkDocument[];
      /** It was only a test of whether the stream can be reached. */
      readonly isControl: boolean;
    }
  /** The bytes of a record for whose contents the batch has no memory left. */
  | { readonly unopened: Uint8Array };

/** One document of a record: an event, or why it is none. */
export type WorkDocument = { readonly bytes: Uint8Array } & (
  | { readonly partition: Partition; readonly line: Buffer; readonly isCall: boolean }
  /** It waits for tags. */
  | ({ readonly partition: Partition } & TaggedRow)
  /** It is put again, as its record has more lines than an answer holds: their sizes are enough. */
  | { readonly partition: Partition; readonly lineBytes: number }
  | { readonly error: RecordError }
);

export interface ReadOptions {
  readonly configuration: Configuration;
  /** What an event tells of the tags of its instances. */
  readonly lessonsOf: (event: AwsEvent) => readonly Lesson[];
  readonly limits: Limits;
}

/** What each part that is found in unpacked bytes costs, in bytes unpacked. */
const partBytes = 256;

/**
 * Bytes of a record → documents → events → rows.
 *
 * What is kept of them stays in memory until the batch is answered, so a record that the budget has no room for
 * is given unopened. The first document of a plain record is read whatever the budget says: nearly all records
 * have no other, and load must not delay them.
 * @throws RecordError where nothing of it becomes a row
 */
export function contentsIn(
  payload: Uint8Array,
  arrivedMs: number,
  share: Share,
  options: ReadOptions,
  checkTime: () => void,
): Contents {
  const unopened = { unopened: payload };
  const isZipped = isGzip(payload);
  if (isZipped && share.isSpent()) return unopened;
  const { limits } = options;
  const bytes = unzip(payload, limits);
  if (isZipped) {
    share.unzipped(bytes.length);
    if (!share.keep(bytes.length)) return unopened;
  }
  const onPart = () => {
    if (isZipped) share.unzipped(partBytes);
    checkTime();
  };

  const documents: WorkDocument[] = [];
  let isControl = false;
  let lineBytes = 0;
  let firstError: RecordError | undefined;
  let badDocuments = 0;
  for (const found of documentsIn(bytes, arrivedMs, options, onPart)) {
    if (found === 'control') {
      isControl = true;
      continue;
    }
    if ('error' in found) {
      firstError ??= found.error;
      if (++badDocuments > limits.maxBadDocuments) throw firstError;
    }
    // Most records have one document, whose line need not be measured.
    const size = documents.length > 0 ? lineBytesOf(found) : 0;
    lineBytes += size;
    const document = lineBytes > maxLineBytesOf(limits) ? withoutLine(found, size) : found;
    const mayWait = isZipped || documents.length > 0;
    if (!share.keep(keptBytesOf(document)) && mayWait) return unopened;
    documents.push(document);
  }
  if (firstError && badDocuments === documents.length) throw firstError;
  return { documents, isControl };
}

function* documentsIn(
  bytes: Uint8Array,
  arrivedMs: number,
  options: ReadOptions,
  onPart: () => void,
): Generator<WorkDocument | 'control'> {
  const plain = plainDocumentIn(bytes, arrivedMs, options);
  if (plain) {
    yield plain;
    return;
  }
  for (const document of readDocuments(bytes, options.limits, onPart)) {
    const isControl = document.json.ok && isControlMessage(document.json.value);
    yield isControl ? 'control' : workDocumentOf(document, arrivedMs, options);
  }
}

/** The record, where it is one plain event and nothing else: nearly all are, and need no parser. */
function plainDocumentIn(
  bytes: Uint8Array,
  arrivedMs: number,
  { configuration, lessonsOf, limits }: ReadOptions,
): WorkDocument | undefined {
  if (bytes.length > limits.maxDocumentBytes || !isUtf8(bytes)) return undefined;
  const plain = plainDocumentOf(bytes, arrivedMs, configuration.trustedSources);
  if (typeof plain === 'string') return undefined;
  const { eventSource: event_source, eventTime: event_time, kind } = plain;
  const cells = { event_source, event_time, arrival_time: rowTimeOf(arrivedMs) };
  const partition = partitionOf(cells, configuration);
  if ('row' in plain) {
    return { bytes, partition, row: plain.row, lessons: lessonsOf(plain.event) };
  }
  return { bytes, line: plain.line, isCall: isCallIn({ kind }), partition };
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
    const event = find(orThrow(json), configuration.trustedSources);
    const row = rowOf(event, arrivedMs);
    const partition = partitionOf(row, configuration);
    return row.instances
      ? { partition, row, lessons: lessonsOf(event) }
      : { partition, line: Buffer.from(lineOf(row)), isCall: isCallIn(row) };
  });
  return made.ok ? { bytes, ...made.value } : { bytes, error: made.error };
}

/** Whether a row is an API call: stacks in which none arrives any more are told of (docs/metrics.md). */
export function isCallIn({ kind }: { readonly kind?: Row['kind'] | undefined }): boolean {
  return kind === 'api_call';
}

/** Of a row that waits for tags, its line without them. */
function lineBytesOf(document: WorkDocument): number {
  if ('line' in document) return document.line.length;
  return 'row' in document ? Buffer.byteLength(lineOf(document.row)) : 0;
}

function withoutLine(document: WorkDocument, lineBytes: number): WorkDocument {
  if ('error' in document) return document;
  const { bytes, partition } = document;
  return { bytes, partition, lineBytes };
}

/** Bytes of memory that a document takes beside its own: objects, and a carrier where it is put again alone. */
const documentBytes = 1024;
/** Those of an instance in a row, with the request and the answer for its tags. */
const instanceBytes = 512;

function keptBytesOf(document: WorkDocument): number {
  if ('line' in document) return documentBytes + document.line.length;
  if (!('row' in document)) return documentBytes;
  // Texts of a row are copies: some in several cells, and two bytes a character where one is not Latin-1.
  const { bytes, row } = document;
  return documentBytes + 4 * bytes.length + instanceBytes * (row.instances?.length ?? 0);
}

/** Events that could be told apart in a record. */
export function eventsIn(contents: Contents): number {
  if (!('documents' in contents)) return 0;
  return contents.documents.filter((document) => !('error' in document)).length;
}

/** Rows of a record that wait for tags. */
export function rowsIn(contents: Contents): TaggedRow[] {
  if (!('documents' in contents)) return [];
  return contents.documents.filter((document) => 'row' in document);
}
