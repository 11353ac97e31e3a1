import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { createFolder, run } from '../support/command-fixture.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { folder, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

const events = Array.from(
  { length: 6000 },
  (_, at) => `{"id":"${at}","time":"2026-11-20T00:00:00Z","source":"my.app","detail-type":"Tick",
    "detail":{"text":"${'x'.repeat(300)}"}}`,
).join('\n');

/** A put that reads from a pipe which stays open, and has begun to invoke the function. */
async function startPut(lake: string, starter: readonly string[]) {
  const [file = '', ...args] = starter;
  // npm has told where the tests were started.
  const env = { ...process.env, INIT_CWD: '' };
  const child = spawn(file, [...args, 'put', '--lake', lake, '--json', '--log'], {
    cwd: folder,
    env,
  });
  const stdout = text(child.stdout);
  const stderr = once(child.stderr, 'data');
  child.stderr.resume();
  child.stdin.write(events);
  await stderr;
  return { child, ended: once(child, 'close'), stdout };
}

const direct = [process.execPath, join(project, 'local/cli.ts')];
const byName = [process.execPath, join(project, 'bin/eventlake.js')];

describe('What was read is delivered, and the exit status says what ended it,', () => {
  test.each([
    ['SIGINT', 130, 'of the command', direct],
    ['SIGTERM', 143, 'of the command', direct],
    ['SIGHUP', 129, 'of the command', direct],
    ['SIGTERM', 143, 'of what starts it', byName],
    ['SIGHUP', 129, 'of what starts it', byName],
  ] as const)('at %s (%i) %s', async (signal, status, _, starter) => {
    // Prepare
    const lake = `${signal}-${starter === direct}`;
    const { child, ended, stdout } = await startPut(lake, starter);

    // Act
    child.kill(signal);

    // Assess
    expect((await ended)[0]).toBe(status);
    const { rows, records } = JSON.parse(await stdout);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBe(records);
    const asked = await run(
      ['query', '--lake', lake, '--json', 'SELECT count(*) AS rows FROM events'],
      { folder },
    );
    expect(JSON.parse(asked.stdout)).toEqual({ rows });
  });
});
