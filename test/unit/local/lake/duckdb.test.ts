import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { failuresTable } from '../../../../athena/failures.ts';
import {
  jsonOf,
  type OpenLake,
  openLake,
  rowTextsOf,
  textOf,
} from '../../../../local/lake/duckdb.ts';
import { duckdb } from '../../../../local/lake/duckdb-dialect.ts';
import { typeIn } from '../../../../src/rows/column-type.ts';
import { type Row, columns as rowColumns } from '../../../../src/rows/schema.ts';
import { collect, createFolder } from '../../../support/command-fixture.ts';

const { folder: parent, remove } = createFolder();
afterAll(remove);

let folder: string;
let folders = 0;
const opened: OpenLake[] = [];
beforeEach(() => {
  folder = join(parent, String(++folders));
});
afterEach(() => {
  for (const lake of opened.splice(0)) lake.close();
});

function write(partition: string, rows: Row[], name = '1.json.gz') {
  const file = join(folder, 'events/json', partition, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
}

async function ask(sql: string) {
  const lake = await openLake(folder);
  opened.push(lake);
  const answer = await lake.ask(sql);
  const rows = (await collect(answer.rows())).flat();
  return {
    isEmpty: lake.isEmpty,
    columns: answer.columns,
    texts: rows.map((row) => row.map(textOf)),
    json: rows.map((row) => row.map(jsonOf)),
  };
}

/** DuckDB quotes in types only what it must. */
const unquoted = (text: string | null) => text?.replaceAll('"', '');

describe('The table events', () => {
  test.each(['with', 'without'])('has the columns of the row contract %s rows', async (rows) => {
    if (rows === 'with') write('source=aws.ec2/day=2026-11-20', [{ event_id: '1' }]);

    const { texts } = await ask('SELECT column_name, column_type FROM (DESCRIBE events)');

    expect(texts.map((row) => row.map(unquoted))).toEqual([
      ...rowColumns.map(({ name, type }) => [name, unquoted(typeIn(duckdb, type))]),
      ['source', 'VARCHAR'],
      ['day', 'VARCHAR'],
    ]);
  });

  test('is empty where there is no lake', async () => {
    const { isEmpty, texts } = await ask('SELECT count(*) FROM events');

    expect(isEmpty).toBe(true);
    expect(texts).toEqual([['0']]);
  });

  test.each(['instance_events', 'instance_timeline', 'unique_events', 'cloudtrail_logs'])(
    'has the view %s over it, also of an empty lake',
    async (view) => {
      const sql = `SELECT count(*) FROM ${view}`;
      expect((await ask(sql)).texts).toEqual([['0']]);

      write('source=aws.ec2/day=2026-11-20', [
        {
          event_id: '1',
          event_source: 'aws.ec2',
          event_time: '2026-11-20 10:00:00.000',
          kind: view === 'cloudtrail_logs' ? 'api_call' : 'state_change',
          detail_type: 'EC2 Instance State-change Notification',
          instances: [{ instance_id: 'i-1', state: 'running' }],
        },
      ]);
      expect((await ask(sql)).texts).toEqual([['1']]);
    },
  );

  test.each(['instance_events', 'instance_timeline', 'unique_events', 'cloudtrail_logs'])(
    'the view %s reads no folder that its filters leave out',
    async (view) => {
      write('source=aws.ec2/day=2026-11-20', [{ event_id: '1' }]);
      for (const partition of ['source=aws.ec2/day=2026-11-21', 'source=aws.s3/day=2026-11-20']) {
        mkdirSync(join(folder, 'events/json', partition), { recursive: true });
        writeFileSync(join(folder, 'events/json', partition, '1.json.gz'), 'not gzip');
      }
      const day = view === 'cloudtrail_logs' ? 'event_day' : 'day';

      await expect(ask(`SELECT * FROM ${view}`)).rejects.toThrow();
      await expect(
        ask(`SELECT * FROM ${view} WHERE source = 'aws.ec2' AND ${day} = '2026-11-20'`),
      ).resolves.toBeDefined();
    },
  );

  test('gives every type back', async () => {
    write('source=other/day=2026-11-20', [
      {
        event_time: '2026-11-20 10:11:12.345',
        read_only: true,
        instance_count: 2,
        request_parameters: '{"a":1e400}',
        resources: [{ arn: 'arn:aws:x', type: 'T' }],
        instances: [
          { instance_id: 'i-1', tags: { Name: 'web', name: 'other', '': '' }, tag_status: 'found' },
        ],
      },
    ]);

    const { json } = await ask(
      'SELECT event_time, read_only, instance_count, request_parameters, resources, instances, kind, source, day FROM events',
    );

    expect(json[0]?.map((cell) => JSON.parse(cell))).toEqual([
      '2026-11-20 10:11:12.345',
      true,
      2,
      '{"a":1e400}',
      [{ arn: 'arn:aws:x', account: null, type: 'T' }],
      [
        {
          instance_id: 'i-1',
          state: null,
          previous_state: null,
          tags: { Name: 'web', name: 'other', '': '' },
          tag_status: 'found',
          tag_source: null,
          tag_time: null,
        },
      ],
      null,
      'other',
      '2026-11-20',
    ]);
  });

  test('compares days as texts', async () => {
    write('source=a/day=2026-11-20', [{ event_id: '1' }]);
    write('source=a/day=2026-11-21', [{ event_id: '2' }]);

    const { texts } = await ask("SELECT event_id FROM events WHERE day >= '2026-11-21'");

    expect(texts).toEqual([['2']]);
  });

  test.each(["it's [a] *?", 'x=1', 'ünïcode'])('may lie in a folder named %j', async (name) => {
    folder = join(folder, name);
    write('source=a/day=2026-11-20', [{ event_id: '1' }]);

    const { texts, columns } = await ask('SELECT * FROM events');

    expect(texts).toHaveLength(1);
    expect(columns).toHaveLength(rowColumns.length + 2);
  });

  test('may not lie in a folder that looks like a partition', async () => {
    folder = join(folder, 'source=a', 'lake');

    await expect(ask('SELECT 1')).rejects.toThrow(/named source=a, .*: move it\.$/);
  });

  test('may not lie in a folder whose name the engine would take for two', async () => {
    folder = join(folder, 'a\\b');

    await expect(ask('SELECT 1')).rejects.toThrow(/backslash, .*: move it\.$/);
  });
});

describe('A value', () => {
  test.each([
    ['2::TINYINT', '2', '2'],
    ['9007199254740991', '9007199254740991', '9007199254740991'],
    ['9007199254740993', '9007199254740993', '"9007199254740993"'],
    [
      '170141183460469231731687303715884105727',
      '170141183460469231731687303715884105727',
      '"170141183460469231731687303715884105727"',
    ],
    ['1.50::DECIMAL(5,2)', '1.50', '1.50'],
    ['1234567890123456.78', '1234567890123456.78', '"1234567890123456.78"'],
    ['0.1::DOUBLE', '0.1', '0.1'],
    ["'nan'::DOUBLE", 'NaN', '"NaN"'],
    ["'-inf'::DOUBLE", '-Infinity', '"-Infinity"'],
    ['true', 'true', 'true'],
    ['NULL', null, 'null'],
    ["'a\"b'", 'a"b', '"a\\"b"'],
    ["TIMESTAMP '2026-11-20 10:00:00'", '2026-11-20 10:00:00.000', '"2026-11-20 10:00:00.000"'],
    [
      "TIMESTAMP '2026-11-20 10:00:00.123456'",
      '2026-11-20 10:00:00.123456',
      '"2026-11-20 10:00:00.123456"',
    ],
    [
      "TIMESTAMPTZ '2026-11-20 10:00:00+01'",
      '2026-11-20 09:00:00.000+00',
      '"2026-11-20 09:00:00.000+00"',
    ],
    ["TIMESTAMP 'infinity'", 'infinity', '"infinity"'],
    ["DATE '2026-11-20'", '2026-11-20', '"2026-11-20"'],
    ['INTERVAL 3 DAYS', '3 days', '"3 days"'],
    ['[1, NULL]', '[1,null]', '[1,null]'],
    ["MAP {'b': 1, 'a': 2}", '{"b":1,"a":2}', '{"b":1,"a":2}'],
    ["MAP {2: 'x', 1: 'y'}", '{"2":"x","1":"y"}', '{"2":"x","1":"y"}'],
    [
      "{'a': {'b': TIMESTAMP '2026-11-20 10:00:00'}}",
      '{"a":{"b":"2026-11-20 10:00:00.000"}}',
      '{"a":{"b":"2026-11-20 10:00:00.000"}}',
    ],
    ['union_value(n := 7)', '7', '7'],
  ])('%s is %j, as JSON %s', async (sql, text, json) => {
    const answer = await ask(`SELECT ${sql}`);

    expect(answer.texts).toEqual([[text]]);
    expect(answer.json).toEqual([[json]]);
  });
});

describe('SQL', () => {
  test('may be several statements, of which the last answers', async () => {
    const { texts } = await ask('CREATE TABLE t AS SELECT 7 AS n; SELECT n FROM t');

    expect(texts).toEqual([['7']]);
  });

  test.each(['', '-- nothing', ' ; '])('that is %j is refused', async (sql) => {
    await expect(ask(sql)).rejects.toThrow('There is no statement in the SQL.');
  });

  test.each([
    ['selec', /^Parser Error: syntax error at or near "selec"\nLINE 1: selec$/],
    ['SELECT nope FROM events', /^Binder Error: .*nope.*\nCandidate bindings: .*$/],
    ["SELECT 'a'::INTEGER", /^Conversion Error: .*\nLINE 1: .*$/],
    ["SELECT error('boom')", /^Invalid Input Error: boom$/],
  ])('%j is refused in two lines at most', async (sql, said) => {
    await expect(ask(sql)).rejects.toMatchObject({
      name: 'SqlError',
      message: expect.stringMatching(said),
    });
  });

  const failing = "SELECT if(range = 400000, error('boom'), range) FROM range(500000)";
  test.each([failing, `PREPARE p AS ${failing}; EXECUTE p`, `BEGIN; ${failing}`])(
    'that fails after its first rows is refused all the same: %s',
    async (sql) => {
      await expect(ask(sql)).rejects.toThrow('Invalid Input Error: boom');
    },
  );

  test('asked half-way leaves nothing behind', async () => {
    const lake = await openLake(folder);
    opened.push(lake);
    const half = await lake.ask('FROM range(500000)');
    for await (const _ of half.rows()) break;
    await lake.ask('FROM range(5)'); // not read at all

    const { rows } = await lake.ask('CREATE TABLE t AS SELECT 1 AS n; FROM t');

    expect((await collect(rows())).flat()).toEqual([[1]]);
  });

  test('gets nothing from elsewhere', async () => {
    await expect(ask("FROM 'https://192.0.2.1/a.json'")).rejects.toThrow(/httpfs|extension/);
  });
});

describe('Rows of a Parquet file', () => {
  test('end with an error where the file is damaged behind the first of them', async () => {
    const file = `${folder}.parquet`;
    const rows = 'SELECT md5(range::VARCHAR) AS event_id FROM range(200000)';
    await ask(`COPY (${rows}) TO '${file}' (COMPRESSION gzip, ROW_GROUP_SIZE 20000)`);
    const bytes = readFileSync(file);
    const late = Math.floor(bytes.length * 0.9);
    bytes.fill(0, late, late + 100_000);
    writeFileSync(file, bytes);

    await expect(collect(rowTextsOf(file))).rejects.toThrow();
  });
});

describe('The table failures', () => {
  const line = (fields: object) => `${JSON.stringify(fields)}\n`;
  const writeErrors = (partition: string, name: string, ...fields: object[]) => {
    const file = join(folder, 'errors', partition, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, fields.map(line).join(''));
  };

  test.each(['with', 'without'])(
    'has the columns of Athena, all of them texts, %s failures',
    async (failures) => {
      if (failures === 'with')
        writeErrors('type=processing-failed/day=2026-11-20', 'a', { rawData: '' });

      const { texts } = await ask('SELECT column_name, column_type FROM (DESCRIBE failures)');

      const names = failuresTable.columns
        .map(({ name }) => name)
        .filter((name) => name !== 'rawdata');
      expect(texts).toEqual(['record', ...names, 'rawdata'].map((name) => [name, 'VARCHAR']));
    },
  );

  test('is empty where nothing has failed', async () => {
    expect((await ask('SELECT count(*) FROM failures')).texts).toEqual([['0']]);
  });

  test('reads error objects in every spelling, and no unfinished file', async () => {
    writeErrors(
      'type=processing-failed/day=2026-11-20',
      'a',
      { rawData: 'YQ==', errorCode: 'x', attemptsMade: 4, arrivalTimestamp: 5, lambdaARN: 'arn' },
      {
        attemptsMade: '4',
        errorCode: 'x',
        rawData: 'Yg==',
        arrivalTimestamp: '5',
        lambdaArn: 'arn',
      },
    );
    writeErrors(
      'type=format-conversion-failed/day=2026-11-21',
      'b',
      {
        lastErrorCode: 'y',
        lastErrorMessage: 'of y',
        rawData: 'Yw==',
        sequenceNumber: '49',
        subSequenceNumber: 7,
        dataCatalogTable: { tableName: 't' },
      },
      {
        ErrorCode: 'z',
        ErrorMessage: 'of z',
        rawData: 'ZA==',
        sequenceNumber: null,
        dataCatalogTable: { tableName: 't' },
      },
    );
    writeErrors('type=processing-failed/day=2026-11-20', '.unfinished', {});

    const { texts } = await ask(
      `SELECT from_utf8(from_base64(rawdata)), coalesce(errorcode, lasterrorcode), attemptsmade, arrivaltimestamp, lambdaarn, type, day
       FROM failures ORDER BY 1`,
    );

    expect(texts).toEqual([
      ['a', 'x', '4', '5', 'arn', 'processing-failed', '2026-11-20'],
      ['b', 'x', '4', '5', 'arn', 'processing-failed', '2026-11-20'],
      ['c', 'y', null, null, null, 'format-conversion-failed', '2026-11-21'],
      ['d', 'z', null, null, null, 'format-conversion-failed', '2026-11-21'],
    ]);
    const converted = await ask(
      `SELECT errorcode, lasterrorcode, coalesce(errormessage, lasterrormessage), sequencenumber, subsequencenumber
       FROM failures WHERE type = 'format-conversion-failed' ORDER BY rawdata`,
    );
    expect(converted.texts).toEqual([
      [null, 'y', 'of y', '49', '7'],
      ['z', null, 'of z', null, null],
    ]);
  });

  test('shows what was put as text first, and its bytes last', async () => {
    const records = ['{"a":1}', 'é'.repeat(3000), Buffer.from([0xff, 0xfe]), gzipSync('{}')];
    writeErrors(
      'type=processing-failed/day=2026-11-20',
      'a',
      ...records.map((record) => ({ rawData: Buffer.from(record).toString('base64') })),
    );

    const { columns, texts } = await ask('SELECT * FROM failures');

    expect([columns[0]?.name, columns.at(-1)?.name]).toEqual(['record', 'rawdata']);
    expect(texts.map(([record]) => record)).toEqual([
      '{"a":1}',
      'é'.repeat(2000),
      '(no text)',
      '(gzip)',
    ]);
  });
});
