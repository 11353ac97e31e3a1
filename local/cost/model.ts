import type { PriceName, Prices } from './prices.ts';

/** What a stack does, by which it is billed. */
export interface Load {
  /** Events a day, from AWS services. */
  readonly eventsPerDay: number;
  /** Bytes of an event as it comes. */
  readonly eventBytes: number;
  /** Bytes of a row as a line of JSON, and as it is stored. */
  readonly rowBytes: number;
  readonly storedBytes: number;
  /** Partitions of a day that get rows. */
  readonly sources: number;
  /** Share of its intervals in which a source has a row, from 0 to 1. */
  readonly busyShare: number;
  /** Queries a day, and the days that each looks at. */
  readonly queriesPerDay: number;
  readonly queryDays: number;
}

/** Parameters of the template that decide what it costs. */
export interface StackChoices {
  readonly format: 'json' | 'parquet';
  readonly deliverySeconds: number;
  /** Days that rows are kept; what is stored after a year where they are kept for ever. */
  readonly keepDays: number;
  readonly metrics: 'all' | 'alarmed';
  readonly dashboard: boolean;
  readonly architecture: 'arm64' | 'x86_64';
}

/** What the stack consists of, as far as it is billed by the piece. */
export interface StackPieces {
  readonly metrics: Readonly<Record<StackChoices['metrics'], number>>;
  readonly alarms: number;
}

/** One line of a bill. */
export interface CostItem {
  readonly name: string;
  /** How much of it, in words. */
  readonly amount: string;
  readonly usdPerMonth: number;
  /** Prices that it is made of. */
  readonly prices: readonly PriceName[];
}

export const daysPerMonth = 30;
const secondsPerDay = 24 * 60 * 60;
const GB = 1e9;

/** Amazon Data Firehose pricing: "each record is rounded up to the nearest 5KB". */
const billedStepBytes = 5 * 1024;

/** The function: what `bench/` measures of a mix of events, and what a call costs besides. */
const lambda = { memoryGb: 0.5, usPerEvent: 60, msPerBatch: 30, batchBytes: 1e6, batchSeconds: 60 };

/** Athena: at least 10 MB are billed, and an object is read by one or two requests. */
const athena = { leastBytes: 10e6, getsPerObject: 2 };

/** A stack's log: a line of about a kilobyte a batch. */
const logBytesPerBatch = 1200;

/** Share of a Parquet object that a question about a few columns scans: athena/sizes.ts. */
const fewColumnsShare = 0.06;

const count = (value: number) => Math.round(value).toLocaleString('en-US');
const gigabytes = (bytes: number) => `${(bytes / GB).toFixed(bytes < 10 * GB ? 2 : 0)} GB`;

/**
 * What a stack costs in a month of thirty days, item by item. Free tiers are left out. EventBridge bills nothing for
 * events of AWS services.
 */
export function costsOf(
  load: Load,
  choices: StackChoices,
  pieces: StackPieces,
  prices: Prices,
): CostItem[] {
  const usd = (name: PriceName) => prices[name].usd;
  const events = load.eventsPerDay * daysPerMonth;
  const billedBytes = events * billedBytesOf(load.eventBytes);
  const rowBytes = events * load.rowBytes;
  const objects = objectsPerMonth(load, choices);
  const batches = batchesPerMonth(load);
  const gbSeconds =
    lambda.memoryGb * ((events * lambda.usPerEvent) / 1e6 + (batches * lambda.msPerBatch) / 1000);
  const storedBytes = load.eventsPerDay * choices.keepDays * load.storedBytes;
  const query = queryOf(load, choices);
  const queries = load.queriesPerDay * daysPerMonth;
  const isParquet = choices.format === 'parquet';
  const computePrice = choices.architecture === 'arm64' ? 'lambdaArm' : 'lambdaX86';
  return [
    {
      name: 'Firehose, ingestion',
      amount: `${count(events)} records, billed as ${gigabytes(billedBytes)}`,
      usdPerMonth: (billedBytes / GB) * usd('firehoseIngestion'),
      prices: ['firehoseIngestion'],
    },
    {
      name: 'Firehose, partitioning',
      amount: `${gigabytes(rowBytes)}, ${count(objects)} objects`,
      usdPerMonth:
        (rowBytes / GB) * usd('firehosePartitioning') + (objects / 1000) * usd('firehoseObjects'),
      prices: ['firehosePartitioning', 'firehoseObjects'],
    },
    ...(isParquet
      ? [
          {
            name: 'Firehose, conversion',
            amount: gigabytes(rowBytes),
            usdPerMonth: (rowBytes / GB) * usd('firehoseConversion'),
            prices: ['firehoseConversion'] as const,
          },
        ]
      : []),
    {
      name: 'Lambda',
      amount: `${count(batches)} batches, ${count(gbSeconds)} GB-seconds`,
      usdPerMonth: (batches / 1e6) * usd('lambdaRequests') + gbSeconds * usd(computePrice),
      prices: ['lambdaRequests', computePrice],
    },
    {
      name: 'S3, requests',
      amount: `${count(objects)} PUT`,
      usdPerMonth: (objects / 1000) * usd('s3Put'),
      prices: ['s3Put'],
    },
    {
      name: 'S3, storage',
      amount: `${gigabytes(storedBytes)}, rows of ${count(choices.keepDays)} days`,
      usdPerMonth: (storedBytes / GB) * usd('s3Storage'),
      prices: ['s3Storage'],
    },
    {
      name: 'CloudWatch, logs',
      amount: gigabytes(batches * logBytesPerBatch),
      usdPerMonth: ((batches * logBytesPerBatch) / GB) * usd('logsIngestion'),
      prices: ['logsIngestion'],
    },
    {
      name: 'CloudWatch, metrics',
      amount: `${pieces.metrics[choices.metrics]} at most`,
      usdPerMonth: pieces.metrics[choices.metrics] * usd('metrics'),
      prices: ['metrics'],
    },
    {
      name: 'CloudWatch, alarms',
      amount: count(pieces.alarms),
      usdPerMonth: pieces.alarms * usd('alarms'),
      prices: ['alarms'],
    },
    ...(choices.dashboard
      ? [
          {
            name: 'CloudWatch, dashboard',
            amount: '1',
            usdPerMonth: usd('dashboards'),
            prices: ['dashboards'] as const,
          },
        ]
      : []),
    {
      name: 'Athena',
      amount: `${count(queries)} queries over ${count(load.queryDays)} days, ${gigabytes(query.scannedBytes)} each`,
      usdPerMonth: queries * (query.scannedBytes / 1e12) * usd('athenaScan'),
      prices: ['athenaScan'],
    },
    {
      name: 'S3, requests of queries',
      amount: `${count(queries * query.lists)} LIST, ${count(queries * query.gets)} GET`,
      usdPerMonth:
        queries * ((query.lists / 1000) * usd('s3Put') + (query.gets / 1000) * usd('s3Get')),
      prices: ['s3Put', 's3Get'],
    },
  ];
}

const billedBytesOf = (bytes: number) => Math.ceil(bytes / billedStepBytes) * billedStepBytes;

/** A source that is busy makes one object each interval; the last of a day are small. */
function objectsPerMonth({ sources, busyShare }: Load, { deliverySeconds }: StackChoices): number {
  return sources * busyShare * (secondsPerDay / deliverySeconds) * daysPerMonth;
}

/** A batch is closed when it is full or its time is over. */
function batchesPerMonth({ eventsPerDay, eventBytes }: Load): number {
  const byBytes = (eventsPerDay * eventBytes) / lambda.batchBytes;
  const byTime = Math.min(eventsPerDay, secondsPerDay / lambda.batchSeconds);
  return Math.max(byBytes, byTime) * daysPerMonth;
}

/** What one query over some days of all sources reads. */
export function queryOf(load: Load, choices: StackChoices) {
  const share = choices.format === 'parquet' ? fewColumnsShare : 1;
  const bytes = load.eventsPerDay * load.queryDays * load.storedBytes * share;
  const objects = (objectsPerMonth(load, choices) / daysPerMonth) * load.queryDays;
  return {
    scannedBytes: Math.max(bytes, athena.leastBytes),
    lists: load.sources * load.queryDays,
    gets: objects * athena.getsPerObject,
  };
}

export const totalOf = (items: readonly CostItem[]) =>
  items.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0);

/** A change of one parameter, and what it saves. */
export interface Saving {
  /** As one writes it: `DeliverySeconds=900`. */
  readonly change: string;
  /** What one gives up. */
  readonly price: string;
  readonly usdPerMonth: number;
}

/** The one change that saves most; undefined where none saves a cent. */
export function bestSaving(
  load: Load,
  choices: StackChoices,
  pieces: StackPieces,
  prices: Prices,
): Saving | undefined {
  const now = totalOf(costsOf(load, choices, pieces, prices));
  const savings = changesOf(choices).map(({ to, ...change }): Saving => {
    const then = totalOf(costsOf(load, { ...choices, ...to }, pieces, prices));
    return { ...change, usdPerMonth: now - then };
  });
  const [best] = savings.sort((a, b) => b.usdPerMonth - a.usdPerMonth);
  return best && best.usdPerMonth >= 0.01 ? best : undefined;
}

function changesOf({ deliverySeconds, format, keepDays }: StackChoices) {
  const otherFormat = format === 'json' ? 'parquet' : 'json';
  return [
    {
      change: 'DeliverySeconds=900',
      price: 'rows are there after fifteen minutes',
      to: { deliverySeconds: Math.max(deliverySeconds, 900) },
    },
    {
      change: `OutputFormat=${otherFormat}`,
      price: format === 'json' ? 'bytes are billed for the conversion' : 'queries scan all columns',
      to: { format: otherFormat } as const,
    },
    {
      change: 'Metrics=alarmed',
      price: 'metrics that no alarm watches are gone',
      to: { metrics: 'alarmed' } as const,
    },
    { change: 'Dashboard=false', price: 'there is no dashboard', to: { dashboard: false } },
    {
      change: 'EventsExpireDays=90',
      price: 'older rows are deleted',
      to: { keepDays: Math.min(keepDays, 90) },
    },
  ];
}
