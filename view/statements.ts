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
 * Athena, and to Athena itself. Placeholders are `:since`, `:until`, `:grain`, and `:accounts`, whose
 * line is left out where all accounts are meant; the name of a condition stands for its SQL.
 */
export function statementOf(name: StatementName, { since, until, accounts }: Scope): string {
  const values: Readonly<Record<string, string>> = {
    ':since': quoted(since),
    ':until': quoted(until),
    ':grain': quoted(grainOf({ since, until })),
    ':accounts': accounts.map(quoted).join(', '),
  };
  return statementText(name)
    .split('\n')
    .filter((line) => accounts.length > 0 || !line.includes(':accounts'))
    .join('\n')
    .replace(/:[a-z]+\b/g, (name) => values[name] ?? conditions[name.slice(1)] ?? name);
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
