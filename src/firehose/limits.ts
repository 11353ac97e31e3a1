/**
 * What Firehose and Lambda allow. Arguments everywhere, so that tests run with small ones.
 * "Amazon Data Firehose Quota", "PutRecordBatch" (Amazon Data Firehose), "Lambda quotas".
 */
export interface FirehoseLimits {
  /** Bytes of a response as it is serialised: 6 MB, and the 100 that Lambda's error message adds. */
  readonly maxResponseBytes: number;
  /** Bytes of a record, before base64. */
  readonly maxRecordBytes: number;
  /** Records and bytes of one PutRecordBatch call. */
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
}

export const firehoseLimits: FirehoseLimits = {
  maxResponseBytes: 6 * 1024 * 1024 + 100,
  maxRecordBytes: 1000 * 1024,
  maxBatchRecords: 500,
  maxBatchBytes: 4 * 1024 * 1024,
};

/** What an answer has around its data: ids and partition keys, well below 1 KiB. */
const answerOverheadBytes = 1024;

/** Bytes of lines that one answer can hold when it is alone in a response: base64 takes a third. */
export function maxLineBytesOf({ maxResponseBytes }: FirehoseLimits): number {
  return Math.floor((maxResponseBytes - answerOverheadBytes) / 4) * 3;
}
