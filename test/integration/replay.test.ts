import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import type { FirehoseCall, FirehoseFault } from '../../local/endpoints/firehose.ts';
import { serveLoopback } from '../../local/endpoints/http-server.ts';
import { carry } from '../../src/firehose/carrier.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { errorObjectsIn, rowsIn } from '../support/lake-fixture.ts';
import { createSqsEndpoint, type QueueMessage } from '../support/sqs-endpoint.ts';
import { openStreamEndpoint } from '../support/stream-endpoint.ts';
import { busEvent } from '../support/transform-fixture.ts';

const { folder: parent, remove } = createFolder();
const environment = { ...process.env };
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

let folder: string;
let lake: string;
let folders = 0;
const opened: { close(): unknown }[] = [];
beforeEach(() => {
  folder = join(parent, String(++folders));
  lake = join(folder, 'lake');
  mkdirSync(folder);
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
});
afterEach(async () => {
  process.env = { ...environment };
  for (const one of opened.splice(0)) await one.close();
});

const arrivalMs = Date.UTC(2026, 10, 20, 12);
const base64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64');

/** A line as Firehose writes it today. */
const errorLine = (data: string | Uint8Array, more: object = {}) =>
  JSON.stringify({
    rawData: base64(data),
    errorCode: 'Lambda.FunctionError',
    errorMessage: 'The Lambda function was successfully invoked but it returned an error result.',
    attemptsMade: 4,
    arrivalTimestamp: arrivalMs,
    attemptEndingTimestamp: arrivalMs + 88_000,
    lambdaARN: 'arn:aws:lambda:eu-west-1:123456789012:function:transform',
    ...more,
  });

/** The same as older ones have it: other order and spelling, all texts. */
const olderLine = (data: string) =>
  JSON.stringify({
    attemptsMade: '4',
    arrivalTimestamp: String(arrivalMs),
    errorCode: 'Lambda.FunctionTimedOut',
    errorMessage: 'The Lambda function invocation timed out.',
    attemptEndingTimestamp: String(arrivalMs + 88_000),
    rawData: base64(data),
    lambdaArn: 'arn:aws:lambda:eu-west-1:123456789012:function:transform',
  });

const dataCatalogTable = {
  catalogId: '123456789012',
  databaseName: 'eventlake',
  tableName: 'events_parquet',
  region: 'eu-west-1',
  versionId: 'LATEST',
  catalogArn: null,
};

/** What the function made of an event. */
const row = {
  event_id: 'converted',
  event_format: 'eventbridge',
  event_time: '2026-11-20 11:59:00.000',
  arrival_time: '2026-11-20 12:00:00.000',
  kind: 'event',
  detail_type: 'Order Placed',
  event_source: 'aws.ec2',
  account: '123456789012',
  region: 'eu-west-1',
  detail: '{}',
};

/** A row that the format conversion refused. */
const conversionLine = (row: object, codes: object) =>
  JSON.stringify({
    attemptsMade: 1,
    arrivalTimestamp: arrivalMs,
    ...codes,
    attemptEndingTimestamp: arrivalMs,
    rawData: base64(`${JSON.stringify(row)}\n`),
    sequenceNumber: null,
    subSequenceNumber: null,
    dataCatalogTable,
  });

const write = (name: string, ...lines: string[]) => {
  const file = join(folder, name);
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
};

const replay = async (...args: readonly string[]) => {
  const ran = await run(['replay', '--json', ...args], { folder });
  const summary = ran.stdout === '' ? undefined : JSON.parse(ran.stdout);
  if (summary) expectSums(summary);
  return { ...ran, summary };
};

/** What the command's help says of its counts holds for every run. */
function expectSums(summary: Record<string, number>) {
  const sumOf = (...names: string[]) =>
    names.reduce((sum, name) => sum + (summary[name] as number), 0);
  const { found, replayed } = summary;
  expect(found).toBe(
    sumOf('unreadable', 'notAsked', 'twice', 'alreadyReplayed', 'replayed', 'left'),
  );
  expect(replayed).toBe(sumOf('ok', 'dropped', 'failed', 'accepted', 'refused'));
}

const idsIn = async () => (await rowsIn(lake)).map(({ row }) => row.event_id).sort();

describe('replay into a lake', () => {
  test('takes error objects of every kind', async () => {
    const codes = { code: 'DataFormatConversion.ParseError', message: 'no row' };
    const { code, message } = codes;
    write('today', errorLine(busEvent('today')));
    write('older', olderLine(busEvent('older')));
    write(
      'conversion',
      conversionLine(row, { lastErrorCode: code, lastErrorMessage: message }),
      conversionLine(
        { ...row, event_id: 'converted 2' },
        { ErrorCode: code, ErrorMessage: message },
      ),
    );
    writeFileSync(join(folder, 'packed.gz'), gzipSync(`${errorLine(busEvent('packed'))}\n`));
    write(
      'others',
      errorLine(gzipSync(busEvent('gzipped')), {
        errorCode: 'Decompression failed.',
        lambdaARN: undefined,
      }),
      errorLine(
        carry({
          timesPut: 3,
          arrivedMs: arrivalMs - 60_000,
          payload: Buffer.from(busEvent('carried')),
        }),
      ),
    );

    const { status, summary, stderr } = await replay('--lake', lake, '.');

    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(summary).toMatchObject({ found: 7, replayed: 7, ok: 7, rows: 7, left: 0, failures: {} });
    expect(summary.byDay).toEqual([
      { day: '2026-11-20', code: 'DataFormatConversion.ParseError', records: 2 },
      { day: '2026-11-20', code: 'Decompression failed.', records: 1 },
      { day: '2026-11-20', code: 'Lambda.FunctionError', records: 3 },
      { day: '2026-11-20', code: 'Lambda.FunctionTimedOut', records: 1 },
    ]);
    expect(await idsIn()).toEqual(
      ['today', 'older', 'converted', 'converted 2', 'packed', 'gzipped', 'carried'].sort(),
    );
  });

  test.each([
    'DynamicPartitioning.ActivePartitionsLimitExceeded',
    'DynamicPartitioning.MetadataExtractionFailed',
    'Lambda.FunctionError',
  ])(
    'takes rows for what they are under %s, with the arrival that they tell',
    async (errorCode) => {
      const [first, second] = ['1', '2'].map((event_id) => JSON.stringify({ ...row, event_id }));
      const later = { errorCode, arrivalTimestamp: arrivalMs + 90_000_000 };
      write('errors', errorLine(`${first}\n${second}\n`, later));

      const { summary } = await replay('--lake', lake, 'errors');

      expect(summary.byDay).toEqual([{ day: '2026-11-20', code: errorCode, records: 1 }]);
      const rows = await rowsIn(lake);
      expect(rows.map(({ row: { event_id, arrival_time } }) => [event_id, arrival_time])).toEqual([
        ['1', row.arrival_time],
        ['2', row.arrival_time],
      ]);
    },
  );

  test.each([
    ['rows beside something else', `${JSON.stringify(row)}\noops\n`],
    ['rows whose detail is none', JSON.stringify({ ...row, detail: '{' })],
    ['JSON that only has their key', '{"event_format":1}'],
  ])('leaves %s as it is', async (_, data) => {
    write('errors', errorLine(data));

    await replay('--lake', lake, 'errors', '--out', 'still');

    const out = readFileSync(join(folder, 'still'), 'utf8').split('\n');
    expect(Buffer.from(JSON.parse(out[0] ?? '').rawData, 'base64').toString()).toBe(data);
  });

  test('gives rows the arrival that the records first had, and the day that follows from it', async () => {
    const event = busEvent('late', { time: '2026-11-10T23:00:00Z' });
    const file = write(
      'errors',
      errorLine(event, { arrivalTimestamp: Date.UTC(2026, 10, 12) }),
      errorLine(busEvent('too late', { time: '2026-11-01T00:00:00Z' })),
      errorLine(
        carry({
          timesPut: 1,
          arrivedMs: arrivalMs - 3_600_000,
          payload: Buffer.from(busEvent('carried')),
        }),
      ),
    );

    await replay('--lake', lake, file);

    const rows = await rowsIn(lake);
    expect(rows.map(({ partition, row }) => [partition, row.event_id, row.arrival_time])).toEqual([
      ['source=aws.ec2/day=2026-11-10', 'late', '2026-11-12 00:00:00.000'],
      ['source=aws.ec2/day=2026-11-20', 'too late', '2026-11-20 12:00:00.000'],
      ['source=aws.ec2/day=2026-11-20', 'carried', '2026-11-20 11:00:00.000'],
    ]);
  });

  test('shows how many of which code by day, and with --dry-run does no more', async () => {
    write(
      'errors',
      errorLine(busEvent('a')),
      errorLine(busEvent('b'), { arrivalTimestamp: arrivalMs + 86_400_000 }),
      olderLine(busEvent('c')),
      errorLine(busEvent('d')),
    );

    const { status, stdout } = await run(['replay', '--dry-run', '--lake', lake, 'errors'], {
      folder,
    });

    expect(stdout).toBe(
      `day         code                     records
──────────  ───────────────────────  ───────
2026-11-20  Lambda.FunctionError           2
2026-11-20  Lambda.FunctionTimedOut        1
2026-11-21  Lambda.FunctionError           1
found    4 = 4 left
replayed 0 = 0
`,
    );
    expect(status).toBe(0);
    expect(await rowsIn(lake)).toEqual([]);
  });

  test.each([
    [['--code', 'Lambda.FunctionTimedOut'], ['c']],
    [
      ['--code', 'Lambda.FunctionTimedOut', '--code', 'Lambda.FunctionError'],
      ['a', 'b', 'c'],
    ],
    [['--since', '2026-11-21'], ['b']],
    [
      ['--until', '2026-11-20'],
      ['a', 'c'],
    ],
    [['--since', '2026-11-20', '--until', '2026-11-20', '--code', 'Lambda.FunctionError'], ['a']],
    [['--code', 'other'], []],
  ])('with %j replays %j', async (filter, ids) => {
    write(
      'errors',
      errorLine(busEvent('a')),
      errorLine(busEvent('b'), { arrivalTimestamp: arrivalMs + 86_400_000 }),
      olderLine(busEvent('c')),
    );

    const { summary } = await replay('--lake', lake, 'errors', ...filter);

    expect(await idsIn()).toEqual(ids);
    expect(summary).toMatchObject({
      found: 3,
      notAsked: 3 - ids.length,
      replayed: ids.length,
      ok: ids.length,
    });
  });

  test('does nothing twice', async () => {
    write('errors', errorLine(busEvent('a')), errorLine(busEvent('b')), errorLine(busEvent('b')));
    write('copy', errorLine(busEvent('a')), errorLine(busEvent('c')));

    const first = await replay('--lake', lake, 'errors');
    const second = await replay('--lake', lake, 'errors', 'copy');

    // Two equal records of one object were both put.
    expect(first.summary).toMatchObject({ found: 3, alreadyReplayed: 0, replayed: 3, ok: 3 });
    expect(second.summary).toMatchObject({ found: 5, alreadyReplayed: 4, replayed: 1, ok: 1 });
    expect(await idsIn()).toEqual(['a', 'b', 'b', 'c']);
  });

  test('counts what lies in two objects once, which is no replay before this one', async () => {
    write('errors', errorLine(busEvent('a')));
    write('copy', errorLine(busEvent('a')));
    const { stdout } = await run(['replay', '--dry-run', '--lake', lake, 'errors', 'copy'], {
      folder,
    });

    const { summary } = await replay('--dry-run', '--lake', lake, 'errors', 'copy');

    expect(summary).toMatchObject({ found: 2, twice: 1, alreadyReplayed: 0, left: 1 });
    expect(stdout).toContain('found    2 = 1 there twice + 1 left');
  });

  test('takes equal bytes that arrived at two times for two records', async () => {
    write('errors', errorLine(busEvent('a')));
    write('later', errorLine(busEvent('a'), { arrivalTimestamp: arrivalMs + 1 }));

    const { summary } = await replay('--lake', lake, 'errors', 'later');

    expect(summary).toMatchObject({ found: 2, alreadyReplayed: 0, replayed: 2, ok: 2 });
  });

  test('with --again replays what failed, and nothing that became rows', async () => {
    write('errors', errorLine(busEvent('a')), errorLine('oops'));

    await replay('--lake', lake, 'errors');
    const { summary } = await replay('--lake', lake, 'errors', '--again');

    expect(summary).toMatchObject({ found: 2, alreadyReplayed: 1, replayed: 1, failed: 1 });
    expect(await idsIn()).toEqual(['a']);
  });

  test.each<[how: string, out: string, input: string]>([
    ['as it is called', 'errors', 'errors'],
    ['by a link', 'link', 'errors'],
    ['in a folder', 'below/old', 'below'],
  ])('reads nothing that it writes: the same file %s', async (_, out, input) => {
    mkdirSync(join(folder, 'below'));
    for (const name of ['errors', 'below/old']) write(name, errorLine('oops'));
    symlinkSync(join(folder, 'errors'), join(folder, 'link'));

    const { status, stderr } = await replay('--lake', lake, input, '--out', out);

    expect(status).toBe(2);
    expect(stderr).toContain(`--out is ${out}, which is also read`);
    expect(readFileSync(join(folder, out), 'utf8')).toBe(`${errorLine('oops')}\n`);
  });

  test('replays what fails in a lake once it no longer does, and writes the rest out again with its reason', async () => {
    write('in', busEvent('a'), '{"no":"event"}', 'oops');
    await run(['put', '--lake', lake, 'in'], { folder });

    const first = await replay('--lake', lake);
    const second = await replay('--lake', lake);
    const third = await replay(
      '--lake',
      lake,
      '--again',
      '--parameter',
      'UnknownRecords=keep',
      '--out',
      'still',
    );

    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/:\d: NOT_AN_EVENT, neither .*\n.*:\d: BAD_JSON, /);
    expect(first.summary).toMatchObject({
      found: 2,
      replayed: 2,
      failed: 2,
      failures: { BAD_JSON: 1, NOT_AN_EVENT: 1 },
    });
    expect(second.summary).toMatchObject({ found: 4, alreadyReplayed: 4, replayed: 0 });
    expect(third.summary).toMatchObject({ found: 4, twice: 2, ok: 1, failed: 1 });
    expect((await rowsIn(lake)).map(({ row }) => row.kind)).toEqual(['event', 'unknown']);
    expect(errorObjectsIn(lake).map(({ raw }) => raw)).toEqual(
      [...Array(3).fill('oops'), ...Array(2).fill('{"no":"event"}')].sort(),
    );
    const [still] = readFileSync(join(folder, 'still'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(still).toMatchObject({ rawData: base64('oops'), errorCode: 'BAD_JSON' });
    expect(still.errorMessage).toMatch(/at byte 0/);
    expect(await replay('--lake', join(folder, 'other'), 'still')).toMatchObject({
      summary: { found: 1, replayed: 1, failed: 1 },
    });
  });

  test('splits records of several days as the stream does', async () => {
    write(
      'errors',
      errorLine(`${busEvent('a')}${busEvent('b', { time: '2026-11-19T00:00:00Z' })}oops`),
    );

    const { status, summary, stderr } = await replay('--lake', lake, 'errors', '--out', 'still');

    expect(status).toBe(1);
    expect(summary).toMatchObject({ replayed: 1, dropped: 1, failed: 0, rows: 2, failedParts: 1 });
    expect(await idsIn()).toEqual(['a', 'b']);
    // It is told why, as of a record that failed whole.
    expect(summary.failures).toEqual({ BAD_JSON: 1 });
    expect(stderr).toMatch(/^a part of a record: BAD_JSON, neither a JSON value .*\n$/);
    expect(JSON.parse(readFileSync(join(folder, 'still'), 'utf8'))).toMatchObject({
      rawData: base64('oops'),
      errorCode: 'BAD_JSON',
      arrivalTimestamp: arrivalMs,
    });
    // The part that failed is an error object of its own, and can be replayed in its turn.
    expect(await replay('--lake', lake)).toMatchObject({ summary: { found: 1, failed: 1 } });
  });

  test('names what is no error object, and goes on', async () => {
    write(
      'errors',
      'oops',
      '{"rawData":"é"}',
      ...['x', '', ' ', '1e3', '-1', null, true, []].map((arrivalTimestamp) =>
        errorLine(busEvent('a'), { arrivalTimestamp }),
      ),
      errorLine(busEvent('b'), { arrivalTimestamp: `${arrivalMs}.5` }),
    );

    const { status, summary, stderr } = await replay('--lake', lake, 'errors');

    expect(status).toBe(1);
    expect(summary).toMatchObject({ found: 11, unreadable: 10, replayed: 1, ok: 1 });
    expect(stderr).toMatch(
      /^errors:1: .*\nerrors:2: not an error object of Firehose\nerrors:3: not an error/,
    );
  });

  test('reads s3://', async () => {
    const objects: Readonly<Record<string, Buffer>> = {
      'errors/type=processing-failed/day=2026-11-20/a': Buffer.from(errorLine(busEvent('a'))),
      'errors/type=processing-failed/day=2026-11-20/b.gz': gzipSync(errorLine(busEvent('b'))),
    };
    const keys = Object.keys(objects);
    const server = await serveLoopback(({ url = '' }, _body, response) => {
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      if (pathname !== '/bucket/' && pathname !== '/bucket') {
        return response.end(objects[decodeURIComponent(pathname.slice('/bucket/'.length))]);
      }
      // One key a page.
      const at = Number(searchParams.get('continuation-token') ?? 0);
      const key = keys[at] ?? '';
      const next =
        at + 1 < keys.length ? `<NextContinuationToken>${at + 1}</NextContinuationToken>` : '';
      return response.end(
        `<?xml version="1.0"?><ListBucketResult><Contents><Key>${key}</Key><Size>${objects[key]?.length}</Size></Contents>${next}</ListBucketResult>`,
      );
    });
    opened.push(server);
    process.env.AWS_ENDPOINT_URL_S3 = server.url;

    const { summary, stderr } = await replay('--lake', lake, 's3://bucket/errors/');

    expect(stderr).toBe('');
    expect(summary).toMatchObject({ found: 2, ok: 2 });
    expect(await idsIn()).toEqual(['a', 'b']);
  });

  test.each([
    [['--lake', 'l', '--stream', 's', 'x'], /exclude each other/],
    [['--stream', 's'], /nothing to read/],
    [['--endpoint-url', 'http://localhost', 'x'], /needs --stream/],
    [['--stream', 's', '--endpoint-url', 'x', 'x'], /has to be a URL/],
    [['--queue', 'http://localhost/q', 'x'], /exclude each other/],
    [['--queue', 'q'], /has to be a URL/],
    [['--since', 'today', 'x'], /has to be a day/],
    [['s3://'], /s3:\/\/BUCKET/],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await run(['replay', ...args], { folder });

    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  test.each([
    [['--lake', 'none'], /There is no lake/],
    [['--lake', 'a file'], /There is no lake/],
    [['none'], /Cannot read none/],
  ])('says of %j what is missing', async (args, message) => {
    writeFileSync(join(folder, 'a file'), '');
    const { status, stderr } = await run(['replay', ...args], { folder });

    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
});

/** A stream that keeps what it takes, behind an endpoint. */
async function prepareStream(...stream: Parameters<typeof openStreamEndpoint>) {
  const { endpoint, taken } = await openStreamEndpoint(...stream);
  opened.push(endpoint);
  const toStream = ['--stream', 'events', '--endpoint-url', endpoint.url];
  return { endpoint, taken, toStream };
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => busEvent(String(i)));

describe('replay to a stream', () => {
  test('puts the records as they first came, in batches', async () => {
    const events = numbered(501);
    write('errors', ...events.map((event) => errorLine(event)));
    const { endpoint, taken, toStream } = await prepareStream();

    const { status, summary } = await replay(...toStream, 'errors');

    expect(status).toBe(0);
    expect(summary).toMatchObject({ found: 501, replayed: 501, accepted: 501, refused: 0 });
    expect(taken).toEqual(events);
    expect(endpoint.calls.map(({ records }) => records.length)).toEqual([500, 1]);
  });

  test('takes carriers off', async () => {
    const payload = Buffer.from(busEvent('a'));
    write('errors', errorLine(carry({ timesPut: 3, arrivedMs: arrivalMs, payload })));
    const { taken, toStream } = await prepareStream();

    await replay(...toStream, 'errors');

    expect(taken).toEqual([busEvent('a')]);
  });

  test('does nothing twice', async () => {
    write('errors', ...numbered(3).map((event) => errorLine(event)));
    const { taken, toStream } = await prepareStream();

    await replay(...toStream, 'errors', '--ledger', 'ledger');
    const { summary } = await replay(...toStream, 'errors', '--ledger', 'ledger');

    expect(summary).toMatchObject({ found: 3, alreadyReplayed: 3, replayed: 0 });
    expect(taken).toHaveLength(3);
  });

  test.each<[string, (call: FirehoseCall) => FirehoseFault | false]>([
    ['throttled', ({ number }) => number <= 2 && { kind: 'throttle' }],
    ['failed', ({ number }) => number <= 2 && { kind: 'internal-error' }],
    ['slow', ({ number }) => number === 1 && { kind: 'delay', ms: 300 }],
    [
      'refused in part',
      ({ number }) => number <= 2 && { kind: 'partial', isRefused: (index) => index % 2 === 1 },
    ],
  ])('tries again what is %s, and only that', async (_, fault) => {
    const events = numbered(4);
    write('errors', ...events.map((event) => errorLine(event)));
    const { taken, toStream } = await prepareStream(fault);

    const { status, summary } = await replay(...toStream, 'errors');

    expect(status).toBe(0);
    expect(summary).toMatchObject({ replayed: 4, accepted: 4 });
    expect(taken.toSorted()).toEqual(events);
  });

  test('puts what may have been taken twice rather than never', async () => {
    write('errors', errorLine(busEvent('a')));
    const { taken, toStream } = await prepareStream(
      ({ number }) => number === 1 && { kind: 'cut' },
    );

    const { summary } = await replay(...toStream, 'errors');

    expect(summary).toMatchObject({ accepted: 1 });
    expect(taken).toEqual([busEvent('a'), busEvent('a')]);
  });

  test('tells what the stream refuses to the end, writes it out, and has it left for the next run', async () => {
    write('errors', ...numbered(2).map((event) => errorLine(event)));
    let isSpiteful = true;
    const { taken, toStream } = await prepareStream(({ records }) => {
      const [first] = records;
      const isSecond = first !== undefined && Buffer.from(first).toString() === busEvent('1');
      return isSpiteful && { kind: 'partial', isRefused: (index) => isSecond || index === 1 };
    });

    const first = await replay(...toStream, 'errors', '--out', 'still');
    isSpiteful = false;
    const second = await replay(...toStream, 'errors');

    expect(first.status).toBe(1);
    expect(first.summary).toMatchObject({
      replayed: 2,
      accepted: 1,
      refused: 1,
      failures: { ServiceUnavailableException: 1 },
    });
    expect(JSON.parse(readFileSync(join(folder, 'still'), 'utf8'))).toMatchObject({
      rawData: base64(busEvent('1')),
      errorCode: 'ServiceUnavailableException',
      errorMessage: 'Slow down.',
      arrivalTimestamp: arrivalMs,
    });
    expect(second.summary).toMatchObject({ alreadyReplayed: 1, accepted: 1 });
    expect(taken).toEqual(numbered(2));
  }, 90_000);

  test.each<[string, FirehoseFault | undefined, string]>([
    ['may not be put to', { kind: 'deny' }, 'events'],
    ['is not there', undefined, 'other'],
  ])('ends at once where the stream %s', async (_, fault, stream) => {
    const today = { arrivalTimestamp: Date.now() };
    write('errors', ...numbered(2).map((event) => errorLine(event, today)));
    const { endpoint, toStream } = await prepareStream(() => fault);

    const { status, stderr } = await replay(...toStream, '--stream', stream, 'errors');

    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^The request to Firehose failed: (AccessDenied|ResourceNotFound)Exception: .*\n$/,
    );
    expect(endpoint.calls).toHaveLength(1);
  });

  test('names before it puts what will be filed under today', async () => {
    const todayMs = Date.now();
    const daysAgo = (days: number) => ({ arrivalTimestamp: todayMs - days * 86_400_000 });
    write(
      'errors',
      errorLine('a', daysAgo(7)),
      errorLine('b', daysAgo(8)),
      errorLine('c', daysAgo(30)),
    );
    const { taken, toStream } = await prepareStream();

    const dry = await replay(...toStream, 'errors', '--dry-run');
    const strict = await replay(
      ...toStream,
      'errors',
      '--dry-run',
      '--parameter',
      'MaxDaysLate=30',
    );

    expect(dry.summary).toMatchObject({ left: 3, late: ['errors:2', 'errors:3'] });
    expect(dry.stderr).toMatch(
      /^2 records arrived more than 7 days ago: .*\n {2}errors:2\n {2}errors:3\n$/,
    );
    expect(taken).toEqual([]);
    expect(strict.stderr).toMatch(/MaxDaysLate/);
  });
});

/** Ids of the messages of a queue, which stay visible. */
async function receivedIds(queueUrl: string): Promise<string[]> {
  const response = await fetch(queueUrl, {
    method: 'POST',
    headers: { 'x-amz-target': 'AmazonSQS.ReceiveMessage' },
    body: JSON.stringify({ MaxNumberOfMessages: 10, VisibilityTimeout: 0 }),
  });
  const { Messages = [] } = (await response.json()) as { Messages?: { MessageId: string }[] };
  return Messages.map(({ MessageId }) => MessageId);
}

describe('replay of dead letters', () => {
  const letter = (body: string, code = 'NO_RESOURCE'): QueueMessage => ({
    body,
    attributes: { ERROR_CODE: code, RULE_ARN: 'arn:aws:events:eu-west-1:123456789012:rule/rule' },
    sentMs: arrivalMs,
  });
  const prepareQueue = async (...messages: QueueMessage[]) => {
    const queue = await createSqsEndpoint(messages);
    opened.push(queue);
    return queue;
  };

  test('puts them into a lake, and deletes them then', async () => {
    const queue = await prepareQueue(...numbered(12).map((event) => letter(event)), letter('oops'));

    const { summary } = await replay('--lake', lake, '--queue', queue.queueUrl);

    expect(summary).toMatchObject({ found: 13, replayed: 13, ok: 12, failed: 1 });
    expect(await rowsIn(lake)).toHaveLength(12);
    expect(errorObjectsIn(lake).map(({ raw }) => raw)).toEqual(['oops']);
    expect(queue.bodies()).toEqual([]);
  });

  test('gives back what is not asked for, and all of it with --dry-run', async () => {
    const queue = await prepareQueue(letter('a'), letter('b', 'NO_PERMISSIONS'));

    const dry = await replay('--lake', lake, '--queue', queue.queueUrl, '--dry-run');
    const visible = queue.visibleBodies();
    await replay('--lake', lake, '--queue', queue.queueUrl, '--code', 'NO_PERMISSIONS');

    expect(dry.summary.byDay).toEqual([
      { day: '2026-11-20', code: 'NO_PERMISSIONS', records: 1 },
      { day: '2026-11-20', code: 'NO_RESOURCE', records: 1 },
    ]);
    expect(visible).toEqual(['a', 'b']);
    expect(queue.visibleBodies()).toEqual(['a']);
  });

  test('deletes only what the stream has accepted', async () => {
    const queue = await prepareQueue(letter(busEvent('a')), letter(busEvent('b')));
    const { toStream } = await prepareStream(() => ({ kind: 'deny' }));

    const { status } = await replay(...toStream, '--queue', queue.queueUrl);

    expect(status).toBe(1);
    expect(queue.visibleBodies()).toEqual([busEvent('a'), busEvent('b')]);
  });

  test('deletes of a batch what was accepted, and nothing that was not', async () => {
    const letters = ['a', 'b', 'c'].map((id) => letter(busEvent(id)));
    const queue = await prepareQueue(...letters);
    const isWithoutId = (record: string) => record === busEvent('b');
    const { toStream } = await prepareStream(
      ({ number }) => number % 2 === 1 && { kind: 'partial', isRefused: (index) => index === 2 },
      (record) => (isWithoutId(record) ? undefined : 'id'),
    );

    const { summary } = await replay(...toStream, '--queue', queue.queueUrl);

    expect(summary).toMatchObject({ found: 3, replayed: 3, accepted: 2, refused: 1 });
    expect(queue.visibleBodies()).toEqual([busEvent('b')]);
  }, 90_000);

  /** The queue as it is seen through something between, which may change answers. */
  const behind = async (
    { queueUrl }: { queueUrl: string },
    change: (operation: string, answer: { Messages?: object[] }) => object,
  ) => {
    const server = await serveLoopback(async ({ headers }, body, response) => {
      const target = String(headers['x-amz-target']);
      const answered = await fetch(queueUrl, {
        method: 'POST',
        headers: { 'x-amz-target': target },
        body: new Uint8Array(body),
      });
      const answer = change(target, (await answered.json()) as { Messages?: object[] });
      response.writeHead(answered.status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer));
    });
    opened.push(server);
    return `${server.url}${new URL(queueUrl).pathname}`;
  };

  test('deletes no letter that came twice before the stream has it', async () => {
    const queue = await prepareQueue(letter(busEvent('a')));
    const twice = await behind(queue, (_operation, { Messages = [], ...answer }) => ({
      ...answer,
      Messages: [...Messages, ...Messages],
    }));
    const { toStream } = await prepareStream(() => ({ kind: 'deny' }));

    const { status } = await replay(...toStream, '--queue', twice);

    expect(status).toBe(1);
    expect(queue.bodies()).toEqual([busEvent('a')]);
  });

  test('leaves letters that come while it runs for the next run', async () => {
    const queue = await prepareQueue(letter(busEvent('a')));
    let releases = 0;
    const live = await behind(queue, (operation, answer) => {
      const isRelease = operation.endsWith('ChangeMessageVisibilityBatch');
      if (isRelease && ++releases === 1) queue.send(letter(busEvent('late')));
      return answer;
    });

    const { summary } = await replay('--lake', lake, '--queue', live);

    expect(summary).toMatchObject({ found: 1, replayed: 1, ok: 1, left: 0 });
    expect(await idsIn()).toEqual(['a']);
    expect(queue.visibleBodies()).toEqual([busEvent('late')]);
  });

  test('deletes what a run that was stopped had put, and puts it no second time', async () => {
    const queue = await prepareQueue(letter(busEvent('a')), letter(busEvent('b')));
    await replay('--lake', lake, '--queue', queue.queueUrl, '--dry-run');
    const [first] = await receivedIds(queue.queueUrl);
    const entry = { id: `sqs:${first}`, place: `message ${first}`, result: 'ok' };
    write('ledger', JSON.stringify(entry), '{"id":"cut');

    const { summary } = await replay(
      '--lake',
      lake,
      '--queue',
      queue.queueUrl,
      '--ledger',
      'ledger',
    );

    expect(summary).toMatchObject({ found: 2, alreadyReplayed: 1, replayed: 1, ok: 1 });
    expect(await idsIn()).toEqual(['b']);
    expect(queue.bodies()).toEqual([]);
  });

  test('gzips what is too large for a record', async () => {
    const large = busEvent('large', { detail: { text: 'x'.repeat(1_024_000) } });
    const queue = await prepareQueue(letter(large));

    const { summary } = await replay('--lake', lake, '--queue', queue.queueUrl);

    expect(summary).toMatchObject({ ok: 1 });
    expect(await idsIn()).toEqual(['large']);
    expect(queue.bodies()).toEqual([]);
  });
});
