import { spawnSync } from 'node:child_process';
import * as nodeFiles from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { finishLake, type JournalFiles, openJournal } from '../../../../local/lake/journal.ts';
import { createFolder } from '../../../support/command-fixture.ts';

const { folder, remove } = createFolder();
afterAll(remove);

let lake: string;
let lakes = 0;
beforeEach(() => {
  lake = join(folder, String(++lakes));
});

const attributes = { contentType: 'application/octet-stream' } as const;

/** The pid of a process that has ended. */
const endedPid = spawnSync('true').pid;

/** Everything below the lake but what readers do not look at. */
async function objectsIn(): Promise<Record<string, string>> {
  const entries = await nodeFiles.readdir(lake, { recursive: true, withFileTypes: true });
  const found: Record<string, string> = {};
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !path.includes('/.')) {
      found[path.slice(lake.length + 1)] = await nodeFiles.readFile(path, 'utf8');
    }
  }
  return found;
}

/** Puts files into the lake, an object or two each. @returns marks that were there already */
async function put(marks: readonly string[], files?: JournalFiles) {
  const journal = await openJournal(lake, files);
  const wanted = marks.filter((mark) => !journal.has(mark));
  if (wanted.length === 0) return marks;
  const transaction = await journal.begin();
  for (const mark of wanted) {
    await transaction.store.put(`events/${mark}-${Math.random()}`, Buffer.from(mark), attributes);
    await transaction.store.put(`errors/${mark}-${Math.random()}`, Buffer.from(mark), attributes);
  }
  return transaction.commit(wanted.map((mark) => ({ mark, name: `${mark}.json` })));
}

const contents = async () => Object.values(await objectsIn()).sort();

describe('A journal', () => {
  test('puts a transaction into the lake when it is committed, and not before', async () => {
    const journal = await openJournal(lake);
    const transaction = await journal.begin();
    await transaction.store.put('events/a', Buffer.from('a'), attributes);
    expect(await objectsIn()).toEqual({});

    expect(await transaction.commit([{ mark: 'm', name: 'a.json' }])).toEqual([]);

    expect(await objectsIn()).toEqual({ 'events/a': 'a' });
    expect(journal.has('m')).toBe(true);
    expect((await openJournal(lake)).has('m')).toBe(true);
  });

  test('leaves nothing of one that is dropped', async () => {
    const transaction = await (await openJournal(lake)).begin();
    await transaction.store.put('events/a', Buffer.from('a'), attributes);
    await transaction.drop();

    expect(await objectsIn()).toEqual({});
    expect(await nodeFiles.readdir(join(lake, '.staging'))).toEqual([]);
  });

  test('refuses one whose file another has put meanwhile', async () => {
    const [one, other] = [await openJournal(lake), await openJournal(lake)];
    const [first, second] = [await one.begin(), await other.begin()];
    await first.store.put('events/first', Buffer.from('a'), attributes);
    await second.store.put('events/second', Buffer.from('a'), attributes);
    const file = { mark: 'm', name: 'a.json' };

    expect(await first.commit([file])).toEqual([]);
    expect(await second.commit([file, { mark: 'n', name: 'b.json' }])).toEqual(['m']);

    expect(await objectsIn()).toEqual({ 'events/first': 'a' });
    expect(other.has('m')).toBe(true);
    expect(other.has('n')).toBe(false);
  });

  test('of many that put at once, each file is there once', async () => {
    const marks = ['a', 'b', 'c', 'd'];

    await Promise.all(Array.from({ length: 8 }, (_, at) => put([marks[at % 4] as string])));

    expect(await contents()).toEqual(marks.flatMap((mark) => [mark, mark]));
  });
});

/** A file system that ends after so many calls, as a process does that is killed: what was begun is not told. */
function endingAfter(calls: number) {
  let left = calls;
  const step = () => {
    if (left-- <= 0) throw new Error('killed');
  };
  const wrap = (owner: object, names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        async (...args: unknown[]) => {
          step();
          const done = await (owner[name as never] as (...args: unknown[]) => unknown)(...args);
          return name === 'open' ? handleOf(done as nodeFiles.FileHandle) : done;
        },
      ]),
    );
  const handleOf = (handle: nodeFiles.FileHandle) => ({
    ...wrap(handle, ['truncate', 'sync']),
    // Half of the bytes, then the end.
    async write(text: string, at: number) {
      if (left <= 0) await handle.write(text.slice(0, text.length / 2), at);
      step();
      return handle.write(text, at);
    },
    close: () => handle.close(),
  });
  const files = wrap(nodeFiles, [
    'mkdir',
    'open',
    'readdir',
    'readFile',
    'rename',
    'rm',
    'writeFile',
  ]);
  return { files: files as unknown as JournalFiles, isOver: () => left >= 0 };
}

/** The files that name this process name one that has ended, as they would after its end. */
async function leave(): Promise<void> {
  const entries = await nodeFiles.readdir(lake, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter(({ name }) => name === '.owner' || name === '.lock')) {
    const owner = JSON.stringify({ pid: endedPid, host: hostname() });
    await nodeFiles.writeFile(join(entry.parentPath, entry.name), owner);
  }
}

describe('A put that is killed', () => {
  test('at any step leaves all of its files or none, and again the lake has them once', async () => {
    const seen = new Set<number>();
    for (let calls = 0; ; calls++) {
      lake = join(folder, `killed-${calls}`);
      await put(['before']);
      const { files, isOver } = endingAfter(calls);
      const ended = await put(['a', 'b'], files).then(
        () => true,
        () => false,
      );
      await leave();

      await finishLake(lake);
      const left = (await contents()).length;
      expect([2, 6]).toContain(left);
      seen.add(left);
      await put(['a', 'b']);
      expect(await contents()).toEqual(['a', 'a', 'b', 'b', 'before', 'before']);
      expect(await nodeFiles.readdir(join(lake, '.staging'))).toEqual([]);
      if (ended && isOver()) break;
    }
    expect([...seen].sort()).toEqual([2, 6]);
  });

  test('while another finishes what it left is finished by the next', async () => {
    await put(['a'], endingAfter(1000).files);
    for (let calls = 0; calls < 40; calls++) {
      lake = join(folder, `finishing-${calls}`);
      await put(['a'], endingAfter(27).files).catch(() => {});
      await leave();
      await finishLake(lake, endingAfter(calls).files).catch(() => {});
      await leave();

      await put(['a']);

      expect(await contents()).toEqual(['a', 'a']);
    }
  });
});

describe('A lock', () => {
  test('of a process that has ended is taken over, by one of many', async () => {
    await nodeFiles.mkdir(lake, { recursive: true });
    await nodeFiles.writeFile(
      join(lake, '.lock'),
      JSON.stringify({ pid: endedPid, host: hostname() }),
    );

    await Promise.all(['a', 'b', 'c'].map((mark) => put([mark])));

    expect(await contents()).toHaveLength(6);
  });

  test('a staged transaction of another machine is left alone', async () => {
    const staging = join(lake, '.staging/x');
    await nodeFiles.mkdir(staging, { recursive: true });
    await nodeFiles.writeFile(join(staging, '.owner'), '{"pid":1,"host":"another.example"}');

    await finishLake(lake);

    expect(await nodeFiles.readdir(join(lake, '.staging'))).toEqual(['x']);
  });
});
