import { Buffer } from 'node:buffer';
import type {
  FirehoseTransformationEvent,
  FirehoseTransformationEventRecord,
  FirehoseTransformationResult,
  FirehoseTransformationResultRecord,
} from 'aws-lambda';

/**
 * Firehose's contract with a transformation: each `recordId` is answered once, `data` is base64,
 * partition keys are strings. "Transform source data in Amazon Data Firehose" (Developer Guide).
 */
export type Invocation = FirehoseTransformationEvent;
export type Response = FirehoseTransformationResult;
export type FirehoseRecord = FirehoseTransformationEventRecord;
export type FirehoseAnswer = FirehoseTransformationResultRecord;

/** Whoever invoked the function is not Firehose, and has to be told. */
export class InvocationError extends Error {
  override readonly name = 'InvocationError';
}

/** The records of an invocation. @throws InvocationError where it is none */
export function recordsOf(invocation: unknown): readonly FirehoseRecord[] {
  const { records } = (invocation ?? {}) as { readonly records?: unknown };
  if (Array.isArray(records) && records.every(isRecord)) return records;
  throw new InvocationError(
    'The event is not an invocation by Firehose: it has to be {"deliveryStreamArn": "…", "records": ' +
      '[{"recordId": "…", "approximateArrivalTimestamp": 1795168800000, "data": "base64"}]}. ' +
      '`eventlake invocation FILE` makes one of AWS events.',
  );
}

function isRecord(record: unknown): record is FirehoseRecord {
  return typeof (record as { recordId?: unknown } | null)?.recordId === 'string';
}

/** What a record's answer says of where its lines are stored. */
export interface PartitionKeys {
  readonly source: string;
  readonly day: string;
}

/** The record became lines, each ended by a newline, that are stored under these keys. */
export function okAnswer(
  recordId: string,
  lines: readonly Buffer[],
  partitionKeys: PartitionKeys,
): FirehoseAnswer {
  const [only, ...others] = lines;
  const bytes = only && others.length === 0 ? only : Buffer.concat(lines);
  const data = bytes.toString('base64');
  return { recordId, result: 'Ok', data, metadata: { partitionKeys: { ...partitionKeys } } };
}

/** The record is left out for good, and counts as a success. */
export function droppedAnswer({ recordId }: FirehoseRecord): FirehoseAnswer {
  return { recordId, result: 'Dropped' };
}

/** The record goes to the error prefix, as it came. */
export function failedAnswer({ recordId, data }: FirehoseRecord): FirehoseAnswer {
  return { recordId, result: 'ProcessingFailed', data };
}
