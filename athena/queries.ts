import { readdirSync, readFileSync } from 'node:fs';
import { portabilityFaults } from './portable.ts';

/** A query that is saved in the workgroup: one file of athena/queries/, named like it. */
export interface NamedQuery {
  readonly name: string;
  /** What it answers. */
  readonly question: string;
  /** What to change before it is run. */
  readonly change: string;
  /** Both, as Athena shows them. */
  readonly description: string;
  /** All of the file: comments show in the editor. */
  readonly sql: string;
}

/** The folder with the named queries of the lake. */
export const queriesFolder = new URL('queries/', import.meta.url);

/** Athena API Reference, NamedQuery. */
const limits = { name: 128, description: 1024, bytes: 262_144 };

/**
 * Reads every query of a folder. A file starts with comment lines: what the query answers, then what
 * to change, from `Change:` on.
 * @throws Error that names the file and what is wrong with it
 */
export function readQueries(folder: URL = queriesFolder): NamedQuery[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) =>
      queryOf(file.slice(0, -'.sql'.length), readFileSync(new URL(file, folder), 'utf8').trim()),
    );
}

function queryOf(name: string, sql: string): NamedQuery {
  const fail = (reason: string) => new Error(`athena/queries/${name}.sql: ${reason}`);
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw fail('a query is named in lower_snake_case');
  if (!/^[\n\x20-\x7e]*$/.test(sql)) throw fail('only ASCII, without tabs');
  const lines = sql.split('\n');
  const body = lines.findIndex((line) => !line.startsWith('--'));
  const comment = lines
    .slice(0, body)
    .map((line) => line.replace(/^-- ?/, ''))
    .join(' ');
  const [, question, change] = /^(.+?) (Change: .+)$/.exec(comment) ?? [];
  if (!question || !change) throw fail('starts with what it answers, then "Change: …"');
  const [fault] = portabilityFaults(sql);
  if (fault !== undefined) throw fail(fault);
  if (comment.length > limits.description || name.length > limits.name) throw fail('too long');
  if (Buffer.byteLength(sql) > limits.bytes) throw fail('too long for Athena');
  return { name, question, change, description: comment, sql };
}
