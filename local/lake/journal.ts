import { randomUUID } from 'node:crypto';
import * as nodeFiles from 'node:fs/promises';
import { constants, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createFolderStore } from '../firehose/folder-store.ts';
import type { ObjectStore } from '../firehose/ports.ts';
import { withLock } from './lock.ts';
import { hasEnded, ownerText } from './owner.ts';

/**
 * Which inputs a lake has, so that the same file is never in it twice, whatever interrupts a put.
 *
 * A transaction writes its objects below `.staging/<id>/`. One line of `.journal`, made durable, says which files
 * it read and which objects it made: from then on it is in the lake, and the objects are moved to their places. A
 * line that is not there whole counts as none. Whoever opens the lake next moves what is left of a transaction in
 * the journal, and deletes what was left of any other. Readers look at neither.
 */

/** What tells the contents of an input: a hash of its bytes, or an object's address and version. */
export type Mark = string;

export interface JournalEntry {
  readonly id: string;
  readonly files: readonly { readonly mark: Mark; readonly name: string }[];
  /** Keys of the objects that were made of them. */
  readonly objects: readonly string[];
}

export interface Journal {
  has(mark: Mark): boolean;
  begin(): Promise<Transaction>;
}

export interface Transaction {
  /** Where its objects go. */
  readonly store: ObjectStore;
  /**
   * Puts it into the lake, whole; or not at all, where another has put one of its files meanwhile.
   * @param isAgain to put files that are there already once more
   * @returns marks that are there already; none where it is in the lake now
   */
  commit(files: JournalEntry['files'], isAgain?: boolean): Promise<readonly Mark[]>;
  /** Leaves the lake as it was. */
  drop(): Promise<void>;
}

/** What the journal does to files; a test counts it and ends it anywhere. */
export type JournalFiles = Pick<
  typeof nodeFiles,
  'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rm' | 'writeFile'
>;

const journalName = '.journal';
const stagingName = '.staging';
const lockName = '.lock';
const ownerName = '.owner';

/**
 * Opens the journal of a lake, after it has finished what others have left.
 * @throws what the file system throws
 */
export async function openJournal(lake: string, files: JournalFiles = nodeFiles): Promise<Journal> {
  await files.mkdir(lake, { recursive: true });
  await finishLake(lake, files);
  const marks = new Set<Mark>();
  let readUntil = 0;
  const readMore = async () => {
    const read = await entriesOf(lake, files, readUntil);
    readUntil = read.until;
    for (const { files: put } of read.entries) for (const { mark } of put) marks.add(mark);
  };
  await readMore();

  return {
    has: (mark) => marks.has(mark),
    async begin() {
      const id = randomUUID();
      const staging = join(lake, stagingName, id);
      await files.mkdir(staging, { recursive: true });
      await files.writeFile(join(staging, ownerName), ownerText());
      const { store, objects } = durableStore(staging, files);
      const drop = () => files.rm(staging, { recursive: true, force: true });
      return {
        store,
        drop,
        commit: (put, isAgain = false) =>
          withLock(join(lake, lockName), async () => {
            await readMore();
            const already = put.map(({ mark }) => mark).filter((mark) => marks.has(mark));
            if (already.length > 0 && !isAgain) {
              await drop();
              return already;
            }
            const entry: JournalEntry = { id, files: put, objects };
            await append(join(lake, journalName), `${JSON.stringify(entry)}\n`, readUntil, files);
            await moveObjects(lake, entry, files);
            await readMore();
            return [];
          }),
      };
    },
  };
}

/**
 * Finishes what a put has left that was ended: what is in the journal is moved to its place, anything else is
 * deleted. Where nobody left anything it costs one look.
 */
export async function finishLake(lake: string, files: JournalFiles = nodeFiles): Promise<void> {
  const staging = join(lake, stagingName);
  if ((await namesIn(staging, files)).length === 0) return;
  await withLock(join(lake, lockName), async () => {
    const { entries } = await entriesOf(lake, files, 0);
    const byId = new Map(entries.map((entry) => [entry.id, entry]));
    for (const id of await namesIn(staging, files)) {
      const entry = byId.get(id);
      if (entry) await moveObjects(lake, entry, files);
      else if (await isLeft(join(staging, id), files)) {
        await files.rm(join(staging, id), { recursive: true, force: true });
      }
    }
  });
}

/** Whether nobody is writing a transaction any more. */
async function isLeft(folder: string, files: JournalFiles): Promise<boolean> {
  const owner = await files.readFile(join(folder, ownerName), 'utf8').catch(absent);
  return hasEnded(owner ?? '');
}

/** Moves objects from a transaction to their places. Those that are not there any more have been moved. */
async function moveObjects(
  lake: string,
  { id, objects }: JournalEntry,
  files: JournalFiles,
): Promise<void> {
  const staging = join(lake, stagingName, id);
  for (const key of objects) {
    const place = join(lake, key);
    await files.mkdir(dirname(place), { recursive: true });
    await files.rename(join(staging, key), place).catch(absent);
  }
  await files.rm(staging, { recursive: true, force: true });
}

/** Keeps objects as a folder does, and makes sure that they are there after a power cut, too. */
function durableStore(folder: string, files: JournalFiles) {
  const inner = createFolderStore(folder);
  const objects: string[] = [];
  const store: ObjectStore = {
    async put(key, body, attributes) {
      await inner.put(key, body, attributes);
      await sync(join(folder, key), files);
      objects.push(key);
    },
  };
  return { store, objects };
}

async function sync(file: string, files: JournalFiles): Promise<void> {
  const handle = await files.open(file, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Appends a line for good; what was cut off at the end of the file goes first. */
async function append(
  file: string,
  line: string,
  until: number,
  files: JournalFiles,
): Promise<void> {
  const handle: FileHandle = await files.open(file, constants.O_RDWR | constants.O_CREAT);
  try {
    await handle.truncate(until);
    await handle.write(line, until);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await sync(dirname(file), files);
}

/** The whole lines of the journal from a place on, and where they end. */
async function entriesOf(lake: string, files: JournalFiles, from: number) {
  const bytes = await files.readFile(join(lake, journalName)).catch(absent);
  if (!bytes) return { entries: [], until: 0 };
  const until = Math.max(from, bytes.lastIndexOf('\n') + 1);
  const lines = bytes.subarray(from, until).toString().split('\n').slice(0, -1);
  return { entries: lines.map((line): JournalEntry => JSON.parse(line)), until };
}

async function namesIn(folder: string, files: JournalFiles): Promise<string[]> {
  return (await files.readdir(folder).catch(absent)) ?? [];
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
