import { serviceLimits } from '../firehose/limits.ts';

/** Records in batches as large as one PutRecordBatch takes, in their order. */
export async function* batchesOf<T extends { readonly bytes: Uint8Array }>(
  records: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<T[]> {
  const { maxBatchRecords, maxBatchBytes } = serviceLimits;
  let batch: T[] = [];
  let batchBytes = 0;
  for await (const record of records) {
    const isFull =
      batch.length === maxBatchRecords || batchBytes + record.bytes.length > maxBatchBytes;
    if (batch.length > 0 && isFull) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(record);
    batchBytes += record.bytes.length;
  }
  if (batch.length > 0) yield batch;
}
