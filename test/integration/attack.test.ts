import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';

const folder = fileURLToPath(new URL('../../scripts/attack/', import.meta.url));

const attack = (...args: string[]) => {
  const { status, stdout } = spawnSync(process.execPath, [join(folder, 'attack.ts'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout };
};

describe('The attack on the built function', () => {
  beforeAll(async () => void (await buildIfNeeded()));

  test('finds nothing among some thousand hostile records, the same each time', () => {
    const { status, stdout } = attack('--seed', '7', '--records', '2000');

    expect({ status, lines: stdout.split('\n').length }).toEqual({ status: 0, lines: 2 });
    const { records, events, rows, failed } = JSON.parse(stdout);
    expect(rows).toBe(events);
    expect(events).toBeGreaterThan(2000);
    expect(failed).toBeGreaterThan(100);
    expect(records).toBeGreaterThanOrEqual(2000);
  });

  test('holds what comes out against code that shares nothing with src/', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    const imported = files.flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
        ([, name = '']) => name,
      ),
    );

    expect(files.length).toBeGreaterThan(5);
    expect(imported.filter((name) => !/^(?:node:|\.\/[\w-]+\.ts$)/.test(name))).toEqual([]);
  });
});
