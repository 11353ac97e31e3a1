/**
 * An Amazon Data Firehose stream on one machine: Direct PUT, a Lambda, dynamic partitioning, objects in S3
 * or wherever the `store` puts them. It stands alone: no service, no network, no clock of its own.
 *
 * ```
 * put ─► batch buffer ─► function ─► data buffers, one a partition ─► (conversion, gzip) ─► store
 *                            └─────► error buffers, one a type ─────────────────────────►
 * ```
 *
 * - `configuration.ts` reads the resolved properties of an `AWS::KinesisFirehose::DeliveryStream`.
 * - `createStream` runs it, on `ports.ts`: the function, the store, the clock, the chance.
 * - `folder-store.ts` keeps objects as files; `worker-function.ts` runs a built handler as Lambda does.
 * - `limits.ts`, `failures.ts`, `response.ts` are the service's page as data.
 *
 * ```ts
 * const configuration = configurationOf(properties, { region, account, name });
 * const fn = createWorkerFunction({ module: 'dist/transform.mjs', export: 'handler', … });
 * const stream = createStream(configuration, {
 *   invoke: fn.invoke,
 *   store: createFolderStore('lake'),
 *   now: Date.now,
 * });
 * await stream.putRecordBatch(records);
 * await stream.drain();
 * await fn.close();
 * ```
 *
 * Time. A record arrives when its put says, and arrivals may go back. Buffers are closed by their size and by
 * `drain()`; their intervals end on the clock, never on arrivals, and only when `tick()` looks. So without a
 * tick the same records make the same objects, on every day and on every machine: only ids differ, and where
 * the function puts records again meanwhile, which batch those join.
 *
 * Memory. A put resolves when there is room for more, so that a caller who awaits each one holds a few
 * batches at most, and `maxHeldBytes` bounds what waits for its object. A put that comes from the function
 * itself says `waitForRoom: false`: the room that it would wait for is its own.
 *
 * Not simulated: throttling (but see `refusePut`), back-off, the backup of originals, deliveries that are
 * tried again, record de-aggregation, jq keys, and records that arrive twice.
 */
import { createBatchBuffer } from './batch-buffer.ts';
import type { StreamConfiguration } from './configuration.ts';
import { type Counters, countReceived, createCounters } from './counters.ts';
import { createDestination } from './destination.ts';
import { ConfigurationError } from './errors.ts';
import { type Limits, serviceLimits } from './limits.ts';
import { completePorts, type StreamPorts } from './ports.ts';
import {
  checkBatch,
  checkRecord,
  type PutRecordAnswer,
  type PutRecordBatchAnswer,
  type PutResponseEntry,
} from './put.ts';
import { createRecordMaker, type StreamRecord } from './record.ts';
import { maxRequestRecordBytes, requestHeadBytes } from './request.ts';
import { shuffle } from './shuffle.ts';
import { createTaskQueue } from './task-queue.ts';
import { type Invocation, passBatch, transformBatch } from './transform-batch.ts';

/** A running stream. Puts, ticks and drains may come at any time, also while others wait. */
export interface Stream {
  /**
   * Takes one record of at most 1,024,000 bytes; it may be empty. The bytes are copied.
   * Amazon Data Firehose API Reference, PutRecord.
   * @throws PutError for what the API refuses; else what has stopped the stream
   */
  putRecord(data: Uint8Array, options?: PutOptions<number>): Promise<PutRecordAnswer>;
  /**
   * Takes 1 to 500 records of at most 4 MiB together, all or (but for `refusePut`) none.
   * Amazon Data Firehose API Reference, PutRecordBatch.
   * @throws PutError for what the API refuses; else what has stopped the stream
   */
  putRecordBatch(
    records: readonly Uint8Array[],
    options?: PutOptions<number | readonly number[]>,
  ): Promise<PutRecordBatchAnswer>;
  /**
   * Closes the buffers whose interval is over: call it every second or so where time is real.
   * @throws what has stopped the stream
   */
  tick(): void;
  /**
   * Closes all buffers, delivers all, and goes on until nothing is left, also of what is put meanwhile.
   * @throws what has stopped the stream: a store, a conversion or a hook that failed
   */
  drain(): Promise<void>;
  /** What the stream has done so far: a copy. */
  counters(): Counters;
}

export interface PutOptions<Arrival> {
  /** When the record arrives, epoch ms; of a batch, one for all or one for each. Default `arrivalOf`. */
  readonly arrivalMs?: Arrival;
  /** Whether to resolve only when there is room for more; default true. Records are accepted either way. */
  readonly waitForRoom?: boolean;
}

export interface StreamOptions {
  /** Default: the service's. */
  readonly limits?: Partial<Limits>;
  /** Invocations at once; default 1, which keeps the order of records. */
  readonly concurrency?: number;
  /** Whether each batch is shuffled, as the service promises no order; default false. */
  readonly shuffleBatches?: boolean;
  /**
   * What happens to a record of one partition too many: `fail` sends it to the error output, as the service
   * does; `close-oldest` delivers the partition that has been open longest. Default `fail`.
   */
  readonly onPartitionQuota?: 'fail' | 'close-oldest';
  /**
   * Memory that open buffers may take, once for data and once for errors; default 256 MiB. Past it the
   * buffer that has been open longest is closed early, which the service has no need to do.
   */
  readonly maxHeldBytes?: number;
}

/**
 * Starts a stream.
 * @throws ConfigurationError for a port that the configuration lacks and for limits that exclude each other
 */
export function createStream(
  configuration: StreamConfiguration,
  givenPorts: StreamPorts,
  options: StreamOptions = {},
): Stream {
  const ports = completePorts(givenPorts);
  const limits: Limits = { ...serviceLimits, ...options.limits };
  const { transform, arn: deliveryStreamArn, region } = configuration;
  const stream = { deliveryStreamArn, region };
  const counters = createCounters();
  const makeRecord = createRecordMaker();
  const destination = createDestination(configuration, ports, { ...options, limits, counters });
  const invocations = createTaskQueue(options.concurrency ?? 1);

  const onInvocation = (invocation: Invocation) => {
    counters.invocations++;
    if ('responseJson' in invocation) return;
    counters.functionErrors++;
    ports.onFunctionError?.(invocation.functionError);
  };

  const processBatch = async (received: readonly StreamRecord[]) => {
    const records = options.shuffleBatches ? shuffle(received, ports.random) : received;
    const { outcomes, attemptsMade } = transform
      ? await transformBatch(records, { ...transform, ...limits, ...ports, stream, onInvocation })
      : passBatch(records);
    outcomes.forEach((outcome, index) => {
      destination.take(records[index] as StreamRecord, outcome, attemptsMade);
    });
    await destination.room();
  };

  const batches = createBatchBuffer({
    // Without a function there is nothing to wait for: each record is a batch at once.
    bufferBytes: transform?.bufferBytes ?? 0,
    intervalMs: transform?.bufferIntervalMs ?? 0,
    maxRecordsBytes: maxRecordsBytesOf(limits, requestHeadBytes(stream)),
    now: ports.now,
    onBatch: (records) => invocations.add(() => processBatch(records)),
  });

  const accept = (data: Uint8Array, arrivalMs: number) => {
    countReceived(counters, data.byteLength);
    batches.add(makeRecord(data, arrivalMs));
    return { RecordId: ports.uuid() };
  };

  const check = () => {
    destination.check();
    invocations.check();
  };

  const isEmpty = () => batches.isEmpty() && invocations.isIdle() && destination.isEmpty();

  return {
    async putRecord(data, { arrivalMs = ports.arrivalOf(data), waitForRoom = true } = {}) {
      check();
      checkRecord(data, limits);
      checkArrival(arrivalMs);
      const { RecordId } = accept(data, arrivalMs);
      if (waitForRoom) await invocations.room();
      return { RecordId, Encrypted: false };
    },

    async putRecordBatch(records, { arrivalMs, waitForRoom = true } = {}) {
      check();
      checkBatch(records, limits);
      const arrivals = arrivalsOf(records, arrivalMs, ports.arrivalOf);
      arrivals.forEach(checkArrival);
      const entries = records.map(
        (data, index): PutResponseEntry =>
          ports.refusePut?.(data) ?? accept(data, arrivals[index] as number),
      );
      if (waitForRoom) await invocations.room();
      const failed = entries.filter((entry) => 'ErrorCode' in entry);
      return { FailedPutCount: failed.length, Encrypted: false, RequestResponses: entries };
    },

    tick() {
      check();
      batches.closeDue();
      destination.closeDue();
    },

    async drain() {
      while (!isEmpty()) {
        batches.close();
        await invocations.idle();
        // What the function has put again goes through it too before any object is closed.
        if (batches.isEmpty()) await destination.drain();
      }
      check();
    },

    counters: () => structuredClone(counters),
  };
}

/** Bytes of a request that are left for records. */
function maxRecordsBytesOf({ maxRequestBytes, maxRecordBytes }: Limits, headBytes: number): number {
  const maxRecordsBytes = maxRequestBytes - headBytes;
  if (maxRecordsBytes >= maxRequestRecordBytes(maxRecordBytes)) return maxRecordsBytes;
  throw new ConfigurationError(
    `A record of ${maxRecordBytes} bytes does not fit into a request of ${maxRequestBytes}: change one of the limits.`,
  );
}

function arrivalsOf(
  records: readonly Uint8Array[],
  given: number | readonly number[] | undefined,
  arrivalOf: (data: Uint8Array) => number,
): readonly number[] {
  if (given === undefined) return records.map((data) => arrivalOf(data));
  if (typeof given === 'number') return records.map(() => given);
  if (given.length === records.length) return given;
  throw new RangeError(
    `${given.length} arrivals for ${records.length} records: give one for each, or one for all.`,
  );
}

function checkArrival(arrivalMs: unknown): void {
  if (Number.isInteger(arrivalMs) && Math.abs(arrivalMs as number) <= maxDateMs) return;
  throw new RangeError(
    `The arrival ${arrivalMs} is no time: give epoch milliseconds, a whole number.`,
  );
}

/** ECMAScript, Time Values and Time Range. */
const maxDateMs = 8.64e15;
