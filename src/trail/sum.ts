import { begunKey, type PartRef, receiptKey } from './layout.ts';
import { jsonIn } from './part.ts';
import { imbalancesOf, type PartCounts, type Receipt, sumOf } from './receipt.ts';
import type { Storage } from './storage.ts';

/** What all parts of a run gave together. */
export interface Report {
  readonly parts: number;
  /** Parts without a receipt, or whose last run was cut: they have to be run (again). */
  readonly incomplete: readonly PartRef[];
  readonly counts: PartCounts;
  readonly failuresByCode: Readonly<Record<string, number>>;
  /** Where the counts of a part, or of all, do not add up. Empty, or there is a bug. */
  readonly imbalances: readonly string[];
}

/** Receipts that are read at a time. */
const concurrency = 32;

/** Holds law 11 over the receipts of a run's parts. */
export async function sumUp(parts: readonly PartRef[], lake: Storage): Promise<Report> {
  const incomplete: PartRef[] = [];
  const failuresByCode: Record<string, number> = {};
  const imbalances: string[] = [];
  let counts = sumOf([]);
  for (let at = 0; at < parts.length; at += concurrency) {
    const some = parts.slice(at, at + concurrency);
    const receipts = await Promise.all(some.map((ref) => completeReceiptOf(ref, lake)));
    for (const [index, { day, number }] of some.entries()) {
      const receipt = receipts[index];
      if (!receipt) {
        incomplete.push({ day, number });
        continue;
      }
      counts = sumOf([counts, receipt.counts]);
      imbalances.push(
        ...imbalancesOf(receipt.counts).map((what) => `part ${number} of ${day}: ${what}`),
      );
      for (const [code, count] of Object.entries(receipt.failuresByCode)) {
        failuresByCode[code] = (failuresByCode[code] ?? 0) + count;
      }
    }
  }
  return { parts: parts.length, incomplete, counts, failuresByCode, imbalances };
}

/** The receipt of a part that is complete. */
export async function completeReceiptOf(ref: PartRef, lake: Storage): Promise<Receipt | undefined> {
  if (await lake.get(begunKey(ref))) return undefined;
  const bytes = await lake.get(receiptKey(ref));
  return bytes && (jsonIn(bytes) as Receipt);
}
