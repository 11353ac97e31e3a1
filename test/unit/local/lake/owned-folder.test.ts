import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openOwnedFolder } from '../../../../local/lake/owned-folder.ts';
import { createFolder } from '../../../support/command-fixture.ts';

const { folder: parent, remove } = createFolder();
afterAll(remove);

let folder: string;
let folders = 0;
beforeEach(() => {
  folder = join(parent, String(++folders));
});

const attributes = { contentType: 'application/octet-stream' } as const;

async function fill(...keys: string[]) {
  const store = await openOwnedFolder(folder);
  for (const key of keys) await store.put(key, Buffer.from('x'), attributes);
}

describe('An owned folder', () => {
  test('is made where there is none', async () => {
    await fill('a/b/c.json');

    expect(readFileSync(join(folder, 'a/b/c.json'), 'utf8')).toBe('x');
  });

  test('loses what was put there before', async () => {
    await fill('a/b/c.json', 'a/d.json');

    await fill('e.json');

    expect(readdirSync(folder).sort()).toEqual(['.eventlake-demo', 'e.json']);
  });

  test('is refused, and keeps all, where somebody put a file beside', async () => {
    await fill('a/b/c.json');
    writeFileSync(join(folder, 'a/mine.json'), 'mine');

    await expect(fill('e.json')).rejects.toThrow(
      `${folder} holds files that the demo did not make, such as a/mine.json: move them away, or name another folder with --lake.`,
    );
    expect(existsSync(join(folder, 'a/b/c.json'))).toBe(true);
  });

  test('is refused where it was never ours', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.doc'), 'mine');

    await expect(fill('e.json')).rejects.toThrow('such as thesis.doc');
  });

  test('deletes nothing outside, whatever its list says', async () => {
    const outside = join(parent, 'outside.json');
    writeFileSync(outside, 'mine');
    await fill('a.json');
    const mark = join(folder, '.eventlake-demo');
    writeFileSync(mark, `${readFileSync(mark, 'utf8')}../outside.json\n`);

    await fill('b.json');

    expect(existsSync(outside)).toBe(true);
    expect(existsSync(join(folder, 'a.json'))).toBe(false);
  });

  test('is emptied although a run before ended in the middle', async () => {
    await fill('a.json');
    const mark = join(folder, '.eventlake-demo');
    writeFileSync(mark, `${readFileSync(mark, 'utf8')}never-written.json\n`);

    await fill('b.json');

    expect(readdirSync(folder).sort()).toEqual(['.eventlake-demo', 'b.json']);
  });

  test('that is a file is refused in one sentence', async () => {
    writeFileSync(folder, '');

    await expect(fill('a.json')).rejects.toThrow(/^Cannot write .*: a part of the path is a file/);
  });
});
