import { reserveMs } from '../config.ts';
import { type FirehoseLimits, firehoseLimits } from './limits.ts';

/**
 * Puts one batch to the stream and tells which records were accepted, in order. Rejects where the
 * call as a whole failed, and nothing is known to be accepted.
 */
export type PutBatch = (
  deliveryStreamArn: string,
  records: readonly Uint8Array[],
  signal: AbortSignal,
) => Promise<readonly boolean[]>;

export interface PutBudget {
  readonly remainingMs: () => number;
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

const maxTries = 6;
const firstWaitMs = 100;

/**
 * Puts records to the stream, in batches as large as the service takes. What was refused is tried
 * again, and only that, with back-off, as long as there is time.
 *
 * A call whose answer is lost may have been accepted: the worst case is a record that arrives
 * twice, which a query can remove; a record that is answered `Dropped` was always accepted.
 * @returns which records were accepted, in order
 */
export async function putAgain(
  putBatch: PutBatch,
  deliveryStreamArn: string,
  records: readonly Uint8Array[],
  { remainingMs, wait }: PutBudget,
  limits: FirehoseLimits = firehoseLimits,
): Promise<boolean[]> {
  const accepted = records.map(() => false);
  for (let attempt = 0; attempt < maxTries; attempt++) {
    const waitMs = attempt === 0 ? 0 : firstWaitMs * 2 ** (attempt - 1);
    if (remainingMs() - waitMs < reserveMs) break;
    if (waitMs > 0) await wait(waitMs);
    const refused = [...records.keys()].filter((index) => !accepted[index]);
    for (const batch of batchesOf(refused, records, limits)) {
      const leftMs = remainingMs() - reserveMs;
      if (leftMs <= 0) break;
      const batchRecords = batch.map((index) => records[index] as Uint8Array);
      const answers = await putBatch(
        deliveryStreamArn,
        batchRecords,
        AbortSignal.timeout(leftMs),
      ).catch(() => []);
      batch.forEach((index, at) => {
        accepted[index] = answers[at] === true;
      });
    }
    if (accepted.every(Boolean)) break;
  }
  return accepted;
}

/** Indexes of records in batches, each within the limits of one call. */
function batchesOf(
  indexes: readonly number[],
  records: readonly Uint8Array[],
  { maxBatchRecords, maxBatchBytes }: FirehoseLimits,
): number[][] {
  const batches: number[][] = [];
  let batch: number[] = [];
  let bytes = 0;
  for (const index of indexes) {
    const size = records[index]?.length ?? 0;
    if (batch.length > 0 && (batch.length >= maxBatchRecords || bytes + size > maxBatchBytes)) {
      batches.push(batch);
      [batch, bytes] = [[], 0];
    }
    batch.push(index);
    bytes += size;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

let service: Promise<PutBatch> | undefined;

/** Puts by the Firehose API, whose client is loaded on first need and then kept. */
export const putToService: PutBatch = async (...call) => {
  service ??= import('./put.ts').then(({ createPutBatch }) => createPutBatch());
  return (await service)(...call);
};
