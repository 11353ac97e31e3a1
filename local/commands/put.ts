import { mkdir, readFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstanceTags } from '../endpoints/ec2.ts';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';
import { createFolderStore } from '../firehose/folder-store.ts';
import type { Source } from '../input/read-pieces.ts';
import { sourcesOf } from '../input/sources.ts';
import { functionNotes } from '../stream/function-notes.ts';
import { type PutProgress, type PutReport, putSources } from '../stream/put-sources.ts';
import { stackOptions, stackOptionsIn } from '../stream/stack-options.ts';
import { defaultAccount, defaultRegion, type StackOptions } from '../template/load-stack.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { jsonOption, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import { createProgress } from '../terminal/progress.ts';
import {
  counted,
  duration,
  grouped,
  pathOf,
  shellWord,
  type Terminal,
} from '../terminal/terminal.ts';

/** Puts events of files into a lake. */
export const put = defineCommand({
  name: 'put',
  summary: 'put events from files into a lake, through the function as deployed',
  positionals: '[FILE…]',
  description: [
    'Reads AWS events from files, or from standard input if there is no FILE or it',
    'is -. They are EventBridge events and CloudTrail records, as JSON: one a line,',
    'one after another, in arrays, or in CloudTrail files, plain or gzipped.',
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
      help: 'tags of EC2 instances, as JSON: {"i-…": {"team": "web"}}; without it, none are looked up',
    },
    arrival: {
      type: 'string',
      value: 'event|now',
      help: 'when a record arrives: `event`, when its event happened (default); `now`, at present',
    },
    ...stackOptions,
    log: { type: 'boolean', help: "write the function's log to standard error" },
    json: jsonOption('print only the counts, as one JSON object'),
  },
  example: `${invocationPrefix} put --lake /tmp/lake trail/*.json.gz`,
  async run({ values, positionals }, terminal) {
    const lake = lakeFolderOf(values.lake, terminal);
    const arrival = arrivalIn(values.arrival);
    const stack = stackOptionsIn(values);
    const sources = await sourcesOf(positionals, terminal);
    const tags = values.tags === undefined ? undefined : await readTags(values.tags, terminal);
    const progress = createProgress(terminal);
    await makeLake(lake, progress.note);

    const report = await putSources(sources, {
      lake,
      store: createFolderStore(lake),
      stack,
      arrival,
      ...(tags && { tags }),
      ...(values.log && { onLog: (text) => void terminal.stderr.write(text) }),
      interrupted: terminal.interrupted,
      ...functionNotes(progress),
      onProblem: progress.note,
      onProgress: (done) => progress.show(() => progressLine(done, sources)),
    }).finally(progress.clear);
    await terminal.stdout.write(
      values.json ? `${JSON.stringify(summaryOf(report))}\n` : summaryText(report, lake, terminal),
    );
    if (report.records === 0) progress.note('There is no event in the input.');
    if (tags) noteTags(report, stack, progress.note);
    if (terminal.interrupted.aborted) {
      progress.note('Stopped before the end of the input; what was read is in the lake.');
      return 130;
    }
    return report.failed > 0 || report.problems > 0 ? 1 : 0;
  },
});

function arrivalIn(value = 'event'): 'event' | 'now' {
  if (value === 'event' || value === 'now') return value;
  throw new UsageError(`--arrival is ${value}, but has to be event or now.`);
}

async function readTags(file: string, terminal: Terminal): Promise<InstanceTags> {
  const text = await readFile(pathOf(terminal, file), 'utf8').catch((error: unknown) => {
    throw environmentErrorOf(error, 'read', file);
  });
  const tags = parseJson(text);
  if (isInstanceTags(tags)) return tags;
  throw new EnvironmentError(
    `${file} holds no tags: write them as JSON, {"i-0a1b2c3d4e5f60718": {"team": "web"}}.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isInstanceTags(value: unknown): value is InstanceTags {
  return isRecord(value) && Object.values(value).every((tags) => isRecord(tags) && areTexts(tags));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areTexts(record: Readonly<Record<string, unknown>>): boolean {
  return Object.values(record).every((value) => typeof value === 'string');
}

const project = fileURLToPath(new URL('../../', import.meta.url));

async function makeLake(lake: string, note: (message: string) => void): Promise<void> {
  const fromProject = relative(project, lake);
  if (!fromProject.startsWith('..') && !isAbsolute(fromProject)) {
    note(
      `Note: ${lake} is in the project, so that \`sam build\` would copy it. Better keep lakes elsewhere.`,
    );
  }
  await mkdir(lake, { recursive: true }).catch((error: unknown) => {
    throw environmentErrorOf(error, 'write', lake);
  });
}

function progressLine(
  { records, rows, readBytes, seconds }: PutProgress,
  sources: readonly Source[],
): string {
  const parts = [counted(records, 'record'), `${grouped(rows / Math.max(seconds, 0.001))} rows/s`];
  const sizes = sources.map(({ bytes }) => bytes);
  if (sizes.every((bytes) => bytes !== undefined) && readBytes > 0) {
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const isGrowing = readBytes >= bytes;
    const left = duration((seconds * (bytes - readBytes)) / readBytes);
    if (!isGrowing) parts.push(`${Math.floor((100 * readBytes) / bytes)} %`, `about ${left} left`);
  }
  return parts.join(', ');
}

function summaryOf({
  records,
  events,
  rows,
  ok,
  dropped,
  failed,
  objects,
  seconds,
}: PutReport): Record<string, number> {
  return { records, events, rows, ok, dropped, failed, objects, seconds };
}

function summaryText(report: PutReport, lake: string, { stdout }: Terminal): string {
  const { records, events, rows, ok, dropped, failed, tooLarge, objects, seconds, failures } =
    report;
  const numbers = [
    ['events', events, 'in the input'],
    ['rows', rows, `in ${counted(objects, 'object')} below ${lake}/events/`],
    [
      'records',
      records,
      `= ${grouped(ok)} ok + ${grouped(dropped)} dropped + ${grouped(failed)} failed`,
    ],
  ] as const;
  const width = Math.max(...numbers.map(([, count]) => grouped(count).length));
  const codes = Object.entries(failures).map(([code, count]) => `${code} ${grouped(count)}`);
  const rate = `${duration(seconds)}, ${grouped(records / Math.max(seconds, 0.001))} records/s`;
  const option = lakeOptionText(lake);
  return [
    ...numbers.map(
      ([name, count, what]) =>
        `${stdout.style('bold', name.padEnd(8))} ${grouped(count).padStart(width)}  ${what}`,
    ),
    ...(failed > tooLarge
      ? [
          `Failed records are below ${lake}/errors/${codes.length > 0 ? ` (${codes.join(', ')})` : ''}.`,
        ]
      : []),
    ...(tooLarge > 0
      ? [`${counted(tooLarge, 'record')} too large to be put: nowhere but in the input.`]
      : []),
    `It took ${rate}.`,
    ...(rows > 0
      ? [
          `Ask it: ${invocationPrefix} query${option} "SELECT source, day, count(*) AS events FROM events GROUP BY ALL ORDER BY ALL"`,
        ]
      : []),
    '',
  ].join('\n');
}

function lakeOptionText(lake: string): string {
  return ` --lake ${shellWord(lake)}`;
}

/** Tags that were given and fit no instance are most likely meant for another account or Region. */
function noteTags(
  { tags }: PutReport,
  { account = defaultAccount, region = defaultRegion }: StackOptions,
  note: (message: string) => void,
): void {
  const { found = 0, omitted = 0, skipped = 0 } = tags;
  if (found + omitted > 0 || skipped === 0) return;
  note(
    `No instance got tags: none belongs to account ${account} in ${region}. Name theirs with --account and --region.`,
  );
}
