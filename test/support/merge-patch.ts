import { equalJson, isObject, type Json, jsonText, ownValue } from '../../src/json.ts';

/**
 * The smallest JSON merge patch (RFC 7396) from one value to another, undefined where they are
 * equal. Written for itself, so that it can tell whether `unmapped` holds what it must and no more.
 */
export function patchBetween(from: Json, to: Json): Json | undefined {
  if (equalJson(from, to)) return undefined;
  if (!isObject(from) || !isObject(to)) return withoutNulls(to);
  const patch: Record<string, Json> = Object.create(null);
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const before = ownValue(from, key) ?? null;
    const after = ownValue(to, key) ?? null;
    const change = before === null ? withoutNulls(after) : patchBetween(before, after);
    if (change !== undefined && !(before === null && after === null)) patch[key] = change;
  }
  return patch;
}

/** A member that is null counts as absent, and a merge patch could not say it anyway. */
function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => (member ?? null) !== null);
  const result: Record<string, Json> = Object.create(null);
  for (const [key, member] of members) result[key] = withoutNulls(member ?? null);
  return result;
}

/** JSON text with sorted keys: equal texts are equal values, nulls and absent members apart. */
export function sortedText(value: Json | undefined): string | undefined {
  return value === undefined ? undefined : jsonText(sorted(value));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const result: Record<string, Json> = Object.create(null);
  for (const key of Object.keys(value).sort()) result[key] = sorted(value[key] ?? null);
  return result;
}
