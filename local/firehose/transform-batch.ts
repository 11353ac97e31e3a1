import { FunctionError } from './errors.ts';
import { failures } from './failures.ts';
import type { StreamRecord } from './record.ts';
import { type RequestHead, requestOf } from './request.ts';
import { type Outcome, readResponse } from './response.ts';

/**
 * Runs the function: JSON text in, JSON text out. A rejection is a function error.
 * `nowMs`, the latest arrival in the request, is what time it is in the stream.
 */
export type Invoke = (requestJson: string, options: { readonly nowMs: number }) => Promise<string>;

/** What an invocation came to: the function's text, or why there is none. */
export type Invocation = { readonly responseJson: string } | { readonly functionError: unknown };

export interface TransformOptions {
  readonly stream: Omit<RequestHead, 'invocationId'>;
  readonly invoke: Invoke;
  /** Gives each invocation its id. */
  readonly uuid: () => string;
  /** Invocations after the first, when the function fails. */
  readonly retries: number;
  readonly maxResponseBytes: number;
  /** Told of each invocation. */
  readonly onInvocation: (invocation: Invocation) => void;
}

export interface TransformedBatch {
  /** In the order of the records. */
  readonly outcomes: readonly Outcome[];
  readonly attemptsMade: number;
}

/**
 * Takes a batch through the function. A function error, or an answer that is too large, is tried again at
 * once, with the same records under a new invocation id: how long the service waits is not documented.
 * Amazon Data Firehose Developer Guide, Handle failure in data transformation.
 */
export async function transformBatch(
  records: readonly StreamRecord[],
  { stream, invoke, uuid, retries, maxResponseBytes, onInvocation }: TransformOptions,
): Promise<TransformedBatch> {
  const nowMs = records.reduce((latest, { arrivalMs }) => Math.max(latest, arrivalMs), -Infinity);
  for (let attempt = 1; attempt <= retries + 1; attempt++) {
    const requestJson = requestOf({ invocationId: uuid(), ...stream }, records);
    const invocation = await invokeOnce(invoke, requestJson, nowMs, maxResponseBytes);
    onInvocation(invocation);
    if ('responseJson' in invocation) {
      const recordIds = records.map(({ recordId }) => recordId);
      const outcomes = readResponse(invocation.responseJson, recordIds);
      return { outcomes, attemptsMade: attempt };
    }
  }
  const outcome: Outcome = { result: 'ProcessingFailed', failure: failures.functionError };
  return { outcomes: records.map(() => outcome), attemptsMade: retries + 1 };
}

/** What a batch becomes in a stream without a function: itself. */
export function passBatch(records: readonly StreamRecord[]): TransformedBatch {
  const outcomes = records.map(
    ({ data }): Outcome => ({
      result: 'Ok',
      data: Buffer.from(data, 'base64'),
      partitionKeys: undefined,
    }),
  );
  return { outcomes, attemptsMade: 1 };
}

async function invokeOnce(
  invoke: Invoke,
  requestJson: string,
  nowMs: number,
  maxResponseBytes: number,
): Promise<Invocation> {
  try {
    const responseJson = await invoke(requestJson, { nowMs });
    if (Buffer.byteLength(responseJson) <= maxResponseBytes) return { responseJson };
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
    const errorType = 'Function.ResponseSizeTooLarge';
    return { functionError: new FunctionError({ errorType, errorMessage }) };
  } catch (functionError) {
    return { functionError };
  }
}
