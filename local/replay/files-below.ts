import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { environmentErrorOf } from '../errors.ts';
import { fileSource, type Source } from '../input/read-pieces.ts';

/** The folder of a lake with what could not become rows. */
export const errorFolder = 'errors';

/**
 * A file, or every file below a folder in the order of their names; of a lake those of its errors. Unfinished
 * files start with a dot.
 * @param name what it is called in messages
 * @throws EnvironmentError for what cannot be read
 */
export async function filesBelow(name: string, path: string): Promise<Source[]> {
  try {
    const stats = await stat(path);
    if (!stats.isDirectory()) return [fileSource(name, path, stats.size)];
    const names = await readdir(path);
    const isLake = names.includes(errorFolder);
    const folder = isLake ? join(path, errorFolder) : path;
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    return files.map((file) => {
      const below = relative(path, file).split(sep).join('/');
      return fileSource(`${name.replace(/\/+$/, '')}/${below}`, file);
    });
  } catch (error) {
    throw environmentErrorOf(error, 'read', name);
  }
}
