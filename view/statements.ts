import { readFileSync } from 'node:fs';
import { conditions } from '../athena/conditions.ts';
import type { StatementName } from './answers.ts';
import { grainOf, type Scope } from './scope.ts';
import { shared } from './shared.ts';

const folder = new URL('sql/', import.meta.url);

/** A statement as its file has it with what it shares, and with the placeholders of a scope. */
export const statementText = (name: StatementName) =>
  filled(readFileSync(new URL(`${name}.sql`, folder), 'utf8').trimEnd(), shared);

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
      return filled(line, values);
    })
    .join('\n');
}

/** Puts values for placeholders; those without one stay. */
const filled = (sql: string, values: Readonly<Record<string, string | undefined>>) =>
  sql.replace(/:([a-z]+)\b/g, (found, name: string) => values[name] ?? found);

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
