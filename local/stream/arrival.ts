import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  openBrace,
  openBracket,
  quote,
  scanString,
  skipSpace,
} from '../../src/events/scan.ts';
import { splitDocuments } from '../../src/events/split.ts';
import { uncarry } from '../../src/firehose/carrier.ts';
import { epochMsOf, isInstant, toRowTime } from '../../src/rows/time.ts';
import { unzip } from '../input/record-of.ts';

/** When a record arrives whose bytes tell no time. */
export const arrivalWithoutTimeMs = 0;

/**
 * When a record arrives at a stream that is fed with what happened long ago: when its first event
 * happened, so that the same input gives the same rows and folders on every day. A function of the
 * bytes alone: `time` of an EventBridge event, else `eventTime` of a CloudTrail record, of the first object
 * that has one; else the first `timestamp` of a CloudWatch Logs subscription record; of a carrier the
 * arrival that it carries; 1970-01-01T00:00:00Z of everything else.
 * @returns epoch milliseconds
 * @example arrivalOf(Buffer.from('{"time":"2026-11-20T10:00:00Z"}')) // 1795168800000
 */
export function arrivalOf(bytes: Uint8Array): number {
  const { timesPut, payload } = uncarry(bytes, arrivalWithoutTimeMs);
  if (timesPut > 0) {
    const line = Buffer.from(bytes.subarray(0, bytes.length - payload.length));
    return JSON.parse(line.toString()).eventlake.arrived;
  }
  const unzipped = unzip(bytes);
  return eventTimeIn(unzipped) ?? logTimeIn(unzipped) ?? arrivalWithoutTimeMs;
}

/** Of a broken part of the input the first objects may be no events, and those behind them sound. */
function eventTimeIn(bytes: Uint8Array): number | undefined {
  for (let start = startOfEvent(bytes); start !== -1; ) {
    const { time, eventTime, end } = timesIn(bytes, start);
    const found = usableTime(time) ?? usableTime(eventTime);
    if (found !== undefined) return found;
    start = bytes.indexOf(openBrace, end);
  }
  return undefined;
}

function usableTime(text: string | undefined): number | undefined {
  const time = text === undefined ? undefined : toRowTime(text);
  return time === undefined ? undefined : epochMsOf(time);
}

/** Amazon CloudWatch Logs User Guide, Real-time processing of log data with subscriptions. */
function logTimeIn(bytes: Uint8Array): number | undefined {
  // So few records come here, and of those so few hold it, that a parser does.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('"logEvents"')) return;
  for (const { bytes: document, broken } of splitDocuments(bytes)) {
    const timestamp = broken === undefined ? timestampIn(document) : undefined;
    if (isInstant(timestamp) && Number.isInteger(timestamp)) return timestamp;
  }
  return undefined;
}

function timestampIn(document: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(document).toString()).logEvents[0].timestamp;
  } catch {
    return undefined;
  }
}

/**
 * The members `time` and `eventTime` of the object at `start`, where they are texts, and where it ends. A
 * scan, which goes no further: a parser takes longer and refuses what is cut. Of a member that is there
 * twice the last counts, as it does for the parser that makes the row.
 */
function timesIn(bytes: Uint8Array, start: number): Times & { end: number } {
  const times: Times = {};
  let at = start;
  let depth = 0;
  let key: string | undefined; // of the member whose value comes next, if it is one that is asked for
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    if (byte === quote) {
      const end = scanString(bytes, at);
      // A text that is cut or broken: what follows may be anything.
      if (typeof end !== 'number')
        return { ...times, end: end === 'incomplete' ? bytes.length : end.at };
      if (depth === 1) {
        const isKey = bytes[skipSpace(bytes, end)] === colon;
        if (isKey) key = keyIn(bytes, at, end);
        else if (key !== undefined) times[key as 'time'] = textIn(bytes, at, end);
      }
      at = end;
      continue;
    }
    if (byte === openBrace || byte === openBracket) {
      // A value that is no text stands where a text would have counted.
      if (depth === 1 && key !== undefined) delete times[key as 'time'];
      depth++;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (--depth <= 0) break;
    } else if (byte === comma) {
      if (depth === 1) key = undefined;
    } else if (depth === 1 && key !== undefined && byte > 0x20 && byte !== colon) {
      delete times[key as 'time']; // a number, true, false or null
    }
    at++;
  }
  return { ...times, end: at + 1 };
}

interface Times {
  time?: string;
  eventTime?: string;
}

/** Where the first event opens: a CloudTrail file opens around it; -1 where nothing does. */
function startOfEvent(bytes: Uint8Array): number {
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const opening = /^(?:\xef\xbb\xbf)?\s*\{\s*"Records"\s*:\s*\[/.exec(head);
  return bytes.indexOf(openBrace, opening?.[0].length ?? 0);
}

const longestKeyBytes = '"\\u0065'.length * 'eventTime'.length;

function keyIn(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > longestKeyBytes) return undefined;
  const key = textIn(bytes, start, end);
  return key === 'time' || key === 'eventTime' ? key : undefined;
}

/** The text of a JSON string that may be broken; nothing usable then. */
function textIn(bytes: Uint8Array, start: number, end: number): string {
  const json = Buffer.from(bytes.subarray(start, end)).toString();
  if (!json.includes('\\')) return json.slice(1, -1);
  try {
    return JSON.parse(json);
  } catch {
    return '';
  }
}
