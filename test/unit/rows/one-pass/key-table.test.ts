import { describe, expect, test } from '@jest/globals';
import { hashOn, keyTableOf } from '../../../../src/rows/one-pass/key-table.ts';

/** What the table of these keys has where the hash of a text leads. */
function slotIn(keys: readonly string[], text: string) {
  const { slots, mask } = keyTableOf(keys.map((key) => [key, key.toUpperCase()]));
  return slots[Buffer.from(text).reduce((hash, byte) => hashOn(hash, byte, mask), 0)];
}

describe('A table of keys', () => {
  test('has each where its hash leads', () => {
    const keys = Array.from({ length: 300 }, (_, index) => `key-${index}-é`);

    for (const key of keys) {
      expect(slotIn(keys, key)).toEqual({ key: Buffer.from(key), entry: key.toUpperCase() });
    }
  });

  test('grows until each has a slot of its own', () => {
    const sharing = ['id', 'ql'];

    expect(sharing.map((key) => slotIn([key], key)?.entry)).toEqual(['ID', 'QL']);
    expect(slotIn(['id'], 'ql')?.entry).toBe('ID');
    expect(sharing.map((key) => slotIn(sharing, key)?.entry)).toEqual(['ID', 'QL']);
  });

  test('is not made of a key that is there twice', () => {
    expect(() => slotIn(['a', 'b', 'a'], 'a')).toThrow(
      'two of these keys have the same hash: a, b, a',
    );
  });
});
