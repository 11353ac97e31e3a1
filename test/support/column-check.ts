import type { ColumnType } from '../../src/rows/column-type.ts';
import { columns } from '../../src/rows/schema.ts';
import { toEventTime, toRowTime } from '../../src/rows/time.ts';

/**
 * What is wrong with a row that was read from its JSON line, by the types of the schema: an empty
 * list where nothing is. Engines fail a query, or a file, for each of these.
 */
export function faultsOf(row: Readonly<Record<string, unknown>>): string[] {
  const types = new Map<string, ColumnType>(columns.map(({ name, type }) => [name, type]));
  return Object.entries(row).flatMap(([name, value]) => {
    const type = types.get(name);
    return type === undefined ? [`${name}: no such column`] : faultsIn(name, type, value);
  });
}

function faultsIn(place: string, type: ColumnType, value: unknown): string[] {
  if (typeof type === 'string') {
    const fault = scalarFault(type, value);
    return fault === undefined ? [] : [`${place}: ${fault}`];
  }
  if ('array' in type) {
    if (!Array.isArray(value)) return [`${place}: no list`];
    return value.flatMap((element, at) => faultsIn(`${place}[${at}]`, type.array, element));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [`${place}: no object`];
  }
  return Object.entries(value).flatMap(([key, member]) => {
    const of = `${place}.${key}`;
    if ('map' in type) {
      return [
        ...(key.isWellFormed() ? [] : [`${of}: lone surrogate`]),
        ...faultsIn(of, type.map, member),
      ];
    }
    const memberType = Object.hasOwn(type.struct, key) ? type.struct[key] : undefined;
    return memberType === undefined ? [`${of}: no such member`] : faultsIn(of, memberType, member);
  });
}

function scalarFault(type: ColumnType & string, value: unknown): string | undefined {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'no boolean';
    case 'int':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? undefined : 'no int';
    case 'timestamp':
      return typeof value === 'string' && toRowTime(toEventTime(value)) === value
        ? undefined
        : 'no time of a row';
    case 'json':
      return jsonFault(value);
    case 'string':
      if (typeof value !== 'string') return 'no string';
      return value.isWellFormed() ? undefined : 'lone surrogate';
  }
}

function jsonFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'no string';
  if (!value.isWellFormed()) return 'lone surrogate';
  try {
    JSON.parse(value);
    return undefined;
  } catch {
    return 'no JSON';
  }
}
