import { forms } from '../src/rows/forms.ts';
import { mapping, type Stored } from '../src/rows/mapping.ts';

/**
 * SQL about the JSON columns that a view writes in short, `MAP_OF(column)`: too long to be read again and
 * again, or made from the schema. In Trino's words; `local/` has DuckDB's for each.
 */

/** Functions that a view may write in short, by their names in it. */
export const jsonSql = {
  /**
   * A JSON column as CloudTrail Lake has it: a map of texts, in which objects, lists, numbers and truth
   * values are their JSON. NULL where the column holds no object.
   */
  MAP_OF: (column: string) => `TRY(CAST(transform_values(
    CAST(json_parse(${column}) AS map(varchar, json)),
    (name, value) -> coalesce(json_extract_scalar(value, '$'), nullif(json_format(value), 'null'))
  ) AS map(varchar, varchar)))`,

  /**
   * The JSON text of an object with a merge patch on it; NULL without a patch. No deeper than the members of
   * the object, which is where the patches of CloudTrail records are: every other column is exact.
   */
  PATCHED: (object: string, patch: string) => `TRY(json_format(CAST(map_filter(
    map_concat(CAST(json_parse(${object}) AS map(varchar, json)), CAST(${patch} AS map(varchar, json))),
    (name, value) -> coalesce(json_format(value), 'null') <> 'null'
  ) AS json)))`,

  /**
   * The JSON text of a CloudTrail record, made from the cells of its row as `rebuild` makes the record.
   * Nothing is parsed: numbers stay as they are spelt, keys as they are ordered. An absent cell makes its
   * member NULL, which `array_join` passes over.
   */
  RECORD_TEXT: () => objectText(recordCells().map(memberText)),
} as const satisfies Record<string, (...args: string[]) => string>;

/** A view's SQL with all that it writes in short written out. */
export function writtenOut(sql: string): string {
  return sql.replaceAll(
    /\b(MAP_OF|PATCHED|RECORD_TEXT)\(([^()]*)\)/g,
    (_, name: keyof typeof jsonSql, args: string) =>
      (jsonSql[name] as (...args: string[]) => string)(...args.split(/,\s*/)),
  );
}

/** Where the keys of a record are stored, in either family. */
function recordCells(): Stored[] {
  const cells = [
    ...mapping.bare.stored,
    ...mapping.wrapped.stored,
    ...mapping.wrapped.twins.map(({ of, part, key }) => ({ ...of, part, key })),
  ].filter(({ part }) => part === 'record');
  return cells.filter(({ key }, at) => cells.findIndex((other) => other.key === key) === at);
}

function memberText({ key, column, form }: Stored): string {
  return `'"${key}":' || ${valueText(column, form)}`;
}

function valueText(column: string, form: Stored['form']): string {
  switch (form) {
    case forms.json:
      return column;
    case forms.boolean:
      return `CAST(${column} AS varchar)`;
    case forms.time:
      return `'"' || replace(substr(date_format(${column}, '%Y-%m-%dT%H:%i:%s.%f'), 1, 23), '.000') || 'Z"'`;
    case forms.recordResources:
      return `'[' || array_join(transform(${column}, r -> ${objectText([
        `'"accountId":' || ${quoted('r.account')}`,
        `'"type":' || ${quoted('r.type')}`,
        `'"ARN":' || ${quoted('r.arn')}`,
      ])}), ',') || ']'`;
    default:
      return quoted(column);
  }
}

/** A text as JSON writes it. */
function quoted(text: string): string {
  return `json_format(CAST(${text} AS json))`;
}

function objectText(members: readonly string[]): string {
  return `'{' || coalesce(array_join(ARRAY[\n    ${members.join(',\n    ')}\n  ], ','), '') || '}'`;
}
