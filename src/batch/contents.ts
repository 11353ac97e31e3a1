import { Buffer } from 'node:buffer';
import type { Configuration } from '../config.ts';
import { attempt, orThrow, RecordError } from '../errors.ts';
import { type AwsEvent, eventIn, recognise } from '../events/event.ts';
import { isGzip } from '../events/gzip.ts';
import {
  type Document,
  maxUnzippedBytesOf,
  partWork,
  type ReadWork,
  readDocuments,
  unzip,
} from '../events/read.ts';
import { isControlMessage } from '../events/subscription.ts';
import { maxLineBytesOf } from '../firehose/limits.ts';
import { type PlainDocument, plainDocumentsIn } from '../one-pass/plain-documents.ts';
import { partitionOf } from '../partition/partition.ts';
import { createTagBytes, fitInstances, lineOf, openLineOf } from '../rows/line.ts';
import { rowOf } from '../rows/row.ts';
import type { Row } from '../rows/schema.ts';
import { rowTimeOf } from '../rows/time.ts';
import type { Lesson } from '../tags/lesson.ts';
import { type TaggedRow, taggedCellsOf } from './add-tags.ts';
import type { Share } from './budget.ts';
import type { BatchDocument } from './document.ts';
import type { Limits } from './limits.ts';

/** What is in a record. */
export type Contents =
  | {
      readonly documents: readonly BatchDocument[];
      /** It was only a test of whether the stream can be reached. */
      readonly isControl: boolean;
    }
  /** The bytes of a record for whose contents the budget of the batch has nothing left. */
  | { readonly unopened: Uint8Array };

export interface ReadOptions {
  readonly configuration: Configuration;
  /** What an event tells of the tags of its instances. */
  readonly lessonsOf: (event: AwsEvent) => readonly Lesson[];
  readonly limits: Limits;
}

/**
 * Bytes of a record → documents → events → rows.
 *
 * What is kept of them stays in memory until the batch is answered, and what is read takes time from those
 * behind. So a record that the budget has nothing left for is given unopened. The first document of a plain
 * record is read whatever the budget says: nearly all records have no other, and load must not delay them.
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
  if (isGzip(payload) && share.isSpent()) return unopened;
  const read = attempt(() => readContents(payload, arrivedMs, share, options, checkTime));
  if (read.ok) return read.value ?? unopened;
  if (read.error.code === 'TOO_MUCH_WORK' && !share.isTooMuch()) return unopened;
  throw read.error;
}

/** Undefined where the batch has no memory left for them. @throws RecordError TOO_MUCH_WORK, too */
function readContents(
  payload: Uint8Array,
  arrivedMs: number,
  share: Share,
  options: ReadOptions,
  checkTime: () => void,
): Contents | undefined {
  const { limits } = options;
  const isZipped = isGzip(payload);
  const documents: BatchDocument[] = [];
  const mayWait = () => isZipped || documents.length > 0;
  const charge = (work: number) => {
    if (share.charge(work) || !mayWait()) return;
    share.refund(work);
    throw new RecordError('TOO_MUCH_WORK', 'more work than there may be for it');
  };
  const bytes = isZipped ? unzipOf(payload, share, charge, limits) : payload;
  if (isZipped && !share.keep(bytes.length)) return undefined;

  let isControl = false;
  let lineBytes = 0;
  let firstError: RecordError | undefined;
  let badDocuments = 0;
  for (const found of documentsIn(bytes, arrivedMs, options, { charge, checkTime })) {
    if (found === 'control') {
      isControl = true;
      continue;
    }
    if ('error' in found) {
      firstError ??= found.error;
      if (++badDocuments > limits.maxBadDocuments) throw firstError;
    }
    charge(instanceWork * instancesIn(found));
    // Most records have one document, whose line need not be measured.
    const size = documents.length > 0 ? lineBytesOf(found) : 0;
    lineBytes += size;
    const document = lineBytes > maxLineBytesOf(limits) ? withoutLine(found, size) : found;
    if (!share.keep(keptBytesOf(document)) && mayWait()) return undefined;
    documents.push(document);
  }
  if (firstError && badDocuments === documents.length) throw firstError;
  return { documents, isControl };
}

/** Bytes that are unpacked for as much work as to parse one. */
const unzippedPerWork = 8;

/** Unpacks a record. All that it may be unpacked to is charged before, and what it is not is given back. */
function unzipOf(
  payload: Uint8Array,
  share: Share,
  charge: (work: number) => void,
  limits: Limits,
): Uint8Array {
  const most = maxUnzippedBytesOf(payload, limits) / unzippedPerWork;
  charge(most);
  const unzipped = attempt(() => unzip(payload, limits));
  // A bomb is nothing but unpacked: nobody looks through it.
  share.refund(unzipped.ok ? most - unzipped.value.length / unzippedPerWork : (most * 3) / 4);
  return orThrow(unzipped);
}

/**
 * Documents that stand where they should are read as they come; from where they do not on, the splitter says
 * what is what, and those that were given already are passed over.
 */
function* documentsIn(
  bytes: Uint8Array,
  arrivedMs: number,
  options: ReadOptions,
  work: ReadWork,
): Generator<BatchDocument | 'control'> {
  const { limits, configuration } = options;
  const found = plainDocumentsIn(bytes, arrivedMs, configuration.trustedSources);
  /** Bytes of each document that was given. */
  const given: number[] = [];
  let parts = 0;
  for (let next = found.next(); ; next = found.next()) {
    if (next.done && next.value) return;
    if (next.done || ++parts > limits.maxDocuments) break;
    if ('line' in next.value && next.value.bytes.length <= limits.maxDocumentBytes) {
      const { bytes: document, line, waiting } = next.value;
      // An open line is taken as text.
      work.charge(partWork + document.length + (waiting ? line.length : 0));
      work.checkTime();
      given.push(document.length);
      yield plainDocumentOf(next.value, arrivedMs, options);
      continue;
    }
    for (const document of readDocuments(next.value.bytes, limits, work)) {
      given.push(document.bytes.length);
      yield documentOf(document, arrivedMs, options);
    }
  }
  let at = 0;
  for (const document of readDocuments(bytes, limits, work)) {
    const size = given[at++];
    if (size === undefined) yield documentOf(document, arrivedMs, options);
    else if (size !== document.bytes.length) throw toldApartOtherwise(document);
  }
  if (at < given.length) throw toldApartOtherwise();
}

/** The splitter does not see what was given as the documents that it was given as: all of the record fails, once. */
function toldApartOtherwise(document?: Document): RecordError {
  if (document && !document.json.ok) return document.json.error;
  return new RecordError('BAD_JSON', 'documents that cannot be told apart');
}

function documentOf(
  document: Document,
  arrivedMs: number,
  options: ReadOptions,
): BatchDocument | 'control' {
  const isControl = document.json.ok && isControlMessage(document.json.value);
  return isControl ? 'control' : batchDocumentOf(document, arrivedMs, options);
}

/** One that was read in one pass. */
function plainDocumentOf(
  { bytes, line, waiting, ...plain }: PlainDocument & { readonly bytes: Uint8Array },
  arrivedMs: number,
  { configuration, lessonsOf }: ReadOptions,
): BatchDocument {
  const arrival_time = rowTimeOf(arrivedMs);
  const { eventSource: event_source, eventTime: event_time, kind } = plain;
  const cells = { event_source, event_time, arrival_time };
  const known = { bytes, partition: partitionOf(cells, configuration), isCall: isCallIn({ kind }) };
  if (waiting === undefined) return { ...known, line };
  const { row, event, eventMs } = waiting;
  const { instance_count } = row;
  const rest = JSON.stringify({ instance_count, arrival_time });
  const before = `${line},`;
  const after = `,${rest.slice(1)}\n`;
  const open = { before, after, bytes: line.length + emptyInstances + rest.length };
  const tagged = taggedCellsOf(row);
  return { ...known, open, row: tagged, eventMs, lessons: lessonsOf(event()) };
}

/** Of an open line: `,"instances":[]`, two commas and a newline, without the brace of the rest. */
const emptyInstances = ',"instances":[]'.length + ','.length;

/**
 * A line is written at once, but for the instances in it: a batch of rows that live until tags are there
 * costs the garbage collector as much as all the rest.
 */
function batchDocumentOf(
  { bytes, json }: Document,
  arrivedMs: number,
  { configuration, lessonsOf }: ReadOptions,
): BatchDocument {
  const made = attempt(() => {
    const find = configuration.unknownRecords === 'keep' ? recognise : eventIn;
    const event = find(orThrow(json), configuration.trustedSources);
    const row = rowOf(event, arrivedMs);
    const known = { partition: partitionOf(row, configuration), isCall: isCallIn(row) };
    return row.instances
      ? { ...known, open: openLineOf(row), row: taggedCellsOf(row), lessons: lessonsOf(event) }
      : { ...known, line: Buffer.from(lineOf(row)) };
  });
  return made.ok ? { bytes, ...made.value } : { bytes, error: made.error };
}

/** Whether a row is an API call: stacks in which none arrives any more are told of (docs/metrics.md). */
export function isCallIn({ kind }: { readonly kind?: Row['kind'] | undefined }): boolean {
  return kind === 'api_call';
}

/** Of a row that waits for tags, its line without them. */
function lineBytesOf(document: BatchDocument): number {
  if ('line' in document) return document.line.length;
  if (!('open' in document)) return 0;
  return fitInstances(document.open, document.row.instances ?? [], createTagBytes()).lineBytes;
}

function withoutLine(document: BatchDocument, lineBytes: number): BatchDocument {
  if ('error' in document) return document;
  const { bytes, partition } = document;
  return { bytes, partition, lineBytes };
}

/** Work of each instance in a row: to write it, to ask for its tags, and to remember them. */
const instanceWork = 256;

function instancesIn(document: BatchDocument): number {
  return 'open' in document ? (document.row.instances?.length ?? 0) : 0;
}

/** Bytes of memory that a document takes beside its own: objects, and a carrier where it is put again alone. */
const documentBytes = 1024;
/** Those of an instance in a row, with the request and the answer for its tags. */
const instanceBytes = 512;

function keptBytesOf(document: BatchDocument): number {
  if ('line' in document) return documentBytes + document.line.length;
  if (!('open' in document)) return documentBytes;
  // Texts are copies, with two bytes a character where one is not Latin-1; lessons keep the event's.
  const textBytes = 2 * (document.bytes.length + document.open.bytes);
  return documentBytes + textBytes + instanceBytes * instancesIn(document);
}

/** Events that could be told apart in a record. */
export function eventsIn(contents: Contents): number {
  if (!('documents' in contents)) return 0;
  return contents.documents.filter((document) => !('error' in document)).length;
}

/** Rows of a record that wait for tags. */
export function rowsIn(contents: Contents): TaggedRow[] {
  if (!('documents' in contents)) return [];
  return contents.documents.filter((document) => 'open' in document);
}
