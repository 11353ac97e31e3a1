import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { rowsIn } from '../support/lake-fixture.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(project, 'README.md'), 'utf8');
const { folder, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

const blocksOf = (language: string) =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(
    ([, text = '']) => text,
  );
const prefix = 'npx eventlake ';

/** What a shell would make of the words of a command. */
function wordsOf(command: string): string[] {
  const words = [...command.replace(/ > \S+$/, '').matchAll(/"([^"]*)"|(\S+)/g)];
  return words.flatMap(([, quoted, plain = '']) => {
    if (quoted !== undefined) return [quoted];
    return plain.includes('*') ? globSync(plain, { cwd: project }).sort() : [plain];
  });
}

describe('The README', () => {
  const commands = blocksOf('sh')
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith(prefix))
    .map((line) => line.slice(prefix.length));

  test('has commands', () => {
    expect(commands.length).toBeGreaterThan(4);
  });

  // In their order: the first fills the lake that the others ask.
  test.each(commands)('means what it says: %s', async (command) => {
    const { status, stdout, stderr } = await run(wordsOf(command), {
      folder: project,
      dataFolder: join(folder, 'data'),
    });

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });

  test('shows the row that its event becomes', async () => {
    // Prepare
    const [event = '', row = ''] = blocksOf('json');
    const lake = join(folder, 'one');
    const tags = join(project, 'events/readable/tags.json');

    // Act
    const { status } = await run(['put', '--lake', lake, '--tags', tags], { folder, stdin: event });

    // Assess
    expect(status).toBe(0);
    const [stored, ...others] = await rowsIn(lake);
    expect(stored?.row).toEqual(JSON.parse(row));
    expect(stored?.partition).toBe('source=aws.ec2/day=2026-11-17');
    expect(others).toEqual([]);
  });

  test('names files that are there', () => {
    const named = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, path = '']) => path);

    expect(named.filter((path) => globSync(path, { cwd: project }).length === 0)).toEqual([]);
  });
});
