import { describe, expect, test } from '@jest/globals';
import { isSweepDue, nothingAsked, sweepLimits } from '../../../src/tags/sweeps.ts';

describe('A sweep is due', () => {
  test.each([
    [0, false],
    [3, false],
    [4, true],
    [100, true],
  ])('after calls by ids took %i pages: %s', (pages, isDue) => {
    expect(isSweepDue({ pages, isSwept: false }, sweepLimits)).toBe(isDue);
  });

  test('only once', () => {
    expect(isSweepDue({ pages: 100, isSwept: true }, sweepLimits)).toBe(false);
  });

  test('after as many pages as the limits say', () => {
    expect(isSweepDue(nothingAsked, { afterPages: 0, maxPages: 1 })).toBe(true);
    expect(isSweepDue({ pages: 4, isSwept: false }, { afterPages: 5, maxPages: 1 })).toBe(false);
  });
});
