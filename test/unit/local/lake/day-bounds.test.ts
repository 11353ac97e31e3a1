import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { boundedView, dayBoundsIn, serializedSql } from '../../../../local/lake/day-bounds.ts';

let instance: DuckDBInstance;
let connection: DuckDBConnection;
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

async function boundsOf(sql: string) {
  const answer = await connection.runAndReadAll(serializedSql(sql));
  return dayBoundsIn(String(answer.getRows()[0]?.[0]));
}

const lake = (where: string) => boundsOf(`SELECT * FROM cloudtrail_lake t WHERE ${where}`);
const view = 'cloudtrail_lake';

describe('the days of a statement', () => {
  test.each<[string, object]>([
    [
      "eventTime > '2022-03-10 00:00:00' AND eventTime < '2022-03-12 00:00:00'",
      { view, from: '2022-03-03', until: '2022-03-19' },
    ],
    ["NOT eventTime > '2022-03-10'", { view, until: '2022-03-17' }],
    ["eventTime >= '2022-03-10'", { view, from: '2022-03-03' }],
    ["'2022-03-10' <= t.eventtime AND x = 1", { view, from: '2022-03-03' }],
    ["eventTime <= '2022-03-10T00:00:00Z'", { view, until: '2022-03-17' }],
    ["eventTime = '2022-03-10 10:00:00.000'", { view, from: '2022-03-03', until: '2022-03-17' }],
    [
      "a = 1 AND (eventTime BETWEEN '2022-03-10' AND '2022-03-11')",
      { view, from: '2022-03-03', until: '2022-03-18' },
    ],
    [
      "eventTime > '2022-03-10' AND eventTime > '2022-03-20' AND eventTime < '2022-05-01'",
      { view, from: '2022-03-13', until: '2022-05-08' },
    ],
  ])('%s', async (where, bounds) => {
    expect(await lake(where)).toEqual(bounds);
  });

  test.each([
    "eventTime > '2022-03-10' OR eventName = 'x'",
    "eventTime <> '2022-03-10'",
    "eventTime LIKE '2022-03-10%'",
    "eventTime > '2022'",
    "eventTime > '2022-13-40'",
    'eventTime > eventName',
    "substr(eventTime, 1, 10) > '2022-03-10'",
    "eventTime > '2022-03-10' AND day = '2022-03-10'",
    "eventName = 'x'",
  ])('are all days where it is %s', async (where) => {
    expect(await lake(where)).toBeUndefined();
  });

  test('are those of all its parts, and all days where one part has none', async () => {
    const part = (where: string) => `SELECT 1 FROM cloudtrail_lake ${where}`;
    const march = part("WHERE eventTime >= '2022-03-10' AND eventTime < '2022-03-20'");
    const april = part("WHERE eventTime >= '2022-04-10' AND eventTime < '2022-04-20'");

    expect(await boundsOf(`${march} UNION ALL ${april}`)).toEqual({
      view,
      from: '2022-03-03',
      until: '2022-04-27',
    });
    expect(await boundsOf(`WITH a AS (${march}) SELECT * FROM a`)).toMatchObject({ view });
    expect(await boundsOf(`${march} UNION ALL ${part('')}`)).toBeUndefined();
    expect(
      await boundsOf(
        `SELECT 1 FROM events JOIN cloudtrail_lake USING (day) WHERE eventTime > '2022-03-10'`,
      ),
    ).toBeUndefined();
  });

  test('of cloudtrail_logs are told in the same way', async () => {
    expect(
      await boundsOf("SELECT 1 FROM cloudtrail_logs WHERE eventtime >= '2022-03-10T00:00:00Z'"),
    ).toEqual({ view: 'cloudtrail_logs', from: '2022-03-03' });
    expect(
      await boundsOf(
        "SELECT 1 FROM cloudtrail_logs WHERE eventtime >= '2022-03-10' AND year = '2022'",
      ),
    ).toBeUndefined();
  });

  test.each([
    '',
    'no SQL',
    'CREATE TABLE a (b int)',
    "SELECT 1 FROM events WHERE eventTime > '2022-03-10'",
  ])('are not asked of %j', async (sql) => {
    expect(await boundsOf(sql)).toBeUndefined();
  });
});

test('a bounded view stands before the one that it is of', () => {
  expect(boundedView({ view: 'cloudtrail_logs', from: '2022-03-03', until: '2022-03-19' })).toBe(
    "CREATE OR REPLACE TEMP VIEW cloudtrail_logs AS FROM memory.main.cloudtrail_logs WHERE event_day >= '2022-03-03' AND event_day <= '2022-03-19'",
  );
});
