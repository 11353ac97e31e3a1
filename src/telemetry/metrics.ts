import type { Summary } from './summary.ts';

/** One number of CloudWatch metrics; failures have their code as a dimension beside. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly code?: string;
}

/** A metric: what it counts, in a sentence for docs/metrics.md, and where the summary has it. */
interface Definition {
  readonly counts: string;
  readonly valueIn: (summary: Summary) => number;
}

/** What an invocation counts, in the order of the docs. The identities there hold for every invocation. */
export const metrics = {
  Records: {
    counts: 'Records that Firehose handed to the function.',
    valueIn: ({ records }) => records,
  },
  RecordsCarried: {
    counts: 'Those of them that the function itself had put on the stream again.',
    valueIn: ({ carried }) => carried,
  },
  RecordsOk: {
    counts: 'Records that became rows.',
    valueIn: ({ ok }) => ok,
  },
  RecordsEmpty: {
    counts: 'Dropped: records with only white space or empty lists in them.',
    valueIn: ({ empty }) => empty,
  },
  RecordsControl: {
    counts: 'Dropped: control messages of CloudWatch Logs.',
    valueIn: ({ control }) => control,
  },
  RecordsPutAgain: {
    counts: 'Dropped: records that were put again completely, as they were or in parts.',
    valueIn: ({ putAgain }) => putAgain,
  },
  RecordsFailed: {
    counts: 'Records that failed: Firehose stores them in the error prefix, as they came.',
    valueIn: ({ failed }) => failed,
  },
  Events: {
    counts: 'Events that could be told apart in the records.',
    valueIn: ({ events }) => events,
  },
  Rows: {
    counts: 'Events that became rows.',
    valueIn: ({ rows }) => rows,
  },
  ApiCalls: {
    counts: 'Rows of API calls (kind `api_call`): without a trail that is logging there are none.',
    valueIn: ({ apiCalls }) => apiCalls,
  },
  EventsPutAgain: {
    counts:
      'Events in records that were put again completely; they are counted again when they arrive.',
    valueIn: ({ eventsPutAgain }) => eventsPutAgain,
  },
  EventsFailed: {
    counts: 'Events in records that failed, even if parts of those records were accepted.',
    valueIn: ({ eventsFailed }) => eventsFailed,
  },
  PartsPutAgain: {
    counts: 'Carriers that the stream accepted; each is a record of a later invocation.',
    valueIn: ({ parts }) => parts,
  },
  PartsRefused: {
    counts: 'Carriers that the stream did not accept; the records that they came from failed.',
    valueIn: ({ refusals }) => sumOf(refusals),
  },
  TagsFound: {
    counts: 'Instances in rows with their tags, known or looked up.',
    valueIn: ({ tags }) => tags.found ?? 0,
  },
  TagsNone: {
    counts: 'Instances in rows that have no tags or do not exist.',
    valueIn: ({ tags }) => tags.none ?? 0,
  },
  TagsFailed: {
    counts: 'Instances in rows whose look-up was denied, throttled or late.',
    valueIn: ({ tags }) => tags.failed ?? 0,
  },
  TagsSkipped: {
    counts:
      'Instances in rows that were not looked up: look-up is off, their account or Region may not be asked, or others than AWS name too many.',
    valueIn: ({ tags }) => tags.skipped ?? 0,
  },
  TagsOmitted: {
    counts: 'Instances in rows whose tags are known, but would have made the row too large.',
    valueIn: ({ tags }) => tags.omitted ?? 0,
  },
} as const satisfies Record<string, Definition>;

/** Failed records once more, each with its code as the dimension `code`. */
export const byCodeMetric = 'RecordsFailedByCode';

/** Those that an alarm of the stack looks at. */
export const alarmedMetrics: readonly MetricName[] = ['RecordsFailed', 'ApiCalls'];

/**
 * The metrics of an invocation, but for those that are zero: CloudWatch charges for every metric that has a value
 * in an hour, and most have none.
 */
export function metricsOf(summary: Summary, which: 'all' | 'alarmed'): Metric[] {
  return allMetricsOf(summary).filter(
    ({ name, value }) =>
      value !== 0 && (which === 'all' || alarmedMetrics.some((alarmed) => alarmed === name)),
  );
}

function allMetricsOf(summary: Summary): Metric[] {
  return [
    ...Object.entries<Definition>(metrics).map(([name, { valueIn }]) => ({
      name,
      value: valueIn(summary),
    })),
    ...Object.entries(summary.failures).map(([code, { count }]) => ({
      name: byCodeMetric,
      value: count,
      code,
    })),
  ];
}

/**
 * A sum that holds for every invocation, and so for any time: the first is the sum of the others. What is absent
 * is zero.
 */
export const identities: readonly (readonly [whole: MetricName, ...parts: MetricName[]])[] = [
  ['Records', 'RecordsOk', 'RecordsEmpty', 'RecordsControl', 'RecordsPutAgain', 'RecordsFailed'],
  ['Events', 'Rows', 'EventsPutAgain', 'EventsFailed'],
];

export type MetricName = keyof typeof metrics | typeof byCodeMetric;

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
