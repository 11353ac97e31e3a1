import { invocationPrefix, lakeFolderOf } from './command.ts';
import type { OpenLake } from './duckdb.ts';
import { createProgress } from './progress.ts';
import { shellWord, type Terminal } from './terminal.ts';

/** Opens the lake that a command is to ask, and says so where it holds no row. */
export async function openLakeOf(
  option: string | undefined,
  terminal: Terminal,
): Promise<OpenLake> {
  const folder = lakeFolderOf(option, terminal);
  // Loaded here: nobody else needs the engine.
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
