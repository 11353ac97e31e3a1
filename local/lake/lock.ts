import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { EnvironmentError } from '../errors.ts';
import { hasEnded, ownerIn, ownerText } from './owner.ts';

export interface LockOptions {
  /** How long somebody else may hold it; default a minute. */
  readonly maxWaitMs?: number;
}

const pollMs = 20;

/**
 * Does something while nobody else does, in this process or another. The lock is a file that names its owner;
 * that of a process which has ended is taken over. Node has no locks of the operating system, and libraries for
 * lock files go by times, which a stopped or suspended process outlives.
 * @throws EnvironmentError where somebody else holds it too long
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  { maxWaitMs = 60_000 }: LockOptions = {},
): Promise<T> {
  await take(file, Date.now() + maxWaitMs);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string, untilMs: number): Promise<void> {
  for (;;) {
    if (await create(file)) return;
    const owner = await textOf(file);
    if (owner !== undefined && hasEnded(owner)) await removeLeft(file, owner);
    else if (Date.now() > untilMs) throw heldError(file, owner);
    else await wait(pollMs);
  }
}

/** Makes the file with its whole text, where it is not there. */
async function create(file: string): Promise<boolean> {
  const own = `${file}.${randomUUID()}`;
  try {
    // Two puts of one process are two owners: the file is what counts, the text only tells who has ended.
    await writeFile(own, ownerText());
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Removes the lock of an owner that has ended, unless somebody was faster: of several that try, the one whose
 * mark is there looks once more, and only the lock of that owner goes.
 */
async function removeLeft(file: string, owner: string): Promise<void> {
  const mark = `${file}.left`;
  if (!(await create(mark))) {
    const other = await textOf(mark);
    if (other !== undefined && hasEnded(other)) await rm(mark, { force: true });
    else await wait(pollMs);
    return;
  }
  try {
    if ((await textOf(file)) === owner) await rm(file, { force: true });
  } finally {
    await rm(mark, { force: true });
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function heldError(file: string, owner = ''): EnvironmentError {
  const { pid, host } = ownerIn(owner) ?? {};
  const who = pid === undefined ? 'somebody' : `process ${pid} on ${host}`;
  return new EnvironmentError(
    `The lake is being written by ${who}: try again later, or remove ${file} if that process has ended.`,
  );
}
