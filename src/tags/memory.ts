import { type Knowledge, nothingKnown } from './knowledge.ts';

/** What is known of instances, kept between invocations. Keys are made by the caller. */
export interface Memory {
  /** What is known of an instance; nothing, where it was never heard of or had to go. */
  get(key: string): Knowledge;
  set(key: string, knowledge: Knowledge): void;
  /** All that is known, the longest unused first. */
  entries(): Iterable<readonly [key: string, knowledge: Knowledge]>;
}

/** Bounds of a memory: an instance has 50 tags of 384 characters at most, and mostly five short ones. */
export interface MemoryLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

const defaultLimits: MemoryLimits = { maxEntries: 50_000, maxBytes: 64 * 1024 * 1024 };

/** Makes a memory in which the entry that was not used for longest goes first. */
export function createMemory(limits: MemoryLimits = defaultLimits): Memory {
  // A Map keeps its order of insertion: what is used is put in again, and so last.
  const entries = new Map<string, { readonly knowledge: Knowledge; readonly bytes: number }>();
  let bytes = 0;

  const remove = (key: string) => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };

  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return nothingKnown;
      entries.delete(key);
      entries.set(key, entry);
      return entry.knowledge;
    },
    set(key, knowledge) {
      remove(key);
      const entry = { knowledge, bytes: bytesOf(key, knowledge) };
      entries.set(key, entry);
      bytes += entry.bytes;
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.maxEntries && bytes <= limits.maxBytes) break;
        remove(oldest);
      }
    },
    *entries() {
      for (const [key, { knowledge }] of entries) yield [key, knowledge];
    },
  };
}

/** About what an entry takes: two bytes a character, and some dozens an object. */
function bytesOf(key: string, { snapshots }: Knowledge): number {
  let bytes = 200 + 2 * key.length;
  for (const { tags } of snapshots) {
    bytes += 100;
    for (const name of Object.keys(tags))
      bytes += 40 + 2 * (name.length + (tags[name] as string).length);
  }
  return bytes;
}
