import type { Dialect } from '../../src/rows/column-type.ts';

/** DuckDB's names of the types. */
export const duckdb: Dialect = {
  string: 'VARCHAR',
  json: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  array: (element) => `${element}[]`,
  map: (value) => `MAP(VARCHAR, ${value})`,
  struct: (members) =>
    `STRUCT(${members.map(({ name, type }) => `${quoteName(name)} ${type}`).join(', ')})`,
};

/** A name as SQL writes it. */
export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A text as SQL writes it. */
export const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A path that stands for itself in a pattern of paths. */
export const literalPath = (path: string) => path.replace(/[[*?]/g, (char) => `[${char}]`);
