import { batchesOf } from '../stream/batches.ts';
import type { Ledger, Settlement } from './ledger.ts';

/** A record to be put again. */
export interface ReplayRecord {
  readonly id: string;
  readonly place: string;
  readonly bytes: Uint8Array;
  /** When it reached the stream first, epoch ms; where that is not known, the target decides. */
  readonly arrivalMs?: number;
}

export type OnSettled = (record: ReplayRecord, settlement: Settlement) => void;

/** Where records are replayed to. It tells what became of each once, at the latest when it is drained. */
export interface ReplayTarget {
  /** Takes records of one PutRecordBatch; resolves when there is room for more. */
  put(records: readonly ReplayRecord[]): Promise<void>;
  /** Resolves when all that was put is where it stays. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface Settled extends Settlement {
  readonly record: ReplayRecord;
}

/** `replayed = ok + dropped + failed + accepted + refused` */
export type ReplayCounts = Record<'replayed' | Settlement['result'], number>;

export interface ReplayOptions {
  readonly ledger: Ledger;
  /** Told of records once they are in the ledger. */
  readonly onSettled?: (settled: readonly Settled[]) => Promise<void>;
  readonly interrupted?: AbortSignal;
  /** Records and bytes between two drains: what is replayed again where it ends in between. */
  readonly roundRecords?: number;
  readonly roundBytes?: number;
}

/**
 * Puts records to a target, in batches as large as the service takes. What the target has is written into the
 * ledger only then: whatever ends this, a record is replayed twice rather than never.
 */
export async function replay(
  records: AsyncIterable<ReplayRecord>,
  openTarget: (onSettled: OnSettled) => Promise<ReplayTarget>,
  {
    ledger,
    onSettled,
    interrupted,
    roundRecords = 10_000,
    roundBytes = 64 * 1024 * 1024,
  }: ReplayOptions,
): Promise<ReplayCounts> {
  const counts = { replayed: 0, ok: 0, dropped: 0, failed: 0, accepted: 0, refused: 0 };
  let settled: Settled[] = [];
  const target = await openTarget((record, settlement) => settled.push({ record, ...settlement }));

  const finishRound = async () => {
    await target.drain();
    const round = settled;
    settled = [];
    await ledger.add(
      round
        .filter(({ result }) => result !== 'refused')
        .map(({ record: { id, place }, ...settlement }) => ({ id, place, ...settlement })),
    );
    for (const { result } of round) counts[result]++;
    counts.replayed += round.length;
    await onSettled?.(round);
  };

  try {
    const inRound = { records: 0, bytes: 0 };
    for await (const batch of batchesOf(records)) {
      await target.put(batch);
      inRound.records += batch.length;
      inRound.bytes += sizeOf(batch);
      if (interrupted?.aborted) break;
      if (inRound.records < roundRecords && inRound.bytes < roundBytes) continue;
      await finishRound();
      Object.assign(inRound, { records: 0, bytes: 0 });
    }
    await finishRound();
  } finally {
    await target.close();
  }
  return counts;
}

function sizeOf(records: readonly ReplayRecord[]): number {
  return records.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
