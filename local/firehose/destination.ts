import type { StreamConfiguration } from './configuration.ts';
import { type Counters, countSettled, countStored } from './counters.ts';
import { createDataOutput } from './data-output.ts';
import { createErrorOutput } from './error-output.ts';
import { ConfigurationError } from './errors.ts';
import type { Failure } from './failures.ts';
import type { Limits } from './limits.ts';
import type { ObjectBuffer } from './object-buffers.ts';
import { createObjectWriter, type ObjectForm } from './object-writer.ts';
import type { CompletePorts, RefusedLine } from './ports.ts';
import type { StreamRecord } from './record.ts';
import type { Outcome } from './response.ts';
import { splitLines } from './split-lines.ts';
import { createTaskQueue } from './task-queue.ts';

/** What comes after the function: data and error buffers, conversion, the store. */
export interface Destination {
  /** Takes a record to the object that its outcome asks for. */
  take(record: StreamRecord, outcome: Outcome, attemptsMade: number): void;
  isEmpty(): boolean;
  /** Closes the buffers whose interval is over. */
  closeDue(): void;
  /** Throws what has stopped it, if anything has. */
  check(): void;
  /** Resolves when few deliveries wait; rejects with what has stopped it. */
  room(): Promise<void>;
  /** Closes and delivers all that it holds now; rejects with what has stopped it. */
  drain(): Promise<void>;
}

export interface DestinationOptions {
  readonly limits: Limits;
  readonly counters: Counters;
  readonly onPartitionQuota?: 'fail' | 'close-oldest';
  readonly maxHeldBytes?: number;
}

/** Objects that are compressed and stored at once. */
const deliveryConcurrency = 2;

/** @throws ConfigurationError when the format conversion is on and the port for it absent */
export function createDestination(
  configuration: StreamConfiguration,
  ports: CompletePorts,
  options: DestinationOptions,
): Destination {
  const { conversion } = configuration;
  const { convert, now } = ports;
  const { limits, counters, onPartitionQuota = 'fail', maxHeldBytes = 256 * 1024 * 1024 } = options;
  if (conversion && !convert) {
    throw new ConfigurationError(
      'DataFormatConversionConfiguration is on, and nothing can convert: give the port convert.',
    );
  }
  const writeObject = createObjectWriter(configuration, ports);
  const deliveries = createTaskQueue(deliveryConcurrency);

  const deliver = async (buffer: ObjectBuffer, body: Uint8Array, form: ObjectForm) => {
    const stored = await writeObject(buffer, body, form);
    countStored(counters, stored);
    ports.onObject?.(stored);
  };

  const takeRefused = (refused: readonly RefusedLine[], lines: Buffer, arrivalMs: number) => {
    const split = refused.length > 0 ? splitLines(lines) : [];
    for (const refusedLine of refused) {
      const line = split[refusedLine.line];
      if (!line) throw new RangeError(`There is no line ${refusedLine.line} to refuse.`);
      errors.takeLine(line, refusedLine, arrivalMs);
      counters.refusedLines++;
    }
  };

  const deliverData = async (buffer: ObjectBuffer) => {
    const lines = buffer.bytes.toBuffer();
    if (!conversion || !convert) return deliver(buffer, lines, data.form);
    const { object, refused = [] } = await convert(lines);
    takeRefused(refused, lines, buffer.oldestArrivalMs);
    if (object.byteLength > 0) await deliver(buffer, object, data.form);
  };

  const data = createDataOutput(configuration, {
    ...limits,
    onPartitionQuota,
    maxHeldBytes,
    now,
    onClose: (buffer) => deliveries.add(() => deliverData(buffer)),
  });

  const errors = createErrorOutput(configuration, {
    maxBuffers: limits.maxActivePartitions,
    maxHeldBytes,
    now,
    onClose: (buffer) =>
      deliveries.add(() => deliver(buffer, buffer.bytes.toBuffer(), errors.form)),
  });

  /** Hands an Ok record's data on. Tells why the record fails, where it does. */
  const failureOf = ({ arrivalMs }: StreamRecord, outcome: Outcome): Failure | undefined => {
    if (outcome.result === 'Dropped') return undefined;
    if (outcome.result === 'ProcessingFailed') return outcome.failure;
    return data.take({ data: outcome.data, arrivalMs }, outcome.partitionKeys);
  };

  return {
    take(record, outcome, attemptsMade) {
      const failure = failureOf(record, outcome);
      if (failure) errors.takeRecord(record, failure, attemptsMade);
      const settled: Outcome = failure ? { result: 'ProcessingFailed', failure } : outcome;
      countSettled(counters, settled);
      ports.onOutcome?.(record.recordId, settled);
    },
    isEmpty: () => data.count() === 0 && errors.count() === 0 && deliveries.isIdle(),
    closeDue() {
      data.closeDue();
      errors.closeDue();
    },
    check: deliveries.check,
    room: deliveries.room,
    async drain() {
      data.closeAll();
      errors.closeAll();
      await deliveries.idle();
    },
  };
}
