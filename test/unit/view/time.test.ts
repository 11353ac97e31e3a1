import { describe, expect, test } from '@jest/globals';
import { countsOf, dayStepsOf } from '../../../view/page/days.ts';
import { dayText, spanText, timeText, zoneName } from '../../../view/page/zone.ts';

const ms = Date.UTC(2026, 10, 17, 21, 14, 3);

describe('Times of the page', () => {
  test('are those of UTC, or of whoever looks', () => {
    // The tests stand in Pacific/Chatham: 13:45 ahead in November.
    expect(timeText(ms, 'utc')).toBe('2026-11-17 21:14:03');
    expect(timeText(ms, 'local')).toBe('2026-11-18 10:59:03');
    expect(dayText(ms, 'local')).toBe('2026-11-18');
    expect(timeText(ms + 250, 'utc')).toBe('2026-11-17 21:14:03.250');
    expect([zoneName('utc'), zoneName('local')]).toEqual(['UTC', 'Pacific/Chatham']);
  });

  test.each([
    [0, '0 s'],
    [40_000, '40 s'],
    [3_600_000, '1 h'],
    [3 * 86_400_000 + 4 * 3_600_000 + 59_000, '3 d 4 h'],
    [61_000, '1 min 1 s'],
  ])('are %d ms long: %s', (length, text) => {
    expect(spanText(length)).toBe(text);
  });
});

describe('Steps of a picture by day', () => {
  test('are the days, first and last included', () => {
    const { steps, isWeeks, stepOf } = dayStepsOf({ since: '2026-10-30', until: '2026-11-02' });

    expect(isWeeks).toBe(false);
    expect(steps).toEqual(['2026-10-30', '2026-10-31', '2026-11-01', '2026-11-02']);
    expect(['2026-10-29', '2026-10-30', '2026-11-02', '2026-11-03', ''].map(stepOf)).toEqual([
      -1, 0, 3, -1, -1,
    ]);
  });

  test('are weeks where there are many', () => {
    const { steps, isWeeks, stepOf } = dayStepsOf({ since: '2026-01-01', until: '2026-12-31' });

    expect(isWeeks).toBe(true);
    expect(steps).toHaveLength(53);
    expect([stepOf('2026-01-07'), stepOf('2026-01-08'), stepOf('2026-12-31')]).toEqual([0, 1, 52]);
  });

  test('count by name, the largest first and the others last', () => {
    const rows = [
      { step: 0, name: 'others', count: 9 },
      { step: 0, name: 'few', count: 1 },
      { step: 1, name: 'many', count: 2 },
      { step: 1, name: 'many', count: 3 },
      { step: -1, name: 'elsewhere', count: 7 },
    ];

    const { names, value, sumOf } = countsOf(
      rows,
      2,
      ({ step }) => step,
      ({ name }) => name,
      ({ count }) => count,
    );

    expect(names).toEqual(['many', 'few', 'others']);
    expect([value(0, 'many'), value(1, 'many'), value(1, 'none'), sumOf('many')]).toEqual([
      0, 5, 0, 5,
    ]);
  });
});
