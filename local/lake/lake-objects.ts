import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type EventTable,
  eventTables,
  partitionColumns,
  type StorageFormat,
} from '../../athena/tables.ts';
import type { Partition } from '../../src/partition/partition.ts';
import { environmentErrorOf } from '../errors.ts';
import { compactedIn, isCurrent } from './compacted.ts';

/** A file of rows. */
export interface LakeObject {
  /** Below the lake, with slashes: what its key in a bucket would be. */
  readonly key: string;
  readonly partition: Partition;
  readonly format: StorageFormat;
}

const [sourceFolder, dayFolder] = partitionColumns.map(({ name }) => `${name}=`) as [
  string,
  string,
];

/**
 * The objects of a lake, in the order of their names folder by folder: the same for the same lake. A
 * lake that is not there has none. Those in whose place a compaction has put others are left out.
 * @param isWanted asked for each partition before its folder is read
 */
export async function* lakeObjects(
  lake: string,
  isWanted?: (partition: Partition) => boolean,
  tables?: readonly EventTable[],
): AsyncGenerator<LakeObject> {
  const compacted = await compactedIn(lake);
  for await (const object of everyObject(lake, isWanted, tables)) {
    if (isCurrent(object.key, compacted)) yield object;
  }
}

/** The same with those that do not count. */
export async function* everyObject(
  lake: string,
  isWanted: (partition: Partition) => boolean = () => true,
  tables: readonly EventTable[] = eventTables,
): AsyncGenerator<LakeObject> {
  for (const { prefix, extension, format } of tables) {
    for (const source of await foldersIn(lake, prefix, sourceFolder)) {
      const sourcePrefix = `${prefix}${sourceFolder}${source}/`;
      for (const day of await foldersIn(lake, sourcePrefix, dayFolder)) {
        const partition = { source, day };
        if (!isWanted(partition)) continue;
        const folder = `${sourcePrefix}${dayFolder}${day}/`;
        for (const name of await namesIn(lake, folder)) {
          // Unfinished files start with a dot.
          if (name.startsWith('.') || !name.endsWith(extension)) continue;
          yield { key: folder + name, partition, format };
        }
      }
    }
  }
}

/** The days that a lake has folders of, the first first. */
export async function lakeDays(lake: string): Promise<string[]> {
  const days = new Set<string>();
  for (const { prefix } of eventTables) {
    for (const source of await foldersIn(lake, prefix, sourceFolder)) {
      const folders = await foldersIn(lake, `${prefix}${sourceFolder}${source}/`, dayFolder);
      for (const day of folders) days.add(day);
    }
  }
  return [...days].sort();
}

async function foldersIn(lake: string, prefix: string, start: string): Promise<string[]> {
  const names = await namesIn(lake, prefix);
  return names.filter((name) => name.startsWith(start)).map((name) => name.slice(start.length));
}

async function namesIn(lake: string, prefix: string): Promise<string[]> {
  const folder = join(lake, prefix);
  try {
    const names = await readdir(folder);
    return names.sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw environmentErrorOf(error, 'read', folder);
  }
}
