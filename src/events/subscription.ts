import { Buffer } from 'node:buffer';
import type { Attempt } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { recognise } from './event.ts';
import {
  closeBrace,
  closeBracket,
  comma,
  openBrace,
  openBracket,
  scanValue,
  skipSpace,
} from './scan.ts';

/**
 * What CloudWatch Logs delivers to a subscribed stream: log events of one log group, in one
 * document. CloudTrail writes its records to log groups as messages of one record each.
 * "Log group-level subscription filters" (Amazon CloudWatch Logs User Guide).
 */

/** Whether a document only tests if the stream can be reached, and holds nothing. */
export function isControlMessage(document: Json): boolean {
  return logEventsIn(document, 'CONTROL_MESSAGE') !== undefined;
}

/** The messages in a subscription record, as UTF-8, one by one; undefined where it is none. */
export function messagesIn(document: Json): Iterable<Uint8Array> | undefined {
  const logEvents = logEventsIn(document, 'DATA_MESSAGE');
  return logEvents && mapped(logEvents, messageOf);
}

/**
 * The same of a record that is too large to be parsed as a whole: each log event is parsed alone.
 * One that cannot be is a message as it is, and fails as itself.
 * @param bytes one JSON value, right by its grammar
 * @param checkTime asked at each member: a document may have millions
 */
export function messagesInLarge(
  bytes: Uint8Array,
  parse: (bytes: Uint8Array) => Attempt<Json>,
  checkTime: () => void = () => {},
): Iterable<Uint8Array> | undefined {
  if (bytes[0] !== openBrace) return undefined;
  let isData = false;
  let logEvents: Uint8Array | undefined;
  for (const [key, value] of membersIn(bytes)) {
    checkTime();
    if (mayBeOfEvent(key)) return undefined;
    if (key === '"messageType"') isData = headOf(value) === '"DATA_MESSAGE"';
    if (key === '"logEvents"') logEvents = value;
  }
  if (!isData || logEvents?.[0] !== openBracket) return undefined;
  return mapped(elementsIn(logEvents), (element) => {
    const logEvent = parse(element);
    return logEvent.ok ? messageOf(logEvent.value) : element;
  });
}

/** An event that happens to have members of these names stays an event, so that it is not lost. */
function logEventsIn(document: Json, messageType: string): readonly Json[] | undefined {
  if (!isObject(document) || document.messageType !== messageType) return undefined;
  if (recognise(document).family !== 'unknown') return undefined;
  return Array.isArray(document.logEvents) ? document.logEvents : undefined;
}

/** The same of a key alone, as it is written: with an escape it may be any. */
function mayBeOfEvent(key: string): boolean {
  return key.includes('\\') || ['"source"', '"detail-type"', '"eventVersion"'].includes(key);
}

function* mapped<T, U>(items: Iterable<T>, map: (item: T) => U): Generator<U> {
  for (const item of items) yield map(item);
}

/** A log event without a text is a message as it is, and fails as itself. */
function messageOf(logEvent: Json): Uint8Array {
  const message = isObject(logEvent) ? logEvent.message : undefined;
  return encode(typeof message === 'string' ? message : JSON.stringify(logEvent));
}

const encoder = new TextEncoder();

/** A lone surrogate has no UTF-8; where it can stand in JSON, its escape means the same. */
function encode(text: string): Uint8Array {
  const isWhole = text.isWellFormed();
  return encoder.encode(isWhole ? text : text.replace(/\p{Surrogate}/gu, escapeOf));
}

function escapeOf(surrogate: string): string {
  return `\\u${surrogate.charCodeAt(0).toString(16)}`;
}

function* membersIn(object: Uint8Array): Generator<[key: string, value: Uint8Array]> {
  for (let at = skipSpace(object, 1); object[at] !== closeBrace; ) {
    const key = valueAt(object, at);
    const colonAt = skipSpace(object, at + key.length);
    const valueStart = skipSpace(object, colonAt + 1);
    const value = valueAt(object, valueStart);
    yield [headOf(key), value];
    at = skipComma(object, valueStart + value.length);
  }
}

function* elementsIn(array: Uint8Array): Generator<Uint8Array> {
  for (let at = skipSpace(array, 1); array[at] !== closeBracket; ) {
    const element = valueAt(array, at);
    yield element;
    at = skipComma(array, at + element.length);
  }
}

function skipComma(bytes: Uint8Array, from: number): number {
  const at = skipSpace(bytes, from);
  return bytes[at] === comma ? skipSpace(bytes, at + 1) : at;
}

/** @throws RangeError where no value stands: never in what is right by its grammar */
function valueAt(bytes: Uint8Array, start: number): Uint8Array {
  const scan = scanValue(bytes, start, true);
  if (typeof scan === 'object' && 'end' in scan) return bytes.subarray(start, scan.end);
  throw new RangeError('no JSON value');
}

/** What a key or a short text starts with: enough to tell those that are asked for. */
function headOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 32)).toString('latin1');
}
