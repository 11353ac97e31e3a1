import type { AwsEvent } from '../events/event.ts';
import { type EventInstance, instancesIn, withStates } from '../events/instances.ts';
import { type Json, type JsonObject, ownValue, parseJson } from '../json.ts';
import {
  type Derived,
  envelopeFacts,
  instancesOfChange,
  ofBare,
  ofOther,
  ofWrapped,
  recordFacts,
  wordCells,
} from '../rows/derived.ts';
import type { Part } from '../rows/mapping.ts';
import { type Parts, storedCellsOf } from '../rows/row.ts';
import type { ColumnName, Family, Row } from '../rows/schema.ts';
import { rowTimeOf } from '../rows/time.ts';
import { createKernel, type Kernel } from './kernel.ts';
import {
  captureBytes,
  capturesAt,
  firstGroup,
  isDone,
  isMissing,
  isRefused,
  leftoverBytes,
  leftoversAt,
  mostDerivedBytes,
  mostGrowth,
  placesAt,
  stateArrivalDay,
  stateAt,
  stateCaptures,
  stateEnd,
  stateEventTime,
  stateHasWords,
  stateIsOdd,
  stateIsSameDay,
  stateIsUneven,
  stateLeftovers,
  stateLineEnd,
  stateMemoIds,
  stateOpenMemos,
  statePlan,
  stateReason,
  stateSecondOfDay,
  stateShape,
} from './layout.ts';
import { cellsOf, createMemory, type Made, type Memory, type Shape, textAt } from './remember.ts';
import { type Entry, keyOf, type Plan, recordGroups, type Tables, writeTables } from './tables.ts';

/** Bytes of the memory. */
export interface Span {
  readonly from: number;
  readonly end: number;
}

/** An event that was read in one pass. Its line stands in the kernel's memory. */
export interface PlainEvent {
  readonly family: Family;
  /** Where its document ends. */
  readonly end: number;
  /** Where its line begins and ends; of one that waits, how far it is written. */
  readonly line: Span;
  readonly eventSource: string | undefined;
  /** Not told where it is on the day of arrival: `eventTime()` has it until the next event is read. */
  readonly eventTime: string | undefined;
  readonly isOnArrivalDay: boolean;
  readonly kind: string | undefined;
  /** Of one with instances, whose line is not ended: what its tags depend on. */
  readonly waiting?: Waiting;
}

export interface Waiting {
  readonly row: Row;
  /** The time of the event, epoch milliseconds, where it is known without reading its cell. */
  readonly eventMs: number | undefined;
  /** Of events of one shape always the same: what one teaches, the others teach of their own instance. */
  readonly shape: Shape | undefined;
  /** Parsed on first need. */
  readonly event: () => AwsEvent;
}

/** Why an event is not plain; it is read the parser's way. */
export type NotPlain = (typeof reasons)[number] | 'no room' | 'no UTF-8' | 'more than one document';

const reasons = [
  'unknown',
  'no JSON',
  'no event, or of an odd form',
  'a doubled key',
  'a key with an escape',
  'half a character',
  'too deep',
  'too many unknown keys',
  'too large a value',
] as const;

export interface EventReader {
  readonly kernel: Kernel;
  /** Says when the next events arrived. */
  arriveAt(arrivalMs: number): void;
  /**
   * Reads the event that begins at one place of the kernel's memory and ends before another, and writes its line at a
   * third, which has room until a fourth.
   */
  read(
    from: number,
    limit: number,
    target: number,
    room: number,
    trusted: ReadonlySet<string> | undefined,
  ): PlainEvent | NotPlain;
  /** The cell of the time of the event that was read last. */
  eventTime(): string | undefined;
  /** Ends the line of one that waited; gives its end. */
  finish(lineEnd: number, target: number, arrivalMs: number): number;
}

const quote = 0x22;
const dayMs = 24 * 60 * 60 * 1000;
/** What ends a line, and what vectors write behind it. */
const mostEndBytes = 256;
/** Two memos, and the envelope's. */
const mostTries = 8;

export function createEventReader(): EventReader {
  const kernel = createKernel();
  const tables: Tables = writeTables(kernel);
  const memory: Memory = createMemory(kernel, tables);
  const { exports } = kernel;
  let dayStart = Number.NaN;
  let msOfDay = 0;
  let arrivalMs = 0;
  let lastTrusted: ReadonlySet<string> | undefined;
  let lastArrival = { ms: Number.NaN, text: '' };

  function arriveAt(ms: number): void {
    arrivalMs = ms;
    msOfDay = ms % dayMs;
    if (ms - msOfDay === dayStart) return;
    dayStart = ms - msOfDay;
    kernel.bytes.write(rowTimeOf(ms).slice(0, 10), stateAt + 4 * stateArrivalDay);
  }

  function read(
    from: number,
    limit: number,
    target: number,
    room: number,
    trusted: ReadonlySet<string> | undefined,
  ): PlainEvent | NotPlain {
    if (target + mostGrowth * (limit - from) + mostDerivedBytes > room) return 'no room';
    if (trusted !== lastTrusted) {
      memory.forget();
      lastTrusted = trusted;
    }
    let result = exports.read(from, limit, target, msOfDay);
    for (let tries = 0; result === isMissing && tries < mostTries; tries++) {
      if (!memory.make(trusted)) return 'too large a value';
      result = exports.read(from, limit, target, msOfDay);
    }
    const { words, state } = kernel;
    if (result === isRefused || result === isMissing) {
      return reasons[words[state + stateReason] as number] ?? 'unknown';
    }
    const plan = tables.byAddress.get(words[state + statePlan] as number) as Plan;
    const type =
      plan.family === 'bare' ? undefined : memory.made(words[state + stateMemoIds] as number);
    const call =
      plan.family === 'other' ? type : memory.made(words[state + stateMemoIds + 2] as number);
    const cells = call?.cells ?? {};
    const end = words[state + stateEnd] as number;
    if (result === isDone) {
      const isOnArrivalDay = words[state + stateIsSameDay] === 1;
      return {
        family: plan.family,
        end,
        line: { from: target, end: words[state + stateLineEnd] as number },
        eventSource: type?.envelope?.source ?? cells.event_source,
        eventTime: isOnArrivalDay ? undefined : writtenTime(),
        isOnArrivalDay,
        kind: cells.kind,
      };
    }
    return complete(plan, type, cells, from, end, target, room);
  }

  /** The cell of the event's time, as it was written. */
  function writtenTime(): string | undefined {
    const at = kernel.words[kernel.state + stateEventTime] as number;
    return at === 0 ? undefined : kernel.bytes.toString('latin1', at, at + 23);
  }

  /** Adds the cells that the kernel leaves to the host. */
  function complete(
    plan: Plan,
    type: Made | undefined,
    known: Row,
    from: number,
    end: number,
    target: number,
    room: number,
  ): PlainEvent | NotPlain {
    const { words, state, bytes } = kernel;
    const said = (index: number) => words[state + index] as number;
    let lineEnd = said(stateLineEnd);
    const isOdd = said(stateIsOdd) === 1;
    const openMemos = said(stateOpenMemos);
    const isOther = plan.family === 'other';
    const cells: Record<string, unknown> = {};
    const shapeId = said(stateShape);
    if (shapeId > 1) {
      const { shape } = memory.made(shapeId - 2);
      if (shape) return ofShape(plan, type, known, shape, from, end, target);
    }

    // What no cell of the kernel holds
    const isUneven = said(stateLeftovers) > 0 || said(stateIsUneven) === 1;
    const stored = isUneven ? unevenCells(plan) : {};
    Object.assign(cells, stored);

    // Derived cells that are not remembered
    let parsed: AwsEvent | undefined;
    const event = () => {
      parsed ??= parsedEvent(plan, type, from, end);
      return parsed;
    };
    const facts = () => {
      const found = event();
      if (found.family === 'other')
        return envelopeFacts(found.envelope, found.isAwsMade, arrivalMs);
      return recordFacts((found as { record: JsonObject }).record, arrivalMs);
    };
    const derived = (
      plan.family === 'bare' ? ofBare : isOther ? ofOther : ofWrapped
    ) as Derived<unknown>;
    let derivedCells: Row = {};
    if (openMemos !== 0) {
      const list = isOther
        ? memory.columnsOf(plan, 0)
        : plan.memos.flatMap((_, index) =>
            openMemos & (2 << index) ? memory.columnsOf(plan, index) : [],
          );
      derivedCells = cellsOf(list, derived, facts());
    }
    const isWordless = isOther && (isOdd || openMemos !== 0);
    if (isWordless) {
      Object.assign(
        derivedCells,
        cellsOf(Object.keys(wordCells) as ColumnName[], derived, facts()),
      );
    }
    Object.assign(cells, derivedCells);

    // Instances
    const isSought = isOdd || (isOther && openMemos !== 0);
    const instances = isSought
      ? facts().instances
      : said(stateCaptures) > 0
        ? capturedInstances(plan, target, lineEnd)
        : [];
    const json = JSON.stringify(cells).slice(1, -1);
    const text = json === '' ? '' : `,${json}`;
    if (lineEnd + Buffer.byteLength(text) + mostEndBytes > room) return 'no room';
    const eventTime = stored.event_time ?? writtenTime();
    const kind = derivedCells.kind ?? known.kind;
    const eventSource = type?.envelope?.source ?? derivedCells.event_source ?? known.event_source;
    const about = { family: plan.family, end, eventSource, eventTime, isOnArrivalDay: false, kind };
    lineEnd += bytes.write(text, lineEnd);
    if (instances.length === 0) {
      const line = { from: target, end: exports.finish(lineEnd, target, msOfDay) };
      return { ...about, line };
    }
    const ofAny = derived as Derived<{ readonly instances: readonly EventInstance[] }>;
    const found = { instances };
    const row: Row = {
      ...rowCells(plan, cells as Row),
      arrival_time: arrivalTime(),
      kind,
      outcome: derivedCells.outcome ?? known.outcome,
    } as Row;
    row.event_time = eventTime as string;
    row.instances = ofAny.instances?.(found) as never;
    row.instance_count = ofAny.instance_count?.(found) as never;
    const line = { from: target, end: lineEnd };
    let shape: Shape | undefined;
    if (shapeId === 1 && instances.length === 1) {
      const { event_time, arrival_time, ...likeAll } = row;
      shape = { row: likeAll };
      memory.makeShape(shape);
    }
    return { ...about, line, waiting: { row, eventMs: undefined, shape, event } };
  }

  /** Of an event whose like was read before, but for the one instance that it is about. */
  function ofShape(
    plan: Plan,
    type: Made | undefined,
    { kind }: Row,
    shape: Shape,
    from: number,
    end: number,
    target: number,
  ): PlainEvent {
    const { words, state, bytes } = kernel;
    const idEnd = words[capturesAt / 4 + 2] as number;
    const idLength = (words[capturesAt / 4 + 3] as number) >>> 8;
    const instance_id = bytes.toString('latin1', idEnd - idLength, idEnd);
    const isOnArrivalDay = words[state + stateIsSameDay] === 1;
    const eventTime = isOnArrivalDay ? undefined : writtenTime();
    const [like] = shape.row.instances ?? [];
    const row = { ...shape.row, instances: [{ ...like, instance_id }] };
    const eventMs = isOnArrivalDay
      ? dayStart + 1000 * (words[state + stateSecondOfDay] as number)
      : undefined;
    if (eventMs === undefined) {
      row.event_time = eventTime as string;
      row.arrival_time = arrivalTime();
    }
    return {
      family: plan.family,
      end,
      line: { from: target, end: words[state + stateLineEnd] as number },
      eventSource: type?.envelope?.source,
      eventTime,
      isOnArrivalDay,
      kind,
      waiting: { row, eventMs, shape, event: () => parsedEvent(plan, type, from, end) },
    };
  }

  /** Many events arrive in the same millisecond. */
  function arrivalTime(): string {
    if (arrivalMs !== lastArrival.ms) lastArrival = { ms: arrivalMs, text: rowTimeOf(arrivalMs) };
    return lastArrival.text;
  }

  /** What tags depend on, of the cells that the kernel wrote. */
  function rowCells(plan: Plan, cells: Row): Row {
    const row: Record<string, unknown> = {};
    for (const column of ['account', 'region'] as const) {
      const entry = plan.byColumn.get(column);
      const value = entry === undefined ? undefined : valueAt(entry.index);
      row[column] = cells[column] ?? (typeof value === 'string' ? value : undefined);
    }
    const call =
      plan.memos.length > 0
        ? memory.made(kernel.words[kernel.state + stateMemoIds + 1] as number).cells
        : {};
    row.account ??= call.account;
    row.actor_arn = cells.actor_arn ?? call.actor_arn;
    return row as Row;
  }

  function valueAt(index: number): Json | undefined {
    const text = textAt(kernel, index);
    if (text === '') return undefined;
    const isString = text.charCodeAt(0) === quote && !text.includes('\\');
    return isString ? text.slice(1, -1) : parseJson(text);
  }

  /** The stored cells of values that the kernel could not write, and the patch; as rowOf makes them. */
  function unevenCells(plan: Plan): Row {
    const { words, bytes, state } = kernel;
    const parts: Record<Part, Record<string, Json>> = {
      envelope: Object.create(null),
      record: Object.create(null),
    };
    const isWritten = new Set<string>();
    for (const { part, key, index, column } of plan.paired) {
      // Of the detail it only counts whether there is one.
      const isThere = key === 'detail' && !['', 'null'].includes(textAt(kernel, index));
      const value = isThere ? true : valueAt(index);
      if (value === undefined || value === null) continue;
      parts[part][key] = value;
      if (column !== undefined) isWritten.add(column);
    }
    const outer: Part = plan.family === 'bare' ? 'record' : 'envelope';
    const count = words[state + stateLeftovers] as number;
    for (let index = 0; index < count; index++) {
      const at = (leftoversAt + index * leftoverBytes) / 4;
      const [isInner, keyFrom, keyEnd, from, end] = words.subarray(
        at,
        at + 5,
      ) as unknown as number[];
      const part = isInner === 1 ? 'record' : outer;
      const key = bytes.toString('utf8', keyFrom as number, keyEnd as number);
      parts[part][key] = parseJson(bytes.toString('utf8', from as number, end as number));
      const column = plan.entryOf.get(keyOf(part, key))?.column;
      if (column !== undefined) isWritten.delete(column);
    }
    const cells = storedCellsOf(plan.family, parts as Parts) as Record<string, unknown>;
    for (const column of isWritten) cells[column] = undefined;
    return cells as Row;
  }

  function capturedInstances(
    plan: Plan,
    target: number,
    lineEnd: number,
  ): readonly EventInstance[] {
    const { words, bytes, state } = kernel;
    const count = words[state + stateCaptures] as number;
    const byGroup: string[][] = [];
    for (let index = 0; index < count; index++) {
      const at = (capturesAt + index * captureBytes) / 4;
      const [group = 0, from = 0, end = 0, flags] = words.subarray(
        at,
        at + 4,
      ) as unknown as number[];
      const raw = bytes.toString('utf8', from, end);
      const text = flags === 1 ? (JSON.parse(`"${raw}"`) as string) : raw;
      const own = byGroup[group - firstGroup] ?? [];
      own.push(text);
      byGroup[group - firstGroup] = own;
    }
    const values = byGroup.flat();
    if (plan.family !== 'other') {
      const instances = instancesIn(values);
      const responses = byGroup[recordGroups.indexOf('responseElements')] ?? [];
      if (instancesIn(responses).length === 0) return instances;
      const response = plan.entryOf.get(keyOf('record', 'responseElements'));
      return withStates(instances, response && valueAt(response.index));
    }
    const written = words[state + stateHasWords] === 1 ? wordsWritten(target, lineEnd) : {};
    return instancesOfChange({
      state: written.state,
      previousState: written.previous_state,
      resourceId: written.resource_id,
      instances: values,
    });
  }

  /** The cells that the kernel wrote of words. */
  function wordsWritten(target: number, lineEnd: number): Row {
    const line = kernel.bytes.toString('utf8', target, lineEnd);
    return JSON.parse(`${line}}`) as Row;
  }

  function parsedEvent(plan: Plan, type: Made | undefined, from: number, end: number): AwsEvent {
    const document = lazyObject(plan, plan.family === 'bare' ? 'record' : 'envelope', from, end);
    if (plan.family === 'bare') return { family: 'bare', record: document };
    if (plan.family === 'other') {
      return { family: 'other', envelope: document, isAwsMade: type?.isAwsMade ?? false };
    }
    const detail = plan.entryOf.get(keyOf('envelope', 'detail')) as Entry;
    const place = placesAt / 4 + 2 * detail.index;
    const { words } = kernel;
    const record = lazyObject(plan, 'record', words[place] as number, words[place + 1] as number);
    return { family: 'wrapped', envelope: document, record };
  }

  /**
   * An object of which each member is parsed as it is asked for, as long as no other event is read: few members
   * are. Who wants all of them gets them parsed.
   */
  function lazyObject(plan: Plan, part: Part, from: number, end: number): JsonObject {
    const parsed: Record<string, Json | undefined> = Object.create(null);
    let whole: JsonObject | undefined;
    const all = () => {
      whole ??= parseJson(kernel.bytes.toString('utf8', from, end)) as JsonObject;
      return whole;
    };
    const member = (key: string): Json | undefined => {
      const entry = plan.entryOf.get(keyOf(part, key));
      if (entry === undefined) return ownValue(all(), key);
      if (!(key in parsed)) parsed[key] = valueAt(entry.index);
      return parsed[key];
    };
    return new Proxy(Object.create(null) as JsonObject, {
      get: (_, key) => (typeof key === 'string' ? member(key) : undefined),
      has: (_, key) => key in all(),
      ownKeys: () => Reflect.ownKeys(all()),
      getOwnPropertyDescriptor: (_, key) => ({
        value: member(String(key)),
        enumerable: true,
        configurable: true,
      }),
    });
  }

  return {
    kernel,
    arriveAt,
    read,
    eventTime: writtenTime,
    finish(lineEnd, target, ms) {
      arriveAt(ms);
      return exports.finish(lineEnd, target, msOfDay);
    },
  };
}
