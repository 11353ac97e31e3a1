import { randomUUID } from 'node:crypto';
import type { ErrorOutputType } from './failures.ts';
import type { PutResponseEntry } from './put.ts';
import type { Outcome } from './response.ts';
import type { Invoke } from './transform-batch.ts';

/** What an object is stored with. Amazon Data Firehose Developer Guide, Configure Amazon S3 object name format. */
export interface ObjectAttributes {
  readonly contentType: 'application/octet-stream';
  readonly contentEncoding?: 'gzip';
}

/** Where objects are kept: a bucket, a folder, a map. */
export interface ObjectStore {
  put(key: string, body: Uint8Array, attributes: ObjectAttributes): Promise<void>;
}

/** What a format conversion made of an object's lines. */
export interface Conversion {
  /** The object; none is written when it is empty. */
  readonly object: Uint8Array;
  /** The lines that are not in it. */
  readonly refused?: readonly RefusedLine[];
}

export interface RefusedLine {
  /** Its index among the lines that were given, from 0. */
  readonly line: number;
  readonly code: `DataFormatConversion.${string}`;
  readonly message: string;
}

/** An object that was stored. */
export interface StoredObject {
  readonly key: string;
  /** As stored. */
  readonly bytes: number;
  /** What kind of failure it holds; absent for a data object. */
  readonly errorOutputType?: ErrorOutputType;
}

/** All that a stream needs from outside. Only `invoke`, `store` and `now` have no default. */
export interface StreamPorts {
  /** The Lambda. */
  readonly invoke: Invoke;
  /** Its rejection stops the stream: the service would try for a day. */
  readonly store: ObjectStore;
  /** The clock, epoch ms: intervals, ends of attempts, and arrivals that nobody gave. */
  readonly now: () => number;
  /** When a record arrives whose put does not say, epoch ms; default `now`. */
  readonly arrivalOf?: (data: Uint8Array) => number;
  /** Ids of invocations, objects and puts, at most 36 characters; default `crypto.randomUUID`. */
  readonly uuid?: () => string;
  /** From 0 to below 1, for random strings and shuffling; default `Math.random`. */
  readonly random?: () => number;
  /** Makes an object of lines, when format conversion is on. Its rejection stops the stream. */
  readonly convert?: (lines: Uint8Array) => Promise<Conversion>;
  /** Refuses single records of a PutRecordBatch, as the service does when it throttles; default none. */
  readonly refusePut?: (
    data: Uint8Array,
  ) => Extract<PutResponseEntry, { ErrorCode: string }> | undefined;
  /** Told of each record's outcome; a record that no partition takes is told as `ProcessingFailed`. */
  readonly onOutcome?: (recordId: string, outcome: Outcome) => void;
  /** Told of each object, once it is stored. */
  readonly onObject?: (object: StoredObject) => void;
  /** Told of each invocation that failed. */
  readonly onFunctionError?: (error: unknown) => void;
}

/** Ports of which nothing that a stream always needs is absent. */
export type CompletePorts = StreamPorts &
  Required<Pick<StreamPorts, 'arrivalOf' | 'uuid' | 'random'>>;

export function completePorts(ports: StreamPorts): CompletePorts {
  return { arrivalOf: ports.now, uuid: randomUUID, random: Math.random, ...ports };
}
