import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { signedTrail, signingKey } from '../support/digest-fixture.ts';
import { listGoldens } from '../support/goldens.ts';
import {
  hashOf,
  linesBelow,
  objectsIn,
  trailFile,
  trailKey,
  trailRecord,
  writeTrail,
} from '../support/trail-fixture.ts';

const { folder: parent, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

let folder: string;
let trail: string;
let lake: string;
let folders = 0;
beforeEach(() => {
  folder = join(parent, String(++folders));
  trail = join(folder, 'trail');
  lake = join(folder, 'lake');
  mkdirSync(trail, { recursive: true });
});

async function backfill(...args: string[]) {
  const ran = await run(['backfill', trail, '--lake', lake, '--workers', '1', '--json', ...args], {
    folder,
  });
  return { ...ran, counts: ran.stdout === '' ? undefined : JSON.parse(ran.stdout) };
}

const readable = fileURLToPath(new URL('../../events/readable/', import.meta.url));

/** Rows of a lake but for what may differ, in an order that depends on them alone. */
function comparable(folder: string, without: readonly string[] = []): string[] {
  return linesBelow(objectsIn(folder), 'events/')
    .map((row) => {
      const { arrival_time, instances, ...cells } = row;
      for (const name of without) delete cells[name];
      const ids = (
        instances as readonly { instance_id: string; state?: string }[] | undefined
      )?.map(({ instance_id, state }) => [instance_id, state]);
      return JSON.stringify(Object.entries({ ...cells, ids }).sort());
    })
    .sort();
}

/** Records of every kind that the goldens have. */
function goldenRecords(): string[] {
  return listGoldens().flatMap(({ eventFile, rowFile }) => {
    const { row } = JSON.parse(readFileSync(rowFile, 'utf8'));
    const text = readFileSync(eventFile, 'utf8').replace(/^\ufeff/, '');
    return row.event_format === 'cloudtrail' ? [text.trim()] : [];
  });
}

describe('backfill', () => {
  test('makes the rows that put makes of the same records, but for arrival, day and tags', async () => {
    // Prepare
    const texts = goldenRecords();
    writeFileSync(
      join(folder, 'records.ndjson'),
      texts.map((text) => text.replaceAll(/\r?\n/g, ' ')).join('\n'),
    );
    const key = trailKey({ day: '2026-12-31' });
    writeTrail(trail, { [key]: gzipSync(`{"Records":[${texts.join(',')}]}`) });

    // Act
    const { status, counts } = await backfill();
    await run(['put', '--lake', 'put', 'records.ndjson'], { folder });

    // Assess
    expect(texts.length).toBeGreaterThan(30);
    expect({ status, rows: counts.counts.rows }).toEqual({ status: 0, rows: texts.length });
    expect(comparable(lake)).toEqual(comparable(join(folder, 'put')));
  });

  test('makes the rows that put makes of the same calls in envelopes, but for the cells of these', async () => {
    // Prepare
    const { Records: records } = JSON.parse(readFileSync(join(readable, 'trail.json'), 'utf8'));
    const envelopes = records.map((record: Record<string, string>, index: number) => ({
      version: '0',
      id: `envelope-${index}`,
      'detail-type': 'AWS API Call via CloudTrail',
      source: `aws.${record.eventSource?.split('.')[0] ?? 'cloudtrail'}`,
      account: record.recipientAccountId,
      time: record.eventTime,
      region: record.awsRegion,
      resources: [],
      detail: record,
    }));
    writeFileSync(join(folder, 'wrapped.json'), JSON.stringify(envelopes));
    writeTrail(trail, { [trailKey({ day: '2026-12-31' })]: trailFile(records) });

    // Act
    await backfill();
    await run(['put', '--lake', 'put', 'wrapped.json'], { folder });

    // Assess
    const ofEnvelopes = ['envelope_id', 'event_format', 'detail_type'];
    expect(comparable(lake, ofEnvelopes)).toEqual(comparable(join(folder, 'put'), ofEnvelopes));
    expect(comparable(lake)).toHaveLength(records.length);
  });

  test('runs no part twice, and gives the same objects where it is told to', async () => {
    // Prepare
    for (const day of ['2024-02-01', '2024-02-02']) {
      const records = ['a', 'b'].map((id) => trailRecord({ id, eventTime: `${day}T10:02:03Z` }));
      writeTrail(trail, { [trailKey({ day })]: trailFile(records) });
    }

    // Act
    const first = await backfill();
    const before = objectsIn(lake);
    const second = await backfill();
    const third = await backfill('--again');

    // Assess
    expect(first.counts).toMatchObject({ plan: { parts: 2, files: 2, known: 0 } });
    expect(second.counts).toMatchObject({ plan: { parts: 0, files: 0, known: 2 } });
    expect(third.counts).toMatchObject({
      plan: { parts: 2, files: 2, known: 2 },
      isComplete: true,
    });
    expect(hashOf(objectsIn(lake))).toBe(hashOf(before));
    expect([...before.keys()]).toEqual([
      expect.stringMatching(
        /^events\/json\/source=aws\.s3\/day=2024-02-01\/files-[0-9a-f]{20}-0\.json\.gz$/,
      ),
      expect.stringMatching(/^events\/json\/source=aws\.s3\/day=2024-02-02\/files-/),
    ]);
  });

  test('reads only what came since, in parts of its own, wherever copies of old files lie', async () => {
    const [old, late] = [trailKey({ unique: 'a' }), trailKey({ unique: 'b' })];
    writeTrail(trail, { [old]: trailFile([trailRecord({ id: 'old' })]) });
    await backfill();
    writeTrail(trail, {
      [late]: trailFile([trailRecord({ id: 'late' })]),
      [`copy/${old}`]: trailFile([trailRecord({ id: 'old' })]),
    });

    const { counts } = await backfill();

    expect(counts).toMatchObject({
      plan: { parts: 1, files: 1, skippedBy: { double: 1 } },
      counts: { rows: 1 },
    });
    const ids = linesBelow(objectsIn(lake), 'events/').map((row) => row.event_id);
    expect(ids.sort()).toEqual(['late', 'old']);
  });

  test('reads what is asked for by day, account and Region', async () => {
    for (const account of ['111122223333', '123456789012']) {
      for (const region of ['eu-west-1', 'us-east-1']) {
        for (const day of ['2024-01-31', '2024-02-01', '2024-02-02']) {
          const id = `${account} ${region} ${day}`;
          writeTrail(trail, {
            [trailKey({ account, region, day })]: trailFile([trailRecord({ id })]),
          });
        }
      }
    }

    const range = ['--from', '2024-02-01', '--to', '2024-02-01'];
    const { counts } = await backfill(
      ...range,
      '--account',
      '111122223333',
      '--region',
      'us-east-1',
    );

    expect(counts).toMatchObject({ plan: { listed: 1 }, counts: { rows: 1, elsewhere: 1 } });
    const [row] = linesBelow(objectsIn(lake), 'events/');
    expect(row).toMatchObject({ event_id: '111122223333 us-east-1 2024-02-01' });
  });

  test('writes nothing with --plan', async () => {
    writeTrail(trail, { [trailKey()]: trailFile([trailRecord()]) });

    const { status, stdout } = await run(['backfill', trail, '--lake', lake, '--plan'], { folder });

    expect(status).toBe(0);
    expect(stdout).toContain('1 part of 1 day: 1 file');
    expect(readdirSync(lake)).toEqual([]);
  });

  test('makes a failure of whatever cannot be read, and counts it', async () => {
    // Prepare
    const good = trailFile([trailRecord({ id: 'good' })]);
    const long = trailFile(
      Array.from({ length: 5_000 }, (_, n) => trailRecord({ id: `long-${n}` })),
    );
    writeTrail(trail, {
      [trailKey({ unique: 'good' })]: good,
      [trailKey({ unique: 'cut' })]: long.subarray(0, long.length / 2),
      [trailKey({ unique: 'text' })]: Buffer.from('no file of a trail'),
      [trailKey({ unique: 'mixed' })]: gzipSync(
        `{"Records":[${JSON.stringify(trailRecord({ id: 'before' }))},{"no":"event"},${JSON.stringify(trailRecord({ id: 'behind' }))}]}`,
      ),
      [trailKey({ unique: 'empty' })]: new Uint8Array(0),
      [trailKey({ kind: 'CloudTrail-Digest' })]: good,
      'AWSLogs/123456789012/readme.txt': Buffer.from('hello'),
    });

    // Act
    const { status, counts } = await backfill();
    const { stdout } = await run(
      [
        'query',
        '--lake',
        lake,
        '--json',
        'SELECT errorcode, bucket, key, place, type, day FROM failures ORDER BY errorcode',
      ],
      { folder },
    );

    // Assess
    const { filesListed, filesRead, filesFailed, events, rows, failures } = counts.counts;
    expect(status).toBe(1);
    expect({ filesListed, filesRead, filesFailed }).toEqual({
      filesListed: 4,
      filesRead: 2,
      filesFailed: 2,
    });
    expect(events).toBe(rows + failures);
    expect(counts.failuresByCode).toEqual({ BAD_GZIP: 1, BAD_JSON: 1, NOT_AN_EVENT: 1 });
    expect(rows).toBeGreaterThan(1000);
    expect(counts.plan.skippedBy).toEqual({ empty: 1 });
    const table = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      table
        .flat()
        .map(({ errorcode, place, type, day, bucket }: Record<string, string>) => [
          errorcode,
          place,
          type,
          day,
          bucket,
        ]),
    ).toEqual([
      ['BAD_GZIP', expect.stringMatching(/^byte \d+$/), 'file-failed', '2024-02-01', 'trail'],
      ['BAD_JSON', 'byte 0', 'file-failed', '2024-02-01', 'trail'],
      ['NOT_AN_EVENT', expect.stringMatching(/^record 2, /), 'file-failed', '2024-02-01', 'trail'],
    ]);
  });

  test('holds the files against the digests with --verify, and names what is changed', async () => {
    // Prepare
    const { objects, fileKeys, digestKeys } = signedTrail(3);
    writeTrail(trail, Object.fromEntries(objects));
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ PublicKeyList: [signingKey] }));
    writeTrail(trail, { [fileKeys[0] ?? '']: trailFile([trailRecord({ id: 'forged' })]) });
    const args = ['backfill', trail, '--lake', lake, '--workers', '1', '--verify'];

    // Act
    const { status, stdout } = await run([...args, '--public-keys', 'keys.json'], { folder });
    const withoutKeys = await run(args, { folder });

    // Assess
    expect(status).toBe(1);
    expect(stdout).toContain(`FILE_CHANGED ${fileKeys[0]}\n`);
    expect(stdout).toContain(`NO_SIGNATURE ${digestKeys[2]}\n`);
    expect(stdout).toContain('6 named in them');
    expect(withoutKeys).toMatchObject({
      status: 2,
      stderr: expect.stringMatching('list-public-keys'),
    });
  });
});
