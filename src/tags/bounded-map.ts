/** A map of so many entries at most, of which the one that was set longest ago goes first. */
export interface BoundedMap<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
}

export function createBoundedMap<T>(maxEntries: number): BoundedMap<T> {
  // A Map keeps its order of insertion.
  const entries = new Map<string, T>();
  return {
    get: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const [oldest = key] = entries.keys();
      if (entries.size > maxEntries) entries.delete(oldest);
    },
    delete: (key) => void entries.delete(key),
  };
}
