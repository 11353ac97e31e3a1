import { invocationPrefix } from '../terminal/command.ts';
import { lakeFolderOf } from '../terminal/options.ts';
import { createProgress } from '../terminal/progress.ts';
import { interruptedStatus, shellWord, type Terminal } from '../terminal/terminal.ts';
import type { OpenLake } from './duckdb.ts';
import { requireLake } from './lake-folder.ts';

/**
 * Opens the lake that a command is to ask, has it asked, and closes it.
 * @returns the exit status: 0, or that of the signal that ended it
 */
export async function askLake(
  option: string | undefined,
  terminal: Terminal,
  asking: (lake: OpenLake) => Promise<void>,
): Promise<number> {
  const lake = await openLakeOf(option, terminal);
  const { interrupted } = terminal;
  interrupted.addEventListener('abort', lake.interrupt);
  try {
    await asking(lake);
    return interrupted.aborted ? interruptedStatus(interrupted) : 0;
  } catch (error) {
    if (interrupted.aborted) return interruptedStatus(interrupted);
    throw error;
  } finally {
    interrupted.removeEventListener('abort', lake.interrupt);
    lake.close();
  }
}

/** The lake, after a note where it holds no row. */
async function openLakeOf(option: string | undefined, terminal: Terminal): Promise<OpenLake> {
  const folder = lakeFolderOf(option, terminal);
  await requireLake(folder);
  // Loaded here: no other command needs the engine.
  const { openLake } = await import('./duckdb.ts');
  const lake = await openLake(folder);
  if (lake.isEmpty) {
    createProgress(terminal).note(
      lake.hasFailures
        ? `The lake ${folder} holds no row, but what could not become one: ask its table failures.`
        : `The lake ${folder} is empty. Put events into it: ${invocationPrefix} put --lake ${shellWord(folder)} FILE…`,
    );
  }
  return lake;
}
