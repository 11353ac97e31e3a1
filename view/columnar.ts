import type { Kind } from './answers.ts';

/**
 * A column of an answer as the page holds it. Texts are few and repeat, times are near each other: so
 * texts are numbers of a list, and times differences, which compress to a byte or two.
 */
export type Column =
  | {
      readonly kind: 'text' | 'json';
      readonly words: readonly string[];
      /** Of each row its place in `words`; -1 for NULL. */
      readonly at: readonly number[];
      /** How long the words were that had to be cut, by their places. */
      readonly cut: Readonly<Record<number, number>>;
    }
  | { readonly kind: 'time' | 'count'; readonly steps: readonly (number | null)[] }
  | { readonly kind: 'flag'; readonly flags: readonly (0 | 1 | null)[] };

/** A cell: times are milliseconds of the Unix epoch. */
export type CellValue = string | number | boolean | null;

/** Characters of a text that the page has. The lake has them all. */
export const mostCharacters = 1000;

/**
 * @param texts the cells as the engine writes them
 * @throws Error for a time or number that is none
 */
export function columnOf(kind: Kind, texts: readonly (string | null)[]): Column {
  switch (kind) {
    case 'time':
      return { kind, steps: stepsOf(texts.map((text) => text && timeIn(text))) };
    case 'count':
      return { kind, steps: stepsOf(texts.map((text) => text && numberIn(text))) };
    case 'flag':
      return { kind, flags: texts.map((text) => (text === null ? null : text === 'true' ? 1 : 0)) };
    default:
      return { kind, ...wordsOf(texts) };
  }
}

/** The cells of a column. */
export function cellsOf(column: Column): CellValue[] {
  switch (column.kind) {
    case 'time':
    case 'count': {
      let last = 0;
      return column.steps.map((step) => {
        if (step === null) return null;
        last += step;
        return last;
      });
    }
    case 'flag':
      return column.flags.map((flag) => (flag === null ? null : flag === 1));
    default:
      return column.at.map((place) => column.words[place] ?? null);
  }
}

/** How many characters each text that was cut had, by row. */
export function cutsOf(column: Column): ReadonlyMap<number, number> {
  if (column.kind !== 'text' && column.kind !== 'json') return new Map();
  return new Map(
    column.at.flatMap((place, row) => {
      const length = column.cut[place];
      return length === undefined ? [] : [[row, length] as const];
    }),
  );
}

function wordsOf(texts: readonly (string | null)[]) {
  const places = new Map<string, number>();
  const words: string[] = [];
  const cut: Record<number, number> = {};
  const at = texts.map((text) => {
    if (text === null) return -1;
    const known = places.get(text);
    if (known !== undefined) return known;
    const place = words.length;
    places.set(text, place);
    words.push(cutTo(text, mostCharacters));
    if (text.length > mostCharacters) cut[place] = text.length;
    return place;
  });
  return { words, at, cut };
}

/** Not within a pair of surrogates. */
function cutTo(text: string, most: number): string {
  const end = /[\uD800-\uDBFF]/.test(text[most - 1] ?? '') ? most - 1 : most;
  return text.slice(0, end);
}

function stepsOf(values: readonly (number | '' | null)[]): (number | null)[] {
  let last = 0;
  return values.map((value) => {
    if (value === null || value === '') return null;
    const step = value - last;
    last = value;
    return step;
  });
}

/** `2026-11-17 21:14:03.000`, UTC. */
function timeIn(text: string): number {
  const ms = Date.parse(`${text.replace(' ', 'T')}Z`);
  if (Number.isNaN(ms)) throw new Error(`Not a time: ${text}`);
  return ms;
}

function numberIn(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`Not a number: ${text}`);
  return value;
}
