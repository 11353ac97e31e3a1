import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  lineFeed,
  openBrace,
  openBracket,
  scanValue,
  skipSpace,
} from './scan.ts';

/**
 * Splits bytes into documents, one an event, without parsing or re-writing any of them.
 *
 * Takes JSON documents one after another with or without white space between them (NDJSON among
 * them), JSON arrays of events, and CloudTrail files `{"Records":[…]}`, mixed as they come. Works on
 * bytes, in chunks of any size: `readline` would break lines at U+2028, a parser would lose digits.
 *
 * What cannot be read is a piece too, so that nothing is lost: the line, where the input has one
 * document a line; elsewhere everything from the break to the end.
 */

/** One document of the input, byte for byte; or, where `broken` says why, bytes that are none. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Bytes before it in the input. */
  readonly offset: number;
  /** The line that it starts on, counted from 1. */
  readonly line: number;
  readonly broken?: string;
}

/** Bounds, in bytes. */
export interface SplitLimits {
  /** Size of the parts that broken bytes come in. */
  readonly maxBrokenBytes: number;
  /** A longer document counts as broken. Bounds the memory of the splitter. */
  readonly maxDocumentBytes: number;
}

export interface SplitOptions extends SplitLimits {
  /**
   * Told of each piece, and of what gives none: a list that opens, a byte order mark. What it throws ends
   * the split.
   */
  readonly onPart: () => void;
}

/** A Firehose record holds 1,000 KiB; an EventBridge event 1 MB at most. */
const defaults: SplitOptions = {
  maxBrokenBytes: 1000 * 1024,
  maxDocumentBytes: 16 * 1024 * 1024,
  onPart: () => {},
};

export interface Splitter {
  /**
   * Takes the next bytes of the input and gives the pieces whose end is known. One that comes in
   * many chunks is looked at again once there is twice as much of it, or at the end.
   */
  push(chunk: Uint8Array): Piece[];
  /** Ends the input and gives what is left. */
  end(): Piece[];
}

/**
 * Splits input that is in memory as a whole.
 * @example splitDocuments(Buffer.from('{"a":1}{"b":2}')).length // 2
 */
export function splitDocuments(bytes: Uint8Array, options?: Partial<SplitOptions>): Piece[] {
  const splitter = createSplitter(options);
  return [...splitter.push(bytes), ...splitter.end()];
}

/** Where the splitter stands. */
type Stage =
  | 'top'
  | 'first element' // of an array, which may also be empty
  | 'next element'
  | 'after element'
  | 'after records' // before the brace that closes `{"Records":[…]`
  | 'at break' // whose reach the next bytes tell
  | 'in broken line'
  | 'in broken rest';

/** Splits input that comes in chunks. */
export function createSplitter(options: Partial<SplitOptions> = {}): Splitter {
  const { maxBrokenBytes, maxDocumentBytes, onPart } = { ...defaults, ...options };

  const chunks: Uint8Array[] = []; // what came and is not looked at yet
  let held: Uint8Array = new Uint8Array(0); // what is left of what was looked at
  let size = 0; // of both
  let offset = 0; // of the first byte of `held`
  let line = 1; // of the first byte of `held`
  let wanted = 0; // how much to hold before it is looked at again
  let isWhole = false;
  let pieces: Piece[] = [];

  let stage: Stage = 'top';
  let array: { isRecords: boolean; line: number } | undefined; // the one that is open
  let broken = { at: 0, reason: '' };
  let documents = 0;
  let isOnePerLine = true; // nothing so far went over the end of a line
  let scannedTwice = 0;

  function take(count: number): Uint8Array {
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    size -= count;
    offset += count;
    for (let at = taken.indexOf(lineFeed); at !== -1; at = taken.indexOf(lineFeed, at + 1)) line++;
    return taken;
  }

  function give(count: number, reason?: string): void {
    const start = { offset, line };
    const bytes = take(count);
    onPart();
    pieces.push(reason === undefined ? { bytes, ...start } : { bytes, ...start, broken: reason });
  }

  function fail(at: number, reason: string): void {
    broken = { at, reason };
    stage = 'at break';
  }

  /** Each step takes bytes or changes the stage; false where it needs more bytes. */
  function step(): boolean {
    if (stage === 'at break') return decideReach();
    if (stage === 'in broken line' || stage === 'in broken rest') return giveBroken();
    take(skipSpace(held, 0));
    if (held.length === 0) return endOfInput();

    const byte = held[0];
    switch (stage) {
      case 'top':
        return byte === byteOrderMark[0] ? takeMark() : startDocument();
      case 'next element':
        return giveDocument();
      case 'first element':
        return byte === closeBracket ? closeArray() : giveDocument();
      case 'after element':
        if (byte === closeBracket) return closeArray();
        if (byte === comma) {
          take(1);
          stage = 'next element';
        } else fail(0, 'two events without a comma');
        return true;
      case 'after records':
        if (byte === closeBrace) {
          take(1);
          endArray();
        } else fail(0, 'a CloudTrail file with more in it than "Records"');
        return true;
    }
  }

  function takeMark(): boolean {
    const bytes = held.subarray(0, byteOrderMark.length);
    if (!bytes.every((byte, at) => byte === byteOrderMark[at])) return startDocument();
    if (bytes.length < byteOrderMark.length) return isWhole ? startDocument() : wait();
    onPart();
    take(bytes.length);
    return true;
  }

  function startDocument(): boolean {
    const { bytes, isAll } = scannable();
    const opening = bytes[0] === openBracket ? 1 : recordsOpening(bytes, isAll);
    if (opening === 'incomplete' && bytes.length <= maxDocumentBytes) return wait();
    if (opening === 'incomplete' || opening === 0) return giveDocument();
    onPart();
    array = { isRecords: opening > 1, line };
    take(opening);
    stage = 'first element';
    return true;
  }

  function giveDocument(): boolean {
    const { bytes, isAll } = scannable();
    const scan = scanValue(bytes, 0, isAll);
    const end = scan === 'incomplete' ? bytes.length : 'end' in scan ? scan.end : 0;
    if (end > maxDocumentBytes) {
      fail(end, 'a document that is too long');
    } else if (scan === 'incomplete') {
      if (!isAll) return wait();
      fail(end, 'a document without its end');
    } else if ('reason' in scan) {
      fail(scan.at, scan.reason);
    } else {
      const startLine = line;
      give(scan.end);
      documents++;
      if (line !== startLine) isOnePerLine = false;
      stage = array ? 'after element' : 'top';
    }
    return true;
  }

  /**
   * What a document may consist of, and one byte to see that it ends. Nothing that is decided looks
   * further, not even for the end of the input, so that the pieces are the same in whatever chunks it comes.
   */
  function scannable(): { bytes: Uint8Array; isAll: boolean } {
    const bytes = held.subarray(0, maxDocumentBytes + 1);
    return { bytes, isAll: isWhole && held.length <= maxDocumentBytes };
  }

  /** So that what comes in many chunks is looked at a few times, not once a chunk. */
  function wait(): false {
    wanted = 2 * held.length;
    return false;
  }

  function closeArray(): true {
    take(1);
    if (array?.isRecords) stage = 'after records';
    else endArray();
    return true;
  }

  function endArray(): void {
    if (array && line !== array.line) isOnePerLine = false;
    array = undefined;
    stage = 'top';
  }

  function endOfInput(): false {
    if (isWhole && stage !== 'top') {
      give(0, 'an array of events without its end');
      stage = 'top';
    }
    return false;
  }

  /** One line is lost where the input has a document a line, else everything that follows. */
  function decideReach(): boolean {
    const bytes = held.subarray(0, maxBrokenBytes + 1);
    const newline = bytes.indexOf(lineFeed);
    const next = newline === -1 ? undefined : bytes[newline + 1];
    if (next === undefined && !isWhole && bytes.length <= maxBrokenBytes) return wait();

    // Lines after the broken one that were already read as part of it are scanned again: a hostile
    // input could make that happen for every line.
    scannedTwice += Math.max(0, broken.at - (newline === -1 ? bytes.length : newline));
    const isLineLost =
      isOnePerLine &&
      (array === undefined || array.line === line) &&
      (documents > 0 || next === openBrace || next === openBracket) &&
      scannedTwice <= offset + broken.at;
    array = undefined;
    stage = isLineLost ? 'in broken line' : 'in broken rest';
    return true;
  }

  function giveBroken(): boolean {
    const newline = stage === 'in broken line' ? held.indexOf(lineFeed) : -1;
    let left = newline === -1 ? held.length : newline;
    for (; left > maxBrokenBytes; left -= maxBrokenBytes) give(maxBrokenBytes, broken.reason);
    if (newline === -1 && !isWhole) return wait();
    give(left, broken.reason);
    if (newline !== -1) stage = 'top';
    return newline !== -1;
  }

  function split(): Piece[] {
    // What comes as a whole is not copied: lists in lists are split again and again.
    const [first = held] = chunks;
    held = held.length === 0 && chunks.length <= 1 ? first : Buffer.concat([held, ...chunks]);
    chunks.length = 0;
    wanted = 0;
    while (step());
    const complete = pieces;
    pieces = [];
    return complete;
  }

  return {
    push(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      return size < wanted ? [] : split();
    },
    end() {
      isWhole = true;
      return split();
    },
  };
}

/** U+FEFF in UTF-8. A file may start with one, so it may stand before any document of several files. */
const byteOrderMark = Buffer.from('\ufeff');

const recordsKey = Buffer.from('"Records"');

/** Length of `{"Records":[` at the start of the bytes, 0 where they start otherwise. */
function recordsOpening(bytes: Uint8Array, isWhole: boolean): number | 'incomplete' {
  if (bytes[0] !== openBrace) return 0;
  const missing = isWhole ? 0 : 'incomplete';
  const key = skipSpace(bytes, 1);
  const found = bytes.subarray(key, key + recordsKey.length);
  if (recordsKey.compare(found, 0, found.length, 0, found.length) !== 0) return 0;
  if (found.length < recordsKey.length) return missing;
  const separator = skipSpace(bytes, key + recordsKey.length);
  if (separator === bytes.length) return missing;
  if (bytes[separator] !== colon) return 0;
  const opening = skipSpace(bytes, separator + 1);
  if (opening === bytes.length) return missing;
  return bytes[opening] === openBracket ? opening + 1 : 0;
}
