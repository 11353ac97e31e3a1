import { access, mkdir as makeDirectory } from 'node:fs/promises';
import { dirname } from 'node:path';
import { environmentErrorOf } from '../errors.ts';

type Mkdir = (path: string, options?: { recursive: true }) => Promise<unknown>;

/**
 * Makes a folder and those above it; it may be there.
 * @throws EnvironmentError that says why it cannot
 */
export async function makeFolder(folder: string, mkdir: Mkdir = makeDirectory): Promise<void> {
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

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
