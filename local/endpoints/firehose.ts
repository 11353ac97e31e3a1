import { PutError } from '../firehose/errors.ts';
import type { PutRecordAnswer, PutRecordBatchAnswer } from '../firehose/put.ts';
import { serveLoopback } from './http-server.ts';

/** What takes the records: a stream, or what stands before one. */
export interface RecordSink {
  putRecord(data: Uint8Array): Promise<PutRecordAnswer>;
  putRecordBatch(records: readonly Uint8Array[]): Promise<PutRecordBatchAnswer>;
}

export interface FirehoseEndpointOptions {
  /** The one stream that there is. */
  readonly streamName: string;
  readonly sink: RecordSink;
}

/** A Firehose endpoint on this machine. */
export interface FirehoseEndpoint {
  /** For `AWS_ENDPOINT_URL_FIREHOSE`. */
  readonly url: string;
  /** The operation of every call so far. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** An error as the API answers it. */
class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface PutRequest {
  readonly DeliveryStreamName?: unknown;
  readonly Record?: { readonly Data?: unknown };
  readonly Records?: readonly { readonly Data?: unknown }[];
}

/**
 * Serves PutRecord and PutRecordBatch on 127.0.0.1 as Firehose does, in the AWS JSON 1.1 protocol, so that the
 * real client can call it. Signatures are not looked at.
 * Amazon Data Firehose API Reference, PutRecord and PutRecordBatch.
 * @example const { url, close } = await createFirehoseEndpoint({ streamName: 'events', sink: stream });
 */
export async function createFirehoseEndpoint({
  streamName,
  sink,
}: FirehoseEndpointOptions): Promise<FirehoseEndpoint> {
  const calls: string[] = [];

  const { url, close } = await serveLoopback(async ({ headers }, body, response) => {
    const operation = String(headers['x-amz-target'] ?? '').replace(/^Firehose_20150804\./, '');
    calls.push(operation);
    const { status, answer } = await answerOf(() => put(operation, requestIn(body)));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  return { url, calls, close };

  function put(operation: string, request: PutRequest) {
    const { DeliveryStreamName: name, Record: record, Records: records } = request;
    if (operation !== 'PutRecord' && operation !== 'PutRecordBatch') {
      throw new ApiError('UnknownOperationException', `There is no operation ${operation}.`);
    }
    if (name !== streamName) {
      throw new ApiError('ResourceNotFoundException', `Firehose ${name} not found.`);
    }
    if (operation === 'PutRecord') return sink.putRecord(dataIn(record));
    return sink.putRecordBatch(Array.isArray(records) ? records.map(dataIn) : []);
  }
}

function requestIn(body: Buffer): PutRequest {
  try {
    return JSON.parse(body.toString()) ?? {};
  } catch {
    throw new ApiError('SerializationException', 'The request is no JSON.');
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
    return { status: 400, answer: { __type: error.code, message: error.message } };
  }
}
