import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const project = fileURLToPath(new URL('../../', import.meta.url));
const files = (pattern: string) => globSync(pattern, { cwd: project });

/** What is started by somebody: the command line, the functions, npm's scripts, and what is compiled by its name. */
const started = [
  'local/cli.ts',
  'view/page/main.ts',
  'src/one-pass/assembly/kernel.ts',
  ...files('handlers/*.ts'),
  ...files('scripts/{*,attack/attack}.ts'),
  ...files('bench/*.ts'),
];

/** Every module that a source names, also for its types, or to start it. */
function modulesOf(file: string): string[] {
  const text = readFileSync(join(project, file), 'utf8');
  const named = text.matchAll(/(?:from |import\(|new URL\()\s*'(\.\.?\/[^']+\.ts)'/g);
  // A program that is started as a text names modules from the project's folder.
  return [...named]
    .flatMap(([, path = '']) => [join(dirname(file), path), join(path)])
    .filter((path) => existsSync(join(project, path)));
}

function reached(): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [...started];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    open.push(...modulesOf(file));
  }
  return seen;
}

test('No module is there for its tests only: doubles of services live in test/', () => {
  const known = reached();
  const sources = ['src', 'athena', 'local', 'view', 'scripts'].flatMap((folder) =>
    files(`${folder}/**/*.ts`),
  );

  expect(sources.length).toBeGreaterThan(200);
  expect(sources.filter((file) => !known.has(file))).toEqual([]);
});
