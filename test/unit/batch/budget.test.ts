import { describe, expect, test } from '@jest/globals';
import { batchLimits, createBudget } from '../../../src/batch/budget.ts';

const budget = () =>
  createBudget({ ...batchLimits, maxKeptBytes: 100, maxReadWork: 1000, maxRecordWork: 900 });

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

  test('has as much work as it has, and a share of it for one record', () => {
    const { newShare, readWork } = budget();
    const first = newShare();
    const second = newShare();

    expect(first.charge(900)).toBe(true);
    expect(second.charge(100)).toBe(true);
    expect(second.charge(1)).toBe(false);
    expect(second.isTooMuch()).toBe(false);
    expect(readWork()).toBe(1001);

    const other = budget().newShare();
    expect([other.charge(900), other.charge(1), other.isTooMuch()]).toEqual([true, false, true]);
  });

  test('has work again that was charged and not done', () => {
    const { newShare, readWork } = budget();
    const first = newShare();
    first.charge(900);

    first.refund(800);

    expect(first.charge(800)).toBe(true);
    expect(newShare().charge(100)).toBe(true);
    expect(readWork()).toBe(1000);
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
    [
      'all work is done',
      (newShare) => {
        newShare().charge(500);
        newShare().charge(500);
      },
    ],
    [
      'there was more work than it has left',
      (newShare) => {
        newShare().charge(500);
        const refused = newShare();
        refused.charge(501);
        refused.refund(501);
      },
    ],
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
    newShare().charge(800);
    newShare().charge(199);
    expect(newShare().isSpent()).toBe(false);

    const other = budget();
    spend(other.newShare);
    expect(other.newShare().isSpent()).toBe(true);
  });
});
