import { dayOf, daysBetween, rowTimeOf } from '../../src/rows/time.ts';
import type { ErrorLine, LostRecord } from './error-objects.ts';
import type { Ledger } from './ledger.ts';

/** A line of an error object, and whether it is to be replayed. */
export type Choice =
  | { readonly choice: 'unreadable'; readonly place: string; readonly problem: string }
  | {
      readonly choice: 'not asked' | 'twice' | 'already replayed' | 'selected';
      readonly record: LostRecord;
    };

export interface ChoiceOptions {
  readonly isAsked: (record: LostRecord) => boolean;
  readonly ledger: Ledger;
  /** Whether to choose what was replayed and failed again, too. */
  readonly again?: boolean | undefined;
}

/** Chooses what is to be replayed; of what is there in two objects, the first. */
export async function* choicesOf(
  lines: AsyncIterable<ErrorLine>,
  { isAsked, ledger, again = false }: ChoiceOptions,
): AsyncGenerator<Choice> {
  const seen = new Set<string>();
  for await (const line of lines) {
    if ('problem' in line) {
      yield { choice: 'unreadable', ...line };
      continue;
    }
    const { id } = line;
    const isDone = ledger.has(id) && !(again && ledger.hasFailed(id));
    const isTwice = seen.has(id);
    seen.add(id);
    const choice = isDone ? 'already replayed' : isTwice ? 'twice' : 'selected';
    yield { choice: isAsked(line) ? choice : 'not asked', record: line };
  }
}

/** Records of one day that failed with one code. */
export interface DayCount {
  /** Of their arrival, `yyyy-MM-dd`, UTC. */
  readonly day: string;
  readonly code: string;
  records: number;
}

/** What there is: `found = unreadable + notAsked + twice + alreadyReplayed + selected`. */
export interface Survey {
  readonly found: number;
  readonly unreadable: number;
  readonly notAsked: number;
  /** In an object before, too. */
  readonly twice: number;
  readonly alreadyReplayed: number;
  readonly selected: number;
  /** Ids of what is selected. */
  readonly selectedIds: ReadonlySet<string>;
  /** Ids of what was replayed before. */
  readonly done: readonly string[];
  /** Of all that was asked for, by day and code. */
  readonly byDay: readonly DayCount[];
  /** Places of selected records whose day is not theirs any more where they arrive now. */
  readonly late: readonly string[];
}

export interface SurveyOptions {
  /** Days that a record may be late and still be filed under its own; without it none is. */
  readonly maxDaysLate: number | undefined;
  readonly nowMs: number;
  readonly onUnreadable: (message: string) => void;
}

export async function surveyOf(
  choices: AsyncIterable<Choice>,
  { maxDaysLate = Number.POSITIVE_INFINITY, nowMs, onUnreadable }: SurveyOptions,
): Promise<Survey> {
  const today = arrivalDayOf(nowMs);
  const counts = { unreadable: 0, 'not asked': 0, twice: 0, 'already replayed': 0, selected: 0 };
  const byDay = new Map<string, DayCount>();
  const late: string[] = [];
  const done: string[] = [];
  const selectedIds = new Set<string>();
  for await (const one of choices) {
    counts[one.choice]++;
    if (one.choice === 'unreadable') {
      onUnreadable(`${one.place}: ${one.problem}`);
      continue;
    }
    if (one.choice === 'not asked') continue;
    const { id, code, place, arrivalMs } = one.record;
    if (one.choice === 'already replayed') done.push(id);
    else selectedIds.add(id);
    const day = arrivalDayOf(arrivalMs);
    const key = `${day} ${code}`;
    const count = byDay.get(key) ?? { day, code, records: 0 };
    count.records++;
    byDay.set(key, count);
    const daysLate = daysBetween(day, today);
    if (one.choice === 'selected' && daysLate > maxDaysLate) late.push(place);
  }
  return {
    found: Object.values(counts).reduce((sum, count) => sum + count, 0),
    unreadable: counts.unreadable,
    notAsked: counts['not asked'],
    twice: counts.twice,
    alreadyReplayed: counts['already replayed'],
    selected: counts.selected,
    byDay: [...byDay].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count),
    late,
    selectedIds,
    done,
  };
}

/** The records that were selected: what has come since the survey is for the next run. */
export async function* selectedIn(
  choices: AsyncIterable<Choice>,
  { selectedIds }: Survey,
): AsyncGenerator<LostRecord> {
  for await (const one of choices) {
    if (one.choice === 'selected' && selectedIds.has(one.record.id)) yield one.record;
  }
}

/** The UTC day of an arrival, `yyyy-MM-dd`. */
export function arrivalDayOf(epochMs: number): string {
  return dayOf(rowTimeOf(epochMs));
}
