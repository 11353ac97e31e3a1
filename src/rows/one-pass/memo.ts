/**
 * What is made of texts that come again and again, made once. Too many texts push out all others; what
 * nothing can be made of is not remembered.
 */
export type Memo<T> = (text: string, make: () => T | undefined) => T | undefined;

const maxTexts = 1000;
const maxLength = 4096;

export function createMemo<T>(): Memo<T> {
  const known = new Map<string, T>();
  return (text, make) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make();
    if (made === undefined || text.length > maxLength) return made;
    if (known.size === maxTexts) known.clear();
    known.set(text, made);
    return made;
  };
}
