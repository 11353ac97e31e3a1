import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { FunctionError, type FunctionErrorPayload } from './errors.ts';
import type { HostData, HostMessage, HostRequest } from './worker-host.ts';

/** A handler that is invoked as a Lambda function is. */
export interface WorkerFunction {
  /**
   * Invokes the handler, as soon as a worker is free.
   * @param requestJson the event
   * @param options `nowMs`: where the handler's `Date` stands, epoch ms; default the machine's clock
   * @returns what the handler returned, as JSON
   * @throws FunctionError when it threw, left a rejection unhandled, timed out or ran out of memory
   */
  invoke(requestJson: string, options?: { readonly nowMs?: number }): Promise<string>;
  /** Ends the workers; without it they keep the process alive. */
  close(): Promise<void>;
}

export interface WorkerFunctionOptions {
  /** Path of the built bundle, an ES module. */
  readonly module: string;
  /** The name under which it exports the handler. */
  readonly export: string;
  /** The function's variables; Lambda's own are there too. Nothing of this process's environment is. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** Gets what the handler writes to stdout and stderr; default this process's stderr. */
  readonly stdout?: Writable;
  readonly functionArn?: string;
  /** Workers, each with one invocation at a time; default 1. */
  readonly concurrency?: number;
}

/** AWS Lambda Developer Guide, Understanding the Lambda execution environment lifecycle: init phase. */
const initTimeoutMs = 10_000;

/**
 * Runs a built handler in worker threads, each an execution environment: its own module state, environment
 * variables and heap limit, kept from one invocation to the next, and started anew after a timeout or a crash.
 * Nothing is frozen between invocations.
 * @example const { invoke, close } = createWorkerFunction({ module: 'dist/transform.mjs', export: 'handler', memoryMb: 512, timeoutMs: 60_000 })
 */
export function createWorkerFunction(options: WorkerFunctionOptions): WorkerFunction {
  const { concurrency = 1 } = options;
  const environments = Array.from({ length: concurrency }, () => createEnvironment(options));
  const free = [...environments];
  const waiting: ((environment: Environment) => void)[] = [];
  let isClosed = false;

  const takeEnvironment = async () =>
    free.pop() ?? new Promise<Environment>((given) => waiting.push(given));

  const giveBack = (environment: Environment) => {
    const next = waiting.shift();
    if (next) next(environment);
    else free.push(environment);
  };

  return {
    async invoke(requestJson, { nowMs } = {}) {
      const environment = await takeEnvironment();
      try {
        if (isClosed) throw new Error('The function is closed: invoke it before close().');
        const { timeoutMs } = options;
        return await environment.invoke({ requestId: randomUUID(), requestJson, timeoutMs, nowMs });
      } finally {
        giveBack(environment);
      }
    },
    async close() {
      isClosed = true;
      await Promise.all(environments.map((environment) => environment.stop()));
    },
  };
}

interface Environment {
  invoke(request: HostRequest): Promise<string>;
  stop(): Promise<void>;
}

function createEnvironment(options: WorkerFunctionOptions): Environment {
  let worker: Worker | undefined;

  const stop = async () => {
    await worker?.terminate();
    worker = undefined;
  };

  return {
    stop,
    async invoke(request) {
      if (!worker) {
        const started = startWorker(options);
        // An environment that ends while idle is not missed: the next invocation starts another.
        started.once('exit', () => {
          if (worker === started) worker = undefined;
        });
        worker = started;
      }
      const result = await exchange(worker, request);
      if ('responseJson' in result) return result.responseJson;
      if (result.isFatal) await stop();
      throw new FunctionError(result.payload);
    },
  };
}

type Result =
  | { readonly responseJson: string }
  | { readonly payload: FunctionErrorPayload; readonly isFatal: boolean };

/** Sends a request and waits for its result, for the end of its time, or for that of the worker. */
function exchange(worker: Worker, request: HostRequest): Promise<Result> {
  const { promise, resolve: settle } = Promise.withResolvers<Result>();
  const fail = (errorType: string, reason: string) =>
    settle({
      payload: { errorType, errorMessage: `RequestId: ${request.requestId} Error: ${reason}` },
      isFatal: true,
    });
  const timeOutAfter = (ms: number) =>
    setTimeout(
      fail,
      ms,
      'Sandbox.Timedout',
      `Task timed out after ${(ms / 1000).toFixed(2)} seconds`,
    );

  let timer = timeOutAfter(initTimeoutMs);
  const onMessage = (message: HostMessage) => {
    if (message.kind !== 'started') return settle(message);
    clearTimeout(timer);
    timer = timeOutAfter(request.timeoutMs);
  };
  const onError = (error: Error) => fail('Runtime.ExitError', `Runtime exited: ${error.message}`);
  const onExit = (status: number) =>
    fail('Runtime.ExitError', `Runtime exited with error: exit status ${status}`);

  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  worker.postMessage(request);
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
  });
}

function startWorker(options: WorkerFunctionOptions): Worker {
  const { functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:local' } = options;
  const [, , , region = '', , , functionName = ''] = functionArn.split(':');
  const logGroupName = `/aws/lambda/${functionName}`;
  const logStreamName = 'local';
  const memoryLimitInMB = String(options.memoryMb);
  const functionVersion = '$LATEST';
  const data: HostData = {
    moduleUrl: pathToFileURL(resolve(options.module)).href,
    exportName: options.export,
    context: {
      functionName,
      functionVersion,
      invokedFunctionArn: functionArn,
      memoryLimitInMB,
      logGroupName,
      logStreamName,
    },
  };
  // AWS Lambda Developer Guide, Defined runtime environment variables.
  const ownEnvironment = {
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${process.versions.node.split('.')[0]}.x`,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: functionVersion,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: memoryLimitInMB,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
    _HANDLER: `index.${options.export}`,
    TZ: ':UTC',
  };
  const worker = new Worker(new URL('./worker-host.ts', import.meta.url), {
    workerData: data,
    env: { ...ownEnvironment, ...options.environment },
    resourceLimits: { maxOldGenerationSizeMb: options.memoryMb },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const { stdout = process.stderr } = options;
  for (const output of [worker.stdout, worker.stderr]) {
    output.on('data', (chunk: Buffer) => stdout.write(chunk));
  }
  // Whoever waits for an answer hears of it too; without this listener it would end the process.
  worker.on('error', () => undefined);
  return worker;
}
