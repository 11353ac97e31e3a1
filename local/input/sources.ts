import { access, constants, stat } from 'node:fs/promises';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';
import { pathOf, type Terminal } from '../terminal/terminal.ts';
import { fileSource, type Source } from './read-pieces.ts';

/**
 * What FILE arguments name: files, and standard input as `-` or where there are none. All are looked at
 * before the first is read, so that a slip of the third costs nothing.
 * @throws EnvironmentError for a file that cannot be read, UsageError where there is nothing to read
 */
export async function sourcesOf(files: readonly string[], terminal: Terminal): Promise<Source[]> {
  const inputs = files.filter((file) => file === '-').length;
  if (inputs > 1) throw new UsageError('Standard input can be read once: give one -.');
  if (files.length > 0) return Promise.all(files.map((file) => sourceOf(file, terminal)));
  if (!terminal.stdin.isTTY) return [inputOf(terminal)];
  throw new UsageError('There is nothing to read: name a FILE, or pipe events into it.');
}

function inputOf({ stdin }: Terminal): Source {
  return { name: 'stdin', open: () => stdin };
}

async function sourceOf(file: string, terminal: Terminal): Promise<Source> {
  if (file === '-') return inputOf(terminal);
  const path = pathOf(terminal, file);
  try {
    await access(path, constants.R_OK);
    const stats = await stat(path);
    if (!stats.isDirectory())
      return fileSource(file, path, stats.isFile() ? stats.size : undefined);
  } catch (error) {
    throw environmentErrorOf(error, 'read', file);
  }
  throw new EnvironmentError(
    `${file} is a folder: name the files in it, such as ${file}/*.json.gz.`,
  );
}
