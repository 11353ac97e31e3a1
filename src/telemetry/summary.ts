import type { TagCounts } from '../batch/add-tags.ts';
import type { Outcome, Transformed } from '../batch/outcome.ts';
import type { FailureCode } from '../errors.ts';
import type { FirehoseRecord } from '../firehose/contract.ts';

/**
 * What became of a batch, in numbers, and never contents of events.
 *
 * - records = ok + dropped + failed, and dropped = empty + control + putAgain
 * - events = rows + eventsPutAgain + eventsFailed
 */
export interface Summary {
  readonly records: number;
  /** Of them, those that we had put again ourselves. */
  readonly carried: number;
  readonly ok: number;
  readonly dropped: number;
  readonly failed: number;
  readonly empty: number;
  readonly control: number;
  readonly putAgain: number;
  readonly events: number;
  readonly rows: number;
  /** Of them, those that are API calls. */
  readonly apiCalls: number;
  readonly eventsPutAgain: number;
  readonly eventsFailed: number;
  /** Carriers that the stream accepted. */
  readonly parts: number;
  /** Carriers that it refused, by its code. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly failures: Failures;
  /** Instances in the rows, by the status of their tags. */
  readonly tags: TagCounts;
}

/** Failed records by code, with the ids of the first few. */
export type Failures = {
  readonly [C in FailureCode]?: { readonly count: number; readonly recordIds: readonly string[] };
};

const maxRecordIds = 3;

export function summaryOf(records: readonly FirehoseRecord[], { outcomes }: Transformed): Summary {
  const recordsBy = { Ok: 0, Dropped: 0, ProcessingFailed: 0 };
  const eventsBy = { Ok: 0, Dropped: 0, ProcessingFailed: 0 };
  const droppedBy = { empty: 0, control: 0, 'put again': 0 };
  const refusals: Record<string, number> = {};
  const tags: Record<string, number> = {};
  let parts = 0;
  let apiCalls = 0;
  for (const outcome of outcomes) {
    recordsBy[outcome.result] += 1;
    eventsBy[outcome.result] += outcome.events;
    if (outcome.result === 'Dropped') droppedBy[outcome.reason] += 1;
    if (outcome.result === 'Ok') {
      apiCalls += outcome.calls;
      for (const [status, count] of Object.entries(outcome.tags)) {
        tags[status] = (tags[status] ?? 0) + count;
      }
      continue;
    }
    parts += outcome.puts.accepted;
    for (const code of outcome.puts.refused) refusals[code] = (refusals[code] ?? 0) + 1;
  }
  return {
    records: outcomes.length,
    carried: outcomes.filter(({ isCarried }) => isCarried).length,
    ok: recordsBy.Ok,
    dropped: recordsBy.Dropped,
    failed: recordsBy.ProcessingFailed,
    empty: droppedBy.empty,
    control: droppedBy.control,
    putAgain: droppedBy['put again'],
    events: eventsBy.Ok + eventsBy.Dropped + eventsBy.ProcessingFailed,
    rows: eventsBy.Ok,
    apiCalls,
    eventsPutAgain: eventsBy.Dropped,
    eventsFailed: eventsBy.ProcessingFailed,
    parts,
    refusals,
    failures: failuresIn(records, outcomes),
    tags,
  };
}

/** A record that failed, and why; its reason says nothing of what is in it. */
export interface FailedRecord {
  readonly recordId: string;
  readonly code: FailureCode;
  readonly reason: string;
}

/** Every failed record of a batch, in order. */
export function failedRecordsIn(
  records: readonly FirehoseRecord[],
  outcomes: readonly Outcome[],
): FailedRecord[] {
  return outcomes.flatMap((outcome, index) => {
    if (outcome.result !== 'ProcessingFailed') return [];
    const { code, message: reason } = outcome.error;
    return [{ recordId: records[index]?.recordId ?? '', code, reason }];
  });
}

function failuresIn(records: readonly FirehoseRecord[], outcomes: readonly Outcome[]): Failures {
  const failed = failedRecordsIn(records, outcomes);
  const byCode = Map.groupBy(failed, ({ code }) => code);
  return Object.fromEntries(
    Array.from(byCode, ([code, group]) => {
      const recordIds = group.slice(0, maxRecordIds).map(({ recordId }) => recordId);
      return [code, { count: group.length, recordIds }];
    }),
  );
}

/**
 * Where bugs of ours showed: the frames of their stacks, without messages, which may quote the
 * record.
 */
export function bugsIn({ outcomes, tagError }: Transformed): string[] {
  const errors = outcomes.flatMap((outcome) =>
    outcome.result === 'ProcessingFailed' ? [outcome.error] : [],
  );
  return [...errors, ...(tagError ? [tagError] : [])].flatMap(({ code, cause }) => {
    if (code !== 'UNEXPECTED') return [];
    if (!Error.isError(cause)) return [`thrown: ${typeof cause}`];
    const stack = cause.stack ?? '';
    // The message comes first, and lines of it may look like frames.
    const behindMessage = stack.slice(stack.indexOf(cause.message) + cause.message.length);
    const frames = behindMessage.split('\n').filter((line) => line.startsWith('    at '));
    return [[cause.name, ...frames].join('\n')];
  });
}
