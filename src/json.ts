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
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/**
 * A number that JavaScript might spell differently: sixteen or more characters of digits, an
 * exponent, zeros at the end of its fraction or many at its start, -0. 5 of 2,133 published events
 * have one, so most never pay for the reviver, which costs ten times the parser. A hit inside a
 * string only costs time. The look-ahead, which most separators fail, halves the test's.
 */
const unusualNumber =
  /[:,[\s](?=[-\d])-?(?:\d[\d.]{15}|0\.00000|\d+(?:\.\d+)?[eE]|\d+\.\d*0(?![^\s,\]}])|0(?<=-0)(?![\d.]))/;

/** A text that is a number has no separator before it. */
const isNumber = /^[-\d]/;

const keepSpelling = (_key: string, value: unknown, { source }: { readonly source?: string }) =>
  typeof value === 'number' && source !== undefined && String(value) !== source
    ? JSON.rawJSON(source)
    : value;

/**
 * Parses a JSON text; numbers keep their spelling, keys are what they say.
 * @throws SyntaxError where the text is no JSON
 */
export function parseJson(text: string): Json {
  const isUnusual = unusualNumber.test(text) || isNumber.test(text);
  const value = (isUnusual ? JSON.parse(text, keepSpelling) : JSON.parse(text)) as Json;
  return hasEscapedKey(text) ? valueIn(text, skipSpace(text, 0)).value : value;
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

/** A value, and where its text ends. */
interface Parsed {
  readonly value: Json;
  readonly end: number;
}

/** The value at a place of a text that is JSON, read without JSON.parse seeing a key beside others. */
function valueIn(text: string, start: number): Parsed {
  switch (text[start]) {
    case '{':
      return objectIn(text, start);
    case '[':
      return arrayIn(text, start);
    case '"': {
      const end = endOfString(text, start) + 1;
      return { value: JSON.parse(text.slice(start, end)), end };
    }
    default: {
      let end = start + 1;
      while (end < text.length && !/[\s,\]}]/.test(text[end] as string)) end++;
      return { value: JSON.parse(text.slice(start, end), keepSpelling) as Json, end };
    }
  }
}

function objectIn(text: string, start: number): Parsed {
  const members: [string, Json][] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== '}') {
    const key = valueIn(text, at);
    const member = valueIn(text, skipSpace(text, skipSpace(text, key.end) + 1));
    members.push([key.value as string, member.value]);
    at = skipSeparator(text, member.end);
  }
  // As JSON.parse has it: own members also where they are called `__proto__`, of doubled keys the last.
  return { value: Object.fromEntries(members), end: at + 1 };
}

function arrayIn(text: string, start: number): Parsed {
  const elements: Json[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== ']') {
    const element = valueIn(text, at);
    elements.push(element.value);
    at = skipSeparator(text, element.end);
  }
  return { value: elements, end: at + 1 };
}

/** The index of what follows a member or an element: the next one, or the closing bracket. */
function skipSeparator(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (' \t\n\r'.includes(text[at] ?? 'x')) at++;
  return at;
}

/** JSON text of a value, numbers as they were spelt, lone surrogates as escapes. */
export function jsonText(value: Json): string {
  return JSON.stringify(value);
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
