import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Ask, askAll } from '../../view/ask-all.ts';
import { pageAsset } from '../../view/build.ts';
import { gatherStatements } from '../../view/gather.ts';
import { pageFileOf } from '../../view/page-file.ts';
import type { Scope } from '../../view/scope.ts';
import { environmentErrorOf, UsageError } from '../errors.ts';
import { askLake } from '../lake/ask-lake.ts';
import type { OpenLake } from '../lake/duckdb.ts';
import { lakeObjects } from '../lake/lake-objects.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { dayIn, lakeFolderOf, lakeOption } from '../terminal/options.ts';
import { createProgress } from '../terminal/progress.ts';
import { duration, pathOf, shellWord, type Terminal } from '../terminal/terminal.ts';

/** Writes the page of a lake. */
export const view = defineCommand({
  name: 'view',
  summary: 'write one page that shows a lake: who, what, when, and the instances',
  positionals: '',
  description: [
    'Asks a lake what happened when, what became of its instances, who called from',
    'where, what was denied, who signed in, what changed, and what did not become a',
    'row. The answers go into one HTML file that needs no server and no network:',
    'open it from the disk, or mail it. Each picture has its figures as a table and',
    'its SQL, which `query` and Athena take as it is.',
  ],
  options: {
    lake: lakeOption,
    since: {
      type: 'string',
      value: 'DAY',
      help: 'first day, UTC (default: the first of the lake)',
    },
    until: { type: 'string', value: 'DAY', help: 'last day, UTC (default: the last of the lake)' },
    account: {
      type: 'string',
      multiple: true,
      value: 'ID',
      help: 'only events of this account; may be given again',
    },
    out: { type: 'string', value: 'FILE', help: 'the page (default: DIR.html, beside the lake)' },
    open: { type: 'boolean', help: 'open it in the browser' },
  },
  example: `${invocationPrefix} view --lake /tmp/lake --since 2026-11-17 --open`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) throw new UsageError('view takes no arguments.');
    const folder = lakeFolderOf(values.lake, terminal);
    const asked = {
      since: dayIn('since', values.since),
      until: dayIn('until', values.until),
      accounts: accountsIn(values.account),
    };
    if (asked.since && asked.until && asked.since > asked.until) {
      throw new UsageError(`--since is ${asked.since}, which is after --until, ${asked.until}.`);
    }
    if (values.out === '') throw new UsageError('--out needs the name of a file.');
    const file = values.out === undefined ? `${folder}.html` : pathOf(terminal, values.out);
    return askLake(values.lake, terminal, async (lake) => {
      const startMs = performance.now();
      const { step } = createProgress(terminal);
      const made = await writeView(lake, { folder, file, ...asked, onStep: step });
      const took = duration((performance.now() - startMs) / 1000);
      const megabytes = (made.bytes / 1_000_000).toFixed(1);
      await terminal.stdout.write(
        `${file}  ${megabytes} MB, ${made.since} to ${made.until}, made in ${took}\n`,
      );
      if (values.open) await openInBrowser(file, terminal);
    });
  },
});

function accountsIn(accounts: readonly string[] = []): readonly string[] {
  const wrong = accounts.find((account) => !/^\d{12}$/.test(account));
  if (wrong === undefined) return [...new Set(accounts)];
  throw new UsageError(`--account is ${wrong}, but has to be twelve digits.`);
}

interface Asked {
  /** Of the lake. */
  readonly folder: string;
  /** Of the page. */
  readonly file: string;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly accounts?: readonly string[];
  readonly onStep?: (what: string) => void;
}

/**
 * Asks a lake, and writes its page.
 * @throws EnvironmentError where the page cannot be written
 */
export async function writeView(
  lake: OpenLake,
  { folder, file, since, until, accounts = [], onStep = () => {} }: Asked,
): Promise<{ readonly bytes: number; readonly since: string; readonly until: string }> {
  const asset = await pageAsset();
  const days = await daysIn(folder);
  const now = new Date();
  const today = now.toISOString().slice(0, 'yyyy-MM-dd'.length);
  const scope: Scope = {
    since: since ?? min(days.first, until) ?? until ?? today,
    until: until ?? max(days.last, since) ?? since ?? today,
    asked: { since, until },
    accounts,
  };
  onStep('Reading the lake …');
  for (const sql of gatherStatements(scope)) await lake.ask(sql);
  onStep('Asking it …');
  const data = await askAll(asksOf(lake), {
    ...scope,
    lake: folder,
    madeAt: now.getTime(),
    command: `${invocationPrefix} query --lake ${shellWord(folder)}`,
  });
  const page = Buffer.from(pageFileOf(data, asset));
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, page);
  } catch (error) {
    throw environmentErrorOf(error, 'write', file);
  }
  return { bytes: page.length, since: scope.since, until: scope.until };
}

const min = (a: string | undefined, b: string | undefined) => (a && b && b < a ? b : a);
const max = (a: string | undefined, b: string | undefined) => (a && b && b > a ? b : a);

/** The first and the last day that a lake has rows of. */
async function daysIn(folder: string): Promise<{ first?: string; last?: string }> {
  const days: { first?: string; last?: string } = {};
  for await (const { partition } of lakeObjects(folder)) {
    if (days.first === undefined || partition.day < days.first) days.first = partition.day;
    if (days.last === undefined || partition.day > days.last) days.last = partition.day;
  }
  return days;
}

function asksOf(lake: OpenLake): Ask {
  return async (sql) => {
    // Loaded by now: it is what has opened the lake.
    const { textOf } = await import('../lake/duckdb.ts');
    const answer = await lake.ask(sql);
    const rows: (string | null)[][] = [];
    for await (const some of answer.rows()) rows.push(...some.map((row) => row.map(textOf)));
    return { columns: answer.columns.map(({ name }) => name), rows };
  };
}

/** What opens a file by the program that the user has for it. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

async function openInBrowser(file: string, terminal: Terminal): Promise<void> {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  const url = pathToFileURL(file).href;
  const isStarted = await new Promise<boolean>((resolve) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
  if (!isStarted) {
    createProgress(terminal).note(`There is no ${command} here to open it with: open ${url}`);
  }
}
