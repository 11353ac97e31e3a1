import { Buffer } from 'node:buffer';
import { RecordError } from './errors.ts';
import { maxAttempts } from './firehose/carrier.ts';
import type { FirehoseLimits } from './firehose/limits.ts';
import { type Journey, type Part, pack } from './firehose/parts.ts';
import { isSame, type Partition } from './partition/partition.ts';
import type { Contents, WorkDocument } from './record.ts';
import { lineOf, withoutInstances } from './rows/line.ts';

/** What a record should become. One answer can say one partition, and nothing of bad events. */
export type Decision =
  | { readonly step: 'answer'; readonly lines: readonly Line[]; readonly partition: Partition }
  /** Groups of parts that may share a carrier. */
  | { readonly step: 'put again'; readonly groups: readonly (readonly Part[])[] }
  | { readonly step: 'drop'; readonly reason: 'empty' | 'control' };

/** A document whose tags are there, as its line. */
export interface Line extends Part {
  readonly partition: Partition;
  readonly line: Buffer;
}

/** A document that becomes no line, and why. */
interface Unwritten extends Part {
  readonly error: RecordError;
}

/**
 * Decides once the tags of all rows are there.
 * @throws RecordError where the record fails as it is
 */
export function decide(contents: Contents, limits: FirehoseLimits): Decision {
  if ('unopened' in contents) {
    return { step: 'put again', groups: [[{ bytes: contents.unopened, lineBytes: 0 }]] };
  }
  const maxLineBytes = maxLineBytesOf(limits);
  const written = contents.documents.map((document) => write(document, maxLineBytes));
  const lines = written.filter((one) => 'line' in one);
  const unwritten = written.filter((one) => 'error' in one);

  const [first] = lines;
  if (first === undefined) {
    const [failed] = unwritten;
    if (failed) throw failed.error;
    return { step: 'drop', reason: contents.isControl ? 'control' : 'empty' };
  }
  // An array whose end is missing lost nothing by it: there are no bytes that could fail.
  const bad = unwritten.filter(({ bytes }) => bytes.length > 0);
  const isOneAnswer =
    bad.length === 0 &&
    lines.every(({ partition }) => isSame(partition, first.partition)) &&
    lines.reduce((sum, { lineBytes }) => sum + lineBytes, 0) <= maxLineBytes;
  if (isOneAnswer) return { step: 'answer', lines, partition: first.partition };
  const byPartition = Map.groupBy(lines, ({ partition }) => `${partition.source}/${partition.day}`);
  // What is no event goes alone, so that each fails as itself.
  return { step: 'put again', groups: [...byPartition.values(), ...bad.map((one) => [one])] };
}

/**
 * The carriers of a record's parts.
 * @throws RecordError where it has been put again too often, or a part is too large
 */
export function carriersOf(
  groups: readonly (readonly Part[])[],
  { attempt, arrivedMs }: Journey,
  limits: FirehoseLimits,
): Uint8Array[] {
  if (attempt >= maxAttempts) throw new RecordError('TOO_OFTEN', `${attempt} times before`);
  const journey = { attempt: attempt + 1, arrivedMs };
  const partLimits = {
    maxRecordBytes: limits.maxRecordBytes,
    // Half of what an answer can hold: the batch that they come in has other records, too.
    maxLineBytes: maxLineBytesOf(limits) / 2,
  };
  return groups.flatMap((parts) => {
    const carriers = pack(parts, journey, partLimits);
    if (carriers) return carriers;
    throw new RecordError('TOO_LARGE', 'a part of the record is too large to put it again');
  });
}

/** A row that no response can hold goes without its instances; one that still does not fit fails. */
function write(document: WorkDocument, maxLineBytes: number): Line | Unwritten {
  const { bytes } = document;
  if ('error' in document) return { bytes, lineBytes: 0, error: document.error };
  const { partition } = document;
  const line = 'row' in document ? Buffer.from(lineOf(document.row)) : document.line;
  const lineBytes = line.length;
  if (lineBytes <= maxLineBytes) return { bytes, lineBytes, partition, line };
  if ('row' in document && document.row.instances) {
    const row = withoutInstances(document.row);
    return write({ bytes, partition, row, lessons: [] }, maxLineBytes);
  }
  const error = new RecordError('TOO_LARGE', `a row of ${lineBytes} bytes`);
  return { bytes, lineBytes: 0, error };
}

/** What an answer has around its data: ids and partition keys, well below 1 KiB. */
const answerOverheadBytes = 1024;

/** Bytes of lines that one answer can hold when it is alone in a response: base64 takes a third. */
function maxLineBytesOf({ maxResponseBytes }: FirehoseLimits): number {
  return Math.floor((maxResponseBytes - answerOverheadBytes) / 4) * 3;
}
