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
const quote = 0x22;
export const comma = 0x2c;
export const colon = 0x3a;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
const backslash = 0x5c;

/** What may come next inside an open object or array. */
type Expect = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end';

/**
 * Scans the value that starts at `start`, where no white space stands.
 * `isWhole` says that no more bytes follow: a number at the end is then complete.
 */
export function scanValue(bytes: Uint8Array, start: number, isWhole: boolean): Scan {
  const open: number[] = []; // the brackets that are open, innermost last
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
      expect = open.at(-1) === openBrace ? 'key' : 'value';
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
      return { at, reason: 'a key that is no string' };
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
    if (open.length === 0) return { end: at };
    expect = 'comma or end';
  }
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
function scanString(bytes: Uint8Array, start: number): number | Break | 'incomplete' {
  for (let at = start + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === backslash && bytes[at + 1] !== lineFeed) at++;
    else if (byte === lineFeed) return { at, reason: 'a line break inside a string' };
  }
  return 'incomplete';
}

const scalarPattern = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

/** Longer than any number that AWS writes (they are 64 bit); keeps the pattern's work small. */
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
  const text = String.fromCharCode(...bytes.subarray(start, at));
  return scalarPattern.test(text) ? at : { at, reason: 'neither a JSON value nor white space' };
}

/** Letters, digits, `+`, `-` and `.`: what numbers, true, false and null are made of. */
function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) ||
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45
  );
}
