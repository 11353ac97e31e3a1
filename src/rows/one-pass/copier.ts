import { Buffer } from 'node:buffer';
import { hashOn, type KeyTable } from './key-table.ts';

/**
 * Reads JSON bytes and writes them elsewhere in the same pass: as they stand, or escaped, as the
 * text in a JSON string. It checks the grammar on its way (RFC 8259), and refuses what could not be
 * copied as it stands: escapes that JSON.stringify spells otherwise (`\/`, `\u…`), control
 * characters, more levels than the parser takes. Whatever it refuses is left to the parser.
 *
 * What may refuse answers whether it did not. A copier is used again and again; what it writes lies one
 * after another in slabs, which live as long as any result in them.
 *
 * One call takes a whole key, or a whole value with the name before it: calls that took a byte or a word
 * each cost as much as all that they did.
 */
export interface Copier {
  /** Begins with a document, UTF-8, and with nothing written. */
  start(document: Uint8Array): Buffer;
  /** Begins again. */
  rewind(): void;
  /** Skips white space; the next byte, or 0 at the end. */
  next(): number;
  /** The index of the next byte. */
  position(): number;
  /** Takes the next byte, which `next` has shown. */
  take(): void;
  /**
   * Takes the brace or comma before a key, the key, its colon, and the white space around them.
   * @returns the key's entry; undefined where there is none, or no such key
   */
  takeKey<Entry>(table: KeyTable<Entry>): Entry | undefined;
  /** Takes a string without writing it. */
  skipString(): boolean;
  /** Takes these very bytes without writing them. */
  skipBytes(expected: Uint8Array): boolean;
  /** Writes the name, then takes a string and writes it as it stands. */
  copyText(name: Uint8Array): boolean;
  /**
   * Writes the name, then takes any value and writes its JSON text, without white space, as a JSON string.
   * @param depth levels of nesting around it
   */
  copyAsText(name: Uint8Array, depth: number): boolean;
  /** Writes what was read from one index to another, as it stands. */
  writeInput(from: number, to: number): void;
  write(bytes: Uint8Array): void;
  writeText(text: string): void;
  /** Whether any string so far may be the id of an instance, or tell how a login ended. */
  sawMarked(): boolean;
  /** How much is written; what is written since then is taken back by `truncate`. */
  written(): number;
  truncate(length: number): void;
  /** All that is written; it stays as it is. */
  result(): Buffer;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const openBrace = 0x7b;

function bytesOf(chars: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const char of chars) table[char.charCodeAt(0)] = 1;
  return table;
}

const isSpace = bytesOf(' \n\r\t');
/** The escapes that JSON.stringify writes, but for `\u…`. */
const isCopied = bytesOf('"\\bfnrt');
const isNumber = bytesOf('0123456789+-.eE');

const trueBytes = Buffer.from('true');
const falseBytes = Buffer.from('false');
const nullBytes = Buffer.from('null');
const consoleLogin = Buffer.from('ConsoleLogin"');
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Some hundred lines. */
const slabBytes = 1024 * 1024;

/** The index of the first byte from there on that is no white space. */
function skipSpace(source: Uint8Array, from: number): number {
  let at = from;
  while (isSpace[source[at] as number] === 1) at++;
  return at;
}

/**
 * Whether the string whose first byte is there begins as an id of an instance may, with `i-` or a blank
 * before it; or is the key beside which the outcome of a login stands.
 */
function isMarked(source: Uint8Array, at: number): boolean {
  const first = source[at];
  if (first === 0x20) return true;
  if (first === 0x69) return source[at + 1] === 0x2d;
  return first === 0x43 && isAt(source, at, consoleLogin);
}

function isAt(source: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) {
    if (source[at + index] !== expected[index]) return false;
  }
  return true;
}

/** @param maxDepth levels of nesting that it takes */
export function createCopier(maxDepth: number): Copier {
  // The input is followed by a zero, at which every loop ends: one that could read past the end
  // would be compiled for `undefined`, too, and take three times as long.
  let input = Buffer.alloc(64 * 1024);
  let at = 0;
  let output = Buffer.allocUnsafeSlow(slabBytes);
  let begin = 0;
  let end = 0;
  let hasMarked = false;

  // The loops below work on constants: variables that a closure shares are read anew for each byte.

  function next(): number {
    at = skipSpace(input, at);
    return input[at] as number;
  }

  function takeKey<Entry>({ slots, mask }: KeyTable<Entry>): Entry | undefined {
    const source = input;
    const start = skipSpace(source, at + 1) + 1;
    if (source[start - 1] !== quote) return undefined;
    let from = start;
    let hash = 0;
    for (let byte = source[from] as number; byte !== quote; byte = source[++from] as number) {
      if (byte === backslash || byte < 0x20) return undefined; // no key that is known has an escape
      hash = hashOn(hash, byte, mask);
    }
    const slot = slots[hash];
    if (slot === undefined || slot.key.length !== from - start) return undefined;
    const { key, entry } = slot;
    for (let index = 0; index < key.length; index++) {
      if (key[index] !== source[start + index]) return undefined;
    }
    from = skipSpace(source, from + 1);
    if (source[from] !== colon) return undefined;
    at = skipSpace(source, from + 1);
    return entry;
  }

  function skipString(): boolean {
    const source = input;
    if (source[at] !== quote) return false;
    if (isMarked(source, at + 1)) hasMarked = true;
    for (let from = at + 1; ; from++) {
      const byte = source[from] as number;
      if (byte === quote) {
        at = from + 1;
        return true;
      }
      if (byte === backslash) {
        from++;
        if (isCopied[source[from] as number] !== 1) return false;
      } else if (byte < 0x20) {
        return false;
      }
    }
  }

  function copyText(name: Uint8Array): boolean {
    const source = input;
    const target = output;
    if (source[at] !== quote) return false;
    if (isMarked(source, at + 1)) hasMarked = true;
    let to = end;
    for (let index = 0; index < name.length; index++) target[to++] = name[index] as number;
    target[to++] = quote;
    for (let from = at + 1; ; from++) {
      const byte = source[from] as number;
      if (byte < 0x20) return false;
      target[to++] = byte;
      if (byte === quote) {
        at = from + 1;
        end = to;
        return true;
      }
      if (byte === backslash) {
        const escaped = source[++from] as number;
        if (isCopied[escaped] !== 1) return false;
        target[to++] = escaped;
      }
    }
  }

  /** Takes a string inside a text, where its quotes and backslashes are escaped. */
  function copyInnerString(): boolean {
    const source = input;
    const target = output;
    if (source[at] !== quote) return false;
    if (isMarked(source, at + 1)) hasMarked = true;
    let to = end;
    target[to++] = backslash;
    target[to++] = quote;
    for (let from = at + 1; ; from++) {
      const byte = source[from] as number;
      if (byte === quote) {
        target[to++] = backslash;
        target[to++] = quote;
        at = from + 1;
        end = to;
        return true;
      }
      if (byte === backslash) {
        const escaped = source[++from] as number;
        if (isCopied[escaped] !== 1) return false;
        target[to++] = backslash;
        target[to++] = backslash;
        if (escaped === quote || escaped === backslash) target[to++] = backslash;
        target[to++] = escaped;
      } else if (byte < 0x20) {
        return false;
      } else {
        target[to++] = byte;
      }
    }
  }

  /** Faster than `set` and `copy`, as long as it is a line or two. */
  function write(source: Uint8Array, from: number, to: number): void {
    const target = output;
    let at = end;
    for (let index = from; index < to; index++) target[at++] = source[index] as number;
    end = at;
  }

  function copyScalar(byte: number): boolean {
    if (byte === 0x74) return copyWord(trueBytes);
    if (byte === 0x66) return copyWord(falseBytes);
    if (byte === 0x6e) return copyWord(nullBytes);
    const from = at;
    while (isNumber[input[at] as number] === 1) output[end++] = input[at++] as number;
    return number.test(input.toString('latin1', from, at));
  }

  function copyWord(word: Uint8Array): boolean {
    for (let index = 0; index < word.length; index++) {
      if (input[at + index] !== word[index]) return false;
      output[end + index] = word[index] as number;
    }
    at += word.length;
    end += word.length;
    return true;
  }

  function copyInnerValue(depth: number): boolean {
    const byte = next();
    if (byte === quote) return copyInnerString();
    if (byte !== openBrace && byte !== openBracket) return copyScalar(byte);
    if (depth === maxDepth) return false;
    const close = byte + 2; // so far apart are the brackets of a pair
    output[end++] = byte;
    at++;
    if (next() === close) {
      output[end++] = close;
      at++;
      return true;
    }
    for (;;) {
      if (byte === openBrace) {
        next();
        if (!copyInnerString() || next() !== colon) return false;
        output[end++] = colon;
        at++;
      }
      if (!copyInnerValue(depth + 1)) return false;
      const separator = next();
      if (separator !== comma && separator !== close) return false;
      output[end++] = separator;
      at++;
      if (separator === close) return true;
    }
  }

  return {
    start(document) {
      const { length } = document;
      if (input.length <= length) input = Buffer.alloc(2 * length);
      input.set(document);
      input[length] = 0;
      // An escape of two bytes becomes four, and of who made the call parts stand in cells of their own
      // besides; names of columns come on top.
      const mostBytes = 4 * length + 128 * 1024;
      if (output.length - begin < mostBytes) {
        output = Buffer.allocUnsafeSlow(Math.max(slabBytes, mostBytes));
        begin = 0;
      }
      [at, end, hasMarked] = [0, begin, false];
      return input;
    },
    sawMarked: () => hasMarked,
    rewind() {
      [at, end, hasMarked] = [0, begin, false];
    },
    next,
    position: () => at,
    take() {
      at++;
    },
    takeKey,
    skipString,
    skipBytes(expected) {
      if (!isAt(input, at, expected)) return false;
      at += expected.length;
      return true;
    },
    copyText,
    copyAsText(name, depth) {
      write(name, 0, name.length);
      output[end++] = quote;
      if (!copyInnerValue(depth)) return false;
      output[end++] = quote;
      return true;
    },
    writeInput: (from, to) => write(input, from, to),
    write: (bytes) => write(bytes, 0, bytes.length),
    writeText(text) {
      end += output.write(text, end);
    },
    written: () => end,
    truncate(length) {
      end = length;
    },
    result() {
      const result = output.subarray(begin, end);
      begin = end;
      return result;
    },
  };
}
