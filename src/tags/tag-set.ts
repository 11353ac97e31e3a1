/** All tags of one instance, key to value. Without prototype, as a tag may be called `__proto__`. */
export type TagSet = Readonly<Record<string, string>>;

/** Decides which tags are kept, by their key. */
export type TagFilter = (key: string) => boolean;

/** Makes a set; keys and values become well-formed Unicode, as every engine demands. */
export function tagSetOf(
  tags: Iterable<readonly [key: string, value: string]>,
  isKept: TagFilter = () => true,
): TagSet {
  const set: Record<string, string> = Object.create(null);
  for (const [key, value] of tags) {
    if (isKept(key)) set[key.toWellFormed()] = value.toWellFormed();
  }
  return set;
}

/**
 * The filter of a list of keys, in which `*` stands for any characters; an empty list keeps all.
 * @example tagFilterOf(['Name', 'cost-*'])('cost-centre') // true
 */
export function tagFilterOf(keys: readonly string[]): TagFilter {
  if (keys.length === 0) return () => true;
  const patterns = keys.map((key) =>
    key
      .split('*')
      .map((text) => RegExp.escape(text))
      .join('.*'),
  );
  const pattern = new RegExp(`^(?:${patterns.join('|')})$`, 's');
  return (key) => pattern.test(key);
}
