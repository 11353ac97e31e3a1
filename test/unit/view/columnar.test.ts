import { describe, expect, test } from '@jest/globals';
import type { Kind } from '../../../view/answers.ts';
import { cellsOf, columnOf, cutNote } from '../../../view/columnar.ts';

describe('A column of an answer', () => {
  test.each<[Kind, (string | null)[], unknown[]]>([
    ['text', ['b', 'a', null, 'b', ''], ['b', 'a', null, 'b', '']],
    ['json', ['{"a":"b"}', null], ['{"a":"b"}', null]],
    ['count', ['3', '0', null, '1234567'], [3, 0, null, 1234567]],
    ['flag', ['true', 'false', null], [true, false, null]],
    [
      'time',
      ['2026-11-17 21:14:03.250', null, '1969-12-31 23:59:59.000'],
      [Date.UTC(2026, 10, 17, 21, 14, 3, 250), null, -1000],
    ],
    ['text', [], []],
  ])('of %s comes back as it was: %j', (kind, texts, cells) => {
    const column = JSON.parse(JSON.stringify(columnOf(kind, texts)));

    expect(cellsOf(column)).toEqual(cells);
  });

  test('has each text once', () => {
    const column = columnOf(
      'text',
      Array.from({ length: 1000 }, (_, at) => `word ${at % 3}`),
    );

    expect(column).toMatchObject({ words: ['word 0', 'word 1', 'word 2'] });
  });

  test('cuts a long text with a note of its length, and never halves a pair of surrogates', () => {
    const long = `${'x'.repeat(999)}😀${'y'.repeat(100_000)}`;

    const column = columnOf('text', ['short', long]);

    expect(cellsOf(column)).toEqual(['short', `${'x'.repeat(999)}${cutNote(101_001)}`]);
    expect(cutNote(101_001)).toBe(' … (cut: 101,001 characters)');
  });

  test('cuts keys and values of JSON, which stays JSON', () => {
    const tags = { team: 'data', Name: 'n'.repeat(5000), ['k'.repeat(5000)]: 'x' };

    const [cell] = cellsOf(columnOf('json', [JSON.stringify(tags)]));

    const cut = (char: string) => char.repeat(100) + cutNote(5000);
    expect(JSON.parse(String(cell))).toEqual({ team: 'data', Name: cut('n'), [cut('k')]: 'x' });
  });

  test.each([
    ['time' as const, 'yesterday'],
    ['count' as const, 'many'],
  ])('of %s is refused where a cell is none: %s', (kind, text) => {
    expect(() => columnOf(kind, [text])).toThrow(text);
  });
});
