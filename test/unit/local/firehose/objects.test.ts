import { describe, expect, test } from '@jest/globals';
import type { StreamConfiguration } from '../../../../local/firehose/configuration.ts';
import type { StreamPorts } from '../../../../local/firehose/ports.ts';
import { createStream } from '../../../../local/firehose/stream.ts';
import {
  createClock,
  createFunction,
  createMemoryStore,
  functionArn,
  ok,
  smallConfiguration,
  textOf,
} from '../../../support/firehose-fixture.ts';

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 10, 20, 23, 59, 58);
const uuid = () => '2b4d1ad9-2f48-44bd-a088-767c317e994a';

/** Puts each text at its arrival, in that order; texts that start with `!` fail. */
async function run(
  records: readonly (readonly [text: string, arrivalMs: number])[],
  configuration: Partial<StreamConfiguration> = {},
  ports: Partial<StreamPorts> = {},
) {
  const { store, objects } = createMemoryStore();
  const { invoke } = createFunction(({ text }) =>
    text.startsWith('!') ? { result: 'ProcessingFailed' } : ok(text, text.charAt(0)),
  );
  const stream = createStream(
    { ...smallConfiguration, ...configuration },
    { invoke, store, now: createClock(startMs + 1000).now, uuid, random: () => 0, ...ports },
  );
  for (const [text, arrivalMs] of records) await stream.putRecord(Buffer.from(text), { arrivalMs });
  await stream.drain();
  return { objects, keys: objects.map(({ key }) => key), stream };
}

describe('A data object', () => {
  test('is named by prefix, stream, version, oldest arrival, id and extension', async () => {
    const { keys } = await run(
      [
        ['a1', startMs + 5000],
        ['a2', startMs],
        ['a3', startMs + 9000],
      ],
      { extension: '.json.gz' },
    );

    expect(keys).toEqual([`data/k=a/events-1-2026-11-20-23-59-58-${uuid()}.json.gz`]);
  });

  test('has its records end to end, gzipped where asked, and says so', async () => {
    const { objects } = await run(
      [
        ['a1', startMs],
        ['a2', startMs],
      ],
      { compression: 'gzip' },
    );

    expect(objects.map(textOf)).toEqual(['a1\na2\n']);
    expect(objects.map(({ attributes }) => attributes)).toEqual([
      { contentType: 'application/octet-stream', contentEncoding: 'gzip' },
    ]);
  });

  test('is plain where nothing compresses it', async () => {
    const { objects, keys } = await run([['a1', startMs]]);

    expect(keys[0]).toMatch(/-767c317e994a$/);
    expect(Buffer.from(objects[0]?.body ?? []).toString()).toBe('a1\n');
    expect(objects[0]?.attributes).toEqual({ contentType: 'application/octet-stream' });
  });

  test('lies in one of the partitions that its records name', async () => {
    const { keys } = await run([
      ['a', startMs],
      ['b', startMs],
      ['/', startMs],
    ]);

    expect(keys.map((key) => key.slice(0, 10)).sort()).toEqual([
      'data/k=//e',
      'data/k=a/e',
      'data/k=b/e',
    ]);
  });

  test('never mixes two days, in whatever order they arrive', async () => {
    const { objects } = await run(
      [
        ['a1', startMs],
        ['a2', startMs + dayMs],
        ['a3', startMs],
        ['a4', startMs + dayMs],
      ],
      { prefix: 'data/!{timestamp:yyyy-MM-dd}/!{partitionKeyFromLambda:k}/' },
    );

    expect(objects.map((object) => [object.key.slice(0, 16), textOf(object)])).toEqual([
      ['data/2026-11-20/', 'a1\na3\n'],
      ['data/2026-11-21/', 'a2\na4\n'],
    ]);
  });

  test('has fresh random characters at each use, and shares them between its records', async () => {
    let count = 0;
    const { keys } = await run(
      [
        ['a1', startMs],
        ['a2', startMs],
      ],
      {
        prefix:
          'data/!{firehose:random-string}/!{firehose:random-string}/!{partitionKeyFromLambda:k}/',
      },
      { random: () => (count++ % 62) / 62 },
    );

    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/^data\/abcdefghijk\/lmnopqrstuv\/a\//);
  });

  test('is closed before it passes its size, and at exactly that size', async () => {
    const { objects } = await run(
      [
        ['a234', startMs],
        ['a6789', startMs],
        ['a', startMs],
        ['a234567', startMs],
      ],
      { bufferBytes: 10 },
    );

    expect(objects.map(textOf)).toEqual(['a234\n', 'a6789\na\n', 'a234567\n']);
    expect(
      (
        await run(
          [
            ['a23456789', startMs],
            ['a', startMs],
          ],
          { bufferBytes: 10 },
        )
      ).objects.map(textOf),
    ).toEqual(['a23456789\n', 'a\n']);
  });

  test('may be larger where one record alone is', async () => {
    const { objects } = await run([['a'.repeat(100), startMs]], { bufferBytes: 10 });

    expect(objects.map(textOf)).toEqual([`${'a'.repeat(100)}\n`]);
  });
});

describe('An error object', () => {
  test('holds one line a record, in the order of fields that the service has, plain', async () => {
    const { objects, keys } = await run(
      [
        ['!one', startMs + 3],
        ['!two', startMs],
      ],
      { bufferBytes: 1000 },
    );

    const line = (rawData: string, arrivalTimestamp: number) =>
      `{"rawData":"${rawData}","errorCode":"Lambda.ProcessingFailedStatus","errorMessage":"ProcessingFailed status set for record","attemptsMade":1,"arrivalTimestamp":${arrivalTimestamp},"attemptEndingTimestamp":${startMs + 1000},"lambdaARN":"${functionArn}"}\n`;
    expect(keys).toEqual([`errors/processing-failed/events-1-2026-11-20-23-59-58-${uuid()}`]);
    expect(Buffer.from(objects[0]?.body ?? []).toString()).toBe(
      line('IW9uZQ==', startMs + 3) + line('IXR3bw==', startMs),
    );
    expect(objects[0]?.attributes).toEqual({ contentType: 'application/octet-stream' });
  });

  test('lies where its type and the arrival say', async () => {
    const { keys } = await run(
      [
        ['!one', startMs],
        ['!two', startMs + dayMs],
        ['', startMs],
      ],
      { errorPrefix: 'errors/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/' },
    );

    expect(keys.map((key) => key.replace(/events-.*/, ''))).toEqual([
      'errors/processing-failed/2026/11/20/',
      'errors/processing-failed/2026/11/21/',
      'errors/metadata-extraction-failed/2026/11/20/',
    ]);
  });
});

describe('An object that is converted', () => {
  const conversion = {
    catalogId: '111122223333',
    databaseName: 'lake',
    tableName: 'events',
    region: 'eu-central-1',
    versionId: 'LATEST',
  };
  const parquet = { conversion, extension: '.parquet' };

  test('is what the port makes of its lines', async () => {
    const { objects, keys } = await run(
      [
        ['a1', startMs],
        ['a2', startMs],
      ],
      parquet,
      { convert: async (lines) => ({ object: Buffer.from(`PAR1${lines.length}`) }) },
    );

    expect(keys[0]).toMatch(/^data\/k=a\/.*\.parquet$/);
    expect(objects.map(textOf)).toEqual(['PAR16']);
  });

  test('leaves the lines that the port refuses to the error output', async () => {
    const code = 'DataFormatConversion.ParseError';
    const { objects, stream } = await run(
      [
        ['a1', startMs],
        ['a2', startMs],
        ['a3', startMs],
      ],
      parquet,
      {
        convert: async () => ({
          object: Buffer.from('PAR1'),
          refused: [{ line: 1, code, message: 'no JSON' }],
        }),
      },
    );

    const errors = objects.filter(({ key }) => key.startsWith('errors/format-conversion-failed/'));
    expect(errors.map(textOf)).toEqual([
      `{"attemptsMade":1,"arrivalTimestamp":${startMs},"lastErrorCode":"${code}","lastErrorMessage":"no JSON","attemptEndingTimestamp":${startMs + 1000},"rawData":"YTI=","sequenceNumber":null,"subSequenceNumber":null,"dataCatalogTable":{"catalogId":"111122223333","databaseName":"lake","tableName":"events","region":"eu-central-1","versionId":"LATEST","catalogArn":null}}\n`,
    ]);
    expect(stream.counters()).toMatchObject({
      objects: 1,
      errorObjects: 1,
      refusedLines: 1,
      records: { ok: 3 },
    });
  });

  test('is not written when nothing is left of it', async () => {
    const message = 'no JSON';
    const { keys } = await run([['a1', startMs]], parquet, {
      convert: async () => ({
        object: new Uint8Array(),
        refused: [{ line: 0, code: 'DataFormatConversion.ParseError', message }],
      }),
    });

    expect(keys).toEqual([expect.stringMatching(/^errors\//)]);
  });

  test('needs the port', async () => {
    await expect(run([], parquet)).rejects.toThrow('nothing can convert: give the port convert');
  });

  test('whose conversion fails stops the stream', async () => {
    const convert = async () => {
      throw new Error('no engine');
    };

    await expect(run([['a1', startMs]], parquet, { convert })).rejects.toThrow('no engine');
  });

  test('cannot leave a line that it does not have', async () => {
    const code = 'DataFormatConversion.ParseError';
    const convert = async () => ({
      object: Buffer.from('PAR1'),
      refused: [{ line: 1, code, message: '' } as const],
    });

    await expect(run([['a1', startMs]], parquet, { convert })).rejects.toThrow(
      'There is no line 1 to refuse.',
    );
  });
});
