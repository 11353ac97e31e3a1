import { describe, expect, test } from '@jest/globals';
import { defaultSources, otherSource, sourcePattern } from '../../../src/partition/sources.ts';

describe('The sources with a partition of their own', () => {
  test('are sorted, and none is there twice', () => {
    expect([...defaultSources]).toEqual([...new Set(defaultSources)].sort());
  });

  test('are names of a folder, as is the other partition', () => {
    for (const source of [...defaultSources, otherSource]) expect(source).toMatch(sourcePattern);
  });

  test('do not name the partition of all others', () => {
    expect([...defaultSources]).not.toContain(otherSource);
  });
});

describe('The name of a partition', () => {
  test.each(['a', '1', 'aws.ec2', 'my-app_1.x', 'a.', 'a-'])('may be "%s"', (name) => {
    expect(sourcePattern.test(name)).toBe(true);
  });

  test.each([
    '',
    '.',
    '..',
    '.a',
    '-a',
    '_a',
    'A',
    'a/b',
    'a b',
    'a=b',
    "a'b",
    'a\n',
    'é',
    'a,b',
    'a%',
  ])('may not be %j', (name) => {
    expect(sourcePattern.test(name)).toBe(false);
  });
});
