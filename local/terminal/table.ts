import stringWidth from 'string-width';
import { printable } from './printable.ts';

/** One column of a table. */
export interface TableColumn {
  readonly name: string;
  /** Numbers stand right. */
  readonly isNumeric?: boolean;
  /** A part of its cells would mislead: others are cut first. */
  readonly isExact?: boolean;
}

/** A cell as text; null where there is no value. */
export type TableCell = string | null;

export interface TableOptions {
  /** Characters that a line may have; cells are cut for it. Default any number. */
  readonly maxWidth?: number | undefined;
  readonly bold?: (text: string) => string;
  readonly dim?: (text: string) => string;
}

/** A table that is written line by line. */
export interface Table {
  /** The lines above the rows. */
  readonly head: readonly string[];
  /** Names of the columns that a line has no room for: the last ones. */
  readonly hidden: readonly string[];
  line(row: readonly TableCell[]): string;
}

const gap = '  ';
const absent = 'NULL';

/** A cell that is cut shows so much at least: less tells nothing. */
const narrowest = 14;

/**
 * Lays a table out by its first rows; later ones that are wider only stand out. Where a line is too narrow,
 * cells are cut, then the last columns left out.
 * @param sample the rows that the widths are taken from
 */
export function layOutTable(
  columns: readonly TableColumn[],
  sample: readonly (readonly TableCell[])[],
  { maxWidth, bold = same, dim = same }: TableOptions = {},
): Table {
  const textOf = (value: TableCell) =>
    maxWidth === undefined ? shownText(value) : shortText(value);
  const wanted = columns.map(({ name }, index) =>
    Math.max(widthOf(printable(name)), ...sample.map((row) => widthOf(textOf(row[index] ?? null)))),
  );
  const widths = maxWidth === undefined ? wanted : fitted(columns, wanted, maxWidth);
  const shown = columns.slice(0, widths.length);
  const cell = (text: string, index: number, style: (text: string) => string) => {
    const width = widths[index] as number;
    const kept = maxWidth === undefined ? text : cut(text, width);
    const padding = ' '.repeat(Math.max(0, width - widthOf(kept)));
    return columns[index]?.isNumeric ? padding + style(kept) : style(kept) + padding;
  };
  const join = (cells: readonly string[]) => cells.join(gap).trimEnd();
  return {
    head: [
      join(shown.map(({ name }, index) => cell(printable(name), index, bold))),
      join(widths.map((width) => dim('─'.repeat(width)))),
    ],
    hidden: columns.slice(widths.length).map(({ name }) => printable(name)),
    line: (row) =>
      join(
        shown.map((_, index) =>
          cell(textOf(row[index] ?? null), index, row[index] === null ? dim : same),
        ),
      ),
  };
}

/** One row, a line a cell; cells without a value are left out. */
export function recordLines(
  columns: readonly TableColumn[],
  row: readonly TableCell[],
  { maxWidth, bold = same }: TableOptions = {},
): string[] {
  const names = columns.map(({ name }) => printable(name));
  const width = Math.max(0, ...names.map(widthOf));
  return names.flatMap((name, index) => {
    const value = row[index] ?? null;
    if (value === null) return [];
    const text = shownText(value);
    const shown =
      maxWidth === undefined ? text : cut(text, Math.max(narrowest, maxWidth - width - gap.length));
    return [`${bold(name)}${' '.repeat(width - widthOf(name))}${gap}${shown}`];
  });
}

const same = (text: string) => text;

/** What a cell shows; text that would pass for an absent value is in quotes. */
function shownText(value: TableCell): string {
  if (value === null) return absent;
  return value === absent ? `'${absent}'` : printable(value);
}

/** The same where there is little room: a time on a full second needs no more. */
function shortText(value: TableCell): string {
  return shownText(value).replace(/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\.000$/, '$1');
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Columns that a text takes of a line. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** Cuts a text to a width, with a mark where it is cut. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * Widths that fit a line, for as many of the first columns as there is room for: the widest give way first;
 * those that are to be exact are not cut, but for one that is alone.
 */
function fitted(
  columns: readonly TableColumn[],
  wanted: readonly number[],
  maxWidth: number,
): number[] {
  const least = wanted.map((width, index) =>
    columns[index]?.isExact ? width : Math.min(width, narrowest),
  );
  const widthOfFirst = (widths: readonly number[], count: number) =>
    widths.slice(0, count).reduce((sum, width) => sum + width + gap.length, -gap.length);
  let count = columns.length;
  while (count > 1 && widthOfFirst(least, count) > maxWidth) count--;
  const widths = wanted.slice(0, count);
  while (widthOfFirst(widths, count) > maxWidth) {
    const spare = widths.map((width, index) => (width > (least[index] as number) ? width : 0));
    const widest = Math.max(...spare);
    if (widest === 0) return [maxWidth];
    widths[spare.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}
