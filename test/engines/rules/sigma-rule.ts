import { parse } from 'yaml';

/**
 * Sigma rules as events are held against them, written from Sigma's specification and from nothing that makes
 * SQL: what a rule finds here is what its SQL has to find.
 *
 * Sigma rules specification 2.1.0, "Detection"; Sigma modifiers appendix 2.1.0.
 */
export interface SigmaRule {
  readonly id: string;
  readonly title: string;
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: Condition;
}

/** One of these maps has to match. */
export type Selection = readonly (readonly Matcher[])[];

/** One field, and values of which one has to match, or all with the modifier `all`. */
export interface Matcher {
  readonly field: string;
  readonly modifiers: readonly string[];
  readonly values: readonly SigmaValue[];
}

export type SigmaValue = string | number | boolean | null;

export type Condition =
  | { readonly selection: string }
  | { readonly not: Condition }
  | { readonly and: readonly Condition[] }
  | { readonly or: readonly Condition[] };

/** Reads a rule. @throws Error for what is not known here */
export function readSigmaRule(text: string): SigmaRule {
  const { id, title, detection } = parse(text) as {
    id: string;
    title: string;
    detection: Record<string, unknown> & { condition: string };
  };
  const { condition, ...named } = detection;
  const selections = new Map(
    Object.entries(named).map(([name, selection]) => [name, selectionOf(selection)]),
  );
  return { id, title, selections, condition: conditionOf(condition, [...selections.keys()]) };
}

function selectionOf(value: unknown): Selection {
  const maps = Array.isArray(value) ? value : [value];
  return maps.map((map) => {
    if (typeof map !== 'object' || map === null) throw new Error('keywords are not known here');
    return Object.entries(map as Record<string, SigmaValue | SigmaValue[]>).map(([key, values]) => {
      const [field = '', ...modifiers] = key.split('|');
      return { field, modifiers, values: Array.isArray(values) ? values : [values] };
    });
  });
}

function conditionOf(text: string, names: readonly string[]): Condition {
  const tokens = text.match(/\(|\)|[^\s()]+/g) ?? [];
  let next = 0;
  const take = (token: string) => {
    if (tokens[next]?.toLowerCase() !== token) return false;
    next += 1;
    return true;
  };
  const matching = (pattern: string) => {
    const all = pattern === 'them' ? names.filter((name) => !name.startsWith('_')) : names;
    const form = new RegExp(`^${pattern === 'them' ? '.*' : pattern.replaceAll('*', '.*')}$`);
    return all.filter((name) => form.test(name)).map((selection) => ({ selection }));
  };

  const either = (): Condition => {
    const parts = [both()];
    while (take('or')) parts.push(both());
    return parts.length === 1 && parts[0] ? parts[0] : { or: parts };
  };
  const both = (): Condition => {
    const parts = [one()];
    while (take('and')) parts.push(one());
    return parts.length === 1 && parts[0] ? parts[0] : { and: parts };
  };
  const one = (): Condition => {
    if (take('not')) return { not: one() };
    if (take('(')) {
      const inner = either();
      if (!take(')')) throw new Error(`no parenthesis closes: ${text}`);
      return inner;
    }
    const word = tokens[next] ?? '';
    next += 1;
    if (take('of')) {
      const parts = matching(tokens[next] ?? '');
      next += 1;
      return word === 'all' ? { and: parts } : { or: parts };
    }
    if (!names.includes(word)) throw new Error(`no selection ${word}: ${text}`);
    return { selection: word };
  };

  const condition = either();
  if (next !== tokens.length) throw new Error(`not all of it is read: ${text}`);
  return condition;
}

/** Whether a rule finds a record. */
export function finds({ selections, condition }: SigmaRule, record: object): boolean {
  const holds = (one: Condition): boolean => {
    if ('not' in one) return !holds(one.not);
    if ('and' in one) return one.and.every(holds);
    if ('or' in one) return one.or.some(holds);
    return (selections.get(one.selection) ?? []).some((map) =>
      map.every((matcher) => matches(matcher, record)),
    );
  };
  return holds(condition);
}

function matches({ field, modifiers, values }: Matcher, record: object): boolean {
  const text = textAt(record, field);
  const one = (value: SigmaValue) => matchesValue(text, value, modifiers, record);
  return modifiers.includes('all') ? values.every(one) : values.some(one);
}

/** The text at a path of plain names; of an object or a list its JSON. */
export function textAt(record: object, path: string): string | undefined {
  let value: unknown = record;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function matchesValue(
  text: string | undefined,
  value: SigmaValue,
  modifiers: readonly string[],
  record: object,
): boolean {
  const has = (modifier: string) => modifiers.includes(modifier);
  if (has('exists')) return (text !== undefined) === value;
  if (value === null) return text === undefined;
  if (text === undefined) return false;
  if (has('re')) {
    const flags = ['i', 'm', 's'].filter(has).join('');
    return new RegExp(String(value), flags).test(text);
  }
  if (has('cidr')) return isWithin(text, String(value));
  if (has('fieldref')) {
    return textAt(record, String(value))?.toLowerCase() === text.toLowerCase();
  }
  const size = text.trim() === '' ? Number.NaN : Number(text);
  if (has('gt')) return size > Number(value);
  if (has('gte')) return size >= Number(value);
  if (has('lt')) return size < Number(value);
  if (has('lte')) return size <= Number(value);
  if (typeof value === 'number') return size === value;
  if (typeof value === 'boolean') return text === String(value);
  const form = partsOf(value)
    .map((part) => (part === many ? '.*' : part === any ? '.' : RegExp.escape(part)))
    .join('');
  const start = has('contains') || has('endswith') ? '.*' : '';
  const end = has('contains') || has('startswith') ? '.*' : '';
  return new RegExp(`^${start}${form}${end}$`, has('cased') ? 's' : 'is').test(text);
}

/** Sigma's wildcards, `*` and `?`, once taken out of a text. */
export const many = Symbol('*');
export const any = Symbol('?');

/** A text in characters and wildcards. A backslash takes its meaning from a wildcard, and else stands for itself. */
export function partsOf(text: string): (string | typeof many | typeof any)[] {
  return (text.match(/\\\\(?=[*?])|\\[*?]|./gs) ?? []).map((part) => {
    if (part === '*') return many;
    if (part === '?') return any;
    return part.length === 2 ? (part.at(1) ?? '') : part;
  });
}

function isWithin(address: string, network: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const number = (text: string) =>
    text.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}
