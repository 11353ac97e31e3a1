import { randomUUID } from 'node:crypto';
import { constants, createReadStream, type Dirent, promises as files } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { FileError } from '../trail/failures.ts';
import type { ListedObject, Storage } from '../trail/storage.ts';

/**
 * A folder of one machine as a storage: each object is a file at the path that its key is. Files are
 * written under another name, one that starts with a dot, and then renamed; such files are no objects.
 */
export function folderStorage(folder: string): Storage {
  const root = resolve(folder);
  const pathOf = (key: string) => {
    const path = join(root, key);
    if (path.startsWith(root + sep) && !key.includes('\0')) return path;
    throw new RangeError(`The key ${JSON.stringify(key)} is no path below ${root}.`);
  };

  const listedOf = async (path: string): Promise<ListedObject | undefined> => {
    const stats = await files.stat(path).catch(missing);
    if (!stats?.isFile()) return undefined;
    const key = relative(root, path).split(sep).join('/');
    return {
      key,
      etag: String(stats.size),
      bytes: stats.size,
      modifiedMs: Math.floor(stats.mtimeMs),
    };
  };

  const entriesOf = async (path: string): Promise<Dirent[]> => {
    try {
      const entries = await files.readdir(path, { withFileTypes: true });
      const shown = entries.filter(({ name }) => !name.startsWith('.'));
      return shown.sort((a, b) => (a.name < b.name ? -1 : 1));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw fileErrorOf(error, path);
    }
  };

  const level = async (below: string) => {
    const path = below === '' ? root : pathOf(below);
    const folders: string[] = [];
    const objects: ListedObject[] = [];
    for (const entry of await entriesOf(path)) {
      const own = join(path, entry.name);
      // Links to files are read as files; those to folders may lead round in a circle, and are not followed.
      const listed = entry.isDirectory() ? undefined : await listedOf(own);
      if (entry.isDirectory()) folders.push(`${below}${entry.name}/`);
      else if (listed) objects.push(listed);
    }
    return { folders, objects };
  };

  async function* walk(below: string): AsyncGenerator<readonly ListedObject[]> {
    const { folders, objects } = await level(below);
    if (objects.length > 0) yield objects;
    for (const folder of folders) yield* walk(folder);
  }

  const writeBeside = async (path: string, body: Uint8Array) => {
    await files.mkdir(dirname(path), { recursive: true });
    const unfinished = join(dirname(path), `.${randomUUID()}`);
    await files.writeFile(unfinished, body);
    return unfinished;
  };

  return {
    name: basename(root),
    level,
    async *list(prefix) {
      const below = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      const { folders, objects } = await level(below);
      const own = objects.filter(({ key }) => key.startsWith(prefix));
      if (own.length > 0) yield own;
      for (const folder of folders) if (folder.startsWith(prefix)) yield* walk(folder);
    },
    async *open(key, etag) {
      const path = pathOf(key);
      try {
        const { size } = await files.stat(path);
        if (etag !== undefined && etag !== String(size)) throw new FileError('FILE_CHANGED');
        yield* createReadStream(path, { highWaterMark: 256 * 1024 });
      } catch (error) {
        throw fileErrorOf(error, path);
      }
    },
    get: (key) => files.readFile(pathOf(key)).catch(missing),
    metadata: async () => ({}),
    async put(key, body) {
      const path = pathOf(key);
      const unfinished = await writeBeside(path, body);
      try {
        await files.rename(unfinished, path);
      } catch (error) {
        await files.rm(unfinished, { force: true });
        throw error;
      }
    },
    async create(key, body) {
      const path = pathOf(key);
      const unfinished = await writeBeside(path, body);
      try {
        // Not every file system has links.
        await files
          .link(unfinished, path)
          .catch((error) =>
            codeOf(error) === 'EEXIST'
              ? Promise.reject(error)
              : files.copyFile(unfinished, path, constants.COPYFILE_EXCL),
          );
        return true;
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return false;
        throw error;
      } finally {
        await files.rm(unfinished, { force: true });
      }
    },
    async remove(keys) {
      for (const key of keys) await files.rm(pathOf(key), { force: true });
    },
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

function missing(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}

function fileErrorOf(error: unknown, path: string): unknown {
  switch (codeOf(error)) {
    case 'ENOENT':
      return new FileError('FILE_MISSING');
    case 'EACCES':
    case 'EPERM':
      return new FileError('FILE_DENIED', `${path}: permission denied`);
    default:
      return error;
  }
}
