/**
 * Finds the end of JSON values in bytes, by JSON's grammar (RFC 8259) and without building them.
 * Escapes and the range of numbers are left to the parser: they never move the end.
 */

/** Where a value ends (the index after it), where and why it is none, or that it goes on. */
export type Scan = { readonly end: number } | Break | 'incomplete';

export interface Break {
  readonly at: number;
  readonly reason: string;
}

export const lineFeed = 0x0a;
export const quote = 0x22;
export const comma = 0x2c;
export const colon = 0x3a;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
const backslash = 0x5c;
const plus = 0x2b;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

/** What may come next inside an open object or array. */
type Expect = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end';

/**
 * Scans the value that starts at `start`, where no white space stands.
 * `isWhole` says that no more bytes follow: a number at the end is then complete.
 */
export function scanValue(bytes: Uint8Array, start: number, isWhole: boolean): Scan {
  const open = createStack(); // the brackets that are open, innermost last
  let expect: Expect = 'value';
  let at = start;

  for (;;) {
    at = skipSpace(bytes, at);
    if (at === bytes.length) return 'incomplete';
    const byte = bytes[at] as number;

    if (expect === 'colon') {
      if (byte !== colon) return { at, reason: 'a key without a colon' };
      expect = 'value';
      at++;
      continue;
    }
    if (expect === 'comma or end' && byte === comma) {
      expect = open.top() === openBrace ? 'key' : 'value';
      at++;
      continue;
    }
    if (byte === closeBrace || byte === closeBracket) {
      const isEnd =
        expect === 'comma or end' || expect === 'value or end' || expect === 'key or end';
      // An opening bracket and its closing one are two apart: { } and [ ].
      if (!isEnd || open.pop() !== byte - 2)
        return { at, reason: 'a closing bracket out of place' };
      at++;
    } else if (expect === 'comma or end') {
      return { at, reason: 'two values without a comma' };
    } else if (byte === quote) {
      const string = scanString(bytes, at);
      if (typeof string !== 'number') return string;
      at = string;
      if (expect === 'key' || expect === 'key or end') {
        expect = 'colon';
        continue;
      }
    } else if (expect === 'key' || expect === 'key or end') {
      return { at, reason: 'a key that is not a string' };
    } else if (byte === openBrace || byte === openBracket) {
      open.push(byte);
      expect = byte === openBrace ? 'key or end' : 'value or end';
      at++;
      continue;
    } else {
      const scalar = scanScalar(bytes, at, isWhole);
      if (typeof scalar !== 'number') return scalar;
      at = scalar;
    }
    if (open.isEmpty()) return { end: at };
    expect = 'comma or end';
  }
}

const none = new Uint8Array(0);

/** Bytes on a pile: as numbers of a list, millions of open brackets would take eight times the memory. */
function createStack() {
  let bytes = none; // most values are scanned for their own sake, and have none
  let size = 0;
  return {
    push(byte: number) {
      if (size === bytes.length) {
        const larger = new Uint8Array(Math.max(64, 2 * size));
        larger.set(bytes);
        bytes = larger;
      }
      bytes[size++] = byte;
    },
    pop: () => (size > 0 ? bytes[--size] : undefined),
    top: () => bytes[size - 1],
    isEmpty: () => size === 0,
  };
}

/** The index of the next byte that is no white space, or the length. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== lineFeed && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/** The index after the string that opens at `start`. */
export function scanString(bytes: Uint8Array, start: number): number | Break | 'incomplete' {
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash && bytes[at + 1] !== lineFeed) at++;
    else if (byte === lineFeed) return { at, reason: 'a line break inside a string' };
  }
  return 'incomplete';
}

/**
 * How deep the objects and lists in bytes lie, summed up; 0 where it cannot be as much as `least`. Of what is no
 * JSON it is any number that its length bounds.
 */
export function nestingOf(bytes: Uint8Array, least = 1): number {
  let brackets = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === openBrace || byte === openBracket) brackets++;
  }
  // Each inside of the one before: most documents are told from these without a look at their strings.
  if ((brackets * (brackets + 1)) / 2 < least) return 0;
  let depth = 0;
  let nesting = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = scanString(bytes, at);
      if (typeof end !== 'number') return nesting;
      at = end - 1;
    } else if (byte === openBrace || byte === openBracket) nesting += ++depth;
    else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return nesting;
}

/** Longer than any number that AWS writes (they are 64 bit); keeps the work on one small. */
const maxScalarBytes = 1024;

/** The index after the number or literal that starts at `start`. */
function scanScalar(
  bytes: Uint8Array,
  start: number,
  isWhole: boolean,
): number | Break | 'incomplete' {
  let at = start;
  while (at < bytes.length && at - start <= maxScalarBytes && isScalarByte(bytes[at] as number))
    at++;
  if (at - start > maxScalarBytes) return { at, reason: 'a number or word that is too long' };
  if (at === bytes.length && !isWhole) return 'incomplete';
  const isScalar = isNumber(bytes, start, at) || literals.has(asciiText(bytes, start, at));
  return isScalar ? at : { at, reason: 'neither a JSON value nor white space' };
}

const literals: ReadonlySet<string> = new Set(['true', 'false', 'null']);

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  return end - start > 5 ? '' : String.fromCharCode(...bytes.subarray(start, end));
}

/** `-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?`, without a text of each: a list may hold millions. */
function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  const whole = bytes[start] === minus ? start + 1 : start;
  let at = bytes[whole] === zero ? whole + 1 : skipDigits(bytes, whole, end);
  if (at === whole) return false;
  if (bytes[at] === point && at < end) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction, end);
    if (at === fraction) return false;
  }
  if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    const isSigned = bytes[at + 1] === plus || bytes[at + 1] === minus;
    const exponent = at + (isSigned ? 2 : 1);
    at = skipDigits(bytes, exponent, end);
    if (at <= exponent) return false;
  }
  return at === end;
}

function skipDigits(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at] as number)) at++;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}

/** Letters, digits, `+`, `-` and `.`: what numbers, true, false and null are made of. */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    isDigit(byte) ||
    byte === plus ||
    byte === minus ||
    byte === point ||
    byte === 0x45
  );
}
