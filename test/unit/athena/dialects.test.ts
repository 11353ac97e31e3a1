import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { hive, parseTrinoType, trino } from '../../../athena/dialects.ts';
import type { ColumnType } from '../../../src/rows/column-type.ts';
import { typeIn } from '../../../src/rows/column-type.ts';

const nested: ColumnType = {
  array: { struct: { id: 'string', at: 'timestamp', tags: { map: 'string' }, count: 'int' } },
};

test('Hive and Trino spell a nested type in their own words', () => {
  expect(typeIn(hive, nested)).toBe(
    'array<struct<id:string,at:timestamp,tags:map<string,string>,count:int>>',
  );
  expect(typeIn(trino, nested)).toBe(
    'array(row(id varchar, at timestamp(3), tags map(varchar, varchar), count integer))',
  );
});

test('JSON is text to both', () => {
  expect([typeIn(hive, 'json'), typeIn(trino, 'json')]).toEqual(['string', 'varchar']);
});

describe('parseTrinoType', () => {
  const { type } = fc.letrec<{ type: ColumnType }>((tie) => ({
    type: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<ColumnType>('string', 'timestamp', 'boolean', 'int'),
      fc.record({ array: tie('type') }),
      fc.record({ map: tie('type') }),
      fc.record({
        struct: fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/), tie('type'), {
          minKeys: 1,
          maxKeys: 4,
          noNullPrototype: true,
        }),
      }),
    ),
  }));

  test('reads back every type that Trino is told', () => {
    fc.assert(
      fc.property(type, (column) => {
        expect(parseTrinoType(typeIn(trino, column))).toEqual(column);
      }),
    );
  });

  test.each([
    'string',
    'bigint',
    'timestamp',
    'timestamp(6)',
    'row()',
    'array(varchar',
    'map(integer, varchar)',
    'varchar varchar',
    '',
  ])('refuses %j, which no column can be', (text) => {
    expect(() => parseTrinoType(text)).toThrow(`Not a type that a column can have: ${text}`);
  });
});
