/** SQL that Athena takes and DuckDB does not, whatever functions it is given. */
export const notOnDuckdb: readonly { readonly what: string; readonly sql: readonly string[] }[] = [
  {
    what: '`transform`, `any_match` and others that take a function',
    sql: [
      'SELECT transform(ARRAY[1, 2], x -> x + 1)',
      'SELECT any_match(ARRAY[1, 2], x -> x > 1)',
      'SELECT reduce(ARRAY[1, 2], 0, (s, x) -> s + x, s -> s)',
    ],
  },
  {
    what: '`UNNEST` of several arrays at once',
    sql: ['SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY[3, 4]) AS t(a, b)'],
  },
  { what: '`cardinality` of a map', sql: ['SELECT cardinality(tags) FROM instance_events'] },
  { what: '`replace` with two arguments', sql: ["SELECT replace('abc', 'b')"] },
  { what: '`date_parse`', sql: ["SELECT date_parse('2026/11/17', '%Y/%m/%d')"] },
  { what: 'casts to `array(…)`', sql: ['SELECT CAST(NULL AS array(varchar))'] },
  {
    what: 'JSON paths in brackets, `$["a b"]`',
    sql: [`SELECT json_extract_scalar('{"a b":1}', '$["a b"]')`],
  },
  { what: 'the type `IPADDRESS`', sql: ["SELECT CAST('203.0.113.5' AS IPADDRESS)"] },
  {
    what: "Athena's tables by their own names (ask `events`), and what its catalogue knows of them",
    sql: ['SELECT count(*) FROM events_json', 'SHOW CREATE VIEW events'],
  },
];

/** SQL that both take and answer otherwise. */
export const otherwiseOnDuckdb: readonly {
  readonly sql: string;
  readonly athena: unknown;
  readonly duckdb: unknown;
  readonly write: string;
}[] = [
  {
    sql: "CAST(DATE '2026-11-19' - INTERVAL '7' DAY AS varchar)",
    athena: '2026-11-12',
    duckdb: '2026-11-12 00:00:00',
    write: "date_format(DATE '2026-11-19' - INTERVAL '7' DAY, '%Y-%m-%d')",
  },
  { sql: '7 / 2', athena: 3, duckdb: 3.5, write: 'CAST(floor(7 / 2) AS integer)' },
];
