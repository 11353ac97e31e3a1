import { describe, expect, test } from '@jest/globals';
import { compilePrefix, parsePrefix } from '../../../../local/firehose/prefix.ts';

const values = { instantMs: Date.UTC(2026, 10, 20, 9), randomString: () => 'abcdefghijk' };

describe('A prefix', () => {
  test('is taken apart into its expressions', () => {
    expect(parsePrefix('a/x=!{partitionKeyFromLambda:x}/!{timestamp:yyyy}/')).toEqual({
      parts: [
        'a/x=',
        { namespace: 'partitionKeyFromLambda', value: 'x' },
        '/',
        { namespace: 'timestamp', value: 'yyyy' },
        '/',
      ],
      expressions: [
        { namespace: 'partitionKeyFromLambda', value: 'x' },
        { namespace: 'timestamp', value: 'yyyy' },
      ],
      isWhole: true,
    });
  });

  test.each(['my!{prefix/', 'a!{firehose}/', 'a!{:x}/', 'a!{x:}/', 'a!{x{y:z}/', 'a!{'])(
    'with an open end is not whole: %s',
    (text) => {
      expect(parsePrefix(text)).toMatchObject({ isWhole: false, expressions: [] });
    },
  );

  test('takes braces without an exclamation mark for plain text', () => {
    expect(parsePrefix('a{b}/')).toEqual({ parts: ['a{b}/'], expressions: [], isWhole: true });
  });

  test('without expressions is written as it stands', () => {
    const prefix = compilePrefix('logs/!/{x}/');

    expect(prefix.evaluate(values)).toBe('logs/!/{x}/');
    expect(prefix.partitionKeyNames).toEqual([]);
  });

  test('writes the time, the partition keys and the error type', () => {
    const prefix = compilePrefix(
      'a/!{timestamp:yyyy}/s=!{partitionKeyFromLambda:s}/!{firehose:error-output-type}/z',
    );

    const text = prefix.evaluate({
      ...values,
      partitionKeys: { s: 'aws.ec2' },
      errorOutputType: 'processing-failed',
    });

    expect(text).toBe('a/2026/s=aws.ec2/processing-failed/z');
    expect(prefix.partitionKeyNames).toEqual(['s']);
  });

  test('names a partition key once, however often it stands', () => {
    const prefix = compilePrefix('!{partitionKeyFromLambda:s}/!{partitionKeyFromLambda:s}');

    expect(prefix.partitionKeyNames).toEqual(['s']);
    expect(prefix.evaluate({ ...values, partitionKeys: { s: 'x' } })).toBe('x/x');
  });

  test('takes a fresh random string at each use', () => {
    let count = 0;
    const prefix = compilePrefix('!{firehose:random-string}/!{firehose:random-string}/');

    const text = prefix.evaluate({ ...values, randomString: () => `r${++count}` });

    expect(text).toBe('r1/r2/');
  });

  test.each(['my!{prefix/', 'a/!{timestamp}/', 'a/!{}/', 'a/!{timestamp:}/', 'a/!{:yyyy}/'])(
    'refuses %s: an expression that is not whole',
    (template) => {
      expect(() => compilePrefix(template)).toThrow(
        `The prefix "${template}" has an expression that is not whole`,
      );
    },
  );

  test.each(['bogus:x', 'firehose:nonsense', 'partitionKeyFromQuery:source'])(
    'refuses the expression %s, which is not simulated',
    (expression) => {
      expect(() => compilePrefix(`a/!{${expression}}/`)).toThrow(
        `has the expression !{${expression}}, which is not simulated`,
      );
    },
  );
});
