import type { ColumnType, Dialect } from '../src/rows/column-type.ts';

/** Hive's names of the types: what Glue tables are written in, views included. */
export const hive: Dialect = {
  string: 'string',
  json: 'string',
  timestamp: 'timestamp',
  boolean: 'boolean',
  int: 'int',
  array: (element) => `array<${element}>`,
  map: (value) => `map<string,${value}>`,
  struct: (members) => `struct<${members.map(({ name, type }) => `${name}:${type}`).join(',')}>`,
};

/** Trino's names of the types: what Athena's SQL and the texts of its views are written in. */
export const trino: Dialect = {
  string: 'varchar',
  json: 'varchar',
  timestamp: 'timestamp(3)',
  boolean: 'boolean',
  int: 'integer',
  array: (element) => `array(${element})`,
  map: (value) => `map(varchar, ${value})`,
  struct: (members) => `row(${members.map(({ name, type }) => `${name} ${type}`).join(', ')})`,
};

/**
 * Reads a type as SQL writes it in a CAST.
 * @example parseTrinoType('array(row(arn varchar, type varchar))')
 * // { array: { struct: { arn: 'string', type: 'string' } } }
 * @throws Error that quotes the text, where it is none of the types that a column can have
 */
export function parseTrinoType(text: string): ColumnType {
  const tokens = text.toLowerCase().match(/[a-z_][a-z0-9_]*|\d+|\S/g) ?? [];
  let next = 0;
  const fail = () => new Error(`Not a type that a column can have: ${text}`);
  const take = (token: string) => {
    if (tokens[next] !== token) throw fail();
    next += 1;
  };

  const type = (): ColumnType => {
    const name = tokens[next];
    next += 1;
    switch (name) {
      case 'varchar':
        return 'string';
      case 'boolean':
        return 'boolean';
      case 'integer':
        return 'int';
      case 'timestamp':
        take('(');
        take('3');
        take(')');
        return 'timestamp';
      case 'array': {
        take('(');
        const element = type();
        take(')');
        return { array: element };
      }
      case 'map': {
        take('(');
        take('varchar');
        take(',');
        const value = type();
        take(')');
        return { map: value };
      }
      case 'row': {
        const struct: Record<string, ColumnType> = {};
        take('(');
        for (;;) {
          const member = tokens[next];
          if (member === undefined || !/^[a-z_]/.test(member)) throw fail();
          next += 1;
          struct[member] = type();
          if (tokens[next] !== ',') break;
          next += 1;
        }
        take(')');
        return { struct };
      }
      default:
        throw fail();
    }
  };

  const parsed = type();
  if (next !== tokens.length) throw fail();
  return parsed;
}
