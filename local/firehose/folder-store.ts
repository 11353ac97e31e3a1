import { randomUUID } from 'node:crypto';
import { promises as files } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ObjectStore } from './ports.ts';

/**
 * Keeps objects as files under a folder, each at the path that its key is. A file is written under another
 * name, one that starts with a dot, and then renamed, so that no reader ever sees half an object.
 * @throws RangeError from `put` for a key that is no path below the folder; else what the file system throws
 * @example createStream(configuration, { store: createFolderStore('lake'), … })
 */
export function createFolderStore(folder: string): ObjectStore {
  return {
    async put(key, body) {
      if (!isPathBelow(key)) {
        throw new RangeError(`The object key ${JSON.stringify(key)} is no path below ${folder}.`);
      }
      const file = join(folder, key);
      const unfinished = join(dirname(file), `.${randomUUID()}`);
      await files.mkdir(dirname(file), { recursive: true });
      try {
        await files.writeFile(unfinished, body);
        await files.rename(unfinished, file);
      } catch (error) {
        await files.rm(unfinished, { force: true });
        throw error;
      }
    },
  };
}

function isPathBelow(key: string): boolean {
  const names = key.split(/[/\\]/);
  return (
    !key.includes('\0') &&
    names[0] !== '' &&
    !names.includes('..') &&
    !names.includes('.') &&
    names.at(-1) !== ''
  );
}
