import { Buffer } from 'node:buffer';
import { RecordError } from '../errors.ts';
import { isGzip } from '../events/gzip.ts';
import { maxTimesPut } from '../firehose/carrier.ts';
import { type FirehoseLimits, maxLineBytesOf } from '../firehose/limits.ts';
import { type Item, type Journey, pack } from '../firehose/pack.ts';
import { isSame, type Partition } from '../partition/partition.ts';
import {
  closeLine,
  type Fitted,
  fitInstances,
  type TagBytes,
  withoutInstances,
} from '../rows/line.ts';
import type { Contents } from './contents.ts';
import type { BatchDocument, OpenDocument, SizedDocument } from './document.ts';

/** What a record should become. An answer names one partition, and cannot tell a bad event from good ones. */
export type Decision =
  | {
      readonly step: 'answer';
      readonly lines: readonly Line[];
      /** Of all of them. */
      readonly lineBytes: number;
      readonly partition: Partition;
    }
  /** Groups of items that may share a carrier. */
  | { readonly step: 'put again'; readonly groups: readonly (readonly Item[])[] }
  | { readonly step: 'drop'; readonly reason: 'empty' | 'control' };

/** An event of which all is known that its line says. */
export interface Line extends Item {
  readonly partition: Partition;
  /** Whether it is an API call. */
  readonly isCall: boolean;
  /** Those in the line. */
  readonly instances: Fitted['instances'];
  /** Writes it, once there is room for it. */
  readonly write: () => Buffer;
}

/** A document that becomes no line, and why. */
interface Unwritten extends Item {
  readonly error: RecordError;
}

/**
 * Decides once the tags of all rows are there. No line is written for it, as its size is known.
 * @param checkTime asked at each document
 * @throws RecordError where the record fails as it is
 */
export function decide(
  contents: Contents,
  limits: FirehoseLimits,
  tagBytesOf: TagBytes,
  checkTime: () => void,
): Decision {
  if ('unopened' in contents) {
    const { unopened: bytes } = contents;
    return { step: 'put again', groups: [[{ bytes, lineBytes: 0, isGzipped: isGzip(bytes) }]] };
  }
  const maxLineBytes = maxLineBytesOf(limits);
  const items = contents.documents.map((document) => {
    checkTime();
    return itemOf(document, maxLineBytes, tagBytesOf);
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
  const lines = events.filter((event) => 'write' in event);
  const lineBytes = events.reduce((sum, event) => sum + event.lineBytes, 0);
  const isOneAnswer =
    bad.length === 0 &&
    lines.length === events.length &&
    lineBytes <= maxLineBytes &&
    lines.every((line) => isSame(line.partition, partition));
  if (isOneAnswer) return { step: 'answer', lines, lineBytes, partition };
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

function itemOf(
  document: BatchDocument,
  maxLineBytes: number,
  tagBytesOf: TagBytes,
): Line | SizedDocument | Unwritten {
  const { bytes } = document;
  if ('error' in document) return { bytes, lineBytes: 0, error: document.error };
  if ('lineBytes' in document) return document;
  const { partition, isCall } = document;
  const { lineBytes, instances, write } =
    'line' in document
      ? { lineBytes: document.line.length, instances: undefined, write: () => document.line }
      : filled(document, maxLineBytes, tagBytesOf);
  if (lineBytes <= maxLineBytes) return { bytes, lineBytes, partition, isCall, instances, write };
  const error = new RecordError('TOO_LARGE', `a row of ${lineBytes} bytes`);
  return { bytes, lineBytes: 0, error };
}

/** A row that no response can hold goes without its instances. */
function filled(
  { open, row }: OpenDocument,
  maxLineBytes: number,
  tagBytesOf: TagBytes,
): Pick<Line, 'lineBytes' | 'instances' | 'write'> {
  const fitted = fitInstances(open, row.instances ?? [], tagBytesOf);
  const kept = fitted.lineBytes <= maxLineBytes ? fitted : withoutInstances(open);
  return { ...kept, write: () => Buffer.from(closeLine(open, kept.instances)) };
}
