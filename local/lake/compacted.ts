import { open, readFile, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * Which objects of a lake stand in place of others. One file says it, and is replaced as a whole, so that a reader
 * sees the old objects or the new ones, never both. Those that were replaced stay until the next compaction, for
 * whoever is reading them.
 */
export interface Compacted {
  /** Keys of Parquet objects that were made of others. */
  readonly made: ReadonlySet<string>;
  /** Keys of those others. One that is written again under its old name holds the same, and stays replaced. */
  readonly replaced: ReadonlySet<string>;
}

const fileName = '.compacted';

/** How the names of objects begin that a compaction makes. */
export const compactedPrefix = 'compact-';

const nothing: Compacted = { made: new Set(), replaced: new Set() };

export async function compactedIn(lake: string): Promise<Compacted> {
  try {
    const { made, replaced } = JSON.parse(await readFile(join(lake, fileName), 'utf8'));
    return { made: new Set(made), replaced: new Set(replaced) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return nothing;
    throw error;
  }
}

/** Whether an object counts: it was not replaced, and if a compaction made it, that one was finished. */
export function isCurrent(key: string, { made, replaced }: Compacted): boolean {
  return basename(key).startsWith(compactedPrefix) ? made.has(key) : !replaced.has(key);
}

/** Whether anything of a lake was compacted. */
export const isCompacted = ({ made }: Compacted) => made.size > 0;

/** From the moment on when this ends well, readers see the new objects. */
export async function writeCompacted(lake: string, { made, replaced }: Compacted): Promise<void> {
  const file = join(lake, fileName);
  const next = `${file}.next`;
  const handle = await open(next, 'w');
  try {
    await handle.writeFile(JSON.stringify({ made: [...made], replaced: [...replaced] }));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
}
