import { type Knowledge, merge, nothingKnown } from './knowledge.ts';

/**
 * What is known of instances, kept between batches; the keys are made by the caller. It is asked
 * once a batch and told once, and knowledge merges in any order: so a store that containers share
 * can stand behind it.
 */
export interface Memory {
  /** What is known of each of these; `nothingKnown` of those never heard of. Never rejects. */
  recall(keys: Iterable<string>): Promise<Map<string, Knowledge>>;
  /** Adds what a batch learnt. Never rejects. */
  keep(learnt: ReadonlyMap<string, Knowledge>): Promise<void>;
}

/** Bounds of a memory: an instance has 50 tags of 384 characters at most, and mostly five short ones. */
export interface MemoryLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

interface Entry {
  readonly knowledge: Knowledge;
  readonly bytes: number;
}

const defaultLimits: MemoryLimits = { maxEntries: 50_000, maxBytes: 64 * 1024 * 1024 };

/** Makes the memory of one container. What was not used for longest goes first. */
export function createMemory(limits: MemoryLimits = defaultLimits): Memory {
  // A Map keeps its order of insertion: what is used is put in again, and so last.
  const entries = new Map<string, Entry>();
  let bytes = 0;

  const remove = (key: string) => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };

  return {
    async recall(keys) {
      const recalled = new Map<string, Knowledge>();
      for (const key of keys) recalled.set(key, entries.get(key)?.knowledge ?? nothingKnown);
      return recalled;
    },
    async keep(learnt) {
      for (const [key, knowledge] of learnt) {
        if (knowledge === nothingKnown) continue;
        const known = entries.get(key);
        const entry = known?.knowledge === knowledge ? known : entryOf(key, knowledge, known);
        remove(key);
        entries.set(key, entry);
        bytes += entry.bytes;
      }
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.maxEntries && bytes <= limits.maxBytes) break;
        remove(oldest);
      }
    },
  };
}

/** Another batch may have learnt something meanwhile. */
function entryOf(key: string, learnt: Knowledge, known: Entry | undefined): Entry {
  const knowledge = known ? merge(known.knowledge, learnt) : learnt;
  return { knowledge, bytes: bytesOf(key, knowledge) };
}

/** About what an entry takes: two bytes a character, and some dozens an object. */
function bytesOf(key: string, { facts }: Knowledge): number {
  let bytes = 200 + 2 * key.length + 100 * facts.length;
  const maps = new Set<Readonly<Record<string, string | null>>>();
  for (const fact of facts) {
    if (fact.tags) maps.add(fact.tags);
    else if (fact.delta) maps.add(fact.delta.put).add(fact.delta.gone);
  }
  for (const map of maps) bytes += bytesOfMap(map);
  return bytes;
}

function bytesOfMap(map: Readonly<Record<string, string | null>>): number {
  let bytes = 50;
  for (const key in map) bytes += 40 + 2 * (key.length + (map[key]?.length ?? 0));
  return bytes;
}
