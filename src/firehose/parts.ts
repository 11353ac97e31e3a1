import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { carrierOverhead, carry } from './carrier.ts';

/** One document of a record that is put again, and the bytes of its line in a response. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly lineBytes: number;
}

/** What the carriers of one record have in common. */
export interface Journey {
  /** How often its bytes were put again; of a carrier, this time included. */
  readonly attempt: number;
  /** When the first record with them reached Firehose, epoch milliseconds. */
  readonly arrivedMs: number;
}

export interface PartLimits {
  readonly maxRecordBytes: number;
  /** Bytes of lines that one answer can hold. */
  readonly maxLineBytes: number;
}

/**
 * Packs documents into carriers, in order: halved until each is within the size of a record and its
 * lines fit an answer. Undefined where a single document does not.
 */
export function pack(
  parts: readonly Part[],
  journey: Journey,
  limits: PartLimits,
): Uint8Array[] | undefined {
  const lineBytes = parts.reduce((sum, part) => sum + part.lineBytes, 0);
  const carrier = lineBytes <= limits.maxLineBytes ? carrierOf(parts, journey, limits) : undefined;
  if (carrier) return [carrier];
  if (parts.length <= 1) return undefined;
  const middle = Math.ceil(parts.length / 2);
  const first = pack(parts.slice(0, middle), journey, limits);
  const second = first && pack(parts.slice(middle), journey, limits);
  return second && [...first, ...second];
}

/** The carrier of all parts, gzipped only where that is needed; undefined where it is too large. */
function carrierOf(
  parts: readonly Part[],
  journey: Journey,
  { maxRecordBytes }: PartLimits,
): Uint8Array | undefined {
  const room = maxRecordBytes - carrierOverhead(journey);
  const plain = Buffer.concat(parts.flatMap(({ bytes }) => [bytes, newline]).slice(0, -1));
  const payload = plain.length <= room ? plain : gzipSync(plain);
  return payload.length <= room ? carry({ ...journey, payload }) : undefined;
}

const newline = Buffer.from('\n');
