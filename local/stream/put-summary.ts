import type { RowsAbout } from '../lake/put-contents.ts';
import { invocationPrefix } from '../terminal/command.ts';
import { counted, duration, grouped, type Output, shellWord } from '../terminal/terminal.ts';
import type { FilesReport } from './put-files.ts';

/** What was passed over, by its reason. */
export type Skipped = Readonly<Record<string, number>>;

export interface PutSummaryFacts {
  readonly report: FilesReport;
  readonly contents: RowsAbout | undefined;
  readonly skipped: Skipped;
  readonly lake: string;
}

/** The counts of a put, for machines. */
export function summaryOf({ report, contents, skipped }: PutSummaryFacts) {
  const { records, events, rows, ok, dropped, failed, objects, files, already, seconds } = report;
  return {
    records,
    events,
    rows,
    ok,
    dropped,
    failed,
    objects,
    files,
    already,
    skipped,
    forms: report.forms,
    failures: report.failures,
    ...(contents && { contents: { ...contents, kinds: Object.fromEntries(contents.kinds) } }),
    seconds,
  };
}

/** So many names are listed; how many more there are is said. */
const maxListed = 8;

/** What a person wants to know of a put: what was read, what is in it, what is not, where to go on. */
export function summaryText(facts: PutSummaryFacts, output: Output): string {
  const { report, contents, lake } = facts;
  const { events, rows, records, ok, dropped, failed, objects, tooLarge } = report;
  const lines: (readonly [name: string, text: string])[] = [
    ['files', filesText(facts)],
    ['events', `${grouped(events)}${formsText(report)}`],
    ['rows', `${grouped(rows)} in ${counted(objects, 'object')} below ${lake}/events/`],
    [
      'records',
      `${grouped(records)} = ${grouped(ok)} ok + ${grouped(dropped)} dropped + ${grouped(failed)} failed`,
    ],
    ...(contents ? contentsLines(contents) : []),
    ...(failed > tooLarge
      ? [['failed', `${failuresText(report)}; they are below ${lake}/errors/`] as const]
      : []),
    ...(tooLarge > 0
      ? [['too large', `${counted(tooLarge, 'record')}: nowhere but in the input`] as const]
      : []),
    [
      'took',
      `${duration(report.seconds)}, ${grouped(records / Math.max(report.seconds, 0.001))} records/s`,
    ],
  ];
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  const shown = lines.map(([name, text]) => `${output.style('bold', name.padEnd(width))}${text}`);
  return `${[...shown, ...nextSteps(facts)].join('\n')}\n`;
}

function filesText({ report: { files, already }, skipped }: PutSummaryFacts): string {
  const others = [
    ...(already > 0 ? [`${grouped(already)} already there (--again puts them once more)`] : []),
    ...Object.entries(skipped).map(([reason, count]) => `${grouped(count)} skipped (${reason})`),
  ];
  return [`${grouped(files)} put`, ...others].join(', ');
}

function formsText({ forms }: FilesReport): string {
  const texts = Object.entries(forms).map(([form, count]) => `${grouped(count)} in ${form}`);
  return texts.length > 0 ? `, of them ${texts.join(', ')}` : '';
}

function contentsLines({ first, last, accounts, regions, kinds }: RowsAbout) {
  return [
    ['time', first === last ? `${first} UTC` : `${first} to ${last} UTC`],
    ['accounts', listed(accounts)],
    ['Regions', listed(regions)],
    ['kinds', kinds.map(([kind, count]) => `${kind} ${grouped(count)}`).join(', ')],
  ] as const;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none is said';
  const more = names.length - maxListed;
  return `${names.slice(0, maxListed).join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
}

function failuresText({ failed, tooLarge, failures }: FilesReport): string {
  const codes = Object.entries(failures).map(([code, count]) => `${code} ${grouped(count)}`);
  const count = grouped(failed - tooLarge);
  return codes.length > 0 ? `${count} (${codes.join(', ')})` : count;
}

function nextSteps({ report: { rows, failed, tooLarge }, lake }: PutSummaryFacts): string[] {
  const option = `--lake ${shellWord(lake)}`;
  const steps = [
    ...(rows > 0
      ? [
          `overview ${option}`,
          'query --list',
          `query ${option} "SELECT day, source, count(*) AS events FROM events GROUP BY ALL ORDER BY ALL"`,
          `view ${option}`,
        ]
      : []),
    ...(failed > tooLarge ? [`query ${option} "SELECT * FROM failures"`] : []),
  ];
  return steps.length > 0
    ? ['', 'Next:', ...steps.map((step) => `  ${invocationPrefix} ${step}`)]
    : [];
}
