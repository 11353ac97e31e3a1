import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { trino } from '../../../athena/dialects.ts';
import { readSizes, type Sizes, sizesFile } from '../../../athena/sizes.ts';
import { eventColumns } from '../../../athena/tables.ts';
import { jsonOf, openLake } from '../../../local/lake/duckdb.ts';
import { convertToParquet } from '../../../local/lake/parquet.ts';
import { parseJson } from '../../../src/json.ts';
import { typeIn } from '../../../src/rows/column-type.ts';
import { lineOf } from '../../../src/rows/line.ts';
import { eventTextOf } from '../../../src/rows/rebuild.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { goldenRowOf, listGoldens } from '../../support/goldens.ts';
import { canonical, difference, none } from './canonical.ts';
import { hostileTags, hostileTexts } from './hostile-events.ts';
import {
  createDatabase,
  deployedAs,
  type EngineLake,
  engine,
  lakeOf,
  putTexts,
  type StoredRow,
  samples,
  sampleTexts,
  storedLines,
  storedRows,
  storeLines,
  storeObject,
} from './lake.ts';
import { sizesOf } from './measure-sizes.ts';

/** The rows of a relation as Trino reads them, each an object by column. */
async function trinoRows(lake: EngineLake, relation = 'events'): Promise<StoredRow[]> {
  const { columns, rows } = await lake.ask(`SELECT * FROM ${relation}`);
  return rows.map((row) => {
    const cells: unknown = Object.fromEntries(columns.map(({ name }, at) => [name, row[at]]));
    return cells as StoredRow;
  });
}

/** The same as DuckDB reads them. */
async function duckdbRows({ folder }: EngineLake, relation = 'events'): Promise<unknown[]> {
  const lake = await openLake(folder);
  try {
    const { columns, rows } = await lake.ask(`SELECT * FROM ${relation}`);
    const found: unknown[] = [];
    for await (const some of rows()) {
      for (const row of some) {
        found.push(
          Object.fromEntries(
            columns.map(({ name }, at) => [name, JSON.parse(jsonOf(row[at] ?? null))]),
          ),
        );
      }
    }
    return found;
  } finally {
    lake.close();
  }
}

const views = ['unique_events', 'instance_events', 'instance_timeline', 'cloudtrail_logs'];

/** Only the days that rows are of: Trino needs a while to plan a hundred thousand partitions. */
function inDaysOf(rows: readonly StoredRow[], relation = 'events'): string {
  const days = [...new Set(rows.map(({ day }) => `'${day}'`))].join(', ');
  const column = relation === 'cloudtrail_logs' ? 'event_day' : 'day';
  return `(SELECT * FROM ${relation} WHERE ${column} IN (${days}))`;
}

/**
 * Ids of several events that arrived together, as published events have them whose ids were blotted out:
 * which of them unique_events keeps is open.
 */
function tiedIds(rows: readonly StoredRow[]): ReadonlySet<string | undefined> {
  const copies = Map.groupBy(rows, (row) =>
    JSON.stringify([row.source, row.day, row.account, row.event_id, row.arrival_time]),
  );
  return new Set(
    [...copies.values()].flatMap(([row, ...others]) => (others[0] ? [row?.event_id] : [])),
  );
}

/** Every event in some texts, in any of the forms that they may stand in. */
function eventsIn(texts: readonly string[]): unknown[] {
  return texts.flatMap((text) => {
    const document = parseJson(text) as unknown as { Records?: unknown[] };
    return Array.isArray(document) ? document : (document.Records ?? [document]);
  });
}

const eventsFrom = (rows: readonly Row[]) => rows.map((row) => parseJson(eventTextOf(row)));

const makeLake = async (
  name: string,
  parameters: Readonly<Record<string, string>>,
  texts: readonly string[],
) => {
  const options = deployedAs(name, parameters);
  const lake = lakeOf(options);
  createDatabase(lake);
  await putTexts(lake, options, texts, hostileTags);
  return lake;
};

describe('the sample events', () => {
  const [json, parquet] = [lakeOf(samples.json), lakeOf(samples.parquet)];
  let rows: StoredRow[];
  beforeAll(async () => {
    rows = await storedRows(json);
  });

  test('every column has the type that the schema says', async () => {
    const { columns } = await json.ask('SELECT * FROM events LIMIT 0');

    expect(columns).toEqual(
      eventColumns.map(({ name, type }) => ({ name, type: typeIn(trino, type) })),
    );
  });

  test('every column of every row reads back as its line says', async () => {
    expect(rows).toHaveLength(eventsIn(sampleTexts()).length);
    expect(difference(await trinoRows(json), rows)).toEqual(none);
  });

  test('every column of every row reads back the same from Parquet', async () => {
    expect(difference(await trinoRows(parquet), rows)).toEqual(none);
  });

  test.each([
    ['JSON', json],
    ['Parquet', parquet],
  ])('DuckDB reads the same from %s', async (_, lake) => {
    expect(difference(await duckdbRows(lake), rows)).toEqual(none);
  });

  test.each([
    ['JSON', json],
    ['Parquet', parquet],
  ])('the rows that Trino reads from %s give the events back', async (_, lake) => {
    expect(difference(eventsFrom(await trinoRows(lake)), eventsIn(sampleTexts()))).toEqual(none);
  });
});

describe('hostile events', () => {
  let json: EngineLake;
  let parquet: EngineLake;
  let rows: StoredRow[];
  beforeAll(async () => {
    json = await makeLake('hostile', {}, hostileTexts);
    parquet = await makeLake('hostile_parquet', { OutputFormat: 'parquet' }, hostileTexts);
    rows = await storedRows(json);
  });

  test('every one became a row', () => {
    expect(rows).toHaveLength(hostileTexts.length);
  });

  test('every column of every row reads back as its line says', async () => {
    expect(difference(await trinoRows(json), rows)).toEqual(none);
  });

  test('every column of every row reads back the same from Parquet', async () => {
    expect(difference(await trinoRows(parquet), rows)).toEqual(none);
  });

  test('DuckDB reads the same from both', async () => {
    expect(difference(await duckdbRows(json), rows)).toEqual(none);
    expect(difference(await duckdbRows(parquet), rows)).toEqual(none);
  });

  test('the rows that Trino reads give the events back', async () => {
    const events = eventsIn(hostileTexts);

    expect(difference(eventsFrom(await trinoRows(json)), events)).toEqual(none);
    expect(difference(eventsFrom(await trinoRows(parquet)), events)).toEqual(none);
  });

  test.each(views)('%s gives the same on DuckDB', async (view) => {
    expect(difference(await duckdbRows(json, view), await trinoRows(json, view))).toEqual(none);
  });

  test('numbers inside JSON text keep their spelling', async () => {
    const { rows } = await json.ask("SELECT detail FROM events WHERE event_id = 'numbers'");

    expect(rows[0]?.[0]).toBe(
      '{"twenty":12345678901234567890,"big":9007199254740993,"one":1.0,"large":1e400,"minus":-0,"small":1.50e-7}',
    );
  });

  test('keys of tags keep their case', async () => {
    const { rows } = await parquet.ask(
      "SELECT element_at(element_at(instances, 1).tags, 'Name'), element_at(element_at(instances, 1).tags, 'name') " +
        "FROM events WHERE detail_type = 'Tag Change on Resource'",
    );

    expect(rows).toEqual([['Web', 'web']]);
  });
});

describe('the goldens', () => {
  const goldens = listGoldens().map(goldenRowOf);
  const expected = goldens.map(({ partition, row }) => {
    const [, source = '', day = ''] = /^source=(.*)\/day=(.*)$/.exec(partition) ?? [];
    return { ...row, source, day };
  });
  const json = lakeOf(deployedAs('goldens'));
  const parquet = lakeOf(deployedAs('goldens_parquet', { OutputFormat: 'parquet' }));

  beforeAll(async () => {
    createDatabase(json);
    createDatabase(parquet);
    const partitions = Map.groupBy(goldens, ({ partition }) => partition);
    for (const [partition, some] of partitions) {
      const [, source = '', day = ''] = /^source=(.*)\/day=(.*)$/.exec(partition) ?? [];
      const lines = some.map(({ row }) => lineOf(row));
      storeLines(json, { source, day }, lines);
      const { object, refused } = await convertToParquet(Buffer.from(lines.join('')));
      expect(refused).toEqual([]);
      storeObject(parquet, { source, day }, object);
    }
  });

  test('there are some', () => {
    expect(goldens.length).toBeGreaterThan(50);
  });

  test('every column of every row reads back as the golden says', async () => {
    expect(difference(await trinoRows(json), expected)).toEqual(none);
  });

  test('every column of every row reads back the same from Parquet', async () => {
    expect(difference(await trinoRows(parquet), expected)).toEqual(none);
  });
});

const { EVENTLAKE_REAL_EVENTS } = process.env;

// EVENTLAKE_REAL_EVENTS names a folder with events that AWS has sent, JSON or NDJSON, gzipped or not.
(EVENTLAKE_REAL_EVENTS ? describe : describe.skip)('real events (EVENTLAKE_REAL_EVENTS)', () => {
  let json: EngineLake;
  let parquet: EngineLake;
  let rows: StoredRow[];
  beforeAll(async () => {
    const folder = EVENTLAKE_REAL_EVENTS ?? '';
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => /\.(?:nd)?json$/.test(file) && statSync(file).isFile())
      .sort()
      .map((file) => readFileSync(file, 'utf8'));
    // As somebody would with a lake of old events.
    const first = { FirstDay: '1970-01-01' };
    json = await makeLake('real', first, texts);
    parquet = await makeLake('real_parquet', { ...first, OutputFormat: 'parquet' }, texts);
    rows = await storedRows(json);
    process.stderr.write(`[real events] ${rows.length} rows of ${texts.length} files\n`);
  });

  test('every column of every row reads back as its line says', async () => {
    expect(rows.length).toBeGreaterThan(0);
    expect(difference(await trinoRows(json, inDaysOf(rows)), rows)).toEqual(none);
  });

  test('every column of every row reads back the same from Parquet', async () => {
    expect(difference(await trinoRows(parquet, inDaysOf(rows)), rows)).toEqual(none);
  });

  test('DuckDB reads the same from both', async () => {
    expect(difference(await duckdbRows(json), rows)).toEqual(none);
    expect(difference(await duckdbRows(parquet), rows)).toEqual(none);
  });

  test('the rows that Trino reads give the events back as the stored lines do', async () => {
    const events = eventsFrom(rows);

    expect(difference(eventsFrom(await trinoRows(json, inDaysOf(rows))), events)).toEqual(none);
    expect(difference(eventsFrom(await trinoRows(parquet, inDaysOf(rows))), events)).toEqual(none);
  });

  test.each(views)('%s gives the same on DuckDB', async (view) => {
    const onTrino = await trinoRows(json, inDaysOf(rows, view));
    const onDuckdb = await duckdbRows(json, view);

    expect(onTrino).not.toHaveLength(0);
    // Of copies that tie, each engine may keep another one, with another number of instances.
    const tied = tiedIds(rows);
    const untied = (found: readonly unknown[]) =>
      found.filter((row) => !tied.has((row as StoredRow).event_id));
    expect(untied(onDuckdb)).toHaveLength(untied(onTrino).length);
    expect(difference(untied(onDuckdb), untied(onTrino))).toEqual(none);
  });

  // Compression differs a little from one machine's libraries to another's.
  test('what a row takes is what the documentation reckons with, within a fiftieth', async () => {
    const measured = await sizesOf((await storedLines(json)).map(({ text }) => text));
    if (process.env.UPDATE_GOLDENS) {
      writeFileSync(sizesFile, `${JSON.stringify(measured, null, 2)}\n`);
    }
    const known = await readSizes();

    expect(measured.rows).toBe(known.rows);
    for (const name of Object.keys(known) as (keyof Sizes)[]) {
      expect(Math.abs(measured[name] - known[name])).toBeLessThanOrEqual(known[name] / 50);
    }
  });
});

test('comparing rows takes absent and null for the same, and nothing else', () => {
  expect(canonical({ b: 1, a: { x: null } })).toBe(canonical({ a: {}, b: 1 }));
  expect(canonical({ a: '1' })).not.toBe(canonical({ a: 1 }));
  expect(canonical({ a: [null] })).not.toBe(canonical({ a: [] }));
  expect(engine.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
});
