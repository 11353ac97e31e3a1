import { Buffer } from 'node:buffer';

/**
 * JSON that keeps what JavaScript numbers would lose. A number whose spelling JavaScript would not
 * give back (`1.0`, `1e400`, `-0`, twenty digits) is kept as a `RawNumber`, which JSON.stringify
 * writes as it stood. Everything else is plain values.
 */

/** A number as it was spelt. Made by JSON.rawJSON, so JSON.stringify writes the text itself. */
export interface RawNumber {
  readonly rawJSON: string;
}

export type Json = null | boolean | number | RawNumber | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

// The TypeScript libraries do not declare these yet (ECMAScript 2026, "JSON.parse source text access").
declare global {
  interface JSON {
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
  }
}

/**
 * A number that JavaScript might spell differently: sixteen or more characters of digits, an
 * exponent, zeros at the end of its fraction or many at its start, -0. 5 of 2,133 published events
 * have one, so most never pay for our own reader. A hit inside a string only costs time. The look-ahead, which most separators fail, halves the test's.
 */
const unusualNumber =
  /[:,[\s](?=[-\d])-?(?:\d[\d.]{15}|0\.00000|\d+(?:\.\d+)?[eE]|\d+\.\d*0(?![^\s,\]}])|0(?<=-0)(?![\d.]))/;

/** A text that is a number has no separator before it. */
const isNumber = /^[-\d]/;

/**
 * Parses a JSON text; numbers keep their spelling, keys are what they say. It is read once: by JSON.parse, or
 * where that would lose something by our own reader, in up to ten times its time (a reviver takes up to fifty).
 * @throws SyntaxError where the text is no JSON
 */
export function parseJson(text: string): Json {
  const isUnusual = unusualNumber.test(text) || isNumber.test(text) || hasEscapedKey(text);
  return isUnusual ? readJson(text) : (JSON.parse(text) as Json);
}

/**
 * Whether a key is written with an escape. JSON.parse of Node 24 takes such a key for another: after
 * `{"a":1,"\\":2}` it reads the key of `{"a":1,"\n":2}` as a backslash, as it compares what an object
 * of the same shape had there with the key's text before its escapes are read (nodejs/node#63785).
 */
function hasEscapedKey(text: string): boolean {
  let slash = text.indexOf('\\');
  if (slash === -1) return false;
  for (let start = text.indexOf('"'); start !== -1; ) {
    if (slash < start) slash = text.indexOf('\\', start);
    if (slash === -1) return false;
    const end = endOfString(text, start);
    if (slash < end && text[skipSpace(text, end + 1)] === ':') return true;
    start = text.indexOf('"', end + 1);
  }
  return false;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const literals: readonly (readonly [text: string, value: Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

/** The value of a JSON text, by its grammar (RFC 8259), without JSON.parse seeing a key beside others. */
function readJson(text: string): Json {
  let at = skipSpace(text, 0);
  const value = valueHere();
  at = skipSpace(text, at);
  if (at < text.length) throw unexpected();
  return value;

  function valueHere(): Json {
    switch (text.charCodeAt(at)) {
      case openBrace:
        return objectHere();
      case openBracket:
        return arrayHere();
      case quote:
        return stringHere();
      default:
        return scalarHere();
    }
  }

  function objectHere(): Json {
    const object: Record<string, Json> = {};
    at = skipSpace(text, at + 1);
    if (text.charCodeAt(at) !== closeBrace) {
      do {
        if (text.charCodeAt(at) !== quote) throw unexpected();
        const key = stringHere();
        at = skipSpace(text, at);
        if (text.charCodeAt(at) !== colon) throw unexpected();
        at = skipSpace(text, at + 1);
        setOwn(object, key, valueHere());
      } while (isSeparated());
      if (text.charCodeAt(at) !== closeBrace) throw unexpected();
    }
    at++;
    return object;
  }

  function arrayHere(): Json {
    const elements: Json[] = [];
    at = skipSpace(text, at + 1);
    if (text.charCodeAt(at) !== closeBracket) {
      do elements.push(valueHere());
      while (isSeparated());
      if (text.charCodeAt(at) !== closeBracket) throw unexpected();
    }
    at++;
    return elements;
  }

  /** Whether a comma stands here, and so another member or element behind it. */
  function isSeparated(): boolean {
    at = skipSpace(text, at);
    if (text.charCodeAt(at) !== comma) return false;
    at = skipSpace(text, at + 1);
    return true;
  }

  function stringHere(): string {
    const start = at++;
    // Not a number at the end of the text, and so not from the first printable character on.
    for (let code = text.charCodeAt(at); code >= 0x20; code = text.charCodeAt(++at)) {
      if (code === quote) return text.slice(start + 1, at++);
      if (code !== backslash) continue;
      at = endOfString(text, start) + 1;
      return JSON.parse(text.slice(start, at));
    }
    throw unexpected();
  }

  function scalarHere(): Json {
    number.lastIndex = at;
    const [source] = number.exec(text) ?? [];
    if (source !== undefined) {
      at += source.length;
      const value = Number(source);
      return String(value) === source ? value : JSON.rawJSON(source);
    }
    for (const [literal, value] of literals) {
      if (!text.startsWith(literal, at)) continue;
      at += literal.length;
      return value;
    }
    throw unexpected();
  }

  function unexpected(): SyntaxError {
    return new SyntaxError(`no JSON at ${at}`);
  }
}

/** As JSON.parse has it: an own member also where it is called `__proto__`, of doubled keys the last. */
function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value;
  else {
    const member = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(object, key, member);
  }
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at++;
  }
}

/** JSON text of a value, numbers as they were spelt, lone surrogates as escapes. */
export function jsonText(value: Json): string {
  return JSON.stringify(value);
}

/** Bytes of a value's JSON text. */
export function jsonBytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Whether a value is a JSON object: no array, no null, no raw number. */
export function isObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
  );
}

/** A number as it was spelt, or undefined where the value is no number. */
export function numberText(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return String(value);
  return JSON.isRawJSON(value) ? value.rawJSON : undefined;
}

/**
 * Whether a JSON text nests deeper than `maxDepth` levels. JSON.parse takes 200,000 levels but
 * JSON.stringify overflows the stack at 5,000, so this is asked before anything is built.
 */
export function isDeeperThan(text: string, maxDepth: number): boolean {
  // Each level takes two characters, and most events are shorter than 1,000 levels would be.
  return text.length > 2 * maxDepth && isOpening(text, ({ depth }) => depth > maxDepth);
}

/** Whether a JSON text has more than so many objects and lists. */
export function hasMoreObjects(text: string, maxObjects: number): boolean {
  // Each takes two characters.
  return text.length > 2 * maxObjects && isOpening(text, ({ count }) => count > maxObjects);
}

/** Whether that is so of any object or list where it opens, by its depth and its count from the first. */
function isOpening(
  text: string,
  isSo: (opening: { readonly depth: number; readonly count: number }) => boolean,
): boolean {
  const opening = { depth: 0, count: 0 };
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x22) {
      at = endOfString(text, at);
    } else if (char === 0x7b || char === 0x5b) {
      opening.depth++;
      opening.count++;
      if (isSo(opening)) return true;
    } else if (char === 0x7d || char === 0x5d) {
      opening.depth--;
    }
  }
  return false;
}

/** Index of the quote that ends the string whose opening quote stands at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/**
 * Whether two JSON values are equal: numbers by spelling, key order aside, and an absent member
 * counts as null. (An array's elements are never absent.)
 */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || a === null) return b === undefined || b === null;
  const number = numberText(a);
  if (number !== undefined) return number === numberText(b);
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    return a.every((element, index) => equalJson(element, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  for (const key of Object.keys(a)) if (!equalJson(a[key], ownValue(b, key))) return false;
  // Each pair is compared once: twice a level would be 2^1,000 times for an event of 1,000 levels.
  return Object.keys(b).every((key) => Object.hasOwn(a, key) || equalJson(undefined, b[key]));
}

/**
 * A value without members that are null, which count as absent, and with its keys sorted. The
 * elements of a list stay, and so do nulls among them.
 */
export function canonicalJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonicalJson);
  if (!isObject(value)) return value;
  const canonical: Record<string, Json> = Object.create(null); // a key may be `__proto__`
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member !== undefined && member !== null) canonical[key] = canonicalJson(member);
  }
  return canonical;
}

/** A member of an object, never one that it inherits (`toString`, `__proto__`). */
export function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
