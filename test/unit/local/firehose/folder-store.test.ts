import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFolderStore } from '../../../../local/firehose/folder-store.ts';

const attributes = { contentType: 'application/octet-stream' } as const;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firehose-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('A folder store', () => {
  test('keeps an object as the file that its key names, and nothing else', async () => {
    const store = createFolderStore(join(folder, 'lake'));

    await store.put('data/source=aws.ec2/x.json.gz', Buffer.from('body'), attributes);

    const path = join(folder, 'lake/data/source=aws.ec2');
    expect(await readFile(join(path, 'x.json.gz'), 'utf8')).toBe('body');
    expect(await readdir(path)).toEqual(['x.json.gz']);
  });

  test('replaces an object of the same key', async () => {
    const store = createFolderStore(folder);

    await store.put('a', Buffer.from('first'), attributes);
    await store.put('a', Buffer.from('second'), attributes);

    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('second');
  });

  test.each(['../a', 'a/../../b', 'a/..', './a', '/a', 'a/', '', '..', 'a\\..\\..\\b', 'a\0b'])(
    'refuses the key %j, which is no path below it',
    async (key) => {
      const store = createFolderStore(join(folder, 'lake'));

      await expect(store.put(key, Buffer.from('x'), attributes)).rejects.toThrow(
        `The object key ${JSON.stringify(key)} is no path below`,
      );
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test('leaves nothing behind when a file cannot take its place', async () => {
    const store = createFolderStore(folder);
    await store.put('taken/below', Buffer.from('x'), attributes);

    await expect(store.put('taken', Buffer.from('y'), attributes)).rejects.toThrow();

    expect(await readdir(folder)).toEqual(['taken']);
  });
});
