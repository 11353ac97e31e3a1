import { type FileFilter, isAskedFor, type SkipReason, trailFileOf } from './key.ts';
import { begunOf, listKey, listsOf, type PartRef, partOfKey, receiptsOf } from './layout.ts';
import type { TrailLimits } from './limits.ts';
import { streamDaysOf } from './overlap.ts';
import { listBytesOf, type Part, partIn, partsOf } from './part.ts';
import type { ListedObject, Storage } from './storage.ts';
import { objectsIn, walk } from './walk.ts';

export interface PlanOptions {
  readonly trail: Storage;
  /** What the keys of the trail begin with. */
  readonly prefix: string;
  readonly lake: Storage;
  readonly limits: Pick<TrailLimits, 'maxPartBytes' | 'maxPartFiles'>;
}

/** What is asked of a plan. */
export interface PlanRequest extends FileFilter {
  /** Parts that are complete are run again. */
  readonly again?: boolean | undefined;
  /** Nothing is written. */
  readonly isDry?: boolean | undefined;
}

/** A part that is to be run. */
export interface PlannedPart extends PartRef {
  readonly files: number;
  readonly bytes: number;
}

/** What a month of the trail holds, and what is to be done of it. */
export interface MonthPlan {
  readonly month: string;
  /** Objects in its folders, those that are skipped among them. */
  readonly listed: number;
  readonly skippedBy: Readonly<Partial<Record<SkipReason, number>>>;
  /** Files that a list names already. */
  readonly known: number;
  readonly parts: readonly PlannedPart[];
  /** Files of the parts by storage class, where the bucket tells one. */
  readonly classes: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;
  /** Folders that could not be listed. */
  readonly denied: readonly string[];
  /** Days of which the lake has rows from the stream. */
  readonly streamDays: readonly string[];
}

/**
 * The months that a trail has files of.
 * @param kinds names of their folders; default those of events
 */
export async function monthsOf(
  { from, to, accounts, regions }: FileFilter,
  { trail, prefix }: Pick<PlanOptions, 'trail' | 'prefix'>,
  kinds?: readonly string[],
): Promise<{ readonly months: readonly string[]; readonly denied: readonly string[] }> {
  const filter = { from, to, accounts, regions };
  const { folders, loose, denied } = await walk(trail, prefix, filter, 'month', kinds);
  const months = new Set(folders.keys());
  for (const { key } of loose) {
    const file = trailFileOf(key);
    if (typeof file !== 'string' && isAskedFor(file, filter)) months.add(file.day.slice(0, 7));
  }
  return { months: [...months].sort(), denied };
}

/**
 * Plans a month, day by day: files that no list names yet become parts, whose lists are written here and
 * never changed. Two plans at the same time cannot name a file twice: the number of a list is taken once.
 */
export async function planMonth(
  month: string,
  request: PlanRequest,
  options: PlanOptions,
): Promise<MonthPlan> {
  const { trail, prefix, lake } = options;
  const filter = monthFilter(month, request);
  const { folders, loose, denied: deniedAbove } = await walk(trail, prefix, filter, 'day');
  const denied = [...deniedAbove];
  const looseByDay = Map.groupBy(loose, ({ key }) => dayOfKey(key));
  const days = [...new Set([...folders.keys(), ...looseByDay.keys()])].sort();

  const tally = createTally();
  const parts: PlannedPart[] = [];
  for (const day of days.filter((day) => day >= filter.from && day <= filter.to)) {
    const found = await objectsIn(trail, folders.get(day) ?? []);
    denied.push(...found.denied);
    const files = tally.filesIn([...found.objects, ...(looseByDay.get(day) ?? [])], day, filter);
    parts.push(...(await planDay(day, files, request, options, tally.known)));
  }
  const plannedDays = new Set(parts.map(({ day }) => day));
  const streamDays = await streamDaysOf(lake, plannedDays);
  return { month, ...tally.result(), parts, denied, streamDays };
}

function monthFilter(month: string, { from = '', to = '9999-12-31', ...rest }: FileFilter) {
  const [first, last] = [`${month}-01`, `${month}-31`];
  return { ...rest, from: from > first ? from : first, to: to < last ? to : last };
}

function dayOfKey(key: string): string {
  const file = trailFileOf(key);
  return typeof file === 'string' ? '' : file.day;
}

function createTally() {
  const counts = { listed: 0, known: 0 };
  const skippedBy: Partial<Record<SkipReason, number>> = {};
  const classes: Record<string, { files: number; bytes: number }> = {};
  const skip = (reason: SkipReason) => {
    skippedBy[reason] = (skippedBy[reason] ?? 0) + 1;
  };
  return {
    known(files: number) {
      counts.known += files;
    },
    /** The files of a day that are asked for, each by its id. */
    filesIn(objects: readonly ListedObject[], day: string, filter: FileFilter) {
      const files = new Map<string, ListedObject>();
      for (const object of objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
        const file = trailFileOf(object.key);
        if (typeof file !== 'string' && (file.day !== day || !isAskedFor(file, filter))) continue;
        counts.listed++;
        if (typeof file === 'string') skip(object.bytes === 0 ? 'empty' : file);
        else if (object.bytes === 0) skip('empty');
        else if (files.has(file.id)) skip('double');
        else {
          files.set(file.id, object);
          const { storageClass: name, bytes } = object;
          if (name === undefined) continue;
          classes[name] ??= { files: 0, bytes: 0 };
          classes[name].files++;
          classes[name].bytes += bytes;
        }
      }
      return files;
    },
    result: () => ({ ...counts, skippedBy, classes }),
  };
}

/** Another plan may take the number that this one wanted, and then has named other files too. */
const maxTries = 20;

/** @returns the parts of the day that are to be run, new ones among them */
async function planDay(
  day: string,
  files: ReadonlyMap<string, ListedObject>,
  { again = false, isDry = false }: PlanRequest,
  { trail, lake, limits }: PlanOptions,
  onKnown: (files: number) => void,
): Promise<PlannedPart[]> {
  for (let tries = 0; tries < maxTries; tries++) {
    const lists = await listsOfDay(lake, day);
    const known = new Set(lists.flatMap(({ part }) => part.files.map(({ key }) => idOf(key))));
    const fresh = [...files].filter(([id]) => !known.has(id)).map(([, file]) => file);
    let number = lists.reduce((next, { ref }) => Math.max(next, ref.number + 1), 0);
    const planned: { ref: PartRef; part: Part }[] = [];
    let isTaken = false;
    for (const part of partsOf(day, trail.name, fresh, limits)) {
      const ref = { day, number: number++ };
      if (!isDry && !(await lake.create(listKey(ref), listBytesOf(part)))) {
        isTaken = true;
        break;
      }
      planned.push({ ref, part });
    }
    if (isTaken) continue;
    onKnown(files.size - fresh.length);
    const isOpen = await openPartsOf(lake, day);
    const earlier = lists.filter(({ ref }) => again || isOpen(ref));
    return [...earlier, ...planned].map(({ ref, part }) => ({
      ...ref,
      files: part.files.length,
      bytes: part.files.reduce((sum, { bytes }) => sum + bytes, 0),
    }));
  }
  throw new Error(`Other plans of ${day} are written at the same time, again and again.`);
}

function idOf(key: string): string {
  const file = trailFileOf(key);
  return typeof file === 'string' ? key : file.id;
}

async function listsOfDay(lake: Storage, day: string): Promise<{ ref: PartRef; part: Part }[]> {
  const lists: { ref: PartRef; part: Part }[] = [];
  for (const ref of await refsBelow(lake, listsOf(day))) {
    const bytes = await lake.get(listKey(ref));
    if (bytes) lists.push({ ref, part: partIn(bytes) });
  }
  return lists;
}

/** Whether a part has no receipt, or has begun to be run again and did not come to its end. */
async function openPartsOf(lake: Storage, day: string): Promise<(ref: PartRef) => boolean> {
  const numbersOf = async (prefix: string) =>
    new Set((await refsBelow(lake, prefix)).map(({ number }) => number));
  const complete = await numbersOf(receiptsOf(day));
  const begun = await numbersOf(begunOf(day));
  return ({ number }) => !complete.has(number) || begun.has(number);
}

async function refsBelow(lake: Storage, prefix: string): Promise<PartRef[]> {
  const refs: PartRef[] = [];
  for await (const page of lake.list(prefix)) {
    refs.push(...page.flatMap(({ key }) => partOfKey(key) ?? []));
  }
  return refs;
}
