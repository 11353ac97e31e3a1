import { describe, expect, test } from '@jest/globals';
import { ofBare, ofOther, ofWrapped } from '../../../src/rows/derived.ts';
import { mapping } from '../../../src/rows/mapping.ts';
import { type Column, columns, type Family } from '../../../src/rows/schema.ts';

const allColumns: readonly Column[] = columns;
const derived: Record<Family, object> = { bare: ofBare, wrapped: ofWrapped, other: ofOther };
const families = ['bare', 'wrapped', 'other'] as const;

const columnsOf = (family: Family, isWanted: (isDerived: boolean) => boolean) =>
  allColumns.flatMap((column) => {
    const origin = column[family];
    return origin !== undefined && isWanted('derived' in origin) ? [column.name] : [];
  });

describe.each(families)('The mapping of the family %s', (family) => {
  const { stored, twins, constants } = mapping[family];
  const placeOf = ({ part, key }: { part: string; key: string }) => `${part} ${key}`;

  test('has a function for every derived column of the schema, and for no other', () => {
    const functions = Object.keys(derived[family]);
    const expected = columnsOf(family, (isDerived) => isDerived);

    // `unmapped` is what the others leave over.
    expect([...functions, 'unmapped'].sort()).toEqual(expected.sort());
  });

  test('has a stored cell for every other column of the schema, in its order', () => {
    expect(stored.map(({ column }) => column)).toEqual(
      columnsOf(family, (isDerived) => !isDerived),
    );
  });

  test('looks at no key twice', () => {
    const places = [...stored, ...twins, ...constants].map(placeOf);

    expect(places).toEqual([...new Set(places)]);
  });

  test('fills no column twice', () => {
    const names = columnsOf(family, () => true);

    expect(names).toEqual([...new Set(names)]);
  });

  test('has twins of stored cells only', () => {
    for (const { of } of twins) expect(stored).toContain(of);
  });
});

describe('The mapping', () => {
  test('of a bare record knows no envelope', () => {
    expect(mapping.bare.stored.every(({ part }) => part === 'record')).toBe(true);
    expect(mapping.bare.twins).toEqual([]);
    expect(mapping.bare.constants).toEqual([]);
  });

  test('of another event knows no record', () => {
    expect(mapping.other.stored.every(({ part }) => part === 'envelope')).toBe(true);
  });

  test('stores of a record the same, wrapped or bare, but for its Region', () => {
    const inRecord = (family: 'bare' | 'wrapped') =>
      mapping[family].stored.filter(({ part }) => part === 'record').map(({ key }) => key);

    expect(inRecord('bare').filter((key) => !inRecord('wrapped').includes(key))).toEqual([
      'awsRegion',
    ]);
    expect(inRecord('wrapped').filter((key) => !inRecord('bare').includes(key))).toEqual([]);
  });
});

describe('The schema', () => {
  test('names every column once, in lower snake case', () => {
    const names = allColumns.map(({ name }) => name);

    expect(names).toEqual([...new Set(names)]);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  });

  test.each(allColumns.map((column) => [column.name, column] as const))(
    'says what %s is, with an example and where it comes from',
    (_name, column) => {
      expect(column.description).toMatch(/^[A-Z`'].*\.$/s);
      expect(column.example).not.toBe('');
      expect(families.some((family) => column[family] !== undefined)).toBe(true);
    },
  );

  test.each(
    allColumns
      .filter(({ type }) => type === 'json' || typeof type === 'object')
      .map(({ name, example }) => [name, example] as const),
  )('has JSON as the example of %s', (_name, example) => {
    expect(() => JSON.parse(example)).not.toThrow();
  });
});
