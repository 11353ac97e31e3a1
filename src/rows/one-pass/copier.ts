import { Buffer } from 'node:buffer';

/**
 * Reads JSON bytes and writes them elsewhere in the same pass: as they stand, or escaped, as the
 * text in a JSON string. It checks the grammar on its way (RFC 8259), and refuses what could not be
 * copied as it stands: escapes that JSON.stringify spells otherwise (`\/`, `\u…`), control
 * characters, more levels than the parser takes. Whatever it refuses is left to the parser.
 *
 * What may refuse answers whether it did not. A copier is used again and again; what it writes lies one
 * after another in slabs, which live as long as any result in them.
 */
export interface Copier {
  /** Begins with a document, UTF-8, and with nothing written. */
  start(document: Uint8Array): Buffer;
  /** Begins again. */
  rewind(): void;
  /** Skips white space; the next byte, or undefined at the end. */
  next(): number;
  /** The index of the next byte. */
  position(): number;
  /** Takes the next byte, which `next` has shown. */
  take(): void;
  /** Takes a string without writing it. */
  skipString(): boolean;
  /** Takes these very bytes without writing them. */
  skipBytes(expected: Buffer): boolean;
  /** Takes a string, and writes it as it stands. */
  copyString(): boolean;
  /**
   * Takes any value, and writes its JSON text, without white space, as a JSON string.
   * @param depth levels of nesting around it
   */
  copyAsText(depth: number): boolean;
  /** Writes what was read from one index to another, as it stands. */
  writeInput(from: number, to: number): void;
  write(bytes: Uint8Array): void;
  writeText(text: string): void;
  /** Whether any string so far began as ids of instances do: with `i-`, or with a blank before it. */
  sawId(): boolean;
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

/** The escapes that JSON.stringify writes, but for `\u…`. */
const isCopied = new Uint8Array(256);
for (const char of '"\\bfnrt') isCopied[char.charCodeAt(0)] = 1;

const trueBytes = Buffer.from('true');
const falseBytes = Buffer.from('false');
const nullBytes = Buffer.from('null');
const isNumber = new Uint8Array(256);
for (const char of '0123456789+-.eE') isNumber[char.charCodeAt(0)] = 1;
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Some hundred lines. */
const slabBytes = 1024 * 1024;

/** @param maxDepth levels of nesting that it takes */
export function createCopier(maxDepth: number): Copier {
  // The input is followed by a zero, at which every loop ends: one that could read past the end
  // would be compiled for `undefined`, too, and take three times as long.
  let input = Buffer.alloc(64 * 1024);
  let at = 0;
  let output = Buffer.allocUnsafeSlow(slabBytes);
  let begin = 0;
  let end = 0;
  let hasId = false;

  // The loops below work on constants: variables that a closure shares are read anew for each byte.

  function skipSpace(): number {
    const source = input;
    let from = at;
    let byte = source[from] as number;
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      byte = source[++from] as number;
    }
    at = from;
    return byte;
  }

  function noteId(first: number, second: number): void {
    if (first === 0x20 || (first === 0x69 && second === 0x2d)) hasId = true;
  }

  function skipString(): boolean {
    const source = input;
    if (source[at] !== quote) return false;
    noteId(source[at + 1] as number, source[at + 2] as number);
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

  function copyString(): boolean {
    const source = input;
    const target = output;
    if (source[at] !== quote) return false;
    noteId(source[at + 1] as number, source[at + 2] as number);
    let to = end;
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
    noteId(source[at + 1] as number, source[at + 2] as number);
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
    let next = end;
    for (let index = from; index < to; index++) target[next++] = source[index] as number;
    end = next;
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
    const byte = skipSpace();
    if (byte === quote) return copyInnerString();
    if (byte !== openBrace && byte !== openBracket) return copyScalar(byte);
    if (depth === maxDepth) return false;
    const close = byte + 2; // so far apart are the brackets of a pair
    output[end++] = byte;
    at++;
    if (skipSpace() === close) {
      output[end++] = close;
      at++;
      return true;
    }
    for (;;) {
      if (byte === openBrace) {
        skipSpace();
        if (!copyInnerString() || skipSpace() !== colon) return false;
        output[end++] = colon;
        at++;
      }
      if (!copyInnerValue(depth + 1)) return false;
      const separator = skipSpace();
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
      [at, end, hasId] = [0, begin, false];
      return input;
    },
    sawId: () => hasId,
    rewind() {
      [at, end, hasId] = [0, begin, false];
    },
    next: skipSpace,
    position: () => at,
    take: () => {
      at++;
    },
    skipString,
    skipBytes(expected) {
      for (let index = 0; index < expected.length; index++) {
        if (input[at + index] !== expected[index]) return false;
      }
      at += expected.length;
      return true;
    },
    copyString,
    copyAsText(depth) {
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
