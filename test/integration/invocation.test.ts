import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { createWorkerFunction, type WorkerFunction } from '../../local/firehose/worker-function.ts';
import { loadStack } from '../../local/template/load-stack.ts';
import { createFolder, run } from '../support/command-fixture.ts';

const events = fileURLToPath(new URL('../../events/', import.meta.url));
const sampleNames = readdirSync(events).filter((name) => name.endsWith('.json'));
const { folder, remove } = createFolder();

let fn: WorkerFunction;
beforeAll(async () => {
  const [bundle] = await buildIfNeeded();
  const [deployed] = loadStack().functions;
  if (!bundle || !deployed) throw new Error('There is no function.');
  fn = createWorkerFunction({
    module: bundle.file,
    export: bundle.handler,
    environment: { ...deployed.environment, TAG_LOOKUP: 'off' },
    memoryMb: deployed.memoryMb,
    timeoutMs: deployed.timeoutSeconds * 1000,
    stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
  });
});
afterAll(async () => {
  await fn.close();
  remove();
});

const invocation = (...args: string[]) => run(['invocation', ...args], { folder });

interface Request {
  readonly records: readonly {
    readonly recordId: string;
    readonly approximateArrivalTimestamp: number;
    readonly data: string;
  }[];
}

const bytesOf = (text: string) =>
  (JSON.parse(text) as Request).records.map(({ data }) => Buffer.from(data, 'base64'));

describe('The sample invocations', () => {
  test('are what the command makes of the readable events', async () => {
    const { status, stdout } = await invocation(join(events, 'readable/stop.json'));

    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(join(events, 'who-stopped-what.json'), 'utf8'));
  });

  test.each(sampleNames)('%s is answered by the built function', async (name) => {
    const requestJson = readFileSync(join(events, name), 'utf8');

    const { records } = JSON.parse(await fn.invoke(requestJson)) as {
      records: { recordId: string; result: string }[];
    };

    const sent = (JSON.parse(requestJson) as Request).records;
    expect(records.map(({ recordId }) => recordId)).toEqual(sent.map(({ recordId }) => recordId));
    const failed = records.flatMap(({ result }, index) => (result === 'Ok' ? [] : [index]));
    expect(failed).toEqual(name === 'bad-record.json' ? [1] : []);
  });

  test('hold every readable event', () => {
    const all = bytesOf(readFileSync(join(events, 'all-samples.json'), 'utf8'));

    expect(all).toHaveLength(43);
  });
});

describe('invocation', () => {
  const lines = [
    '{"time":"2026-11-20T10:00:00Z","a":1.0}',
    '{"eventTime":"2026-11-20T11:00:00Z"}',
    '{}',
  ];

  test('makes a record of each event, byte for byte, that arrives when it happened', async () => {
    writeFileSync(join(folder, 'a.ndjson'), lines.join('\n'));

    const { stdout } = await invocation('a.ndjson');

    const request = JSON.parse(stdout);
    expect(Object.keys(request)).toEqual([
      'invocationId',
      'deliveryStreamArn',
      'region',
      'records',
    ]);
    expect(request.deliveryStreamArn).toBe(loadStack().stream.arn);
    expect(bytesOf(stdout).map(String)).toEqual(lines);
    expect(
      (request as Request).records.map((record) => record.approximateArrivalTimestamp),
    ).toEqual([Date.parse('2026-11-20T10:00:00Z'), Date.parse('2026-11-20T11:00:00Z'), 0]);
    for (const { recordId } of (request as Request).records) expect(recordId).toMatch(/^\d{62}$/);
  });

  test('reads gzip, and packs what would not fit a record', async () => {
    const large = JSON.stringify({ time: '2026-11-20T10:00:00Z', x: 'x'.repeat(1_100_000) });
    writeFileSync(join(folder, 'a.ndjson.gz'), gzipSync(`${lines[0]}\n${large}`));

    const { stdout } = await invocation('a.ndjson.gz');

    const [first, second] = bytesOf(stdout);
    expect(String(first)).toBe(lines[0]);
    expect(String(gunzipSync(second as Buffer))).toBe(large);
  });

  test('names the stream of the account and Region that it is told', async () => {
    writeFileSync(join(folder, 'a.ndjson'), lines.join('\n'));

    const { stdout } = await invocation(
      '--account',
      '111122223333',
      '--region',
      'us-east-1',
      'a.ndjson',
    );

    expect(JSON.parse(stdout)).toMatchObject({
      region: 'us-east-1',
      deliveryStreamArn: expect.stringContaining('arn:aws:firehose:us-east-1:111122223333:'),
    });
  });

  test('writes a file where it is told to', async () => {
    writeFileSync(join(folder, 'a.ndjson'), lines.join('\n'));
    const { stdout } = await invocation('a.ndjson');

    const ran = await invocation('--out', 'out.json', 'a.ndjson');

    expect(ran).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(folder, 'out.json'), 'utf8')).toBe(stdout);
  });

  test('has a record of what is broken, too, and says so', async () => {
    writeFileSync(join(folder, 'a.ndjson'), `${lines[0]}\n{"a"\n${lines[1]}`);

    const { status, stdout, stderr } = await invocation('a.ndjson');

    expect(status).toBe(1);
    expect(stderr).toMatch(/^a\.ndjson:2: /);
    expect(bytesOf(stdout).map(String)).toEqual([lines[0], '{"a"', lines[1]]);
  });

  test('refuses what no invocation holds', async () => {
    writeFileSync(join(folder, 'a.ndjson'), `{"x":"${'x'.repeat(1000)}"}\n`.repeat(5000));

    const { status, stdout, stderr } = await invocation('a.ndjson');

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^An invocation holds 6,291,456 bytes at most, .*: give it fewer\.\n$/);
  });

  test('refuses to make one of nothing', async () => {
    writeFileSync(join(folder, 'a.ndjson'), '');

    const { status, stderr } = await invocation('a.ndjson');

    expect({ status, stderr }).toEqual({ status: 1, stderr: 'There is no event in the input.\n' });
  });
});
