import { describe, expect, test } from '@jest/globals';
import { relationsIn, selectColumns } from '../../../athena/select-list.ts';
import type { SqlColumn } from '../../../athena/tables.ts';

const known: SqlColumn[] = [
  { name: 'id', type: 'string', description: 'Id.' },
  { name: 'at', type: 'timestamp', description: 'When.' },
  { name: 'items', type: { array: 'string' }, description: 'Items.' },
];
const columnsOf = (sql: string) =>
  selectColumns(sql, known).map(({ name, type }) => [name, type] as const);

describe('selectColumns', () => {
  test.each([
    [
      'SELECT id, t.at, "items" FROM t',
      [
        ['id', 'string'],
        ['at', 'timestamp'],
        ['items', { array: 'string' }],
      ],
    ],
    ['SELECT id AS name FROM t', [['name', 'string']]],
    ['SELECT DISTINCT id FROM t', [['id', 'string']]],
    ['select ID from T', [['id', 'string']]],
    ['SELECT CAST(at AS varchar) AS at FROM t', [['at', 'string']]],
    [
      'SELECT CAST(NULL AS array(row(a varchar))) AS rows FROM t',
      [['rows', { array: { struct: { a: 'string' } } }]],
    ],
    ["SELECT TRY_CAST(replace(id, ',', ' FROM ') AS integer) AS n FROM t", [['n', 'int']]],
    ['SELECT CAST(CAST(id AS integer) AS boolean) AS b FROM t', [['b', 'boolean']]],
    ['WITH w AS (SELECT id FROM t) SELECT at FROM t JOIN w ON true', [['at', 'timestamp']]],
    [
      'SELECT id, -- a comment, with a comma\n at FROM t',
      [
        ['id', 'string'],
        ['at', 'timestamp'],
      ],
    ],
    ['SELECT id FROM t UNION ALL SELECT id FROM u', [['id', 'string']]],
  ])('reads the columns of %s', (sql, expected) => {
    expect(columnsOf(sql)).toEqual(expected);
  });

  test.each([
    ['SELECT * FROM t', 'a view names its columns, it has no "*"'],
    ['SELECT t.* FROM t', 'a view names its columns, it has no "t . *"'],
    ['SELECT lower(id) FROM t', 'name this column with AS: lower ( id )'],
    ['SELECT lower(id) AS id2 FROM t', 'say the type of this column, CAST(… AS type) AS id2'],
    ["SELECT 'x' AS kind FROM t", 'say the type of this column'],
    ['SELECT unknown FROM t', 'say the type of this column'],
    ['SELECT CAST(a AS integer) + CAST(b AS integer) AS n FROM t', 'say the type of this column'],
    ['SELECT id, id FROM t', 'two columns are named id'],
    ['VALUES 1', 'no SELECT'],
  ])('refuses %s', (sql, message) => {
    expect(() => columnsOf(sql)).toThrow(message);
  });
});

test('the relations of a query are found at any depth', () => {
  const sql =
    'WITH w AS (SELECT id FROM a) SELECT id FROM w LEFT JOIN "b" ON true WHERE id IN (SELECT id FROM a)';

  expect(relationsIn(sql)).toEqual(['a', 'w', 'b']);
});
