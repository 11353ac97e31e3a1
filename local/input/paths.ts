import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { FileError } from '../../src/trail/failures.ts';
import {
  type FileFilter,
  isAskedFor,
  mayHold,
  type SkipReason,
  skipReasons,
  type TrailKind,
  trailFileOf,
} from '../../src/trail/key.ts';
import type { ListedObject, Storage } from '../../src/trail/storage.ts';
import { EnvironmentError, environmentErrorOf, serviceReasonOf, UsageError } from '../errors.ts';
import { pathOf, type Terminal } from '../terminal/terminal.ts';
import { fileSource, type Source } from './read-pieces.ts';
import { mayHoldEvents } from './text-forms.ts';

/** What is asked for of a trail's files: by their keys, without a look into them. */
export interface InputFilter extends FileFilter {
  readonly kinds?: readonly TrailKind[] | undefined;
}

export interface InputOptions {
  readonly filter: InputFilter;
  /** The folder that is written to: what lies in it is not read. */
  readonly lake: string;
  /** Of S3; default as the environment says. */
  readonly endpoint?: string | undefined;
}

export interface Input {
  /** One after the other, in the order of their paths. */
  readonly sources: AsyncIterable<Source>;
  /** Bytes of all of them, where that is known before they are read. */
  readonly bytes: number | undefined;
  /** Why others were passed over, and how many: complete once all sources were given. */
  readonly skipped: ReadonlyMap<string, number>;
}

const reasons: Readonly<Record<Exclude<SkipReason, 'double'>, string>> & Record<string, string> = {
  ...skipReasons,
  foreign: 'not of a trail',
  digest: 'digests',
  empty: 'empty',
  other: 'not asked for',
  unnamed: 'no account, Region or day in the name',
  lake: 'of the lake itself',
  text: 'neither JSON nor lines of a log nor a table of events',
};

/**
 * What PATH arguments name: files, folders with all that is below them, `s3://BUCKET/PREFIX`, and standard
 * input as `-` or where there are none. All are looked at before the first is read, so that a slip of the third
 * costs nothing. Of folders files are chosen by their keys where these are a trail's, else by their first
 * bytes; what is named itself is always read.
 * @throws EnvironmentError for a path that cannot be read, UsageError where there is nothing to read
 */
export async function inputOf(
  paths: readonly string[],
  options: InputOptions,
  terminal: Terminal,
): Promise<Input> {
  const { stdin } = terminal;
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UsageError('Standard input can be read once: give one -.');
  }
  if (paths.length === 0 && stdin.isTTY) {
    throw new UsageError(
      'There is nothing to read: name a FILE or FOLDER, or pipe events into it.',
    );
  }
  const skipped = new Map<string, number>();
  const skip = (reason: string) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  const named = paths.length > 0 ? paths : ['-'];
  const found = await Promise.all(
    named.map(async (path): Promise<Source | Tree> => {
      if (path === '-') return { name: 'stdin', open: () => stdin };
      return path.startsWith('s3://')
        ? bucketTree(path, options.endpoint)
        : fileOrTree(path, pathOf(terminal, path));
    }),
  );
  const sizes = found.map((one) => ('storage' in one ? undefined : one.bytes));
  return {
    skipped,
    bytes: sizes.every((size) => size !== undefined)
      ? sizes.reduce((sum, size) => sum + size, 0)
      : undefined,
    sources: sourcesIn(found, options, skip),
  };
}

/** A folder or a bucket, from a prefix on. */
interface Tree {
  readonly storage: Storage;
  readonly prefix: string;
  readonly sourceOf: (object: ListedObject) => Source;
}

async function fileOrTree(name: string, path: string): Promise<Source | Tree> {
  try {
    await access(path, constants.R_OK);
    const stats = await stat(path);
    if (!stats.isDirectory())
      return fileSource(name, path, stats.isFile() ? stats.size : undefined);
  } catch (error) {
    throw environmentErrorOf(error, 'read', name);
  }
  const { folderStorage } = await import('../../src/storage/folder.ts');
  const shown = name.replace(/\/+$/, '');
  return {
    storage: folderStorage(path),
    prefix: '',
    sourceOf: ({ key, bytes }) => fileSource(`${shown}/${key}`, join(path, key), bytes),
  };
}

/** "Bucket naming rules" (Amazon S3 User Guide). */
const bucketAddress = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;

async function bucketTree(address: string, endpoint: string | undefined): Promise<Tree> {
  const [, bucket, prefix = ''] = bucketAddress.exec(address) ?? [];
  if (bucket === undefined) {
    throw new UsageError(`${address} is no address in S3: write s3://BUCKET/PREFIX.`);
  }
  const { bucketStorage } = await import('../../src/storage/s3.ts');
  const storage = bucketStorage({ bucket, ...(endpoint !== undefined && { endpoint }) });
  return {
    storage,
    prefix,
    sourceOf: (object) => objectSource(storage, `s3://${bucket}/${object.key}`, object),
  };
}

/** An object of a bucket; its version tells its contents. */
function objectSource(storage: Storage, name: string, { key, etag, bytes }: ListedObject): Source {
  let ahead: Promise<Buffer[]> | undefined;
  return {
    name,
    bytes,
    mark: async () => `${name} ${etag}`,
    fetch() {
      ahead ??= chunksOf(storage.open(key, etag));
      // It is told when it is read.
      ahead.catch(() => {});
    },
    open: () => Readable.from(told(name, ahead ? given(ahead) : storage.open(key, etag))),
  };
}

async function chunksOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return all;
}

async function* given(chunks: Promise<Buffer[]>): AsyncGenerator<Buffer> {
  yield* await chunks;
}

async function* told(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of chunks) yield Buffer.from(chunk);
  } catch (error) {
    throw readErrorOf(name, error);
  }
}

/** What cannot be read of S3, as a sentence; whatever else is thrown is nobody's to expect. */
function readErrorOf(name: string, error: unknown): unknown {
  if (error instanceof FileError)
    return new EnvironmentError(`Cannot read ${name}: ${error.message}`);
  const reason = serviceReasonOf(error);
  return reason === undefined ? error : new EnvironmentError(`Cannot read ${name}: ${reason}`);
}

async function* sourcesIn(
  found: readonly (Source | Tree)[],
  options: InputOptions,
  skip: (reason: string) => void,
): AsyncGenerator<Source> {
  for (const one of found) {
    if ('storage' in one) yield* fetchedAhead(sourcesOfTree(one, options, skip));
    else yield one;
  }
}

/** Objects that are fetched while the one before is read, where they are not large. */
const maxAhead = 8;
const maxAheadBytes = 8 * 1024 * 1024;

async function* fetchedAhead(sources: AsyncIterable<Source>): AsyncGenerator<Source> {
  const waiting: Source[] = [];
  for await (const source of sources) {
    if ((source.bytes ?? 0) <= maxAheadBytes) source.fetch?.();
    waiting.push(source);
    if (waiting.length > maxAhead || source.fetch === undefined) yield waiting.shift() as Source;
  }
  yield* waiting;
}

async function* sourcesOfTree(
  tree: Tree,
  { filter, lake }: InputOptions,
  skip: (reason: string) => void,
): AsyncGenerator<Source> {
  for await (const object of objectsOf(tree, filter)) {
    const source = tree.sourceOf(object);
    const reason = source.path?.startsWith(lake + sep)
      ? 'lake'
      : (reasonToSkip(object, filter) ?? (await reasonInside(object, source)));
    if (reason === undefined) yield source;
    else skip(reasons[reason] as string);
  }
}

/** All objects of a tree in the order of their keys, past folders that hold nothing that is asked for. */
async function* objectsOf(tree: Tree, filter: InputFilter): AsyncGenerator<ListedObject> {
  const { storage, prefix } = tree;
  const hasFilter = Object.values(filter).some((value) => value !== undefined && value.length > 0);
  try {
    // One listing of all is a thousand keys a call; folder by folder, one call for each.
    if (hasFilter && (prefix === '' || prefix.endsWith('/'))) yield* below(storage, prefix, filter);
    else for await (const page of storage.list(prefix)) yield* page;
  } catch (error) {
    throw readErrorOf(`s3://${storage.name}/${prefix}`, error);
  }
}

async function* below(
  storage: Storage,
  folder: string,
  filter: InputFilter,
): AsyncGenerator<ListedObject> {
  const { folders, objects } = await storage.level(folder);
  yield* objects;
  for (const inner of folders) if (mayHold(inner, filter)) yield* below(storage, inner, filter);
}

/** The folders of AWS's own logs: what lies there and is no trail's is of another service. */
const isLogFolder =
  /(?:^|\/)AWSLogs\/|\/\d{12}\/[A-Za-z-]+\/[a-z]{2}-[a-z-]+-\d\/\d{4}\/\d{2}\/\d{2}\//;

function reasonToSkip({ key, bytes }: ListedObject, filter: InputFilter): string | undefined {
  if (bytes === 0) return 'empty';
  const file = trailFileOf(key);
  if (typeof file === 'object') {
    const { kinds = [] } = filter;
    const isKind = kinds.length === 0 || kinds.includes(file.kind);
    return isKind && isAskedFor(file, filter) ? undefined : 'other';
  }
  if (file === 'digest') return 'digest';
  if (isLogFolder.test(key)) return 'foreign';
  return Object.values(filter).some((value) => value !== undefined && value.length > 0)
    ? 'unnamed'
    : undefined;
}

/** What is in no folder of a trail is told by its first bytes, where a look at them costs little. */
async function reasonInside({ key }: ListedObject, { path }: Source): Promise<string | undefined> {
  if (typeof trailFileOf(key) === 'object' || path === undefined) return undefined;
  try {
    for await (const head of createReadStream(path, { end: 64 * 1024 - 1 })) {
      return mayHoldEvents(head) ? undefined : 'text';
    }
  } catch {
    // Why it cannot be read is told where it is read.
  }
  return undefined;
}
