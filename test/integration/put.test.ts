import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { whatIsLookedFor } from '../../local/commands/put.ts';
import { putSources } from '../../local/stream/put-sources.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { errorObjectsIn, rowsIn } from '../support/lake-fixture.ts';

const readable = fileURLToPath(new URL('../../events/readable/', import.meta.url));
const { folder: parent, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

let folder: string;
let lake: string;
let folders = 0;
beforeEach(() => {
  folder = join(parent, String(++folders));
  lake = join(folder, 'lake');
  mkdirSync(folder);
});

const write = (name: string, bytes: string | Uint8Array) =>
  writeFileSync(join(folder, name), bytes);

async function put(...args: string[]) {
  const ran = await run(['put', '--lake', 'lake', '--json', ...args], { folder });
  return { ...ran, counts: ran.stdout === '' ? undefined : JSON.parse(ran.stdout) };
}

/** An event with a time and an id of its own, and a text of any length. */
const event = (id: number, text = '') =>
  JSON.stringify({
    version: '0',
    id: `id-${id}`,
    'detail-type': 'Order Placed',
    source: 'com.example.storefront',
    account: '123456789012',
    time: new Date(Date.UTC(2026, 10, 20, 0, 0, id)).toISOString().replace('.000', ''),
    region: 'eu-west-1',
    resources: [],
    detail: { text },
  });

const ids = (rows: readonly { row: { event_id?: string } }[]) =>
  rows.map(({ row }) => row.event_id);

describe('put', () => {
  test('counts what it has done in one object', async () => {
    write('a.ndjson', `${event(1)}\n${event(2)}\n`);

    const { status, stdout, stderr, counts } = await put('a.ndjson');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`${JSON.stringify(counts)}\n`);
    expect(counts).toEqual({
      records: 2,
      events: 2,
      rows: 2,
      ok: 2,
      dropped: 0,
      failed: 0,
      objects: 1,
      files: 1,
      already: 0,
      skipped: {},
      forms: {},
      failures: {},
      contents: {
        first: '2026-11-20 00:00:01',
        last: '2026-11-20 00:00:02',
        accounts: ['123456789012'],
        regions: ['eu-west-1'],
        kinds: { event: 2 },
      },
      seconds: expect.any(Number),
    });
  });

  test('says the same in words', async () => {
    write('a.ndjson', event(1));

    const { stdout } = await run(['put', '--lake', 'lake', 'a.ndjson'], { folder });

    expect(stdout.split('\n\n')[0]?.split('\n').slice(0, -1)).toEqual([
      'files     1 put',
      'events    1',
      `rows      1 in 1 object below ${lake}/events/`,
      'records   1 = 1 ok + 0 dropped + 0 failed',
      'time      2026-11-20 00:00:01 UTC',
      'accounts  123456789012',
      'Regions   eu-west-1',
      'kinds     event 1',
    ]);
  });

  test.each([
    ['one a line', [event(1), event(2), event(3)].join('\n')],
    ['one after another', event(1) + event(2) + event(3)],
    [
      'over many lines',
      [1, 2, 3].map((id) => JSON.stringify(JSON.parse(event(id)), null, 2)).join('\n'),
    ],
    ['in an array', `[${event(1)},\n${event(2)}, ${event(3)}]`],
    ['in a file like that of a trail', `{"Records":[${event(1)},${event(2)},${event(3)}]}`],
  ])('takes events %s, plain or gzipped', async (_, text) => {
    write('plain', text);
    write('packed', gzipSync(text));
    write('members', Buffer.concat([gzipSync(text), gzipSync(`\n${text}`)]));

    const { status, counts } = await put('plain', 'packed', 'members');

    expect(status).toBe(0);
    expect(counts).toMatchObject({ records: 12, rows: 12, failed: 0 });
    expect(ids(await rowsIn(lake)).sort()).toEqual(
      ['id-1', 'id-2', 'id-3'].flatMap((id) => [id, id, id, id]),
    );
  });

  test.each([[[]], [['-']]])('takes standard input for %j', async (files) => {
    const ran = await run(['put', '--lake', 'lake', ...files], {
      folder,
      stdin: gzipSync(event(1)),
    });

    expect(ran.status).toBe(0);
    expect(ids(await rowsIn(lake))).toEqual(['id-1']);
  });

  test('files a row under source and day of its event, also of one of long ago', async () => {
    write('a.json', event(1).replace('2026-11-20', '1999-12-31'));

    await put('a.json');

    const [{ partition, row }] = (await rowsIn(lake)) as [Awaited<ReturnType<typeof rowsIn>>[0]];
    expect(partition).toBe('source=other/day=1999-12-31');
    expect(row.arrival_time).toBe('1999-12-31 00:00:01.000');
  });

  test('lets records arrive at present where it is told to', async () => {
    write('a.json', event(1));
    const before = new Date().toISOString().replace('T', ' ').slice(0, 23);

    await put('--arrival', 'now', 'a.json');

    const [{ row }] = (await rowsIn(lake)) as [Awaited<ReturnType<typeof rowsIn>>[0]];
    expect((row.arrival_time as string) >= before).toBe(true);
  });

  test('makes the same rows in the same folders every time, but for ids', async () => {
    const names = readdirSync(readable).filter((name) => name !== 'tags.json');
    const files = names.map((name) => join(readable, name));
    write('broken.ndjson', `${event(1)}\n{"time":"2026-11-20T00:00:00Z"\n${event(2)}`);

    await put('--tags', join(readable, 'tags.json'), ...files, 'broken.ndjson');
    const first = { rows: await rowsIn(lake), errors: errorObjectsIn(lake) };
    rmSync(lake, { recursive: true });
    await put('--tags', join(readable, 'tags.json'), ...files, 'broken.ndjson');
    const second = { rows: await rowsIn(lake), errors: errorObjectsIn(lake) };

    expect(second).toEqual(first);
    expect(first.rows).toHaveLength(45);
    expect(first.errors).toHaveLength(1);
  });

  test('takes parameters of the stack', async () => {
    write('a.json', event(1));

    await put('--parameter', 'PartitionSources=com.example.storefront', 'a.json');

    expect((await rowsIn(lake)).map(({ partition }) => partition)).toEqual([
      'source=com.example.storefront/day=2026-11-20',
    ]);
  });

  test.each([
    ['Nope=1', /^There is no parameter Nope\./],
    ['MaxDaysLate=9', /^Parameter MaxDaysLate is "9"/],
  ])('refuses the parameter %s', async (parameter, sentence) => {
    write('a.json', event(1));

    const { status, stderr } = await put('--parameter', parameter, 'a.json');

    expect(status).toBe(2);
    expect(stderr).toMatch(sentence);
  });
});

describe('How far it is', () => {
  const lines = Array.from({ length: 2000 }, (_, id) => event(id, 'x'.repeat(100))).join('\n');
  /** What a line is overwritten by. */
  const shownIn = (stderr: string) => stderr.split('\r\x1b[K').filter((line) => line !== '');

  test('is shown on a terminal: records, rows a second, what is left', async () => {
    write('a.ndjson', lines);

    const { stderr } = await run(['put', '--lake', 'lake', 'a.ndjson'], { folder, columns: 80 });

    expect(shownIn(stderr)).not.toHaveLength(0);
    for (const line of shownIn(stderr)) {
      expect(line).toMatch(
        /^[\d,]+ records?, [\d,]+ rows\/s(, \d+ %, about [\d.]+ (s|min \d+ s) left)?$/,
      );
    }
    expect(shownIn(stderr)[0]).toMatch(/ left$/);
    expect(stderr.endsWith('\r\x1b[K')).toBe(true); // nothing of it stays
  });

  test('gives way to what went wrong', async () => {
    write('a.ndjson', lines);
    mkdirSync(lake);
    writeFileSync(join(lake, 'events'), '');

    const { stderr } = await run(['put', '--lake', 'lake', 'a.ndjson'], { folder, columns: 80 });

    expect(shownIn(stderr).at(-1)).toMatch(/^Cannot write .*\n$/);
  });

  test('is shown without an end where nobody knows how much a pipe brings', async () => {
    const stdin = lines;

    const { stderr } = await run(['put', '--lake', 'lake'], { folder, columns: 80, stdin });

    expect(shownIn(stderr)[0]).toMatch(/^[\d,]+ records, [\d,]+ rows\/s$/);
  });

  test('is told to nobody else', async () => {
    write('a.ndjson', lines);

    expect((await put('a.ndjson')).stderr).toBe('');
  });
});

describe('What became no row', () => {
  const record = (id: number) =>
    JSON.stringify({
      eventVersion: '1.11',
      eventID: `id-${id}`,
      eventTime: '2026-11-20T10:11:12Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'PutObject',
      eventType: 'AwsApiCall',
    });
  const subscription = (...messages: string[]) =>
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      logEvents: messages.map((message, id) => ({
        id: `${id}`,
        timestamp: 1795168800000,
        message,
      })),
    });

  test('has its reason, however many of a batch have the same', async () => {
    write('a.ndjson', '{"no":"event"}\n'.repeat(6));

    const { stderr, counts } = await put('a.ndjson');

    expect(counts.failures).toEqual({ NOT_AN_EVENT: 6 });
    expect(stderr.match(/a\.ndjson:\d: NOT_AN_EVENT\. The JSON is neither/g)).toHaveLength(6);
  });

  test('is named where it is a message inside a record', async () => {
    write('a.json', subscription(record(1), '{"eventVersion":"1.11","cut', record(2)));

    const { status, stderr, counts } = await put('a.json');

    expect(status).toBe(1);
    expect(counts).toMatchObject({ rows: 2, failed: 1, failures: { BAD_JSON: 1 } });
    expect(stderr).toMatch(
      /^a part of a record, put again alone: BAD_JSON\. The record, or a part/m,
    );
  });

  test('is too large where it is an event that we had to gzip, however well that went', async () => {
    write('a.json', event(1, 'a'.repeat(1400 * 1024)));

    const { stderr, counts } = await put('a.json');

    expect(counts.failures).toEqual({ TOO_LARGE: 1 });
    expect(stderr).toContain('a.json:1: TOO_LARGE. One event is too large');
  });

  test('is nothing of what was gzipped twice', async () => {
    write('file.json.gz', gzipSync(gzipSync(`{"Records":[${record(1)},${record(2)}]}`)));
    write(
      'logs.gz',
      gzipSync(Buffer.concat([3, 4].map((id) => gzipSync(subscription(record(id)))))),
    );

    const { status, stderr, counts } = await put('file.json.gz', 'logs.gz');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(counts).toMatchObject({ events: 4, rows: 4, failed: 0 });
    const rows = await rowsIn(lake);
    expect(ids(rows).sort()).toEqual(['id-1', 'id-2', 'id-3', 'id-4']);
    expect(rows.map(({ partition }) => partition.split('/day=')[1])).toEqual(
      Array(4).fill('2026-11-20'),
    );
  });
});

describe('What the function logs', () => {
  test.each(['INFO', 'DEBUG'])(
    'at level %s is a line of JSON that sums up the invocation, and nothing of what is in events',
    async (level) => {
      const secret = 'only in the event';
      write('a.ndjson', `${event(1, secret)}\n{"text":"${secret}"}\n{"text":"${secret}\n`);

      const { stderr } = await put('--log', '--parameter', `LogLevel=${level}`, 'a.ndjson');

      const log = stderr.split('\n').filter((line) => line.startsWith('{'));
      const summaries = log
        .map((line) => JSON.parse(line))
        .filter(({ message }) => message === 'Batch transformed');
      expect(summaries).toEqual([
        expect.objectContaining({ level: 'INFO', records: 3, rows: 1, failed: 2 }),
      ]);
      expect(stderr).not.toContain(secret);
      expect(stderr).not.toContain('id-1');
    },
  );
});

describe('Tags', () => {
  const instance = 'i-0a1b2c3d4e5f60718';
  const stopped = JSON.stringify({
    ...JSON.parse(event(1)),
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    detail: { 'instance-id': instance, state: 'stopped' },
  });
  beforeEach(() => {
    write('stopped.json', stopped);
    write('tags.json', JSON.stringify({ [instance]: { team: 'web' } }));
  });
  const instancesOf = async () => (await rowsIn(lake)).map(({ row }) => row.instances?.[0]);

  test('come from the file, as of the time of the event', async () => {
    await put('--tags', 'tags.json', 'stopped.json');

    expect(await instancesOf()).toEqual([
      {
        instance_id: instance,
        state: 'stopped',
        tags: { team: 'web' },
        tag_status: 'found',
        tag_source: 'lookup',
        tag_time: '2026-11-20 00:00:01.000',
      },
    ]);
  });

  test('are not looked up without one', async () => {
    await put('stopped.json');

    expect(await instancesOf()).toMatchObject([{ tag_status: 'skipped' }]);
  });

  test('of the instances of another account are asked for with its id', async () => {
    write('stopped.json', stopped.replaceAll('123456789012', '111122223333'));

    const missed = await put('--tags', 'tags.json', 'stopped.json');
    const met = await put(
      '--again',
      '--tags',
      'tags.json',
      '--account',
      '111122223333',
      'stopped.json',
    );

    expect(missed.stderr).toBe(
      'No instance got tags: none belongs to account 123456789012 in eu-west-1. Name theirs with --account and --region.\n',
    );
    expect(met.stderr).toBe('');
    expect((await instancesOf()).map((found) => found?.tag_status).sort()).toEqual([
      'found',
      'skipped',
    ]);
  });

  test('have to be JSON of a certain form', async () => {
    write('tags.json', '{"i-1": ["team"]}');

    const { status, stderr } = await put('--tags', 'tags.json', 'stopped.json');

    expect(status).toBe(1);
    expect(stderr).toMatch(/^tags\.json holds no tags: /);
  });
});

describe('Broken input', () => {
  test('is named, stored and counted, and everything else is delivered', async () => {
    write('a.ndjson', `${event(1)}\n{"time":"2026-11-20T00:00:00Z",\n${event(2)}\n`);
    write('b.json', `[${event(3)},\n${event(4)} ${event(5)}]`);
    write('c.ndjson', event(6));

    const { status, stderr, counts } = await put('a.ndjson', 'b.json', 'c.ndjson');

    expect(status).toBe(1);
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^a\.ndjson:2: ./),
      expect.stringMatching(/^b\.json: offset \d+ \(line 2\): two events without a comma$/),
      '',
    ]);
    // The function makes out an event even behind the break, and puts what is around it again.
    expect(ids(await rowsIn(lake)).sort()).toEqual([1, 2, 3, 4, 5, 6].map((id) => `id-${id}`));
    expect(counts).toMatchObject({ events: 6, rows: 6, ok: 6, dropped: 1, failed: 2 });
    expect(counts.records).toBe(9);
    const raw = errorObjectsIn(lake).map((object) => object.raw);
    expect(raw).toContain('{"time":"2026-11-20T00:00:00Z",');
    expect(raw.filter((text) => text.endsWith('}}\n]'))).toHaveLength(1);
  });

  test('has times of its own in its error objects, not those of today', async () => {
    write('a.ndjson', `{"time":"2026-11-20T00:00:00Z",\n${event(30)}\n`);

    await put('a.ndjson');

    expect(errorObjectsIn(lake)).toMatchObject([
      {
        folder: 'errors/type=processing-failed/day=2026-11-20',
        arrivalTimestamp: Date.parse('2026-11-20T00:00:00Z'),
        attemptEndingTimestamp: Date.parse('2026-11-20T00:00:30Z'),
      },
    ]);
  });

  test('without a time arrived in 1970', async () => {
    write('a.bin', Buffer.from([0, 1, 2, 255]));

    const { counts } = await put('a.bin');

    expect(counts).toMatchObject({ records: 1, events: 0, failed: 1 });
    expect(errorObjectsIn(lake)).toMatchObject([
      { folder: 'errors/type=processing-failed/day=1970-01-01' },
    ]);
  });

  test('may be JSON that is no event, which is named as well', async () => {
    write('a.ndjson', `${event(1)}\n{"a":1}\n7\n`);

    const { status, stderr, counts } = await put('a.ndjson');

    expect(status).toBe(1);
    expect(stderr).toBe(
      'a.ndjson:2: NOT_AN_EVENT. The JSON is neither an EventBridge event nor a CloudTrail record.\n' +
        'a.ndjson:3: NOT_AN_EVENT. The JSON is neither an EventBridge event nor a CloudTrail record.\n' +
        `${whatIsLookedFor}\n`,
    );
    expect(whatIsLookedFor).toContain(
      'EventBridge events, CloudTrail records and files, lookup-events output',
    );
    expect(counts).toMatchObject({ records: 3, events: 3, rows: 1, failed: 2 });
  });

  test('of which there is much is named ten times, and counted', async () => {
    write('a.ndjson', '{"a":1}\n'.repeat(25));

    const { stderr } = await put('a.ndjson');

    expect(stderr.split('\n').slice(10)).toEqual([
      '… and 15 more became no row',
      whatIsLookedFor,
      '',
    ]);
  });

  test('is no event at all where there is only white space', async () => {
    write('a.json', ' \n\n ');
    write('b.json', '');

    const { status, stderr, counts } = await put('a.json', 'b.json');

    expect(status).toBe(0);
    expect(stderr).toBe('There is no event in the input.\n');
    expect(counts).toMatchObject({ records: 0, events: 0, failed: 0 });
  });
});

describe('A document of many events', () => {
  test('is put again in parts by the function, one for each partition', async () => {
    const messages = ['2026-11-20T10:00:00Z', '2026-11-21T10:00:00Z', '2026-11-20T11:00:00Z'].map(
      (eventTime, at) => ({
        id: String(at),
        timestamp: Date.parse(eventTime),
        message: JSON.stringify({
          eventVersion: '1.11',
          eventTime,
          eventSource: 'ec2.amazonaws.com',
          eventName: 'StopInstances',
          eventID: `id-${at}`,
        }),
      }),
    );
    write(
      'logs.json',
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '123456789012',
        logGroup: 'trail',
        logStream: '123456789012_CloudTrail_eu-west-1',
        subscriptionFilters: ['all'],
        logEvents: messages,
      }),
    );

    const { status, counts } = await put('logs.json');

    expect(status).toBe(0);
    expect(counts).toMatchObject({ records: 3, events: 3, rows: 3, ok: 2, dropped: 1, failed: 0 });
    const rows = await rowsIn(lake);
    expect(rows.map(({ partition, row }) => [partition, row.event_id])).toEqual([
      ['source=aws.ec2/day=2026-11-20', 'id-0'],
      ['source=aws.ec2/day=2026-11-20', 'id-2'],
      ['source=aws.ec2/day=2026-11-21', 'id-1'],
    ]);
  });
});

describe('An event that is large', () => {
  test('goes gzipped where it fits a record so', async () => {
    const text = Array.from({ length: 120_000 }, (_, at) => `${at * 7919} `).join('');
    write('a.ndjson', `${event(1, text)}\n${event(2)}`);

    const { status, counts } = await put('a.ndjson');

    expect(status).toBe(0);
    expect(counts).toMatchObject({ records: 2, rows: 2 });
    const [large] = (await rowsIn(lake)).filter(({ row }) => row.event_id === 'id-1');
    expect(large?.row.arrival_time).toBe('2026-11-20 00:00:01.000');
  });

  test('is left out and named where it does not', async () => {
    let seed = 1;
    const noise = Array.from({ length: 2_500_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return String.fromCharCode(0x20 + (seed % 0x2f0) + 0x80);
    }).join('');
    write('a.ndjson', `${event(1)}\n${event(2, noise)}\n${event(3)}`);

    const { status, stderr, counts } = await put('a.ndjson');
    const { stdout } = await run(['put', '--lake', 'other', 'a.ndjson'], { folder });

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^a\.ndjson:2: \d+ bytes, too large for a record, even gzipped: left out\n$/,
    );
    expect(counts).toMatchObject({ records: 3, events: 3, rows: 2, ok: 2, failed: 1 });
    expect(stdout).toMatch(/^too large +1 record: nowhere but in the input$/m);
    expect(stdout).not.toContain('errors/');
  });
});

test('The sound events of a broken part are filed when they happened', async () => {
  write('a.json', `[${event(1)},{"x": oops},\n${event(2)}]`);

  const { status } = await put('a.json');

  expect(status).toBe(1);
  const rows = await rowsIn(lake);
  expect(ids(rows).sort()).toEqual(['id-1', 'id-2']);
  for (const { partition } of rows) expect(partition).toMatch(/day=2026-11-20$/);
});

describe('A folder', () => {
  test('is put whole, but for the lake in it and what holds no events; again it is there already', async () => {
    write('a.json', event(1));
    mkdirSync(join(folder, 'inner'));
    write('inner/b.ndjson', `${event(2)}\n${event(3)}`);
    write('readme.txt', 'Nothing here.');

    const first = await put('.');
    const second = await put('.', 'a.json');

    expect(first.status).toBe(0);
    expect(first.counts).toMatchObject({ files: 2, rows: 3, failed: 0 });
    expect(second.counts).toMatchObject({ files: 0, already: 3, rows: 0 });
    expect(second.counts.skipped).toMatchObject({ 'of the lake itself': expect.any(Number) });
    expect(ids(await rowsIn(lake)).sort()).toEqual(['id-1', 'id-2', 'id-3']);
  });
});

describe('What this machine does not give', () => {
  test.each([
    ['gone.json', 'Cannot read gone.json: there is no such file.'],
    ['gone', 'Cannot read gone: there is no such file.'],
  ])('is a sentence for %s, before anything is put', async (file, sentence) => {
    write('a.json', event(1));

    const { status, stdout, stderr } = await put('a.json', file);

    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: `${sentence}\n` });
    expect(readdirSync(folder)).toEqual(['a.json']);
  });

  test('is a sentence where the lake is a file', async () => {
    write('lake', '');
    write('a.json', event(1));

    const { status, stderr } = await put('a.json');

    expect(status).toBe(1);
    expect(stderr).toMatch(/^Cannot write .*lake: a part of the path is a file, not a folder/);
  });

  test('is a sentence where the disk is full', async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const source = { name: 'a.json', open: () => Readable.from([Buffer.from(event(1))]) };

    const putting = putSources([source], {
      lake: '/lake',
      store: { put: () => Promise.reject(full) },
    });

    await expect(putting).rejects.toMatchObject({
      name: 'EnvironmentError',
      message: 'Cannot write /lake: the disk is full: make room there, and try again.',
    });
  });

  test('of one source takes nothing from the others, nor from what came before', async () => {
    const failing = async function* () {
      yield Buffer.from(`${event(1)}\n`);
      throw Object.assign(new Error('i/o error'), { code: 'EIO' });
    };
    const problems: string[] = [];
    const sources = [
      { name: 'a.json', open: () => Readable.from(failing()) },
      { name: 'b.json', open: () => Readable.from([Buffer.from(event(2))]) },
    ];

    const report = await putSources(sources, {
      lake: '/lake',
      store: { put: async () => {} },
      onProblem: (message) => problems.push(message),
    });

    expect(problems).toEqual([
      'Cannot read a.json: the disk reports an error: try again, or use a copy.',
    ]);
    expect(report).toMatchObject({ rows: 2, problems: 1 });
  });

  test('is nothing where the user only stops it', async () => {
    const stop = new AbortController();
    const endless = async function* () {
      for (let id = 0; ; id++) {
        if (id === 10) stop.abort();
        yield Buffer.from(`${event(id)}\n`);
      }
    };

    const report = await putSources([{ name: 'endless', open: () => Readable.from(endless()) }], {
      lake: '/lake',
      store: { put: async () => {} },
      interrupted: stop.signal,
    });

    expect(report.rows).toBeGreaterThanOrEqual(9);
    expect(report.records).toBe(report.ok);
  });

  test('is nothing where the user stops it while it waits', async () => {
    const stop = new AbortController();
    const silent = new Readable({ read: () => setImmediate(() => stop.abort()) });

    const report = await putSources([{ name: 'silent', open: () => silent }], {
      lake: '/lake',
      store: { put: async () => {} },
      interrupted: stop.signal,
    });

    expect(report).toMatchObject({ records: 0, problems: 0 });
  });
});
