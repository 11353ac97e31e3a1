import { Buffer } from 'node:buffer';
import { RecordError } from '../errors.ts';
import { isGzip } from '../events/gzip.ts';
import { maxTimesPut } from '../firehose/carrier.ts';
import { type FirehoseLimits, maxLineBytesOf } from '../firehose/limits.ts';
import { type Item, type Journey, pack } from '../firehose/pack.ts';
import { isSame, type Partition } from '../partition/partition.ts';
import { withoutInstances, writtenOf } from '../rows/line.ts';
import type { Row, RowInstance } from '../rows/schema.ts';
import { type Contents, isCallIn, type WorkDocument } from './contents.ts';

/** What a record should become. An answer names one partition, and cannot tell a bad event from good ones. */
export type Decision =
  | { readonly step: 'answer'; readonly lines: readonly Line[]; readonly partition: Partition }
  /** Groups of items that may share a carrier. */
  | { readonly step: 'put again'; readonly groups: readonly (readonly Item[])[] }
  | { readonly step: 'drop'; readonly reason: 'empty' | 'control' };

/** An event as its line, with its tags. */
export interface Line extends Item {
  readonly partition: Partition;
  readonly line: Buffer;
  /** Whether it is an API call. */
  readonly isCall: boolean;
  /** Those in the line. */
  readonly instances?: readonly RowInstance[] | undefined;
}

/** One that is put again: the size of its line is enough. */
interface Sized extends Item {
  readonly partition: Partition;
  readonly line?: undefined;
}

/** A document that becomes no line, and why. */
interface Unwritten extends Item {
  readonly error: RecordError;
}

/**
 * Decides once the tags of all rows are there.
 * @throws RecordError where the record fails as it is
 */
export function decide(contents: Contents, limits: FirehoseLimits): Decision {
  if ('unopened' in contents) {
    const { unopened: bytes } = contents;
    return { step: 'put again', groups: [[{ bytes, lineBytes: 0, isGzipped: isGzip(bytes) }]] };
  }
  const maxLineBytes = maxLineBytesOf(limits);
  let totalBytes = 0;
  const items = contents.documents.map((document) => {
    const item = write(document, maxLineBytes);
    totalBytes += item.lineBytes;
    // With tags, lines may be many times larger than before: what no answer holds is let go at once.
    return totalBytes > maxLineBytes && 'partition' in item ? sizeOf(item) : item;
  });
  const events = items.filter((item) => 'partition' in item);
  const unwritten = items.filter((item) => 'error' in item);

  const [first] = events;
  if (first === undefined) {
    const [failed] = unwritten;
    if (failed) throw failed.error;
    return { step: 'drop', reason: contents.isControl ? 'control' : 'empty' };
  }
  const { partition } = first;
  // An array without its end has lost nothing: there are no bytes that could fail.
  const bad = unwritten.filter(({ bytes }) => bytes.length > 0);
  const lines = events.filter((event) => event.line !== undefined);
  const isOneAnswer =
    bad.length === 0 &&
    lines.length === events.length &&
    lines.every((line) => isSame(line.partition, partition));
  if (isOneAnswer) return { step: 'answer', lines, partition };
  const byPartition = Map.groupBy(
    events,
    ({ partition }) => `${partition.source}/${partition.day}`,
  );
  // What is not an event goes alone, so that each fails as itself.
  return { step: 'put again', groups: [...byPartition.values(), ...bad.map((one) => [one])] };
}

/**
 * The carriers of a record's items.
 * @throws RecordError where it has been put again too often, or an item is too large
 */
export function carriersOf(
  groups: readonly (readonly Item[])[],
  { timesPut, arrivedMs }: Journey,
  limits: FirehoseLimits,
): Uint8Array[] {
  if (timesPut >= maxTimesPut) throw new RecordError('TOO_OFTEN', `${timesPut} times before`);
  const journey = { timesPut: timesPut + 1, arrivedMs };
  const packLimits = {
    maxRecordBytes: limits.maxRecordBytes,
    // Half of what an answer can hold: the batch that they come in has other records, too.
    maxLineBytes: maxLineBytesOf(limits) / 2,
  };
  return groups.flatMap((items) => {
    const carriers = pack(items, journey, packLimits);
    if (carriers) return carriers;
    throw new RecordError('TOO_LARGE', 'a part of the record is too large to put it again');
  });
}

/** A row that no response can hold goes without its instances; one that still does not fit fails. */
function write(document: WorkDocument, maxLineBytes: number): Line | Sized | Unwritten {
  const { bytes } = document;
  if ('error' in document) return { bytes, lineBytes: 0, error: document.error };
  if ('lineBytes' in document) return document;
  const { partition } = document;
  const { line, isCall, instances } = lineIn(document);
  const lineBytes = line.length;
  if (lineBytes <= maxLineBytes) return { bytes, lineBytes, partition, line, isCall, instances };
  if ('row' in document && document.row.instances) {
    const row = withoutInstances(document.row);
    return write({ bytes, partition, row, lessons: [] }, maxLineBytes);
  }
  const error = new RecordError('TOO_LARGE', `a row of ${lineBytes} bytes`);
  return { bytes, lineBytes: 0, error };
}

function lineIn(
  document: { readonly row: Row } | Pick<Line, 'line' | 'isCall'>,
): Pick<Line, 'line' | 'isCall' | 'instances'> {
  if (!('row' in document)) return document;
  const { line, instances } = writtenOf(document.row);
  return { line: Buffer.from(line), isCall: isCallIn(document.row), instances };
}

function sizeOf({ bytes, lineBytes, partition }: Line | Sized): Sized {
  return { bytes, lineBytes, partition };
}
