import { execFile } from 'node:child_process';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { compactLake } from '../local/lake/compact.ts';
import { openLake } from '../local/lake/duckdb.ts';
import { askedQuery, queryNamed } from '../local/lake/named-query.ts';
import { argumentsOf } from '../scripts/arguments.ts';
import { eventsOfMonth, writeBusyLake } from '../test/support/busy-month.ts';

/**
 * `npm run bench:questions` measures how fast a lake of a million events answers, as JSON and as Parquet, beside
 * DuckDB over the same records in files of a trail; and `put` beside what DuckDB takes to flatten such files.
 */
const usage = `Usage: npm run bench:questions -- [--write]

Measures answers over a million events, and prints the figures as Markdown, or with --write puts them into
docs/local.md.
`;
const { values } = argumentsOf(usage, { options: { write: { type: 'boolean', default: false } } });

const root = fileURLToPath(new URL('../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'eventlake-questions-'));
const business = { instances: 300, days: 30, reads: 990_000 };
const page = join(root, 'docs/local.md');
const [start, end] = [
  '<!-- questions: written by `npm run bench:questions -- --write` -->',
  '<!-- /questions -->',
];

/** A question, in the words of a lake and in those of somebody who has only the files. */
interface Question {
  readonly asks: string;
  readonly sql: string;
  readonly raw: string;
}

const since = '2026-11-17';

const questions: readonly Question[] = [
  {
    asks: 'what failed?',
    sql: "SELECT event_time, event_name, actor_name FROM events WHERE outcome = 'failure'",
    raw: 'SELECT eventTime, eventName, userIdentity.userName FROM records WHERE errorCode IS NOT NULL',
  },
  {
    asks: 'who stopped what since a day?',
    sql: askedQuery(queryNamed('who_stopped_what'), { since }, since).sql,
    raw: `SELECT eventTime, eventName, userIdentity.arn, requestParameters FROM records
      WHERE eventTime >= '${since}' AND eventName IN ('RunInstances', 'StartInstances', 'StopInstances', 'TerminateInstances')`,
  },
  {
    asks: 'how many events of each service and day?',
    sql: 'SELECT day, source, count(*) FROM events GROUP BY ALL',
    raw: 'SELECT eventTime[:10], eventSource, count(*) FROM records GROUP BY ALL',
  },
];

const times = 5;

const seconds = (ms: number) => (ms / 1000).toFixed(2);

/** Milliseconds that something takes: the median of some runs. */
async function medianMs(run: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let at = 0; at < times; at++) {
    const startMs = performance.now();
    await run();
    taken.push(performance.now() - startMs);
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] as number;
}

/** The calls of the month in files of a trail, 2,000 records each. */
function writeTrail(folder: string): { records: number; bytes: number } {
  mkdirSync(folder);
  let records: unknown[] = [];
  let count = 0;
  let files = 0;
  let bytes = 0;
  const flush = () => {
    const packed = gzipSync(JSON.stringify({ Records: records }));
    writeFileSync(join(folder, `${String(files++).padStart(5, '0')}.json.gz`), packed);
    bytes += packed.length;
    records = [];
  };
  for (const { event } of eventsOfMonth(business)) {
    if (!String(event['detail-type']).endsWith('via CloudTrail')) continue;
    records.push(event.detail);
    count++;
    if (records.length === 2000) flush();
  }
  if (records.length > 0) flush();
  return { records: count, bytes };
}

/** Twelve columns of the files, as somebody reads them who has nothing else. */
const flattened = (folder: string) => `
SELECT unnest(Records, recursive := false) AS r FROM read_json('${folder}/*.json.gz', maximum_object_size = 268435456,
  columns = {Records: 'STRUCT(eventTime VARCHAR, eventName VARCHAR, eventSource VARCHAR, awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, errorMessage VARCHAR, eventID VARCHAR, recipientAccountId VARCHAR, userIdentity STRUCT(type VARCHAR, arn VARCHAR, userName VARCHAR), requestParameters JSON)[]'})`;

try {
  const events = writeBusyLake(join(work, 'lake'), business);
  const trail = writeTrail(join(work, 'trail'));
  const answersOf = async () => {
    const lake = await openLake(join(work, 'lake'));
    const taken: number[] = [];
    for (const { sql } of questions) {
      taken.push(
        await medianMs(async () => {
          const answer = await lake.ask(sql);
          for await (const _ of answer.rows());
        }),
      );
    }
    lake.close();
    return taken;
  };
  const json = await answersOf();
  const compactMs = await medianOnce(() =>
    compactLake(join(work, 'lake'), { before: '2027-01-01' }),
  );
  const parquet = await answersOf();
  const raw = await rawAnswers();
  const put = await putBesideDuckdb();
  const text = [
    `${events.toLocaleString('en-US')} events of a made-up month, ${trail.records.toLocaleString('en-US')} of them records of a trail in ${(trail.bytes / 1e6).toFixed(0)} MB of gzipped files. Node ${process.versions.node}, ${cpus()[0]?.model}, ${cpus().length} cores; medians of ${times}.`,
    [
      '| question | files of a trail by DuckDB, s | lake as JSON, s | as Parquet, s | as Parquet, times faster than the files |',
      '| --- | ---: | ---: | ---: | ---: |',
      ...questions.map(({ asks }, at) => {
        const [of, then, now] = [raw[at] ?? 0, json[at] ?? 0, parquet[at] ?? 1];
        return `| ${asks} | ${seconds(of)} | ${seconds(then)} | ${seconds(now)} | ${Math.round(of / now)} |`;
      }),
    ].join('\n'),
    `\`compact\` took ${seconds(compactMs)} s. ${put}`,
  ].join('\n\n');
  if (values.write) writeInto(text);
  else console.log(text);
} finally {
  rmSync(work, { recursive: true });
}

async function medianOnce(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}

async function rawAnswers(): Promise<number[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const taken: number[] = [];
  for (const { raw } of questions) {
    const sql = `WITH records AS (SELECT r.* FROM (${flattened(join(work, 'trail'))})) ${raw}`;
    taken.push(await medianMs(() => connection.runAndReadAll(sql)));
  }
  connection.closeSync();
  instance.closeSync();
  return taken;
}

/** `put` of the trail's files in a process of its own, beside DuckDB flattening twelve columns of them. */
async function putBesideDuckdb(): Promise<string> {
  const script = `
    const { main } = await import(${JSON.stringify(join(root, 'local/cli.ts'))});
    const { terminalOf } = await import(${JSON.stringify(join(root, 'local/terminal/terminal.ts'))});
    const status = await main(${JSON.stringify(['put', '--json', '--no-compact', '--lake', join(work, 'put'), join(work, 'trail')])}, terminalOf(process));
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    console.error(JSON.stringify({ status, cpu: (userCPUTime + systemCPUTime) / 1e6, rss: maxRSS / 1024 }));`;
  const startMs = performance.now();
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { maxBuffer: 1e8 },
  );
  const putMs = performance.now() - startMs;
  const { rows } = JSON.parse(stdout);
  const { cpu, rss } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const flat = join(work, 'flat.json');
  const flattenMs = await medianOnce(() =>
    connection.run(
      `COPY (SELECT r.* FROM (${flattened(join(work, 'trail'))})) TO '${flat}' (FORMAT json, COMPRESSION gzip)`,
    ),
  );
  connection.closeSync();
  instance.closeSync();
  const files = globSync('trail/*', { cwd: work }).map((file) => join(work, file));
  const size = files.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
  return `\`put\` of the trail's files (${size.toFixed(0)} MB): ${Math.round(rows / (putMs / 1000)).toLocaleString('en-US')} events/s, ${(putMs / flattenMs).toFixed(1)} times the time that DuckDB takes to flatten twelve columns of them into JSON, ${((cpu * 1e6) / rows).toFixed(0)} µs of a processor an event, ${rss.toFixed(0)} MB of memory at most.`;
}

function writeInto(text: string): void {
  const whole = readFileSync(page, 'utf8');
  const [before, after] = [whole.indexOf(start), whole.indexOf(end)];
  if (before === -1 || after < before) throw new Error(`docs/local.md has no ${start}`);
  writeFileSync(page, `${whole.slice(0, before)}${start}\n\n${text}\n\n${whole.slice(after)}`);
}
