/**
 * What runs inside the worker of `worker-function.ts`: it loads the handler as Lambda's Node.js runtime does
 * and calls it for each message. A message is answered by `started`, then `answered` or `failed`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FunctionErrorPayload } from './errors.ts';
import { installWorkerClock } from './worker-clock.ts';

export interface HostData {
  /** The file URL of the bundle. */
  readonly moduleUrl: string;
  readonly exportName: string;
  readonly context: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly invokedFunctionArn: string;
    readonly memoryLimitInMB: string;
    readonly logGroupName: string;
    readonly logStreamName: string;
  };
}

/** Asks for one invocation. */
export interface HostRequest {
  readonly requestId: string;
  readonly requestJson: string;
  readonly timeoutMs: number;
  /** Where the handler's clock stands, epoch ms; undefined for the machine's. */
  readonly nowMs: number | undefined;
}

export type HostMessage =
  | { readonly kind: 'started' }
  | { readonly kind: 'answered'; readonly responseJson: string }
  | {
      readonly kind: 'failed';
      readonly payload: FunctionErrorPayload;
      /** Whether the next invocation needs a new environment. */
      readonly isFatal: boolean;
    };

type Handler = (event: unknown, context: unknown) => unknown;

const { moduleUrl, exportName, context } = workerData as HostData;
const clock = installWorkerClock();
const send = (message: HostMessage) => parentPort?.postMessage(message);
let handler: Handler | undefined;

process.on('uncaughtException', (error) => end(payloadOf(error)));

process.on('unhandledRejection', (reason) => {
  const errorType = 'Runtime.UnhandledPromiseRejection';
  end({ ...payloadOf(reason), errorType, errorMessage: String(reason) });
});

parentPort?.on('message', async (request: HostRequest) => {
  const { requestId, requestJson, timeoutMs, nowMs } = request;
  clock.set(nowMs);
  try {
    // Not before the first invocation, so that what the module reads of the clock is the stream's time too.
    handler ??= await loadHandler();
  } catch (error) {
    return end(payloadOf(error));
  }
  send({ kind: 'started' });
  const deadlineMs = performance.now() + timeoutMs;
  try {
    const response = await handler(JSON.parse(requestJson), {
      ...context,
      callbackWaitsForEmptyEventLoop: true,
      awsRequestId: requestId,
      getRemainingTimeInMillis: () => Math.max(0, Math.round(deadlineMs - performance.now())),
    });
    send({ kind: 'answered', responseJson: JSON.stringify(response ?? null) });
  } catch (error) {
    send({ kind: 'failed', payload: payloadOf(error), isFatal: false });
  }
});

/** Reports the error, and ends as Lambda's runtime does when it cannot vouch for the module's state. */
function end(payload: FunctionErrorPayload): void {
  send({ kind: 'failed', payload, isFatal: true });
  process.exit(129);
}

async function loadHandler(): Promise<Handler> {
  const exported: Record<string, unknown> = await import(moduleUrl);
  const found = exported[exportName];
  if (typeof found === 'function') return found as Handler;
  const error = new Error(`${exportName} is undefined or not exported`);
  error.name = 'Runtime.HandlerNotFound';
  throw error;
}

/** The form in which Lambda's Node.js runtime reports what was thrown. */
function payloadOf(thrown: unknown): FunctionErrorPayload {
  if (!Error.isError(thrown)) {
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  }
  const { name, message, stack = '' } = thrown;
  return { errorType: name, errorMessage: message, trace: stack.split('\n') };
}
