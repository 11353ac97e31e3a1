import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from '@jest/globals';
import { convertToParquet } from '../../../../local/lake/parquet.ts';

/** The rows of a Parquet object, as DuckDB reads them. */
async function rowsOf(object: Uint8Array, columns: string): Promise<unknown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'eventlake-test-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const file = join(folder, 'object.parquet');
    writeFileSync(file, object);
    const reader = await connection.runAndReadAll(`SELECT ${columns} FROM '${file}'`);
    return reader.getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}

const convert = (...lines: string[]) =>
  convertToParquet(Buffer.from(lines.map((line) => `${line}\n`).join('')));

describe('convertToParquet', () => {
  test('gives every column of the schema its type', async () => {
    const { object, refused } = await convert(
      '{"event_id":"1","event_time":"2026-11-20 10:11:12.345","read_only":true,"instance_count":2,' +
        '"resources":[{"arn":"a"}],"instances":[{"instance_id":"i-1","tags":{"Name":"x","name":"y"}}]}',
    );

    expect(refused).toEqual([]);
    expect(
      await rowsOf(
        object,
        'event_id, event_time, typeof(event_time) AS t, read_only, instance_count, resources, instances[1].tags AS tags, unmapped',
      ),
    ).toEqual([
      {
        event_id: '1',
        event_time: '2026-11-20 10:11:12.345',
        t: 'TIMESTAMP',
        read_only: true,
        instance_count: 2,
        resources: [{ arn: 'a', account: null, type: null }],
        tags: [
          { key: 'Name', value: 'x' },
          { key: 'name', value: 'y' },
        ],
        unmapped: null,
      },
    ]);
  });

  test.each<[string, string, string, unknown]>([
    [
      'a number in a column of text',
      '{"event_id":12345678901234567890}',
      'event_id',
      '12345678901234567890',
    ],
    ['truth in a column of text', '{"event_id":true}', 'event_id', 'true'],
    ['a fraction in a whole number', '{"instance_count":-12.7}', 'instance_count', -12],
    ['words for truth', '{"read_only":"TRUE"}', 'read_only', true],
    ['other words for truth', '{"read_only":"yes"}', 'read_only', false],
    ['a number for truth', '{"read_only":1}', 'read_only', false],
    ['keys in capitals', '{"EVENT_ID":"x"}', 'event_id', 'x'],
    ['the last of several', '{"event_id":"x","Event_Id":"y"}', 'event_id', 'y'],
    ['unknown keys', '{"event_id":"x","unknown":{"a":[1]}}', 'event_id', 'x'],
    ['null', '{"event_id":null,"resources":null}', 'event_id', null],
    ['a control character', '{"event_id":"a\\u0000b\\u2028c"}', 'event_id', 'a\u0000b\u2028c'],
    ['a lone surrogate', '{"event_id":"a\\ud800b"}', 'event_id', 'a\ufffdb'],
    [
      'a time without a fraction',
      '{"event_time":"2026-11-20 10:11:12"}',
      'event_time',
      '2026-11-20 10:11:12',
    ],
    ['the least number', '{"instance_count":-2147483648}', 'instance_count', -2147483648],
  ])('takes %s as the SerDe does', async (_, line, column, value) => {
    const { object, refused } = await convert(line);

    expect(refused).toEqual([]);
    expect(await rowsOf(object, column)).toEqual([{ [column]: value }]);
  });

  test.each([
    ['no JSON', 'nope', 'ParseError', 'Encountered malformed JSON'],
    ['half of an object', '{"event_id":"x"', 'ParseError', 'Encountered malformed JSON'],
    ['two objects', '{"event_id":"x"}{"event_id":"y"}', 'ParseError', 'Encountered malformed JSON'],
    ['nothing', '', 'ParseError', 'Encountered malformed JSON'],
    ['a list', '[{"event_id":"x"}]', 'MalformedData', 'row: Start of Object expected'],
    ['null', 'null', 'MalformedData', 'row: Start token not found where expected'],
    [
      'text for a number',
      '{"instance_count":"12"}',
      'MalformedData',
      'instance_count: a number expected',
    ],
    [
      'a number that is too large',
      '{"instance_count":2147483648}',
      'MalformedData',
      'out of range',
    ],
    [
      'a T in a time',
      '{"event_time":"2026-11-20T10:11:12"}',
      'MalformedData',
      'event_time: Timestamp format',
    ],
    [
      'a number for a time',
      '{"event_time":1795168272}',
      'MalformedData',
      'event_time: Timestamp format',
    ],
    ['an object for text', '{"event_id":{"a":1}}', 'MalformedData', 'event_id: one value expected'],
    [
      'an object for a list',
      '{"resources":{}}',
      'MalformedData',
      'resources: Start of Array expected',
    ],
    [
      'text for a struct',
      '{"resources":["arn"]}',
      'MalformedData',
      'resources[0]: Start of Object',
    ],
    [
      'a list for a map',
      '{"instances":[{"tags":[]}]}',
      'MalformedData',
      'instances[0].tags: Start of Object',
    ],
  ])('refuses %s', async (_, line, code, message) => {
    const { object, refused } = await convert(line);

    expect(object.byteLength).toBe(0);
    expect(refused).toEqual([
      {
        line: 0,
        code: `DataFormatConversion.${code}`,
        message: expect.stringContaining(message),
      },
    ]);
  });

  test('converts the lines beside one that is refused, and says which it was', async () => {
    const { object, refused } = await convert('{"event_id":"0"}', 'nope', '{"event_id":"2"}');

    expect(refused.map(({ line }) => line)).toEqual([1]);
    expect(await rowsOf(object, 'event_id')).toEqual([{ event_id: '0' }, { event_id: '2' }]);
  });

  test('makes nothing of nothing', async () => {
    expect(await convertToParquet(new Uint8Array(0))).toEqual({
      object: new Uint8Array(0),
      refused: [],
    });
  });
});
