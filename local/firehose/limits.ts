/** Every limit is an argument, so that a test can run with a few KB. */
export interface Limits {
  /** Bytes of one record, before base64. */
  readonly maxRecordBytes: number;
  /** Records of one PutRecordBatch. */
  readonly maxBatchRecords: number;
  /** Bytes of all records of one PutRecordBatch, before base64. */
  readonly maxBatchBytes: number;
  /** Bytes of the JSON text that invokes the function. */
  readonly maxRequestBytes: number;
  /** Bytes of the JSON text that the function answers. */
  readonly maxResponseBytes: number;
  /** Characters of an evaluated prefix. */
  readonly maxPrefixLength: number;
  /** Partitions that may be open at once under dynamic partitioning. */
  readonly maxActivePartitions: number;
}

/**
 * What the service allows.
 * Amazon Data Firehose Developer Guide, Amazon Data Firehose Quota, and API Reference, PutRecordBatch;
 * request and response as AWS Lambda Developer Guide, Lambda quotas, has them: 6 MB each.
 */
export const serviceLimits: Limits = {
  maxRecordBytes: 1000 * 1024,
  maxBatchRecords: 500,
  maxBatchBytes: 4 * 1024 * 1024,
  maxRequestBytes: 6 * 1024 * 1024,
  // So the message of `Function.ResponseSizeTooLarge` spells it: 100 bytes more than the request.
  maxResponseBytes: 6 * 1024 * 1024 + 100,
  maxPrefixLength: 512,
  maxActivePartitions: 500,
};
