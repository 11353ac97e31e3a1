import { appendFile, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { EnvironmentError, environmentErrorOf } from '../errors.ts';
import { createFolderStore } from '../firehose/folder-store.ts';
import type { ObjectStore } from '../firehose/ports.ts';
import { makeLake } from './lake-folder.ts';

/** Lists what was put here, so that no more than that is ever deleted. */
const markName = '.eventlake-demo';

const markHeading =
  'Made by `eventlake demo`, which deletes these files, and no others, when it runs again:';

/**
 * Empties a folder that was filled through this very function before, and gives the store that fills it anew. A
 * folder that holds anything else is left as it is.
 * @throws EnvironmentError for a folder with other files in it, and for one that cannot be written
 */
export async function openOwnedFolder(folder: string): Promise<ObjectStore> {
  try {
    const mark = join(folder, markName);
    const owned = await ownedKeys(mark);
    const files = await filesIn(folder);
    const others = files.filter((file) => file !== markName && !owned.has(file));
    if (others.length > 0) {
      throw new EnvironmentError(
        `${folder} holds files that the demo did not make, such as ${others[0]}: move them away, or name another folder with --lake.`,
      );
    }
    for (const file of files) if (owned.has(file)) await removeFile(folder, file);
    await makeLake(folder);
    await writeFile(mark, `${markHeading}\n`);
    const store = createFolderStore(folder);
    return {
      async put(key, body, attributes) {
        // Before the file is there: one that is listed and absent does no harm, the other way round does.
        await appendFile(mark, `${key}\n`);
        await store.put(key, body, attributes);
      },
    };
  } catch (error) {
    throw environmentErrorOf(error, 'write', folder);
  }
}

async function ownedKeys(mark: string): Promise<ReadonlySet<string>> {
  const text = await readFile(mark, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const [heading, ...keys] = text.split('\n');
  return new Set(heading === markHeading ? keys.filter((key) => key !== '') : []);
}

/** Every file below a folder, with slashes; none where there is no folder. */
async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Removes a file and the folders above it that it leaves empty. */
async function removeFile(folder: string, key: string): Promise<void> {
  await rm(join(folder, key), { force: true });
  for (let above = dirname(key); above !== '.'; above = dirname(above)) {
    try {
      await rmdir(join(folder, above));
    } catch {
      return; // not empty
    }
  }
}
