import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { makeFolder } from '../../../../local/lake/make-folder.ts';
import { createFolder } from '../../../support/command-fixture.ts';

const { folder, remove } = createFolder();
afterAll(remove);

describe('A folder', () => {
  test('is made with those above it, and may be there', async () => {
    const deep = join(folder, 'a/b/c');

    await makeFolder(deep);
    await makeFolder(deep);
  });

  test('below a file is refused', async () => {
    writeFileSync(join(folder, 'file'), '');

    await expect(makeFolder(join(folder, 'file/b'))).rejects.toThrow(
      /^Cannot write .*: a part of the path is a file, not a folder/,
    );
  });

  test('on a read-only disk is refused as that: Node says only that it is not there', async () => {
    // Prepare: libuv's recursive mkdir looks at what it could not make, and gives that answer.
    mkdirSync(join(folder, 'mount'));
    const mkdir = async (path: string, options?: { recursive: true }) => {
      const code = options?.recursive ? 'ENOENT' : 'EROFS';
      throw Object.assign(new Error(code), { code, path });
    };

    // Act
    const making = makeFolder(join(folder, 'mount/a/b'), mkdir);

    // Assess
    await expect(making).rejects.toThrow(
      `Cannot write ${join(folder, 'mount/a')}: the disk is read-only: use another folder.`,
    );
  });
});
