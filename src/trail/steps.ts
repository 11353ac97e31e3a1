import type { TagFilter } from '../tags/tag-set.ts';
import type { LakeReads } from './configuration.ts';
import { digestKind, type FileFilter, isDay } from './key.ts';
import { listKey, manifestKey, monthKey, type PartRef, reportKey } from './layout.ts';
import type { TrailLimits } from './limits.ts';
import { jsonBytesOf, jsonIn, partIn } from './part.ts';
import { type MonthPlan, monthsOf, type PlanRequest, planMonth } from './plan.ts';
import { markBegun, runPart } from './run-part.ts';
import type { Storage } from './storage.ts';
import { completeReceiptOf, sumUp } from './sum.ts';
import { type PublicKey, verifyMonth } from './verify.ts';

/** What the function is asked for: one step of history. */
export type StepRequest =
  | ({
      readonly step: 'months';
      /** Parts that are to run at a time, and invocations that the account has for all its functions. */
      readonly concurrency?: number | undefined;
      readonly unreserved?: number | undefined;
      /** Whether months of digests are meant, and not those of files. */
      readonly digests?: boolean | undefined;
    } & PlanRequest)
  | ({ readonly step: 'plan'; readonly run: string; readonly month: string } & PlanRequest)
  | {
      readonly step: 'manifest';
      readonly run: string;
      readonly months: readonly string[];
      readonly overlap?: boolean | undefined;
      /** Parts that are complete are marked as begun, so that whatever ends the run, the next one goes on. */
      readonly again?: boolean | undefined;
      /** Whether the answer is to have the parts: not for a state machine, whose inputs are small. */
      readonly withParts?: boolean | undefined;
    }
  | ({ readonly step: 'part' } & PartRef)
  | { readonly step: 'sum'; readonly run: string }
  | ({
      readonly step: 'verify';
      readonly month: string;
      readonly publicKeys: readonly PublicKey[];
    } & FileFilter);

export interface StepOptions {
  readonly trail: Storage;
  readonly prefix: string;
  readonly lake: Storage;
  readonly sources: ReadonlySet<string>;
  readonly isKept: TagFilter;
  readonly limits: TrailLimits;
  /** What a run may read; beyond it nothing is begun. */
  readonly maxFiles: number;
  readonly maxBytes: number;
  /** What the lake's queries read; undefined where they read everything. */
  readonly reads?: LakeReads | undefined;
  readonly checkTime: () => void;
  readonly onBug: (error: unknown) => void;
}

/** The run must not go on as it is; the message says what to change. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Does one step, and answers with what the next needs and people want to know. */
export async function takeStep(request: StepRequest, options: StepOptions): Promise<object> {
  switch (request.step) {
    case 'months':
      checkConcurrency(request);
      return monthsOf(request, options, request.digests ? [digestKind] : undefined);
    case 'plan': {
      const plan = await planMonth(request.month, request, options);
      if (!request.isDry) {
        await options.lake.put(monthKey(request.run, request.month), jsonBytesOf(plan));
      }
      return summaryOf(plan);
    }
    case 'manifest':
      return writeManifest(request, options);
    case 'part': {
      const { day, number } = request;
      const ref = { day, number };
      const done = await completeReceiptOf(ref, options.lake);
      const bytes = done ? undefined : await options.lake.get(listKey(ref));
      if (!done && !bytes) throw new RefusedError(`There is no list of part ${number} of ${day}.`);
      const { counts, failuresByCode } =
        done ?? (await runPart(partIn(bytes as Uint8Array), ref, options));
      return { ...ref, ...counts, failuresByCode };
    }
    case 'sum':
      return sumRun(request.run, options);
    case 'verify':
      return verifyMonth(request.month, request, { ...options, publicKeys: request.publicKeys });
  }
}

/** A function that finds no room sends live events to errors/. */
function checkConcurrency({
  concurrency = 0,
  unreserved = Number.POSITIVE_INFINITY,
}: Extract<StepRequest, { step: 'months' }>): void {
  const most = Math.floor(unreserved / 2);
  if (concurrency <= most) return;
  throw new RefusedError(
    `MaxConcurrency is ${concurrency}, but the account has ${unreserved} unreserved invocations at a time, which other functions need too: set that parameter of history.yaml to ${most} at most, or raise the account's quota.`,
  );
}

/** A plan as an answer: its parts are counted, since a month may have thousands. */
function summaryOf({ parts, ...plan }: MonthPlan) {
  return {
    ...plan,
    days: new Set(parts.map(({ day }) => day)).size,
    parts: parts.length,
    files: parts.reduce((sum, { files }) => sum + files, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

export type MonthSummary = ReturnType<typeof summaryOf>;

async function writeManifest(
  { run, months, overlap, again, withParts }: Extract<StepRequest, { step: 'manifest' }>,
  { lake, maxFiles, maxBytes, reads }: StepOptions,
) {
  const plans: MonthPlan[] = [];
  for (const month of months) {
    const bytes = await lake.get(monthKey(run, month));
    if (!bytes) throw new RefusedError(`The plan of ${month} is not there: plan it first.`);
    plans.push(jsonIn(bytes) as MonthPlan);
  }
  const parts = plans.flatMap((plan) => plan.parts);
  const files = parts.reduce((sum, part) => sum + part.files, 0);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  if (files > maxFiles) {
    throw new RefusedError(
      `The plan has ${files} files, more than MaxFiles (${maxFiles}): raise that parameter of history.yaml, or ask for fewer days.`,
    );
  }
  if (bytes > maxBytes) {
    throw new RefusedError(
      `The plan has ${(bytes / 1e9).toFixed(1)} GB, more than MaxGigabytes (${maxBytes / 1e9}): raise that parameter of history.yaml, or ask for fewer days.`,
    );
  }
  const [first] = parts.map(({ day }) => day).sort();
  if (reads && !reads.json) {
    throw new RefusedError(
      'Rows of history are JSON, which the tables of the lake do not read: set AlsoRead to json in the stack of template.yaml, then in that of history.yaml.',
    );
  }
  if (reads && first !== undefined && first < reads.firstDay) {
    throw new RefusedError(
      `The first day of the plan is ${first}, and queries read the lake from ${reads.firstDay} on: set FirstDay to ${first} in the stack of template.yaml, then in that of history.yaml, or begin later with "from".`,
    );
  }
  const streamDays = plans.flatMap((plan) => plan.streamDays);
  if (streamDays.length > 0 && !overlap) {
    throw new RefusedError(
      `The lake has rows from the stream of ${streamDays.length} planned days, such as ${streamDays[0]}: end before them with "to", or give "overlap": true to have their events twice.`,
    );
  }
  const refs = parts.map(({ day, number }) => ({ day, number }));
  if (again) await markBegun(refs, lake);
  await lake.put(manifestKey(run), jsonBytesOf(refs));
  const sums = { parts: parts.length, files, bytes, manifest: manifestKey(run) };
  return withParts ? { ...sums, refs } : sums;
}

async function sumRun(run: string, { lake }: StepOptions) {
  const bytes = await lake.get(manifestKey(run));
  if (!bytes)
    throw new RefusedError(`The run ${run} has no manifest: it was refused, or is not planned.`);
  const report = await sumUp(jsonIn(bytes) as PartRef[], lake);
  await lake.put(reportKey(run), jsonBytesOf(report));
  const { incomplete, ...sums } = report;
  return {
    ...sums,
    incomplete: incomplete.length,
    isComplete: incomplete.length === 0 && report.imbalances.length === 0,
    report: reportKey(run),
  };
}

/** @throws RefusedError for what is no step */
export function stepIn(request: unknown): StepRequest {
  const fields = { ...(request as Record<string, unknown>) };
  const check = (name: string, isGood: (value: unknown) => boolean, form: string) => {
    if (!isGood(fields[name])) {
      throw new RefusedError(`"${name}" is ${JSON.stringify(fields[name])}; it must be ${form}.`);
    }
  };
  // An input of a state machine names all its fields; null stands for those that nobody gave.
  for (const name of Object.keys(fields)) if (fields[name] === null) delete fields[name];
  const isOptional = (isGood: (value: unknown) => boolean) => (value: unknown) =>
    value === undefined || isGood(value);
  const isListOf = (pattern: RegExp) => (value: unknown) =>
    Array.isArray(value) && value.every((item) => typeof item === 'string' && pattern.test(item));
  const isText = (pattern: RegExp) => (value: unknown) =>
    typeof value === 'string' && pattern.test(value);
  const isBoolean = (value: unknown) => typeof value === 'boolean';
  const isDayText = (value: unknown) => typeof value === 'string' && isDay(value);

  check('step', isText(/^(?:months|plan|manifest|part|sum|verify)$/), 'a step of history');
  const { step } = fields;
  if (step === 'months' || step === 'plan' || step === 'verify') {
    check('from', isOptional(isDayText), 'a day such as 2024-02-29');
    check('to', isOptional(isDayText), 'a day such as 2024-02-29');
    check('accounts', isOptional(isListOf(/^\d{12}$/)), 'a list of ids of accounts');
    check('regions', isOptional(isListOf(/^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/)), 'a list of Regions');
    check('again', isOptional(isBoolean), 'true or false');
    check('isDry', isOptional(isBoolean), 'true or false');
  }
  if (step === 'plan' || step === 'verify')
    check('month', isText(/^\d{4}-(?:0[1-9]|1[0-2])$/), 'a month such as 2024-02');
  if (step === 'plan' || step === 'manifest' || step === 'sum') {
    check('run', isText(/^[A-Za-z0-9_-]{1,80}$/), 'the name of a run');
  }
  if (step === 'manifest') {
    check('months', isListOf(/^\d{4}-\d{2}$/), 'a list of months');
    check('overlap', isOptional(isBoolean), 'true or false');
    check('again', isOptional(isBoolean), 'true or false');
    check('withParts', isOptional(isBoolean), 'true or false');
  }
  if (step === 'verify') {
    const isKey = (key: Record<string, unknown> | null) =>
      typeof key?.Fingerprint === 'string' && typeof key?.Value === 'string';
    check('publicKeys', (keys) => Array.isArray(keys) && keys.every(isKey), 'a list of keys');
  }
  if (step === 'part') {
    check('day', isDayText, 'a day such as 2024-02-29');
    check('number', (value) => Number.isInteger(value) && Number(value) >= 0, 'a number of a part');
  }
  return fields as unknown as StepRequest;
}
