import { devNull } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { buildIfNeeded } from '../build.ts';
import { createEc2Endpoint, type InstanceTags } from '../endpoints/ec2.ts';
import { createFirehoseEndpoint } from '../endpoints/firehose.ts';
import { UsageError } from '../errors.ts';
import { configurationOf, type StreamConfiguration } from '../firehose/configuration.ts';
import type { Counters } from '../firehose/counters.ts';
import { ConfigurationError } from '../firehose/errors.ts';
import { serviceLimits } from '../firehose/limits.ts';
import type { ObjectStore, StoredObject, StreamPorts } from '../firehose/ports.ts';
import { checkBatch, checkRecord } from '../firehose/put.ts';
import type { Outcome } from '../firehose/response.ts';
import { createStream, type Stream } from '../firehose/stream.ts';
import { createWorkerFunction } from '../firehose/worker-function.ts';
import { loadStack, type Stack, type StackOptions } from '../template/load-stack.ts';
import { TemplateError } from '../template/read-template.ts';
import { arrivalOf } from './arrival.ts';
import { createFunctionLog, type FunctionLog } from './function-log.ts';

export interface LocalStreamOptions<T> {
  /** The bucket. */
  readonly store: ObjectStore;
  readonly stack?: StackOptions;
  /** What the EC2 endpoint knows; without it the function asks for no tags. */
  readonly tags?: InstanceTags;
  /** When records arrive: when their first event happened, or now. Default `event`. */
  readonly arrival?: 'event' | 'now';
  /** Told what the function logs. */
  readonly onLog?: (text: string) => void;
  /** Called before a build, which takes a second or two. */
  readonly onBuild?: () => void;
  /** Told of each record's outcome; by its id the function's log has it. */
  readonly onOutcome?: (outcome: Outcome, record: SentRecord<T>, recordId: string) => void;
  readonly onObject?: (object: StoredObject) => void;
  readonly onFunctionError?: (error: unknown) => void;
}

/** A record on its way: by its ticket, or, where the function put it again itself, by its bytes. */
export type SentRecord<T> = { readonly ticket: T } | { readonly again: Uint8Array };

/** A record to put, with what its putter knows it by. */
export interface TicketedRecord<T> {
  readonly bytes: Uint8Array;
  readonly ticket: T;
  /** When it arrives, epoch ms; default as the stream's `arrival` says. */
  readonly arrivalMs?: number;
}

/** The stack's stream with its built function, on this machine. */
export interface LocalStream<T> {
  readonly stack: Stack;
  /** Takes records of one PutRecordBatch; resolves when there is room for more. */
  put(records: readonly TicketedRecord<T>[]): Promise<void>;
  /** Delivers all that was put. */
  drain(): Promise<void>;
  /** Resolves when the log of what was drained is there, too: it comes by a way of its own. */
  logged(): Promise<void>;
  counters(): Counters;
  /** What the function says of itself. */
  readonly log: FunctionLog;
  /** Ends the function and all that it speaks to; drain before. */
  close(): Promise<void>;
}

/**
 * Starts the stream of template.yaml, through the function as it is deployed: the built bundle, its
 * environment, memory and timeout. Nothing in it reaches AWS, or credentials of whoever runs it; what it
 * puts again goes to this very stream.
 * @throws UsageError for parameters that the template or the service would refuse
 */
export async function openLocalStream<T>(options: LocalStreamOptions<T>): Promise<LocalStream<T>> {
  const stack = stackOf(options.stack);
  const configuration = streamConfigurationOf(stack);
  const { bundle, deployed, functionArn } = await builtFunctionOf(stack, configuration, options);
  const isNow = options.arrival === 'now';

  /** In the order in which they were put, which is that of their outcomes. */
  const sent: SentRecord<T>[] = [];
  // The stream's time is that of the batch it is at, so that what it writes depends on the input alone.
  let batchMs = 0;
  const arrivalOfBytes = isNow ? Date.now : arrivalOf;
  const ports: StreamPorts = {
    invoke(requestJson, { nowMs }) {
      batchMs = nowMs;
      return fn.invoke(requestJson, { nowMs });
    },
    store: options.store,
    now: isNow ? Date.now : () => batchMs,
    arrivalOf: arrivalOfBytes,
    onOutcome: (recordId, outcome) =>
      options.onOutcome?.(outcome, sent.shift() as SentRecord<T>, recordId),
    // Loaded here: it brings the engine along.
    convert: async (lines) => (await import('../lake/parquet.ts')).convertToParquet(lines),
    onObject: (object) => options.onObject?.(object),
    onFunctionError: (error) => options.onFunctionError?.(error),
  };
  const stream = createStream(configuration, ports, { onPartitionQuota: 'close-oldest' });

  const firehose = await createFirehoseEndpoint({
    streamName: configuration.name,
    sink: {
      putRecord: async (again) => {
        checkRecord(again, serviceLimits);
        sent.push({ again });
        return stream.putRecord(again, { waitForRoom: false });
      },
      putRecordBatch: async (records) => {
        checkBatch(records, serviceLimits);
        sent.push(...records.map((again) => ({ again })));
        return stream.putRecordBatch(records, { waitForRoom: false });
      },
    },
  });
  const ec2 = options.tags && (await createEc2Endpoint({ tags: options.tags }));
  const log = createFunctionLog(options.onLog);
  const fn = createWorkerFunction({
    module: bundle.file,
    export: bundle.handler,
    environment: {
      ...deployed.environment,
      ...noAws,
      AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
      ...(ec2 ? { AWS_ENDPOINT_URL_EC2: ec2.url } : { TAG_LOOKUP: 'off' }),
    },
    memoryMb: deployed.memoryMb,
    timeoutMs: deployed.timeoutSeconds * 1000,
    functionArn,
    stdout: log.input,
  });
  const ticking = isNow ? tickEverySecond(stream) : undefined;

  return {
    stack,
    log,
    async put(records) {
      // In one go with the put, which accepts before it waits.
      sent.push(...records.map(({ ticket }) => ({ ticket })));
      await stream.putRecordBatch(
        records.map(({ bytes }) => bytes),
        { arrivalMs: records.map(({ bytes, arrivalMs }) => arrivalMs ?? arrivalOfBytes(bytes)) },
      );
    },
    drain: stream.drain,
    async logged() {
      const { invocations, functionErrors } = stream.counters();
      for (let tries = 0; tries < maxLogTries; tries++) {
        if (log.invocations() >= invocations - functionErrors) return;
        await wait(logWaitMs);
      }
    },
    counters: stream.counters,
    async close() {
      clearInterval(ticking);
      await fn.close();
      await Promise.all([firehose.close(), ec2?.close()]);
    },
  };
}

/** Two seconds: a log that has not come by then is left out, as is one that tells less than `INFO`. */
const maxLogTries = 200;
const logWaitMs = 10;

/** Where time is real, buffers are delivered when their time is over, as those of a pipe that never ends. */
function tickEverySecond(stream: Stream): NodeJS.Timeout {
  const timer = setInterval(() => {
    try {
      stream.tick();
    } catch {
      // What has stopped the stream is told by the next put, or at the end.
      clearInterval(timer);
    }
  }, 1000);
  return timer.unref();
}

async function builtFunctionOf(
  stack: Stack,
  { transform }: StreamConfiguration,
  { onBuild }: { readonly onBuild?: () => void },
) {
  const { functionArn = '' } = transform ?? {};
  const deployed = stack.functions.find(({ name }) => functionArn.endsWith(`:function:${name}`));
  const bundles = await buildIfNeeded(onBuild && { onBuild });
  const bundle = bundles.find(({ logicalId }) => logicalId === deployed?.logicalId);
  if (deployed && bundle) return { deployed, bundle, functionArn };
  throw new Error(`The stream's function ${functionArn} is not in the template.`);
}

/**
 * Keeps the function on this machine: it finds no credentials but the documented example ones, no
 * configuration, and nobody at the endpoint of any service that is not given one of its own.
 * AWS SDKs and Tools Reference Guide, Service-specific endpoints.
 */
const noAws = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
} as const;

/** The stack with these parameters. @throws UsageError for one that the template refuses */
export function stackOf(options?: StackOptions): Stack {
  try {
    return loadStack(options);
  } catch (error) {
    throw error instanceof TemplateError ? new UsageError(error.message) : error;
  }
}

function streamConfigurationOf({ stream }: Stack): StreamConfiguration {
  const [, , , region = '', account = ''] = stream.arn.split(':');
  try {
    return configurationOf(stream.properties, { region, account, name: stream.name });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(error.message);
  }
}
