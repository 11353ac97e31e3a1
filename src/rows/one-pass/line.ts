import { Buffer } from 'node:buffer';
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
import { createCopier } from './copier.ts';
import { type KeyTable, keyTableOf } from './key-table.ts';
import { createMemo, type Memo } from './memo.ts';

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
  /** The keys of a record that derived cells are made of. */
  readonly facts: readonly Entry[];
  /** Derived cells by those facts: few kinds of calls by few actors are most of all. */
  readonly known: Memo<DerivedCells>;
  /** Index of the key of the response. */
  readonly response: number;
  /** Indexes of keys of a wrapped record. */
  readonly source: number;
  readonly detailType: number;
}

/** What is derived from a record, but for the time of its arrival. */
interface DerivedCells {
  /** `,"column":value` of each. */
  readonly text: string;
  readonly event_source: string | undefined;
}

/** What recordFacts and the derived cells look at, but for logins; of an API call, no more. */
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
  const indexOf = (part: Part, name: string) =>
    entries.findIndex((entry) => entry.part === part && entry.key === name);
  return {
    others: entries.filter(({ to }) => to !== 'column'),
    known: createMemo(),
    facts: entries.filter(({ part, key }) => part === 'record' && factKeys.has(key)),
    response: indexOf('record', 'responseElements'),
    source: indexOf('envelope', 'source'),
    detailType: indexOf('envelope', 'detail-type'),
    envelope: tableOf('envelope'),
    record: tableOf('record'),
    entries,
    derived: columns.flatMap(({ name: column }) => {
      const derive = derived[column];
      return derive && column !== 'arrival_time' ? [{ column, derive }] : [];
    }),
  };
}

const comma = 0x2c;
const colon = 0x3a;
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
  if (!isComplete(plan) || isOfLogin(plan)) return undefined;

  const derived = derivedCellsOf(plan);
  if (derived === undefined) return undefined;
  const arrival_time = rowTimeOf(arrivalMs);
  copier.writeText(`${derived.text},"arrival_time":"${arrival_time}"}\n`);
  const line = copier.result();
  line[0] = openBrace; // in the place of the first comma
  const event_source = derived.event_source ?? stringAt(plan.source) ?? undefined;
  return { line, cells: { event_source, event_time: eventTime, arrival_time } };
}

/** Ids begin strings, which the copier notes, or end ARNs. Which of them count, rowOf knows. */
const instanceArn = Buffer.from('instance/i-');

/** Whether the first key of the document is one of the table's. */
function isFirstKeyIn(table: KeyTable<Entry>): boolean {
  if (copier.next() !== openBrace) return false;
  copier.take();
  copier.next();
  const start = copier.position() + 1;
  return copier.skipString() && table.find(input, start, copier.position() - 1) !== undefined;
}

/** Copies an object, member by member, each to where its key belongs. */
function copyMembers(table: KeyTable<Entry>, plan: Plan): boolean {
  if (copier.next() !== openBrace) return false;
  for (;;) {
    copier.take(); // the brace, or a comma
    copier.next();
    const keyStart = copier.position() + 1;
    if (!copier.skipString()) return false;
    const entry = table.find(input, keyStart, copier.position() - 1);
    if (entry === undefined || places[2 * entry.index + 1] !== 0) return false;
    if (copier.next() !== colon) return false;
    copier.take();
    copier.next();
    const start = copier.position();
    if (!copyMember(entry, plan) || copier.sawId()) return false;
    places[2 * entry.index] = start;
    places[2 * entry.index + 1] = copier.position();
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
  copier.write(name);
  if (form === forms.text) return copier.copyString();
  if (form === forms.json) return copier.copyAsText(depth);
  if (form === forms.boolean) {
    if (!copier.skipBytes(trueBytes) && !copier.skipBytes(falseBytes)) return false;
    copier.writeInput(from, copier.position());
    return true;
  }
  if (form === forms.time) {
    if (!copier.skipString()) return false;
    const text = textBetween(from, copier.position());
    const time = form.toCell(text);
    if (time === undefined || !form.isExact(time, text)) return false;
    copier.writeText(`"${time}"`);
    if (column === 'event_time') eventTime = time as string;
    return true;
  }
  // A list of resources, read to find its end.
  const written = copier.written();
  if (!copier.copyAsText(depth)) return false;
  copier.truncate(written);
  const text = input.toString('utf8', from, copier.position());
  const cellText = knownResources(text, () => resourcesTextOf(text, form));
  if (cellText === undefined) return false;
  copier.writeText(cellText);
  return true;
}

/** Most calls are about few roles, keys and buckets. */
const knownResources = createMemo<string>();

/** The cell of a list of resources, by the form itself; undefined where it cannot hold it all. */
function resourcesTextOf(text: string, form: Form): string | undefined {
  const value = parseJson(text);
  const cell = form.toCell(value);
  return cell !== undefined && form.isExact(cell, value) ? JSON.stringify(cell) : undefined;
}

/** Whether what nearly all events have is there, and says what it nearly always says. */
function isComplete({ others, detailType, source }: Plan): boolean {
  if (detailType !== -1) {
    if (stringAt(source) === null || !stringAt(detailType)?.endsWith(cloudTrailEnding))
      return false;
  }
  return others.every((entry) => {
    const end = places[2 * entry.index + 1] as number;
    if (entry.to !== 'twin') return end !== 0;
    const [start, otherStart, otherEnd] = [
      places[2 * entry.index],
      places[2 * entry.of],
      places[2 * entry.of + 1],
    ];
    return input.compare(input, otherStart, otherEnd, start, end) === 0;
  });
}

/** Whether the response may tell how a login ended, which is then the outcome of the call. */
function isOfLogin({ response }: Plan): boolean {
  const [start, end] = [places[2 * response] as number, places[2 * response + 1] as number];
  return input[start] === openBrace && input.subarray(start, end).includes(consoleLogin);
}

const consoleLogin = Buffer.from('"ConsoleLogin"');

function stringAt(index: number): string | null {
  if (index === -1) return null;
  const start = places[2 * index] as number;
  const end = places[2 * index + 1] as number;
  return end === 0 || input[start] === letterN ? null : textBetween(start, end);
}

/** The string whose quotes are first and last in between. */
function textBetween(start: number, end: number): string {
  const text = input.toString('utf8', start + 1, end - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Undefined where the record is no plain call. */
function derivedCellsOf(plan: Plan): DerivedCells | undefined {
  let key = '';
  for (const { index } of plan.facts) key += `${bytesAt(index)}\n`;
  return plan.known(key, () => deriveCells(plan));
}

function deriveCells(plan: Plan): DerivedCells | undefined {
  const record: JsonObject = Object.fromEntries(
    plan.facts.map(({ key, index }) => [key, parseJson(textAt(index) || 'null')]),
  );
  if (!isPlainCall(record)) return undefined;
  const facts = recordFacts(record, 0);
  const cells: Row = {};
  for (const { column, derive } of plan.derived) cells[column] = derive(facts) as never;
  const text = `,${JSON.stringify(cells).slice(1, -1)}`;
  return { text, event_source: cells.event_source };
}

/** The JSON text of a value; empty where there is none. */
function textAt(index: number): string {
  return input.toString('utf8', places[2 * index], places[2 * index + 1]);
}

/** The same as one character a byte: made in no time, and as different. */
function bytesAt(index: number): string {
  const end = places[2 * index + 1] as number;
  return end === 0 ? '' : input.toString('latin1', places[2 * index], end);
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
