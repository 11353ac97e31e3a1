import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { duckdb } from '../../local/lake/duckdb-dialect.ts';
import { recognise } from '../../src/events/event.ts';
import { parseJson } from '../../src/json.ts';
import { type ColumnType, typeIn } from '../../src/rows/column-type.ts';
import { lineOf } from '../../src/rows/line.ts';
import { rowOf } from '../../src/rows/row.ts';
import { columns, type Row } from '../../src/rows/schema.ts';
import { goldenArrivalMs, goldenRowOf, listGoldens } from '../support/goldens.ts';

/** Tags have any character and any case; goldens have none. */
const taggedRow: Row = {
  event_id: 'tagged',
  event_time: '2026-11-20 10:11:12.345',
  instances: [
    {
      instance_id: 'i-0abc123def4567890',
      tags: { Name: 'a', name: 'b', NAME: '', '': 'empty', 'nul\0': '\0', 'é 😀\u2028': '\ufffd' },
      tag_status: 'found',
      tag_source: 'lookup',
      tag_time: '2026-11-20 10:11:12.000',
    },
    { instance_id: 'i-12345678', tags: JSON.parse('{"__proto__":"x"}'), tag_status: 'found' },
    { instance_id: 'i-12345679', tags: {}, tag_status: 'found' },
    { instance_id: 'i-1234567a', tag_status: 'none', tag_time: '2026-11-20 10:11:12.999' },
  ],
  instance_count: 4,
};

/** The deepest event that is read: all that no column holds, and all in one column. */
const deepNote = `${'['.repeat(998)}1.0${']'.repeat(998)}`;
const deepDetail = `${'{"a":'.repeat(999)}null${'}'.repeat(999)}`;
const deepEvent = `{"source":"my.shop","detail-type":"Deep","note":${deepNote},"detail":${deepDetail}}`;

const rows = [
  ...listGoldens().map((golden) => ({ name: golden.name, row: goldenRowOf(golden).row })),
  { name: 'a row with tags', row: taggedRow },
  {
    name: 'an event of 1,000 levels',
    row: rowOf(recognise(parseJson(deepEvent)), goldenArrivalMs),
  },
];

const folder = mkdtempSync(join(tmpdir(), 'eventlake-odd-rows-'));
let connection: DuckDBConnection;

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});

afterAll(() => {
  connection.closeSync();
  rmSync(folder, { recursive: true });
});

/** Reads lines as the lake's table does: with the types of the schema, which nothing may miss. */
async function readLines(lines: readonly string[]): Promise<Record<string, Json>[]> {
  const file = join(folder, 'rows.json');
  writeFileSync(file, lines.join(''));
  const types = columns.map(({ name, type }) => `${name}: '${typeIn(duckdb, type)}'`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {${types}})`,
  );
  return reader.getRowObjectsJson();
}

describe('DuckDB reads all goldens from one file', () => {
  let found: Record<string, Json>[];

  beforeAll(async () => {
    found = await readLines(rows.map(({ row }) => lineOf(row)));
  });

  test('row by row', () => {
    expect(found).toHaveLength(rows.length);
  });

  test.each(rows.map(({ name, row }, at) => [name, row, at] as const))(
    'cell by cell: %s',
    (_name, row, at) => {
      const cells = columns.flatMap(({ name, type }) => {
        const cell = cellOf(type, found[at]?.[name] ?? null);
        return cell === undefined ? [] : [[name, cell]];
      });

      expect(Object.fromEntries(cells)).toEqual(JSON.parse(JSON.stringify(row)));
    },
  );
});

test('DuckDB reads no row of a file where one has a lone surrogate, so no row ever does', async () => {
  const lines = ['{"event_id":"a"}\n', '{"event_id":"\\ud800"}\n', '{"event_id":"b"}\n'];

  await expect(readLines(lines)).rejects.toThrow();
});

/** A cell as its row has it, undefined where it is absent. */
function cellOf(type: ColumnType, value: Json): unknown {
  if (value === null) return undefined;
  // DuckDB writes no more of a fraction than there is.
  if (type === 'timestamp') return `${value}`.replace(/(:\d\d)$/, '$1.').padEnd(23, '0');
  if (typeof type === 'string') return value;
  if ('array' in type) return (value as Json[]).map((element) => cellOf(type.array, element));
  if ('map' in type) {
    const entries = value as { key: string; value: Json }[];
    return Object.fromEntries(entries.map(({ key, value }) => [key, cellOf(type.map, value)]));
  }
  const members = Object.entries(type.struct).flatMap(([name, member]) => {
    const cell = cellOf(member, (value as Record<string, Json>)[name] ?? null);
    return cell === undefined ? [] : [[name, cell]];
  });
  return Object.fromEntries(members);
}
