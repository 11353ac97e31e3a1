import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { splitDocuments } from '../../src/events/split.ts';
import { equalJson, parseJson } from '../../src/json.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { rowsIn } from '../support/lake-fixture.ts';
import { sortedText } from '../support/merge-patch.ts';

const readable = fileURLToPath(new URL('../../events/readable/', import.meta.url));
const samples = readdirSync(readable)
  .filter((name) => name !== 'tags.json')
  .map((name) => join(readable, name));
const { folder: parent, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

let folder: string;
let folders = 0;
beforeEach(() => {
  folder = join(parent, String(++folders));
  mkdirSync(folder);
});

const envelope = (members: object) =>
  JSON.stringify({
    version: '0',
    id: '5f2b6a64-0b5a-4a3b-8a5e-2f8d0c5f7a10',
    'detail-type': 'Order Placed',
    source: 'com.example.storefront',
    account: '123456789012',
    time: '2026-11-20T10:11:12Z',
    region: 'eu-west-1',
    resources: [],
    detail: {},
    ...members,
  });

const record = (members: object) =>
  JSON.stringify({
    eventVersion: '1.11',
    eventTime: '2026-11-20T10:11:12Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'StopInstances',
    awsRegion: 'eu-west-1',
    eventID: '3b1f6f0e-7a52-4b52-9f3d-1f5a2f8f0a11',
    eventType: 'AwsApiCall',
    recipientAccountId: '123456789012',
    ...members,
  });

const hostile: readonly (readonly [what: string, event: string])[] = [
  ['an account that is a number', envelope({ account: 123456789012 })],
  ['no version, id or resources', '{"source":"aws.ec2","detail-type":"X","detail":{}}'],
  ['no time', envelope({ time: undefined })],
  ['a time that is none', envelope({ time: 'yesterday' })],
  ['a time with an offset', envelope({ time: '2026-11-20T10:11:12.345+02:00' })],
  ['a time in years', envelope({ time: '2999-01-01T00:00:00Z' })],
  ['a time that is a number', envelope({ time: 1795168800000 })],
  ['an eventTime beside a time', envelope({ eventTime: '2020-01-01T00:00:00Z' })],
  ['a record with a time of its own', record({ time: '2020-01-01T00:00:00Z' })],
  ['a record with an odd time', record({ eventTime: '2026-11-20 10:11:12' })],
  ['resources that are a text', envelope({ resources: 'arn:aws:x' })],
  ['a detail that is a text', envelope({ detail: 'x' })],
  ['no detail', envelope({ detail: undefined })],
  ['odd keys', envelope({ detail: { 'a b': 1, 'a.b': 2, 'a\nb': 3, '': 4, A: 5, a: 6 } })],
  ['odd texts', envelope({ detail: { x: '\u0000\u2028\u2029"\\\ud800 \u{1f600}' } })],
  ['a lone surrogate in a column', envelope({ region: 'eu-\ud800' })],
  ['text for request parameters', record({ requestParameters: 'null', readOnly: 'true' })],
  ['a record of next year', record({ eventVersion: '2.0', somethingNew: { deep: [1, null] } })],
  [
    'a record in an envelope',
    envelope({ 'detail-type': 'AWS API Call via CloudTrail', detail: JSON.parse(record({})) }),
  ],
  [
    'a record in an envelope that says another time',
    envelope({
      'detail-type': 'AWS API Call via CloudTrail',
      time: '2026-11-21T00:00:00Z',
      detail: JSON.parse(record({})),
    }),
  ],
  [
    'numbers as they are spelt',
    '{"source":"a","detail-type":"b","detail":{"n":[1.0,1e400,-0,12345678901234567890]}}',
  ],
  [
    'a key of all objects',
    '{"source":"a","detail-type":"b","detail":{"__proto__":{"x":1},"constructor":2}}',
  ],
  ['an escaped key', '{"source":"a","detail-type":"b","\\u0074ime":"2026-11-20T10:11:12Z"}'],
  ['500 levels', `{"source":"a","detail-type":"b","detail":${'['.repeat(500)}${']'.repeat(500)}}`],
];

const put = (lake: string, ...args: string[]) => run(['put', '--lake', lake, ...args], { folder });
const restore = (lake: string, ...args: string[]) =>
  run(['restore', '--lake', lake, ...args], { folder });

/** What two lakes have to have in common: of plain calls the cells are in the order of the event. */
async function contents(lake: string) {
  const rows = await rowsIn(join(folder, lake));
  return rows.map(({ partition, text }) => `${partition} ${sortedText(parseJson(text))}`).sort();
}

/** Events of two texts, pairwise equal in any order. */
function expectSameEvents(given: readonly string[], restored: string) {
  const left = restored.trimEnd().split('\n').map(parseJson);
  expect(left).toHaveLength(given.length);
  for (const text of given) {
    const event = parseJson(text);
    const index = left.findIndex((other) => equalJson(event, other));
    if (index < 0) throw new Error(`Not given back: ${text}`);
    left.splice(index, 1);
  }
}

describe('restore', () => {
  test('gives every sample back, and a put of them makes the same lake', async () => {
    await put('first', ...samples);

    const { status, stdout, stderr } = await restore('first');
    writeFileSync(join(folder, 'restored.ndjson'), stdout);
    await put('second', 'restored.ndjson');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const given = samples.flatMap((file) => splitDocuments(readFileSync(file)));
    expectSameEvents(
      given.map(({ bytes }) => Buffer.from(bytes).toString()),
      stdout,
    );
    expect(await contents('second')).toEqual(await contents('first'));
  });

  test('gives hostile events back, and a put of them makes the same lake', async () => {
    const events = hostile.map(([, event]) => event);
    writeFileSync(join(folder, 'hostile.ndjson'), events.join('\n'));
    const first = await put('first', '--json', 'hostile.ndjson');

    const { stdout } = await restore('first');
    writeFileSync(join(folder, 'restored.ndjson'), stdout);
    await put('second', 'restored.ndjson');

    expect(JSON.parse(first.stdout)).toMatchObject({ rows: events.length, failed: 0 });
    expectSameEvents(events, stdout);
    expect(await contents('second')).toEqual(await contents('first'));
  });

  test('gives documents that are no events back where they were kept', async () => {
    const documents = ['{"time":"2026-11-20T10:11:12Z","b":[1.0]}', '{"x":"\\ud800"}', '7'];
    writeFileSync(join(folder, 'a.ndjson'), documents.join('\n'));
    const keep = ['--parameter', 'UnknownRecords=keep'];
    await put('first', ...keep, 'a.ndjson');

    const { stdout } = await restore('first');
    writeFileSync(join(folder, 'restored.ndjson'), stdout);
    await put('second', ...keep, 'restored.ndjson');

    expectSameEvents(documents, stdout);
    expect(await contents('second')).toEqual(await contents('first'));
  });

  test('gives events of Parquet objects back, too', async () => {
    writeFileSync(join(folder, 'hostile.ndjson'), hostile.map(([, event]) => event).join('\n'));
    await put('json', ...samples, 'hostile.ndjson');

    const { stdout, stderr } = await put(
      'parquet',
      '--json',
      '--parameter',
      'OutputFormat=parquet',
      ...samples,
      'hostile.ndjson',
    );

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ rows: 43 + hostile.length, failed: 0 });
    const [json, parquet] = [await restore('json'), await restore('parquet')];
    expectSameEvents(json.stdout.trimEnd().split('\n'), parquet.stdout);
    const answers = await Promise.all(
      ['json', 'parquet'].map((lake) =>
        run(['query', '--lake', lake, '--json', 'SELECT * FROM events'], { folder }),
      ),
    );
    const [fromJson, fromParquet] = answers.map(({ stdout: rows }) => rows.split('\n').sort());
    expect(fromParquet).toEqual(fromJson);
  });

  test('gives the same text every time', async () => {
    await put('lake', ...samples);

    const [first, second] = [await restore('lake'), await restore('lake')];

    expect(second.stdout).toBe(first.stdout);
  });

  test.each([
    [['--source', 'aws.rds'], 1],
    [['--source', 'com.example.storefront'], 1],
    [['--source', 'other'], 1],
    [['--source', 'aws.ec2', '--until', '2026-11-17'], 15],
    [['--since', '2026-11-18', '--until', '2026-11-18'], 14],
  ])('gives only those of %j', async (args, count) => {
    await put('lake', ...samples);

    const { status, stdout } = await restore('lake', ...args);

    expect(status).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(count);
  });

  test('lets nothing in an event reach a terminal as a command', async () => {
    const event = {
      ...JSON.parse('{"id":"1","detail-type":"a","source":"b"}'),
      detail: '\u009b2J',
    };
    writeFileSync(join(folder, 'odd.json'), JSON.stringify(event));
    await put('odd', 'odd.json');

    const { stdout } = await run(['restore', '--lake', 'odd'], { folder, columns: 80 });

    expect(stdout).toContain('\\u009b2J');
    expect(JSON.parse(stdout)).toMatchObject({ detail: '\u009b2J' });
  });

  test('says where there is nothing', async () => {
    await put('lake', ...samples);

    const nothing = await restore('lake', '--since', '2027-01-01');
    const nowhere = await restore('nowhere');

    expect(nothing).toMatchObject({ status: 0, stdout: '' });
    expect(nothing.stderr).toMatch(/^No event in .*lake matches\.\n$/);
    expect(nowhere.status).toBe(1);
    expect(nowhere.stderr).toMatch(/^There is no lake at .*nowhere: /);
  });

  test('names lines that are no rows, invents no event of them, and goes on', async () => {
    await put('lake', ...samples);
    const lines = [
      'null',
      '7',
      '[]',
      '{}',
      '{"event_format":"eventbridge","event_time":7}',
      '{"event_format":"eventbridge","resources":"x"}',
      '{"event_format":"eventbridge","resources":[null]}',
    ];
    const partition = join(folder, 'lake/events/json/source=aws.ec2/day=2026-11-17');
    writeFileSync(join(partition, 'a.json.gz'), gzipSync(lines.join('\n')));

    const { status, stdout, stderr } = await restore('lake');

    expect(status).toBe(1);
    expect(stdout.trimEnd().split('\n')).toHaveLength(43);
    expect(
      stderr
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^.*:(\d:)/, '$1')),
    ).toEqual([
      '1: not a row of eventlake, which would have an event_format',
      '2: not a row of eventlake, which would have an event_format',
      '3: not a row of eventlake, which would have an event_format',
      '4: not a row of eventlake, which would have an event_format',
      '5: not a row of eventlake: its event_time is of another type',
      '6: not a row of eventlake: its resources is of another type',
      '7: not a row of eventlake: its resources is of another type',
      '7 lines could not be restored.',
    ]);
  });

  test('names what is damaged and goes on', async () => {
    await put('lake', ...samples);
    const partition = join(folder, 'lake/events/json/source=aws.ec2/day=2026-11-17');
    writeFileSync(join(partition, 'a.json.gz'), gzipSync('{"event_id":\n'));
    writeFileSync(join(partition, 'b.json.gz'), 'no gzip');

    const { status, stdout, stderr } = await restore('lake');

    expect(status).toBe(1);
    expect(stdout.trimEnd().split('\n')).toHaveLength(43);
    expect(stderr).toMatch(
      /day=2026-11-17\/a\.json\.gz:1: .*\n.*day=2026-11-17\/b\.json\.gz:1: cannot be read/,
    );
    expect(stderr).toMatch(/2 lines could not be restored\.\n$/);
  });
});

const realEvents = process.env.EVENTLAKE_REAL_EVENTS ?? '';
const realTest = existsSync(realEvents) ? test : test.skip;

describe('Real events', () => {
  realTest.each(['cloudtrail', 'eventbridge'])('of %s are rows, and come back', async (name) => {
    const files = readdirSync(join(realEvents, name)).map((file) => join(realEvents, name, file));
    const events = files.flatMap((file) => splitDocuments(readFileSync(file)));
    const texts = events.map(({ bytes }) => Buffer.from(bytes).toString());

    const { status, stdout } = await put('first', '--json', ...files);
    const restored = await restore('first');
    writeFileSync(join(folder, 'restored.ndjson'), restored.stdout);
    await put('second', 'restored.ndjson');

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      rows: texts.length,
      events: texts.length,
      failed: 0,
    });
    expectSameEvents(texts, restored.stdout);
    expect(await contents('second')).toEqual(await contents('first'));
    const counted = await run(
      ['query', '--json', '--lake', 'first', 'SELECT count(*) AS n FROM events'],
      { folder },
    );
    expect(JSON.parse(counted.stdout)).toEqual({ n: texts.length });
  });
});
