import type { Buffer } from 'node:buffer';
import type { RecordError } from '../errors.ts';
import type { Partition } from '../partition/partition.ts';
import type { OpenLine } from '../rows/line.ts';
import type { TaggedRow } from './add-tags.ts';

/** One document of a record: an event on its way to a line, or why it is none. */
export type BatchDocument = WrittenDocument | OpenDocument | SizedDocument | BadDocument;

export interface BadDocument {
  readonly bytes: Uint8Array;
  readonly error: RecordError;
}

interface EventDocument {
  readonly bytes: Uint8Array;
  readonly partition: Partition;
}

export interface WrittenDocument extends EventDocument {
  readonly line: Buffer;
  /** Whether it is an API call. */
  readonly isCall: boolean;
}

/** Its line is written but for its instances, which wait for tags. */
export interface OpenDocument extends EventDocument, TaggedRow {
  readonly open: OpenLine;
  readonly isCall: boolean;
}

/** It is put again, as its record has more lines than an answer holds: their sizes are enough. */
export interface SizedDocument extends EventDocument {
  readonly lineBytes: number;
}
