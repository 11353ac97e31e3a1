import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { carrierOverhead, carry } from './carrier.ts';

/** One document of a record that is put again, and the bytes of its line in a response. */
export interface Part {
  readonly bytes: Uint8Array;
  readonly lineBytes: number;
  /** Whether it is gzipped as it is: what is gzipped twice is never unpacked. */
  readonly isGzipped?: boolean;
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
  /** Bytes of lines that the parts of one carrier may make together. */
  readonly maxLineBytes: number;
}

/**
 * Packs documents into carriers, in order: halved until each fits a record and its lines are not too
 * many. Undefined where a single document does not fit, even gzipped.
 *
 * Several documents are never gzipped together: a batch is measured by the bytes of its records, so
 * carriers that unfold tenfold would come in one batch that no response can hold, again and again.
 */
export function pack(
  parts: readonly Part[],
  journey: Journey,
  limits: PartLimits,
): Uint8Array[] | undefined {
  const room = limits.maxRecordBytes - carrierOverhead(journey);
  const [first, ...others] = parts;
  if (first === undefined) return [];
  if (others.length === 0) {
    const { bytes, isGzipped } = first;
    const payload = bytes.length <= room || isGzipped ? bytes : gzipSync(bytes);
    return payload.length <= room ? [carry({ ...journey, payload })] : undefined;
  }
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length + 1, -1);
  const lineBytes = parts.reduce((sum, part) => sum + part.lineBytes, 0);
  if (bytes <= room && lineBytes <= limits.maxLineBytes) {
    const payload = Buffer.concat(parts.flatMap((part) => [part.bytes, newline]).slice(0, -1));
    return [carry({ ...journey, payload })];
  }
  const middle = Math.ceil(parts.length / 2);
  const before = pack(parts.slice(0, middle), journey, limits);
  const after = before && pack(parts.slice(middle), journey, limits);
  return after && [...before, ...after];
}

const newline = Buffer.from('\n');
