import type { FailureCode } from './errors.ts';
import type { TagCounts } from './tag-rows.ts';
import type { Outcome, Transformed } from './transform.ts';

/** What became of a batch, in numbers: records = ok + dropped + failed. No contents of events. */
export interface Summary {
  readonly records: number;
  readonly rows: number;
  readonly ok: number;
  readonly dropped: number;
  readonly failed: number;
  readonly failures: Readonly<Partial<Record<FailureCode, number>>>;
  readonly tags: Readonly<TagCounts>;
}

export function summaryOf({ outcomes, tagCounts }: Transformed): Summary {
  const failures: Partial<Record<FailureCode, number>> = {};
  let rows = 0;
  for (const outcome of outcomes) {
    if (outcome.result === 'Ok') rows += outcome.lines.length;
    if (outcome.result !== 'ProcessingFailed') continue;
    failures[outcome.error.code] = (failures[outcome.error.code] ?? 0) + 1;
  }
  const count = (result: Outcome['result']) =>
    outcomes.filter((one) => one.result === result).length;
  return {
    records: outcomes.length,
    rows,
    ok: count('Ok'),
    dropped: count('Dropped'),
    failed: count('ProcessingFailed'),
    failures,
    tags: tagCounts,
  };
}
