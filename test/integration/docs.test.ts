import { globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { pageStatements } from '../support/page-sql.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { folder, remove } = createFolder();
afterAll(remove);

describe('The SQL of the pages', () => {
  beforeAll(async () => {
    await buildIfNeeded();
    const put = async (args: readonly string[], stdin = '') =>
      (await run(['put', '--lake', 'lake', ...args], { folder, stdin })).status;
    const readable = (name: string) => globSync(join(project, `events/readable/${name}.json`));
    expect(await put(['--tags', ...readable('tags'), ...readable('!(tags)')])).toBe(0);
    // One that fails, on the day that the pages ask for.
    expect(await put([], '{"time":"2026-11-20T00:00:00Z",')).toBe(1);
  });

  test('is of failures, of tags, and of what comes from CloudTrail Lake', () => {
    const pages = new Set(pageStatements.map(({ page }) => page));

    expect([...pages]).toEqual([
      'docs/failures.md',
      'docs/from-cloudtrail-lake.md',
      'docs/tags.md',
    ]);
  });

  test.each(pageStatements)('finds something in a local lake: $page, $#', async ({ sql }) => {
    const ran = await run(['query', '--lake', 'lake', '--json', sql], { folder });

    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
    expect(ran.stdout).not.toBe('');
  });
});
