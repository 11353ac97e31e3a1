import { FileError } from './failures.ts';
import { type FileFilter, mayHold, periodOfFolder } from './key.ts';
import type { ListedObject, Storage } from './storage.ts';

/** What is found on the way down to the folders of a period. */
export interface Found {
  /** Folders of the wanted depth: months or days, by the period that they are of. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  /** Objects that lie above them. */
  readonly loose: readonly ListedObject[];
  /** Folders that could not be listed. */
  readonly denied: readonly string[];
}

/** Folders that are listed at a time. */
const concurrency = 16;

/**
 * Goes down the tree of a trail to the folders of its months or days, past what is not asked for.
 * @param depth of the folders to stop at
 * @param kinds names of the folders of what is wanted; default those of events
 */
export async function walk(
  storage: Storage,
  prefix: string,
  filter: FileFilter,
  depth: 'month' | 'day',
  kinds?: readonly string[],
): Promise<Found> {
  const periodLength = depth === 'month' ? 'yyyy-MM'.length : 'yyyy-MM-dd'.length;
  const folders = new Map<string, string[]>();
  const loose: ListedObject[] = [];
  const denied: string[] = [];
  await inParallel([prefix], async (folder) => {
    const found = await listed(() => storage.level(folder), folder, denied);
    loose.push(...(found?.objects ?? []));
    return (found?.folders ?? []).filter((below) => {
      if (!mayHold(below, filter, kinds)) return false;
      const period = periodOfFolder(below);
      if (period?.length !== periodLength) return true;
      const same = folders.get(period);
      if (same) same.push(below);
      else folders.set(period, [below]);
      return false;
    });
  });
  return { folders, loose, denied };
}

/** All objects below some folders. */
export async function objectsIn(
  storage: Storage,
  folders: readonly string[],
): Promise<{ readonly objects: ListedObject[]; readonly denied: string[] }> {
  const objects: ListedObject[] = [];
  const denied: string[] = [];
  await inParallel(folders, async (folder) => {
    await listed(
      async () => {
        for await (const page of storage.list(folder)) objects.push(...page);
      },
      folder,
      denied,
    );
    return [];
  });
  return { objects, denied };
}

/** A folder that may not be listed is told, and the others are. */
async function listed<T>(
  list: () => Promise<T>,
  folder: string,
  denied: string[],
): Promise<T | undefined> {
  try {
    return await list();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    denied.push(folder);
    return undefined;
  }
}

/** Does the same with each, and with each that this gives, some at a time. */
async function inParallel<T>(
  first: readonly T[],
  step: (one: T) => Promise<readonly T[]>,
): Promise<void> {
  const waiting = [...first];
  const running = new Set<Promise<void>>();
  for (;;) {
    while (running.size < concurrency && waiting.length > 0) {
      const one = waiting.shift() as T;
      const run = step(one).then((more) => {
        waiting.push(...more);
        running.delete(run);
      });
      running.add(run);
    }
    if (running.size === 0) return;
    await Promise.race(running);
  }
}
