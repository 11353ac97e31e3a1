import { Buffer } from 'node:buffer';

/**
 * Known keys by a hash of their bytes, so that no key of an event ever becomes a string. A key has a slot
 * of its own; whoever looks one up makes the hash on the way over its bytes, and compares them then.
 */
export interface KeyTable<Entry> {
  /** By the hash of a key. */
  readonly slots: readonly (Slot<Entry> | undefined)[];
  /** One less than the number of slots, which is a power of two. */
  readonly mask: number;
}

interface Slot<Entry> {
  readonly key: Uint8Array;
  readonly entry: Entry;
}

/** The hash of a key and one more byte. */
export function hashOn(hash: number, byte: number, mask: number): number {
  return (hash * 31 + byte) & mask;
}

/** @throws Error where two keys have the same hash in any table: equal ones, or a pair such as `Aa` and `BB` */
export function keyTableOf<Entry>(entries: readonly (readonly [string, Entry])[]): KeyTable<Entry> {
  for (let size = 256; size <= 1 << 20; size *= 2) {
    const slots = slotsOf(entries, size);
    if (slots !== undefined) return { slots, mask: size - 1 };
  }
  throw new Error(
    `two of these keys have the same hash: ${entries.map(([key]) => key).join(', ')}`,
  );
}

/** Undefined where two keys would share a slot. */
function slotsOf<Entry>(
  entries: readonly (readonly [string, Entry])[],
  size: number,
): (Slot<Entry> | undefined)[] | undefined {
  const slots: (Slot<Entry> | undefined)[] = Array.from({ length: size }, () => undefined);
  for (const [name, entry] of entries) {
    const key = Buffer.from(name);
    const hash = key.reduce((sum, byte) => hashOn(sum, byte, size - 1), 0);
    if (slots[hash] !== undefined) return undefined;
    slots[hash] = { key, entry };
  }
  return slots;
}
