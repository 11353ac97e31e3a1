import { expect, test } from '@jest/globals';
import { createRecent } from '../../../src/tags/recent.ts';

test('What was set longest ago goes first, where there are too many', () => {
  const recent = createRecent<number>(2);

  recent.set('a', 1);
  recent.set('b', 2);
  recent.set('a', 3);
  recent.set('c', 4);

  expect(['a', 'b', 'c'].map(recent.get)).toEqual([3, undefined, 4]);
});

test('What is deleted takes no place', () => {
  const recent = createRecent<number>(2);

  recent.set('a', 1);
  recent.set('b', 2);
  recent.delete('b');
  recent.set('c', 3);

  expect(['a', 'b', 'c'].map(recent.get)).toEqual([1, undefined, 3]);
});
