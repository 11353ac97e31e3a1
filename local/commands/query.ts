import { text as textIn } from 'node:stream/consumers';
import { UsageError } from '../errors.ts';
import { askLake } from '../lake/ask-lake.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { jsonOption, lakeOption } from '../terminal/options.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Answers SQL from a lake. */
export const query = defineCommand({
  name: 'query',
  summary: 'query a lake with SQL',
  positionals: '"SQL"',
  description: [
    'Runs SQL on DuckDB. The table events has one row for each event, with the',
    'columns that Athena has. It also has source and day; queries that filter by',
    'them are faster. The table failures has what could not become rows. The views of',
    'docs/athena.md, such as instance_events, are there too. If SQL is -, it is read',
    'from standard input. Prints a table; on a terminal its cells are cut to fit.',
  ],
  options: {
    lake: lakeOption,
    json: jsonOption('print each row as a JSON object, uncut, with maps and structs as objects'),
  },
  example: `${invocationPrefix} query "SELECT event_time, event_name, actor_name FROM events WHERE outcome = 'failure'"`,
  async run({ values, positionals }, terminal) {
    const sql = await sqlIn(positionals, terminal);
    return askLake(values.lake, terminal, async (lake) => {
      const answer = await lake.ask(sql);
      if (answer.columns.length === 0) return;
      // Loaded here, as it brings the engine along.
      const { writeJson, writeTable } = await import('../lake/answer.ts');
      await (values.json ? writeJson(answer, terminal) : writeTable(answer, terminal));
    });
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
