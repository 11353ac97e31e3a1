import { text as textIn } from 'node:stream/consumers';
import {
  defineCommand,
  invocationPrefix,
  jsonOption,
  lakeFolderOf,
  lakeOption,
} from '../command.ts';
import type { Answer } from '../duckdb.ts';
import { UsageError } from '../errors.ts';
import { createProgress } from '../progress.ts';
import { isTooWide, layOutTable, recordLines, type TableCell } from '../table.ts';
import { counted, type Output, shellWord, type Terminal } from '../terminal.ts';

/** Rows whose widths lay the table out. */
const sampleRows = 1000;

/** Answers SQL from a lake. */
export const query = defineCommand({
  name: 'query',
  summary: 'ask a lake in SQL',
  positionals: '"SQL"',
  description: [
    'Runs SQL (DuckDB) over the table events: one row an event, with the columns that Athena has, and',
    'source and day, which a query is faster with. SQL as - is read from standard input.',
    'Prints a table; on a terminal its cells are cut to fit.',
  ],
  options: {
    lake: lakeOption,
    json: jsonOption('print a JSON object a row, whole: maps and structs as objects'),
  },
  example: `${invocationPrefix} query "SELECT event_time, event_name, actor_name FROM events WHERE outcome = 'failure'"`,
  async run({ values, positionals }, terminal) {
    const sql = await sqlIn(positionals, terminal);
    const folder = lakeFolderOf(values.lake, terminal);
    // Loaded here: nobody else needs the engine.
    const { openLake } = await import('../duckdb.ts');
    const lake = await openLake(folder);
    const { interrupted } = terminal;
    interrupted.addEventListener('abort', lake.interrupt);
    try {
      if (lake.isEmpty) {
        createProgress(terminal).note(
          `The lake ${folder} is empty. Put events into it: ${invocationPrefix} put --lake ${shellWord(folder)} FILE…`,
        );
      }
      const answer = await lake.ask(sql);
      if (answer.columns.length > 0) {
        await (values.json ? writeJson(answer, terminal) : writeTable(answer, terminal));
      }
      return interrupted.aborted ? 130 : 0;
    } catch (error) {
      if (interrupted.aborted) return 130;
      throw error;
    } finally {
      interrupted.removeEventListener('abort', lake.interrupt);
      lake.close();
    }
  },
});

async function sqlIn(positionals: readonly string[], terminal: Terminal): Promise<string> {
  const [sql, ...others] = positionals;
  if (sql === undefined)
    throw new UsageError('There is no SQL to run.', 'Write it in quotes: query "SELECT …"');
  if (others.length > 0) {
    throw new UsageError('The SQL has to be one argument.', 'Write it in quotes: query "SELECT …"');
  }
  return sql === '-' ? textIn(terminal.stdin) : sql;
}

async function writeJson(answer: Answer, { stdout, interrupted }: Terminal): Promise<void> {
  const { objectJson } = await import('../duckdb.ts');
  const names = answer.columns.map(({ name }) => name);
  for await (const rows of answer.rows()) {
    const lines = rows.map((row) => objectJson(names.map((name, at) => [name, row[at] ?? null])));
    await stdout.write(`${lines.join('\n')}\n`);
    if (interrupted.aborted) return;
  }
}

async function writeTable(answer: Answer, { stdout, interrupted }: Terminal): Promise<void> {
  const { textOf } = await import('../duckdb.ts');
  const { columns } = answer;
  if (columns[0]?.name === 'explain_key') return writePlan(answer, stdout);
  const maxWidth = stdout.columns;
  const style = {
    maxWidth,
    bold: (text: string) => stdout.style('bold', text),
    dim: (text: string) => stdout.style('dim', text),
  };
  let count = 0;
  const write = async (rows: readonly (readonly TableCell[])[]) => {
    table ??= layOutTable(columns, rows.slice(0, sampleRows), style);
    const { head, line } = table;
    const lines = isTooWide(columns, maxWidth)
      ? rows.flatMap((row, at) => [
          style.dim(`── row ${count + at + 1} ──`),
          ...recordLines(columns, row, style),
        ])
      : [...(count === 0 ? head : []), ...rows.map(line)];
    count += rows.length;
    if (lines.length > 0) await stdout.write(`${lines.join('\n')}\n`);
  };
  let table: ReturnType<typeof layOutTable> | undefined;

  for await (const rows of answer.rows()) {
    await write(rows.map((row) => row.map(textOf)));
    if (interrupted.aborted) return;
  }
  if (count === 0) await write([]);
  if (maxWidth !== undefined) await stdout.write(`${style.dim(counted(count, 'row'))}\n`);
}

/** A plan is a drawing of many lines. */
async function writePlan(answer: Answer, stdout: Output): Promise<void> {
  const { textOf } = await import('../duckdb.ts');
  for await (const rows of answer.rows()) {
    for (const [, plan = null] of rows) await stdout.write(`${textOf(plan)}\n`);
  }
}
