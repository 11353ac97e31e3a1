import { readdirSync, readFileSync } from 'node:fs';
import { typeIn } from '../src/rows/column-type.ts';
import { trino } from './dialects.ts';
import { writtenOut } from './json-sql.ts';
import { portabilityFaults } from './portable.ts';
import { relationsIn, selectColumns } from './select-list.ts';
import type { Relation, SqlColumn } from './tables.ts';
import { glueColumns } from './tables.ts';

/** A view: one file of athena/views/, named like it. */
export interface View extends Relation {
  /** One SELECT in SQL that means the same on Athena and on Trino; its columns are named. */
  readonly sql: string;
  /** The relations that it selects from: tables of events and other views. */
  readonly from: readonly string[];
}

/** The folder with the views of the lake. */
export const viewsFolder = new URL('views/', import.meta.url);

/**
 * Reads every view of a folder. A file starts with comment lines, which are the description, and
 * holds one SELECT. `SELECT * FROM x` and `x.*`, where x is a table or a view, stand for all of its
 * columns by name: a new column is then one entry in the schema, and the stored view still names each.
 * `MAP_OF(column)` and the other names of `jsonSql` are written out.
 * @param tables the relations that views may select from, beside other views
 * @throws Error that names the file and what is wrong with it
 */
export function readViews(tables: readonly Relation[], folder: URL = viewsFolder): View[] {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
  const texts = new Map(
    names.map((name) => [name, readFileSync(new URL(`${name}.sql`, folder), 'utf8')]),
  );
  const views = new Map<string, View>();
  const open: string[] = [];
  const relation = (name: string): Relation | undefined =>
    tables.find((table) => table.name === name) ?? (texts.has(name) ? view(name) : undefined);

  function view(name: string): View {
    const known = views.get(name);
    if (known) return known;
    if (open.includes(name)) {
      throw new Error(`athena/views: ${[...open, name].join(' selects from ')}`);
    }
    open.push(name);
    const made = viewOf(name, texts.get(name) ?? '', relation);
    open.pop();
    views.set(name, made);
    return made;
  }
  return names.map(view);
}

function viewOf(
  name: string,
  text: string,
  relation: (name: string) => Relation | undefined,
): View {
  const fail = (reason: string) => new Error(`athena/views/${name}.sql: ${reason}`);
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw fail('a view is named in lower_snake_case');
  // The stored text is base64 of it, and what Fn::Base64 makes of other characters is not documented.
  if (!/^[\n\x20-\x7e]*$/.test(text)) throw fail('only ASCII, without tabs');

  const lines = text.trim().split('\n');
  const body = lines.findIndex((line) => !line.startsWith('--'));
  const description = lines
    .slice(0, body)
    .map((line) => line.replace(/^-- ?/, ''))
    .join(' ');
  if (body < 1) throw fail('starts with a comment that says what it is for, then one SELECT');
  const written = lines.slice(body).join('\n').trim();

  const namesIn = (from: string) =>
    relation(from)
      ?.columns.map((column) => column.name)
      .join(', ');
  const sql = writtenOut(written)
    .replaceAll(/\bSELECT\s+\*\s+FROM\s+([a-z_][a-z0-9_]*)/gi, (whole, from: string) =>
      whole.replace('*', namesIn(from) ?? '*'),
    )
    .replaceAll(/\b([a-z_][a-z0-9_]*)\.\*/gi, (whole, from: string) => namesIn(from) ?? whole);
  const from = relationsIn(sql).filter((name) => relation(name) !== undefined);
  const known: SqlColumn[] = from.flatMap((name) => relation(name)?.columns ?? []);
  const [fault] = portabilityFaults(sql);
  if (fault !== undefined) throw fail(fault);
  try {
    const columns = selectColumns(sql, known).map((column) => ({
      ...column,
      description: column.description || `Column of the view ${name}.`,
    }));
    return { name, description, columns, sql, from };
  } catch (error) {
    throw fail(Error.isError(error) ? error.message : String(error));
  }
}

/** A branch of a view's SQL: a SELECT from one table of events, of those that a UNION ALL joins. */
export interface Branch {
  readonly table: string;
  readonly sql: string;
}

/**
 * The branches of a view that selects from several tables of events, one of each. Such a view reads
 * only the tables that a lake has rows in; any other view is of one piece, and has none.
 */
export function branchesOf({ sql }: View, tables: readonly Relation[]): Branch[] {
  const branches = sql.split(/^UNION ALL$/m).map((branch) => {
    const [table, ...others] = relationsIn(branch);
    return { sql: branch.trim(), table: others.length === 0 ? table : undefined };
  });
  const ofTables = branches.filter(({ table }) => tables.some(({ name }) => name === table));
  return branches.length > 1 && ofTables.length === branches.length ? (ofTables as Branch[]) : [];
}

/** The SQL of some branches of a view. */
export const joined = (branches: readonly Branch[]) =>
  branches.map(({ sql }) => sql).join('\nUNION ALL\n');

/**
 * The `TableInput` of a view, in the form in which Athena itself keeps views in the Glue catalogue.
 * AWS does not document it; Trino reads it (`ViewReaderUtil`), and it needs `comment` as much as
 * `presto_view`.
 * @param text its `ViewOriginalText`, see viewText
 */
export function viewInput(view: View, text: unknown) {
  return {
    Name: view.name,
    Description: view.description,
    TableType: 'VIRTUAL_VIEW',
    Parameters: { presto_view: 'true', comment: 'Presto View' },
    ViewOriginalText: text,
    ViewExpandedText: '/* Presto View */',
    PartitionKeys: [],
    StorageDescriptor: { Columns: glueColumns(view.columns), Location: '', SerdeInfo: {} },
  };
}

/**
 * The text of a view: base64 of its SQL and its columns.
 * @param database name of the parameter with the database's name
 */
export function viewText({ sql, columns }: Pick<View, 'sql' | 'columns'>, database: string) {
  const definition = JSON.stringify({
    catalog: 'awsdatacatalog',
    schema: '{database}',
    originalSql: sql,
    columns: columns.map(({ name, type }) => ({ name, type: typeIn(trino, type) })),
  });
  return {
    'Fn::Sub': [
      `/* Presto View: \${definition} */`,
      {
        definition: {
          'Fn::Base64': {
            'Fn::Sub': definition
              .replaceAll('${', '${!')
              .replace('"{database}"', () => `"\${${database}}"`),
          },
        },
      },
    ],
  };
}
