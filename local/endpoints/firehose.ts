import { setTimeout as wait } from 'node:timers/promises';
import { PutError } from '../firehose/errors.ts';
import type { PutRecordAnswer, PutRecordBatchAnswer } from '../firehose/put.ts';
import { ApiError } from './api-error.ts';
import { serveLoopback } from './http-server.ts';

/** What takes the records: a stream, or what stands before one. */
export interface RecordSink {
  putRecord(data: Uint8Array): Promise<PutRecordAnswer>;
  putRecordBatch(records: readonly Uint8Array[]): Promise<PutRecordBatchAnswer>;
}

/** One request that reached the endpoint. */
export interface FirehoseCall {
  /** 1 for the first. */
  readonly number: number;
  readonly operation: string;
  /** The records that it holds, as far as they could be read. */
  readonly records: readonly Uint8Array[];
}

/** What goes wrong with a call. What is refused does not reach the stream. */
export type FirehoseFault =
  /** `ServiceUnavailableException`: more than the stream may take. */
  | { readonly kind: 'throttle' }
  /** The same for single records of a PutRecordBatch, by their index. */
  | { readonly kind: 'partial'; readonly isRefused: (index: number) => boolean }
  /** `AccessDeniedException` */
  | { readonly kind: 'deny' }
  /** `InternalFailure` */
  | { readonly kind: 'internal-error' }
  /** The right answer, so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The records are taken, and the connection ends in the middle of the answer. */
  | { readonly kind: 'cut' };

export interface FirehoseEndpointOptions {
  /** The one stream that there is. */
  readonly streamName: string;
  readonly sink: RecordSink;
  /** Asked at each call; default nothing goes wrong. */
  readonly fault?: (call: FirehoseCall) => FirehoseFault | undefined | false;
}

/** A Firehose endpoint on this machine. */
export interface FirehoseEndpoint {
  /** For `AWS_ENDPOINT_URL_FIREHOSE`. */
  readonly url: string;
  /** Every call so far. */
  readonly calls: readonly FirehoseCall[];
  close(): Promise<void>;
}

interface PutRequest {
  readonly DeliveryStreamName?: unknown;
  readonly Record?: { readonly Data?: unknown };
  readonly Records?: readonly { readonly Data?: unknown }[];
}

/**
 * Serves PutRecord and PutRecordBatch on 127.0.0.1 as Firehose does, in the AWS JSON 1.1 protocol, so that the
 * real client can call it. Signatures are not looked at.
 * Amazon Data Firehose API Reference, PutRecord and PutRecordBatch, and Common Errors.
 * @example const { url, close } = await createFirehoseEndpoint({ streamName: 'events', sink: stream });
 */
export async function createFirehoseEndpoint({
  streamName,
  sink,
  fault,
}: FirehoseEndpointOptions): Promise<FirehoseEndpoint> {
  const calls: FirehoseCall[] = [];

  const { url, close } = await serveLoopback(async ({ headers }, body, response) => {
    const operation = String(headers['x-amz-target'] ?? '').replace(/^Firehose_20150804\./, '');
    let injected: FirehoseFault | undefined;
    const { status, answer } = await answerOf(async () => {
      const records: Uint8Array[] = [];
      const call = { number: calls.length + 1, operation, records };
      calls.push(call);
      const request = requestIn(body);
      records.push(...recordsIn(operation, request));
      injected = fault?.(call) || undefined;
      if (request.DeliveryStreamName !== streamName) {
        throw new ApiError(
          'ResourceNotFoundException',
          `Firehose ${request.DeliveryStreamName} not found.`,
        );
      }
      if (injected?.kind === 'delay') await wait(injected.ms, undefined, { ref: false });
      const error = injected && faultErrors[injected.kind];
      if (error) throw error;
      if (operation === 'PutRecord') return sink.putRecord(records[0] as Uint8Array);
      return injected?.kind === 'partial'
        ? putPartly(sink, records, injected.isRefused)
        : sink.putRecordBatch(records);
    });
    const text = JSON.stringify(answer);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    if (injected?.kind !== 'cut') return response.end(text);
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  });
  return { url, calls, close };
}

const slowDown = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' } as const;

const faultErrors: Readonly<Partial<Record<FirehoseFault['kind'], ApiError>>> = {
  throttle: new ApiError(slowDown.ErrorCode, slowDown.ErrorMessage, 503),
  deny: new ApiError(
    'AccessDeniedException',
    'User is not authorized to perform: firehose:PutRecordBatch',
  ),
  'internal-error': new ApiError('InternalFailure', 'An internal error has occurred.', 500),
};

async function putPartly(
  sink: RecordSink,
  records: readonly Uint8Array[],
  isRefused: (index: number) => boolean,
): Promise<PutRecordBatchAnswer> {
  const taken = records.filter((_, index) => !isRefused(index));
  const answer = taken.length > 0 ? await sink.putRecordBatch(taken) : undefined;
  const entries = [...(answer?.RequestResponses ?? [])];
  const all = records.map((_, index) =>
    isRefused(index) ? slowDown : (entries.shift() ?? slowDown),
  );
  const failed = all.filter((entry) => 'ErrorCode' in entry);
  return { FailedPutCount: failed.length, Encrypted: false, RequestResponses: all };
}

function requestIn(body: Buffer): PutRequest {
  try {
    return JSON.parse(body.toString()) ?? {};
  } catch {
    throw new ApiError('SerializationException', 'The request is not JSON.');
  }
}

function recordsIn(operation: string, { Record, Records }: PutRequest): Uint8Array[] {
  switch (operation) {
    case 'PutRecord':
      return [dataIn(Record)];
    case 'PutRecordBatch':
      return Array.isArray(Records) ? Records.map(dataIn) : [];
    default:
      throw new ApiError('UnknownOperationException', `There is no operation ${operation}.`);
  }
}

function dataIn(record: { readonly Data?: unknown } | undefined): Uint8Array {
  if (typeof record?.Data === 'string') return Buffer.from(record.Data, 'base64');
  throw new ApiError(
    'ValidationException',
    "1 validation error detected: Value null at 'data' failed to satisfy constraint: Member must not be null",
  );
}

async function answerOf(step: () => Promise<object>): Promise<{ status: number; answer: object }> {
  try {
    return { status: 200, answer: await step() };
  } catch (error) {
    if (!(error instanceof PutError || error instanceof ApiError)) throw error;
    const status = 'status' in error ? error.status : 400;
    return { status, answer: { __type: error.code, message: error.message } };
  }
}
