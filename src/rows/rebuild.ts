import { isObject, type Json, type JsonObject, jsonText, parseJson } from '../json.ts';
import type { Cell } from './forms.ts';
import { mapping, type Part } from './mapping.ts';
import type { Family, Row } from './schema.ts';

/**
 * The event that a row was made of, as JSON text: deep-equal to the original but for key order and
 * absent members that were null. Text, since a JavaScript object would lose digits.
 * @throws SyntaxError where a JSON column of the row holds none
 */
export function eventTextOf(row: Row): string {
  const rebuilt = rebuild(row);
  return jsonText(row.unmapped ? mergePatch(rebuilt, parseJson(row.unmapped)) : rebuilt);
}

/**
 * The event as far as the stored cells give it back, with what nearly all events have filled in.
 * `unmapped` is the merge patch from here to the event. Derived cells are not looked at.
 */
export function rebuild(row: Row): Json {
  if (row.event_format === 'unknown') return parseJson(row.detail ?? 'null');
  // Of a bare record nothing but an aggregated event has a `detail`, which is all of it.
  if (row.event_format === 'cloudtrail' && row.detail) return parseJson(row.detail);
  const family = familyOf(row);
  const { stored, twins, constants } = mapping[family];
  const parts: Record<Part, Record<string, Json>> = { envelope: {}, record: {} };
  for (const { part, key, value } of constants) parts[part][key] = value;
  for (const { part, key, column, form } of stored) {
    const cell = row[column] as Cell | null | undefined;
    if (cell !== undefined && cell !== null) parts[part][key] = form.toValue(cell);
  }
  for (const { part, key, of } of twins) {
    const value = parts[of.part][of.key];
    if (value !== undefined) parts[part][key] = value;
  }
  if (family === 'bare') return parts.record;
  return family === 'wrapped' ? { ...parts.envelope, detail: parts.record } : parts.envelope;
}

function familyOf(row: Row): Family {
  if (row.event_format === 'cloudtrail') return 'bare';
  return row.detail === undefined || row.detail === null ? 'wrapped' : 'other';
}

/** Applies a JSON merge patch (RFC 7396): null deletes, objects merge, everything else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  // No prototype, as a key may be `__proto__`.
  const result: Record<string, Json> = Object.assign(
    Object.create(null),
    isObject(target) ? target : {},
  );
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result as JsonObject;
}
