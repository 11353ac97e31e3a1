import { readFile, stat } from 'node:fs/promises';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';
import {
  type BackfillProgress,
  newRun,
  type PlanRequest,
  planRun,
  type RunReport,
  runParts,
  type Survey,
} from '../history/backfill.ts';
import { type HistoryFunction, openHistoryFunction } from '../history/open-function.ts';
import { reportText, surveyText, verificationText } from '../history/texts.ts';
import { type PublicKey, verifyTrail } from '../history/verify-trail.ts';
import { makeLake } from '../lake/lake-folder.ts';
import { functionNotes } from '../stream/function-notes.ts';
import { stackOf } from '../stream/open-stream.ts';
import { stackOptions, stackOptionsIn } from '../stream/stack-options.ts';
import { type Arguments, defineCommand, invocationPrefix } from '../terminal/command.ts';
import { dayIn, jsonOption, lakeFolderOf } from '../terminal/options.ts';
import { printableLines } from '../terminal/printable.ts';
import { createProgress, type Progress } from '../terminal/progress.ts';
import {
  counted,
  duration,
  grouped,
  interruptedStatus,
  pathOf,
  type Terminal,
} from '../terminal/terminal.ts';

const options = {
  lake: {
    type: 'string',
    value: 'DIR|s3://BUCKET',
    help: 'the lake',
    defaultIn: (terminal: Terminal) => lakeFolderOf(undefined, terminal),
  },
  from: { type: 'string', value: 'DAY', help: 'first day of the files, yyyy-MM-dd (UTC)' },
  to: { type: 'string', value: 'DAY', help: 'last day of the files' },
  account: {
    type: 'string',
    multiple: true,
    value: 'ID',
    help: 'only files of this account; may be given again',
  },
  region: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'only files of this Region; may be given again',
  },
  plan: { type: 'boolean', help: 'write nothing; say what there is to do, and what it costs' },
  verify: {
    type: 'boolean',
    help: "read nothing; hold the files against CloudTrail's digests, the chain and signatures of these too",
  },
  'public-keys': {
    type: 'string',
    value: 'FILE',
    help: 'with --verify: the keys of CloudTrail, as `aws cloudtrail list-public-keys` writes them',
  },
  again: { type: 'boolean', help: 'run parts again that are complete, by their old lists' },
  overlap: {
    type: 'boolean',
    help: 'also days of which the lake has rows from the stream: their events are then stored twice',
  },
  workers: {
    type: 'string',
    value: 'NUMBER',
    help: 'parts at a time (default: as many as there are processors)',
  },
  'endpoint-url': { type: 'string', value: 'URL', help: 'the endpoint of S3' },
  parameter: stackOptions.parameter,
  log: { type: 'boolean', help: "write the function's log to standard error" },
  json: jsonOption('print only the counts, as one JSON object'),
} as const;

type Values = Arguments<typeof options>['values'];

/** Reads the files of a trail into a lake. */
export const backfill = defineCommand({
  name: 'backfill',
  summary: "read years of CloudTrail's own files into a lake",
  positionals: 'FOLDER|s3://BUCKET/PREFIX',
  description: [
    'Reads the files that a trail of CloudTrail has delivered, from its bucket or',
    'from a copy of it in a folder, and writes their rows into a lake, through the',
    'function of history.yaml as deployed, in as many workers as there are',
    'processors.',
    '',
    'The files of a day are planned in parts, of 256 MB at most. Each part that is',
    'complete has a receipt in the lake and is not run again, so the command can be',
    'stopped at any time, and goes on when it is given again. Files that came since',
    'are planned then. See docs/history.md.',
    '',
    'It prints these counts (with --json as one object):',
    '  files     listed in the parts that were run = read + skipped + failed',
    '  events    in these files = rows + failures',
    '  failures  what could not be read; it is below DIR/errors/, and in the table',
    '            `failures`',
  ],
  options,
  example: `${invocationPrefix} backfill s3://my-trail-bucket --from 2024-01-01 --plan`,
  async run({ values, positionals }, terminal) {
    const request = requestIn(values);
    const trail = await trailIn(positionals, terminal);
    const lake = await lakeIn(values.lake, terminal);
    const workers = workersIn(values.workers);
    const { interrupted } = terminal; // from now on it ends in order
    const progress = createProgress(terminal);
    const fn = await openHistoryFunction({
      stack: stackOf(stackOptionsIn({ parameter: values.parameter ?? [] })),
      trail,
      lake,
      workers,
      awsEnvironment: awsEnvironmentOf(process.env, values['endpoint-url']),
      onBuild: functionNotes(progress).onBuild,
      ...(values.log && {
        onLog: (text: string) => void terminal.stderr.write(printableLines(text)),
      }),
    });
    interrupted.addEventListener('abort', () => void fn.close());
    if (values.verify) return verifyWith(values, request, { fn, progress, terminal });
    const run = newRun();
    let survey: Survey | undefined;
    let report: RunReport | undefined;
    try {
      survey = await planRun(run, request, fn, {
        interrupted,
        onMonth: (done, of) => progress.show(() => `Planning: ${done} of ${of} months`),
      });
      progress.clear();
      for (const folder of survey.denied) progress.note(`${folder || trail} may not be listed.`);
      if (!values.json) await terminal.stdout.write(surveyText(survey, request, terminal));
      if (!values.plan && survey.totals.parts > 0) {
        const { totals } = survey;
        report = await runParts(run, fn, {
          months: survey.months.map(({ month }) => month),
          again: request.again === true,
          overlap: values.overlap === true,
          interrupted,
          onProgress: (done) => progress.show(() => progressLine(done, totals)),
        });
      }
    } catch (error) {
      if (!interrupted.aborted) throw error;
    } finally {
      progress.clear();
      await fn.close();
    }
    if (interrupted.aborted) {
      progress.note('Stopped. What is complete is in the lake; give the command again to go on.');
      return interruptedStatus(interrupted);
    }
    if (values.json) await terminal.stdout.write(`${JSON.stringify(summaryOf(survey, report))}\n`);
    else if (report) await terminal.stdout.write(reportText(report, lake, terminal));
    const isWell = report === undefined || (report.isComplete && report.counts.failures === 0);
    return isWell && survey?.denied.length === 0 ? 0 : 1;
  },
});

async function verifyWith(
  values: Values,
  request: PlanRequest,
  {
    fn,
    progress,
    terminal,
  }: { readonly fn: HistoryFunction; readonly progress: Progress; readonly terminal: Terminal },
): Promise<number> {
  try {
    const keys = await publicKeysIn(values['public-keys'], terminal);
    const { from, to, accounts, regions } = request;
    const verification = await verifyTrail({ from, to, accounts, regions }, keys, fn, {
      interrupted: terminal.interrupted,
      onMonth: (done, of) => progress.show(() => `Verifying: ${done} of ${of} months`),
    });
    progress.clear();
    await terminal.stdout.write(
      values.json ? `${JSON.stringify(verification)}\n` : verificationText(verification, terminal),
    );
    const { byCode, digests } = verification;
    return digests > 0 && Object.keys(byCode).length === 0 ? 0 : 1;
  } finally {
    progress.clear();
    await fn.close();
  }
}

async function publicKeysIn(file: string | undefined, terminal: Terminal): Promise<PublicKey[]> {
  if (file === undefined) {
    throw new UsageError(
      '--verify needs --public-keys FILE.',
      'Write it with `aws cloudtrail list-public-keys --start-time DAY --end-time DAY > FILE`, in the Region of the trail.',
    );
  }
  const text = await readFile(pathOf(terminal, file), 'utf8').catch((error: unknown) => {
    throw environmentErrorOf(error, 'read', file);
  });
  const isKey = (key: Partial<PublicKey> | undefined): key is PublicKey =>
    typeof key?.Fingerprint === 'string' && typeof key.Value === 'string';
  try {
    const { PublicKeyList: keys } = JSON.parse(text);
    if (Array.isArray(keys) && keys.length > 0 && keys.every(isKey)) return keys;
  } catch {
    // Not JSON: said below.
  }
  throw new EnvironmentError(`${file} has no "PublicKeyList" of CloudTrail's public keys.`);
}

function requestIn(values: Values): PlanRequest {
  const { account: accounts = [], region: regions = [] } = values;
  for (const account of accounts) {
    if (!/^\d{12}$/.test(account)) {
      throw new UsageError(`--account is ${account}, but has to be twelve digits.`);
    }
  }
  for (const region of regions) {
    if (!/^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/.test(region)) {
      throw new UsageError(`--region is ${region}, but has to be a name like eu-west-1.`);
    }
  }
  const from = dayIn('from', values.from);
  const to = dayIn('to', values.to);
  if (from !== undefined && to !== undefined && from > to) {
    throw new UsageError(`--from is ${from}, after --to, which is ${to}.`);
  }
  return { from, to, accounts, regions, again: values.again === true, isDry: values.plan === true };
}

async function trailIn(positionals: readonly string[], terminal: Terminal): Promise<string> {
  const [place, second] = positionals;
  if (place === undefined || second !== undefined) {
    throw new UsageError('Name one folder, or s3://BUCKET/PREFIX, that has the files of a trail.');
  }
  if (place.startsWith('s3://')) return checked(place);
  const path = pathOf(terminal, place);
  const stats = await stat(path).catch((error: unknown) => {
    throw environmentErrorOf(error, 'read', place);
  });
  if (!stats.isDirectory()) {
    throw new UsageError(`${place} is a file: put it with \`${invocationPrefix} put\`.`);
  }
  return path;
}

async function lakeIn(lake: string | undefined, terminal: Terminal): Promise<string> {
  if (lake?.startsWith('s3://')) return checked(lake);
  const folder = lakeFolderOf(lake, terminal);
  await makeLake(folder);
  return folder;
}

function checked(place: string): string {
  if (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/|$)/.test(place)) return place;
  throw new UsageError(`${place} has to be of the form s3://BUCKET/PREFIX.`);
}

function workersIn(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d{0,2}$/.test(value)) return Number(value);
  throw new UsageError(`--workers is ${value}, but has to be a number from 1.`);
}

/** What the clients in the function go by: credentials, Region and endpoints as the AWS CLI takes them. */
function awsEnvironmentOf(
  environment: NodeJS.ProcessEnv,
  endpointUrl: string | undefined,
): Record<string, string> {
  const isTaken = (name: string) =>
    /^AWS_/.test(name) || /^(?:HOME|USERPROFILE|PATH|NODE_EXTRA_CA_CERTS)$/.test(name);
  const taken = Object.entries(environment).filter(([name]) => isTaken(name));
  return {
    ...(Object.fromEntries(taken) as Record<string, string>),
    ...(endpointUrl !== undefined && { AWS_ENDPOINT_URL_S3: endpointUrl }),
  };
}

function progressLine(done: BackfillProgress, { files, bytes }: Survey['totals']): string {
  const seconds = Math.max(done.seconds, 0.001);
  const share = bytes > 0 ? done.bytes / bytes : 0;
  const parts = [
    `${grouped(done.files)} of ${counted(files, 'file')}`,
    `${grouped(done.events / seconds)} events/s`,
    `${Math.floor(100 * share)} %`,
  ];
  if (share > 0) parts.push(`about ${duration((seconds * (1 - share)) / share)} left`);
  return parts.join(', ');
}

function summaryOf(survey: Survey | undefined, report: RunReport | undefined) {
  return { plan: survey?.totals, denied: survey?.denied, ...report };
}
