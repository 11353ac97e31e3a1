import { parseTrinoType } from '../../athena/dialects.ts';
import { jsonSql } from '../../athena/json-sql.ts';
import { eventTables } from '../../athena/tables.ts';
import type { View } from '../../athena/views.ts';
import { readViews } from '../../athena/views.ts';
import type { ColumnType } from '../../src/rows/column-type.ts';
import { typeIn } from '../../src/rows/column-type.ts';
import { duckdb, quoteText } from './duckdb-dialect.ts';

/**
 * Statements that make DuckDB answer as Athena does, over a relation `events`: functions that it lacks
 * or means otherwise, and the other views of athena/views/, each after those that it selects from.
 */
export function athenaStatements(): string[] {
  const views = inOrder(readViews(eventTables).filter(({ name }) => name !== 'events'));
  return [
    ...athenaFunctions,
    ...views.map(({ name, sql }) => `CREATE OR REPLACE VIEW ${name} AS\n${duckdbSql(sql)}`),
  ];
}

/** A function of two arguments or more: a macro has so many and no more, so there is one for each number up to 16. */
const ofMany = (name: string, body: (args: readonly string[]) => string) => {
  const macros = Array.from({ length: 15 }, (_, others) => {
    const args = Array.from({ length: 2 + others }, (_, at) => `x${at}`);
    return `(${args.join(', ')}) AS ${body(args)}`;
  });
  return `${name} ${macros.join(', ')}`;
};

/** NULL where any argument is. */
const strict = (name: string) =>
  ofMany(name, (args) => {
    const all = args.map((arg) => `${arg} IS NOT NULL`).join(' AND ');
    return `CASE WHEN ${all} THEN system.main.${name}(${args.join(', ')}) END`;
  });

/** MySQL's letters, by which Athena writes times, and DuckDB's: names, numbers without a zero before, the time. */
const letters = {
  '%M': '%B',
  '%W': '%A',
  '%c': '%-m',
  '%e': '%-d',
  '%k': '%-H',
  '%l': '%-I',
  '%h': '%I',
  '%i': '%M', // after the name of the month
  '%s': '%S',
};

const inOwnLetters = Object.entries(letters).reduce(
  (text, [letter, own]) => `replace(${text}, '${letter}', '${own}')`,
  'pattern',
);

/**
 * Functions of Athena under their own names and with their own meaning. DuckDB has some of these
 * names: its `max_by` passes over rows where the first argument is NULL, its `element_at` gives a list,
 * its `concat` and `greatest` pass over NULL, its `regexp_replace` ends with the first match. By
 * `system.main` a macro calls what it stands in place of.
 * Trino documentation, "Functions and operators"; DuckDB documentation, "Functions".
 */
const athenaFunctions: readonly string[] = [
  'approx_distinct(x) AS approx_count_distinct(x)',
  'approx_percentile(x, share) AS approx_quantile(x, share)',
  'arbitrary(x) AS any_value(x)',
  'array_join(list, separator) AS array_to_string(list, separator)',
  'cardinality(list) AS len(list)',
  'count_if(x) AS count(*) FILTER (WHERE x)', // DuckDB's own is NULL where no row has a value
  ofMany('concat', (args) => args.join(' || ')),
  "date_add(unit, n, t) AS CASE unit WHEN 'day' THEN t + to_days(n) WHEN 'hour' THEN t + to_hours(n) " +
    "WHEN 'minute' THEN t + to_minutes(n) WHEN 'second' THEN t + to_seconds(n) ELSE error('unit: ' || unit) END, " +
    '(t, i) AS t + i', // DuckDB's own
  // Whole units that have passed; DuckDB's own counts the boundaries between.
  'date_diff(unit, earlier, later) AS date_sub(unit, earlier, later)',
  `date_format(t, pattern) AS strftime(t, ${inOwnLetters})`,
  'day_of_week(t) AS isodow(t)',
  'element_at(collection, key) AS collection[key]',
  'from_iso8601_date(text) AS CAST(text AS DATE)',
  'from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)',
  'from_unixtime(seconds) AS to_timestamp(seconds)',
  'from_utf8(bytes) AS decode(bytes)',
  strict('greatest'),
  "json_array_get(json, n) AS CASE WHEN json_valid(json) THEN json_extract(json, concat('$[', " +
    "CASE WHEN n < 0 THEN '#' ELSE '' END, n, ']')) END",
  // Not `json_extract` as well, which is what DuckDB's own `->` is made of.
  'json_extract_scalar(json, path) AS CASE WHEN json_valid(json) THEN ' +
    "CASE WHEN json_type(json, path) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(json, path) END END",
  'json_format(json) AS CAST(json AS VARCHAR)',
  'json_parse(text) AS CAST(text AS JSON)',
  strict('least'),
  'max_by(x, y) AS arg_max_null(x, y), (x, y, n) AS arg_max(x, y, n)',
  'min_by(x, y) AS arg_min_null(x, y), (x, y, n) AS arg_min(x, y, n)',
  'regexp_extract(text, pattern) AS ' +
    'CASE WHEN regexp_matches(text, pattern) THEN system.main.regexp_extract(text, pattern) END, ' +
    '(text, pattern, part) AS ' +
    'CASE WHEN regexp_matches(text, pattern) THEN system.main.regexp_extract(text, pattern, part) END',
  'regexp_like(text, pattern) AS regexp_matches(text, pattern)',
  // Every match, and `$1` for what DuckDB writes `\1`; with options it is DuckDB's own, which takes constants.
  "regexp_replace(text, pattern) AS system.main.regexp_replace(text, pattern, '', 'g'), " +
    '(text, pattern, word) AS system.main.regexp_replace(text, pattern, ' +
    String.raw`system.main.regexp_replace(word, '\$(\d)', '\\\1', 'g'), 'g'), ` +
    "(text, pattern, word, options) AS CASE options WHEN 'g' THEN " +
    "system.main.regexp_replace(text, pattern, word, 'g') ELSE error('options: ' || options) END",
  "replace(text, part) AS system.main.replace(text, part, ''), " +
    '(text, part, word) AS system.main.replace(text, part, word)',
  'sequence(first, last) AS generate_series(first, last)',
  'split_part(text, separator, n) AS string_split(text, separator)[n]',
  // With the milliseconds that the columns have.
  "to_iso8601(t) AS CASE typeof(t) WHEN 'DATE' THEN strftime(t, '%Y-%m-%d') " +
    "WHEN 'TIMESTAMP WITH TIME ZONE' THEN strftime(t, '%Y-%m-%dT%H:%M:%S.%gZ') " +
    "ELSE strftime(t, '%Y-%m-%dT%H:%M:%S.%g') END",
  'to_unixtime(t) AS epoch(t)',
].map((macro) => `CREATE OR REPLACE MACRO ${macro}`);

/** Views after those that they select from. */
function inOrder(views: readonly View[]): View[] {
  const ordered = new Set<View>();
  const add = (view: View) => {
    for (const other of views) if (view.from.includes(other.name)) add(other);
    ordered.add(view);
  };
  views.forEach(add);
  return [...ordered];
}

/**
 * SQL of Athena in DuckDB's words, where it has others for the same: what views say of JSON columns; casts
 * from JSON to a row, and of an array of rows to one with other names; lists taken apart.
 */
function duckdbSql(sql: string): string {
  return jsonWords
    .reduce((text, { athena, duckdb: own }) => text.replaceAll(athena, own), sql)
    .replaceAll(castPattern(String.raw`json_parse\((\w+)\)`), (_, column: string, type: string) => {
      const parsed = parseTrinoType(type);
      const structure = quoteText(JSON.stringify(jsonStructure(parsed)));
      return `CAST(json_transform(${column}, ${structure}) AS ${typeIn(duckdb, parsed)})`;
    })
    .replaceAll(castPattern('resources', 'array'), (_, type: string) => {
      // By place, as Athena casts rows; DuckDB casts structs by name.
      return resourcesAs(type, ['r.arn', 'r.account', 'r.type']);
    })
    .replaceAll(
      castPattern(String.raw`transform\(resources, r -> ROW\((${nested(2)})\)\)`, 'array'),
      (_, members: string, type: string) => resourcesAs(type, members.split(', ')),
    )
    .replaceAll(/\btransform\((\w+), (\w+) -> /g, 'list_transform($1, lambda $2: ')
    .replaceAll(unnestPattern, (_, from: string, list: string, name: string) => {
      // Beside a column, as DuckDB takes no filter on partitions through a join of it.
      return `FROM (SELECT *, UNNEST(${list}) AS ${name} FROM ${from})`;
    });
}

/** The resources of an event with the names of a type of Athena's. */
function resourcesAs(type: string, from: readonly string[]): string {
  const parsed = parseTrinoType(type) as { array: { struct: Record<string, ColumnType> } };
  const members = Object.keys(parsed.array.struct).map((name, at) => `${name} := ${from[at]}`);
  return `list_transform(resources, lambda r: struct_pack(${members.join(', ')}))`;
}

/** What `jsonSql` says of a column, `\w+`, and how DuckDB says it. */
const jsonWords: readonly { readonly athena: RegExp; readonly duckdb: string }[] = [
  {
    athena: patternOf(jsonSql.MAP_OF('COLUMN')),
    duckdb: 'TRY_CAST(TRY_CAST($1 AS JSON) AS MAP(VARCHAR, VARCHAR))',
  },
  {
    athena: patternOf(jsonSql.PATCHED('COLUMN', 'COLUMN')),
    duckdb: 'TRY(CAST(json_merge_patch($1, $2) AS VARCHAR))',
  },
  { athena: /json_format\(CAST\(([\w.]+) AS json\)\)/g, duckdb: 'CAST(to_json($1) AS VARCHAR)' },
];

/** Matches a text in which `COLUMN` stands for any name. */
function patternOf(text: string): RegExp {
  return new RegExp(RegExp.escape(text).replaceAll('COLUMN', String.raw`(\w+)`), 'g');
}

/** Matches text in which every parenthesis that opens is closed. */
const nested = (depth: number): string =>
  depth === 0 ? '[^()]*' : String.raw`[^()]*(?:\(${nested(depth - 1)}\)[^()]*)*`;

/** `CAST(what AS type(…))`, the type up to the parenthesis that closes it. */
const castPattern = (what: string, type = 'row') =>
  new RegExp(String.raw`CAST\(${what} AS (${type}\(${nested(6)}\))\)`, 'g');

/** `FROM relation CROSS JOIN UNNEST(list) AS t(name)` */
const unnestPattern = new RegExp(
  String.raw`FROM (\w+)\s+CROSS JOIN UNNEST\((${nested(3)})\) AS t\((\w+)\)`,
  'g',
);

/** What DuckDB's json_transform is told; it reads keys as they are spelt. */
function jsonStructure(type: ColumnType): unknown {
  if (typeof type === 'object' && 'array' in type) return [jsonStructure(type.array)];
  if (typeof type !== 'object' || !('struct' in type)) return typeIn(duckdb, type);
  return Object.fromEntries(
    Object.entries(type.struct).map(([name, member]) => [spelt(name), jsonStructure(member)]),
  );
}

/** Keys of CloudTrail records as they spell them (AWS CloudTrail User Guide, "CloudTrail record contents"). */
const recordKeys = [
  'accessKeyId',
  'accountId',
  'cipherSuite',
  'clientProvidedHostHeader',
  'conditionKeys',
  'creationDate',
  'credentialsIssuedTo',
  'ec2IssuedInVpc',
  'ec2RoleDelivery',
  'federatedProvider',
  'identityProvider',
  'identityStoreArn',
  'inScopeOf',
  'invokedBy',
  'issuerType',
  'mfaAuthenticated',
  'onBehalfOf',
  'originalEventID',
  'originalRequestID',
  'principalId',
  'principalTags',
  'requestContext',
  'resourceTags',
  'sessionContext',
  'sessionIssuer',
  'sourceAccount',
  'sourceArn',
  'sourceIdentity',
  'tagContext',
  'tlsVersion',
  'updatedFields',
  'userId',
  'userName',
  'webIdFederationData',
];

const spelt = (name: string) => recordKeys.find((key) => key.toLowerCase() === name) ?? name;
