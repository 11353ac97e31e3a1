import type { FailureCode } from './errors.ts';
import type { TagCounts } from './tag-rows.ts';
import type { Transformed } from './transform.ts';

/**
 * What became of a batch, in numbers, without contents of events:
 * records = ok + dropped + failed, events = rows + events dropped + events failed.
 */
export interface Summary {
  readonly records: number;
  readonly ok: number;
  readonly dropped: number;
  readonly failed: number;
  readonly events: number;
  readonly rows: number;
  readonly eventsDropped: number;
  readonly eventsFailed: number;
  /** Parts of records that were put again and accepted. */
  readonly parts: number;
  readonly failures: Readonly<Partial<Record<FailureCode, number>>>;
  readonly tags: Readonly<TagCounts>;
}

export function summaryOf({ outcomes, tagCounts }: Transformed): Summary {
  const records = { Ok: 0, Dropped: 0, ProcessingFailed: 0 };
  const events = { Ok: 0, Dropped: 0, ProcessingFailed: 0 };
  const failures: Partial<Record<FailureCode, number>> = {};
  let parts = 0;
  for (const outcome of outcomes) {
    records[outcome.result] += 1;
    events[outcome.result] += outcome.events;
    if (outcome.result !== 'Ok') parts += outcome.parts;
    if (outcome.result !== 'ProcessingFailed') continue;
    failures[outcome.error.code] = (failures[outcome.error.code] ?? 0) + 1;
  }
  return {
    records: outcomes.length,
    ok: records.Ok,
    dropped: records.Dropped,
    failed: records.ProcessingFailed,
    events: events.Ok + events.Dropped + events.ProcessingFailed,
    rows: events.Ok,
    eventsDropped: events.Dropped,
    eventsFailed: events.ProcessingFailed,
    parts,
    failures,
    tags: tagCounts,
  };
}
