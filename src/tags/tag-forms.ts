import { isObject, type Json, numberText } from '../json.ts';
import { isPossible, type TagSet, tagSetOf } from './tag-set.ts';

// The forms that tags have in events. Other people's JSON may be cut, or odd: what cannot be told is
// undefined, and a set of which a part cannot be told is no set.

/** A tag, or undefined where it cannot be told. */
type Pair = readonly [key: string, value: string] | undefined;

/** The set of CloudTrail's list: `{"items":[{"key":…,"value":…}]}`. */
export function setInItems(json: Json | undefined): TagSet | undefined {
  return setOf(itemsIn(json)?.map(pairOfTagging));
}

/** The set of a map `{"key":"value"}`. */
export function setInMap(json: Json | undefined): TagSet | undefined {
  if (!isObject(json)) return undefined;
  return setOf(Object.entries(json).map(([key, value]) => pairOf(key, value)));
}

/** The set of a map, or of a list of `{key, value}` (or `Key`, `Value`). */
export function setInFinding(json: Json | undefined): TagSet | undefined {
  return Array.isArray(json) ? setOf(json.map(pairOfTagging)) : setInMap(json);
}

/** The elements of CloudTrail's list: an empty one is `{}`, and one of a single element may be that. */
export function itemsIn(json: Json | undefined): readonly Json[] | undefined {
  if (!isObject(json)) return undefined;
  const { items, ...others } = json;
  if (Object.keys(others).length > 0) return undefined;
  if (items === undefined) return [];
  if (Array.isArray(items)) return items;
  return isObject(items) ? [items] : undefined;
}

/** CloudTrail re-types the values of some tags: `true` and `5` without quotes. */
export function valueIn(json: Json | undefined): string | undefined {
  if (typeof json === 'string') return json;
  return typeof json === 'boolean' ? String(json) : numberText(json);
}

function setOf(pairs: readonly Pair[] | undefined): TagSet | undefined {
  return pairs && isPossible(pairs) ? tagSetOf(pairs) : undefined;
}

function pairOfTagging(tagging: Json): Pair {
  return isObject(tagging)
    ? pairOf(tagging.key ?? tagging.Key, tagging.value ?? tagging.Value)
    : undefined;
}

function pairOf(key: Json | undefined, json: Json | undefined): Pair {
  const value = valueIn(json);
  return typeof key === 'string' && value !== undefined ? [key, value] : undefined;
}
