import { describe, expect, test } from '@jest/globals';
import { batchLimits, createBudget } from '../../../src/batch/budget.ts';

const budget = () =>
  createBudget({ ...batchLimits, maxKeptBytes: 100, maxUnzippedInAllBytes: 1000 });

describe('The budget of a batch', () => {
  test('keeps as much as it has, and not one byte more', () => {
    const { newShare } = budget();

    expect(newShare().keep(60)).toBe(true);
    const second = newShare();
    expect(second.keep(40)).toBe(true);
    expect(second.keep(1)).toBe(false);
  });

  test('is 64 MiB, and not one byte more', () => {
    const keptBeside = (bytes: number) => {
      const { newShare } = createBudget(batchLimits);
      newShare().keep(1);
      return newShare().keep(bytes);
    };
    const limit = 64 * 1024 * 1024;

    expect([limit - 2, limit - 1, limit].map(keptBeside)).toEqual([true, true, false]);
  });

  test('is spent when 512 MiB are unpacked, and not one byte before', () => {
    const isSpentAfter = (bytes: number) => {
      const { newShare } = createBudget(batchLimits);
      newShare().unzipped(bytes);
      return newShare().isSpent();
    };
    const limit = 512 * 1024 * 1024;

    expect([limit - 1, limit, limit + 1].map(isSpentAfter)).toEqual([false, true, true]);
  });

  test('keeps anything for the first that keeps something', () => {
    const { newShare } = budget();
    newShare().release();

    const first = newShare();
    expect([first.keep(101), first.keep(1000)]).toEqual([true, true]);
    expect(newShare().keep(1)).toBe(false);
  });

  test('has again what was released, once', () => {
    const { newShare } = budget();
    newShare().keep(50);
    const second = newShare();
    second.keep(50);

    second.release();
    second.release();

    expect(newShare().keep(50)).toBe(true);
    expect(newShare().keep(1)).toBe(false);
  });

  test.each<[when: string, (newShare: ReturnType<typeof createBudget>['newShare']) => void]>([
    ['all is kept', (newShare) => newShare().keep(100)],
    ['as much is unpacked as may be', (newShare) => newShare().unzipped(1000)],
    [
      'it did not do for one record',
      (newShare) => {
        newShare().keep(50);
        const refused = newShare();
        refused.keep(51);
        refused.release();
      },
    ],
  ])('is spent when %s', (_when, spend) => {
    const { newShare } = budget();
    newShare().unzipped(999);
    expect(newShare().isSpent()).toBe(false);

    const other = budget();
    spend(other.newShare);
    expect(other.newShare().isSpent()).toBe(true);
  });
});
