import { UsageError } from '../errors.ts';
import { askLake, skipDamagedOption } from '../lake/ask-lake.ts';
import type { Answer, OpenLake } from '../lake/duckdb.ts';
import { fitStatements, overviewParts, overviewStatement } from '../lake/overview.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { dayIn, jsonOption, lakeOption } from '../terminal/options.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Shows what a lake is about. */
export const overview = defineCommand({
  name: 'overview',
  summary: 'show what a lake holds: when, who, from where, what failed',
  positionals: '',
  description: [
    'Answers what one asks first: range of time, accounts and Regions, events by kind',
    'and by hour or day, the busiest actors, access keys, addresses and calls, what',
    'failed, which instances changed state. An event that came twice counts once.',
    '',
    'With --fit: for each kind of event, what share has a state, the id of a',
    'resource, instances, and fields without a column of their own; then these',
    'fields.',
  ],
  options: {
    lake: lakeOption,
    since: { type: 'string', value: 'DAY', help: 'first UTC day to look at' },
    until: { type: 'string', value: 'DAY', help: 'last UTC day to look at' },
    fit: { type: 'boolean', help: 'show how well the columns fit the events instead' },
    'skip-damaged': skipDamagedOption,
    json: jsonOption('print each row as a JSON object, with the name of its part'),
  },
  example: `${invocationPrefix} overview --since 2026-11-17`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) throw new UsageError('overview takes no arguments.');
    const { since, until, fit } = values;
    if (fit && (since ?? until) !== undefined) {
      throw new UsageError('--fit looks at the whole lake: it takes no --since or --until.');
    }
    const period = { since: dayIn('since', since), until: dayIn('until', until) };
    const write = await writerOf(values.json ?? false, terminal);
    const skipsDamaged = values['skip-damaged'];
    const asking = async (lake: OpenLake) => {
      if (fit) return writeFit(lake, write, values.json ?? false, terminal);
      await lake.ask(overviewStatement(period));
      for (const part of overviewParts(period)) {
        if (terminal.interrupted.aborted) return;
        if (values.json) {
          await write(await lake.ask(`SELECT '${part.name}' AS part, * FROM (${part.sql})`));
          continue;
        }
        await terminal.stdout.write(`${terminal.stdout.style('bold', part.title)}\n`);
        await write(await lake.ask(part.sql), part.isOneRow);
        await terminal.stdout.write('\n');
      }
    };
    return askLake(values.lake, terminal, asking, { skipsDamaged });
  },
});

type Write = (answer: Answer, isOneRow?: boolean) => Promise<void>;

async function writeFit(
  lake: OpenLake,
  write: Write,
  json: boolean,
  { stdout, interrupted }: Terminal,
) {
  for (const [at, sql] of fitStatements.entries()) {
    if (interrupted.aborted) return;
    if (at > 0 && !json) await stdout.write('\n');
    await write(await lake.ask(sql));
  }
}

async function writerOf(json: boolean, terminal: Terminal): Promise<Write> {
  // Loaded here, as it brings the engine along.
  const { writeJson, writeRecords, writeTable } = await import('../lake/answer.ts');
  if (json) return (answer) => writeJson(answer, terminal.stdout, terminal.interrupted);
  return (answer, isOneRow) =>
    isOneRow ? writeRecords(answer, terminal) : writeTable(answer, terminal);
}
