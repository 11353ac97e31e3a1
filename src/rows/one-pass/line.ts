import { Buffer } from 'node:buffer';
import { isAwsMade } from '../../events/aws-made.ts';
import { cloudTrailEnding, isCloudTrailRecord } from '../../events/event.ts';
import { readLimits } from '../../events/read.ts';
import { type JsonObject, parseJson } from '../../json.ts';
import {
  type Derived,
  type RecordFacts as Facts,
  ofBare,
  ofWrapped,
  recordFacts,
} from '../derived.ts';
import { type Form, forms } from '../forms.ts';
import { mapping, type Part } from '../mapping.ts';
import { type ColumnName, columns, type Row } from '../schema.ts';
import { rowTimeOf } from '../time.ts';
import { type ByteMemo, createByteMemo } from './byte-memo.ts';
import { createCopier } from './copier.ts';
import { type KeyTable, keyTableOf } from './key-table.ts';

/**
 * Lines of CloudTrail records straight from their bytes. Nine of ten are plain API calls that no
 * instance has to do with: every value goes into its column as it stands, and nothing is built but
 * what the derived cells need. Whatever is not so plain is left to rowOf: an unknown key, a value
 * of another type, an escape. So there is no rule of its own in here: the columns come from the
 * same mapping, the derived cells from the same functions, and a property holds the two equal.
 */
export interface PlainLine {
  /** JSON and a newline. Stored cells are in the order of the event, derived ones follow. */
  readonly line: Buffer;
  /** What its partition is decided by. */
  readonly cells: {
    readonly [C in 'event_source' | 'event_time' | 'arrival_time']: Row[C] | undefined;
  };
}

/** What becomes of the value of one key. Its place in the bytes is noted under `index`. */
type Entry = { readonly part: Part; readonly key: string; readonly index: number } & (
  | {
      readonly to: 'column';
      readonly column: ColumnName;
      readonly form: Form;
      readonly name: Buffer;
      /** Levels of nesting around its value. */
      readonly depth: number;
    }
  | { readonly to: 'twin'; readonly of: number }
  | { readonly to: 'constant'; readonly value: Buffer }
  | { readonly to: 'record' }
);

/** Keys of one family, and the cells that are derived for it. */
interface Plan {
  readonly envelope: KeyTable<Entry>;
  readonly record: KeyTable<Entry>;
  readonly entries: readonly Entry[];
  readonly derived: readonly {
    readonly column: ColumnName;
    readonly derive: (facts: Facts) => unknown;
  }[];
  /** Entries without a column. */
  readonly others: readonly Entry[];
  /** The keys that derived cells are made of, and those that tell whether it is a plain call. */
  readonly facts: readonly Entry[];
  /** The index of what may name the actor; no fact, as it is another one in every call. */
  readonly additional: number;
  /** Derived cells by those facts: few kinds of calls by few actors are most of all. */
  readonly derivedCells: ByteMemo<DerivedCells>;
}

/** What is derived from a record, but for the time of its arrival. */
interface DerivedCells {
  /** `,"column":value` of each, and the name of the arrival. */
  readonly bytes: Uint8Array;
  readonly event_source: string;
}

/** What makes an envelope one. */
const envelopeKeys: ReadonlySet<string> = new Set(['source', 'detail-type']);

/** What recordFacts and the derived cells look at, but for what the copier marks; of an API call, no more. */
const factKeys: ReadonlySet<string> = new Set([
  'eventVersion',
  'eventSource',
  'eventType',
  'errorCode',
  'errorMessage',
  'recipientAccountId',
  'insightDetails',
  'userIdentity',
]);

const plans = { bare: planOf('bare', ofBare), wrapped: planOf('wrapped', ofWrapped) };

function planOf(family: 'bare' | 'wrapped', derived: Derived<Facts>): Plan {
  const { stored, twins, constants } = mapping[family];
  const entries: Entry[] = [];
  for (const { part, key, column, form } of stored) {
    const name = Buffer.from(`,"${column}":`);
    const depth = part === 'record' && family === 'wrapped' ? 2 : 1;
    entries.push({ part, key, index: entries.length, to: 'column', column, form, name, depth });
  }
  for (const { part, key, of } of twins) {
    const other = entries.findIndex((entry) => entry.part === of.part && entry.key === of.key);
    entries.push({ part, key, index: entries.length, to: 'twin', of: other });
  }
  for (const { part, key, value } of constants) {
    const bytes = Buffer.from(JSON.stringify(value));
    entries.push({ part, key, index: entries.length, to: 'constant', value: bytes });
  }
  if (family === 'wrapped') {
    entries.push({ part: 'envelope', key: 'detail', index: entries.length, to: 'record' });
  }
  const tableOf = (part: Part) =>
    keyTableOf(entries.filter((entry) => entry.part === part).map((entry) => [entry.key, entry]));
  const facts = entries.filter(({ part, key }) =>
    (part === 'record' ? factKeys : envelopeKeys).has(key),
  );
  const plan: Plan = {
    others: entries.filter(({ to }) => to !== 'column'),
    facts,
    additional: entries.findIndex(({ key }) => key === 'additionalEventData'),
    derivedCells: createByteMemo(
      facts.map(({ index }) => index),
      () => deriveCells(plan),
    ),
    envelope: tableOf('envelope'),
    record: tableOf('record'),
    entries,
    derived: columns.flatMap(({ name: column }) => {
      const derive = derived[column];
      return derive && column !== 'arrival_time' ? [{ column, derive }] : [];
    }),
  };
  return plan;
}

const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const letterN = 0x6e;
const nullBytes = Buffer.from('null');
const trueBytes = Buffer.from('true');
const falseBytes = Buffer.from('false');

// A document is done before the next begins: what it needs is made once.
const copier = createCopier(readLimits.maxDepth);
let input: Buffer = Buffer.alloc(0);
/** The cell, as soon as it is written. */
let eventTime: string | undefined;
/** Start and end of each value by the index of its key; an end of 0 says that there is none. */
const places = new Uint32Array(2 * plans.wrapped.entries.length);

/**
 * The line of a plain record, or undefined.
 * @param document UTF-8
 * @param arrivalMs when it reached Firehose, epoch milliseconds
 */
export function plainLineOf(document: Uint8Array, arrivalMs: number): PlainLine | undefined {
  places.fill(0);
  eventTime = undefined;
  input = copier.start(document);
  if (Buffer.prototype.includes.call(document, instanceArn)) return undefined;
  const isBare = isFirstKeyIn(plans.bare.record);
  const plan = isBare ? plans.bare : plans.wrapped;
  copier.rewind();
  if (!copyMembers(isBare ? plan.record : plan.envelope, plan)) return undefined;
  if (copier.next() !== 0 || copier.position() !== document.length) return undefined;
  if (!isComplete(plan)) return undefined;
  if (textAt(plan.additional).includes('serName"')) return undefined;

  const derived = plan.derivedCells.get(input, places);
  if (derived === undefined) return undefined;
  const { event_source } = derived;
  const arrival_time = rowTimeOf(arrivalMs);
  copier.write(derived.bytes);
  copier.writeText(`"${arrival_time}"}\n`);
  const line = copier.result();
  line[0] = openBrace; // in the place of the first comma
  return { line, cells: { event_source, event_time: eventTime, arrival_time } };
}

/** Ids begin strings, which the copier notes, or end ARNs. Which of them count, rowOf knows. */
const instanceArn = Buffer.from('instance/i-');

/** Whether the first key of the document is one of the table's. */
function isFirstKeyIn(table: KeyTable<Entry>): boolean {
  return copier.next() === openBrace && copier.takeKey(table) !== undefined;
}

/** Copies an object, member by member, each to where its key belongs. */
function copyMembers(table: KeyTable<Entry>, plan: Plan): boolean {
  if (copier.next() !== openBrace) return false;
  for (;;) {
    const entry = copier.takeKey(table);
    if (entry === undefined) return false;
    const start = 2 * entry.index;
    if (places[start + 1] !== 0) return false;
    places[start] = copier.position();
    if (!copyMember(entry, plan) || copier.sawMarked()) return false;
    places[start + 1] = copier.position();
    const separator = copier.next();
    if (separator === comma) continue;
    copier.take();
    return separator === closeBrace;
  }
}

function copyMember(entry: Entry, plan: Plan): boolean {
  switch (entry.to) {
    case 'record':
      return copyMembers(plan.record, plan);
    case 'twin':
      return copier.skipString();
    case 'constant':
      return copier.skipBytes(entry.value);
    case 'column':
      return copyCell(entry);
  }
}

function copyCell({ column, name, form, depth }: Extract<Entry, { to: 'column' }>): boolean {
  const from = copier.position();
  if (input[from] === letterN) return copier.skipBytes(nullBytes);
  if (form === forms.text) {
    if (!copier.copyText(name)) return false;
    // Most others are told by their detail-type, long before their end.
    return column !== 'detail_type' || endsAsCloudTrail(copier.position());
  }
  if (form === forms.json) return copier.copyAsText(name, depth);
  copier.write(name);
  if (form === forms.boolean) {
    if (!copier.skipBytes(trueBytes) && !copier.skipBytes(falseBytes)) return false;
    copier.writeInput(from, copier.position());
    return true;
  }
  if (form === forms.time) {
    if (!copier.skipString()) return false;
    const time = cellFrom(from, timeCells);
    if (time === undefined) return false;
    copier.write(time.bytes);
    if (column === 'event_time') eventTime = time.text;
    return true;
  }
  // A list of resources, read to find its end.
  const written = copier.written();
  if (!copier.copyAsText(noName, depth)) return false;
  copier.truncate(written);
  const cell = cellFrom(from, resourceCells);
  if (cell === undefined) return false;
  copier.write(cell);
  return true;
}

const noName = Buffer.alloc(0);
/** Start and end of the value that a cell is made of. */
const valuePlace = new Uint32Array(2);

/** The cell of the value that was taken from there on. */
function cellFrom<T>(from: number, cells: ByteMemo<T>): T | undefined {
  valuePlace[0] = from;
  valuePlace[1] = copier.position();
  return cells.get(input, valuePlace);
}

/** The events of a batch happened within a minute or two. */
const timeCells = createByteMemo([0], () => {
  const text = textOfString(valueText());
  const time = forms.time.toCell(text);
  if (time === undefined || !forms.time.isExact(time, text)) return undefined;
  return { bytes: Buffer.from(`"${time}"`), text: time as string };
});

/** Most calls are about few roles, keys and buckets. Undefined where the cell cannot hold all of a list. */
const resourceCells = createByteMemo([0], () => {
  const value = parseJson(valueText());
  const cell = forms.recordResources.toCell(value);
  if (cell === undefined || !forms.recordResources.isExact(cell, value)) return undefined;
  return Buffer.from(JSON.stringify(cell));
});

function valueText(): string {
  return input.toString('utf8', valuePlace[0], valuePlace[1]);
}

/** The string of a JSON text. */
function textOfString(json: string): string {
  return json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1);
}

/** Whether the string that ends there names a CloudTrail record. */
function endsAsCloudTrail(end: number): boolean {
  const start = end - 1 - ending.length;
  for (let at = 0; at < ending.length; at++) if (input[start + at] !== ending[at]) return false;
  return true;
}

const ending = Buffer.from(cloudTrailEnding);

/** Whether what nearly all events have is there, and says what it nearly always says. */
function isComplete({ others }: Plan): boolean {
  for (const entry of others) {
    if (places[2 * entry.index + 1] === 0 && entry.to !== 'twin') return false;
    if (entry.to === 'twin' && !isSame(entry.index, entry.of)) return false;
  }
  return true;
}

/** Whether two values are the same, byte by byte, or both absent. */
function isSame(one: number, other: number): boolean {
  const start = places[2 * one] as number;
  const otherStart = places[2 * other] as number;
  const length = (places[2 * one + 1] as number) - start;
  if ((places[2 * other + 1] as number) - otherStart !== length) return false;
  for (let at = 0; at < length; at++) {
    if (input[start + at] !== input[otherStart + at]) return false;
  }
  return true;
}

/** Undefined where the record is no plain call. */
function deriveCells(plan: Plan): DerivedCells | undefined {
  const valuesOf = (part: Part): JsonObject =>
    Object.fromEntries(
      plan.facts
        .filter((fact) => fact.part === part)
        .map(({ key, index }) => [key, parseJson(textAt(index) || 'null')]),
    );
  const record = valuesOf('record');
  const envelope = valuesOf('envelope');
  if (!isPlainCall(record) || !Object.values(envelope).every(isString)) return undefined;
  // Those of trusted sources are few, and left to rowOf.
  if (plan === plans.wrapped && !isAwsMade(envelope.source)) return undefined;
  const facts = recordFacts(record, 0);
  const cells: Row = {};
  for (const { column, derive } of plan.derived) cells[column] = derive(facts) as never;
  const event_source = cells.event_source ?? (envelope.source as string);
  const bytes = Buffer.from(`,${JSON.stringify(cells).slice(1, -1)},"arrival_time":`);
  return { bytes, event_source };
}

/** The JSON text of a value; empty where there is none. */
function textAt(index: number): string {
  return input.toString('utf8', places[2 * index], places[2 * index + 1]);
}

function isPlainCall(record: JsonObject): boolean {
  const { eventSource, eventType, insightDetails } = record;
  return (
    isCloudTrailRecord(record) &&
    eventSource !== null &&
    eventType === 'AwsApiCall' &&
    insightDetails === null
  );
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}
