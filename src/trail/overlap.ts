import { isOwnObject } from './layout.ts';
import type { Storage } from './storage.ts';

/** Folders of rows, in either form. */
const formFolders = ['events/json/', 'events/parquet/'];

/**
 * Days, of those that are planned, of which the lake has rows that did not come from files: the stream's.
 * Events of them would be stored twice.
 */
export async function streamDaysOf(lake: Storage, days: ReadonlySet<string>): Promise<string[]> {
  const found = new Set<string>();
  if (days.size === 0) return [];
  for (const form of formFolders) {
    for (const source of (await lake.level(form)).folders) {
      for (const folder of (await lake.level(source)).folders) {
        const [, day = ''] = /\/day=([^/]+)\/$/.exec(folder) ?? [];
        if (!days.has(day) || found.has(day)) continue;
        if (await hasOtherObjects(lake, folder)) found.add(day);
      }
    }
  }
  return [...found].sort();
}

async function hasOtherObjects(lake: Storage, folder: string): Promise<boolean> {
  for await (const page of lake.list(folder)) {
    if (page.some(({ key }) => !isOwnObject(key))) return true;
  }
  return false;
}
