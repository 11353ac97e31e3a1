import { describe, expect, test } from '@jest/globals';
import { createByteMemo } from '../../../../src/rows/one-pass/byte-memo.ts';

/** A memo of two pieces, the first and the last of three, and how often something was made of them. */
function createMemo(result = (made: number): number | undefined => made) {
  let made = 0;
  const memo = createByteMemo([0, 2], () => result(++made));
  return (pieces: readonly (string | undefined)[], before = '') => {
    const places = new Uint32Array(2 * pieces.length);
    let text = before;
    for (const [index, piece] of pieces.entries()) {
      if (piece === undefined) continue;
      places.set([text.length, text.length + piece.length], 2 * index);
      text += piece;
    }
    return memo.get(Buffer.from(text), places);
  };
}

describe('A memo', () => {
  test('makes of the same pieces once, wherever they stand and whatever is between', () => {
    const get = createMemo();

    expect(get(['role', 'x', 'arn'])).toBe(1);
    expect(get(['role', undefined, 'arn'], '{"a":1')).toBe(1);
  });

  test.each([
    ['another byte at the start', ['Role-1', '', 'arn']],
    ['another byte that is not looked at to find the slot', ['rolE-1', '', 'arn']],
    ['another last piece', ['role-1', '', 'art']],
    ['the same bytes, cut elsewhere', ['role-', '', '1arn']],
    ['one piece only', ['role-1', '', undefined]],
    ['none', [undefined, undefined, undefined]],
  ])('makes of others anew: %s', (_, pieces) => {
    const get = createMemo();

    expect([get(['role-1', '', 'arn']), get(pieces)]).toEqual([1, 2]);
  });

  test('remembers pieces of 4,096 bytes together, and no more', () => {
    const get = createMemo();
    const [most, more] = ['a'.repeat(4093), 'b'.repeat(4094)];

    expect([most, most, more, more].map((piece) => get([piece, '', 'arn']))).toEqual([1, 1, 2, 3]);
  });

  test('does not remember that nothing can be made', () => {
    const get = createMemo((made) => (made === 1 ? undefined : made));

    expect([1, 2, 3].map(() => get(['role', '', 'arn']))).toEqual([undefined, 2, 2]);
  });

  test('remembers 2,048 at most', () => {
    const get = createMemo();
    const roles = Array.from({ length: 10_000 }, (_, index) => `role-${index}`);
    for (const role of roles) get([role, '', 'arn']);

    const again = roles.map((role) => get([role, '', 'arn']) ?? 0);

    expect(again.filter((made) => made <= roles.length).length).toBeLessThanOrEqual(2048);
  });
});
