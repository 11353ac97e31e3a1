import { PutError } from './errors.ts';
import type { Limits } from './limits.ts';

/** What a put answers for one record. Amazon Data Firehose API Reference, PutRecordBatchResponseEntry. */
export type PutResponseEntry =
  | { readonly RecordId: string }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** Amazon Data Firehose API Reference, PutRecord. */
export interface PutRecordAnswer {
  readonly RecordId: string;
  readonly Encrypted: false;
}

/** Amazon Data Firehose API Reference, PutRecordBatch. The entries are in the order of the records. */
export interface PutRecordBatchAnswer {
  readonly FailedPutCount: number;
  readonly Encrypted: false;
  readonly RequestResponses: readonly PutResponseEntry[];
}

type PutLimits = Pick<Limits, 'maxRecordBytes' | 'maxBatchRecords' | 'maxBatchBytes'>;

/**
 * Refuses what PutRecord refuses.
 * @throws PutError ValidationException for a record that is too large
 */
export function checkRecord(data: Uint8Array, { maxRecordBytes }: PutLimits): void {
  checkSize(data, 'record.data', maxRecordBytes);
}

/**
 * Refuses what PutRecordBatch refuses as a whole: the model's constraints are checked first, the sum last.
 * @throws PutError ValidationException for the number of records or the size of one,
 *   InvalidArgumentException for the size of all
 */
export function checkBatch(
  records: readonly Uint8Array[],
  { maxRecordBytes, maxBatchRecords, maxBatchBytes }: PutLimits,
): void {
  if (records.length === 0) refuse('records', '[]', 'greater than or equal to 1');
  if (records.length > maxBatchRecords) {
    refuse('records', `[${records.length} records]`, `less than or equal to ${maxBatchRecords}`);
  }
  records.forEach((data, index) => {
    checkSize(data, `records.${index + 1}.member.data`, maxRecordBytes);
  });
  const bytes = records.reduce((sum, data) => sum + data.byteLength, 0);
  if (bytes > maxBatchBytes) {
    throw new PutError('InvalidArgumentException', 'Records size exceeds 4 MB limit');
  }
}

function checkSize(data: Uint8Array, path: string, maxRecordBytes: number): void {
  if (data.byteLength <= maxRecordBytes) return;
  refuse(path, `[${data.byteLength} bytes]`, `less than or equal to ${maxRecordBytes}`);
}

function refuse(path: string, value: string, constraint: string): never {
  throw new PutError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: Member must have length ${constraint}`,
  );
}
