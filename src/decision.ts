import { Buffer } from 'node:buffer';
import { type Attempt, attempt, RecordError } from './errors.ts';
import { maxAttempts } from './firehose/carrier.ts';
import type { FirehoseLimits } from './firehose/limits.ts';
import { type Journey, type Part, pack } from './firehose/parts.ts';
import { isSame, type Partition } from './partition/partition.ts';
import type { Work, WorkDocument } from './record.ts';
import { lineOf, withoutInstances } from './rows/line.ts';

/** What a record should become. One answer can say one partition, and nothing of bad events. */
export type Decision =
  | { readonly step: 'answer'; readonly lines: readonly Line[]; readonly partition: Partition }
  | { readonly step: 'put again'; readonly written: readonly Written[] }
  | { readonly step: 'drop'; readonly reason: 'empty' | 'control' }
  | { readonly step: 'fail'; readonly error: RecordError };

/** A document whose tags are there: its line, or why there is none. */
export type Written = Line | Unwritten;

export interface Line extends Part {
  readonly partition: Partition;
  readonly line: string;
}

interface Unwritten extends Part {
  readonly error: RecordError;
}

/** Decides once the tags of all rows are there. */
export function decide({ documents, isControl }: Work, limits: FirehoseLimits): Decision {
  if (!documents.ok) return { step: 'fail', error: documents.error };
  const maxLineBytes = maxLineBytesOf(limits);
  const written = documents.value.map((document) => write(document, maxLineBytes));
  const lines = written.filter((one) => 'line' in one);
  const unwritten = written.filter((one) => 'error' in one);

  const [first] = lines;
  if (first === undefined) {
    const [failed] = unwritten;
    if (failed) return { step: 'fail', error: failed.error };
    return { step: 'drop', reason: isControl ? 'control' : 'empty' };
  }
  const isOneAnswer =
    unwritten.every(isWithoutBytes) &&
    lines.every(({ partition }) => isSame(partition, first.partition)) &&
    lineBytesOf(lines) <= maxLineBytes;
  return isOneAnswer
    ? { step: 'answer', lines, partition: first.partition }
    : { step: 'put again', written };
}

/**
 * The carriers that hold the documents of a record together: those of one partition in common, each
 * that is no event alone, so that it fails as itself.
 */
export function carriersOf(
  written: readonly Written[],
  { attempt: attempts, arrivedMs }: Journey,
  limits: FirehoseLimits,
): Attempt<readonly Uint8Array[]> {
  return attempt(() => {
    if (attempts >= maxAttempts) throw new RecordError('TOO_OFTEN', `${attempts} times before`);
    const journey = { attempt: attempts + 1, arrivedMs };
    const partLimits = {
      maxRecordBytes: limits.maxRecordBytes,
      maxLineBytes: maxLineBytesOf(limits),
    };
    return groupsOf(written).flatMap((group) => {
      const carriers = pack(group, journey, partLimits);
      if (carriers) return carriers;
      throw new RecordError('TOO_LARGE', 'an event of the record is too large to put it again');
    });
  });
}

function groupsOf(written: readonly Written[]): Part[][] {
  const byPartition = new Map<string, Part[]>();
  const alone: Part[][] = [];
  for (const one of written) {
    if (isWithoutBytes(one)) continue;
    if ('error' in one) {
      alone.push([one]);
      continue;
    }
    const key = `${one.partition.source}/${one.partition.day}`;
    const group = byPartition.get(key);
    if (group) group.push(one);
    else byPartition.set(key, [one]);
  }
  return [...byPartition.values(), ...alone];
}

/** An array whose end is missing lost nothing by it. */
function isWithoutBytes({ bytes }: Part): boolean {
  return bytes.length === 0;
}

/** A row that no response can hold goes without its instances; one that still does not fit fails. */
function write(document: WorkDocument, maxLineBytes: number): Written {
  const { bytes } = document;
  if ('error' in document) return { bytes, lineBytes: 0, error: document.error };
  const { partition } = document;
  const line = 'row' in document ? lineOf(document.row) : document.line;
  const lineBytes = Buffer.byteLength(line);
  if (lineBytes <= maxLineBytes) return { bytes, lineBytes, partition, line };
  if ('row' in document && document.row.instances) {
    const row = withoutInstances(document.row);
    return write({ bytes, partition, row, lessons: [] }, maxLineBytes);
  }
  const error = new RecordError('TOO_LARGE', `a row of ${lineBytes} bytes`);
  return { bytes, lineBytes: 0, error };
}

function lineBytesOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { lineBytes }) => sum + lineBytes, 0);
}

/** What an answer has around its data: ids and partition keys, well below 1 KiB. */
const answerOverheadBytes = 1024;

/** Bytes of lines that one answer can hold when it is alone in a response: base64 takes a third. */
function maxLineBytesOf({ maxResponseBytes }: FirehoseLimits): number {
  return Math.floor((maxResponseBytes - answerOverheadBytes) / 4) * 3;
}
