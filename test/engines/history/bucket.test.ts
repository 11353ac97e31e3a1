import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createFolder, run as runCommand } from '../../support/command-fixture.ts';
import { type FilePlace, trailFile, trailKey, trailRecord } from '../../support/trail-fixture.ts';
import { linesAt, openStack, type StackAtMoto } from './stack.ts';

let stack: StackAtMoto;
const { folder, remove } = createFolder();
beforeAll(async () => {
  stack = await openStack(process.env.EVENTLAKE_TEST_MOTO ?? '');
});
afterAll(async () => {
  await stack.close();
  remove();
});

describe('backfill of a bucket', () => {
  const bucket = 'copy-bucket';
  const prefix = 'a copy=1/of trails/';
  const day = '2024-02-01';
  const key = (unique: string, place: FilePlace = {}) =>
    trailKey({ unique, day, prefix, ...place });
  const file = (id: string) => trailFile([trailRecord({ id })]);
  const asUser = (...args: string[]) =>
    runCommand(
      ['backfill', `s3://${bucket}/${prefix}`, '--json', '--endpoint-url', stack.proxy, ...args],
      {
        folder,
      },
    );
  /** What an AWS client of this process finds. */
  const variables = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-west-1',
  };
  const before = { ...process.env };

  beforeAll(async () => {
    Object.assign(process.env, variables);
    await stack.createBucket(bucket);
    const uniques = Array.from({ length: 1050 }, (_, n) => `many${n}`);
    for (let at = 0; at < uniques.length; at += 50) {
      const some = uniques.slice(at, at + 50);
      await Promise.all(some.map((unique) => stack.put(bucket, key(unique), file(unique))));
    }
    await stack.put(bucket, key('empty'), new Uint8Array(0));
    await stack.put(bucket, key('archived'), file('archived'), 'GLACIER');
    await stack.put(bucket, key('vanishes'), file('vanishes'));
    await stack.put(bucket, key('denied'), file('denied'));
    await stack.put(bucket, key('elsewhere', { account: '111122223333' }), file('elsewhere'));
  });
  afterAll(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
    Object.assign(process.env, before);
  });

  test('says with --plan what there is, and what is archived', async () => {
    const { status, stdout } = await asUser('--lake', 'planned', '--plan');

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      plan: {
        files: 1054,
        parts: 1,
        skippedBy: { empty: 1 },
        classes: { GLACIER: { files: 1 }, STANDARD: { files: 1053 } },
      },
    });
  });

  test('goes past what is missing, archived, empty or denied, names it, and reads the rest', async () => {
    // Prepare
    stack.s3Fault = (method, path) => {
      if (path.includes('/AWSLogs/111122223333/') || path.includes('111122223333%2F'))
        return 'AccessDenied';
      if (method !== 'GET') return undefined;
      if (path.includes('vanishes')) return 'NoSuchKey';
      return path.includes('denied') ? 'AccessDenied' : undefined;
    };

    // Act
    const { status, stdout, stderr } = await asUser('--lake', 'past');
    stack.s3Fault = () => undefined;
    const second = await asUser('--lake', 'past');

    // Assess
    const counts = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(stderr).toContain(`${prefix}AWSLogs/111122223333/ may not be listed.`);
    expect(counts.failuresByCode).toEqual({ FILE_ARCHIVED: 1, FILE_DENIED: 1, FILE_MISSING: 1 });
    expect(counts.counts).toMatchObject({
      filesListed: 1053,
      filesRead: 1050,
      filesFailed: 3,
      rows: 1050,
    });
    // What could not be listed is read once it can be.
    expect(JSON.parse(second.stdout)).toMatchObject({ plan: { known: 1053 }, counts: { rows: 1 } });
  });

  test('writes into a lake that is a bucket', async () => {
    await stack.createBucket('lake-of-a-copy');

    const { status } = await asUser('--lake', 's3://lake-of-a-copy', '--account', '111122223333');

    const lines = await linesAt(stack.s3, 'events/', 'lake-of-a-copy');
    expect(status).toBe(0);
    expect([...lines].map(([name, [line = '']]) => [name, JSON.parse(line).event_id])).toEqual([
      [`events/json/source=aws.s3/day=${day}/files-0.json.gz`, 'elsewhere'],
    ]);
  });

  test('says that a bucket is not there', async () => {
    const { status, stderr } = await runCommand(
      ['backfill', 's3://no-such-bucket', '--lake', 'none', '--endpoint-url', stack.proxy],
      { folder },
    );

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^NoSuchBucket: .*\n$/),
    });
  });
});
