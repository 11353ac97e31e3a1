import { isObject, type Json, jsonText } from '../../../src/json.ts';

/**
 * JSON text by which two values are compared: keys sorted, members that are null left out, as an
 * engine cannot tell them from absent ones.
 */
export function canonical(value: unknown): string {
  return jsonText(sorted(value as Json));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const result: Record<string, Json> = Object.create(null);
  for (const key of Object.keys(value).sort()) {
    const member = value[key] ?? null;
    if (member !== null) result[key] = sorted(member);
  }
  return result;
}

/** What two lists differ in, in any order: a few values of each, cut, so that a failure can be read. */
export function difference(actual: readonly unknown[], expected: readonly unknown[]) {
  const left = new Map<string, number>();
  for (const value of expected.map(canonical)) left.set(value, (left.get(value) ?? 0) + 1);
  const extra: string[] = [];
  for (const value of actual.map(canonical)) {
    const count = left.get(value) ?? 0;
    if (count === 0) extra.push(value);
    else left.set(value, count - 1);
  }
  const missing = [...left].flatMap(([value, count]) => Array<string>(count).fill(value));
  const few = (values: readonly string[]) =>
    values.slice(0, 3).map((value) => value.slice(0, 1000));
  return { extra: few(extra), missing: few(missing) };
}

/** No difference. */
export const none = { extra: [], missing: [] };
