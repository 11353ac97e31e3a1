import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generate } from '../../../scripts/generate.ts';
import type { GeneratedFile, Writer } from '../../../scripts/writer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eventlake-generate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const writer = (...files: GeneratedFile[]): Writer => ({
  makes: 'a test',
  from: 'nothing',
  files: async () => files,
});
const run = (from: Writer[], check = false) =>
  generate({ from, check, root: pathToFileURL(`${folder}/`) });

describe('generate', () => {
  test('writes what is missing or differs, and nothing twice', async () => {
    const from = [writer({ path: 'docs/a.md', text: 'a' })];

    const first = await run(from);
    const second = await run(from);

    expect(first).toEqual([{ path: 'docs/a.md', makes: 'a test', from: 'nothing' }]);
    expect(second).toEqual([]);
    expect(readFileSync(join(folder, 'docs/a.md'), 'utf8')).toBe('a');
  });

  test('takes away what must not be there', async () => {
    writeFileSync(join(folder, 'old.json'), '{}');

    const stale = await run([writer({ path: 'old.json', text: null })]);

    expect(stale).toHaveLength(1);
    expect(() => readFileSync(join(folder, 'old.json'))).toThrow('ENOENT');
  });

  test('only looks when it is asked to check', async () => {
    writeFileSync(join(folder, 'a.md'), 'old');

    const stale = await run([writer({ path: 'a.md', text: 'new' })], true);

    expect(stale.map(({ path }) => path)).toEqual(['a.md']);
    expect(readFileSync(join(folder, 'a.md'), 'utf8')).toBe('old');
  });

  test('refuses two writers of one file', async () => {
    const twice = [
      writer({ path: 'a', text: '1' }),
      { ...writer({ path: 'a', text: '1' }), makes: 'b' },
    ];

    await expect(run(twice)).rejects.toThrow('a: made by "a test" and "b"');
  });
});
