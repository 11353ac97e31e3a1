import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import {
  type EventTable,
  eventTables,
  partitionColumns,
  type StorageFormat,
} from '../../athena/tables.ts';
import type { Partition } from '../../src/partition/partition.ts';
import { environmentErrorOf } from '../errors.ts';

/** A file of rows. */
export interface LakeObject {
  /** Below the lake, with slashes: what its key in a bucket would be. */
  readonly key: string;
  readonly partition: Partition;
  readonly format: StorageFormat;
}

/** A line of an object; or where the object ends before its time, `broken` says why. */
export interface LakeLine {
  readonly key: string;
  readonly partition: Partition;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly broken?: string;
}

const [sourceFolder, dayFolder] = partitionColumns.map(({ name }) => `${name}=`) as [
  string,
  string,
];

/**
 * The objects of a lake, in the order of their names folder by folder: the same for the same lake. A
 * lake that is not there has none.
 * @param isWanted asked for each partition before its folder is read
 */
export async function* lakeObjects(
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

/**
 * The rows of an object as lines of JSON. One that cannot be read to its end gives what there is, then says so.
 * @throws EnvironmentError where it cannot be opened
 */
export async function* linesOf(
  lake: string,
  { key, partition, format }: LakeObject,
): AsyncGenerator<LakeLine> {
  const path = join(lake, key);
  let line = 0;
  try {
    for await (const text of format === 'json' ? jsonLines(path) : parquetLines(path)) {
      yield { key, partition, line: ++line, text };
    }
  } catch (error) {
    const known = environmentErrorOf(error, 'read', path);
    if (known !== error) throw known;
    const broken = `cannot be read (${(error as Error).message})`;
    yield { key, partition, line: line + 1, text: '', broken };
  }
}

/** Split at line feeds and nowhere else: `readline` would at U+2028, too. */
async function* jsonLines(path: string): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  const file = createReadStream(path);
  const unzip = createGunzip();
  file.on('error', (error) => unzip.destroy(error));
  try {
    for await (const chunk of file.pipe(unzip) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
        yield Buffer.concat([...rest, chunk.subarray(start, end)]).toString();
        rest = [];
        start = end + 1;
      }
      if (start < chunk.length) rest.push(chunk.subarray(start));
    }
    if (rest.length > 0) yield Buffer.concat(rest).toString();
  } finally {
    file.destroy();
    unzip.destroy();
  }
}

async function* parquetLines(path: string): AsyncGenerator<string> {
  // Loaded here: a lake of JSON lines is read without the engine.
  const { rowTextsOf } = await import('../duckdb.ts');
  yield* rowTextsOf(path);
}
