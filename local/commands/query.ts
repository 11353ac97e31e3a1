import { text as textIn } from 'node:stream/consumers';
import {
  defineCommand,
  invocationPrefix,
  jsonOption,
  lakeFolderOf,
  lakeOption,
} from '../command.ts';
import { UsageError } from '../errors.ts';
import { createProgress } from '../progress.ts';
import { shellWord, type Terminal } from '../terminal.ts';

/** Answers SQL from a lake. */
export const query = defineCommand({
  name: 'query',
  summary: 'ask a lake in SQL',
  positionals: '"SQL"',
  description: [
    'Runs SQL (DuckDB) over the table events: one row an event, with the columns that Athena has, and',
    'source and day, which a query is faster with; and the table failures: what could not become rows.',
    'The views of docs/athena.md are there too, such as instance_events. SQL as - is read from standard input.',
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
    const [{ openLake }, { writeJson, writeTable }] = await Promise.all([
      import('../duckdb.ts'),
      import('../answer.ts'),
    ]);
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
