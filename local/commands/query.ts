import { text as textIn } from 'node:stream/consumers';
import { type ParameterName, parameters } from '../../athena/parameters.ts';
import { type NamedQuery, readQueries } from '../../athena/queries.ts';
import { UsageError } from '../errors.ts';
import { askLake, skipDamagedOption } from '../lake/ask-lake.ts';
import type { DayBounds } from '../lake/day-bounds.ts';
import type { OpenLake } from '../lake/duckdb.ts';
import { lakeDays } from '../lake/lake-objects.ts';
import { askedQuery, type GivenParameters, isQueryName, queryNamed } from '../lake/named-query.ts';
import { defineCommand, invocationPrefix, wrap } from '../terminal/command.ts';
import { jsonOption, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import type { Terminal } from '../terminal/terminal.ts';

const parameterOptions = Object.fromEntries(
  Object.entries(parameters).map(([name, { value, help }]) => [
    name,
    { type: 'string', value, help: `of a named query: ${help}` },
  ]),
) as {
  readonly [N in ParameterName]: {
    readonly type: 'string';
    readonly value: string;
    readonly help: string;
  };
};

/** Answers SQL from a lake, or a question that has a name. */
export const query = defineCommand({
  name: 'query',
  summary: 'query a lake: a question by its name, or SQL',
  positionals: 'NAME | "SQL" | -',
  description: [
    'Answers one of the named queries (--list shows them, with what each takes), or',
    'runs SQL on DuckDB; - reads the SQL from standard input.',
    '',
    'The table events has one row for each event, with the columns that Athena has.',
    'It also has source and day; queries that filter by them are faster. The table',
    'failures has what could not become rows. The views of docs/athena.md, such as',
    'instance_events, are there too. Prints a table; on a terminal its cells are cut',
    'to fit.',
  ],
  options: {
    lake: lakeOption,
    list: { type: 'boolean', help: 'list the named queries: question and parameters' },
    ...parameterOptions,
    'skip-damaged': skipDamagedOption,
    'show-sql': { type: 'boolean', help: 'print the SQL of a named query instead of running it' },
    json: jsonOption('print each row as a JSON object, uncut, with maps and structs as objects'),
    csv: { type: 'boolean', help: 'print comma-separated values, uncut, with a line of names' },
    output: {
      type: 'string',
      value: 'FILE',
      help: 'write the answer to a file: .csv, .json (an object a line) or .parquet',
    },
  },
  example: `${invocationPrefix} query who_stopped_what --since 2026-11-17 --until 2026-11-18`,
  async run({ values, positionals }, terminal) {
    const {
      lake: lakeOf,
      list,
      json,
      csv,
      output,
      'show-sql': showSql,
      'skip-damaged': skipsDamaged,
      ...given
    } = values;
    if (list) return writeList(readQueries(), positionals, json, terminal);
    if ([json, csv, output !== undefined].filter(Boolean).length > 1) {
      throw new UsageError('--json, --csv and --output are three forms of one answer: give one.');
    }
    // Before anything is opened: what was typed may be wrong.
    const { extensionOf, writeFileOf } = await import('../lake/answer-file.ts');
    if (output !== undefined) extensionOf(output);
    const sql = await sqlIn(positionals, given, lakeFolderOf(lakeOf, terminal), terminal);
    if (showSql) {
      await terminal.stdout.write(`${sql}\n`);
      return 0;
    }
    const asking = async (lake: OpenLake) => {
      await sayDays(await lake.boundDays(sql), terminal);
      if (output !== undefined) return writeFileOf(lake, sql, output, terminal);
      const answer = await lake.ask(sql);
      if (answer.columns.length === 0) return;
      // Loaded here, as it brings the engine along.
      const { writeCsv, writeJson, writeTable } = await import('../lake/answer.ts');
      if (json) await writeJson(answer, terminal.stdout, terminal.interrupted);
      else if (csv) await writeCsv(answer, terminal.stdout, terminal.interrupted);
      else await writeTable(answer, terminal);
    };
    return askLake(lakeOf, terminal, asking, { skipsDamaged });
  },
});

/** Says in a line which days are read, where the times in the SQL have chosen them. */
async function sayDays(bounds: DayBounds | undefined, { stderr }: Terminal): Promise<void> {
  if (!bounds) return;
  const { view, from = 'the first day', until = 'the last day' } = bounds;
  await stderr.write(
    `Reads ${view} from ${from} to ${until}, by the times in the SQL. Filter by day to read others.\n`,
  );
}

async function sqlIn(
  positionals: readonly string[],
  given: GivenParameters,
  lake: string,
  terminal: Terminal,
): Promise<string> {
  const [sql, ...others] = positionals;
  if (sql === undefined) {
    throw new UsageError(
      'There is nothing to ask.',
      'Give the name of a query (--list shows them), or SQL in quotes: query "SELECT …"',
    );
  }
  if (others.length > 0) {
    throw new UsageError(
      'A name, or SQL, has to be one argument.',
      'Write SQL in quotes: query "SELECT …"',
    );
  }
  if (isQueryName(sql)) return namedSqlIn(queryNamed(sql), given, lake, terminal);
  const [parameter] = Object.keys(given);
  if (parameter !== undefined) {
    throw new UsageError(`--${parameter} is for named queries: SQL says so itself.`);
  }
  return sql === '-' ? textIn(terminal.stdin) : sql;
}

/** Says in a line which days are asked, where nobody has chosen them. */
async function namedSqlIn(
  named: NamedQuery,
  given: GivenParameters,
  lake: string,
  { stderr }: Terminal,
): Promise<string> {
  const days = await lakeDays(lake);
  const { sql, period } = askedQuery(named, given, days.at(-1));
  if (period?.isDefault && days.length > 0) {
    const { since, until = days.at(-1) } = period;
    await stderr.write(
      `From ${since} to ${until}; the lake has ${days[0]} to ${days.at(-1)}. Choose by --since and --until.\n`,
    );
  }
  return sql;
}

const listWidth = 76;

async function writeList(
  queries: readonly NamedQuery[],
  positionals: readonly string[],
  json: boolean | undefined,
  { stdout }: Terminal,
): Promise<number> {
  if (positionals.length > 0) throw new UsageError('--list takes no arguments.');
  for (const { name, question, notes, parameters: taken } of queries) {
    if (json) {
      await stdout.write(`${JSON.stringify({ name, question, parameters: taken })}\n`);
      continue;
    }
    const options = taken.map(({ name: option, example, days }) => {
      const option_ = `--${option} ${parameters[option].value}`;
      return example === undefined || days !== undefined ? `[${option_}]` : option_;
    });
    const note = notes.get('Note');
    const lines = [
      ...wrap(question, listWidth),
      ...(note === undefined ? [] : wrap(note, listWidth).map((line) => stdout.style('dim', line))),
      ...wrapWords(options, listWidth),
    ];
    await stdout.write(
      `${stdout.style('bold', name)}\n${lines.map((line) => `  ${line}\n`).join('')}\n`,
    );
  }
  return 0;
}

/** Words with blanks inside, in lines: none is broken. */
function wrapWords(words: readonly string[], width: number): string[] {
  const glue = '\u00a0';
  const glued = words.map((word) => word.replaceAll(' ', glue)).join(' ');
  return wrap(glued, width).map((line) => line.replaceAll(glue, ' '));
}
