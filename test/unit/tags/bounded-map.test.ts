import { expect, test } from '@jest/globals';
import { createBoundedMap } from '../../../src/tags/bounded-map.ts';

test('What was set longest ago goes first, where there are too many', () => {
  const map = createBoundedMap<number>(2);

  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);

  expect(['a', 'b', 'c'].map(map.get)).toEqual([3, undefined, 4]);
});

test('What is deleted takes no place', () => {
  const map = createBoundedMap<number>(2);

  map.set('a', 1);
  map.set('b', 2);
  map.delete('b');
  map.set('c', 3);

  expect(['a', 'b', 'c'].map(map.get)).toEqual([1, undefined, 3]);
});
