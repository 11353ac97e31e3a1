import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { environmentErrorOf, UsageError } from '../errors.ts';
import { createOutput, pathOf, type Terminal } from '../terminal/terminal.ts';
import type { OpenLake } from './duckdb.ts';

const extensions = ['.csv', '.json', '.parquet'] as const;
type Extension = (typeof extensions)[number];

/** @throws UsageError for a file whose name does not say in which form it is to be */
export function extensionOf(file: string): Extension {
  const given = extname(file).toLowerCase();
  const known = extensions.find((extension) => extension === given);
  if (known) return known;
  throw new UsageError(
    `--output is ${file}: its name has to end in ${extensions.slice(0, -1).join(', ')} or ${extensions.at(-1)}.`,
  );
}

/**
 * Writes the answer to SQL into a file, in the form that its name ends in. The file is there when it is whole.
 * @throws EnvironmentError where it cannot be written
 * @throws SqlError with what DuckDB says
 */
export async function writeFileOf(
  lake: OpenLake,
  sql: string,
  output: string,
  terminal: Terminal,
): Promise<void> {
  const file = pathOf(terminal, output);
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    await writeForm(lake, sql, extensionOf(output), unfinished, terminal.interrupted);
    if (!terminal.interrupted.aborted) await rename(unfinished, file);
  } catch (error) {
    throw environmentErrorOf(error, 'write', file);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeForm(
  lake: OpenLake,
  sql: string,
  extension: Extension,
  file: string,
  interrupted: AbortSignal,
): Promise<void> {
  if (extension === '.parquet') return lake.copyToParquet(sql, file);
  const { writeCsv, writeJson } = await import('./answer.ts');
  const answer = await lake.ask(sql);
  const stream = createWriteStream(file);
  await once(stream, 'open');
  const write = extension === '.csv' ? writeCsv : writeJson;
  await write(answer, createOutput(stream), interrupted);
  stream.end();
  await once(stream, 'close');
}
