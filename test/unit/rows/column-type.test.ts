import { describe, expect, test } from '@jest/globals';
import { type ColumnType, type Dialect, typeIn } from '../../../src/rows/column-type.ts';

const shouting: Dialect = {
  string: 'S',
  json: 'J',
  timestamp: 'T',
  boolean: 'B',
  int: 'I',
  array: (element) => `A<${element}>`,
  map: (value) => `M<${value}>`,
  struct: (members) => `{${members.map(({ name, type }) => `${name} ${type}`).join(',')}}`,
};

describe('typeIn', () => {
  test.each<[ColumnType, string]>([
    ['string', 'S'],
    ['json', 'J'],
    ['timestamp', 'T'],
    ['boolean', 'B'],
    ['int', 'I'],
    [{ array: 'string' }, 'A<S>'],
    [{ map: 'int' }, 'M<I>'],
    [{ struct: {} }, '{}'],
    [{ struct: { a: 'string', b: { array: 'boolean' } } }, '{a S,b A<B>}'],
    [{ array: { struct: { tags: { map: 'json' }, time: 'timestamp' } } }, 'A<{tags M<J>,time T}>'],
  ])('spells %j as %s', (type, spelt) => {
    expect(typeIn(shouting, type)).toBe(spelt);
  });
});
