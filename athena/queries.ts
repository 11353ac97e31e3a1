import { readdirSync, readFileSync } from 'node:fs';
import { athenaSqlOf, isFilter, type NamedSql, readNamedSql } from './named-sql.ts';
import { portabilityFaults } from './portable.ts';

/** A query that is saved in the workgroup: one file of athena/queries/, named like it. */
export interface NamedQuery extends NamedSql {
  readonly name: string;
  /** What to change before it is run in Athena. */
  readonly change: string;
  /** The question and what to change, as Athena shows them. */
  readonly description: string;
  /** All that Athena saves: comments show in its editor. */
  readonly sql: string;
}

/** The folder with the named queries of the lake. */
export const queriesFolder = new URL('queries/', import.meta.url);

/** Athena API Reference, NamedQuery. */
const limits = { name: 128, description: 1024, bytes: 262_144 };

/** Characters of a line of comment. */
const commentWidth = 110;

/**
 * Reads every query of a folder; see named-sql.ts for what a file holds. In its head, `Change:` says what may
 * have another name elsewhere, and `Note:` what else to know of the answer.
 * @throws Error that names the file and what is wrong with it
 */
export function readQueries(folder: URL = queriesFolder): NamedQuery[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) =>
      queryOf(file.slice(0, -'.sql'.length), readFileSync(new URL(file, folder), 'utf8')),
    );
}

function queryOf(name: string, text: string): NamedQuery {
  const fail = (reason: string) => new Error(`athena/queries/${name}.sql: ${reason}`);
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw fail('a query is named in lower_snake_case');
  if (!/^[\n\x20-\x7e]*$/.test(text)) throw fail('only ASCII, without tabs');
  let named: NamedSql;
  try {
    named = readNamedSql(text);
  } catch (error) {
    throw fail((error as Error).message);
  }
  const change = `Change: ${changesOf(named).join('; ')}.`;
  const note = named.notes.get('Note');
  const said = [named.question, change, ...(note === undefined ? [] : [note])];
  const description = said.join(' ');
  const sql = [...said.flatMap(commented), athenaSqlOf(named)].join('\n');
  const [fault] = portabilityFaults(sql);
  if (fault !== undefined) throw fail(fault);
  if (description.length > limits.description || name.length > limits.name) throw fail('too long');
  if (Buffer.byteLength(sql) > limits.bytes) throw fail('too long for Athena');
  return { ...named, name, change, description, sql };
}

function changesOf({ parameters, notes }: NamedSql): string[] {
  const change = notes.get('Change');
  return [
    ...parameters.flatMap(({ name, days, example }) => {
      if (days !== undefined) return ['the days'];
      return example === undefined ? [] : [`the ${name} ${example}`];
    }),
    ...(change === undefined ? [] : [change.replace(/\.$/, '')]),
    ...(parameters.some(isFilter) ? ['take -- away before a filter to use it'] : []),
  ];
}

/** A text as lines of comment. */
function commented(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= commentWidth) lines[lines.length - 1] = longer;
    else lines.push(`-- ${word}`);
  }
  return lines;
}
