import type { StreamConfiguration } from './configuration.ts';
import type { ErrorOutputType, Failure } from './failures.ts';
import { createObjectBuffers, type ObjectBuffer } from './object-buffers.ts';
import type { ObjectForm } from './object-writer.ts';
import type { RefusedLine } from './ports.ts';
import { compilePrefix } from './prefix.ts';
import type { StreamRecord } from './record.ts';

/** Where failed records wait for their error object. */
export interface ErrorOutput {
  /** How its objects are named and stored. */
  readonly form: ObjectForm;
  /** Takes a record that failed, as it was put. */
  takeRecord(record: StreamRecord, failure: Failure, attemptsMade: number): void;
  /** Takes a line that the format conversion refused; its object's oldest arrival stands for its own. */
  takeLine(line: Uint8Array, refused: RefusedLine, arrivalMs: number): void;
  count(): number;
  closeDue(): void;
  closeAll(): void;
}

export interface ErrorOutputOptions {
  readonly maxBuffers: number;
  readonly maxHeldBytes: number;
  readonly now: () => number;
  readonly onClose: (buffer: ObjectBuffer) => void;
}

/**
 * Makes the output of error objects: one JSON object a line, no extension, never compressed. (That GZIP
 * leaves error objects plain is unverified.) The fields and their order are as seen on AWS in 2026.
 * Amazon Data Firehose Developer Guide, Handle failure in data transformation, and Handle errors for data
 * format conversion.
 */
export function createErrorOutput(
  configuration: StreamConfiguration,
  options: ErrorOutputOptions,
): ErrorOutput {
  const { transform, conversion, bufferBytes, bufferIntervalMs: intervalMs } = configuration;
  const prefix = compilePrefix(configuration.errorPrefix);
  const buffers = createObjectBuffers({ ...options, prefix, bufferBytes, intervalMs });

  const take = (errorOutputType: ErrorOutputType, arrivalMs: number, fields: object) => {
    const place = { errorOutputType };
    const data = Buffer.from(`${JSON.stringify(fields)}\n`);
    buffers.add(buffers.keyOf(place, arrivalMs), place, { data, arrivalMs });
  };

  return {
    form: { prefix, extension: '', compression: 'none' },
    takeRecord(record, { type, code, message }, attemptsMade) {
      take(type, record.arrivalMs, {
        rawData: record.data,
        errorCode: code,
        errorMessage: message,
        attemptsMade,
        arrivalTimestamp: record.arrivalMs,
        attemptEndingTimestamp: options.now(),
        lambdaARN: transform?.functionArn,
      });
    },
    takeLine(line, { code, message }, arrivalMs) {
      take('format-conversion-failed', arrivalMs, {
        attemptsMade: 1,
        arrivalTimestamp: arrivalMs,
        lastErrorCode: code,
        lastErrorMessage: message,
        attemptEndingTimestamp: options.now(),
        rawData: Buffer.from(line).toString('base64'),
        sequenceNumber: null,
        subSequenceNumber: null,
        dataCatalogTable: { ...conversion, catalogArn: null },
      });
    },
    count: buffers.count,
    closeDue: buffers.closeDue,
    closeAll: buffers.closeAll,
  };
}
