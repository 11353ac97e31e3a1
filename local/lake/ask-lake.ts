import { SqlError } from '../errors.ts';
import { invocationPrefix } from '../terminal/command.ts';
import { lakeFolderOf } from '../terminal/options.ts';
import { createProgress } from '../terminal/progress.ts';
import { interruptedStatus, shellWord, type Terminal } from '../terminal/terminal.ts';
import type { OpenLake, OpenLakeOptions } from './duckdb.ts';
import { requireLake } from './lake-folder.ts';

export interface AskOptions {
  /** Whether objects that cannot be read are left out, and named. */
  readonly skipsDamaged?: boolean | undefined;
}

/** Of commands that ask a lake. */
export const skipDamagedOption = {
  type: 'boolean',
  help: 'answer without objects of the lake that cannot be read, and name them',
} as const;

/**
 * Opens the lake that a command is to ask, has it asked, and closes it.
 * @returns the exit status: 0, or that of the signal that ended it
 * @throws SqlError that names the object, where one cannot be read
 */
export async function askLake(
  option: string | undefined,
  terminal: Terminal,
  asking: (lake: OpenLake) => Promise<void>,
  { skipsDamaged = false }: AskOptions = {},
): Promise<number> {
  const folder = lakeFolderOf(option, terminal);
  const { note } = createProgress(terminal);
  const onDamaged = (key: string) => note(`Left out, as it cannot be read: ${key}`);
  const lake = await openLakeOf(folder, terminal, skipsDamaged ? { onDamaged } : {});
  const { interrupted } = terminal;
  interrupted.addEventListener('abort', lake.interrupt);
  try {
    if (skipsDamaged) await lake.leaveOutDamaged(onDamaged);
    await asking(lake);
    return interrupted.aborted ? interruptedStatus(interrupted) : 0;
  } catch (error) {
    if (interrupted.aborted) return interruptedStatus(interrupted);
    throw await withAdvice(error, folder);
  } finally {
    interrupted.removeEventListener('abort', lake.interrupt);
    lake.close();
  }
}

/** What to do about an object that cannot be read. */
async function withAdvice(error: unknown, folder: string): Promise<unknown> {
  if (!(error instanceof SqlError)) return error;
  const { damagedObjectIn } = await import('./duckdb.ts');
  const damaged = damagedObjectIn(error.message, folder);
  if (damaged === undefined) return error;
  return new SqlError(
    `${error.message}\nThe object ${damaged} is damaged: put what it was made of again (put --again), or delete it; --skip-damaged answers without it.`,
  );
}

/** The lake, after a note where it holds no row. */
async function openLakeOf(
  folder: string,
  terminal: Terminal,
  options: OpenLakeOptions,
): Promise<OpenLake> {
  await requireLake(folder);
  // Loaded here: no other command needs the engine.
  const { openLake } = await import('./duckdb.ts');
  const lake = await openLake(folder, options).catch(async (error: unknown) => {
    throw await withAdvice(error, folder);
  });
  if (lake.isEmpty) {
    createProgress(terminal).note(
      lake.hasFailures
        ? `The lake ${folder} holds no row, but what could not become one: ask its table failures.`
        : `The lake ${folder} is empty. Put events into it: ${invocationPrefix} put --lake ${shellWord(folder)} FILE…`,
    );
  }
  return lake;
}
