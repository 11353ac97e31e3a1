import { access, mkdir as makeDirectory } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { partitionColumns } from '../../athena/tables.ts';
import { EnvironmentError, environmentErrorOf } from '../errors.ts';

type Mkdir = (path: string, options?: { recursive: true }) => Promise<unknown>;

/**
 * Makes the folder of a lake and those above it; it may be there.
 * @throws EnvironmentError that says why it cannot, or that no query could read what lies there
 */
export async function makeLake(folder: string, mkdir: Mkdir = makeDirectory): Promise<void> {
  const fault = faultOf(folder);
  if (fault !== undefined) throw new EnvironmentError(`${fault}: name another.`);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw environmentErrorOf(await reasonOf(error, folder, mkdir), 'write', folder);
  }
}

/**
 * Of a recursive mkdir on a read-only disk Node says that there is no such folder: it looks at the one that
 * it could not make. What has stopped it, the topmost that is missing says.
 */
async function reasonOf(error: unknown, folder: string, mkdir: Mkdir): Promise<unknown> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error;
  let missing = folder;
  for (let above = dirname(missing); above !== missing && !(await isThere(above)); ) {
    missing = above;
    above = dirname(missing);
  }
  return mkdir(missing).then(
    () => error,
    (reason: unknown) => reason,
  );
}

/** What lies in a lake: rows, what could not become rows, and the journal of who put them. */
const contents = ['events', 'errors', '.journal'];

/**
 * Looks whether a folder is a lake that can be asked.
 * @throws EnvironmentError where it is none, or has a path by which the engine does not find it
 */
export async function requireLake(folder: string): Promise<void> {
  const fault = faultOf(folder);
  if (fault !== undefined) throw new EnvironmentError(`${fault}: move it.`);
  const found = await Promise.all(contents.map((name) => isThere(join(folder, name))));
  if (found.includes(true)) return;
  throw new EnvironmentError(
    `There is no lake at ${folder}: name its folder with --lake, or put events into one first.`,
  );
}

/** Why a lake with this path cannot be asked. */
export function faultOf(folder: string): string | undefined {
  const isPartition = (name: string) =>
    partitionColumns.some((column) => name.toLowerCase().startsWith(`${column.name}=`));
  const partition = folder.split(sep).find(isPartition);
  if (partition !== undefined) {
    return `The path of the lake has a folder named ${partition}, which would be taken for a partition`;
  }
  return sep === '/' && folder.includes('\\')
    ? `The path of the lake has a backslash, ${folder}, which the engine takes for a slash`
    : undefined;
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
