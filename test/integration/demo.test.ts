import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { nextCommands } from '../../local/commands/demo.ts';
import { invocationPrefix } from '../../local/terminal/command.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { rowsIn } from '../support/lake-fixture.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { folder, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

const lake = join(folder, 'data/demo');
const demo = (...args: string[]) => run(['demo', ...args], { folder });

/** Of each question itself and the lines of its answer, without the SQL between them. */
function answersIn(stdout: string): string[][] {
  const parts = stdout.split(/\n\n(?=\S)/).filter((part) => /\?$/m.test(part));
  return parts.map((part) => {
    const [question = '', , answer = ''] = part.split('\n\n');
    return [question, ...answer.split('\n').map((line) => line.trim())];
  });
}

describe('The demo', () => {
  test('answers its three questions', async () => {
    const { status, stdout, stderr } = await demo();

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [first, second, third] = answersIn(stdout);
    expect(first).toEqual([
      'Who changed the state of which instances, and which team owns them?',
      'when         who          what            instance  change              team',
      '───────────  ───────────  ──────────────  ────────  ──────────────────  ──────────',
      '11-17 08:02  AutoScaling  RunInstances    web-2     new → pending       storefront',
      '11-17 21:14  alice        StopInstances   etl-1     running → stopping  data',
      '11-17 21:14  alice        StopInstances   web-1     running → stopping  storefront',
      '11-18 05:45  nightly      StartInstances  web-1     stopped → pending   storefront',
    ]);
    expect(second).toEqual([
      'Which instances changed their state without a call, and what had announced it?',
      'when            instance  team  state          announced_by',
      '──────────────  ────────  ────  ─────────────  ──────────────────────────────────────',
      '11-17 22:42:09  etl-spot  data  shutting-down  EC2 Spot Instance Interruption Warning',
      '11-17 22:42:52  etl-spot  data  terminated     EC2 Spot Instance Interruption Warning',
    ]);
    expect(third?.slice(3).map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      '11-17 07:56 | bob | ConsoleLogin | failure | Failed authentication | 203.0.113.77',
      '11-17 07:57 | bob | ConsoleLogin | success | no MFA | 203.0.113.77',
      '11-17 10:31 | build-4711 | TerminateInstances | failure | Client.UnauthorizedOperation | 198.51.100.24',
      '11-17 10:32 | build-4711 | GetSecretValue | failure | AccessDenied | 198.51.100.24',
    ]);
  });

  test('loses no sample', async () => {
    const { stdout } = await demo();

    expect(stdout).toContain('records  43 = 43 ok + 0 dropped + 0 failed');
    expect(await rowsIn(lake)).toHaveLength(43);
  });

  test('prints the same every time', async () => {
    const [first, second] = [await demo(), await demo()];

    expect(second.stdout).toBe(first.stdout);
  });

  test('fits 100 columns, but for commands that name the lake', async () => {
    const widthOf = ({ stdout }: { stdout: string }) =>
      Math.max(
        ...stdout
          .split('\n')
          .filter((line) => !line.includes(folder))
          .map((line) => line.length),
      );

    expect(widthOf(await demo())).toBeLessThanOrEqual(100);
  });

  test('shows what to try next, and that works', async () => {
    await demo();

    for (const { line } of nextCommands(lake)) {
      // What npm does, without npm.
      const command = line.replaceAll(invocationPrefix, '"$NODE" local/cli.ts');
      const { stdout } = await promisify(execFile)('sh', ['-c', command], {
        cwd: project,
        env: { ...process.env, NODE: process.execPath, INIT_CWD: project, XDG_DATA_HOME: folder },
      });
      expect(stdout).not.toBe('');
    }
  });

  test('deletes nothing that it did not make', async () => {
    const mine = join(folder, 'mine');
    mkdirSync(mine);
    writeFileSync(join(mine, 'thesis.doc'), '');

    const { status, stdout, stderr } = await demo('--lake', 'mine');

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/holds files that the demo did not make, such as thesis\.doc/);
    expect(existsSync(join(mine, 'thesis.doc'))).toBe(true);
  });
});
