import { Buffer } from 'node:buffer';

/** What could not be read, and where. */
export interface FileFailure {
  readonly code: string;
  readonly reason: string;
  readonly bucket: string;
  readonly key: string;
  /** The record, counted from 1, and the byte of the unpacked file; of a whole file neither. */
  readonly record?: number | undefined;
  readonly offset?: number | undefined;
  readonly bytes: Uint8Array;
  /** As the rows of the file. */
  readonly arrivalMs: number;
}

/**
 * A failure as a line of an error object, in the keys that Firehose's error objects have: so one table
 * reads both. `rawData` is cut, since the file itself stays where it is.
 */
export function failureLineOf(failure: FileFailure, maxRawBytes: number): Uint8Array {
  const { code, reason, bucket, key, record, offset, bytes, arrivalMs } = failure;
  const place = [
    ...(record === undefined ? [] : [`record ${record}`]),
    ...(offset === undefined ? [] : [`byte ${offset}`]),
  ].join(', ');
  const line = {
    rawData: Buffer.from(bytes.subarray(0, maxRawBytes)).toString('base64'),
    errorCode: code,
    errorMessage: reason,
    attemptsMade: 1,
    arrivalTimestamp: arrivalMs,
    attemptEndingTimestamp: arrivalMs,
    bucket,
    key,
    place: place || 'the whole file',
  };
  return Buffer.from(`${JSON.stringify(line)}\n`);
}
