import { dayBefore } from '../../athena/named-sql.ts';
import { quoteText } from './duckdb-dialect.ts';

/** The days that a statement asks about, by its own times: yyyy-MM-dd, either end may be open. */
export interface DayBounds {
  readonly view: string;
  readonly from?: string;
  readonly until?: string;
}

/**
 * The views whose `eventtime` is text, in which a day stands first, with the columns by which a statement that
 * names its days does so itself; the first of them is compared with the bounds.
 */
const dayColumns: Readonly<Record<string, readonly string[]>> = {
  cloudtrail_lake: ['day'],
  cloudtrail_logs: ['event_day', 'day', 'month', 'year', 'timestamp', 'date_partition'],
};

/**
 * Most days between an event and its arrival that parameter `MaxDaysLate` takes. A row is filed under the day
 * of its event, or, where it came later than the lake's `MaxDaysLate`, under that of its arrival: so the days of
 * an event that came up to so many days late, or came before its time, are these more on either side.
 */
const maxDaysLate = 7;

/** Asks DuckDB for its tree of a statement, as JSON; of anything but SELECT that says so. */
export const serializedSql = (sql: string) => `SELECT json_serialize_sql(${quoteText(sql)})`;

/**
 * The days that a statement can find rows in, read from what it compares `eventtime` with: `'2026-11-17 00:00:00'`
 * in a condition that holds for every row of its answer. Nothing where it names days itself, or asks a view
 * anywhere without such a condition.
 * @param serialized the statement as DuckDB answers `serializedSql`
 */
export function dayBoundsIn(serialized: string): DayBounds | undefined {
  const tree = JSON.parse(serialized) as Node;
  if (tree.error === true) return undefined;
  const asked = nodesOf(tree).flatMap(({ type, table_name: name }) =>
    type === 'BASE_TABLE' &&
    typeof name === 'string' &&
    Object.hasOwn(dayColumns, name.toLowerCase())
      ? [name.toLowerCase()]
      : [],
  );
  const [view] = asked;
  // More views than one have more bounds than one: they are left as they are.
  if (view === undefined || new Set(asked).size > 1) return undefined;
  const selects = nodesOf(tree).filter(
    ({ type, from_table: from }) =>
      type === 'SELECT_NODE' && String((from as Node | null)?.table_name).toLowerCase() === view,
  );
  if (selects.length < asked.length) return undefined;

  const all = selects.map(({ where_clause: where }) => rangeIn(where as Node | null, view));
  const starts = all.map((range) => range?.from);
  const ends = all.map((range) => range?.until);
  const from = starts.every((day) => day !== undefined) ? starts.sort()[0] : undefined;
  const until = ends.every((day) => day !== undefined) ? ends.sort().at(-1) : undefined;
  if (from === undefined && until === undefined) return undefined;
  return {
    view,
    ...(from === undefined ? {} : { from: dayBefore(from, maxDaysLate) }),
    ...(until === undefined ? {} : { until: dayBefore(until, -maxDaysLate) }),
  };
}

/** The statement that makes a view of the database in memory have only the rows of some days, for one connection. */
export function boundedView({ view, from, until }: DayBounds): string {
  const [day] = dayColumns[view] ?? [];
  const conditions = [
    ...(from === undefined ? [] : [`${day} >= ${quoteText(from)}`]),
    ...(until === undefined ? [] : [`${day} <= ${quoteText(until)}`]),
  ];
  return `CREATE OR REPLACE TEMP VIEW ${view} AS FROM memory.main.${view} WHERE ${conditions.join(' AND ')}`;
}

/** A node of DuckDB's tree of a statement. */
type Node = Readonly<Record<string, unknown>>;

function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Node, ...Object.values(value).flatMap(nodesOf)];
}

interface Range {
  readonly from: string | undefined;
  readonly until: string | undefined;
}

function rangeIn(where: Node | null, view: string): Range | undefined {
  if (where === null) return undefined;
  const names = nodesOf(where).map(columnOf);
  if (dayColumns[view]?.some((column) => names.includes(column))) return undefined;
  const starts: string[] = [];
  const ends: string[] = [];
  for (const condition of conjunctsOf(where)) {
    const { type } = condition;
    if (type === 'COMPARE_BETWEEN' && columnOf(condition.input as Node) === 'eventtime') {
      starts.push(...dayIn(condition.lower));
      ends.push(...dayIn(condition.upper));
      continue;
    }
    const [left, right] = [condition.left, condition.right] as Node[];
    const isTurned = columnOf(right) === 'eventtime';
    if (!isTurned && columnOf(left) !== 'eventtime') continue;
    const day = dayIn(isTurned ? left : right);
    const sides = sidesOf[String(type)] ?? [];
    if (sides.includes(isTurned ? 'until' : 'from')) starts.push(...day);
    if (sides.includes(isTurned ? 'from' : 'until')) ends.push(...day);
  }
  return { from: starts.sort().at(-1), until: ends.sort()[0] };
}

/** Which ends of a range a comparison gives, with the column on its left. */
const sidesOf: Readonly<Record<string, readonly ('from' | 'until')[]>> = {
  COMPARE_EQUAL: ['from', 'until'],
  COMPARE_GREATERTHAN: ['from'],
  COMPARE_GREATERTHANOREQUALTO: ['from'],
  COMPARE_LESSTHAN: ['until'],
  COMPARE_LESSTHANOREQUALTO: ['until'],
};

function conjunctsOf(condition: Node): Node[] {
  if (condition.type !== 'CONJUNCTION_AND') return [condition];
  return (condition.children as Node[]).flatMap(conjunctsOf);
}

/** The name of a column, without its table; undefined for any other expression. */
function columnOf(node: Node | undefined): string | undefined {
  if (node?.type !== 'COLUMN_REF') return undefined;
  return (node.column_names as string[]).at(-1)?.toLowerCase();
}

/** The day of a text that starts with one. */
function dayIn(node: unknown): string[] {
  const { type, value } = node as Node;
  const text = type === 'VALUE_CONSTANT' ? (value as Node).value : undefined;
  const day = typeof text === 'string' ? /^\d{4}-\d\d-\d\d(?!\d)/.exec(text)?.[0] : undefined;
  return day === undefined || Number.isNaN(Date.parse(day)) ? [] : [day];
}
