import { gunzipSync } from 'node:zlib';
import { FileError, type FileFailureCode } from '../../src/trail/failures.ts';
import type { ListedObject, Storage } from '../../src/trail/storage.ts';

export interface MemoryStorage extends Storage {
  readonly objects: Map<string, Uint8Array>;
  /** Every write and deletion that was asked for, in order. */
  readonly writes: string[];
  /** Keys that cannot be read, and why. */
  readonly refused: Map<string, FileFailureCode>;
  /** Kept beside objects, by key. */
  readonly beside: Map<string, Record<string, string>>;
}

export interface MemoryOptions {
  readonly name?: string;
  /** Asked before each write or deletion; what it throws ends it, and nothing is changed. */
  readonly beforeWrite?: (write: string) => void | Promise<void>;
  /** Bytes that are read at a time. */
  readonly chunkBytes?: number;
}

/** A bucket in memory. */
export function memoryStorage(
  objects: Map<string, Uint8Array> = new Map(),
  {
    name = 'bucket',
    beforeWrite = () => {},
    chunkBytes = Number.MAX_SAFE_INTEGER,
  }: MemoryOptions = {},
): MemoryStorage {
  const writes: string[] = [];
  const refused = new Map<string, FileFailureCode>();
  const beside = new Map<string, Record<string, string>>();
  const write = async (what: string) => {
    writes.push(what);
    await beforeWrite(what);
  };
  const listed = (prefix: string): ListedObject[] =>
    [...objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { length }]) => ({ key, etag: `"${length}"`, bytes: length, modifiedMs: 0 }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    name,
    objects,
    writes,
    refused,
    beside,
    metadata: async (key) => beside.get(key) ?? {},
    async *list(prefix) {
      yield listed(prefix);
    },
    async level(folder) {
      if (refused.has(folder)) throw new FileError(refused.get(folder) as FileFailureCode);
      const folders = new Set<string>();
      const own: ListedObject[] = [];
      for (const object of listed(folder)) {
        const slash = object.key.indexOf('/', folder.length);
        if (slash === -1) own.push(object);
        else folders.add(object.key.slice(0, slash + 1));
      }
      return { folders: [...folders], objects: own };
    },
    async *open(key) {
      const code = refused.get(key);
      if (code) throw new FileError(code);
      const bytes = objects.get(key);
      if (!bytes) throw new FileError('FILE_MISSING');
      for (let at = 0; at < bytes.length; at += chunkBytes)
        yield bytes.subarray(at, at + chunkBytes);
    },
    async get(key) {
      return objects.get(key);
    },
    async put(key, body) {
      await write(`put ${key}`);
      objects.set(key, body);
    },
    async create(key, body) {
      await write(`create ${key}`);
      if (objects.has(key)) return false;
      objects.set(key, body);
      return true;
    },
    async remove(keys) {
      for (const key of keys) {
        await write(`remove ${key}`);
        objects.delete(key);
      }
    },
  };
}

/** Objects by key as texts, after gunzip. */
export function textsOf({ objects }: MemoryStorage, prefix = ''): Record<string, string> {
  const own = [...objects]
    .filter(([key]) => key.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    own.map(([key, bytes]) => [
      key,
      (key.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString(),
    ]),
  );
}
