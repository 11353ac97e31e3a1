import { readFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstanceTags } from '../endpoints/ec2.ts';
import { instanceTagsIn } from '../endpoints/instance-tags.ts';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';
import { type InputFilter, inputOf } from '../input/paths.ts';
import { exportForms } from '../input/unfold.ts';
import { today } from '../lake/compact-days.ts';
import { openJournal } from '../lake/journal.ts';
import { makeLake } from '../lake/lake-folder.ts';
import type { RowsAbout } from '../lake/put-contents.ts';
import { functionNotes } from '../stream/function-notes.ts';
import { type FilesReport, putFiles } from '../stream/put-files.ts';
import type { PutProgress } from '../stream/put-sources.ts';
import { summaryOf, summaryText } from '../stream/put-summary.ts';
import { stackOptions, stackOptionsIn } from '../stream/stack-options.ts';
import { defaultAccount, defaultRegion, type StackOptions } from '../template/load-stack.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { dayIn, jsonOption, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import { printableLines } from '../terminal/printable.ts';
import { createProgress } from '../terminal/progress.ts';
import {
  counted,
  duration,
  grouped,
  interruptedStatus,
  pathOf,
  type Terminal,
} from '../terminal/terminal.ts';

/** What a trail writes into folders of its own, by what people call it. */
const kinds = {
  calls: 'CloudTrail',
  insights: 'CloudTrail-Insight',
  network: 'CloudTrail-NetworkActivity',
  aggregated: 'CloudTrail-Aggregated',
} as const;

/** Puts events of files into a lake. */
export const put = defineCommand({
  name: 'put',
  summary: 'put events from files into a lake, through the function as deployed',
  positionals: '[PATH…]',
  description: [
    'Reads AWS events from files, from folders with all that is below them, from',
    's3://BUCKET/PREFIX (with the credentials that the AWS CLI takes), or from',
    'standard input if there is no PATH or it is -.',
    '',
    'They are EventBridge events and CloudTrail records, as JSON: one a line, one',
    "after another, in arrays, or in a trail's files; also what people export:",
    'lookup-events, CloudWatch Logs (export task, filter-log-events, Insights),',
    'CloudTrail Lake (JSON, CSV), messages of SQS and SNS. Each is known by what is',
    'in it, plain or gzipped. Digests and other files in folders are passed over,',
    'and counted.',
    '',
    'A file is put once: the lake knows its contents, so that the same command may',
    'be given again after an interruption, and puts the rest.',
    '',
    'Each event becomes a record of a local Firehose, which runs the built function.',
    'Rows are stored below DIR/events/, and what could not become a row below',
    'DIR/errors/. A record arrives when its event happened, so that the same input',
    'gives the same lake on any day. Broken input is stored too; it is reported by',
    'file and line, and the exit status is then 1.',
    '',
    'It prints these counts (with --json as one object):',
    '  records  what was put: one for each event and each broken part;',
    '           = ok + dropped + failed',
    '  events   events in the input: those in rows, and those in failed records as',
    '           far as they could be read',
    '  rows     lines in the lake',
    '  ok       records that became rows',
    '  dropped  records that held no event, and those that the function put again in',
    '           parts',
    '  failed   records that did not become rows; they are below DIR/errors/ (except',
    '           those too large to put)',
    '  objects  files of rows that were written',
    '  seconds  from the first byte to the last file',
  ],
  options: {
    lake: lakeOption,
    tags: {
      type: 'string',
      value: 'FILE',
      help: 'tags of EC2 instances: {"i-…": {"team": "web"}}, or what `aws ec2 describe-tags` or `describe-instances` prints; without it, none are looked up',
    },
    arrival: {
      type: 'string',
      value: 'event|now',
      help: 'when a record arrives: `event`, when its event happened (default); `now`, at present',
    },
    again: { type: 'boolean', help: 'put files once more that are in the lake already' },
    from: {
      type: 'string',
      value: 'DAY',
      help: 'of the files of trails in folders: those of this UTC day and later',
    },
    to: { type: 'string', value: 'DAY', help: 'those of this day and earlier' },
    account: {
      type: 'string',
      multiple: true,
      value: 'ID',
      help: `those of this account; may be given again. The first is also the account of the stack, whose instances --tags are (default ${defaultAccount})`,
    },
    region: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: `those of this Region; may be given again. The first is also the Region of the stack (default ${defaultRegion})`,
    },
    only: {
      type: 'string',
      multiple: true,
      value: 'KIND',
      help: `those of this kind: ${Object.keys(kinds).join(', ')}; may be given again`,
    },
    'endpoint-url': { type: 'string', value: 'URL', help: 'the endpoint of S3' },
    parameter: stackOptions.parameter,
    'no-compact': { type: 'boolean', help: 'leave the rows as JSON, also of a large input' },
    verbose: { type: 'boolean', help: 'name each record that failed, with the reason' },
    log: { type: 'boolean', help: "write the function's log to standard error" },
    json: jsonOption('print only the counts, as one JSON object'),
  },
  example: `${invocationPrefix} put --lake /tmp/lake trail/ --from 2026-11-17`,
  async run({ values, positionals }, terminal) {
    const lake = lakeFolderOf(values.lake, terminal);
    const arrival = arrivalIn(values.arrival);
    const stack = stackIn(values);
    const input = await inputOf(
      positionals,
      { filter: filterIn(values), lake, endpoint: values['endpoint-url'] },
      terminal,
    );
    const tags = values.tags === undefined ? undefined : await readTags(values.tags, terminal);
    const progress = createProgress(terminal);
    await prepareLake(lake, progress.note);

    const journal = await openJournal(lake).catch((error: unknown) => {
      throw environmentErrorOf(error, 'write', lake);
    });
    const report = await putFiles(input.sources, {
      lake,
      journal,
      isAgain: values.again ?? false,
      namesAll: values.verbose ?? false,
      stack,
      arrival,
      ...(tags && { tags }),
      ...(values.log && { onLog: (text) => void terminal.stderr.write(printableLines(text)) }),
      interrupted: terminal.interrupted,
      ...functionNotes(progress),
      onProblem: progress.note,
      onProgress: (done) => progress.show(() => progressLine(done, input.bytes)),
    }).finally(progress.clear);

    const contents = report.keys.length > 0 ? await contentsOf(lake, report.keys) : undefined;
    const compacted = values['no-compact'] ? undefined : await compactLarge(lake, report, terminal);
    if (compacted) progress.note(compacted);
    const facts = { report, contents, skipped: Object.fromEntries(input.skipped), lake };
    const { stdout } = terminal;
    await stdout.write(
      values.json ? `${JSON.stringify(summaryOf(facts))}\n` : summaryText(facts, stdout),
    );
    if (report.records === 0 && report.already === 0) {
      progress.note('There is no event in the input.');
    }
    if ((report.failures.NOT_AN_EVENT ?? 0) > 0) progress.note(whatIsLookedFor);
    if (tags) noteTags(report, stack, progress.note);
    if (terminal.interrupted.aborted) {
      progress.note(
        'Stopped before the end. What was read of files is in the lake, or not at all: the same command puts the rest.',
      );
      return interruptedStatus(terminal.interrupted);
    }
    return report.failed > 0 || report.problems > 0 ? 1 : 0;
  },
});

/** So many rows are worth a rewrite: questions over them take seconds, and tenths of one afterwards. */
const largePutRows = 100_000;

/** Rewrites the finished days of a lake that has got much at once. @returns what to say of it */
async function compactLarge(
  lake: string,
  { rows }: FilesReport,
  { interrupted }: Terminal,
): Promise<string | undefined> {
  if (rows < largePutRows || interrupted.aborted) return undefined;
  const { compactLake } = await import('../lake/compact.ts');
  const { days } = await compactLake(lake, { before: today(), interrupted });
  return `${counted(days, 'day')} of the lake rewritten as Parquet, for faster answers (--no-compact leaves them).`;
}

/** Loaded here, as it brings the engine along. */
async function contentsOf(lake: string, keys: readonly string[]): Promise<RowsAbout | undefined> {
  const { openLake } = await import('../lake/duckdb.ts');
  const { rowsAbout } = await import('../lake/put-contents.ts');
  const open = await openLake(lake, { keys });
  try {
    return await rowsAbout(open);
  } finally {
    open.close();
  }
}

interface FilterValues {
  readonly from?: string;
  readonly to?: string;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly only?: readonly string[];
}

function filterIn({ from, to, account, region, only = [] }: FilterValues): InputFilter {
  for (const one of account ?? []) stackOptionsIn({ account: one });
  for (const one of region ?? []) stackOptionsIn({ region: one });
  return {
    from: dayIn('from', from),
    to: dayIn('to', to),
    accounts: account,
    regions: region,
    kinds: only.map((name) => {
      const kind = Object.hasOwn(kinds, name) ? kinds[name as keyof typeof kinds] : undefined;
      if (kind) return kind;
      throw new UsageError(`--only is ${name}, but has to be ${Object.keys(kinds).join(' or ')}.`);
    }),
  };
}

interface StackValues extends FilterValues {
  readonly parameter?: readonly string[];
}

/** Why a record failed the function says at its most talkative: else of the first three of a code in a batch. */
function stackIn(values: StackValues): StackOptions {
  const [account] = values.account ?? [];
  const [region] = values.region ?? [];
  const stack = stackOptionsIn({
    ...(values.parameter && { parameter: values.parameter }),
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
  });
  return { ...stack, parameters: { LogLevel: 'DEBUG', ...stack.parameters } };
}

/** What to hold an input against that is none of it. */
export const whatIsLookedFor = `What is no event (NOT_AN_EVENT) is none of these: EventBridge events, CloudTrail records and files, ${exportForms.join(', ')}, lines of a CloudWatch Logs export, CSV with a column eventJson or @message.`;

function arrivalIn(value = 'event'): 'event' | 'now' {
  if (value === 'event' || value === 'now') return value;
  throw new UsageError(`--arrival is ${value}, but has to be event or now.`);
}

async function readTags(file: string, terminal: Terminal): Promise<InstanceTags> {
  const text = await readFile(pathOf(terminal, file), 'utf8').catch((error: unknown) => {
    throw environmentErrorOf(error, 'read', file);
  });
  const tags = instanceTagsIn(parseJson(text));
  if (tags) return tags;
  throw new EnvironmentError(
    `${file} holds no tags: write them as JSON, {"i-0a1b2c3d4e5f60718": {"team": "web"}}, or give what \`aws ec2 describe-tags\` or \`aws ec2 describe-instances\` prints.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const project = fileURLToPath(new URL('../../', import.meta.url));

async function prepareLake(lake: string, note: (message: string) => void): Promise<void> {
  const fromProject = relative(project, lake);
  if (!fromProject.startsWith('..') && !isAbsolute(fromProject)) {
    note(
      `Note: ${lake} is in the project, so that \`sam build\` would copy it. Better keep lakes elsewhere.`,
    );
  }
  await makeLake(lake);
}

function progressLine(
  { records, rows, readBytes, seconds }: PutProgress,
  bytes: number | undefined,
): string {
  const parts = [counted(records, 'record'), `${grouped(rows / Math.max(seconds, 0.001))} rows/s`];
  if (bytes !== undefined && readBytes > 0 && readBytes < bytes) {
    const left = duration((seconds * (bytes - readBytes)) / readBytes);
    parts.push(`${Math.floor((100 * readBytes) / bytes)} %`, `about ${left} left`);
  }
  return parts.join(', ');
}

/** Tags that were given and fit no instance are most likely meant for another account or Region. */
function noteTags(
  { tags }: FilesReport,
  { account = defaultAccount, region = defaultRegion }: StackOptions,
  note: (message: string) => void,
): void {
  const { found = 0, omitted = 0, skipped = 0 } = tags;
  if (found + omitted > 0 || skipped === 0) return;
  note(
    `No instance got tags: none belongs to account ${account} in ${region}. Name theirs with --account and --region.`,
  );
}
