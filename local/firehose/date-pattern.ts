import { ConfigurationError } from './errors.ts';

/** Writes an instant, epoch ms, in UTC, whole seconds and English names. */
export type DateFormat = (instantMs: number) => string;

/** What a letter that stands `count` times side by side writes of a date. */
type Reader = (date: Date, count: number) => string;

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const pad = (value: number, width: number) => String(value).padStart(width, '0');

/** Four letters are the name in full, five its initial, fewer its short form. */
const nameIn = (names: readonly string[], index: number, count: number) => {
  const name = names[index] ?? '';
  return count === 4 ? name : name.slice(0, count === 5 ? 1 : 3);
};

const year: Reader = (date, count) => {
  const value = date.getUTCFullYear();
  return count === 2 ? pad(value % 100, 2) : pad(value, count);
};

const month: Reader = (date, count) =>
  count < 3 ? pad(date.getUTCMonth() + 1, count) : nameIn(months, date.getUTCMonth(), count);

const quarter: Reader = (date, count) => {
  const value = Math.floor(date.getUTCMonth() / 3) + 1;
  return count < 3 ? pad(value, count) : `Q${value}`;
};

const dayOfYear: Reader = (date, count) => {
  const newYearMs = Date.UTC(date.getUTCFullYear(), 0, 1);
  return pad(Math.floor((date.getTime() - newYearMs) / 86_400_000) + 1, count);
};

/**
 * The letters that are simulated, each with the most that may stand side by side.
 * Java SE, java.time.format.DateTimeFormatter, Patterns for Formatting and Parsing.
 */
const letters = new Map<string, { readonly most: number; readonly read: Reader }>([
  ['G', { most: 3, read: () => 'AD' }],
  ['y', { most: 4, read: year }],
  ['u', { most: 4, read: year }],
  ['Q', { most: 3, read: quarter }],
  ['M', { most: 5, read: month }],
  ['L', { most: 5, read: month }],
  ['d', { most: 2, read: (date, count) => pad(date.getUTCDate(), count) }],
  ['D', { most: 3, read: dayOfYear }],
  ['E', { most: 5, read: (date, count) => nameIn(days, date.getUTCDay(), count) }],
  ['a', { most: 1, read: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM') }],
  ['H', { most: 2, read: (date, count) => pad(date.getUTCHours(), count) }],
  ['k', { most: 2, read: (date, count) => pad(date.getUTCHours() || 24, count) }],
  ['K', { most: 2, read: (date, count) => pad(date.getUTCHours() % 12, count) }],
  ['h', { most: 2, read: (date, count) => pad(date.getUTCHours() % 12 || 12, count) }],
  ['m', { most: 2, read: (date, count) => pad(date.getUTCMinutes(), count) }],
  ['s', { most: 2, read: (date, count) => pad(date.getUTCSeconds(), count) }],
  // The service's instant has whole seconds, and its zone here is UTC.
  ['S', { most: 9, read: (_, count) => '0'.repeat(count) }],
  ['z', { most: 3, read: () => 'UTC' }],
  ['X', { most: 3, read: () => 'Z' }],
  ['Z', { most: 3, read: () => '+0000' }],
]);

/** Letters that the service accepts and that are mostly slips, or read differently from locale to locale. */
const hints = new Map([
  ['Y', "Y is the week's year, which around New Year is not the date's: write y"],
  ['w', 'w counts the weeks of a locale that is not documented'],
  ['W', 'W counts the weeks of a locale that is not documented'],
  ['e', 'e counts the days of a week whose first day is not documented: write E'],
]);

/**
 * Reads a date pattern of `!{timestamp:…}`: letters of Java's DateTimeFormatter, text in single quotes, two
 * quotes for one, anything else as it stands.
 * @throws ConfigurationError for a letter that is unknown, not simulated, or stands too often
 * @example compileDatePattern("'day='yyyy-MM-dd")(0) // 'day=1970-01-01'
 */
export function compileDatePattern(pattern: string): DateFormat {
  const parts = [...pattern.matchAll(/'(?:[^']|'')*'|'|([A-Za-z])\1*|[^A-Za-z']+/g)].map(
    ([piece]) => partOf(pattern, piece),
  );
  if (parts.length === 0) throw new ConfigurationError('A date pattern is empty: write one.');
  return (instantMs) => {
    const date = new Date(instantMs);
    return parts.map((part) => (typeof part === 'string' ? part : part(date))).join('');
  };
}

function partOf(pattern: string, piece: string): string | ((date: Date) => string) {
  const refuse = (why: string): never => {
    throw new ConfigurationError(`The date pattern "${pattern}" cannot be used: ${why}.`);
  };
  if (piece === "'") return refuse('a quote is not closed');
  if (piece === "''") return "'";
  if (piece.startsWith("'")) return piece.slice(1, -1).replaceAll("''", "'");
  const letter = piece.charAt(0);
  const known = letters.get(letter);
  if (known !== undefined) {
    const count = piece.length;
    if (count > known.most) refuse(`${piece} is longer than ${letter.repeat(known.most)}`);
    return (date) => known.read(date, count);
  }
  if (/[A-Za-z]/.test(letter)) {
    const others = `the letter ${letter} is not simulated: use ${[...letters.keys()].join(' ')}, or quote text`;
    return refuse(hints.get(letter) ?? others);
  }
  return /[{}#[\]]/.test(piece) ? refuse('the characters { } # [ ] stand in quotes only') : piece;
}
