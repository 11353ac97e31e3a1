import { readFile } from 'node:fs/promises';
import { dollars } from '../../local/cost/bill.ts';
import {
  bestSaving,
  costsOf,
  daysPerMonth,
  type Load,
  queryOf,
  type StackChoices,
  totalOf,
} from '../../local/cost/model.ts';
import { pricesOf } from '../../local/cost/prices.ts';
import { stackPieces } from '../../local/cost/stack-pieces.ts';
import { standardChoices, standardLoad } from '../../local/cost/standard.ts';
import { loadStack } from '../../local/template/load-stack.ts';
import { table } from '../markdown.ts';
import type { Writer } from '../writer.ts';

const page = 'docs/operations.md';
const [start, end] = ['<!-- costs: written by `npm run generate` -->', '<!-- /costs -->'];

/** Two accounts, by their events in a month. */
const tenMillion: Load = { ...standardLoad, eventsPerDay: 10e6 / 30 };
const billion: Load = { ...standardLoad, eventsPerDay: 1e9 / 30, sources: 40, busyShare: 1 };

/** The part of docs/operations.md that says what a stack costs. */
export const costsDocs: Writer = {
  makes: 'what a stack costs',
  from: 'local/cost/',
  files: async (root) => {
    const text = await readFile(new URL(page, root), 'utf8');
    const [before, after] = [text.indexOf(start), text.indexOf(end)];
    if (before === -1 || after < before) throw new Error(`${page} has no ${start} … ${end}`);
    const own = `${start}\n\n${await costsPart()}\n\n${end}`;
    return [{ path: page, text: text.slice(0, before) + own + text.slice(after + end.length) }];
  },
};

function piecesOfStack() {
  const { resources } = loadStack();
  const alarms = Object.values(resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
  return stackPieces(alarms.length);
}

/** The same events elsewhere: what taking them in costs there, and the whole of a stack here. */
export async function costsElsewhere(): Promise<string> {
  const { asOf, region, prices } = await pricesOf();
  const pieces = piecesOfStack();
  const rows = (
    [
      ['10 million', tenMillion],
      ['a billion', billion],
    ] as const
  ).map(([name, load]) => {
    const gigabytes = (load.eventsPerDay * daysPerMonth * load.eventBytes) / 1e9;
    return [
      name,
      `${Math.round(gigabytes).toLocaleString('en-US')} GB`,
      dollars(gigabytes * prices.lakeIngestion.usd),
      dollars(gigabytes * prices.logsOfTrails.usd),
      dollars(totalOf(costsOf(load, standardChoices, pieces, prices))),
    ];
  });
  return [
    table(
      [
        'events a month',
        'as they come',
        'CloudTrail Lake, ingestion',
        'CloudWatch, ingestion',
        'a stack here, all of it',
      ],
      rows,
    ),
    `US dollars in a month, prices of ${region} of ${asOf}. Those of CloudTrail Lake and CloudWatch are not confirmed: see [local/cost/prices.json](../local/cost/prices.json); their queries and longer retention are not in the table. Of the stack everything is in it that \`eventlake cost\` counts ([operations.md](operations.md#what-it-costs)).`,
  ].join('\n\n');
}

async function costsPart(): Promise<string> {
  const { asOf, region, prices } = await pricesOf();
  const pieces = piecesOfStack();
  const parquet: StackChoices = { ...standardChoices, format: 'parquet' };
  const bills = [
    [tenMillion, standardChoices],
    [tenMillion, parquet],
    [billion, standardChoices],
    [billion, parquet],
  ] as const;
  const items = bills.map(([load, choices]) => costsOf(load, choices, pieces, prices));
  const names = [...new Set(items.toReversed().flatMap((bill) => bill.map(({ name }) => name)))];
  const usdOf = (bill: (typeof items)[number], name: string) => {
    const item = bill.find((one) => one.name === name);
    return item ? dollars(item.usdPerMonth) : '';
  };
  const rows = [
    ...names.map((name) => [name, ...items.map((bill) => usdOf(bill, name))]),
    ['**Total**', ...items.map((bill) => `**${dollars(totalOf(bill))}**`)],
  ];
  const savings = bills.map(([load, choices]) => bestSaving(load, choices, pieces, prices));
  const year = (load: Load, choices: StackChoices) => {
    const query = queryOf({ ...load, queryDays: 365 }, choices);
    const scanned = (query.scannedBytes / 1e12) * prices.athenaScan.usd;
    const requests =
      (query.lists / 1000) * prices.s3Put.usd + (query.gets / 1000) * prices.s3Get.usd;
    return [dollars(scanned), Math.round(query.gets).toLocaleString('en-US'), dollars(requests)];
  };
  const unconfirmed = Object.entries(prices).filter(([, price]) => price.isConfirmed === false);
  return [
    `US dollars in a month of 30 days, after a year of rows, with the other defaults of the template and ${standardLoad.queriesPerDay} queries a day over ${standardLoad.queryDays} days. Prices of ${region} of ${asOf}, without free tiers: [local/cost/prices.json](../local/cost/prices.json) has each with the page that it is from; not confirmed there are ${unconfirmed.map(([name]) => `\`${name}\``).join(', ')}.`,
    table(['', '10 million events', 'as Parquet', 'a billion events', 'as Parquet'], rows),
    `What saves most: ${savings
      .map((saving, at) => {
        const what = ['of the first', 'the second', 'the third', 'the fourth'][at];
        return saving
          ? `${what} \`${saving.change}\` (${dollars(saving.usdPerMonth)})`
          : `${what} nothing`;
      })
      .join(', ')}.`,
    'A query over a year of small objects pays for requests as well as for bytes:',
    table(
      ['one query over 365 days', 'scan, USD', 'GET requests', 'requests, USD'],
      [
        ['10 million events a month', ...year(tenMillion, standardChoices)],
        ['the same as Parquet', ...year(tenMillion, parquet)],
        ['a billion events a month', ...year(billion, standardChoices)],
        ['the same as Parquet', ...year(billion, parquet)],
      ],
    ),
    'For your own numbers, or those of a lake that you have:\n\n```sh\nnpx eventlake cost --events 1000000 --sources 30\nnpx eventlake cost --lake DIR\n```',
  ].join('\n\n');
}
