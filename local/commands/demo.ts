import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.ts';
import { fileSource } from '../input/read-pieces.ts';
import type { OpenLake } from '../lake/duckdb.ts';
import { lakeObjects } from '../lake/lake-objects.ts';
import { linesOf } from '../lake/lake-rows.ts';
import { openOwnedFolder } from '../lake/owned-folder.ts';
import { functionNotes } from '../stream/function-notes.ts';
import { type PutReport, putSources } from '../stream/put-sources.ts';
import { defineCommand, invocationPrefix } from '../terminal/command.ts';
import { lakeFolderOf, lakeOptionOf } from '../terminal/options.ts';
import { createProgress } from '../terminal/progress.ts';
import { layOutTable } from '../terminal/table.ts';
import { counted, type Output, shellWord } from '../terminal/terminal.ts';
import { writeView } from './view.ts';

const samples = fileURLToPath(new URL('../../events/readable/', import.meta.url));

/** The one sample that holds no events. */
const tagsFile = 'tags.json';

/** The sample that is shown as it came and as its row: the instance web-1 has stopped. */
const shownEventId = '9f0fd0cc-22d9-4450-8d83-de6aba66cbf6';

/** What a line of it has at most; fewer on a narrower terminal. */
const mostColumns = 100;
const indent = '   ';

interface Question {
  readonly asks: string;
  readonly sql: string;
}

const questions: readonly Question[] = [
  {
    asks: 'Who changed the state of which instances, and which team owns them?',
    sql: `
SELECT strftime(event_time, '%m-%d %H:%M') AS "when",
       coalesce(actor_session_name, actor_name) AS who,
       event_name AS what,
       i.tags['Name'] AS instance,
       concat_ws(' → ', coalesce(i.previous_state, 'new'), i.state) AS change,
       i.tags['team'] AS team
FROM events, UNNEST(instances) AS t(i)
WHERE kind = 'api_call' AND i.state IS NOT NULL
ORDER BY event_time, instance`,
  },
  {
    asks: 'Which instances changed their state without a call, and what had announced it?',
    sql: `
WITH seen AS (
  SELECT event_time, kind, outcome, detail_type,
         i.instance_id AS id, i.state AS state, i.tags AS tags
  FROM events, UNNEST(instances) AS t(i)
)
SELECT strftime(event_time, '%m-%d %H:%M:%S') AS "when",
       tags['Name'] AS instance, tags['team'] AS team, state,
       (SELECT max_by(notice.detail_type, notice.event_time) FROM seen AS notice
        WHERE notice.kind = 'event' AND notice.id = change.id
          AND notice.event_time < change.event_time) AS announced_by
FROM seen AS change
WHERE kind = 'state_change' AND state IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM seen AS call
  WHERE call.kind = 'api_call' AND call.outcome = 'success' AND call.id = change.id
    AND call.event_time BETWEEN change.event_time - INTERVAL 5 MINUTES AND change.event_time)
ORDER BY event_time, instance`,
  },
  {
    asks: 'Who signed in without a second factor, and who was refused what?',
    sql: `
SELECT strftime(event_time, '%m-%d %H:%M') AS "when",
       coalesce(actor_session_name, actor_name) AS who,
       event_name AS what, outcome,
       coalesce(error_code, error_message, 'no MFA') AS because, source_ip
FROM events
WHERE outcome = 'failure'
   OR (kind = 'sign_in' AND json_extract_string(additional_event_data, '$.MFAUsed') = 'No')
ORDER BY event_time`,
  },
];

/** Shows what eventlake does, in seconds and without AWS. */
export const demo = defineCommand({
  name: 'demo',
  summary: 'show everything with the sample events of this project',
  positionals: '',
  description: [
    'Builds the function, puts the events of events/readable/ through it into a lake',
    'of its own, asks three questions, and makes a page of it. The lake is kept for',
    'more questions. The next demo makes it anew, deleting only what the last demo',
    'made.',
  ],
  options: { lake: lakeOptionOf('demo') },
  example: `${invocationPrefix} demo`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) throw new UsageError('demo takes no FILE: put puts yours.');
    const { stdout } = terminal;
    const folder = lakeFolderOf(values.lake, terminal, 'demo');
    const progress = createProgress(terminal);
    const page = createPage(stdout);

    const report = await putSources(await sampleSources(), {
      lake: folder,
      store: await openOwnedFolder(folder),
      tags: JSON.parse(await readFile(join(samples, tagsFile), 'utf8')),
      ...functionNotes(progress),
      onProblem: progress.note,
    });
    await page.title(
      `${counted(report.events, 'AWS event')}, through the built Lambda in a local Firehose, into partitions of rows`,
    );
    await page.part('What became of them', outcomeLines(report));
    const partitions = await rowsByPartition(folder);
    await page.part(`Where they are: ${folder}`, treeLines(partitions));
    await page.part('One event as it came …', await eventLines());
    await page.part('… and as a row', await rowLines(folder, page));

    // Loaded here, since the help of the tool needs no engine.
    const { openLake } = await import('../lake/duckdb.ts');
    const lake = await openLake(folder);
    for (const { asks, sql } of questions) {
      await page.part(asks, [
        ...sql.trim().split('\n').map(page.dim),
        '',
        ...(await answerLines(lake, sql, page)),
      ]);
    }
    const file = `${folder}.html`;
    await writeView(lake, { folder, file });
    lake.close();
    await page.part('All of it to look at, on one page: open it in a browser', [file]);
    await page.part('What to try next', nextLines(folder, page));
    return report.failed > 0 || report.problems > 0 ? 1 : 0;
  },
});

interface Page {
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  title(text: string): Promise<void>;
  part(heading: string, lines: readonly string[]): Promise<void>;
}

function createPage(stdout: Output): Page {
  const bold = (text: string) => stdout.style('bold', text);
  return {
    width: Math.min(stdout.columns ?? mostColumns, mostColumns) - indent.length,
    bold,
    dim: (text) => stdout.style('dim', text),
    title: (text) => stdout.write(`${bold(text)}\n`),
    part(heading, lines) {
      const indented = lines.map((line) => (line === '' ? '' : indent + line));
      return stdout.write(`\n${bold(heading)}\n\n${indented.join('\n')}\n`);
    },
  };
}

async function sampleSources() {
  const names = (await readdir(samples)).filter((name) => name.endsWith('.json')).sort();
  return names
    .filter((name) => name !== tagsFile)
    .map((name) => fileSource(name, join(samples, name)));
}

function outcomeLines({
  records,
  events,
  rows,
  ok,
  dropped,
  failed,
  objects,
}: PutReport): string[] {
  const width = String(records).length;
  return [
    `records  ${records} = ${ok} ok + ${dropped} dropped + ${failed} failed`,
    `events   ${String(events).padStart(width)}`,
    `rows     ${String(rows).padStart(width)} in ${counted(objects, 'object')}`,
  ];
}

/** Rows of each partition, by its folder. */
async function rowsByPartition(folder: string): Promise<ReadonlyMap<string, number>> {
  const rows = new Map<string, number>();
  for await (const object of lakeObjects(folder)) {
    const name = object.key.slice(0, object.key.lastIndexOf('/'));
    for await (const _ of linesOf(folder, object)) rows.set(name, (rows.get(name) ?? 0) + 1);
  }
  return rows;
}

/** A partition a line; a further day of a source stands under the first. */
function treeLines(partitions: ReadonlyMap<string, number>): string[] {
  const entries = [...partitions].map(([path, rows]) => {
    const [day = '', source = '', ...above] = path.split('/').reverse();
    return { root: `${above.reverse().join('/')}/`, source: `${source}/`, day: `${day}/`, rows };
  });
  const pathWidth = Math.max(...entries.map(({ source, day }) => source.length + day.length));
  const rowsWidth = Math.max(...entries.map(({ rows }) => String(rows).length));
  const lastSource = entries.at(-1)?.source;
  const lines = entries.map(({ source, day, rows }, index) => {
    const isLast = source === lastSource;
    const isFurther = source === entries[index - 1]?.source;
    const path = (isFurther ? ' '.repeat(source.length) : source) + day;
    const branch = isFurther ? (isLast ? '   ' : '│  ') : isLast ? '└─ ' : '├─ ';
    const count = `${String(rows).padStart(rowsWidth)} ${rows === 1 ? 'row' : 'rows'}`;
    return `${branch}${path.padEnd(pathWidth)}  ${count}`;
  });
  return [entries[0]?.root ?? '', ...lines];
}

async function eventLines(): Promise<string[]> {
  for (const source of await sampleSources()) {
    const documents = JSON.parse(await readFile(join(samples, source.name), 'utf8'));
    const found = [documents].flat().find(({ id }) => id === shownEventId);
    if (found) return JSON.stringify(found, null, 2).split('\n');
  }
  throw new Error(`No sample has the id ${shownEventId}.`);
}

/** The row of that event, a line a cell, longer ones on several. */
async function rowLines(folder: string, page: Page): Promise<string[]> {
  for await (const object of lakeObjects(folder)) {
    for await (const { text } of linesOf(folder, object)) {
      const row: Record<string, unknown> = JSON.parse(text);
      if (row.event_id !== shownEventId) continue;
      const { source, day } = object.partition;
      return cellLines({ ...row, source, day }, page);
    }
  }
  throw new Error(`No row has the id ${shownEventId}.`);
}

function cellLines(row: Readonly<Record<string, unknown>>, { width, bold }: Page): string[] {
  const names = Object.keys(row);
  const nameWidth = Math.max(...names.map((name) => name.length)) + 2;
  return names.flatMap((name) => {
    const value = row[name];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const padding = ' '.repeat(nameWidth - name.length);
    return brokenAtCommas(text, width - nameWidth).map((line, index) =>
      index === 0 ? bold(name) + padding + line : ' '.repeat(nameWidth + 1) + line,
    );
  });
}

/** Lines of JSON text, each as long as it may be. */
function brokenAtCommas(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of text.split(/(?<=,)/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + part.length >= width) lines.push(part);
    else lines[lines.length - 1] = line + part;
  }
  return lines;
}

async function answerLines(lake: OpenLake, sql: string, page: Page): Promise<string[]> {
  const { textOf } = await import('../lake/duckdb.ts');
  const { columns, rows } = await lake.ask(sql);
  const cells: (string | null)[][] = [];
  for await (const some of rows()) cells.push(...some.map((row) => row.map(textOf)));
  const table = layOutTable(columns, cells, {
    maxWidth: page.width,
    bold: page.bold,
    dim: page.dim,
  });
  return [...table.head, ...cells.map(table.line)];
}

/** Lines that work as they stand, in the project's folder. */
export function nextCommands(folder: string): { readonly what: string; readonly line: string }[] {
  const lake = `--lake ${shellWord(folder)}`;
  return [
    {
      what: 'Ask it something else; `SELECT *` shows every column, --json all of a cell:',
      line: `${invocationPrefix} query ${lake} "SELECT kind, count(*) AS events FROM events GROUP BY ALL ORDER BY ALL"`,
    },
    {
      what: 'Make such a page of a lake of your own, or of some days of it:',
      line: `${invocationPrefix} view ${lake} --since 2026-11-18`,
    },
    {
      what: 'Get the events back as they came:',
      line: `${invocationPrefix} restore ${lake} --source aws.signin`,
    },
    {
      what: 'Put events of your own into a lake of your own: files of a trail, plain or gzipped, or a pipe:',
      line: `cat events/readable/stop.json | ${invocationPrefix} put`,
    },
    {
      what: 'See what else there is:',
      line: `${invocationPrefix} --help`,
    },
  ];
}

function nextLines(folder: string, { dim }: Page): string[] {
  return nextCommands(folder).flatMap(({ what, line }) => [dim(what), line, '']);
}
