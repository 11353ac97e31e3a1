// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Relation } from '../../../athena/tables.ts';
import { eventColumns, eventTables } from '../../../athena/tables.ts';
import { branchesOf, readViews, viewInput, viewText } from '../../../athena/views.ts';

const table: Relation = {
  name: 'things',
  description: 'Things.',
  columns: [
    { name: 'id', type: 'string', description: 'Id.' },
    { name: 'at', type: 'timestamp', description: 'When.' },
  ],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eventlake-views-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function views(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return readViews([table], pathToFileURL(`${folder}/`));
}

describe('readViews', () => {
  test('the view events has every column of a row, and its partition, by name', () => {
    const events = readViews(eventTables).find(({ name }) => name === 'events');

    expect(events?.columns.map(({ name, type }) => ({ name, type }))).toEqual(
      eventColumns.map(({ name, type }) => ({ name, type })),
    );
    const names = eventColumns.map(({ name }) => name).join(', ');
    expect(events?.sql).toBe(
      `SELECT ${names} FROM events_json\nUNION ALL\nSELECT ${names} FROM events_parquet`,
    );
  });

  test('a view is its file: comment, SELECT, columns', () => {
    const [view] = views({
      'v.sql': "-- All things,\n-- two lines.\nSELECT *\nFROM things\nWHERE id > ''\n",
    });

    expect(view).toEqual({
      name: 'v',
      description: 'All things, two lines.',
      sql: "SELECT id, at\nFROM things\nWHERE id > ''",
      columns: table.columns,
      from: ['things'],
    });
  });

  test('a view may select from another one, whichever is read first', () => {
    const [a, b] = views({
      'a.sql': '-- A.\nSELECT * FROM b\n',
      'b.sql': '-- B.\nSELECT at, CAST(1 AS integer) AS n FROM things\n',
    });

    expect(a?.sql).toBe('SELECT at, n FROM b');
    expect(a?.columns).toEqual(b?.columns);
    expect(b?.columns[1]).toEqual({ name: 'n', type: 'int', description: 'Column of the view b.' });
  });

  test('all columns of a relation can be taken inside, and again outside', () => {
    const [view] = views({
      'v.sql':
        '-- V.\nSELECT things.* FROM (SELECT things.*, row_number() OVER (PARTITION BY id) AS copy FROM things) AS things WHERE copy = 1\n',
    });

    expect(view?.sql).toBe(
      'SELECT id, at FROM (SELECT id, at, row_number() OVER (PARTITION BY id) AS copy FROM things) AS things WHERE copy = 1',
    );
    expect(view?.columns).toEqual(table.columns);
  });

  test.each([
    ['v.sql', 'SELECT id FROM things', 'athena/views/v.sql: starts with a comment'],
    ['v.sql', '-- V.\nSELECT id FROM things;', 'athena/views/v.sql: no semicolon'],
    [
      'v.sql',
      '-- V.\nSELECT id, i.x AS x FROM things CROSS JOIN UNNEST(things.list) AS t(i)',
      'athena/views/v.sql: UNNEST(things.list) differs between engines',
    ],
    ['v.sql', "-- V.\nSELECT id FROM things WHERE id = '\u00e9'", 'athena/views/v.sql: only ASCII'],
    ['v.sql', '-- V.\nSELECT * FROM nothing', 'athena/views/v.sql: a view names its columns'],
    ['v.sql', '-- V.\nSELECT * FROM v', 'athena/views: v selects from v'],
    [
      'V-1.sql',
      '-- V.\nSELECT id FROM things',
      'athena/views/V-1.sql: a view is named in lower_snake_case',
    ],
  ])('refuses %s with %j', (file, text, message) => {
    expect(() => views({ [file]: text })).toThrow(message);
  });
});

describe('branchesOf', () => {
  const tables = ['a', 'b'].map((name) => ({ ...table, name }));
  const branches = (sql: string) =>
    branchesOf({ name: 'v', description: '', columns: [], from: [], sql }, tables);

  test('are the parts of a UNION ALL that read one table each', () => {
    expect(branches('SELECT id FROM a\nUNION ALL\nSELECT id FROM b')).toEqual([
      { table: 'a', sql: 'SELECT id FROM a' },
      { table: 'b', sql: 'SELECT id FROM b' },
    ]);
  });

  test.each([
    'SELECT id FROM a',
    'SELECT id FROM a\nUNION ALL\nSELECT id FROM other_view',
    'SELECT id FROM a\nUNION ALL\nSELECT id FROM b JOIN a ON true',
  ])('there are none in %j', (sql) => {
    expect(branches(sql)).toEqual([]);
  });
});

describe('viewInput', () => {
  const [view] = (() => {
    const dir = mkdtempSync(join(tmpdir(), 'eventlake-views-'));
    writeFileSync(join(dir, 'v.sql'), "-- V.\nSELECT id, at FROM things WHERE id <> '${x}'\n");
    const read = readViews([table], pathToFileURL(`${dir}/`));
    rmSync(dir, { recursive: true });
    return read;
  })();
  if (!view) throw new Error('no view');
  const input = viewInput(view, viewText(view, 'DatabaseName'));

  test('is a Glue table as Athena keeps views', () => {
    expect(input).toMatchObject({
      Name: 'v',
      TableType: 'VIRTUAL_VIEW',
      ViewOriginalText: viewText(view, 'DatabaseName'),
      Parameters: { presto_view: 'true', comment: 'Presto View' },
      ViewExpandedText: '/* Presto View */',
      PartitionKeys: [],
      StorageDescriptor: {
        Columns: [
          { Name: 'id', Type: 'string', Comment: 'Id.' },
          { Name: 'at', Type: 'timestamp', Comment: 'When.' },
        ],
        Location: '',
        SerdeInfo: {},
      },
    });
  });

  test('its text is the base64 of SQL and columns, the database left to the parameter', () => {
    const [text, variables] = viewText(view, 'DatabaseName')['Fn::Sub'] as [
      string,
      { definition: { 'Fn::Base64': { 'Fn::Sub': string } } },
    ];
    const definition = variables.definition['Fn::Base64']['Fn::Sub'];

    expect(text).toBe('/* Presto View: ${definition} */');
    expect(JSON.parse(definition.replace('${DatabaseName}', 'lake'))).toEqual({
      catalog: 'awsdatacatalog',
      schema: 'lake',
      // `${!x}` is a `${x}` that Fn::Sub leaves alone.
      originalSql: "SELECT id, at FROM things WHERE id <> '${!x}'",
      columns: [
        { name: 'id', type: 'varchar' },
        { name: 'at', type: 'timestamp(3)' },
      ],
    });
  });
});
