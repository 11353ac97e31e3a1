import { dayBefore } from '../../athena/named-sql.ts';
import { type Level, levels, readRules } from '../../athena/rules.ts';
import { type AskedRule, askedRules } from '../detect/asked-rules.ts';
import { UsageError } from '../errors.ts';
import { askLake, skipDamagedOption } from '../lake/ask-lake.ts';
import type { OpenLake } from '../lake/duckdb.ts';
import { lakeDays } from '../lake/lake-objects.ts';
import { defineCommand, invocationPrefix, wrap } from '../terminal/command.ts';
import { dayIn, jsonOption, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import { shownJson } from '../terminal/printable.ts';
import { layOutTable } from '../terminal/table.ts';
import { counted, pathOf, type Terminal } from '../terminal/terminal.ts';

/** Judges a lake by rules. */
export const detect = defineCommand({
  name: 'detect',
  summary: 'judge a lake by rules that detect',
  positionals: '[RULE…]',
  description: [
    'Asks rules whether anything happened that somebody should look at, and prints a',
    'line for each finding, the worst first. Without a RULE all of the lake are asked;',
    '--list shows them, docs/rules.md says what to do about each. A RULE is a name, a',
    'file of your own in the same form (.sql), or one of Sigma (.yml), for which the',
    'program sigma has to be installed.',
    '',
    'Judges the last two days of the lake, unless --since says otherwise. Ends with 1',
    'where a rule could not be asked, and with --fail-on where it finds something.',
  ],
  options: {
    lake: lakeOption,
    since: { type: 'string', value: 'DAY', help: 'first UTC day to judge' },
    until: { type: 'string', value: 'DAY', help: 'last UTC day to judge' },
    'fail-on': {
      type: 'string',
      value: 'LEVEL',
      help: `end with 1 if anything of that level or worse is found: ${levels.join(', ')}`,
    },
    list: { type: 'boolean', help: 'list the rules of the lake' },
    sigma: { type: 'string', value: 'PROGRAM', help: 'the program sigma; default: that of PATH' },
    json: jsonOption('print each finding as a JSON object'),
    'skip-damaged': skipDamagedOption,
  },
  example: `${invocationPrefix} detect --since 2026-11-17 --fail-on high`,
  async run({ values, positionals }, terminal) {
    if (values.list) return writeList(positionals, values.json ?? false, terminal);
    const failOn = levelIn(values['fail-on']);
    const given = { since: dayIn('since', values.since), until: dayIn('until', values.until) };
    const rules = await askedRules(positionals, (name) => pathOf(terminal, name), values.sigma);
    const days = await lakeDays(lakeFolderOf(values.lake, terminal));
    const until = given.until ?? days.at(-1);
    const since = given.since ?? (until === undefined ? '1970-01-01' : dayBefore(until, 1));
    if (until !== undefined && until < since) {
      throw new UsageError(`--until is ${until}, before --since ${since}: no day is in between.`);
    }
    let status = 0;
    const asked = await askLake(
      values.lake,
      terminal,
      async (lake) => {
        const judged = await judge(lake, rules, { since, until }, terminal);
        if (judged.failed > 0) status = 1;
        if (isAtLeast(judged.findings, failOn)) status = 1;
        if (values.json) await writeJsonFindings(judged.findings, terminal);
        else {
          await writeFindings(judged.findings, terminal);
          const of = judged.failed > 0 ? `${rules.length - judged.failed} of ` : '';
          const gap = judged.findings.length > 0 ? '\n' : '';
          await terminal.stdout.write(
            `${gap}${counted(judged.findings.length, 'finding')} by ${of}${counted(rules.length, 'rule')}, ${since} to ${until ?? 'now'}.\n`,
          );
        }
      },
      { skipsDamaged: values['skip-damaged'] ?? false },
    );
    return asked === 0 ? status : asked;
  },
});

/** A row that a rule has found. */
interface Finding {
  readonly rule: AskedRule;
  /** As findingColumns has them. */
  readonly cells: readonly (string | null)[];
}

interface Judged {
  readonly findings: readonly Finding[];
  /** Rules that could not be asked. */
  readonly failed: number;
}

/** Asks every rule, one after the other. One that fails says so, and does not stop the others. */
async function judge(
  lake: OpenLake,
  rules: readonly AskedRule[],
  days: { since: string; until: string | undefined },
  { stderr, interrupted }: Terminal,
): Promise<Judged> {
  const { textOf } = await import('../lake/duckdb.ts');
  const findings: Finding[] = [];
  let failed = 0;
  for (const rule of rules) {
    if (interrupted.aborted) break;
    try {
      const answer = await lake.ask(rule.sqlOf(days));
      for await (const rows of answer.rows()) {
        findings.push(...rows.map((row) => ({ rule, cells: row.map(textOf) })));
      }
    } catch (error) {
      if (interrupted.aborted) break;
      failed += 1;
      await stderr.write(`The rule ${rule.id} could not be asked: ${(error as Error).message}\n`);
    }
  }
  const rank = ({ rule }: Finding) => levels.indexOf(rule.level);
  return { findings: findings.toSorted((a, b) => rank(a) - rank(b)), failed };
}

function levelIn(text: string | undefined): Level | undefined {
  const level = levels.find((one) => one === text);
  if (text === undefined || level !== undefined) return level;
  throw new UsageError(`--fail-on is ${text}, but has to be one of ${levels.join(', ')}.`);
}

const isAtLeast = (findings: readonly Finding[], level: Level | undefined) =>
  level !== undefined &&
  findings.some(({ rule }) => levels.indexOf(rule.level) <= levels.indexOf(level));

const columns = ['level', 'rule', 'finding_time', 'who', 'what', 'place', 'why'].map((name) => ({
  name,
  isExact: name === 'finding_time' || name === 'level',
}));

async function writeFindings(findings: readonly Finding[], { stdout }: Terminal): Promise<void> {
  if (findings.length === 0) return;
  const rows = findings.map(({ rule, cells }) => [rule.level, rule.id, ...cells.slice(0, 5)]);
  const { head, line } = layOutTable(columns, rows, {
    maxWidth: stdout.columns,
    bold: (text) => stdout.style('bold', text),
    dim: (text) => stdout.style('dim', text),
  });
  await stdout.write(`${[...head, ...rows.map(line)].join('\n')}\n`);
}

async function writeJsonFindings(
  findings: readonly Finding[],
  { stdout }: Terminal,
): Promise<void> {
  for (const { rule, cells } of findings) {
    const { id, title, level, technique, remedy } = rule;
    const [finding_time, who, what, place, why, event_id] = cells;
    const finding = {
      level,
      rule: id,
      title,
      technique,
      finding_time,
      who,
      what,
      place,
      why,
      event_id,
      remedy,
    };
    await stdout.write(`${shownJson(JSON.stringify(finding), stdout)}\n`);
  }
}

const listWidth = 76;

async function writeList(
  positionals: readonly string[],
  json: boolean,
  { stdout }: Terminal,
): Promise<number> {
  if (positionals.length > 0) throw new UsageError('--list takes no arguments.');
  for (const { id, title, level, question, technique, remedy, normal } of readRules()) {
    if (json) {
      await stdout.write(
        `${JSON.stringify({ id, title, level, question, technique, remedy, normal })}\n`,
      );
      continue;
    }
    const lines = wrap(`${question} (${level})`, listWidth).map((line) => `  ${line}\n`);
    await stdout.write(`${stdout.style('bold', id)}\n${lines.join('')}\n`);
  }
  return 0;
}
