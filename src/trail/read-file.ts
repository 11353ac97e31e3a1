import { Buffer } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { attempt, RecordError } from '../errors.ts';
import { isGzip } from '../events/gzip.ts';
import { createSplitter, type Piece } from '../events/split.ts';
import { FileError } from './failures.ts';
import type { TrailLimits } from './limits.ts';
import { createUnpacker } from './unpacker.ts';

/** What a file holds: its records one by one, and in their place why what follows cannot be read. */
export type FilePiece =
  | { readonly bytes: Uint8Array; readonly offset: number }
  | {
      readonly broken: RecordError | FileError;
      readonly bytes: Uint8Array;
      readonly offset: number;
    };

/** What the files of a part may unpack to, as it is used up. */
export interface UnpackBudget {
  left: number;
}

type Limits = Pick<
  TrailLimits,
  | 'maxUnpackedFileBytes'
  | 'maxUnpackRatio'
  | 'minUnpackedFileBytes'
  | 'maxSplitBytes'
  | 'maxRawBytes'
>;

/**
 * The records of a file, some at a time. Nothing of the file is kept but the record that is at hand.
 *
 * What can be read before a break is given; the break itself is one piece. Where that is does not depend on
 * the chunks that the bytes come in: they are unpacked in blocks of one size.
 * @param listedBytes how large the file is said to be
 */
export async function* piecesIn(
  chunks: AsyncIterable<Uint8Array>,
  listedBytes: number,
  limits: Limits,
  budget: UnpackBudget,
): AsyncGenerator<FilePiece[]> {
  const { maxSplitBytes: maxDocumentBytes, maxRawBytes: maxBrokenBytes } = limits;
  const splitter = createSplitter({ maxDocumentBytes, maxBrokenBytes });
  const { toPieces, isInBreak } = createBreakMerger();
  let error: RecordError | FileError | undefined;
  for await (const block of unpack(chunks, maxUnpackedOf(listedBytes, limits), budget)) {
    if (block instanceof Error) error = block;
    else yield toPieces(splitter.push(block));
  }
  const rest = splitter.end();
  if (error === undefined) {
    yield toPieces(rest);
    return;
  }
  // What the error cut off looks broken too, but is one failure with it; so is what comes behind a break.
  const whole = rest.filter(({ broken }) => broken === undefined);
  const cut = rest.find(({ broken }) => broken !== undefined);
  const last = toPieces(whole);
  if (isInBreak() && whole.length === 0) return;
  yield [
    ...last,
    { broken: error, bytes: cut?.bytes ?? Buffer.alloc(0), offset: cut?.offset ?? 0 },
  ];
}

function maxUnpackedOf(listedBytes: number, limits: Limits): number {
  const { maxUnpackedFileBytes, maxUnpackRatio, minUnpackedFileBytes } = limits;
  return Math.min(
    maxUnpackedFileBytes,
    Math.max(minUnpackedFileBytes, listedBytes * maxUnpackRatio),
  );
}

/** The splitter gives broken bytes in parts; those of one break are one piece. */
function createBreakMerger() {
  let brokenEnd = -1;
  let isLastBroken = false;
  return {
    toPieces: (pieces: readonly Piece[]) =>
      pieces.flatMap(({ bytes, offset, broken }): FilePiece[] => {
        isLastBroken = broken !== undefined;
        if (broken === undefined) return [{ bytes, offset }];
        const isContinued = offset === brokenEnd;
        brokenEnd = offset + bytes.length;
        if (isContinued) return [];
        const error = new RecordError('BAD_JSON', `${broken}, at byte ${offset}`);
        return [{ broken: error, bytes, offset }];
      }),
    isInBreak: () => isLastBroken,
  };
}

/** Bytes that are unpacked at a time. */
const blockBytes = 64 * 1024;
/** Smaller files, nearly all, are unpacked in one go. */
const maxWholeBytes = 1024 * 1024;
const maxWholeUnpackedBytes = 32 * 1024 * 1024;

/** Unpacked blocks; an error is the last, with all before it that can be unpacked. */
async function* unpack(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  budget: UnpackBudget,
): AsyncGenerator<Uint8Array | RecordError | FileError> {
  let unpacked = 0;
  /** Why no more of these may be read. */
  const overdrawn = (bytes: number): RecordError | FileError | undefined => {
    unpacked += bytes;
    budget.left -= bytes;
    if (unpacked > maxBytes) {
      return new RecordError('BAD_GZIP', `it unpacks to more than ${maxBytes} bytes`);
    }
    return budget.left < 0 ? new FileError('PART_TOO_LARGE') : undefined;
  };

  const blocks = inBlocks(chunks, maxWholeBytes);
  const first = await blocks.next();
  if (first.done) return;
  if (!isGzip(first.value.bytes)) {
    for await (const { bytes } of startingWith(first.value, blocks)) {
      const error = overdrawn(bytes.length);
      yield error ?? bytes;
      if (error) return;
    }
    return;
  }
  if (first.value.isLast) {
    const { bytes } = first.value;
    const maxOutputLength = Math.min(maxBytes, maxWholeUnpackedBytes);
    const whole = attempt(() => gunzipSync(bytes, { maxOutputLength }), 'BAD_GZIP');
    if (whole.ok) {
      yield overdrawn(whole.value.length) ?? whole.value;
      return;
    }
  }

  const unpacker = createUnpacker();
  try {
    for await (const { bytes } of startingWith(first.value, blocks)) {
      for (let at = 0; at < bytes.length && !unpacker.failure(); at += blockBytes) {
        for (const chunk of await unpacker.write(bytes.subarray(at, at + blockBytes))) {
          const error = overdrawn(chunk.length);
          yield error ?? chunk;
          if (error) return;
        }
      }
      if (unpacker.failure()) break;
    }
    for (const chunk of await unpacker.end()) yield overdrawn(chunk.length) ?? chunk;
    const failure = unpacker.failure();
    if (failure) yield new RecordError('BAD_GZIP', failure);
  } finally {
    unpacker.close();
  }
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/** The same bytes in blocks of one size, the last one shorter. */
async function* inBlocks(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    while (bytes > size) {
      const all: Uint8Array = held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held);
      yield { bytes: all.subarray(0, size), isLast: false };
      held = [all.subarray(size)];
      bytes -= size;
    }
  }
  if (bytes > 0)
    yield {
      bytes: held.length === 1 ? (held[0] as Uint8Array) : Buffer.concat(held),
      isLast: true,
    };
}
