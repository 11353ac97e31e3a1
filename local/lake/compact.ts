import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { rowColumnNames } from '../../athena/tables.ts';
import type { Partition } from '../../src/partition/partition.ts';
import {
  type Compacted,
  compactedIn,
  compactedPrefix,
  isCurrent,
  writeCompacted,
} from './compacted.ts';
import { openLake } from './duckdb.ts';
import { everyObject, type LakeObject, lakeObjects } from './lake-objects.ts';
import { withLock } from './lock.ts';
import { ownerText } from './owner.ts';

export interface CompactOptions {
  /** Days from this one on may still get rows, and stay as they are: `yyyy-MM-dd`. */
  readonly before: string;
  /** First day to compact; default the first. */
  readonly since?: string | undefined;
  /** Whether an event that came several times is kept once, as in `unique_events`. */
  readonly dropsDuplicates?: boolean;
  readonly interrupted?: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface CompactReport {
  readonly partitions: number;
  /** Objects before and after. */
  readonly objects: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly days: number;
  /** Rows that were left out, as the same event is there. */
  readonly dropped: number;
}

/** Objects of one partition, and what they become. */
interface Work {
  readonly partition: Partition;
  readonly objects: readonly LakeObject[];
}

interface Made extends Work {
  readonly key: string;
  readonly dropped: number;
}

/**
 * Rewrites days of a lake as Parquet, sorted by time, one object a partition: columns that nobody asks for are not
 * read, and neither are times. The rows stay the same. Ended anywhere, it leaves the lake as it was.
 * @throws SqlError for an object that cannot be read
 */
export async function compactLake(lake: string, options: CompactOptions): Promise<CompactReport> {
  const lock = join(lake, '.lock');
  const id = randomUUID();
  const staging = join(lake, '.staging', id);
  await withLock(lock, () => deleteReplaced(lake));
  const works = await worksIn(lake, options);
  if (works.length === 0) return reportOf(lake, []);
  await mkdir(staging, { recursive: true });
  await writeFile(join(staging, '.owner'), ownerText());
  try {
    const made = await convert(lake, staging, id, works, options);
    if (options.interrupted?.aborted) return reportOf(lake, []);
    const report = await reportOf(lake, made, staging);
    await withLock(lock, () => commit(lake, staging, made));
    return report;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Partitions of finished days that are not one Parquet object yet. */
async function worksIn(
  lake: string,
  { before, since = '', dropsDuplicates = false }: CompactOptions,
): Promise<Work[]> {
  const byPartition = new Map<string, LakeObject[]>();
  const isWanted = ({ day }: Partition) => day >= since && day < before;
  for await (const object of lakeObjects(lake, isWanted)) {
    const name = `${object.partition.source}/${object.partition.day}`;
    const same = byPartition.get(name);
    if (same) same.push(object);
    else byPartition.set(name, [object]);
  }
  return [...byPartition.values()]
    .filter((objects) => dropsDuplicates || !isOneParquet(objects))
    .map((objects) => ({ partition: (objects[0] as LakeObject).partition, objects }));
}

const isOneParquet = (objects: readonly LakeObject[]) =>
  objects.length === 1 && objects[0]?.format === 'parquet';

const columns = rowColumnNames.join(', ');
const order = 'ORDER BY event_time, event_id';

async function convert(
  lake: string,
  staging: string,
  id: string,
  works: readonly Work[],
  { dropsDuplicates = false, interrupted, onProgress = () => {} }: CompactOptions,
): Promise<Made[]> {
  const open = await openLake(lake);
  const made: Made[] = [];
  let done = 0;
  try {
    for (const { partition, objects } of works) {
      if (interrupted?.aborted) return made;
      const { source, day } = partition;
      const key = `events/parquet/source=${source}/day=${day}/${compactedPrefix}${id}.parquet`;
      await open.narrow(objects.map((object) => object.key));
      const from = dropsDuplicates ? 'unique_events' : 'events';
      const dropped = dropsDuplicates ? (await open.count('events')) - (await open.count(from)) : 0;
      done++;
      onProgress(done, works.length);
      if (dropped === 0 && isOneParquet(objects)) continue;
      await mkdir(dirname(join(staging, key)), { recursive: true });
      await open.copyToParquet(`SELECT ${columns} FROM ${from} ${order}`, join(staging, key));
      made.push({ partition, objects, key, dropped });
    }
    return made;
  } finally {
    open.close();
  }
}

/** Puts the new objects into their places, then has them count in place of the old ones, in one step. */
async function commit(lake: string, staging: string, made: readonly Made[]): Promise<void> {
  const known = await compactedIn(lake);
  // Another compaction may have had some of the same objects meanwhile: then its own stand.
  const own = made.filter(({ objects }) => objects.every(({ key }) => isCurrent(key, known)));
  for (const { key } of own) {
    await mkdir(dirname(join(lake, key)), { recursive: true });
    await rename(join(staging, key), join(lake, key));
  }
  const replaced = own.flatMap(({ objects }) => objects.map(({ key }) => key));
  const isReplaced = new Set(replaced);
  await writeCompacted(lake, {
    made: new Set(
      [...known.made, ...own.map(({ key }) => key)].filter((key) => !isReplaced.has(key)),
    ),
    replaced: new Set([...known.replaced, ...replaced]),
  });
}

/** Names that a backfill gives again to the same rows: they stay replaced, whether the object is there or not. */
const isFixedName = (key: string) => /^(?:files|live)-/.test(basename(key));

/** Deletes what was replaced before, and what a compaction has left that was not finished. */
async function deleteReplaced(lake: string): Promise<void> {
  const known = await compactedIn(lake);
  const left: string[] = [];
  for await (const { key } of everyObject(lake)) if (!isCurrent(key, known)) left.push(key);
  if (left.length === 0) return;
  for (const key of left) await rm(join(lake, key), { force: true });
  const { made, replaced } = known;
  const isKept = (key: string) => isFixedName(key);
  const next: Compacted = { made, replaced: new Set([...replaced].filter(isKept)) };
  await writeCompacted(lake, next);
}

async function reportOf(
  lake: string,
  made: readonly Made[],
  staging = lake,
): Promise<CompactReport> {
  const bytesOf = async (paths: readonly string[]) => {
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const before = made.flatMap(({ objects }) => objects.map(({ key }) => join(lake, key)));
  return {
    partitions: made.length,
    objects: before.length,
    bytesBefore: await bytesOf(before),
    bytesAfter: await bytesOf(made.map(({ key }) => join(staging, key))),
    days: new Set(made.map(({ partition }) => partition.day)).size,
    dropped: made.reduce((sum, { dropped }) => sum + dropped, 0),
  };
}
