import { Buffer } from 'node:buffer';

/**
 * Finds known keys by their bytes, so that no key of an event ever becomes a string. A power of two
 * larger than the keys; the hash is made for CloudTrail's and EventBridge's.
 */
export interface KeyTable<Entry> {
  /** The entry of the key in `bytes` from `start` to `end`, or undefined. */
  find(bytes: Uint8Array, start: number, end: number): Entry | undefined;
}

const slots = 2048;

/** @throws Error where two keys share a slot */
export function keyTableOf<Entry>(entries: Iterable<readonly [string, Entry]>): KeyTable<Entry> {
  const table: ({ readonly key: Uint8Array; readonly entry: Entry } | undefined)[] = Array.from(
    { length: slots },
    () => undefined,
  );
  for (const [name, entry] of entries) {
    const key = Buffer.from(name);
    const slot = slotOf(key, 0, key.length);
    if (table[slot]) throw new Error(`the key table needs more slots: ${name}`);
    table[slot] = { key, entry };
  }
  return {
    find(bytes, start, end) {
      const found = table[slotOf(bytes, start, end)];
      if (found === undefined) return undefined;
      const { key, entry } = found;
      if (key.length !== end - start) return undefined;
      for (let at = 0; at < key.length; at++) if (key[at] !== bytes[start + at]) return undefined;
      return entry;
    },
  };
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (hash * 31 + (bytes[at] as number)) & (slots - 1);
  return hash;
}
