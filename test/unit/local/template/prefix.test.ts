import { expect, test } from '@jest/globals';
import { parsePrefix } from '../../../../local/template/prefix.ts';

test('a prefix is taken apart into its expressions', () => {
  const prefix = parsePrefix('a/x=!{partitionKeyFromLambda:x}/!{timestamp:yyyy}/');

  expect(prefix.expressions).toEqual([
    { namespace: 'partitionKeyFromLambda', value: 'x' },
    { namespace: 'timestamp', value: 'yyyy' },
  ]);
  expect(prefix.malformed).toBe(false);
  // "a/x=" and two slashes, and at least one character for each expression.
  expect(prefix.leastLength).toBe(8);
});

test.each(['my!{prefix/', 'a!{firehose}/', 'a!{:x}/', 'a!{x:}/'])(
  'a prefix with an open end is malformed: %s',
  (text) => {
    expect(parsePrefix(text).malformed).toBe(true);
  },
);

test('braces without an exclamation mark are plain text', () => {
  expect(parsePrefix('a{b}/')).toEqual({
    text: 'a{b}/',
    expressions: [],
    malformed: false,
    leastLength: 5,
  });
});
