/** SQL without its comments, its texts left empty. */
export const codeOf = (sql: string) =>
  sql.replaceAll(/--[^\n]*|\/\*.*?\*\/|'(?:[^']|'')*'/gs, (found) =>
    found.startsWith("'") ? "''" : ' ',
  );

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
    ...[...code.matchAll(/\bUNNEST\s*\(/gi)]
      .flatMap(({ 0: { length }, index }) => argumentsAt(code, index + length))
      .filter((argument) => !portableArguments.some((pattern) => pattern.test(argument)))
      .map(
        (argument) =>
          `UNNEST(${argument}) differs between engines: unnest sequence(1, …) or transform(a, x -> x.member)`,
      ),
    ...[...code.matchAll(/;/g)].map(() => 'no semicolon'),
    ...[...code.matchAll(/"\$\w+"/g)].map(([column]) => `views have no ${column}`),
  ];
}

/** What gives an array of anything but structs. */
const portableArguments = [
  /^sequence\s*\(.*\)$/is,
  /^transform\s*\(.*,\s*(\w+)\s*->\s*\1\.\w+\s*\)$/is,
];

/** The arguments of a call, from behind its opening parenthesis on. */
function argumentsAt(code: string, start: number): string[] {
  const found = [''];
  let depth = 0;
  for (const char of code.slice(start)) {
    if (char === ')' && depth === 0) break;
    if (char === '(' || char === '[') depth += 1;
    if (char === ')' || char === ']') depth -= 1;
    if (char === ',' && depth === 0) found.push('');
    else found[found.length - 1] += char;
  }
  return found.map((argument) => argument.trim());
}
