import { documentedQueries } from '../../athena/documented-queries.ts';
import { firstQuery, viewExamples } from '../../athena/examples.ts';
import { notOnDuckdb, otherwiseOnDuckdb } from '../../athena/not-on-duckdb.ts';
import { readSizes, type Sizes, smallColumns } from '../../athena/sizes.ts';
import { eventTables } from '../../athena/tables.ts';
import { askedOn, leastJavaVersion, trinoVersion } from '../../athena/tested-on.ts';
import { readViews, type View } from '../../athena/views.ts';
import { invocationPrefix } from '../../local/terminal/command.ts';
import { goldenTable } from '../golden-table.ts';
import { sqlBlock } from '../markdown.ts';
import type { Writer } from '../writer.ts';

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

const partitionTable = `| column | from | example |
| --- | --- | --- |
| \`year\`, \`month\`, \`day\` | our day | \`2026\`, \`11\`, \`17\` |
| \`timestamp\`, \`date_partition\` | our day | \`2026/11/17\` |
| \`event_day\` | our day | \`2026-11-17\` |
| \`source\` | our source | \`aws.ec2\` |
| \`region\`, \`region_partition\`, \`account\`, \`account_partition\` | the row | a filter that does not limit what is scanned |`;

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
    'DuckDB does not take:',
    listed(notOnDuckdb.map(({ what }) => what)),
    'DuckDB gives other answers to these:',
    listed(
      otherwiseOnDuckdb.map(({ sql, athena, duckdb, write, gives = athena }) => {
        const instead = write
          ? `\`${write}\` is ${answerOf(gives)} on both`
          : 'both are approximate';
        return `\`${sql}\` is ${answerOf(athena)} on Athena, ${answerOf(duckdb)} on DuckDB; ${instead}`;
      }),
    ),
  ].join('\n\n');

/** docs/athena.md: how to query the lake, with answers that a test holds the engine to. */
export const athenaDocs: Writer = {
  makes: 'how to query the lake',
  from: 'athena/ and test/engines/golden/',
  files: async (root) => [{ path: 'docs/athena.md', text: await pageOf(root) }],
};

async function pageOf(root: URL): Promise<string> {
  const sizes = await readSizes();
  return `<!-- Generated by \`npm run generate\` from athena/ and test/engines/golden/. Edit scripts/writers/athena-docs.ts, not this. -->

# Querying the lake

How to query the lake in Athena, or on one machine, and what queries cost. The answers shown below are those of the sample lake (the events of \`events/readable/\`, each arriving as it happens, queried on ${askedOn}); \`npm run test:athena\` checks them on Trino. Long cells are cut.

## The first query, in a minute

1. Open Amazon Athena in the stack's Region; the stack's output \`AthenaConsole\` is a link to it.
2. Choose the workgroup at the top right. It has the name of the stack, and limits what one query may scan (\`BytesScannedCutoff\`). Results go to the stack's bucket.
3. "Saved queries" has the queries of [this page](#named-queries). Open one, read its comment and run it. Or paste this:

${sqlBlock(firstQuery)}

Without AWS, run \`npm run demo\`, which says how to go on; see [below](#on-one-machine).

This is what eventlake is for: by default, Firehose stores eight events end to end in one object, with no newline between them. To the engine they are **one** row, of which only the first event can be read, and no error says so:

${sqlBlock('SELECT count(*) FROM raw_events  -- 1')}

The same eight through eventlake:

${sqlBlock('SELECT count(*) FROM events  -- 8')}

## Filter by partition

Rows are stored under \`source=…/day=…/\`. A query reads only the folders that its filters name, and you pay for nothing else.

- **Name the day.** \`day\` is text, \`yyyy-MM-dd\`, the UTC day of the event: \`day = '2026-11-17'\`, \`day BETWEEN '2026-11-01' AND '2026-11-30'\`, \`day >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')\`. A literal in another form, such as \`'2026/11/17'\`, finds nothing and causes no error.
- **Name the source, and \`other\`.** Sources that are not in the stack's parameter \`PartitionSources\` share the partition \`other\`; the exact source is always in \`event_source\`. So write \`source IN ('aws.sns', 'other') AND event_source = 'aws.sns'\`, which is right whether or not a source has a partition of its own.
- **Filter on the columns themselves.** A filter that comes from a sub-query or a join does not limit what is scanned. Functions of \`day\` do, at the cost of a little more planning; functions of other columns never do.
- **The views keep your filters.** Inside, each view is partitioned by \`source\` and \`day\`, so a filter on these reaches the table. The price is that \`unique_events\` finds duplicates only within a source and a day, and that \`instance_timeline\` ends with the day.
- **No filter on the day means every day**, from parameter \`FirstDay\` to tomorrow. Set \`FirstDay\` to the first day of your lake, as the engine asks S3 for a folder for each source and day in the range.
- **Very late events are under the day they arrived.** This is so for events that come more than \`MaxDaysLate\` days late; \`event_time\` still says when they happened.
- **Keep retired sources.** Move a source that you take out of \`PartitionSources\` to \`RetiredSources\`, or queries no longer find its older rows.

## What a query costs

Athena bills ${prices.perTerabyte} US dollars a terabyte scanned, and at least ${prices.leastMegabytes} MB a query (Amazon Athena pricing, US East; check your Region). A row is about ${(sizes.plain / 1000).toFixed(1)} KB of JSON, ${sizes.gzip} bytes gzipped, or ${sizes.parquet} bytes in the stack's Parquet (with gzip inside). Of the Parquet, these small columns take ${sizes.smallColumns} bytes: ${smallColumns.map((name) => `\`${name}\``).join(', ')}. \`npm run test:athena\` measured this over the rows of ${sizes.rows.toLocaleString('en')} published events, most of them API calls, in one object of each form. Your rows will differ, and many small objects compress less. Calculated from these sizes:

${costsPart(sizes)}

JSON lines are scanned whole, whatever columns a query names. Parquet is hardly smaller, but only the named columns are scanned. The conversion costs ${prices.conversionPerGigabyte} US dollars a gigabyte of JSON (Amazon Data Firehose pricing), or ${conversionADay(sizes)} a day for this lake; it is worth it if you often scan weeks for a few columns. S3 requests cost extra: one listing for each source and day in the range, and one or two reads for each object.

## Views

${await viewsPart(root)}

## Named queries

[queries.md](queries.md) has the questions that are saved in the workgroup, each with its answer on the sample lake.

## Queries written for a CloudTrail table

The Amazon Athena User Guide defines a table over a trail's files. The view \`cloudtrail_logs\` has the columns of that table, with the same names, types and order, so queries of the table run once its name is replaced. After them come the columns by which such tables are partitioned:

${partitionTable}

The queries below were tried on the sample events and on a few more records, so that each finds something. They are as published, except for the table's name and the values that they look for.

${documentedPart()}

Two things differ:

- \`CROSS JOIN UNNEST(resources) AS t(r)\` works only on Athena, which keeps each struct in one column and refuses this form inside a view. Trino, on which Athena is built, makes a column of each member. So queries of this form were tried in a form that any engine takes, not as published. \`UNNEST(transform(resources, r -> r.arn)) AS t(arn)\` means the same on both.
- A row is filed under the day the event happened, not the day its file was delivered.

The view has every record that came as an event or from a trail, duplicates included, like the files of a trail. It has no Insights records: they have columns in \`events\`.

## On one machine

\`${invocationPrefix} query\` runs SQL on DuckDB over a lake in a folder. It has the same views. The functions that they and the named queries use, and some more, mean what they mean on Athena (\`element_at\`, \`json_extract_scalar\`, \`date_format\`, \`date_diff\`, \`max_by\`, …). Tests run each view, named query and documented query above on DuckDB too, and expect the same answers; documented queries that cannot run there are marked. One difference: if one value of a struct in \`cloudtrail_logs\` does not fit, the struct's other values are still there.

\`\`\`sh
${invocationPrefix} query --lake DIR "SELECT event_time, instance_id, state FROM instance_events ORDER BY event_time"
${invocationPrefix} query --lake DIR who_stopped_what --since 2026-11-17
\`\`\`

${duckdbPart()}

## Changing the form of new rows

Parameter \`OutputFormat\` sets what the stream writes: \`json\` to \`events/json/\`, or \`parquet\` to \`events/parquet/\`. Each form has a table of its own. The view \`events\`, and every view and query over it, reads the form that is being written, and also the other form if \`AlsoRead\` names it. So all rows stay readable after a change. Each deployment below is \`sam build && sam deploy\` after an edit of \`parameter_overrides\` in \`samconfig.toml\`, as [upgrades.md](upgrades.md#changing-a-parameter) says: a value that is only given on the command line would be taken back by the next deployment, and rows of the new form would leave the view.

1. Make an archive of the event bus, to keep the events of the pause. Then disable the rule: \`RuleState=DISABLED\`. EventBridge now puts nothing on the stream, and keeps events only in the archive.
2. Wait until the stream is empty: \`DeliverySeconds\` plus the minute for which records wait for the function. Then check that the objects of the last minutes are in the bucket. AWS does not document what happens to records in the buffer while a stream changes its form.
3. Deploy the new form, with the old one still to be read: \`OutputFormat=parquet AlsoRead=json\`. The update changes the view before it changes the stream.
4. Query the view \`events\` for a row from before the change.
5. Enable the rule again: \`RuleState=ENABLED\`, or its earlier value, in the file, too. After \`DeliverySeconds\`, query for a new row.
6. Replay the archive over the time of the pause.

To go back, do the same with \`OutputFormat=json\` and \`AlsoRead=parquet\`, even if the lake holds no Parquet: without \`AlsoRead\` the update does not name the conversion, which then stays on. Keep \`AlsoRead\` as long as the lake has rows of that form; it costs a listing for each source and day.

With Parquet, a row that does not fit the table goes to \`errors/type=format-conversion-failed/\`; the rows that this function writes do fit. A new column comes with an update of the stack: the stream follows the table's latest version, and older objects give NULL for the column.

## What has been tested

\`npm run test:athena\` runs the tables and views on Trino ${trinoVersion} as the templates define them: projection, pruning, both forms, every view and query. Athena is built on Trino, but is not Trino. Not tested are:

- that Athena prunes by expressions over \`day\` (\`year\`, \`month\`, \`timestamp\` of \`cloudtrail_logs\`) as Trino does;
- that Firehose's own conversion writes what its substitute here writes (timestamps as INT96, for example);
- access through Lake Formation, quotas and prices.

On first use, the test fetches Trino through Maven (\`mvn\` must be installed) and, if the machine has no Java ${leastJavaVersion} or newer, Java through Python's pip, and keeps both in the user's cache folder. With \`EVENTLAKE_REAL_EVENTS=DIR\` it also queries a lake made of your own events, JSON or NDJSON files below that folder. With \`EVENTLAKE_CLOUDTRAIL_QUERIES=DIR\` it also runs the \`*.sql\` files of that folder, written for a table \`cloudtrail_logs\`.
`;
}
