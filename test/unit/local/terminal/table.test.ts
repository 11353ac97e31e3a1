import { describe, expect, test } from '@jest/globals';
import {
  cut,
  layOutTable,
  recordLines,
  type TableCell,
  type TableOptions,
  widthOf,
} from '../../../../local/terminal/table.ts';

const columns = [{ name: 'name' }, { name: 'n', isNumeric: true }];

function linesOf(rows: TableCell[][], options?: TableOptions, of = columns) {
  const { head, line } = layOutTable(of, rows, options);
  return [...head, ...rows.map(line)];
}

describe('A table', () => {
  test('is as wide as its cells, with numbers on the right', () => {
    expect(
      linesOf([
        ['one', '1'],
        ['eleven', '11'],
      ]),
    ).toEqual(['name     n', '──────  ──', 'one      1', 'eleven  11']);
  });

  test('shows an absent value as nothing that a text can be', () => {
    expect(
      linesOf([
        [null, null],
        ['NULL', '1'],
        ['', '2'],
      ]).slice(2),
    ).toEqual(['NULL    NULL', "'NULL'     1", '           2']);
  });

  test('has its head without a row', () => {
    expect(linesOf([])).toEqual(['name  n', '────  ─']);
  });

  test('cuts the widest cells until a line fits', () => {
    const lines = linesOf(
      [['a text that goes on and on', 'another one that goes on', '12345']],
      { maxWidth: 40 },
      [{ name: 'first' }, { name: 'second' }, { name: 'n', isNumeric: true }],
    );

    expect(lines.at(-1)).toBe('a text that goe…  another one th…  12345');
    expect(lines.every((line) => widthOf(line) <= 40)).toBe(true);
  });

  test('cuts numbers and times last', () => {
    const lines = linesOf(
      [['2026-11-20 10:00:00.000', 'a text that goes on and on']],
      { maxWidth: 35 },
      [{ name: 'time', isExact: true } as (typeof columns)[number], { name: 'text' }],
    );

    expect(lines.at(-1)).toBe('2026-11-20 10:00:00  a text that g…');
  });

  test('stays in its columns with wide characters and marks', () => {
    expect(
      linesOf([
        ['日本', '1'],
        ['e\u0301', '2'],
        ['😀', '3'],
      ]).slice(2),
    ).toEqual(['日本  1', 'e\u0301     2', '😀    3']);
  });

  test.each([
    ['a character beyond the first plane', '𠀀'],
    ['a flag', '🇪🇺'],
    ['a family', '👩‍👩‍👧'],
    ['an emoji that is one by its selector', '✈️'],
    ['a digit in a key', '1️⃣'],
    ['Hangul in its parts', '\u1112\u1161\u11ab'],
    ['a full-width letter', 'Ａ'],
  ])('gives two columns to %s', (_, text) => {
    const narrow = [{ name: 'n' }, { name: 'm' }];

    expect(linesOf([[text, '1']], {}, narrow).slice(1)).toEqual(['──  ─', `${text}  1`]);
  });

  test('lets nothing in a cell move the cursor', () => {
    expect(linesOf([['a\nb\tc\u001b[31m\u0007\u202e\u0085', '1']]).at(-1)).toContain(
      'a\\nb\\tc\\u001b[31m\\u0007\\u202e\\u0085',
    );
  });

  test('leaves the last columns out where not even cut ones fit, and names them', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ name: `column_${i}` }));
    const cells = many.map(() => 'a text that goes on');

    const { head, hidden, line } = layOutTable(many, [cells], { maxWidth: 80 });

    expect(hidden).toEqual(['column_5', 'column_6', 'column_7', 'column_8']);
    for (const text of [...head, line(cells)]) expect(text.length).toBeLessThanOrEqual(80);
    expect(layOutTable(many, [cells]).hidden).toEqual([]);
  });

  test('cuts no column that is to be exact, unless it is alone', () => {
    const times = [
      { name: 'a', isExact: true },
      { name: 'b', isExact: true },
    ];
    const row = ['2026-11-20 10:00:00.123', '2026-11-20 10:00:00.000'];

    expect(layOutTable(times, [row], { maxWidth: 30 }).line(row)).toBe('2026-11-20 10:00:00.123');
    expect(layOutTable(times, [row], { maxWidth: 60 }).line(row)).toBe(
      '2026-11-20 10:00:00.123  2026-11-20 10:00:00',
    );
    expect(layOutTable(times, [row], { maxWidth: 10 }).line(row)).toBe('2026-11-2…');
  });
});

describe('A row by itself', () => {
  test('has a line a cell, without absent ones', () => {
    const lines = recordLines(
      [{ name: 'a' }, { name: 'long_name' }, { name: 'b' }],
      ['x', 'a text that goes on', null],
      { maxWidth: 22 },
    );

    expect(lines).toEqual(['a          x', 'long_name  a text that g…']);
  });
});

test('A text is cut between characters', () => {
  expect(cut('👨‍👩‍👧 family', 5)).toBe('👨‍👩‍👧 f…');
  expect(cut('abc', 3)).toBe('abc');
  expect(cut('abcd', 3)).toBe('ab…');
});
