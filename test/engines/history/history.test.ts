import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFolder, run as runCommand } from '../../support/command-fixture.ts';
import { objectsIn } from '../../support/trail-fixture.ts';
import { days, organisation, organisationFiles } from './organisation.ts';
import { linesAt, openStack, type StackAtMoto, trailBucket, withoutId } from './stack.ts';

let stack: StackAtMoto;
const { folder, remove } = createFolder();
beforeAll(async () => {
  stack = await openStack(process.env.EVENTLAKE_TEST_MOTO ?? '');
  let waiting: Promise<void>[] = [];
  for (const [key, bytes] of organisationFiles(stack.prefix)) {
    waiting.push(stack.put(trailBucket, key, bytes));
    if (key.endsWith('/')) continue;
    const file = join(folder, trailBucket, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    if (waiting.length < 50) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
});
afterAll(async () => {
  await stack.close();
  remove();
});

describe('The state machine of history.yaml', () => {
  test('reads the trail of an organisation, and its report adds up', async () => {
    const { status, output } = await stack.run('first', {});

    expect({ status, output }).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        isComplete: true,
        parts: days.length,
        incomplete: 0,
        imbalances: [],
        counts: {
          filesListed: organisation.files,
          filesRead: organisation.files,
          filesFailed: 0,
          events: organisation.rows,
          rows: organisation.rows,
          failures: 0,
          elsewhere: 0,
        },
      },
    });
    expect(await stack.mapRunOf('first')).toMatchObject({
      status: 'SUCCEEDED',
      executionCounts: { succeeded: days.length, failed: 0, total: days.length },
    });
  });

  test('makes the lake that one machine makes of the same files', async () => {
    const place = join(folder, trailBucket);
    const { status } = await runCommand(['backfill', place, '--lake', 'lake', '--json'], {
      folder,
    });

    const local = new Map(
      [...objectsIn(join(folder, 'lake'))].map(([key, text]) => [
        withoutId(key),
        text.split('\n').slice(0, -1),
      ]),
    );
    expect(status).toBe(0);
    expect(await linesAt(stack.s3, 'events/')).toEqual(local);
  });

  test('runs nothing that is complete', async () => {
    const { output } = await stack.run('second', {});

    expect(output).toMatchObject({ isComplete: true, parts: 0 });
  });

  test.each(['throttled', 'failed', 'timed out'] as const)(
    'reports children that are %s, and is complete after a second start',
    async (fault) => {
      // Prepare: all is to be read again, and every third day has trouble.
      const days = (payload: Record<string, unknown>) => String(payload.day);
      stack.faultOf = (payload) =>
        payload.step === 'part' && Number(days(payload).slice(8)) % 3 === 0 ? fault : undefined;
      const asked = { from: '2024-02-01', to: '2024-02-06', again: true };

      // Act
      const first = await stack.run(`${fault.replace(' ', '-')}-1`, asked);
      stack.faultOf = () => undefined;
      const second = await stack.run(`${fault.replace(' ', '-')}-2`, { ...asked, again: null });

      // Assess
      expect(first).toMatchObject({ status: 'FAILED', error: 'Incomplete' });
      expect(await stack.reportOf(`${fault.replace(' ', '-')}-1`)).toMatchObject({
        parts: 6,
        incomplete: [{ day: '2024-02-03' }, { day: '2024-02-06' }],
      });
      expect(second).toMatchObject({
        status: 'SUCCEEDED',
        output: { isComplete: true, parts: 2, incomplete: 0 },
      });
    },
  );

  test.each([
    [
      'days before FirstDay',
      { to: '2024-01-21' },
      { FIRST_DAY: '2024-01-25' },
      /FirstDay .* template\.yaml/,
    ],
    [
      'a lake that does not read JSON',
      { to: '2024-01-21' },
      { OUTPUT_FORMAT: 'parquet' },
      /AlsoRead/,
    ],
    ['more than MaxFiles', { to: '2024-01-21' }, { MAX_FILES: '10' }, /MaxFiles \(10\)/],
    ['no day at all', { from: 'yesterday' }, {}, /from.* is .*yesterday/],
  ])('refuses %s, and says what to change', async (what, input, environment, message) => {
    await stack.restart(environment);

    const { status, error, cause } = await stack.run(`refused ${what}`.replaceAll(' ', '-'), {
      again: true,
      ...input,
    });

    await stack.restart({});
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'RefusedError' });
    expect(cause).toMatch(message);
  });

  test('refuses more parts at a time than half of what the account has unreserved', async () => {
    stack.unreserved = 7;

    const { status, cause } = await stack.run('starved', {});

    stack.unreserved = 1000;
    expect(status).toBe('FAILED');
    expect(cause).toMatch(/MaxConcurrency is 4, .* to 3 at most/);
  });
});

describe('put of the same trail', () => {
  const before = { ...process.env };
  beforeAll(() => {
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_REGION: 'eu-west-1',
    });
  });
  afterAll(() => {
    process.env = before;
  });

  /** Rows without what only the way of an event decides. */
  const rowsOf = async (lake: string) => {
    const sql = 'SELECT * EXCLUDE (arrival_time, instances) FROM events ORDER BY event_id, account';
    const { stdout } = await runCommand(['query', '--json', '--lake', lake, sql], { folder });
    return stdout.split('\n');
  };

  test('from a folder of 5,400 files gives the rows of the backfill, once, and counts what is none', async () => {
    const place = join(folder, trailBucket);
    const first = await runCommand(['put', '--json', '--lake', 'put', place], { folder });
    const again = await runCommand(['put', '--json', '--lake', 'put', place], { folder });

    expect(first.status).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      files: organisation.files,
      rows: organisation.rows,
      failed: 0,
      skipped: { digests: 450, 'not of a trail': 5 },
    });
    expect(JSON.parse(again.stdout)).toMatchObject({ files: 0, already: organisation.files });
    expect(await rowsOf('put')).toEqual(await rowsOf('lake'));
  });

  test('from a bucket reads what the keys are asked for, and no more', async () => {
    let reads = 0;
    stack.s3Fault = (method, path) => {
      if (method === 'GET' && path.includes('.json.gz')) reads++;
      return undefined;
    };
    const args = ['--from', '2024-02-01', '--to', '2024-02-02', '--account', '123456789012'];
    const { status, stdout } = await runCommand(
      [
        ...['put', '--json', '--lake', 'bucket', '--endpoint-url', stack.proxy, ...args],
        `s3://${trailBucket}/${stack.prefix}`,
      ],
      { folder },
    );
    stack.s3Fault = () => undefined;

    const files = 2 * 3 * 12;
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ files, rows: 2 * files, failed: 0 });
    expect(reads).toBe(files);
  });
});
