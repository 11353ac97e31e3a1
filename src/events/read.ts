import { Buffer, isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { type Attempt, attempt, orThrow, RecordError } from '../errors.ts';
import { isDeeperThan, isObject, type Json, parseJson } from '../json.ts';
import { splitDocuments } from './split.ts';

/** Bounds on what one record may unfold to: nobody chooses what is put on a stream. */
export interface ReadLimits {
  /** Bytes after gunzip. A CloudTrail file that fits a record gzipped has some 20 MB. */
  readonly maxUnzippedBytes: number;
  /** Bytes after gunzip for each one before; small records may grow to 1 MiB whatever it is. */
  readonly maxUnzipRatio: number;
  /** Documents in one record. */
  readonly maxDocuments: number;
  /** Levels of nesting of one document. EventBridge takes 1,000. */
  readonly maxDepth: number;
}

export const readLimits: ReadLimits = {
  maxUnzippedBytes: 32 * 1024 * 1024,
  maxUnzipRatio: 200,
  maxDocuments: 50_000,
  maxDepth: 1000,
};

/** One JSON document of a record, with the bytes that it stood in; or why those are none. */
export interface Document {
  readonly bytes: Uint8Array;
  readonly json: Attempt<Json>;
}

/** @throws RecordError BAD_BASE64 */
export function decodeBase64(data: string): Buffer {
  const bytes = Buffer.from(data, 'base64');
  // Node skips what is no base64; the length tells.
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  if (data.length % 4 === 0 && bytes.length === (data.length / 4) * 3 - padding) return bytes;
  throw new RecordError('BAD_BASE64', `${data.length} characters that are no base64`);
}

/** Unpacks bytes that start as gzip does; gives others back. @throws RecordError BAD_GZIP */
export function unzip(bytes: Uint8Array, limits: ReadLimits = readLimits): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const { maxUnzippedBytes, maxUnzipRatio } = limits;
  const maxOutputLength = Math.min(
    maxUnzippedBytes,
    Math.max(1024 * 1024, bytes.length * maxUnzipRatio),
  );
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

/** A larger record is taken apart before it is parsed: it may hold many events. */
const maxWholeBytes = 2 * 1024 * 1024;

/**
 * The JSON documents in a record's bytes, in order: one as a rule, none where there is only white
 * space, many where its producer put many. What cannot be read is a document, too; it has no bytes
 * where only the end of an array is missing.
 * @throws RecordError TOO_MANY_EVENTS
 */
export function readDocuments(bytes: Uint8Array, limits: ReadLimits = readLimits): Document[] {
  if (bytes.length <= maxWholeBytes) {
    // Nearly every record is one event: parse it at once, and look closer only where that fails.
    const whole = attempt(() => parseDocument(bytes, limits));
    if (whole.ok && !holdsDocuments(whole.value)) return [{ bytes, json: whole }];
  }
  const { maxUnzippedBytes, maxDocuments } = limits;
  const pieces = splitDocuments(bytes, {
    maxDocumentBytes: maxUnzippedBytes,
    maxPieces: maxDocuments,
  });
  if (pieces.length > maxDocuments) {
    throw new RecordError('TOO_MANY_EVENTS', `more than ${maxDocuments} in one record`);
  }
  // What is no text at all breaks the splitter, too, and is then to be told for what it is.
  const brokenCode = isUtf8(bytes) ? 'BAD_JSON' : 'BAD_UTF8';
  return pieces.map((piece) => ({
    bytes: piece.bytes,
    json: attempt(() => {
      if (piece.broken === undefined) return parseDocument(piece.bytes, limits);
      throw new RecordError(brokenCode, `${piece.broken}, at byte ${piece.offset}`);
    }),
  }));
}

function parseDocument(bytes: Uint8Array, { maxDepth }: ReadLimits): Json {
  if (!isUtf8(bytes)) throw new RecordError('BAD_UTF8', `${bytes.length} bytes that are no UTF-8`);
  const text = decode(bytes);
  if (isDeeperThan(text, maxDepth)) throw new RecordError('TOO_DEEP', `over ${maxDepth} levels`);
  return orThrow(attempt(() => parseJson(text), 'BAD_JSON'));
}

/** Text of bytes without their byte order mark. */
function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Whether a document only holds others: an array of events, or a CloudTrail file. */
function holdsDocuments(json: Json): boolean {
  if (!isObject(json)) return Array.isArray(json);
  return Array.isArray(json.Records) && Object.keys(json).length === 1;
}
