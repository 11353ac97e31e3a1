import { randomUUID } from 'node:crypto';
import type { PartRef } from '../../src/trail/layout.ts';
import type { PlanRequest } from '../../src/trail/plan.ts';
import type { PartCounts } from '../../src/trail/receipt.ts';
import type { MonthSummary } from '../../src/trail/steps.ts';
import { EnvironmentError } from '../errors.ts';
import type { HistoryFunction } from './open-function.ts';

export type { PlanRequest };

/** What a trail holds of what was asked for, and what is to be done of it. */
export interface Survey {
  readonly months: readonly MonthSummary[];
  readonly denied: readonly string[];
  readonly totals: {
    readonly days: number;
    readonly parts: number;
    readonly files: number;
    readonly bytes: number;
    readonly listed: number;
    readonly known: number;
    readonly skippedBy: Readonly<Record<string, number>>;
    readonly classes: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;
    readonly streamDays: readonly string[];
  };
}

export interface BackfillProgress {
  readonly parts: number;
  readonly files: number;
  readonly bytes: number;
  readonly events: number;
  readonly seconds: number;
}

/** The end of a run, as its last step tells it. */
export interface RunReport {
  readonly parts: number;
  readonly incomplete: number;
  readonly isComplete: boolean;
  readonly counts: PartCounts;
  readonly failuresByCode: Readonly<Record<string, number>>;
  readonly imbalances: readonly string[];
  readonly report: string;
}

/**
 * Plans what is asked for, month by month in as many workers as there are. Unless it is dry, the lists of
 * new parts are written.
 */
export async function planRun(
  run: string,
  request: PlanRequest,
  fn: HistoryFunction,
  {
    onMonth,
    interrupted,
  }: { onMonth?: (done: number, of: number) => void; interrupted: AbortSignal },
): Promise<Survey> {
  type Months = { readonly months: readonly string[]; readonly denied: readonly string[] };
  const { months, denied } = await fn.take<Months>({ step: 'months', ...request });
  const summaries: MonthSummary[] = [];
  await inWorkers(months, fn.workers, interrupted, async (month) => {
    summaries.push(await fn.take<MonthSummary>({ step: 'plan', run, month, ...request }));
    onMonth?.(summaries.length, months.length);
  });
  summaries.sort((a, b) => (a.month < b.month ? -1 : 1));
  const sum = (of: (one: MonthSummary) => number) =>
    summaries.reduce((total, one) => total + of(one), 0);
  return {
    months: summaries,
    denied: [...new Set([...denied, ...summaries.flatMap((one) => one.denied)])],
    totals: {
      days: sum(({ days }) => days),
      parts: sum(({ parts }) => parts),
      files: sum(({ files }) => files),
      bytes: sum(({ bytes }) => bytes),
      listed: sum(({ listed }) => listed),
      known: sum(({ known }) => known),
      skippedBy: addedUp(summaries.map(({ skippedBy }) => skippedBy)),
      classes: classesOf(summaries),
      streamDays: summaries.flatMap(({ streamDays }) => streamDays),
    },
  };
}

function addedUp(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const one of all) {
    for (const [name, count] of Object.entries(one)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function classesOf(summaries: readonly MonthSummary[]) {
  const all: Record<string, { files: number; bytes: number }> = {};
  for (const { classes } of summaries) {
    for (const [name, { files, bytes }] of Object.entries(classes)) {
      all[name] ??= { files: 0, bytes: 0 };
      all[name].files += files;
      all[name].bytes += bytes;
    }
  }
  return all;
}

/** A name for a run. Nothing in the lake but its own plan and report depends on it. */
export function newRun(): string {
  return `local-${randomUUID()}`;
}

export interface RunOptions {
  readonly months: readonly string[];
  readonly again: boolean;
  readonly overlap: boolean;
  readonly interrupted: AbortSignal;
  readonly onProgress: (progress: BackfillProgress) => void;
}

/** Runs what was planned. Whatever ends it, what is complete has a receipt and is not run again. */
export async function runParts(
  run: string,
  fn: HistoryFunction,
  { months, again, overlap, interrupted, onProgress }: RunOptions,
): Promise<RunReport> {
  type Manifest = { readonly refs: readonly PartRef[] };
  const manifest = { step: 'manifest', run, months, again, overlap, withParts: true };
  const { refs: parts } = await fn.take<Manifest>(manifest);
  const startedMs = performance.now();
  const done = { parts: 0, files: 0, bytes: 0, events: 0 };
  await inWorkers(parts, fn.workers, interrupted, async ({ day, number }) => {
    const counts = await fn.take<PartCounts>({ step: 'part', day, number });
    done.parts++;
    done.files += counts.filesListed;
    done.bytes += counts.bytesListed;
    done.events += counts.events;
    onProgress({ ...done, seconds: (performance.now() - startedMs) / 1000 });
  });
  return fn.take<RunReport>({ step: 'sum', run });
}

/** Does the same with each, some at a time; the first error ends it, as an interruption does. */
export async function inWorkers<T>(
  all: readonly T[],
  workers: number,
  interrupted: AbortSignal,
  step: (one: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed: unknown;
  const work = async () => {
    while (next < all.length && failed === undefined && !interrupted.aborted) {
      try {
        await step(all[next++] as T);
      } catch (error) {
        failed ??= error ?? new EnvironmentError('unknown');
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (failed !== undefined) throw failed;
}
