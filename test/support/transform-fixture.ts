import { defaultLimits, type Limits } from '../../src/batch/limits.ts';
import { type Configuration, configurationOf } from '../../src/config.ts';
import type { FirehoseAnswer, Invocation } from '../../src/firehose/contract.ts';
import type { PutAnswer, PutBatch } from '../../src/firehose/put-again.ts';
import type { Row } from '../../src/rows/schema.ts';
import type { Tags } from '../../src/tags/tags.ts';
import { summaryOf } from '../../src/telemetry/summary.ts';
import { transform } from '../../src/transform.ts';

export const streamArn = 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/events';

/** Every record arrives at this instant. */
export const arrivalMs = Date.UTC(2026, 10, 20, 12);

/** An EventBridge event of one source and day. */
export function busEvent(id: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Order Placed',
    source: 'aws.ec2',
    account: '123456789012',
    time: '2026-11-20T11:59:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { id },
    ...more,
  });
}

/** A CloudTrail record as CloudTrail writes it. */
export function trailRecord(id: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    eventVersion: '1.11',
    eventTime: '2026-11-20T11:58:00Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'StopInstances',
    awsRegion: 'eu-west-1',
    eventID: id,
    eventType: 'AwsApiCall',
    recipientAccountId: '123456789012',
    ...more,
  });
}

/** What CloudWatch Logs delivers: one log event a message. */
export function subscriptionRecord(
  messages: readonly string[],
  messageType = 'DATA_MESSAGE',
): string {
  return JSON.stringify({
    messageType,
    owner: '123456789012',
    logGroup: 'trail',
    logStream: '123456789012_CloudTrail_eu-west-1',
    subscriptionFilters: ['to-firehose'],
    logEvents: messages.map((message, index) => ({ id: `${index}`, timestamp: 0, message })),
  });
}

/** Tags that nobody knows. */
export const noTags: Tags = {
  lessonsOf: () => [],
  answer: async (requests) => requests.map(() => ({ status: 'skipped' })),
};

export const takeAll: PutBatch = async (_arn, records) => records.map(() => 'accepted');

export const throttled: PutAnswer = { code: 'ServiceUnavailableException', isFinal: false };

/** A stream that keeps what is put on it. */
export function createPut(answer: PutBatch = takeAll) {
  const calls: string[][] = [];
  const taken: Uint8Array[] = [];
  const putBatch: PutBatch = async (arn, records, signal) => {
    calls.push(records.map((record) => Buffer.from(record).toString('latin1')));
    const answers = await answer(arn, records, signal);
    taken.push(...records.filter((_, index) => answers[index] === 'accepted'));
    return answers;
  };
  return { putBatch, calls, taken };
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly tags?: Tags;
  readonly putBatch?: PutBatch;
  readonly limits?: Partial<Limits>;
  readonly remainingMs?: () => number;
  readonly nowMs?: number;
  /** When a record arrives, by its index. */
  readonly arrivalOf?: (index: number) => unknown;
}

/** An answer, read back. */
export interface ReadAnswer {
  readonly recordId: string;
  readonly result: FirehoseAnswer['result'];
  /** `source=aws.ec2/day=2026-11-20` of what is `Ok`. */
  readonly partition?: string;
  readonly rows?: readonly Row[];
  /** What came back of what is not `Ok`. */
  readonly data?: string;
}

/** An invocation with these records, whose ids are their indexes. */
export function invocationOf(
  records: readonly (string | Uint8Array)[],
  arrivalOf: (index: number) => unknown = () => arrivalMs,
): Invocation {
  return {
    invocationId: 'i',
    deliveryStreamArn: streamArn,
    region: 'eu-west-1',
    records: records.map((record, index) => ({
      recordId: `${index}`,
      approximateArrivalTimestamp: arrivalOf(index) as number,
      data: Buffer.from(record).toString('base64'),
    })),
  };
}

/** Takes an invocation through the transform; time does not go. */
export async function run(invocation: Invocation, options: RunOptions = {}) {
  const configuration: Configuration = configurationOf(options.environment ?? {});
  const { putBatch, calls, taken } = createPut(options.putBatch);
  const { tags = noTags, limits, remainingMs = () => 120_000, nowMs = arrivalMs } = options;
  const transformed = await transform(
    invocation,
    { configuration, tags, putBatch, limits: { ...defaultLimits, ...limits } },
    { now: () => nowMs, remainingMs, wait: async () => {} },
  );
  return {
    ...transformed,
    answers: transformed.response.records.map(readAnswer),
    summary: summaryOf(invocation.records, transformed),
    calls,
    taken,
  };
}

/** The same of records alone. */
export function runRecords(records: readonly (string | Uint8Array)[], options: RunOptions = {}) {
  return run(invocationOf(records, options.arrivalOf), options);
}

function readAnswer({ recordId, result, data, metadata }: FirehoseAnswer): ReadAnswer {
  if (result !== 'Ok') return { recordId, result, ...(data !== undefined && { data }) };
  const { source, day } = metadata?.partitionKeys ?? {};
  const lines = Buffer.from(data ?? '', 'base64')
    .toString()
    .split('\n');
  if (lines.pop() !== '') throw new Error('An answer ends without a newline.');
  return {
    recordId,
    result,
    partition: `source=${source}/day=${day}`,
    rows: lines.map((line) => JSON.parse(line)),
  };
}
