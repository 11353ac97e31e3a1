import { Buffer, isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { type Attempt, attempt, orThrow, RecordError } from '../errors.ts';
import { hasMoreObjects, isDeeperThan, isObject, type Json, parseJson } from '../json.ts';
import { isGzip, maxUnzippedBytes, maxUnzipRatio } from './gzip.ts';
import { nestingOf, openBracket } from './scan.ts';
import { splitDocuments } from './split.ts';
import { messagesIn, messagesInLarge } from './subscription.ts';

/** Bounds on what one record may unfold to: nobody chooses what is put on a stream. */
export interface ReadLimits {
  /** Bytes after gunzip. */
  readonly maxUnzippedBytes: number;
  /** Bytes after gunzip for each byte before. As many as one document may have are never too many. */
  readonly maxUnzipRatio: number;
  /** Documents in one record, and lists, files and messages around them. */
  readonly maxDocuments: number;
  /** Bytes of one document that only holds a single event: 1 MiB at most, and what is around it. */
  readonly maxDocumentBytes: number;
  /** Levels of nesting of one document. EventBridge takes 1,000. */
  readonly maxDepth: number;
  /**
   * Objects and lists in one document, whose parser takes fifty bytes for each. Events have far fewer;
   * `{},{},…` has one for three bytes.
   */
  readonly maxObjects: number;
  /** Size of the parts that broken bytes come in: each is put again alone, behind the line of a carrier. */
  readonly maxBrokenBytes: number;
}

export const readLimits: ReadLimits = {
  maxUnzippedBytes,
  maxUnzipRatio,
  maxDocuments: 50_000,
  maxDocumentBytes: 1280 * 1024,
  maxDepth: 1000,
  maxObjects: 250_000,
  maxBrokenBytes: 1000 * 1024 - 100,
};

/** One JSON document of a record, with the bytes that it stood in; or why those are none. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly json: Attempt<Json>;
}

/** @throws RecordError BAD_BASE64 */
export function decodeBase64(data: unknown): Buffer {
  if (typeof data !== 'string') throw new RecordError('BAD_BASE64', `${typeof data}, not text`);
  const bytes = Buffer.from(data, 'base64');
  // Node skips what is not base64; the length tells.
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  if (data.length % 4 === 0 && bytes.length === (data.length / 4) * 3 - padding) return bytes;
  throw new RecordError('BAD_BASE64', `${data.length} characters that are not base64`);
}

/** As many bytes as gzip may be unpacked to. */
export function maxUnzippedBytesOf(
  bytes: Uint8Array,
  { maxUnzippedBytes, maxUnzipRatio, maxDocumentBytes }: ReadLimits,
): number {
  return Math.min(maxUnzippedBytes, Math.max(maxDocumentBytes, bytes.length * maxUnzipRatio));
}

/** Unpacks gzip; gives other bytes back. @throws RecordError BAD_GZIP */
export function unzip(bytes: Uint8Array, limits: ReadLimits = readLimits): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  const maxOutputLength = maxUnzippedBytesOf(bytes, limits);
  const { buffer, engine } = orThrow(
    attempt(
      () => gunzipSync(bytes, { maxOutputLength, info: true }) as unknown as Info,
      'BAD_GZIP',
    ),
  );
  // Node leaves out whatever follows a zero byte after the end.
  const rest = bytes.subarray(engine.bytesWritten);
  if (rest.every((byte) => byte === 0)) return buffer;
  throw new RecordError('BAD_GZIP', `${rest.length} bytes after the end of the gzip`);
}

/** What `info: true` gives (Node.js documentation, "Zlib", Class Options), undeclared in the types. */
interface Info {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** So many levels of lists in lists are unfolded, each at the cost of one more scan. */
const maxUnfolding = 5;

/** Told of work before it is done; what either throws ends the reading. */
export interface ReadWork {
  /** Bytes that are parsed, each time that they are, or as much work. */
  readonly charge: (work: number) => void;
  /** Asked again and again. */
  readonly checkTime: () => void;
}

const freeOfCharge: ReadWork = { charge: () => {}, checkTime: () => {} };

/** What a part takes beside its bytes: to tell it from others, and to say what is wrong with it. */
export const partWork = 64;

/** JSON.stringify compares each object and list with all that it lies in, which takes 2 ns for each of those. */
const nestingPerWork = 40;

/** How far reading has come. */
interface Reading extends ReadWork {
  readonly limits: ReadLimits;
  /** Counts a part, charges it and asks the clock. @throws RecordError TOO_MANY_EVENTS */
  readonly onPart: () => void;
  readonly chargeParsing: (bytes: Uint8Array) => void;
}

/**
 * The JSON documents in a record's bytes, in order; parsed one by one, so that one at a time is in
 * memory. One as a rule, none where there is only white space, many where its producer put many. A
 * document that only holds others (an array, a CloudTrail file, a subscription record) gives those:
 * so each that is given, put on the stream by itself, is read as itself.
 *
 * What cannot be read is a document, too; it has no bytes where only the end of an array is missing.
 * Whatever takes work is counted, also what gives no document: empty lists, empty messages.
 * @throws RecordError TOO_MANY_EVENTS; TOO_DEEP where lists nest so deep that not all is unfolded
 */
export function readDocuments(
  bytes: Uint8Array,
  limits: ReadLimits = readLimits,
  { charge, checkTime }: ReadWork = freeOfCharge,
): Iterable<Document> {
  let parts = 0;
  const onPart = () => {
    if (++parts > limits.maxDocuments) {
      throw new RecordError('TOO_MANY_EVENTS', `more than ${limits.maxDocuments} in one record`);
    }
    charge(partWork);
    checkTime();
  };
  const chargeParsing = (bytes: Uint8Array) => {
    const { length } = bytes;
    // A longer one is too large, and not parsed.
    if (length > limits.maxDocumentBytes) return;
    charge(length + nestingOf(bytes, nestingPerWork * length) / nestingPerWork);
  };
  const reading = { limits, onPart, charge, chargeParsing, checkTime };
  return documentsIn(bytes, reading, maxUnfolding);
}

function* documentsIn(
  bytes: Uint8Array,
  reading: Reading,
  levelsLeft: number,
): Generator<Document> {
  const { limits, onPart, chargeParsing } = reading;
  // Nearly every record is one event: parse it at once, and look closer only where that fails.
  const whole = wholeIn(bytes, reading);
  if (whole) {
    yield* leavesOf(whole, reading, levelsLeft);
    return;
  }
  const { maxUnzippedBytes: maxDocumentBytes, maxBrokenBytes } = limits;
  const pieces = splitDocuments(bytes, { maxDocumentBytes, maxBrokenBytes, onPart });
  let brokenCode: 'BAD_JSON' | 'BAD_UTF8' | undefined;
  for (const { bytes: piece, broken, offset } of pieces) {
    if (broken === undefined && piece.length < bytes.length) {
      yield* documentsIn(piece, reading, nextLevel(levelsLeft));
      continue;
    }
    if (broken === undefined) chargeParsing(piece);
    const json = attempt(() => {
      if (broken === undefined) return parseDocument(piece, limits);
      // Bytes that are no text at all break the splitter, too: the code says what they are.
      brokenCode ??= isUtf8(bytes) ? 'BAD_JSON' : 'BAD_UTF8';
      throw new RecordError(brokenCode, `${broken}, at byte ${offset}`);
    });
    yield* leavesOf({ bytes: piece, json }, reading, levelsLeft);
  }
}

/**
 * What lies in too many lists fails with all that is beside it: given as it is, it would be unfolded further
 * once it comes alone.
 */
function nextLevel(levelsLeft: number): number {
  if (levelsLeft > 0) return levelsLeft - 1;
  throw new RecordError('TOO_DEEP', `over ${maxUnfolding} levels of lists in lists`);
}

/** The one document that bytes are; undefined where they are none, or may hold others. */
function wholeIn(bytes: Uint8Array, { limits, chargeParsing }: Reading): Document | undefined {
  // Not parsed to be thrown away: it is split first.
  if (bytes[0] === openBracket || bytes.length > limits.maxDocumentBytes) return undefined;
  chargeParsing(bytes);
  const json = attempt(() => parseDocument(bytes, limits));
  return json.ok && !isList(json.value) ? { bytes: withoutMark(bytes), json } : undefined;
}

/** The documents in the messages of a subscription record; any other document itself. */
function* leavesOf(document: Document, reading: Reading, levelsLeft: number): Generator<Document> {
  const messages = messagesOf(document, reading);
  if (messages === undefined) {
    yield document;
    return;
  }
  for (const message of messages) {
    reading.onPart();
    yield* documentsIn(message, reading, nextLevel(levelsLeft));
  }
}

function messagesOf(
  { bytes, json }: Document,
  { limits, charge, chargeParsing, checkTime }: Reading,
): Iterable<Uint8Array> | undefined {
  if (json.ok) return messagesIn(json.value);
  if (json.error.code !== 'TOO_LARGE') return undefined;
  charge(bytes.length);
  const parse = (logEvent: Uint8Array) => {
    chargeParsing(logEvent);
    return attempt(() => parseDocument(logEvent, limits));
  };
  return messagesInLarge(bytes, parse, checkTime);
}

function parseDocument(
  bytes: Uint8Array,
  { maxDepth, maxDocumentBytes, maxObjects }: ReadLimits,
): Json {
  if (bytes.length > maxDocumentBytes) {
    throw new RecordError('TOO_LARGE', `a document of ${bytes.length} bytes`);
  }
  if (!isUtf8(bytes)) throw new RecordError('BAD_UTF8', `${bytes.length} bytes that are not UTF-8`);
  const text = utf8Text(withoutMark(bytes));
  if (isDeeperThan(text, maxDepth)) throw new RecordError('TOO_DEEP', `over ${maxDepth} levels`);
  if (hasMoreObjects(text, maxObjects)) {
    throw new RecordError('TOO_LARGE', `a document of over ${maxObjects} objects and lists`);
  }
  return orThrow(attempt(() => parseJson(text), 'BAD_JSON'));
}

function utf8Text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** Bytes without their byte order mark: JSON has none, and behind another document it would break the two. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasMark ? bytes.subarray(3) : bytes;
}

/** Whether a document only holds others: an array of events, or a CloudTrail file. */
function isList(json: Json): boolean {
  if (!isObject(json)) return Array.isArray(json);
  return Array.isArray(json.Records) && Object.keys(json).length === 1;
}
