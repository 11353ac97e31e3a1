import { Buffer } from 'node:buffer';
import { recognise } from '../events/event.ts';
import { isObject, type Json, type JsonObject, parseJson } from '../json.ts';
import {
  type Derived,
  envelopeFacts,
  ofBare,
  ofOther,
  ofWrapped,
  recordFacts,
  wordCells,
} from '../rows/derived.ts';
import { type ColumnName, columns, type Family, type Row } from '../rows/schema.ts';
import type { Kernel } from './kernel.ts';
import {
  maxMemoBytes,
  memoGroupShift,
  memoIsOpen,
  memoIsRefused,
  memoNeedsMore,
  placesAt,
  scratchAt,
  stateMissingFacts,
  stateMissingMemo,
  statePlan,
} from './layout.ts';
import {
  detailGroup,
  envelopeKeys,
  keyOf,
  type Memo,
  type Plan,
  shapesOf,
  type Tables,
  watchedOf,
} from './tables.ts';

/** What all events of a shape have in common, which differ in the one instance that they are about. */
export interface Shape {
  /** The row of one, as far as tags need it. */
  readonly row: Row;
}

/** What the host knows of a memo's entry, by the id that the kernel gives for it. */
export interface Made {
  readonly shape?: Shape;
  readonly cells: Row;
  /** Of an envelope: its own source and type. */
  readonly envelope?: { readonly source: string; readonly 'detail-type': string };
  readonly isAwsMade?: boolean;
}

/** Of facts that are too much to be remembered. */
const nothingMade: Made = { cells: {} };

/** Columns that are not remembered: they come from outside, or differ in nearly every event. */
const ofEachEvent: ReadonlySet<string> = new Set(['arrival_time', 'instances', 'instance_count']);

const derivedOf = { bare: ofBare, wrapped: ofWrapped, other: ofOther } as const;

/** The columns of each memo of a family, in the order of the schema; of other events those of the type. */
function columnsOf(family: Family, memos: readonly Memo[], index: number): ColumnName[] {
  const derived: Derived<never> = derivedOf[family];
  const all = columns.flatMap(({ name }) =>
    derived[name] && !ofEachEvent.has(name) ? [name] : [],
  );
  if (family === 'other') return all.filter((name) => !(name in wordCells));
  const own = memos[index]?.columns;
  if (own) return all.filter((name) => own.includes(name));
  const others = memos.flatMap(({ columns: list = [] }) => list);
  return all.filter((name) => !others.includes(name));
}

/** Makes what the kernel is to remember, and keeps what the host has to know of it. */
export interface Memory {
  /** Makes the entry that the kernel missed. False where the document cannot be read so. */
  make(trusted: ReadonlySet<string> | undefined): boolean;
  made(id: number): Made;
  /** Remembers what was made of the event of a shape that was not known. */
  makeShape(shape: Shape): void;
  /** The columns of a memo of the plan, for those that are open. */
  columnsOf(plan: Plan, memo: number): readonly ColumnName[];
  forget(): void;
}

export function createMemory(kernel: Kernel, tables: Tables): Memory {
  let all: Made[] = [];
  const { exports } = kernel;
  const lists = Object.fromEntries(
    Object.values(tables.plans).map(({ family, memos }) => [
      family,
      Array.from({ length: Math.max(1, memos.length) }, (_, index) =>
        columnsOf(family, memos, index),
      ),
    ]),
  ) as unknown as Record<Family, ColumnName[][]>;

  function valueIn(plan: Plan, part: 'envelope' | 'record', key: string): Json | undefined {
    const entry = plan.entryOf.get(keyOf(part, key));
    if (entry === undefined) return undefined;
    const text = textAt(kernel, entry.index);
    return text === '' ? undefined : parseJson(text);
  }

  function remember(
    cells: Row,
    more: Omit<Made, 'cells'>,
    flags: number,
    plan = 0,
    node = 0,
    words = 0,
  ): boolean {
    const json = JSON.stringify(cells).slice(1, -1);
    const isOpen = (flags & (memoIsOpen | memoNeedsMore | memoIsRefused)) !== 0;
    const text = json === '' || isOpen ? '' : `,${json}`;
    if (Buffer.byteLength(text) > maxMemoBytes) return false;
    const length = kernel.bytes.write(text, scratchAt);
    if (!exports.remember(length, all.length, flags, plan, node, words)) {
      exports.forget();
      all = [];
      // The key is still there.
      if (!exports.remember(length, 0, flags, plan, node, words)) return false;
    }
    all.push({ cells: isOpen ? {} : cells, ...more });
    return true;
  }

  /** What the envelope is, by its source and type. */
  function makeType(plan: Plan, trusted: ReadonlySet<string> | undefined): boolean {
    const [source, type] = envelopeKeys.map((key) => valueIn(plan, 'envelope', key));
    if (typeof source !== 'string' || typeof type !== 'string') {
      return remember({}, {}, memoIsRefused);
    }
    const envelope = { source, 'detail-type': type };
    const event = recognise({ ...envelope, detail: {} }, trusted);
    if (event.family === 'wrapped') {
      return remember({}, { envelope, isAwsMade: true }, 0, tables.plans.wrapped.at);
    }
    const isAwsMade = event.family === 'other' && event.isAwsMade;
    const watch = watched(envelope, (key) => valueIn(plan, 'envelope', key));
    const cells = cellsOf(
      lists.other[0] as ColumnName[],
      ofOther,
      envelopeFacts(watch.object, isAwsMade, 0),
    );
    const { node, words, isComplete } = tables.typeOf(envelope);
    const isOpen = watch.isBeyond() || !isComplete;
    // Only AWS's word about instances goes beyond the envelope's resources.
    const flags = (isOpen ? memoIsOpen : 0) | (isAwsMade ? detailGroup << memoGroupShift : 0);
    return remember(cells, { envelope, isAwsMade }, flags, tables.plans.other.at, node, words);
  }

  function makeRecord(plan: Plan, index: number, isMore: boolean): boolean {
    const memo = plan.memos[index] as Memo;
    const { by, more = [] } = memo;
    const byShape = shapesOf(memo);
    const known: Record<string, Json | undefined> = {};
    for (const key of isMore ? [...by, ...byShape, ...more] : by) {
      known[key] = valueIn(plan, 'record', key);
    }
    const read = (key: string) => valueIn(plan, 'record', key);
    const watch = watched(known, read, isMore ? [] : byShape);
    // Whether it is a record at all is told by the same keys as its cells; it has none of an envelope's.
    const noEnvelope = { source: undefined, 'detail-type': undefined, detail: undefined };
    const family = watched({ ...known, ...noEnvelope }, read, isMore ? [] : byShape);
    const isOfFamily =
      plan.family !== 'bare' || index === 0 || recognise(family.object).family === 'bare';
    const isBeyond = () => watch.isBeyond() || family.isBeyond();
    const facts = recordFacts(watch.object, 0);
    const list = lists[plan.family][index] as ColumnName[];
    const cells = cellsOf(list, plan.family === 'bare' ? ofBare : ofWrapped, facts);
    if (isBeyond() && !isMore && memo.moreFacts > 0) return remember({}, {}, memoNeedsMore);
    if (!isOfFamily) return remember({}, {}, memoIsRefused);
    return remember(cells, {}, isBeyond() ? memoIsOpen : 0);
  }

  return {
    make(trusted) {
      const { words, state } = kernel;
      const plan = tables.byAddress.get(words[state + statePlan] as number) as Plan;
      const missing = words[state + stateMissingMemo] as number;
      if (missing === 0) return makeType(plan, trusted);
      const memo = plan.memos[missing - 1] as Memo;
      return makeRecord(plan, missing - 1, words[state + stateMissingFacts] === memo.moreFacts);
    },
    makeShape(shape) {
      remember({}, { shape }, 0);
    },
    made: (id) => all[id] ?? nothingMade,
    columnsOf: ({ family }, memo) => lists[family][memo] as ColumnName[],
    forget() {
      exports.forget();
      all = [];
    },
  };
}

export function cellsOf<Facts>(
  list: readonly ColumnName[],
  derived: Derived<Facts>,
  facts: Facts,
): Row {
  const cells: Record<string, unknown> = {};
  for (const column of list) cells[column] = derived[column]?.(facts);
  return cells as Row;
}

/** The JSON text of the value at a place; empty where there is none. */
export function textAt(kernel: Kernel, index: number): string {
  const place = placesAt / 4 + 2 * index;
  const end = kernel.words[place + 1] as number;
  return end === 0 ? '' : kernel.bytes.toString('utf8', kernel.words[place] as number, end);
}

/**
 * An object whose readers are watched: beyond what a memo knows it by, its cells are not to be remembered.
 * @param known values that the memo goes by
 * @param shapes keys of which it knows whether they have a value
 */
function watched(
  known: Readonly<Record<string, Json | undefined>>,
  valueIn: (key: string) => Json | undefined,
  shapes: readonly string[] = [],
): { readonly object: JsonObject; readonly isBeyond: () => boolean } {
  let isBeyond = false;
  const beyond = <T>(value: T): T => {
    isBeyond = true;
    return value;
  };
  const traps = (get: (key: string) => Json | undefined): ProxyHandler<JsonObject> => ({
    get: (_, key) => (typeof key === 'string' ? get(key) : undefined),
    has: (_, key) => beyond(typeof key === 'string' && get(key) !== undefined),
    ownKeys: () => beyond([]),
    getOwnPropertyDescriptor: () => beyond(undefined),
  });
  const membersOf = (key: string, value: JsonObject): JsonObject => {
    const members = watchedOf(key).map(([member]) => member);
    return new Proxy(
      {},
      traps((member) => {
        const found = value[member];
        return found === undefined && members.includes(member) ? undefined : beyond(found);
      }),
    );
  };
  const object = new Proxy(
    {},
    traps((key) => {
      if (Object.hasOwn(known, key)) return known[key];
      const value = valueIn(key);
      if (!shapes.includes(key)) return beyond(value);
      if (value === undefined || value === null) return undefined;
      return isObject(value) ? membersOf(key, value) : beyond(value);
    }),
  );
  return { object, isBeyond: () => isBeyond };
}
