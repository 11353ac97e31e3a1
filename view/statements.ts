import { readFileSync } from 'node:fs';
import { conditions } from '../athena/conditions.ts';
import type { StatementName } from './answers.ts';
import { grainOf, type Scope } from './scope.ts';

const folder = new URL('sql/', import.meta.url);

/** A statement as its file has it, with its placeholders. */
export const statementText = (name: StatementName) =>
  readFileSync(new URL(`${name}.sql`, folder), 'utf8').trimEnd();

/**
 * A statement that answers for a scope. The text means the same to DuckDB with the functions of
 * Athena, and to Athena itself. Its placeholders are those below and the names of conditions; a line
 * whose placeholder has no value is left out.
 */
export function statementOf(name: StatementName, scope: Scope): string {
  const { since, until, accounts, asked = {} } = scope;
  const values: Readonly<Record<string, string | undefined>> = {
    since: quoted(since),
    until: quoted(until),
    grain: quoted(grainOf(scope)),
    accounts: accounts.length > 0 ? accounts.map(quoted).join(', ') : undefined,
    askedsince: asked.since && quoted(asked.since),
    askeduntil: asked.until && quoted(asked.until),
    ...conditions,
  };
  return statementText(name)
    .split('\n')
    .flatMap((line) => {
      const [, placeholder] = /:([a-z]+)\b/.exec(line) ?? [];
      if (placeholder !== undefined && values[placeholder] === undefined) return [];
      return line.replace(/:([a-z]+)\b/g, (found, one: string) => values[one] ?? found);
    })
    .join('\n');
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
