import { jsonBytesOf } from '../json.ts';

/** All tags of one instance, key to value. Without prototype, as a tag may be called `__proto__`. */
export type TagSet = Readonly<Record<string, string>>;

/** Decides which tags a row keeps, by their key. */
export type TagFilter = (key: string) => boolean;

/** Makes a set; keys and values become well-formed Unicode, as every engine demands. */
export function tagSetOf(tags: Iterable<readonly [key: string, value: string]>): TagSet {
  const set: Record<string, string> = Object.create(null);
  for (const [key, value] of tags) set[key.toWellFormed()] = value.toWellFormed();
  return set;
}

/** A resource has 50 tags of its users at most, and a few of AWS itself (`aws:…`). */
const maxTags = 100;
/** Of the 128 characters that a key may have and the 256 of its value: UTF-16 units, and bytes in JSON. */
const maxTagLength = 2 * (128 + 256);
const maxTagBytes = 4 * (128 + 256) + '"":""'.length;

/**
 * Whether all tags could be told, and are no more and no longer than a resource may have. An event says the
 * same of thousands of instances, and thousands of events ask for those of one: ten thousand tags would keep
 * the function busy for minutes. "Tag your Amazon EC2 resources" (Amazon EC2 User Guide).
 */
export function isPossible<T extends readonly [key: string, value: string | null]>(
  tags: readonly (T | undefined)[],
): tags is readonly T[] {
  if (tags.length > maxTags) return false;
  return tags.every((tag) => tag && isPossibleTag(tag));
}

function isPossibleTag([key, value]: readonly [key: string, value: string | null]): boolean {
  const length = key.length + (value?.length ?? 0);
  if (length > maxTagLength) return false;
  // A control character takes six bytes, and none takes more: most tags need not be measured.
  return 6 * length <= maxTagBytes || jsonBytesOf({ [key]: value }) - '{}'.length <= maxTagBytes;
}

export const keepAll: TagFilter = () => true;

/** The tags of a set that pass the filter. */
export function keptOf(tags: TagSet, isKept: TagFilter): TagSet {
  if (isKept === keepAll) return tags;
  return tagSetOf(Object.entries(tags).filter(([key]) => isKept(key)));
}

export function isEmptySet(tags: TagSet): boolean {
  for (const _ in tags) return false;
  return true;
}

/** Whether two have the same keys and values, in whatever order. */
export function isSameSet<T extends Readonly<Record<string, string | null>>>(a: T, b: T): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/**
 * The filter of a list of keys, in which `*` stands for any characters; an empty list keeps all.
 * @example tagFilterOf(['Name', 'cost-*'])('cost-centre') // true
 */
export function tagFilterOf(keys: readonly string[]): TagFilter {
  if (keys.length === 0) return keepAll;
  const plain = new Set(keys.filter((key) => !key.includes('*')));
  const patterns = keys.filter((key) => key.includes('*')).map((key) => key.split('*'));
  return (key) => plain.has(key) || patterns.some((parts) => isMatch(key, parts));
}

/**
 * Whether a key has these parts in their order, the first at its start and the last at its end. Not
 * by a regular expression: of twenty `*`, a key of 128 characters would keep that busy for minutes.
 */
function isMatch(key: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  const end = key.length - last.length;
  let at = first.length;
  if (at > end || !key.startsWith(first) || !key.endsWith(last)) return false;
  for (const part of parts.slice(1, -1)) {
    const found = key.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
