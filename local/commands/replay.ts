import { existsSync } from 'node:fs';
import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';
import { createFolderStore } from '../firehose/folder-store.ts';
import { makeLake } from '../lake/lake-folder.ts';
import { type ErrorLine, errorLines, type LostRecord } from '../replay/error-objects.ts';
import { errorFolder, filesBelow } from '../replay/files-below.ts';
import { openLedger } from '../replay/ledger.ts';
import {
  type OnSettled,
  type ReplayCounts,
  type ReplayOptions,
  type ReplayRecord,
  type ReplayTarget,
  replay as replayRecords,
  type Settled,
} from '../replay/replay.ts';
import {
  arrivalDayOf,
  choicesOf,
  type Survey,
  selectedIn,
  surveyOf,
} from '../replay/replay-survey.ts';
import { type FailedPart, type LakeReplay, openLakeTarget } from '../replay/replay-to-lake.ts';
import { functionNotes } from '../stream/function-notes.ts';
import { stackOf } from '../stream/open-stream.ts';
import { stackOptions, stackOptionsIn } from '../stream/stack-options.ts';
import { type Arguments, defineCommand, invocationPrefix } from '../terminal/command.ts';
import { dayIn, jsonOption, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';
import { layOutTable } from '../terminal/table.ts';
import {
  counted,
  grouped,
  interruptedStatus,
  pathOf,
  type Terminal,
} from '../terminal/terminal.ts';

const options = {
  lake: lakeOption,
  stream: {
    type: 'string',
    value: 'NAME',
    help: 'put the records on this stream in AWS instead, with the credentials of your environment',
  },
  'endpoint-url': { type: 'string', value: 'URL', help: 'with --stream: the endpoint of its API' },
  queue: {
    type: 'string',
    value: 'URL',
    help: "replay the dead letters of the stack's rule from this SQS queue; each is deleted once accepted",
  },
  code: {
    type: 'string',
    multiple: true,
    value: 'CODE',
    help: 'only what failed with this code; may be given again',
  },
  since: {
    type: 'string',
    value: 'DAY',
    help: 'only what arrived from this day on, yyyy-MM-dd (UTC)',
  },
  until: {
    type: 'string',
    value: 'DAY',
    help: 'only what arrived up to and including this day',
  },
  again: { type: 'boolean', help: 'include what was replayed before and failed again' },
  'dry-run': { type: 'boolean', help: 'show what there is, but put nothing' },
  ledger: {
    type: 'string',
    value: 'FILE',
    help: 'file that remembers what was replayed',
    defaultIn: (terminal: Terminal) =>
      `replayed.ndjson in the lake, for a stream a file in ${streamLedgersIn(terminal)}`,
  },
  out: {
    type: 'string',
    value: 'FILE',
    help: 'add what still fails to this file, as error objects with the reason in them',
  },
  ...stackOptions,
  json: jsonOption('print only the counts, as one JSON object'),
} as const;

type Values = Arguments<typeof options>['values'];

/** Puts again what a stream could not deliver. */
export const replay = defineCommand({
  name: 'replay',
  summary: 'put what failed or never arrived through the function again',
  positionals: '[FILE_OR_FOLDER…]',
  description: [
    'Reads Firehose error objects of every kind, plain or gzipped, from files,',
    'folders and s3://BUCKET/PREFIX; if none is given, those of the lake. Shows how',
    'many there are by day and code, and puts the records again as they first came.',
    '',
    'By default they go into a local lake, where each arrives when it first did, so',
    'that its rows get the day that they would have had. With --stream they go to a',
    'real stream, where they arrive now. A ledger remembers what was replayed, so',
    'that nothing is replayed twice. What fails again becomes an error object again;',
    'the ledger has the reason.',
    '',
    'It prints these counts (with --json as one object):',
    '  found     = unreadable + notAsked (--code, --since, --until)',
    '            + twice (in an object before, too) + alreadyReplayed',
    '            + replayed + left',
    '  replayed  = ok + dropped (no event in it, or put again in parts) + failed,',
    '            into a lake; = accepted + refused, to a stream',
    '  left      what a dry run, or one that was stopped, did not put',
  ],
  options,
  example: `${invocationPrefix} replay --lake /tmp/lake --code Lambda.FunctionError`,
  async run({ values, positionals }, terminal) {
    const isAsked = filterOf(values);
    const { interrupted } = terminal; // from now on it ends in order
    const progress = createProgress(terminal);
    const target = await targetOf(values, terminal, progress);
    const origin = await originOf(values, positionals, terminal);
    await refuseOwnInput(values.out, origin, terminal);
    const ledger = await openLedger(
      values.ledger === undefined ? target.ledger : pathOf(terminal, values.ledger),
    );
    const choices = () => choicesOf(origin.read(), { isAsked, ledger, again: values.again });
    const still = stillFailing(values.out, terminal, progress);
    let survey: Survey;
    let counts = nothingReplayed;
    try {
      survey = await surveyOf(choices(), {
        maxDaysLate: target.maxDaysLate,
        nowMs: Date.now(),
        onUnreadable: progress.note,
      });
      if (!values.json) await terminal.stdout.write(surveyText(survey, terminal));
      noteLate(survey, target.maxDaysLate, progress);
      const isDry = values['dry-run'] || interrupted.aborted;
      // A run that was stopped may have left letters that the target has.
      if (!isDry) await origin.accepted(survey.done.filter((id) => ledger.has(id)));
      await origin.release();
      if (!isDry && survey.selected > 0) {
        counts = await replayRecords(selectedIn(choices(), survey), target.open, {
          ...target.round,
          ledger,
          interrupted,
          async onSettled(settled) {
            await origin.accepted(idsOfTaken(settled));
            const parts = target.takeFailedParts().map(settledOf);
            for (const one of [...settled, ...parts])
              if (one.code !== undefined) await still.add(one);
          },
        });
      }
    } catch (error) {
      throw environmentErrorOf(error, 'write', target.place);
    } finally {
      await origin.release();
    }
    still.end();
    progress.clear();
    const summary = summaryOf(survey, counts, target.added(), still.byCode());
    await terminal.stdout.write(
      values.json ? `${JSON.stringify(summary)}\n` : summaryText(summary, target.place, terminal),
    );
    if (interrupted.aborted) return interruptedStatus(interrupted);
    return summary.unreadable + counts.failed + counts.refused + summary.failedParts > 0 ? 1 : 0;
  },
});

function idsOfTaken(settled: readonly Settled[]): string[] {
  return settled.filter(({ result }) => result !== 'refused').map(({ record }) => record.id);
}

/** A part has no place of its own: the object that its record is in has it as it came. */
function settledOf({ bytes, arrivalMs, code, reason }: FailedPart): Settled {
  const record = { id: '', place: 'a part of a record', bytes, arrivalMs };
  return { record, result: 'failed', code, reason };
}

/** @throws UsageError for a day that is none */
function filterOf({ code, since, until }: Values): (record: LostRecord) => boolean {
  const from = dayIn('since', since) ?? '';
  const to = dayIn('until', until) ?? '9999-12-31';
  return (record) => {
    const day = arrivalDayOf(record.arrivalMs);
    return day >= from && day <= to && (code === undefined || code.includes(record.code));
  };
}

/** @throws UsageError where what still fails would be added to what is read, for ever */
async function refuseOwnInput(out: string | undefined, { paths }: Origin, terminal: Terminal) {
  const target = out && (await statOf(pathOf(terminal, out)));
  if (!target) return;
  for (const path of paths) {
    const stats = await statOf(path);
    if (stats?.dev !== target.dev || stats.ino !== target.ino) continue;
    throw new UsageError(`--out is ${out}, which is also read: name another file.`);
  }
}

/** Undefined where nothing is there. */
async function statOf(path: string) {
  return stat(path).catch(() => undefined);
}

/** Where records come from. They are read twice: once to be counted, once to be put. */
interface Origin {
  /** The files that are read. */
  readonly paths: readonly string[];
  read(): AsyncIterable<ErrorLine>;
  /** Told of the records that the target has, by their ids. */
  accepted(ids: readonly string[]): Promise<void>;
  /** Lets go of what was read and not accepted. */
  release(): Promise<void>;
}

async function originOf(
  { queue, lake, stream, region }: Values,
  names: readonly string[],
  terminal: Terminal,
): Promise<Origin> {
  if (queue !== undefined) {
    if (names.length > 0) throw new UsageError('--queue and FILE exclude each other.');
    if (!URL.canParse(queue)) throw new UsageError(`--queue is ${queue}, but has to be a URL.`);
    const { createDeadLetters } = await import('./aws/sqs.ts');
    const letters = createDeadLetters(queue, region);
    return { paths: [], read: letters.read, accepted: letters.remove, release: letters.release };
  }
  if (names.length === 0 && stream !== undefined) {
    throw new UsageError('There is nothing to read: name a FILE, a folder or s3://BUCKET/PREFIX.');
  }
  const given = names.length > 0 ? names : [await errorsOf(lakeFolderOf(lake, terminal))];
  const sourcesOf = async (name: string) => {
    if (!name.startsWith('s3://')) return filesBelow(name, pathOf(terminal, name));
    const { objectsBelow } = await import('./aws/s3.ts');
    return objectsBelow(name, region);
  };
  const sources = (await Promise.all(given.map(sourcesOf))).flat();
  return {
    paths: sources.flatMap(({ path }) => path ?? []),
    async *read() {
      for (const source of sources) yield* errorLines(source);
    },
    accepted: async () => {},
    release: async () => {},
  };
}

/** Where a lake has what failed. @throws EnvironmentError where nothing ever did, or there is no lake */
async function errorsOf(lake: string): Promise<string> {
  const folder = join(lake, errorFolder);
  if (existsSync(folder)) return folder;
  const isLake = (await statOf(lake))?.isDirectory();
  throw new EnvironmentError(
    isLake
      ? `Nothing has failed in the lake ${lake}.`
      : `There is no lake at ${lake}: name its folder with --lake, or what to read.`,
  );
}

/** Where records go. */
interface Target {
  /** As it is called in messages. */
  readonly place: string;
  readonly ledger: string;
  /** Days that a record may have lain and still be filed under its own; undefined where any may. */
  readonly maxDaysLate: number | undefined;
  /** When the ledger is brought up to date. */
  readonly round?: Pick<ReplayOptions, 'roundRecords'>;
  open(onSettled: OnSettled): Promise<ReplayTarget>;
  added(): LakeReplay;
  /** The parts that failed since it was asked last. */
  takeFailedParts(): FailedPart[];
}

async function targetOf(values: Values, terminal: Terminal, progress: Progress): Promise<Target> {
  const { stream, 'endpoint-url': endpointUrl } = values;
  const added = { rows: 0, objects: 0, failedParts: 0 };
  if (stream !== undefined) {
    if (values.lake !== undefined) throw new UsageError('--lake and --stream exclude each other.');
    if (endpointUrl !== undefined && !URL.canParse(endpointUrl)) {
      throw new UsageError(`--endpoint-url is ${endpointUrl}, but has to be a URL.`);
    }
    const { realStream } = await import('./aws/firehose.ts');
    const { name, open } = await realStream({ stream, region: values.region, endpointUrl });
    return {
      place: stream,
      ledger: join(streamLedgersIn(terminal), `${name.replace(/[^\w.-]/g, '_')}.ndjson`),
      maxDaysLate: maxDaysLateOf(values),
      round: { roundRecords: 1 }, // after each batch: what it has taken is there
      open,
      added: () => added,
      takeFailedParts: () => [],
    };
  }
  if (endpointUrl !== undefined) throw new UsageError('--endpoint-url needs --stream.');
  const lake = lakeFolderOf(values.lake, terminal);
  const failedParts: FailedPart[] = [];
  return {
    place: lake,
    ledger: join(lake, 'replayed.ndjson'),
    maxDaysLate: undefined,
    async open(onSettled) {
      await makeLake(lake);
      return openLakeTarget(
        {
          store: createFolderStore(lake),
          stack: stackOptionsIn(values),
          ...functionNotes(progress),
        },
        added,
        onSettled,
        (part) => failedParts.push(part),
      );
    },
    added: () => added,
    takeFailedParts: () => failedParts.splice(0),
  };
}

function streamLedgersIn({ dataFolder }: Terminal): string {
  return join(dataFolder, 'replayed');
}

/** What the stack's function goes by. */
function maxDaysLateOf(values: Values): number {
  const [fn] = stackOf(stackOptionsIn(values)).functions;
  return Number(fn?.environment.MAX_DAYS_LATE);
}

/** So many places are named; the last message counts the others. */
const maxNamed = 10;

/** These get the day on which they are replayed, and an earlier copy has another: see docs/failures.md. */
function noteLate({ late }: Survey, maxDaysLate: number | undefined, { note }: Progress): void {
  if (late.length === 0) return;
  note(
    `${counted(late.length, 'record')} arrived more than ${counted(maxDaysLate ?? 0, 'day')} ago: their rows are filed under today, and only a query over all days finds their doubles.`,
  );
  for (const place of late.slice(0, maxNamed)) note(`  ${place}`);
  if (late.length > maxNamed) note(`  … and ${grouped(late.length - maxNamed)} more`);
}

/** What fails again: named, counted, and written out where that is wished. */
function stillFailing(out: string | undefined, terminal: Terminal, { note }: Progress) {
  const codes: Record<string, number> = {};
  let named = 0;
  return {
    async add({ record, code = '', reason = '' }: Settled) {
      codes[code] = (codes[code] ?? 0) + 1;
      if (++named <= maxNamed) note(`${record.place}: ${code}${reason && `, ${reason}`}`);
      if (out !== undefined) await writeOut(pathOf(terminal, out), record, code, reason);
    },
    end() {
      if (named > maxNamed) note(`… and ${grouped(named - maxNamed)} more failed again`);
    },
    byCode: () => codes,
  };
}

async function writeOut(file: string, record: ReplayRecord, errorCode: string, reason: string) {
  const line = {
    rawData: Buffer.from(record.bytes).toString('base64'),
    errorCode,
    errorMessage: reason,
    attemptsMade: 1,
    arrivalTimestamp: record.arrivalMs,
    attemptEndingTimestamp: Date.now(),
  };
  await appendFile(file, `${JSON.stringify(line)}\n`).catch((error: unknown) => {
    throw environmentErrorOf(error, 'write', file);
  });
}

const nothingReplayed: ReplayCounts = {
  replayed: 0,
  ok: 0,
  dropped: 0,
  failed: 0,
  accepted: 0,
  refused: 0,
};

type Summary = ReturnType<typeof summaryOf>;

function summaryOf(
  { found, unreadable, notAsked, twice, alreadyReplayed, selected, byDay, late }: Survey,
  counts: ReplayCounts,
  added: LakeReplay,
  failures: Readonly<Record<string, number>>,
) {
  const left = selected - counts.replayed;
  const seen = { found, unreadable, notAsked, twice, alreadyReplayed };
  return { ...seen, ...counts, left, ...added, failures, late, byDay };
}

function surveyText({ byDay }: Survey, { stdout }: Terminal): string {
  if (byDay.length === 0) return '';
  const columns = [
    { name: 'day', isNumeric: false, isExact: true },
    { name: 'code', isNumeric: false, isExact: true },
    { name: 'records', isNumeric: true, isExact: true },
  ];
  const rows = byDay.map(({ day, code, records }) => [day, code, grouped(records)]);
  const { head, line } = layOutTable(columns, rows, {
    maxWidth: stdout.columns,
    bold: (text) => stdout.style('bold', text),
    dim: (text) => stdout.style('dim', text),
  });
  return `${[...head, ...rows.map(line)].join('\n')}\n`;
}

function summaryText(summary: Summary, place: string, { stdout }: Terminal): string {
  const { failures, rows, objects, failed, refused, failedParts } = summary;
  const sum = (parts: Readonly<Record<string, number>>) =>
    Object.entries(parts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${grouped(count)} ${what}`)
      .join(' + ') || '0';
  const { ok, dropped, accepted, replayed, left } = summary;
  const { unreadable, notAsked, twice, alreadyReplayed } = summary;
  const found = {
    unreadable,
    'not asked for': notAsked,
    'there twice': twice,
    'replayed before': alreadyReplayed,
    replayed,
    left,
  };
  const heading = (text: string) => stdout.style('bold', text.padEnd(8));
  const codes = Object.entries(failures).map(([code, count]) => `${code} ${grouped(count)}`);
  return [
    `${heading('found')} ${grouped(summary.found)} = ${sum(found)}`,
    `${heading('replayed')} ${grouped(replayed)} = ${sum({ ok, dropped, failed, accepted, refused })}`,
    ...(rows > 0
      ? [
          `${heading('rows')} ${grouped(rows)} in ${counted(objects, 'object')} below ${place}/events/`,
        ]
      : []),
    ...(failed + failedParts > 0
      ? [
          `What failed again is below ${place}/${errorFolder}/ (${codes.join(', ')}); --again tries it once more.`,
        ]
      : []),
    ...(failedParts > 0 ? [`${counted(failedParts, 'part')} of records failed as well.`] : []),
    ...(refused > 0 ? [`The stream refused ${codes.join(', ')}: replay them later.`] : []),
    '',
  ].join('\n');
}
