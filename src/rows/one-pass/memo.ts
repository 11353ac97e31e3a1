/** What was made of texts that come again and again. Others push it out: it is bounded, and starts anew. */
export interface Memo<T> {
  get(text: string): T | undefined;
  set(text: string, made: T): void;
}

const maxTexts = 1000;
const maxLength = 4096;

export function createMemo<T>(): Memo<T> {
  const known = new Map<string, T>();
  return {
    get: (text) => known.get(text),
    set(text, made) {
      if (text.length > maxLength) return;
      if (known.size === maxTexts) known.clear();
      known.set(text, made);
    },
  };
}
