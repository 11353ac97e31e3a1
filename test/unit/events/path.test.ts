import { describe, expect, test } from '@jest/globals';
import { finderOf } from '../../../src/events/path.ts';
import { type Json, parseJson } from '../../../src/json.ts';

const find = (paths: string[], text: string): Json[] => finderOf(paths)(parseJson(text));

describe('A finder', () => {
  test.each<[string, string[], string, Json[]]>([
    ['a key', ['a'], '{"a":1,"b":2}', [1]],
    ['a key below a key', ['a.b'], '{"a":{"b":1},"b":2}', [1]],
    ['nothing where a key is missing', ['a.b'], '{"a":{"c":1}}', []],
    ['nothing below a scalar', ['a.b'], '{"a":"b"}', []],
    ['nothing below null', ['a.b'], '{"a":null}', []],
    ['no null', ['a', 'b[]'], '{"a":null,"b":[null,1]}', [1]],
    ['elements of a list', ['a[]'], '{"a":[1,2]}', [1, 2]],
    ['elements of a list also without brackets in the path', ['a'], '{"a":[1,2]}', [1, 2]],
    ['the element that stands for a list of one', ['a[].b'], '{"a":{"b":1}}', [1]],
    ['keys below each element', ['a[].b'], '{"a":[{"b":1},{"c":2},{"b":3}]}', [1, 3]],
    ['elements of lists in lists', ['a[].b[]'], '[{"a":[[{"b":[1,[2]]}]]}]', [1, 2]],
    ['the content of a wrapped scalar', ['a'], '{"a":{"tag":1,"content":"x"}}', ['x']],
    ['the contents of wrapped scalars', ['a'], '{"a":[{"tag":1,"content":"x"},"y"]}', ['x', 'y']],
    ['content only where it is a text', ['a'], '{"a":{"content":1}}', [{ content: 1 }]],
    ['a key by its ending', ['*Request.Id'], '{"StartXRequest":{"Id":1}}', [1]],
    ['a key that is the ending', ['*Request.Id'], '{"Request":{"Id":1}}', [1]],
    ['no key by another ending', ['*Request.Id'], '{"StartXrequest":{"Id":1}}', []],
    ['a key at the end by its ending', ['a.*Id'], '{"a":{"xId":1,"yId":2,"z":3}}', [1, 2]],
    ['a value twice where two paths meet', ['aId', '*Id'], '{"aId":1}', [1, 1]],
    ['a value and what is below it', ['a', 'a.b'], '{"a":{"b":1}}', [{ b: 1 }, 1]],
    ['values in the order of the event', ['a', 'b', 'c'], '{"c":1,"a":2,"b":3}', [1, 2, 3]],
    ['own keys only', ['toString', '__proto__.a', 'constructor.name'], '{}', []],
    ['a key named __proto__', ['__proto__.a'], '{"__proto__":{"a":1}}', [1]],
    ['what is in a JSON text', ['a{}.b'], '{"a":"[{\\"b\\":1},{\\"b\\":2}]"}', [1, 2]],
    ['the same where it is no text', ['a{}.b'], '{"a":[{"b":1}]}', [1]],
    ['nothing in a text that is not marked', ['a.b'], '{"a":"{\\"b\\":1}"}', []],
    ['nothing in a text that is no JSON', ['a{}.b'], '{"a":"{\\"b\\":1"}', []],
    [
      'nothing in a JSON text that nests deep',
      ['a{}'],
      `{"a":"${'['.repeat(101)}${']'.repeat(101)}"}`,
      [],
    ],
    ['nothing in a scalar', ['a'], '"a"', []],
    ['nothing in null', ['a'], 'null', []],
  ])('finds %s', (_name, paths, text, found) => {
    expect(find(paths, text)).toEqual(found);
  });

  test('finds nothing where there is nothing', () => {
    expect(finderOf(['a'])(undefined)).toEqual([]);
    expect(finderOf([])({ a: 1 })).toEqual([]);
  });

  test('finds numbers as they were spelt', () => {
    expect(find(['a'], '{"a":[1.0]}')).toEqual([JSON.rawJSON('1.0')]);
  });

  test('goes through lists that nest 1,000 levels', () => {
    const text = `{"a":${'['.repeat(999)}1${']'.repeat(999)}}`;

    expect(find(['a'], text)).toEqual([1]);
  });
});
