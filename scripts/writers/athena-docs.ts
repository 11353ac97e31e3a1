import { readFile } from 'node:fs/promises';
import { firstQuery, viewExamples } from '../../athena/examples.ts';
import { readQueries } from '../../athena/queries.ts';
import { eventTables } from '../../athena/tables.ts';
import { readViews, type View } from '../../athena/views.ts';
import { invocationPrefix } from '../../local/command.ts';
import { askedOn } from '../../test/engines/athena/answers.ts';
import { documentedQueries } from '../../test/engines/athena/documented-queries.ts';
import { notOnDuckdb, otherwiseOnDuckdb } from '../../test/engines/athena/not-on-duckdb.ts';
import { readSizes, type Sizes, smallColumns } from '../../test/engines/athena/sizes.ts';
import { version as trinoVersion } from '../../test/engines/trino/install.ts';
import { leastVersion as javaVersion } from '../../test/engines/trino/java.ts';
import type { Writer } from '../writer.ts';

/** Cells that are longer are cut: the tables show what an answer looks like. */
const maxCellLength = 48;

type GoldenLine = readonly unknown[];

/** An answer that `npm run test:athena` holds the engine to. */
async function goldenTable(root: URL, name: string): Promise<string> {
  const text = await readFile(new URL(`test/engines/golden/${name}.jsonl`, root), 'utf8');
  const [head = [], ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line): GoldenLine => JSON.parse(line));
  const names = (head as readonly (readonly [string, string])[]).map(([column]) => column);
  return [names, names.map(() => '---'), ...rows.map((row) => row.map(cellText))]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function cellText(value: unknown): string {
  if (value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const short = text.replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.000$/, '$1');
  const cut = short.length > maxCellLength ? `${short.slice(0, maxCellLength - 1)}…` : short;
  return cut.replaceAll('|', '\\|');
}

const sqlBlock = (sql: string) => `\`\`\`sql\n${sql}\n\`\`\``;

/** `who_stopped_what` → `Who stopped what` */
const titleOf = (name: string) => {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

async function viewsPart(root: URL): Promise<string> {
  const parts: string[] = [];
  const views = new Map(readViews(eventTables).map((view) => [view.name, view]));
  for (const [name, example] of Object.entries(viewExamples)) {
    const { description, columns } = views.get(name) as View;
    const ownColumns =
      name === 'events' || name === 'unique_events'
        ? 'The columns are those of a row, see [rows.md](rows.md), and its partition, `source` and `day`.'
        : `Columns: ${columns.map((column) => `\`${column.name}\``).join(', ')}.`;
    parts.push(
      `### ${name}`,
      description,
      ownColumns,
      example.asks,
      sqlBlock(example.sql),
      await goldenTable(root, `examples/${name}`),
    );
  }
  return parts.join('\n\n');
}

async function queriesPart(root: URL): Promise<string> {
  const parts: string[] = [];
  for (const { name, question, change, sql } of readQueries()) {
    const code = sql
      .split('\n')
      .filter((_, at, lines) => lines.slice(0, at + 1).some((one) => !one.startsWith('--')))
      .join('\n');
    parts.push(
      `### ${titleOf(name)}`,
      `\`${name}\`: ${question}`,
      change,
      sqlBlock(code),
      await goldenTable(root, `queries/${name}`),
    );
  }
  return parts.join('\n\n');
}

function documentedPart(): string {
  const pages = [...new Set(documentedQueries.map(({ page }) => page))];
  return pages
    .map((page) => {
      const names = documentedQueries
        .filter((query) => query.page === page)
        .map(({ name, portable, notOnDuckdb }) => {
          const notes = [
            ...(portable ? ['in its form for any engine'] : []),
            ...(notOnDuckdb ? [`not on DuckDB: ${notOnDuckdb}`] : []),
          ];
          return `${name.replaceAll('_', ' ')}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`;
        });
      return `- ${page}: ${names.join(', ')}`;
    })
    .join('\n');
}

const partitionTable = `| column | from | as |
| --- | --- | --- |
| \`year\`, \`month\`, \`day\` | our day | \`2026\`, \`11\`, \`17\` |
| \`timestamp\`, \`date_partition\` | our day | \`2026/11/17\` |
| \`event_day\` | our day | \`2026-11-17\` |
| \`source\` | our source | \`aws.ec2\` |
| \`region\`, \`region_partition\`, \`account\`, \`account_partition\` | the row | a filter, but nothing is pruned by it |`;

/** US dollars. Amazon Athena pricing, Amazon Data Firehose pricing, US East (N. Virginia), as of 2026. */
const prices = { perTerabyte: 5, leastMegabytes: 10, conversionPerGigabyte: 0.018 };

function costsPart(sizes: Sizes): string {
  const dollars = (bytes: number) =>
    (Math.max(bytes, prices.leastMegabytes * 1e6) / 1e12) * prices.perTerabyte;
  const line = (what: string, bytes: number) => {
    const size = bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
    return `| ${what} | ${size} | ${dollars(bytes).toFixed(5)} |`;
  };
  const day = 1e6;
  return [
    '| a lake of a million events a day | scanned | US dollars |',
    '| --- | --- | --- |',
    line('one day, JSON', day * sizes.gzip),
    line('one source of one day, a tenth of it, JSON', (day * sizes.gzip) / 10),
    line('thirty days, JSON', 30 * day * sizes.gzip),
    line('thirty days, Parquet, those small columns', 30 * day * sizes.smallColumns),
    line('thirty days, Parquet, every column', 30 * day * sizes.parquet),
    line('a year without any filter, JSON', 365 * day * sizes.gzip),
  ].join('\n');
}

const conversionADay = (sizes: Sizes) => {
  const gigabytes = (1e6 * sizes.plain) / 1e9;
  return (gigabytes * prices.conversionPerGigabyte).toFixed(2);
};

const listed = (items: readonly string[]) => items.map((item) => `- ${item}`).join('\n');

const answerOf = (value: unknown) => {
  if (value === null) return 'NULL';
  return value === '' ? "`''`" : `\`${value}\``;
};

/** What people write for Athena and DuckDB does not take, or takes otherwise. */
const duckdbPart = () =>
  [
    'What DuckDB does not take:',
    listed(notOnDuckdb.map(({ what }) => what)),
    'What it answers otherwise:',
    listed(
      otherwiseOnDuckdb.map(({ sql, athena, duckdb, write, gives = athena }) => {
        const instead = write
          ? `\`${write}\` is ${answerOf(gives)} on both`
          : 'both only come near';
        return `\`${sql}\` is ${answerOf(athena)} on Athena, ${answerOf(duckdb)} there; ${instead}`;
      }),
    ),
  ].join('\n\n');

/** docs/athena.md: how to ask the lake, with answers that a test holds the engine to. */
export const athenaDocs: Writer = {
  makes: 'how to ask the lake',
  from: 'athena/ and test/engines/golden/',
  files: async (root) => [{ path: 'docs/athena.md', text: await pageOf(root) }],
};

async function pageOf(root: URL): Promise<string> {
  const sizes = await readSizes();
  return `<!-- Generated by \`npm run generate\` from athena/ and test/engines/golden/. Edit scripts/writers/athena-docs.ts, not this. -->

# Asking the lake

Every answer below is the one that the sample lake gives (the events of \`events/readable/\`, each arriving as it happens, asked on ${askedOn}), and \`npm run test:athena\` holds the engine to it. Long cells are cut.

## The first query, in a minute

1. Open Amazon Athena in the stack's Region, or the stack's output \`AthenaConsole\`.
2. Choose the workgroup, at the top right: it is named like the stack and limits what one query may scan (\`BytesScannedCutoff\`). Results go to the stack's bucket.
3. Under "Saved queries" are those of [this page](#named-queries). Open one, read its comment, run it. Or paste this:

${sqlBlock(firstQuery)}

Without AWS: \`npm run demo\`, which says how to ask more; see [below](#on-one-machine).

What it is all for: eight events, stored by a stream as they come, lie end to end in one object, without a newline. To the engine that is **one** row, of which only the first event can be read, and no error says so:

${sqlBlock('SELECT count(*) FROM raw_events  -- 1')}

The same eight through eventlake:

${sqlBlock('SELECT count(*) FROM events  -- 8')}

## Partition habits

Rows lie under \`source=…/day=…/\`. A query reads the folders that its filters name, and pays for nothing else.

- **Name the day.** \`day\` is text, \`yyyy-MM-dd\`, the UTC day of the event: \`day = '2026-11-17'\`, \`day BETWEEN '2026-11-01' AND '2026-11-30'\`, \`day >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')\`. A literal in another form, such as \`'2026/11/17'\`, finds nothing and is no error.
- **Name the source, and \`other\`.** Sources that are not in the stack's parameter \`PartitionSources\` lie together under \`other\`; the exact source is always in \`event_source\`: \`source IN ('aws.sns', 'other') AND event_source = 'aws.sns'\`. That stays right whether or not a source has a partition of its own.
- **Filter on the columns themselves.** A filter inside a sub-query, or one that comes out of a join, prunes nothing. Functions of \`day\` prune, if at a little more planning; functions of other columns never do.
- **The views keep your filters.** Each of them is partitioned by \`source\` and \`day\` inside, so that a filter on them reaches the table. The other side of it: \`unique_events\` tells doubles within a source and a day, and \`instance_timeline\` ends with the day.
- **A day without a filter is every day**, from parameter \`FirstDay\` to tomorrow. Set \`FirstDay\` to the first day of your lake: each source and day of the range is a folder that the engine asks S3 for.
- An event that comes more than \`MaxDaysLate\` days late is under the day it arrived; \`event_time\` has its own.
- A source that you take out of \`PartitionSources\` goes into \`RetiredSources\`, or its older rows are not found.

## What a query costs

Athena bills ${prices.perTerabyte} US dollars a terabyte scanned, ${prices.leastMegabytes} MB at least (Amazon Athena pricing, US East; check yours). A row is about ${(sizes.plain / 1000).toFixed(1)} KB of JSON, ${sizes.gzip} bytes gzipped, ${sizes.parquet} bytes in Parquet as the stack has it made (gzip inside), of which these small columns are ${sizes.smallColumns} bytes: ${smallColumns.map((name) => `\`${name}\``).join(', ')}. Measured by \`npm run test:athena\` over the rows of ${sizes.rows.toLocaleString('en')} published events, most of them API calls, in one object of each form; yours differ, and many small objects compress less. By arithmetic:

${costsPart(sizes)}

A table of JSON lines is scanned whole, whatever columns a query names. Parquet is hardly smaller; it saves by columns. The conversion costs ${prices.conversionPerGigabyte} US dollars a gigabyte of JSON (Amazon Data Firehose pricing), ${conversionADay(sizes)} a day for that lake: worth it for those who scan weeks, often, for few columns. S3 requests come on top: one listing a source and day of the range, one or two reads an object.

## Views

${await viewsPart(root)}

## Named queries

They are saved in the workgroup. Each has its filters on \`source\` and \`day\` where its question allows.

${await queriesPart(root)}

## Queries written for a CloudTrail table

\`cloudtrail_logs\` has the columns of the table that the Amazon Athena User Guide makes over a trail's files, with its names, types and order, so that a query of that table runs when its name is replaced. After them come the columns that such tables are partitioned by:

${partitionTable}

Tried, on the sample events and a few more records that make each find something: as the pages have them, but for the table's name and the values that they look for.

${documentedPart()}

Two things differ. \`CROSS JOIN UNNEST(resources) AS t(r)\` is Athena's own: it keeps each struct in one column and refuses the form inside a view, where Trino, which Athena is made of, makes a column of each member. So queries of that form were tried in one that any engine takes, and have not run as their pages have them. \`UNNEST(transform(resources, r -> r.arn)) AS t(arn)\` means the same on both. And a row is filed under the day that it happened, not the day that its file was delivered.

It holds every record that came as an event or from a trail, doubles included, like the files of a trail. Insights records are not in it: they have columns in \`events\`.

## On one machine

\`${invocationPrefix} query\` runs SQL on DuckDB over a lake in a folder. The views are there too, under the same names, and the functions that they and the named queries use, and some more, mean what they mean on Athena (\`element_at\`, \`json_extract_scalar\`, \`date_format\`, \`date_diff\`, \`max_by\`, …). Each view, named query and documented query above is asked there as well and has to give the same answer; those of the documented ones that cannot run say so. Where one value of a struct in \`cloudtrail_logs\` does not fit, the others are there all the same.

\`\`\`sh
${invocationPrefix} query --lake DIR "SELECT event_time, instance_id, state FROM instance_events ORDER BY event_time"
${invocationPrefix} query --lake DIR - < athena/queries/who_stopped_what.sql
\`\`\`

${duckdbPart()}

## Changing the form of new rows

Parameter \`OutputFormat\` says what the stream writes: \`json\` to \`events/json/\`, \`parquet\` to \`events/parquet/\`. Each form has its table; the view \`events\`, and every view and query over it, reads the one that is written, and the other as well when \`AlsoRead\` names it. So a lake that changes keeps all its rows.

1. Pause the rule: \`sam deploy --parameter-overrides RuleState=DISABLED\`. EventBridge then puts nothing on the stream. Events of the pause are lost to the lake unless a trail or an archive has them: \`eventlake put\` takes a trail's files, an EventBridge archive can be replayed.
2. Wait until the stream is empty: \`DeliverySeconds\` (and the minute that records wait for the function), then see that objects of the last minutes are in the bucket. What becomes of records in the buffer while a stream changes its form is not documented.
3. Update the stack with the new form and the old one to be read too: \`sam deploy --parameter-overrides OutputFormat=parquet AlsoRead=json\` (parameters that are not named keep their values). The view is changed and the stream's role may read the table's schema before the stream is changed.
4. Ask the view \`events\` for a row of before.
5. Switch the rule on again: \`RuleState=ENABLED\`, or what it was. After \`DeliverySeconds\`, ask for a row of now.

Back again: the same with \`OutputFormat=json\` and \`AlsoRead=parquet\`, even where the lake holds no Parquet: without it the update does not name the conversion, which then stays on. Keep \`AlsoRead\` as long as rows of that form are in the lake; it costs a listing for each source and day.

With Parquet, a row that does not fit the table goes to \`errors/type=format-conversion-failed/\`; rows of this function fit. A new column comes with an update of the stack; the stream follows the table's latest version, and older objects give NULL for it.

## What has run where

Tables and views were run on Trino ${trinoVersion} as the templates define them: projection, pruning, both forms, every view and query. Athena is built on Trino but is not Trino; these are not proved by that: that Athena prunes by expressions over \`day\` (\`year\`, \`month\`, \`timestamp\` of \`cloudtrail_logs\`) as Trino does, that Firehose's own conversion writes what its substitute here does (timestamps as INT96, for one), access by Lake Formation, quotas and prices.

\`npm run test:athena\` is that proof. It gets Trino through Maven (\`mvn\` has to be there) and, where the machine has no Java ${javaVersion} or newer, a Java through Python's pip, both into the user's cache folder, once. With \`EVENTLAKE_REAL_EVENTS=DIR\` it also asks a lake of events of your own, JSON or NDJSON files below a folder; with \`EVENTLAKE_CLOUDTRAIL_QUERIES=DIR\` it also runs the \`*.sql\` of a folder, written for a table \`cloudtrail_logs\`.
`;
}
