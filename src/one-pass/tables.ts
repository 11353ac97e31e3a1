import { idShape } from '../events/instance-id.ts';
import { notAbout } from '../events/instance-texts.ts';
import { searchedKeys } from '../events/instances.ts';
import { readLimits } from '../events/read.ts';
import type { JsonObject } from '../json.ts';
import { type Remembered, remembered, wordCells } from '../rows/derived.ts';
import { type Form, forms, resourceMembers } from '../rows/forms.ts';
import { mapping, type Part, type Stored } from '../rows/mapping.ts';
import { columns, type Family } from '../rows/schema.ts';
import type { StateChange } from '../rows/state-change-map.ts';
import {
  isJoined,
  isSaidByName,
  entryOf as mapEntryOf,
  type WordPaths,
  wordPathsOf,
} from '../rows/state-changes.ts';
import type { Kernel } from './kernel.ts';
import {
  booleanForm,
  constantForm,
  entryBytes,
  firstGroup,
  firstWatch,
  foreignForm,
  jsonForm,
  maxEntries,
  nestedForm,
  objectsForm,
  planBytes,
  planChecks,
  planEnvelope,
  planEnvelopePacking,
  planFirst,
  planMembers,
  planMembersPacking,
  planMemos,
  planNested,
  planRecord,
  planRecordPacking,
  planSecond,
  planShapeFacts,
  planTypeFacts,
  stateArrivalName,
  stateArrivalNameLength,
  stateBarePlan,
  stateEnvelopePlan,
  stateIdLength,
  stateIdPrefix,
  stateMaxDepth,
  stateOtherIdLength,
  stateUnsearched,
  stateUnsearchedPacking,
  textForm,
  timeForm,
  twinForm,
  wordColumnBytes,
  wordSlots,
  wordsForm,
} from './layout.ts';
import { type Sought, writePaths } from './paths.ts';
import { createTableWriter, type TableWriter } from './table-writer.ts';

/** A key that a family knows. */
export interface Entry {
  readonly part: Part;
  readonly key: string;
  /** Of the place that the kernel notes for it. */
  readonly index: number;
  /** Of the cell that the kernel writes for it. */
  readonly column?: string;
}

/** What the kernel does with the documents of a family. */
export interface Plan {
  readonly family: Family;
  /** Where it is in the kernel's memory; the name by which the kernel tells it. */
  readonly at: number;
  readonly entries: readonly Entry[];
  /** By the part and key of each. */
  readonly entryOf: ReadonlyMap<string, Entry>;
  readonly byColumn: ReadonlyMap<string, Entry>;
  /** Those that twins and constants are about: of what is uneven in them rowOf's way has to judge. */
  readonly paired: readonly Entry[];
  readonly memos: readonly Memo[];
}

/** Cells that are remembered by some values, and where these are not enough by more. */
export interface Memo extends Remembered {
  /** Where its two lists of facts are. */
  readonly facts: number;
  readonly moreFacts: number;
}

export interface Tables {
  readonly plans: Readonly<Record<Family, Plan>>;
  readonly byAddress: ReadonlyMap<number, Plan>;
  /** Writes what is sought in the events of a type, once. */
  typeOf(envelope: JsonObject): TypeTables;
}

/** What is sought in `detail`, and the words that make cells. */
export interface TypeTables {
  readonly node: number;
  readonly words: number;
  /** False where the tables cannot say it: then the host looks for it in each event. */
  readonly isComplete: boolean;
}

/** Ids are in groups, which count in this order: of an envelope's resources, its detail, and texts of JSON in that. */
const resourceGroup = firstGroup;
export const detailGroup = firstGroup + 1;
const detailTextGroup = firstGroup + 2;
/** Of a record: of the keys that are searched, and of its resources. */
export const recordGroups: readonly string[] = [...searchedKeys, 'resources'];
const recordGroupOf = (key: string) => firstGroup + recordGroups.indexOf(key);

/** The slot of the first resource, which several types take as their word. */
const resourceSlot = wordSlots - 1;

export function keyOf(part: Part, key: string): string {
  return `${part}.${key}`;
}

/** Writes what the kernel goes by, from the tables of `rows` and `events`. */
export function writeTables(kernel: Kernel): Tables {
  const writer = createTableWriter(kernel);
  const say = (index: number, value: number) => {
    kernel.words[kernel.state + index] = value;
  };
  const [arrivalName, arrivalNameLength] = writer.text(',"arrival_time":');
  say(stateArrivalName, arrivalName);
  say(stateArrivalNameLength, arrivalNameLength);
  say(stateIdPrefix, idShape.prefix.charCodeAt(0) | (idShape.prefix.charCodeAt(1) << 8));
  say(stateIdLength, idShape.lengths[0]);
  say(stateOtherIdLength, idShape.lengths[1]);
  say(stateMaxDepth, readLimits.maxDepth);
  const [unsearched, unsearchedPacking] = writer.keys(Array.from(notAbout, (key) => [key, 1]));
  say(stateUnsearched, unsearched);
  say(stateUnsearchedPacking, unsearchedPacking);

  const write = createPlanWriter(kernel, writer);
  const plans = { bare: write('bare'), wrapped: write('wrapped'), other: write('other') };
  say(stateBarePlan, plans.bare.at);
  say(stateEnvelopePlan, plans.wrapped.at);
  const types = new Map<StateChange, TypeTables>();
  return {
    plans,
    byAddress: new Map(Object.values(plans).map((plan) => [plan.at, plan])),
    typeOf(envelope) {
      const entry = mapEntryOf(envelope);
      const known = types.get(entry) ?? writeType(kernel, writer, entry);
      types.set(entry, known);
      return known;
    },
  };
}

function createPlanWriter(kernel: Kernel, writer: TableWriter): (family: Family) => Plan {
  let index = 0;
  /** Writes an entry; gives its address and, as its number, its index. */
  function writeEntry(
    key: string,
    {
      form,
      name = '',
      text = '',
      depth = 0,
      isEventTime = false,
      node = 0,
      group = 0,
    }: {
      form: number;
      name?: string;
      text?: string;
      depth?: number;
      isEventTime?: boolean;
      node?: number;
      group?: number;
    },
  ): { readonly at: number; readonly index: number } {
    if (index === maxEntries) throw new RangeError('more keys than the kernel has places for');
    const at = writer.take(entryBytes);
    const { bytes, words } = kernel;
    const [nameAt, nameLength] = writer.text(name);
    const [textAt, textLength] = writer.text(text);
    bytes[at] = form;
    bytes[at + 1] = depth;
    bytes[at + 2] = Number(isEventTime);
    words.set([nameAt, nameLength, textAt, textLength, node], at / 4 + 1);
    bytes.writeUInt16LE(index, at + 24);
    bytes.writeUInt16LE(Buffer.byteLength(key), at + 26);
    words[at / 4 + 7] = group;
    return { at, index: index++ };
  }

  const watchedKeys = remembered.flatMap(({ byMembers = [] }) => byMembers.map(([key]) => key));
  const nodes = new Map(
    [...new Set(watchedKeys)].map((key) => [
      key,
      writePaths(
        kernel,
        writer,
        watchedOf(key).map(([path, bit]) => ({ path, what: firstWatch + bit })),
      ),
    ]),
  );
  const resourcesNode = writePaths(kernel, writer, [
    { path: '', what: resourceGroup },
    { path: '', what: resourceSlot },
  ]);
  const arnNode = writePaths(kernel, writer, [{ path: '', what: recordGroupOf('resources') }]);
  const members = resourceMembers.map(([key, member], ordinal) => {
    const entry = writeEntry(key, {
      form: textForm,
      name: `"${member}":`,
      depth: ordinal,
      node: member === 'arn' ? arnNode : 0,
    });
    return [key, entry.at] as const;
  });
  const [membersAt, membersPacking] = writer.keys(members);

  function formOf({ column, form, part, key }: Stored, family: Family) {
    const name = `,"${column}":`;
    const depth = part === 'record' && family === 'wrapped' ? 2 : 1;
    const numbers = new Map<Form, number>([
      [forms.text, textForm],
      [forms.boolean, booleanForm],
      [forms.time, timeForm],
      [forms.json, jsonForm],
      [forms.recordResources, objectsForm],
      [forms.envelopeResources, wordsForm],
    ]);
    const number = numbers.get(form) as number;
    return {
      form: number,
      name,
      depth,
      text: number === wordsForm ? '{"arn":' : '',
      isEventTime: column === 'event_time',
      node:
        number === wordsForm
          ? resourcesNode
          : part === 'record' && number === jsonForm
            ? (nodes.get(key) ?? 0)
            : 0,
      group:
        part === 'record' && recordGroups.includes(key) && number === jsonForm
          ? recordGroupOf(key)
          : 0,
    };
  }

  return (family) => {
    const { stored, twins, constants } = mapping[family];
    const entries: Entry[] = [];
    const tables: Record<Part, [key: string, at: number][]> = { envelope: [], record: [] };
    const entryOf = new Map<string, Entry>();
    const addressOf = new Map<string, number>();
    const add = (
      part: Part,
      key: string,
      what: Parameters<typeof writeEntry>[1],
      column?: string,
    ) => {
      const { at, index } = writeEntry(key, what);
      const entry = { part, key, index, ...(column === undefined ? {} : { column }) };
      entries.push(entry);
      entryOf.set(keyOf(part, key), entry);
      addressOf.set(keyOf(part, key), at);
      tables[part].push([key, at]);
      return entry;
    };
    const isNested = family !== 'bare';
    for (const cell of stored) {
      const form = formOf(cell, family);
      const isDetail = cell.part === 'envelope' && cell.key === 'detail';
      add(cell.part, cell.key, isDetail ? { ...form, form: nestedForm } : form, cell.column);
    }
    const checks: number[] = [];
    const paired: Entry[] = [];
    for (const { part, key, of } of twins) {
      const twin = add(part, key, { form: twinForm });
      const main = entryOf.get(keyOf(of.part, of.key)) as Entry;
      checks.push(twin.index, main.index + 1);
      paired.push(twin, main);
    }
    for (const { part, key, value } of constants) {
      const constant = add(part, key, { form: constantForm, text: JSON.stringify(value) });
      checks.push(constant.index, 0);
      paired.push(constant);
    }
    if (family === 'wrapped') add('envelope', 'detail', { form: nestedForm });
    if (family === 'other') {
      const detail = entryOf.get(keyOf('envelope', 'detail')) as Entry;
      checks.push(detail.index, 0);
      paired.push(detail);
    }
    if (!isNested) for (const key of envelopeKeys) add('record', key, { form: foreignForm });

    const indexOf = (part: Part, key: string) => {
      const entry = entryOf.get(keyOf(part, key));
      if (entry === undefined) throw new Error(`no cell of ${family} holds ${part}.${key}`);
      return entry.index;
    };
    const factsOf = (keys: readonly string[], shapes: readonly string[] = []) =>
      writer.numbers([
        keys.length + shapes.length,
        ...keys.flatMap((key) => [indexOf('record', key), 0]),
        ...shapes.flatMap((key) => [indexOf('record', key), 1]),
      ]);
    const memos: Memo[] =
      family === 'other'
        ? []
        : remembered.map((one) => {
            const { by, more = [] } = one;
            const byShape = shapesOf(one);
            const all = [...new Set([...by, ...byShape, ...more])];
            return {
              ...one,
              facts: factsOf(by, byShape),
              moreFacts: more.length > 0 ? factsOf(all) : 0,
            };
          });
    const outer = isNested ? 'envelope' : 'record';
    const [outerAt, outerPacking] = writer.keys(tables[outer]);
    const [innerAt, innerPacking] = family === 'wrapped' ? writer.keys(tables.record) : [0, 0];
    const at = writer.take(planBytes);
    const say = (index: number, value: number) => {
      kernel.words[at / 4 + index] = value;
    };
    say(planEnvelope, outerAt);
    say(planEnvelopePacking, outerPacking);
    say(planRecord, innerAt);
    say(planRecordPacking, innerPacking);
    say(planChecks, writer.numbers([checks.length / 2, ...checks]));
    say(
      planMemos,
      writer.numbers([
        memos.length,
        ...memos.flatMap(({ facts, moreFacts }) => [facts, moreFacts]),
      ]),
    );
    say(planMembers, membersAt);
    say(planMembersPacking, membersPacking);
    if (isNested) {
      const [first, second] = envelopeKeys.map((key) => indexOf('envelope', key)) as [
        number,
        number,
      ];
      say(planFirst, first);
      say(planSecond, second);
      say(planTypeFacts, writer.numbers([2, first, 0, second, 0]));
      say(planNested, addressOf.get(keyOf('envelope', 'detail')) as number);
    }
    if (family === 'other') {
      const shaped = ['account', 'region', 'resources', 'detail'];
      const facts = shaped.flatMap((key) => [indexOf('envelope', key), 0]);
      say(planShapeFacts, writer.numbers([shaped.length, ...facts]));
    }
    const byColumn = new Map(
      entries.flatMap((entry) => (entry.column === undefined ? [] : [[entry.column, entry]])),
    );
    return { family, at, entries, entryOf, byColumn, paired, memos };
  };
}

/** What makes an envelope one, and says which. */
export const envelopeKeys = ['source', 'detail-type'] as const;

/** Keys of which it is remembered whether they have a value. */
export function shapesOf({ byShape = [], byMembers = [] }: Remembered): string[] {
  return [...new Set([...byShape, ...byMembers.map(([key]) => key)])];
}

/** Members of a key's value of which it is remembered whether they are there, each with its bit. */
export function watchedOf(key: string): (readonly [member: string, bit: number])[] {
  return remembered
    .flatMap(({ byMembers = [] }) => byMembers)
    .flatMap(([of, member], bit) => (of === key ? [[member, bit] as const] : []));
}

/** Room for the nodes of the largest entry of the state-change map. */
const mostTypeBytes = 64 * 1024;

const nothingSought: TypeTables = { node: 0, words: 0, isComplete: false };

function writeType(kernel: Kernel, writer: TableWriter, entry: StateChange): TypeTables {
  if (!writer.hasRoom(mostTypeBytes)) return nothingSought;
  const paths = wordPathsOf(entry);
  const { instanceTexts = [] } = entry;
  const sought: Sought[] = instanceTexts.map((path) => ({ path, what: detailTextGroup }));
  const wordColumns: number[] = [];
  let slot = 0;
  for (const { name } of columns) {
    const word = (wordCells as Readonly<Record<string, keyof WordPaths>>)[name];
    const at = word && paths[word];
    if (at === undefined) continue;
    const [nameAt, nameLength] = writer.text(`,"${name}":`);
    if (isSaidByName(at)) {
      const [textAt, textLength] = writer.text(JSON.stringify(at.is));
      wordColumns.push(nameAt, nameLength, 0, 0, textAt, textLength, 0, 0);
      continue;
    }
    const list = isJoined(at) ? at.joined : [at].flat();
    const first = slot;
    slot += list.length;
    if (slot > resourceSlot) return nothingSought;
    for (const [index, path] of list.entries()) {
      if (path !== resourcesPath) sought.push({ path, what: first + index });
    }
    const shared = list.indexOf(resourcesPath);
    wordColumns.push(
      ...[nameAt, nameLength, Number(isJoined(at)), list.length, 0, 0, first],
      shared === -1 ? 0xffffffff : shared,
    );
  }
  return {
    node: sought.length > 0 ? writePaths(kernel, writer, sought) : 0,
    words: writer.numbers([wordColumns.length / (wordColumnBytes / 4), ...wordColumns]),
    isComplete: true,
  };
}

const resourcesPath = '@resources';
