import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { makeLake, requireLake } from '../../../../local/lake/lake-folder.ts';
import { createFolder } from '../../../support/command-fixture.ts';

const { folder, remove } = createFolder();
afterAll(remove);

describe('The folder of a lake', () => {
  test('is made with those above it, and may be there', async () => {
    const deep = join(folder, 'a/b/c');

    await makeLake(deep);
    await makeLake(deep);
  });

  test('is refused below a file', async () => {
    writeFileSync(join(folder, 'file'), '');

    await expect(makeLake(join(folder, 'file/b'))).rejects.toThrow(
      /^Cannot write .*: a part of the path is a file, not a folder/,
    );
  });

  test('is refused on a read-only disk as that: Node says only that it is not there', async () => {
    // Prepare: libuv's recursive mkdir looks at what it could not make, and gives that answer.
    mkdirSync(join(folder, 'mount'));
    const mkdir = async (path: string, options?: { recursive: true }) => {
      const code = options?.recursive ? 'ENOENT' : 'EROFS';
      throw Object.assign(new Error(code), { code, path });
    };

    // Act
    const making = makeLake(join(folder, 'mount/a/b'), mkdir);

    // Assess
    await expect(making).rejects.toThrow(
      `Cannot write ${join(folder, 'mount/a')}: the disk is read-only: use another folder.`,
    );
  });

  // The engine would take the name for a partition, whatever its capitals.
  test.each(['day=2026-11-20', 'source=x', 'Source=x', 'DAY=', 'back\\slash'])(
    'is not made where no query could read it: below %s',
    async (name) => {
      await expect(makeLake(join(folder, name, 'lake'))).rejects.toThrow(/: name another\.$/);
      await expect(requireLake(join(folder, name, 'lake'))).rejects.toThrow(/: move it\.$/);
    },
  );

  test.each(['year=2026', 'days=', 'a*b', 'a[b', "a'b", '🙂', 'a b'])(
    'may be called %s',
    async (name) => {
      await makeLake(join(folder, name));
    },
  );

  test.each(['events', 'errors', '.journal'])('is a lake where it has %s', async (name) => {
    const lake = join(folder, `with ${name}`);
    mkdirSync(join(lake, name), { recursive: true });

    await requireLake(lake);
  });

  test.each(['nowhere', 'file', 'mount'])('is none at %s', async (name) => {
    await expect(requireLake(join(folder, name))).rejects.toThrow(
      `There is no lake at ${join(folder, name)}: name its folder with --lake, or put events into one first.`,
    );
  });
});
