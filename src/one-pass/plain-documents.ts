import { Buffer, isUtf8 } from 'node:buffer';
import {
  closeBrace,
  closeBracket,
  comma,
  openBrace,
  openBracket,
  quote,
  scanValue,
  skipSpace,
} from '../events/scan.ts';
import { isBlank, maxPlainBytes, takeReader } from './batch-memory.ts';
import { growTo } from './kernel.ts';
import { batchAt, mostDerivedBytes, mostGrowth } from './layout.ts';
import type { EventReader, NotPlain, PlainEvent, Waiting } from './read-event.ts';

/** An event as its line; or, where it waits for tags, as far as that is written. */
export type PlainDocument = Pick<PlainEvent, 'family' | 'eventSource' | 'eventTime' | 'kind'> & {
  /** Where it ends. */
  readonly end: number;
  readonly line: Buffer;
  readonly waiting: Waiting | undefined;
};

/** Reads documents of one record that has many, one after another. */
export interface DocumentReader {
  /** The event that begins at an index, or why it is left to the parser. */
  readAt(index: number): PlainDocument | NotPlain;
  /** Whoever has all that he wants gives the memory back. */
  release(): void;
}

/** So much of the record is in the kernel's memory at a time. */
const windowBytes = 4 * maxPlainBytes;
const slack = 64;

/**
 * @param bytes of a record, unpacked
 * @returns undefined where they are no UTF-8
 */
export function createDocumentReader(
  bytes: Uint8Array,
  arrivalMs: number,
  trusted: ReadonlySet<string> | undefined,
): DocumentReader | undefined {
  if (!isUtf8(bytes)) return undefined;
  const { reader, release } = takeReader();
  const target = batchAt + windowBytes + slack;
  const room = target + mostGrowth * maxPlainBytes + 2 * mostDerivedBytes;
  growTo(reader.kernel, room + slack);
  let start = 0;
  let end = 0;

  return {
    readAt(index) {
      const isAtEnd = end === bytes.length || index + maxPlainBytes <= end;
      if (index < start || index >= end || !isAtEnd) {
        start = index;
        end = Math.min(bytes.length, start + windowBytes);
        reader.kernel.bytes.set(bytes.subarray(start, end), batchAt);
      }
      const from = batchAt + index - start;
      const limit = Math.min(from + maxPlainBytes, batchAt + end - start);
      reader.arriveAt(arrivalMs);
      const found = reader.read(from, limit, target, room, trusted);
      if (typeof found === 'string') return found;
      return documentOf(reader, found, start + found.end - batchAt);
    },
    release,
  };
}

function documentOf(reader: EventReader, found: PlainEvent, end: number): PlainDocument {
  const { family, eventSource, eventTime = reader.eventTime(), kind, line, waiting } = found;
  const bytes = Buffer.from(reader.kernel.bytes.subarray(line.from, line.end));
  return { family, eventSource, eventTime, kind, end, line: bytes, waiting };
}

/** The event that is all of these bytes, UTF-8, or why it is left to the parser. */
export function plainDocumentOf(
  bytes: Uint8Array,
  arrivalMs: number,
  trusted?: ReadonlySet<string>,
): PlainDocument | NotPlain {
  if (bytes.length > maxPlainBytes) return 'too large a value';
  const reader = createDocumentReader(bytes, arrivalMs, trusted);
  if (reader === undefined) return 'no UTF-8';
  const found = reader.readAt(0);
  reader.release();
  if (typeof found === 'string') return found;
  return isBlank(bytes, found.end, bytes.length) ? found : 'more than one document';
}

/** Bytes of a document that is left to the parser. */
export interface LeftDocument {
  readonly bytes: Uint8Array;
  readonly reason: NotPlain;
}

export type FoundDocument = (PlainDocument & { readonly bytes: Uint8Array }) | LeftDocument;

/**
 * The documents of a record, one after another, in lists or in files of CloudTrail: as events/split.ts finds them, as
 * far as they stand there as they should. What it ends at is for that to judge.
 * @returns whether it came to the end
 */
export function* plainDocumentsIn(
  bytes: Uint8Array,
  arrivalMs: number,
  trusted: ReadonlySet<string> | undefined,
): Generator<FoundDocument, boolean> {
  const documents = createDocumentReader(bytes, arrivalMs, trusted);
  if (documents === undefined) return false;
  try {
    return yield* walk(bytes, documents);
  } finally {
    documents.release();
  }
}

function* walk(bytes: Uint8Array, documents: DocumentReader): Generator<FoundDocument, boolean> {
  let at = skipSpace(bytes, 0);
  if (at === bytes.length) return false;
  while (at < bytes.length) {
    const opening = openingAt(bytes, at);
    if (opening === 0) {
      const found = documentAt(bytes, documents, at);
      if (found === undefined) return false;
      yield found;
      at = skipSpace(bytes, at + found.bytes.length);
      continue;
    }
    at = skipSpace(bytes, at + opening);
    // A list of none is for the splitter, which counts what there is nothing in.
    if (bytes[at] === closeBracket) return false;
    for (;;) {
      const found = isOpening(bytes, at) ? undefined : documentAt(bytes, documents, at);
      if (found === undefined) return false;
      yield found;
      at = skipSpace(bytes, at + found.bytes.length);
      if (bytes[at] === closeBracket) break;
      if (bytes[at] !== comma) return false;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] === closeBracket) return false;
    }
    at = skipSpace(bytes, at + 1);
    if (opening === 1) continue;
    if (bytes[at] !== closeBrace) return false;
    at = skipSpace(bytes, at + 1);
  }
  return true;
}

/** The document that begins there; undefined where there is none that can be told from what follows. */
function documentAt(
  bytes: Uint8Array,
  documents: DocumentReader,
  at: number,
): FoundDocument | undefined {
  const found = documents.readAt(at);
  if (typeof found === 'object') return { ...found, bytes: bytes.subarray(at, found.end) };
  if (bytes[at] !== openBrace) return undefined;
  const scan = scanValue(bytes, at, true);
  return typeof scan === 'object' && 'end' in scan
    ? { bytes: bytes.subarray(at, scan.end), reason: found }
    : undefined;
}

const letterR = 0x52;
const recordsOpening = /^\{[ \t\r\n]*"Records"[ \t\r\n]*:[ \t\r\n]*\[/;

/** Length of the opening of a list or a file; 0 where another document begins. */
function openingAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] === openBracket) return 1;
  if (bytes[at] !== openBrace || (bytes[at + 1] === quote && bytes[at + 2] !== letterR)) return 0;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(64, bytes.length - at));
  return recordsOpening.exec(head.toString('latin1'))?.[0].length ?? 0;
}

function isOpening(bytes: Uint8Array, at: number): boolean {
  return openingAt(bytes, at) > 0;
}
