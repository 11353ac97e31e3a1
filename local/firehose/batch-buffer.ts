import type { StreamRecord } from './record.ts';
import { requestRecordBytes } from './request.ts';

/** Collects records until they make an invocation. */
export interface BatchBuffer {
  add(record: StreamRecord): void;
  /** Closes the batch whose interval is over. */
  closeDue(): void;
  /** Closes the batch whatever its size and age. */
  close(): void;
  isEmpty(): boolean;
}

export interface BatchBufferOptions {
  /** A batch is closed before its records, as they were put, pass this; one record alone may. */
  readonly bufferBytes: number;
  /** A batch is closed before its records' part of the request passes this. */
  readonly maxRecordsBytes: number;
  /** A batch is due so long after its first record, by the clock. */
  readonly intervalMs: number;
  readonly now: () => number;
  /** Takes each closed batch; it is never empty. */
  readonly onBatch: (records: readonly StreamRecord[]) => void;
}

/**
 * Makes the buffer before the function. Only its size closes a batch by itself.
 * Amazon Data Firehose Developer Guide, Buffering hints.
 */
export function createBatchBuffer(options: BatchBufferOptions): BatchBuffer {
  const { bufferBytes, maxRecordsBytes, intervalMs, now, onBatch } = options;
  let records: StreamRecord[] = [];
  let bytes = 0;
  let requestBytes = 0;
  let openedMs = 0;

  const close = () => {
    if (records.length === 0) return;
    const batch = records;
    records = [];
    bytes = 0;
    requestBytes = 0;
    onBatch(batch);
  };

  return {
    add(record) {
      const addedBytes = requestRecordBytes(record);
      const fits =
        bytes + record.bytes <= bufferBytes && requestBytes + addedBytes <= maxRecordsBytes;
      if (!fits) close();
      if (records.length === 0) openedMs = now();
      records.push(record);
      bytes += record.bytes;
      requestBytes += addedBytes;
      if (bytes >= bufferBytes) close();
    },
    closeDue() {
      if (now() - openedMs >= intervalMs) close();
    },
    close,
    isEmpty: () => records.length === 0,
  };
}
