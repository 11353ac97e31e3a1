import type { TagAnswer } from './tags.ts';

const hourMs = 60 * 60 * 1000;

/** Bounds of the cache. Entries are small: an instance has 50 tags at most, and most have five. */
const maxEntries = 10_000;

/** How long an answer is good for. The tags of an instance that just started may come in seconds. */
const foundForMs = 1 * hourMs;
const noneForMs = 60 * 1000;

export interface Cache {
  get(key: string, nowMs: number): TagAnswer | undefined;
  set(key: string, answer: TagAnswer, nowMs: number): void;
}

/** Keeps answers between invocations, misses too; the entry that was used longest ago goes first. */
export function createCache(): Cache {
  const entries = new Map<string, { readonly answer: TagAnswer; readonly expiresMs: number }>();

  return {
    get(key, nowMs) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      if (entry.expiresMs <= nowMs) return undefined;
      entries.set(key, entry); // a Map keeps its order of insertion: last used, last
      return entry.answer;
    },
    set(key, answer, nowMs) {
      if (answer.status !== 'found' && answer.status !== 'none') return;
      const forMs = answer.status === 'found' ? foundForMs : noneForMs;
      entries.delete(key);
      entries.set(key, { answer: { ...answer, source: 'cache' }, expiresMs: nowMs + forMs });
      if (entries.size <= maxEntries) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
  };
}
