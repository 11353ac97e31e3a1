import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { carrierOverhead, carry } from './carrier.ts';

/** What a carrier may carry: one document of a record, with the bytes of its line in a response; or a record as it is. */
export interface Item {
  readonly bytes: Uint8Array;
  readonly lineBytes: number;
  /** Whether it is gzipped as it is: what is gzipped twice is never unpacked. */
  readonly isGzipped?: boolean;
}

/** What the carriers of one record have in common. */
export interface Journey {
  /** How often its bytes were put again; of a carrier, this time included. */
  readonly timesPut: number;
  /** When the first record with them reached Firehose, epoch milliseconds. */
  readonly arrivedMs: number;
}

export interface PackLimits {
  readonly maxRecordBytes: number;
  /** Bytes of lines that the items of one carrier may make together. */
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
  items: readonly Item[],
  journey: Journey,
  limits: PackLimits,
): Uint8Array[] | undefined {
  const room = limits.maxRecordBytes - carrierOverhead(journey);
  const [first, ...others] = items;
  if (first === undefined) return [];
  if (others.length === 0) {
    const { bytes, isGzipped } = first;
    const payload = bytes.length <= room || isGzipped ? bytes : gzipSync(bytes);
    return payload.length <= room ? [carry({ ...journey, payload })] : undefined;
  }
  const bytes = items.reduce((sum, item) => sum + item.bytes.length + 1, -1);
  const lineBytes = items.reduce((sum, item) => sum + item.lineBytes, 0);
  if (bytes <= room && lineBytes <= limits.maxLineBytes) {
    const payload = Buffer.concat(items.flatMap((item) => [item.bytes, newline]).slice(0, -1));
    return [carry({ ...journey, payload })];
  }
  const middle = Math.ceil(items.length / 2);
  const before = pack(items.slice(0, middle), journey, limits);
  const after = before && pack(items.slice(middle), journey, limits);
  return after && [...before, ...after];
}

const newline = Buffer.from('\n');
