/** What a column can hold. `json` is a string that is itself JSON text, with its own key case. */
export type ColumnType =
  | 'string'
  | 'json'
  | 'timestamp'
  | 'boolean'
  | 'int'
  | { readonly array: ColumnType }
  | { readonly map: ColumnType }
  | { readonly struct: Readonly<Record<string, ColumnType>> };

/** The TypeScript value of a column type, as it stands in a row's JSON line. */
export type ValueOf<T extends ColumnType> = T extends 'string' | 'json' | 'timestamp'
  ? string
  : T extends 'boolean'
    ? boolean
    : T extends 'int'
      ? number
      : T extends { readonly array: infer E extends ColumnType }
        ? ValueOf<E>[]
        : T extends { readonly map: infer V extends ColumnType }
          ? Record<string, ValueOf<V>>
          : T extends { readonly struct: infer M extends Readonly<Record<string, ColumnType>> }
            ? { -readonly [K in keyof M]?: ValueOf<M[K]> }
            : never;

/** How one SQL engine spells the types: a name each for the scalars, a form each for the rest. */
export interface Dialect {
  readonly string: string;
  readonly json: string;
  readonly timestamp: string;
  readonly boolean: string;
  readonly int: string;
  array(element: string): string;
  map(value: string): string;
  struct(members: readonly { readonly name: string; readonly type: string }[]): string;
}

/**
 * Spells a column type in an engine's words.
 * @example typeIn(hive, { array: 'string' }) // 'array<string>'
 */
export function typeIn(dialect: Dialect, type: ColumnType): string {
  if (typeof type === 'string') return dialect[type];
  if ('array' in type) return dialect.array(typeIn(dialect, type.array));
  if ('map' in type) return dialect.map(typeIn(dialect, type.map));
  return dialect.struct(
    Object.entries(type.struct).map(([name, member]) => ({ name, type: typeIn(dialect, member) })),
  );
}
