/** SQL without its comments, its texts left empty. */
export const codeOf = (sql: string) =>
  sql.replaceAll(/--[^\n]*|'(?:[^']|'')*'/g, (found) => (found.startsWith('--') ? ' ' : "''"));

/**
 * SQL that Athena and Trino take to mean different things, or that one of them refuses.
 *
 * Athena keeps the struct of an `array<struct>` in one column when it unnests it, and refuses such a
 * form inside a view; Trino makes a column of each member. Both agree on arrays of anything else, so
 * an array of structs is unnested by its indices, `UNNEST(sequence(1, …)) AS t(n)` and then
 * `element_at(a, n).member`, or member by member, `UNNEST(transform(a, x -> x.member)) AS t(member)`.
 *
 * Sources: Amazon Athena User Guide, "Query arrays with complex types", whose form it is; Trino
 * documentation, "SELECT", UNNEST.
 * @returns what is wrong, a sentence each; nothing where all is well
 */
export function portabilityFaults(sql: string): string[] {
  const code = codeOf(sql);
  return [
    ...[...code.matchAll(/\bUNNEST\s*\(\s*(?!(?:sequence|transform)\s*\()([^\s(),]*)/gi)].map(
      ([, what]) =>
        `UNNEST(${what}…) differs between engines: unnest sequence(1, …) or transform(…)`,
    ),
    ...[...code.matchAll(/;/g)].map(() => 'no semicolon'),
    ...[...code.matchAll(/"\$\w+"/g)].map(([column]) => `views have no ${column}`),
  ];
}
