import type { Scope } from '../scope.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Days that pictures by day show one by one; more are put together by weeks. */
const mostDays = 200;

/** The days of a scope, or where they are many, the first days of its weeks. */
export interface DaySteps {
  readonly steps: readonly string[];
  readonly isWeeks: boolean;
  /** The step that a day belongs to; -1 where it is of none. */
  stepOf(day: string): number;
}

export function dayStepsOf({ since, until }: Pick<Scope, 'since' | 'until'>): DaySteps {
  const first = Date.parse(since);
  const count = Math.round((Date.parse(until) - first) / dayMs) + 1;
  const isWeeks = count > mostDays;
  const length = isWeeks ? 7 : 1;
  const steps = Array.from({ length: Math.ceil(count / length) }, (_, step) =>
    new Date(first + step * length * dayMs).toISOString().slice(0, 'yyyy-MM-dd'.length),
  );
  return {
    steps,
    isWeeks,
    stepOf(day) {
      const step = Math.floor((Date.parse(day) - first) / dayMs / length);
      return step >= 0 && step < steps.length ? step : -1;
    },
  };
}

/** Counts by step and name. */
export function countsOf<R>(
  rows: readonly R[],
  steps: number,
  stepOf: (row: R) => number,
  nameOf: (row: R) => string,
  countOf: (row: R) => number,
) {
  const counts = new Map<string, number[]>();
  for (const row of rows) {
    const step = stepOf(row);
    if (step < 0 || step >= steps) continue;
    const name = nameOf(row);
    const list = counts.get(name) ?? new Array<number>(steps).fill(0);
    list[step] = (list[step] ?? 0) + countOf(row);
    counts.set(name, list);
  }
  const sumOf = (name: string) => (counts.get(name) ?? []).reduce((a, b) => a + b, 0);
  const names = [...counts.keys()].sort(
    (a, b) =>
      Number(a === 'others') - Number(b === 'others') || sumOf(b) - sumOf(a) || (a < b ? -1 : 1),
  );
  return { names, value: (step: number, name: string) => counts.get(name)?.[step] ?? 0, sumOf };
}
