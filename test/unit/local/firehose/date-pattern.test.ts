import { describe, expect, test } from '@jest/globals';
import { compileDatePattern } from '../../../../local/firehose/date-pattern.ts';

const instantMs = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
const write = (pattern: string, atMs = instantMs) => compileDatePattern(pattern)(atMs);

describe('A date pattern', () => {
  test.each([
    ['yyyy/MM/dd/HH/', '2026/02/03/04/'],
    ['yy y uuuu', '26 2026 2026'],
    ['M MM MMM MMMM MMMMM', '2 02 Feb February F'],
    ['d dd D DDD', '3 03 34 034'],
    ['E EEEE EEEEE', 'Tue Tuesday T'],
    ['Q QQ QQQ', '1 01 Q1'],
    ['H HH h hh k K a', '4 04 4 04 4 4 AM'],
    ['mm:ss', '05:06'],
    ['SSS', '000'],
    ['G XXX Z z', 'AD Z +0000 UTC'],
    ["'day='yyyy-MM-dd", 'day=2026-02-03'],
    ["''yy'' 'o''clock'", "'26' o'clock"],
  ])('writes %s as %s', (pattern, text) => {
    expect(write(pattern)).toBe(text);
  });

  test('knows noon and midnight', () => {
    const midnightMs = Date.UTC(2026, 0, 1);
    const noonMs = Date.UTC(2026, 0, 1, 12);

    expect(write('H h K k a', midnightMs)).toBe('0 12 0 24 AM');
    expect(write('H h K k a', noonMs)).toBe('12 12 0 12 PM');
  });

  test('counts the last day of a leap year as 366', () => {
    expect(write('D', Date.UTC(2028, 11, 31, 23, 59))).toBe('366');
  });

  test('writes instants before 1970', () => {
    expect(write('yyyy-MM-dd HH:mm:ss', -1)).toBe('1969-12-31 23:59:59');
  });

  test.each([
    ['YYYY', "Y is the week's year"],
    ['ww', 'w counts the weeks'],
    ['yyyy-TT', 'the letter T is not simulated'],
    ['yyyyy', 'yyyyy is longer than yyyy'],
    ['ddd', 'ddd is longer than dd'],
    ["yyyy 'open", 'a quote is not closed'],
    ['yyyy[MM]', 'the characters { } # [ ] stand in quotes only'],
  ])('refuses %s', (pattern, why) => {
    expect(() => compileDatePattern(pattern)).toThrow(
      `The date pattern "${pattern}" cannot be used: ${why}`,
    );
  });

  test('refuses to be empty', () => {
    expect(() => compileDatePattern('')).toThrow('A date pattern is empty: write one.');
  });
});
