import type { ErrorOutputType } from './failures.ts';
import type { StoredObject } from './ports.ts';
import type { Outcome } from './response.ts';

/**
 * What a stream has done so far. Once drained, `received = ok + dropped + failed`, and `failed` is the sum of
 * `failedByCode`.
 */
export interface Counters {
  records: {
    /** Accepted by a put. */
    received: number;
    /** Bytes of the accepted, as they were put. */
    receivedBytes: number;
    /** Gone to a data object. */
    ok: number;
    dropped: number;
    /** Gone to an error object. */
    failed: number;
    failedByCode: Record<string, number>;
  };
  /** Every attempt counts. */
  invocations: number;
  functionErrors: number;
  /** Lines of `ok` records that the format conversion refused; they are in error objects. */
  refusedLines: number;
  /** Data objects, and their bytes as stored. */
  objects: number;
  objectBytes: number;
  /** Error objects, and their bytes as stored. */
  errorObjects: number;
  errorObjectBytes: number;
  errorObjectsByType: Partial<Record<ErrorOutputType, number>>;
}

export function createCounters(): Counters {
  return {
    records: { received: 0, receivedBytes: 0, ok: 0, dropped: 0, failed: 0, failedByCode: {} },
    invocations: 0,
    functionErrors: 0,
    refusedLines: 0,
    objects: 0,
    objectBytes: 0,
    errorObjects: 0,
    errorObjectBytes: 0,
    errorObjectsByType: {},
  };
}

export function countReceived({ records }: Counters, bytes: number): void {
  records.received++;
  records.receivedBytes += bytes;
}

/** Counts what finally became of a record. */
export function countSettled({ records }: Counters, outcome: Outcome): void {
  if (outcome.result === 'Ok') records.ok++;
  else if (outcome.result === 'Dropped') records.dropped++;
  else {
    const { code } = outcome.failure;
    records.failed++;
    records.failedByCode[code] = (records.failedByCode[code] ?? 0) + 1;
  }
}

export function countStored(
  counters: Counters,
  { bytes, errorOutputType: type }: StoredObject,
): void {
  if (type === undefined) {
    counters.objects++;
    counters.objectBytes += bytes;
  } else {
    counters.errorObjects++;
    counters.errorObjectBytes += bytes;
    counters.errorObjectsByType[type] = (counters.errorObjectsByType[type] ?? 0) + 1;
  }
}
