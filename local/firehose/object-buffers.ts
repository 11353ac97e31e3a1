import { type ByteList, createByteList } from './byte-list.ts';
import type { Prefix, PrefixValues } from './prefix.ts';

/** What decides, beside the arrival, where an object lies. */
export type Place = Pick<PrefixValues, 'partitionKeys' | 'errorOutputType'>;

/** What one record brings to an object. */
export interface Piece {
  readonly data: Uint8Array;
  /** The record's approximate arrival, epoch ms. */
  readonly arrivalMs: number;
}

/** An object to be: its pieces all have the same evaluated prefix. */
export interface ObjectBuffer {
  readonly place: Place;
  /** The pieces' data, byte for byte, in the order in which they came. */
  readonly bytes: ByteList;
  readonly oldestArrivalMs: number;
}

/** The buffers before the destination, one for each evaluated prefix. */
export interface ObjectBuffers {
  /** The prefix that a piece of this place and arrival would have, random strings apart. */
  keyOf(place: Place, arrivalMs: number): string;
  add(key: string, place: Place, piece: Piece): void;
  has(key: string): boolean;
  /** How many are open. */
  count(): number;
  /** Closes the buffers whose interval is over. */
  closeDue(): void;
  closeAll(): void;
}

export interface ObjectBuffersOptions {
  readonly prefix: Prefix;
  /** A buffer is closed before its pieces pass this; one piece alone may. */
  readonly bufferBytes: number;
  /** A buffer is due so long after its first piece, by the clock. */
  readonly intervalMs: number;
  /** The buffer that has been open longest makes room for one more than this. */
  readonly maxBuffers: number;
  /** The buffers that have been open longest are closed before all of them together take more memory. */
  readonly maxHeldBytes: number;
  readonly now: () => number;
  /** Takes each closed buffer; it is never empty. */
  readonly onClose: (buffer: ObjectBuffer) => void;
}

interface OpenBuffer extends ObjectBuffer {
  readonly openedMs: number;
  oldestArrivalMs: number;
}

/** As long as the random string that it stands for while a buffer is open. */
const anyRandomString = '*'.repeat(11);

/**
 * Makes the buffers. The service evaluates a prefix once, for the oldest record in an object. Here each
 * record is evaluated by its own arrival, since arrivals may come in any order, so that no object mixes two
 * days; of records that arrive in order the folders are the same.
 * Amazon Data Firehose Developer Guide, Buffering hints, and Custom prefixes.
 */
export function createObjectBuffers(options: ObjectBuffersOptions): ObjectBuffers {
  const { prefix, bufferBytes, intervalMs, maxBuffers, maxHeldBytes, now, onClose } = options;
  /** In the order in which they were opened. */
  const open = new Map<string, OpenBuffer>();
  let heldBytes = 0;

  const close = (key: string, buffer: OpenBuffer) => {
    open.delete(key);
    heldBytes -= buffer.bytes.heldBytes();
    onClose(buffer);
  };

  const closeOldest = () => {
    for (const [key, buffer] of open) return close(key, buffer);
  };

  const openBuffer = (key: string, place: Place): OpenBuffer => {
    while (open.size >= maxBuffers) closeOldest();
    const bytes = createByteList();
    const buffer = { place, bytes, openedMs: now(), oldestArrivalMs: Infinity };
    open.set(key, buffer);
    return buffer;
  };

  return {
    keyOf: (place, arrivalMs) =>
      prefix.evaluate({ ...place, instantMs: arrivalMs, randomString: () => anyRandomString }),
    add(key, place, { data, arrivalMs }) {
      const full = open.get(key);
      if (full && full.bytes.length() + data.byteLength > bufferBytes) close(key, full);
      const buffer = open.get(key) ?? openBuffer(key, place);
      const heldBefore = buffer.bytes.heldBytes();
      buffer.bytes.append(data);
      heldBytes += buffer.bytes.heldBytes() - heldBefore;
      buffer.oldestArrivalMs = Math.min(buffer.oldestArrivalMs, arrivalMs);
      if (buffer.bytes.length() >= bufferBytes) close(key, buffer);
      while (heldBytes > maxHeldBytes) closeOldest();
    },
    has: (key) => open.has(key),
    count: () => open.size,
    closeDue() {
      for (const [key, buffer] of open) {
        if (now() - buffer.openedMs >= intervalMs) close(key, buffer);
      }
    },
    closeAll() {
      for (const [key, buffer] of open) close(key, buffer);
    },
  };
}
