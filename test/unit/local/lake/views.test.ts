import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventColumns, eventTables } from '../../../../athena/tables.ts';
import { readViews } from '../../../../athena/views.ts';
import { duckdb } from '../../../../local/lake/duckdb-dialect.ts';
import { athenaStatements } from '../../../../local/lake/views.ts';
import { typeIn } from '../../../../src/rows/column-type.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const columns = eventColumns.map(({ name, type }) => `"${name}" ${typeIn(duckdb, type)}`);
  await connection.run(`CREATE TABLE events (${columns.join(', ')})`);
  for (const sql of athenaStatements()) await connection.run(sql);
});

afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const rowsOf = async (sql: string) =>
  (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][];

describe('athenaStatements', () => {
  const views = readViews(eventTables);

  test.each(views)('$name has the columns that it has in Athena', async ({ name, columns }) => {
    const described = await rowsOf(`DESCRIBE ${name}`);

    expect(described.map(([column]) => column)).toEqual(columns.map((column) => column.name));
  });

  test('useridentity is a struct by its small letters, whatever the record spells', async () => {
    await connection.run(
      `INSERT INTO events (kind, day, resources, user_identity)
       VALUES ('api_call', '2026-11-17', [{'arn': 'a', 'account': 'b', 'type': 'c'}],
         '{"type":"AssumedRole","principalId":"P","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}')`,
    );

    expect(
      await rowsOf(
        `SELECT useridentity.principalid, useridentity.sessioncontext.attributes.mfaauthenticated,
           useridentity.arn, resources[1].accountid, month, "timestamp" FROM cloudtrail_logs`,
      ),
    ).toEqual([['P', 'true', null, 'b', '11', '2026/11/17']]);
  });
});

test('of a struct in which one value does not fit, the others are there', async () => {
  await connection.run(
    `INSERT INTO events (kind, day, event_id, user_identity)
     VALUES ('api_call', '2026-11-17', 'odd', '{"type":"AssumedRole","sessionContext":"no struct"}')`,
  );

  expect(
    await rowsOf(
      `SELECT useridentity.type, useridentity.sessioncontext.attributes FROM cloudtrail_logs WHERE eventid = 'odd'`,
    ),
  ).toEqual([['AssumedRole', null]]);
});

describe('the functions of Athena', () => {
  test.each<[string, unknown]>([
    ["element_at(MAP {'a': 1}, 'a')", 1],
    ["element_at(MAP {'a': 1}, 'b')", null],
    ['element_at([1, 2], 3)', null],
    ['cardinality([1, 2])', '2'],
    [`json_extract_scalar('{"a":{"b":[true]}}', '$.a.b[0]')`, 'true'],
    [`json_extract_scalar('{"a":{"b":1}}', '$.a')`, null],
    [`json_extract_scalar('{"a-b":"x"}', '$.a-b')`, 'x'],
    [`json_extract_scalar(json_array_get('[{"a":1}, {"a":2}]', 1), '$.a')`, '2'],
    ["json_array_get('[1, 2]', -1)", '2'],
    ["json_array_get('[1, 2]', 2)", null],
    [`json_format(json_extract('{"a":[1, 2]}', '$.a'))`, '[1,2]'],
    ["date_format(TIMESTAMP '2026-01-02 03:04:05', '%Y-%m-%dT%H:%i:%sZ')", '2026-01-02T03:04:05Z'],
    [
      "date_format(TIMESTAMP '2026-01-02 13:04:05', '%W %M %h %c %e %k %l')",
      'Friday January 01 1 2 13 1',
    ],
    ["date_format(DATE '2026-01-08' - INTERVAL '7' DAY, '%Y-%m-%d')", '2026-01-01'],
    // Whole minutes that have passed, not minutes that have begun
    ["date_diff('minute', TIMESTAMP '2026-01-01 00:00:59', TIMESTAMP '2026-01-01 00:02:00')", '1'],
    ["CAST(date_add('day', -7, DATE '2026-01-08') AS DATE)", '2026-01-01'],
    ["CAST(date_add(DATE '2026-01-08', INTERVAL 1 DAY) AS DATE)", '2026-01-09'],
    ['epoch_ms(from_unixtime(0))', '0'],
    ["regexp_like('failed', 'fail|error')", true],
    ["regexp_replace('aa', 'a')", ''],
    ["regexp_replace('a1b22', '[0-9]', 'x')", 'axbxx'],
    ["regexp_replace('a1b2', '([a-z])([0-9])', '$2$1-')", '1a-2b-'],
    ["regexp_extract('ab12', '[0-9]+')", '12'],
    ["regexp_extract('ab12', '([a-z])([0-9])', 2)", '1'],
    ["regexp_extract('ab', '[0-9]+')", null],
    ["replace('abab', 'a')", 'bb'],
    ["replace('abab', 'a', 'c')", 'cbcb'],
    ["split_part('a.b', '.', 2)", 'b'],
    ["split_part('a..b', '.', 2)", ''],
    ["split_part('a.b', '.', 3)", null],
    ["concat('a', NULL)", null],
    ["concat('a', '.', 'b', '-', 'c')", 'a.b-c'],
    ['concat([1], [2])', [1, 2]],
    ['greatest(1, NULL)', null],
    ['greatest(1, 3, 2)', 3],
    ["least('b', 'a')", 'a'],
    ['least(1, 2, NULL)', null],
    ["json_extract_scalar('no JSON', '$.a')", null],
    ["to_iso8601(TIMESTAMP '2026-01-02 03:04:05.6')", '2026-01-02T03:04:05.600'],
    ["to_iso8601(from_iso8601_timestamp('2026-01-02T03:04:05Z'))", '2026-01-02T03:04:05.000Z'],
    ["to_iso8601(DATE '2026-01-02')", '2026-01-02'],
    ["day_of_week(DATE '2026-11-15')", '7'],
    ["to_unixtime(TIMESTAMP '1970-01-01 00:00:01.500')", 1.5],
    ["from_utf8(from_base64('w6Q='))", 'ä'],
    ["from_iso8601_date('2026-01-02') - DATE '2026-01-01'", '1'],
    ["array_join(['a', 'b'], ', ')", 'a, b'],
    [
      "from_iso8601_timestamp('2026-01-01T00:00:00Z') < from_iso8601_timestamp('2026-01-02T00:00:00Z')",
      true,
    ],
    ['sequence(1, 3)', ['1', '2', '3']],
  ])('%s is what Athena means', async (sql, expected) => {
    expect(await rowsOf(`SELECT ${sql}`)).toEqual([[expected]]);
  });

  test('DuckDB has its own forms beside them', async () => {
    expect(
      await rowsOf(
        String.raw`SELECT regexp_replace('aa', '(a)', '\1b', 'g'), 'a' || 'b', '{"a":1}'::JSON -> '$.a'`,
      ),
    ).toEqual([['abab', 'ab', '1']]);
  });

  test('arbitrary is never NULL where there is anything else', async () => {
    expect(await rowsOf("SELECT arbitrary(x) FROM (VALUES (NULL), ('a')) AS t(x)")).toEqual([
      ['a'],
    ]);
  });

  test('max_by gives what stands beside the largest, also where that is NULL', async () => {
    expect(
      await rowsOf('SELECT max_by(x, y), min_by(x, y) FROM (VALUES (1, 1), (NULL, 2)) AS t(x, y)'),
    ).toEqual([[null, 1]]);
    expect(
      await rowsOf('SELECT max_by(x, x, 2), approx_percentile(x, 0.5) FROM range(3) AS t(x)'),
    ).toEqual([[['2', '1'], '1']]);
  });
});
