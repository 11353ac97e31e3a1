import type { MetricName } from '../src/telemetry/metrics.ts';

/** What a metric is of: its dimensions are those of one resource of the stack. */
export type Owner = 'stream' | 'function' | 'rule' | 'queue' | 'own';

/** A metric of a service, with the statistic that is shown. */
interface MetricLine {
  readonly of: Owner;
  readonly metric: string;
  readonly stat: string;
  readonly label?: string;
  /** What expressions call it. A metric with an id is shown all the same, unless it says otherwise. */
  readonly id?: string;
  readonly isHidden?: true;
  /** Measured at the right. */
  readonly isRight?: true;
}

/** A value that is computed of metrics of its panel. */
interface ExpressionLine {
  readonly expression: string;
  readonly label: string;
  readonly isRight?: true;
}

/** Every metric of a namespace that has these dimensions, the first of which has the value; added up or one by one. */
interface SearchLine {
  readonly namespace: string;
  readonly metric: string;
  readonly stat: string;
  readonly dimensions: readonly [name: string, ...others: string[]];
  readonly of: 'workgroup' | 'own';
  readonly isSum?: true;
  readonly label: string;
}

export type Line = MetricLine | ExpressionLine | SearchLine;

/** One picture: what it shows, what to look for, and its lines. */
export interface Panel {
  readonly title: string;
  /** A sentence or two for docs/metrics.md. */
  readonly reads: string;
  readonly lines: readonly Line[];
}

/** Metrics of ours: the compiler knows their names. */
const own = (
  metric: MetricName,
  more: Omit<MetricLine, 'of' | 'metric' | 'stat'> = {},
): MetricLine => ({ of: 'own', metric, stat: 'Sum', ...more });
const line =
  (of: Owner) =>
  (
    metric: string,
    stat: string,
    more: Omit<MetricLine, 'of' | 'metric' | 'stat'> = {},
  ): MetricLine => ({ of, metric, stat, ...more });
const stream = line('stream');
const transform = line('function');
const rule = line('rule');
const queue = line('queue');

/** A share of a limit of the stream, in percent; the limit is for a second. */
function shareOf(incoming: string, limit: string, id: string, label: string): Line[] {
  return [
    stream(incoming, 'Sum', { id, isHidden: true }),
    stream(limit, 'Minimum', { id: `${id}limit`, isHidden: true }),
    { expression: `100 * ${id} / PERIOD(${id}) / ${id}limit`, label },
  ];
}

/**
 * What is looked at of a stack: the panels of its dashboard (template.yaml) and their table in docs/metrics.md.
 * Whatever an alarm watches is in here.
 */
export const panels: readonly Panel[] = [
  {
    title: 'Records: received = ok + dropped + failed',
    reads:
      'What became of the records. `without an answer` is 0: the function answers each, or the whole batch is tried again.',
    lines: [
      own('Records', { id: 'received', label: 'received' }),
      own('RecordsOk', { id: 'ok', label: 'ok' }),
      own('RecordsFailed', { id: 'failed', label: 'failed' }),
      own('RecordsEmpty', { id: 'empty', isHidden: true }),
      own('RecordsControl', { id: 'control', isHidden: true }),
      own('RecordsPutAgain', { id: 'again', isHidden: true }),
      {
        expression: 'FILL(empty, 0) + FILL(control, 0) + FILL(again, 0)',
        label: 'dropped (empty, control, put again)',
      },
      {
        expression:
          'FILL(received, 0) - FILL(ok, 0) - FILL(empty, 0) - FILL(control, 0) - FILL(again, 0) - FILL(failed, 0)',
        label: 'without an answer',
      },
    ],
  },
  {
    title: 'Events, rows and API calls',
    reads:
      'Events in the records, and the rows that they became. Rows without API calls mean that no trail is logging.',
    lines: [
      own('Events', { label: 'events' }),
      own('Rows', { label: 'rows' }),
      own('ApiCalls', { label: 'API calls' }),
      own('EventsPutAgain', { label: 'put again' }),
      own('EventsFailed', { label: 'failed' }),
    ],
  },
  {
    title: 'Failed records by code',
    reads: 'What failed, by the codes of [failures.md](failures.md).',
    lines: [
      {
        namespace: 'eventlake',
        metric: 'RecordsFailedByCode',
        stat: 'Sum',
        dimensions: ['service', 'code'],
        of: 'own',
        label: '',
      },
    ],
  },
  {
    title: 'Put again by the function',
    reads:
      'Records that held more than one answer can say, as carriers; refused ones cost their records, which failed.',
    lines: [
      own('PartsPutAgain', { label: 'carriers put' }),
      own('RecordsCarried', { label: 'carriers that came' }),
      own('PartsRefused', { label: 'refused', isRight: true }),
    ],
  },
  {
    title: 'Rule',
    reads:
      'Events that matched, and what became of putting them on the stream. Failed ones are in the queue, or lost.',
    lines: [
      rule('TriggeredRules', 'Sum', { label: 'matched' }),
      rule('Invocations', 'Sum', { label: 'put' }),
      rule('FailedInvocations', 'Sum', { label: 'failed', isRight: true }),
      rule('InvocationsSentToDlq', 'Sum', { label: 'to the queue', isRight: true }),
      rule('InvocationsFailedToBeSentToDlq', 'Sum', { label: 'lost', isRight: true }),
      rule('ThrottledRules', 'Sum', { label: 'throttled', isRight: true }),
    ],
  },
  {
    title: 'Dead letters',
    reads: 'Events that wait in the queue for `eventlake replay`; the oldest goes after 14 days.',
    lines: [
      queue('ApproximateNumberOfMessagesVisible', 'Maximum', { label: 'letters' }),
      queue('ApproximateAgeOfOldestMessage', 'Maximum', {
        label: 'age of the oldest, s',
        isRight: true,
      }),
    ],
  },
  {
    title: 'Stream: incoming, in percent of its limits',
    reads:
      'How near the stream is to the quotas of its Region. EventBridge tries again what is throttled.',
    lines: [
      ...shareOf('IncomingRecords', 'RecordsPerSecondLimit', 'records', 'records'),
      ...shareOf('IncomingBytes', 'BytesPerSecondLimit', 'bytes', 'bytes'),
      ...shareOf('IncomingPutRequests', 'PutRequestsPerSecondLimit', 'puts', 'puts'),
      stream('ThrottledRecords', 'Sum', { label: 'records throttled', isRight: true }),
    ],
  },
  {
    title: 'Stream: records, and their age when they are delivered',
    reads:
      'What came in, what was delivered (error objects included), and how old the oldest record is: `DeliverySeconds` and a minute or two.',
    lines: [
      stream('IncomingRecords', 'Sum', { label: 'in' }),
      stream('DeliveryToS3.Records', 'Sum', { label: 'delivered' }),
      stream('DeliveryToS3.DataFreshness', 'Maximum', { label: 'oldest, s', isRight: true }),
    ],
  },
  {
    title: 'Stream: objects',
    reads:
      'Objects written, which is what a busy stack pays for, and the share of puts that S3 took.',
    lines: [
      stream('DeliveryToS3.ObjectCount', 'Sum', { label: 'objects' }),
      stream('DeliveryToS3.Success', 'Average', { label: 'puts that succeeded', isRight: true }),
    ],
  },
  {
    title: 'Stream: active partitions against the quota',
    reads:
      'Pairs of source and day that are being written. Over the quota, records go to the error prefix.',
    lines: [
      stream('PartitionCount', 'Maximum', { label: 'active' }),
      stream('ActivePartitionsLimit', 'Minimum', { label: 'quota' }),
      stream('PartitionCountExceeded', 'Maximum', { label: 'exceeded', isRight: true }),
    ],
  },
  {
    title: 'Stream: calls of the function, conversion to Parquet',
    reads:
      'The share of invocations that succeeded, and with `OutputFormat=parquet` the rows that were converted or not.',
    lines: [
      stream('ExecuteProcessing.Success', 'Average', {
        label: 'calls that succeeded',
        isRight: true,
      }),
      stream('SucceedConversion.Records', 'Sum', { label: 'converted' }),
      stream('FailedConversion.Records', 'Sum', { label: 'not converted' }),
    ],
  },
  {
    title: 'Stream: failed uses of its key',
    reads: 'With `KmsKeyArn`: each of these keeps records from being taken.',
    lines: [
      stream('KMSKeyAccessDenied', 'Sum', { label: 'denied' }),
      stream('KMSKeyDisabled', 'Sum', { label: 'disabled' }),
      stream('KMSKeyInvalidState', 'Sum', { label: 'invalid state' }),
      stream('KMSKeyNotFound', 'Sum', { label: 'not found' }),
    ],
  },
  {
    title: 'Function: duration',
    reads: 'Of a batch, in milliseconds. The time-out is 120,000.',
    lines: [
      transform('Duration', 'p50', { label: 'p50' }),
      transform('Duration', 'p99', { label: 'p99' }),
      transform('Duration', 'Maximum', { label: 'longest' }),
    ],
  },
  {
    title: 'Function: invocations, errors and concurrency',
    reads: 'Errors and throttles cost a whole batch four tries.',
    lines: [
      transform('Invocations', 'Sum', { label: 'invocations' }),
      transform('Errors', 'Sum', { label: 'errors', isRight: true }),
      transform('Throttles', 'Sum', { label: 'throttles', isRight: true }),
      transform('ConcurrentExecutions', 'Maximum', { label: 'at one time', isRight: true }),
    ],
  },
  {
    title: 'Instances in rows, by the status of their tags',
    reads: 'Failed look-ups were denied, throttled or late: [tags.md](tags.md) says of which.',
    lines: [
      own('TagsFound', { label: 'found' }),
      own('TagsNone', { label: 'none' }),
      own('TagsFailed', { label: 'failed' }),
      own('TagsSkipped', { label: 'skipped' }),
      own('TagsOmitted', { label: 'omitted' }),
    ],
  },
  {
    title: 'Athena: bytes scanned by the workgroup',
    reads: 'What queries are charged for.',
    lines: [
      {
        namespace: 'AWS/Athena',
        metric: 'ProcessedBytes',
        stat: 'Sum',
        dimensions: ['WorkGroup', 'QueryState', 'QueryType'],
        of: 'workgroup',
        isSum: true,
        label: 'bytes',
      },
    ],
  },
];
