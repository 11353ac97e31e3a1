import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isGzip } from '../../src/events/gzip.ts';
import { createSplitter, type Piece } from '../../src/events/split.ts';
import { EnvironmentError, environmentErrorOf } from '../errors.ts';
import {
  isHead,
  otherFileIn,
  type TextForm,
  type TextReader,
  textFormOf,
  textReader,
} from './text-forms.ts';
import { misplaced, unfold } from './unfold.ts';

/** Something that events are read from: a file, or standard input. */
export interface Source {
  /** What it is called in messages. */
  readonly name: string;
  /** Where it lies, if it is a file. */
  readonly path?: string;
  /** Its size as it is stored, where that is known. */
  readonly bytes?: number;
  /**
   * What tells its contents from any other, where it can be read more than once.
   * @throws EnvironmentError where it cannot be read
   */
  mark?(): Promise<string>;
  /** Begins to fetch it, where it lies elsewhere: it is read soon. */
  fetch?(): void;
  open(): Readable;
}

/** A document of a source, or bytes that are none, with how to find it there. */
export interface SourcePiece extends Piece {
  /** `FILE:12` where each line has been a document so far, else `FILE: offset 3456 (line 12)`. */
  readonly place: string;
  /** Whether it is the next part of the broken bytes before it. */
  readonly isContinued: boolean;
  /** The export that it stood in, where it did in one: `lookup-events output`. */
  readonly form?: string;
}

/** What has become complete by now. */
export interface Read {
  readonly pieces: readonly SourcePiece[];
  /** How much of the source has been read, as it is stored. */
  readonly readBytes: number;
}

export interface ReadOptions {
  readonly unfolds?: boolean;
}

/** A chunk of a file is a record where it cannot be read as anything better, and so has to fit one. */
const chunkBytes = 256 * 1024;

/** What fits a record. */
const maxBrokenBytes = 1000 * 1024;

/** An export is one document, as large as what was asked for; it is held whole. */
const maxDocumentBytes = 256 * 1024 * 1024;

/** So much is unpacked at once. */
const sliceBytes = 16 * 1024;

/**
 * A file that events are read from.
 * @param bytes its size; of a pipe or a device nobody knows it, and it can be read once
 */
export function fileSource(name: string, path: string, bytes?: number): Source {
  const open = () => createReadStream(path, { highWaterMark: chunkBytes });
  if (bytes === undefined) return { name, path, open };
  return { name, path, open, bytes, mark: () => markOf(name, open()) };
}

/** Length and SHA-256: the same for the same bytes, wherever they lie and whatever they are called. */
async function markOf(name: string, stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      length += chunk.length;
    }
  } catch (error) {
    throw environmentErrorOf(error, 'read', name);
  }
  return `${length}:${hash.digest('base64url')}`;
}

/**
 * Reads a source as pieces, one an event, chunk by chunk, so that its size does not matter; reads on
 * only when the last were taken. Gzip is told by its first bytes, exports by what is in them. What cannot
 * be unpacked is broken pieces, too, as it is.
 * @param options `unfolds`: whether exports give the events in them; without it every text is JSON as it stands
 * @throws EnvironmentError, also for a file that holds no events by its first bytes; or what the stream throws
 */
export async function* readPieces(
  source: Source,
  { unfolds = false }: ReadOptions = {},
): AsyncGenerator<Read> {
  const place = createPlaces(source.name);
  const stream = source.open();
  let readBytes = 0;
  const chunks = counting(stream, (bytes) => {
    readBytes += bytes;
  });
  let head: Buffer = Buffer.alloc(0);
  let reader: TextReader | undefined;
  let form: TextForm | undefined;
  const start = () => {
    const other = unfolds ? otherFileIn(head) : undefined;
    if (other !== undefined) throw new EnvironmentError(`${source.name} is ${other}.`);
    form = unfolds ? textFormOf(head) : undefined;
    reader = textReader(form, createSplitter({ maxBrokenBytes, maxDocumentBytes }));
    return reader.push(head);
  };
  const push = (bytes: Buffer) => {
    if (reader) return reader.push(bytes);
    head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
    return !unfolds || isHead(head) ? start() : [];
  };
  const end = async () => {
    const first = reader || head.length === 0 ? [] : await start();
    return [...first, ...((await reader?.end()) ?? [])];
  };
  const read = (pieces: readonly Piece[]): Read => ({
    pieces: unfolds ? pieces.flatMap((piece) => unfolded(place(piece), form)) : pieces.map(place),
    readBytes,
  });
  try {
    let isDamaged = false;
    for await (const part of unpack(chunks)) {
      if (part.kind === 'text') {
        yield read(await push(part.bytes));
        continue;
      }
      if (!isDamaged) yield read(await end());
      isDamaged = true;
      yield { pieces: [damagedPiece(source.name, part)], readBytes };
    }
    if (!isDamaged) yield read(await end());
  } catch (error) {
    throw environmentErrorOf(error, 'read', source.name);
  } finally {
    stream.destroy();
  }
}

/** The documents of an export in place of the piece that holds them. */
function unfolded(piece: SourcePiece, textForm: string | undefined): SourcePiece[] {
  if (piece.broken !== undefined) return [piece];
  const found = unfold(piece.bytes);
  if ('misplaced' in found) {
    return [{ ...piece, bytes: piece.bytes.subarray(0, 0), broken: misplaced[found.misplaced] }];
  }
  return found.map(({ bytes, form = textForm, place }) => ({
    ...piece,
    bytes,
    place: place === '' ? piece.place : `${piece.place}, ${place}`,
    ...(form !== undefined && { form }),
  }));
}

/** Tells where pieces are, by whether each before had a line of its own. */
function createPlaces(name: string): (piece: Piece) => SourcePiece {
  let isOnePerLine = true;
  let lastLine = 0;
  let brokenUntil = -1;
  return (piece) => {
    const { bytes, offset, line, broken } = piece;
    if (line <= lastLine) isOnePerLine = false;
    lastLine = line;
    const place = isOnePerLine ? `${name}:${line}` : `${name}: offset ${offset} (line ${line})`;
    if (broken === undefined && bytes.includes(0x0a)) isOnePerLine = false;
    const isContinued = broken !== undefined && offset === brokenUntil;
    brokenUntil = broken === undefined ? -1 : offset + bytes.length;
    return { ...piece, place, isContinued };
  };
}

async function* counting(stream: Readable, count: (bytes: number) => void) {
  for await (const chunk of stream as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    count(bytes.length);
    yield bytes;
  }
}

/** Bytes of a source as they are, or unpacked; or packed ones that cannot be. */
type Part = { readonly kind: 'text'; readonly bytes: Buffer } | DamagedPart;

interface DamagedPart {
  readonly kind: 'damaged';
  readonly bytes: Buffer;
  /** Packed bytes before it. */
  readonly offset: number;
  readonly reason: string;
  readonly isContinued: boolean;
}

function damagedPiece(
  name: string,
  { bytes, offset, reason, isContinued }: DamagedPart,
): SourcePiece {
  const place = `${name}: offset ${offset} of the gzipped bytes`;
  return { bytes, offset, line: 1, broken: reason, place, isContinued };
}

/** So often a file may have been gzipped; what is still gzip then is no text. */
const maxPackings = 4;

async function* unpack(
  chunks: AsyncIterable<Buffer>,
  packingsLeft = maxPackings,
): AsyncGenerator<Part> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const { value, done } = await iterator.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const all = chain(head, { [Symbol.asyncIterator]: () => iterator });
  if (isGzip(head) && packingsLeft > 0) return yield* unpackTwice(gunzip(all), packingsLeft - 1);
  for await (const bytes of all) yield { kind: 'text', bytes };
}

/** Tools that gzip what is gzipped already are common enough. */
async function* unpackTwice(
  parts: AsyncGenerator<Part>,
  packingsLeft: number,
): AsyncGenerator<Part> {
  let damaged: Part | undefined;
  async function* texts() {
    for (let next = await parts.next(); !next.done; next = await parts.next()) {
      // Behind what is damaged there is no text.
      if (next.value.kind === 'damaged') {
        damaged = next.value;
        return;
      }
      if (next.value.bytes.length > 0) yield next.value.bytes;
    }
  }
  yield* unpack(texts(), packingsLeft);
  if (damaged) yield damaged;
  yield* parts;
}

async function* chain(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  yield* rest;
}

/** Unpacks slice by slice; see `gunzip`. */
interface Unpacker {
  /** What the bytes unpack to, as far as they do. */
  write(bytes: Buffer): Promise<Buffer>;
  end(): Promise<Buffer>;
  /** What it has stumbled over. */
  error(): Error | undefined;
}

function createUnpacker(): Unpacker {
  const unzip = createGunzip({ chunkSize: 64 * 1024 });
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let unpacked: Buffer[] = [];
  let error: Error | undefined;
  unzip
    .on('data', (bytes: Buffer) => unpacked.push(bytes))
    .on('end', end)
    .on('error', (thrown) => {
      error = thrown;
      end();
    });
  const take = () => {
    const bytes = Buffer.concat(unpacked);
    unpacked = [];
    return bytes;
  };
  return {
    async write(bytes) {
      // The callback is not called where the write fails.
      await Promise.race([ended, new Promise<void>((done) => unzip.write(bytes, () => done()))]);
      return take();
    },
    async end() {
      unzip.end();
      await ended;
      return take();
    },
    error: () => error,
  };
}

/**
 * Unpacks gzip, also of several members, as far as it goes: to the very byte where it is cut or damaged.
 * Node's stream gives up what it has unpacked of the bytes that it stumbles over. So a second one follows
 * a slice behind the first, and takes the bytes of the slice that breaks the first one by one.
 */
async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Part> {
  const first = createUnpacker();
  const second = createUnpacker();
  let behind: Buffer = Buffer.alloc(0);
  let offset = 0;
  let isDamaged = false;
  const damaged = (bytes: Buffer, at: number): Part => {
    const reason = `gzip that cannot be unpacked (${(second.error() ?? first.error())?.message})`;
    const isContinued = isDamaged;
    isDamaged = true;
    return { kind: 'damaged', bytes, offset: at, reason, isContinued };
  };

  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes);
      if (isDamaged) {
        yield damaged(slice, offset);
      } else {
        const bytes = await first.write(slice);
        yield { kind: 'text', bytes };
        await second.write(behind);
        behind = slice;
        if (first.error()) yield* recover(slice, bytes.length, offset);
      }
      offset += slice.length;
    }
  }
  if (isDamaged) return;
  yield { kind: 'text', bytes: await first.end() };
  if (first.error()) yield damaged(Buffer.alloc(0), offset);

  /**
   * What the first has not given of the slice that broke it; then, from the last byte that gave something
   * on, the bytes that nobody can unpack.
   */
  async function* recover(slice: Buffer, givenBytes: number, sliceOffset: number) {
    let givenAgain = 0;
    let usedUntil = 0;
    for (let at = 0; at < slice.length && !second.error(); at++) {
      const bytes = await second.write(slice.subarray(at, at + 1));
      const known = Math.min(bytes.length, givenBytes - givenAgain);
      givenAgain += known;
      if (bytes.length > 0) usedUntil = at + 1;
      yield { kind: 'text', bytes: bytes.subarray(known) } as const;
    }
    yield damaged(slice.subarray(usedUntil), sliceOffset + usedUntil);
  }
}
