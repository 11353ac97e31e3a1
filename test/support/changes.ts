import type { Value } from '../../local/template/read-template.ts';

export type Changes = Readonly<Record<string, Value | undefined>>;

/** A copy with the values at some paths replaced; `undefined` takes one out. */
export function withChanges<T>(original: T, changes: Changes): T {
  const copy = structuredClone(original);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<Record<string, unknown>>(
      (inner, key) => {
        inner[key] ??= {};
        return inner[key] as Record<string, unknown>;
      },
      copy as Record<string, unknown>,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}
