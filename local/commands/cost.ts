import { type Bill, billText } from '../cost/bill.ts';
import { bestSaving, costsOf, type Load, type StackChoices, totalOf } from '../cost/model.ts';
import { pricesOf, readPrices } from '../cost/prices.ts';
import { stackPieces } from '../cost/stack-pieces.ts';
import { standardChoices, standardLoad } from '../cost/standard.ts';
import { UsageError } from '../errors.ts';
import { loadStack } from '../template/load-stack.ts';
import { type Arguments, defineCommand, invocationPrefix } from '../terminal/command.ts';
import { jsonOption, lakeFolderOf } from '../terminal/options.ts';
import { pathOf } from '../terminal/terminal.ts';

const options = {
  lake: { type: 'string', value: 'DIR', help: 'take events, bytes and sources from a lake' },
  events: { type: 'string', value: 'NUMBER', help: 'events a day (default 300,000)' },
  bytes: { type: 'string', value: 'NUMBER', help: 'bytes of an event (default 1,500)' },
  sources: { type: 'string', value: 'NUMBER', help: 'sources that send events (default 15)' },
  format: { type: 'string', value: 'json|parquet', help: 'parameter OutputFormat' },
  'delivery-seconds': { type: 'string', value: 'NUMBER', help: 'parameter DeliverySeconds' },
  'keep-days': {
    type: 'string',
    value: 'NUMBER',
    help: 'days that rows are kept, or after which you look at the bill (default 365)',
  },
  metrics: { type: 'string', value: 'all|alarmed', help: 'parameter Metrics' },
  dashboard: { type: 'boolean', help: 'parameter Dashboard=true' },
  queries: { type: 'string', value: 'NUMBER', help: 'queries a day (default 20)' },
  'query-days': { type: 'string', value: 'NUMBER', help: 'days that a query looks at (default 7)' },
  region: { type: 'string', value: 'NAME', help: 'Region whose prices count (default us-east-1)' },
  prices: {
    type: 'string',
    value: 'FILE',
    help: 'prices of your own, in the form of local/cost/prices.json',
  },
  json: jsonOption('print the items as one JSON object'),
} as const;

type Values = Arguments<typeof options>['values'];

/** What a stack costs. */
export const cost = defineCommand({
  name: 'cost',
  summary: 'say what a stack costs in a month, and what would save most',
  positionals: '',
  description: [
    'Adds up what a stack costs, item by item: Firehose with its steps of 5 KB, its',
    'partitions and objects, the function, storage and its requests, logs, metrics,',
    'alarms, and queries with the requests that they need. Then says which one',
    'parameter would save most. Nothing is asked of AWS; the prices are a file.',
  ],
  options,
  example: `${invocationPrefix} cost --events 1000000 --format parquet`,
  async run({ values, positionals }, terminal) {
    if (positionals.length > 0) throw new UsageError('cost takes no arguments.');
    const choices = choicesIn(values);
    const given = loadIn(values);
    const text =
      values.prices === undefined
        ? undefined
        : await readPrices(values.prices, pathOf(terminal, values.prices));
    const list = await pricesOf(values.region, text);
    const measured =
      values.lake === undefined
        ? {}
        : await (await import('../cost/lake-load.ts')).loadOfLake(
            lakeFolderOf(values.lake, terminal),
          );
    const load: Load = { ...standardLoad, ...measured, ...given };
    const { resources } = loadStack();
    const alarms = Object.values(resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const pieces = stackPieces(alarms.length);
    const bill: Bill = {
      items: costsOf(load, choices, pieces, list.prices),
      saving: bestSaving(load, choices, pieces, list.prices),
      list,
    };
    const { items, saving } = bill;
    await terminal.stdout.write(
      values.json
        ? `${JSON.stringify({ load, choices, items, usdPerMonth: totalOf(items), saving })}\n`
        : billText(bill, terminal.stdout),
    );
    return 0;
  },
});

function loadIn(values: Values): Partial<Load> {
  const numbers = {
    eventsPerDay: numberIn('events', values.events),
    eventBytes: numberIn('bytes', values.bytes),
    sources: numberIn('sources', values.sources),
    queriesPerDay: numberIn('queries', values.queries),
    queryDays: numberIn('query-days', values['query-days']),
  };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  const { eventBytes } = numbers;
  // A row is about as long as its event, and packs about as well.
  const ofBytes =
    eventBytes === undefined
      ? {}
      : {
          rowBytes: (eventBytes * standardLoad.rowBytes) / standardLoad.eventBytes,
          storedBytes: (eventBytes * standardLoad.storedBytes) / standardLoad.eventBytes,
        };
  return { ...Object.fromEntries(given), ...ofBytes };
}

function choicesIn(values: Values): StackChoices {
  const deliverySeconds = numberIn('delivery-seconds', values['delivery-seconds']);
  const keepDays = numberIn('keep-days', values['keep-days']);
  if (deliverySeconds !== undefined && (deliverySeconds < 60 || deliverySeconds > 900)) {
    throw new UsageError(`--delivery-seconds is ${deliverySeconds}, but has to be 60 to 900.`);
  }
  return {
    ...standardChoices,
    format: oneOf('format', values.format, ['json', 'parquet']) ?? standardChoices.format,
    metrics: oneOf('metrics', values.metrics, ['all', 'alarmed']) ?? standardChoices.metrics,
    ...(deliverySeconds !== undefined && { deliverySeconds }),
    ...(keepDays !== undefined && { keepDays }),
    dashboard: values.dashboard ?? false,
  };
}

function oneOf<const T extends string>(
  option: string,
  value: string | undefined,
  known: readonly T[],
): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} is ${value}, but has to be ${known.join(' or ')}.`);
}

/** @throws UsageError for what is no number above zero */
function numberIn(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d[\d,_]*(?:\.\d+)?$/.test(text)
    ? Number(text.replaceAll(/[,_]/g, ''))
    : Number.NaN;
  if (number > 0) return number;
  throw new UsageError(`--${option} is ${text}, but has to be a number above zero.`);
}
