import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const project = fileURLToPath(new URL('../../../', import.meta.url));

function run(script: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe.each(['scripts/generate.ts', 'scripts/fuzz.ts', 'bench/bench.ts'])('%s', (script) => {
  test('says what it takes', () => {
    const { status, stdout, stderr } = run(script, '--help');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm run \w+ -- \[.*\n/);
  });

  test('refuses what it does not take, in a sentence', () => {
    const { status, stdout, stderr } = run(script, '--much');

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option '--much'\.\nUsage: /);
  });
});

test.each([
  ['bench/bench.ts', '--rounds', 'many', '--rounds is "many"; it must be a whole number from 1.'],
  ['scripts/fuzz.ts', '--runs', '-1', "Option '--runs' argument is ambiguous."],
  ['scripts/fuzz.ts', '--runs', 'all', '--runs has to be a number above 0.'],
])('%s %s %s is refused', (script, option, value, reason) => {
  const { status, stderr } = run(script, option, value);

  expect(status).toBe(2);
  expect(stderr.split('\n')[0]).toBe(reason);
});
