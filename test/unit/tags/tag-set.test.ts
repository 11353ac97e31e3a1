import { describe, expect, test } from '@jest/globals';
import {
  isEmptySet,
  isPossible,
  isSameSet,
  keepAll,
  keptOf,
  tagFilterOf,
  tagSetOf,
} from '../../../src/tags/tag-set.ts';
import { setOf } from '../../support/tags-fixture.ts';

describe('A tag set', () => {
  test('keeps a key of any name, also those that every object has', () => {
    const keys = ['__proto__', 'constructor', 'toString', 'Name', 'name', ''];

    const set = tagSetOf(keys.map((key) => [key, key]));

    expect(Object.keys(set)).toEqual(keys);
    expect(JSON.parse(JSON.stringify(set))).toEqual(
      JSON.parse(
        '{"__proto__":"__proto__","constructor":"constructor","toString":"toString","Name":"Name","name":"name","":""}',
      ),
    );
  });

  test('is well-formed Unicode, as one lone surrogate stops an engine reading the file', () => {
    const set = tagSetOf([['a\ud800', 'b\udc00'] as const]);

    expect(Object.entries(set)).toEqual([['a\ufffd', 'b\ufffd']]);
  });

  test('may be empty', () => {
    expect(isEmptySet(tagSetOf([]))).toBe(true);
    expect(isEmptySet(setOf({ a: '' }))).toBe(false);
    expect(isEmptySet(tagSetOf([['__proto__', '']]))).toBe(false);
  });

  test.each([
    [{}, {}, true],
    [{ a: '1', b: '2' }, { b: '2', a: '1' }, true],
    [{ a: '1' }, { a: '2' }, false],
    [{ a: '1' }, { A: '1' }, false],
    [{ a: '1' }, {}, false],
    [{ a: '1' }, { a: '1', b: '2' }, false],
    [{ a: '1', b: '2' }, { a: '1', c: '2' }, false],
  ])('%j and %j are the same: %s', (a, b, isSame) => {
    expect(isSameSet(setOf(a), setOf(b))).toBe(isSame);
    expect(isSameSet(setOf(b), setOf(a))).toBe(isSame);
  });
});

describe('A resource can have', () => {
  const tags = (count: number) => Array.from({ length: count }, (_, n) => [`${n}`, ''] as const);

  test.each<[what: string, tags: readonly (readonly [string, string | null])[], isSo: boolean]>([
    ['100 tags', tags(100), true],
    ['no 101', tags(101), false],
    ['the longest tag, of characters of four bytes', [['😀'.repeat(128), '😀'.repeat(256)]], true],
    ['none that is longer', [['😀'.repeat(128), `${'😀'.repeat(256)}x`]], false],
    ['none of control characters, of six bytes each in JSON', [['k', '\u0001'.repeat(300)]], false],
    ['one to be deleted, whatever its value', [['k', null]], true],
  ])('%s', (_, tags, isSo) => {
    expect(isPossible(tags)).toBe(isSo);
  });

  test('no set of which a part cannot be told', () => {
    expect(isPossible([['a', '1'], undefined])).toBe(false);
  });
});

describe('The filter of tag keys', () => {
  test.each<[keys: string[], kept: string[], others: string[]]>([
    [[], ['Name', 'aws:autoscaling:groupName', ''], []],
    [['Name'], ['Name'], ['name', 'Names', 'MyName', '']],
    [['Name', 'team'], ['Name', 'team'], ['Name,team']],
    [['cost-*'], ['cost-', 'cost-centre', 'cost-\ncentre'], ['cost', 'xcost-']],
    [['*:team'], ['org:team', ':team', 'a:b:team'], ['org:team:x']],
    [['a*c*e'], ['abcde', 'ace'], ['acd', 'bace', 'abde', 'ae']],
    [['ab*bc'], ['abbc', 'ab-bc'], ['abc']],
    [['a*ce*e'], ['acee', 'abcede'], ['ace']],
    [['*'], ['', 'anything'], []],
    [['aws:*'], ['aws:cloudformation:stack-name'], ['awsx']],
    [
      ['a.b', 'c+d', '(e)', '[f]', 'g\\h', 'i|j', '^k$'],
      ['a.b', 'c+d', '(e)', '[f]', 'g\\h', 'i|j', '^k$'],
      ['axb', 'ccd', 'e', 'f', 'i', 'j', 'k'],
    ],
    [['\u00e9*\u{1f600}'], ['\u00e9t\u00e9\u{1f600}'], ['e\u{1f600}']],
  ])('%j keeps %j and not %j', (keys, kept, others) => {
    const isKept = tagFilterOf(keys);

    expect(kept.filter(isKept)).toEqual(kept);
    expect(others.filter(isKept)).toEqual([]);
  });

  test('takes tags out of a set, and leaves the set itself as it is', () => {
    const set = setOf({ Name: 'web-1', team: 'web' });

    expect(keptOf(set, tagFilterOf(['team']))).toEqual(setOf({ team: 'web' }));
    expect(keptOf(set, keepAll)).toBe(set);
    expect(tagFilterOf([])).toBe(keepAll);
    expect(Object.keys(set)).toEqual(['Name', 'team']);
  });

  test('answers at once to a list that is made to be slow', () => {
    const isKept = tagFilterOf([`${'a*'.repeat(20)}b`]);
    const startedMs = performance.now();

    const isLong = isKept('a'.repeat(128));

    expect(isLong).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
