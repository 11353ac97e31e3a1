/** SQL that Athena takes and DuckDB does not, whatever functions it is given. */
export const notOnDuckdb: readonly { readonly what: string; readonly sql: readonly string[] }[] = [
  {
    what: '`transform`, `any_match`, `map_filter` and other functions that take a function',
    sql: [
      'SELECT transform(ARRAY[1, 2], x -> x + 1)',
      'SELECT any_match(ARRAY[1, 2], x -> x > 1)',
      'SELECT reduce(ARRAY[1, 2], 0, (s, x) -> s + x, s -> s)',
      "SELECT map_filter(MAP(ARRAY['a'], ARRAY[1]), (k, v) -> v > 0)",
    ],
  },
  {
    what: '`UNNEST` of several arrays at once, or of a map',
    sql: [
      'SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY[3, 4]) AS t(a, b)',
      "SELECT k, v FROM UNNEST(MAP(ARRAY['a'], ARRAY[1])) AS t(k, v)",
    ],
  },
  { what: '`VALUES 1, 2` without parentheses', sql: ['SELECT x FROM (VALUES 1, 2) AS t(x)'] },
  {
    what: '`cardinality` of a map; `map_agg`',
    sql: [
      'SELECT cardinality(tags) FROM instance_events',
      'SELECT map_agg(event_id, kind) FROM events',
    ],
  },
  {
    what: '`slice`, `arrays_overlap`, `array_union`, `array_max` and other array functions',
    sql: [
      'SELECT slice(ARRAY[1, 2, 3], 1, 2)',
      'SELECT arrays_overlap(ARRAY[1], ARRAY[1])',
      'SELECT array_union(ARRAY[1], ARRAY[2])',
      'SELECT array_max(ARRAY[1, 2])',
    ],
  },
  {
    what: '`date_parse`, `parse_datetime`, `format_datetime`, `at_timezone`; `date_add` of weeks, months and years',
    sql: [
      "SELECT date_parse('2026/11/17', '%Y/%m/%d')",
      "SELECT parse_datetime('2026', 'yyyy')",
      "SELECT format_datetime(TIMESTAMP '2026-11-17 21:14:03', 'yyyy')",
      "SELECT at_timezone(from_iso8601_timestamp('2026-11-17T21:14:03Z'), 'Europe/Berlin')",
      "SELECT date_add('month', 1, DATE '2026-11-17')",
    ],
  },
  {
    what: "a time with a zone and without seconds, `TIMESTAMP '2026-11-17 21:14 UTC'`; weeks in `from_iso8601_date`",
    sql: ["SELECT TIMESTAMP '2026-11-17 21:14 UTC'", "SELECT from_iso8601_date('2026-W47-2')"],
  },
  {
    what: '`json_size`, `json_array_contains`; `json_extract` of text that is not JSON; JSON paths in brackets, `$["a b"]`',
    sql: [
      `SELECT json_size('{"a":[1, 2]}', '$.a')`,
      "SELECT json_array_contains('[1, 2]', 1)",
      "SELECT json_extract('no JSON', '$.a')",
      `SELECT json_extract_scalar('{"a b":1}', '$["a b"]')`,
    ],
  },
  {
    what: '`regexp_count`, `regexp_split`; look-ahead and look-behind in regular expressions',
    sql: [
      "SELECT regexp_count('aa', 'a')",
      "SELECT regexp_split('a1b', '[0-9]')",
      "SELECT regexp_like('ab', 'a(?=b)')",
    ],
  },
  {
    what: '`listagg`, `url_extract_host` and other URL functions; `from_utf8` of bytes that are not text',
    sql: [
      "SELECT listagg(kind, ',') WITHIN GROUP (ORDER BY kind) FROM events",
      "SELECT url_extract_host('https://a.example/b')",
      "SELECT from_utf8(from_base64('/w=='))",
    ],
  },
  { what: 'casts to `array(…)`', sql: ['SELECT CAST(NULL AS array(varchar))'] },
  { what: 'the type `IPADDRESS`', sql: ["SELECT CAST('203.0.113.5' AS IPADDRESS)"] },
  {
    what: "Athena's tables by their own names (query `events` instead), and its catalogue",
    sql: ['SELECT count(*) FROM events_json', 'SHOW CREATE VIEW events'],
  },
];

/** SQL that both take and answer otherwise. */
export const otherwiseOnDuckdb: readonly {
  readonly sql: string;
  readonly athena: unknown;
  readonly duckdb: unknown;
  /** What to write for one answer on both; there is nothing where both only come near. */
  readonly write?: string;
  /** That answer, where it is not Athena's to `sql`. */
  readonly gives?: unknown;
}[] = [
  {
    sql: "CAST(DATE '2026-11-19' - INTERVAL '7' DAY AS varchar)",
    athena: '2026-11-12',
    duckdb: '2026-11-12 00:00:00',
    write: "date_format(DATE '2026-11-19' - INTERVAL '7' DAY, '%Y-%m-%d')",
  },
  {
    sql: "CAST(TIMESTAMP '2026-11-17 21:14:03.000' AS varchar)",
    athena: '2026-11-17 21:14:03.000',
    duckdb: '2026-11-17 21:14:03',
    write: "date_format(TIMESTAMP '2026-11-17 21:14:03.000', '%Y-%m-%d %H:%i:%s')",
    gives: '2026-11-17 21:14:03',
  },
  {
    sql: "to_iso8601(TIMESTAMP '2026-11-17 21:14:03')",
    athena: '2026-11-17T21:14:03',
    duckdb: '2026-11-17T21:14:03.000',
    write: "to_iso8601(TIMESTAMP '2026-11-17 21:14:03.000')",
    gives: '2026-11-17T21:14:03.000',
  },
  { sql: '7 / 2', athena: 3, duckdb: 3.5, write: 'CAST(floor(7 / 2) AS integer)' },
  {
    sql: '10 / 3.0',
    athena: '3.3',
    duckdb: 3.3333333333333335,
    write: '10 / 3e0',
    gives: 3.3333333333333335,
  },
  { sql: 'TRY(1 / 0)', athena: null, duckdb: 'Infinity', write: '1 / nullif(0, 0)' },
  {
    sql: 'CAST(1e0 AS varchar)',
    athena: '1.0E0',
    duckdb: '1.0',
    write: 'CAST(CAST(1e0 AS decimal(2, 1)) AS varchar)',
    gives: '1.0',
  },
  { sql: "substr('abc', 0)", athena: '', duckdb: 'abc', write: "substr('abc', 1)", gives: 'abc' },
  {
    sql: "contains(ARRAY['a', NULL], 'b')",
    athena: null,
    duckdb: false,
    write: "coalesce(contains(ARRAY['a', NULL], 'b'), false)",
    gives: false,
  },
  {
    sql: `json_extract_scalar('{"a":1.50}', '$.a')`,
    athena: '1.50',
    duckdb: '1.5',
    write: `CAST(json_extract_scalar('{"a":1.50}', '$.a') AS double)`,
    gives: 1.5,
  },
  {
    sql: '(SELECT approx_percentile(x, 0.5) FROM (VALUES (1), (2), (3), (4)) AS t(x))',
    athena: 3,
    duckdb: 2,
  },
];
