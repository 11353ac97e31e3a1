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
    }
  | { readonly kind: 'time' | 'count'; readonly steps: readonly (number | null)[] }
  | { readonly kind: 'flag'; readonly flags: readonly (0 | 1 | null)[] };

/** A cell: times are milliseconds of the Unix epoch. */
export type CellValue = string | number | boolean | null;

/** Characters of a text that the page has, and of a key or value in JSON. The lake has them all. */
const mostCharacters = { text: 1000, json: 100 } as const;

/** What ends a text that is not all there. */
export const cutNote = (length: number) => ` … (cut: ${length.toLocaleString('en-US')} characters)`;
const cutNotePattern = / … \(cut: [\d,]+ characters\)$/;

/**
 * The start of a text with a note of how long it is, where it is longer than that. One that was cut
 * before keeps its note.
 */
export function cutTo(text: string, most: number): string {
  if (text.length <= most) return text;
  const note = cutNotePattern.exec(text)?.[0] ?? cutNote(text.length);
  // Not within a pair of surrogates.
  const end = /[\uD800-\uDBFF]/.test(text[most - 1] ?? '') ? most - 1 : most;
  return text.slice(0, end) + note;
}

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
      return { kind, ...wordsOf(kind, texts) };
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

function wordsOf(kind: 'text' | 'json', texts: readonly (string | null)[]) {
  const places = new Map<string, number>();
  const words: string[] = [];
  const at = texts.map((text) => {
    if (text === null) return -1;
    const known = places.get(text);
    if (known !== undefined) return known;
    const place = words.length;
    places.set(text, place);
    words.push(kind === 'json' ? cutJson(text) : cutTo(text, mostCharacters.text));
    return place;
  });
  return { words, at };
}

/** JSON stays JSON: of long ones the keys and values are cut. */
function cutJson(text: string): string {
  if (text.length <= mostCharacters.text) return text;
  const cut = (part: string) => cutTo(part, mostCharacters.json);
  return JSON.stringify(JSON.parse(text), (_, value) => {
    if (typeof value === 'string') return cut(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [cut(key), one]));
  });
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
