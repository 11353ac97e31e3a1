import { describe, expect, test } from '@jest/globals';
import {
  equalJson,
  hasMoreObjects,
  isDeeperThan,
  isObject,
  type Json,
  jsonText,
  numberText,
  ownValue,
  parseJson,
} from '../../src/json.ts';

/** Numbers that JavaScript would spell differently, or not hold at all. */
const oddNumbers = [
  '-0',
  '-0.0',
  '0.0',
  '4.0',
  '-4.10',
  '0.0000001',
  '-0.00000012',
  '1e5',
  '1E5',
  '1e+5',
  '1.5e-3',
  '1e21',
  '1e400',
  '-1e400',
  '1e-400',
  '9007199254740993',
  '-9007199254740993',
  '18446744073709551616',
  '12345678901234567890123456789',
  '1234567890123456.5',
  '0.12345678901234567',
  '100000000000000000000000',
];

const plainNumbers = ['0', '7', '-7', '1.5', '-0.5', '0.000001', '123456789012345', '1e+21'];

/** Every place that a number can stand at. */
const places: [name: string, text: (number: string) => string][] = [
  ['alone', (number) => number],
  ['after white space', (number) => ` \t\r\n${number}\n`],
  ['as a member', (number) => `{"a":${number}}`],
  ['as a member after a blank', (number) => `{"a" : ${number} , "b":[]}`],
  ['as an element', (number) => `[${number}]`],
  ['as a later element', (number) => `[1,\n${number}\n,true]`],
  ['beside its own key', (number) => `{"${number}":${number},"b":"${number}"}`],
];

describe('The keys that parseJson reads', () => {
  // What an object of the same shape had there before, and a key that JSON.parse of Node 24 takes for it.
  test.each([
    [String.raw`"\\"`, String.raw`"\n"`, '\n'],
    [String.raw`"\\"`, String.raw`"\ud800"`, '\ud800'],
    [String.raw`"\\"`, String.raw`"\u0041"`, 'A'],
    [String.raw`"x\\"`, String.raw`"x\n"`, 'x\n'],
    [String.raw`"\\n"`, String.raw`"\nx"`, '\nx'],
    [String.raw`"\\u00"`, String.raw`"\u0041bcd"`, 'Abcd'],
  ])('are not those of another document: after %s, %s', (before, key, name) => {
    for (const space of ['', ' \n\t\r']) {
      const textOf = (own: string) =>
        `{"a":[{"b":1.0}],${space}${own}${space}:${space}{"c":"\\n"}}`;
      parseJson(textOf(before));

      const parsed = parseJson(textOf(key)) as Record<string, Json>;

      expect(Object.keys(parsed)).toEqual(['a', name]);
      expect(jsonText(parsed)).toBe(`{"a":[{"b":1.0}],${JSON.stringify(name)}:{"c":"\\n"}}`);
    }
  });

  test('are own ones also where an escape is beside `__proto__`, and the last of doubled ones', () => {
    const parsed = parseJson(
      String.raw`{"__proto__":1,"\n":[],"b":{},"\u0062":[true,null,-0],"":""}`,
    );

    expect(jsonText(parsed)).toBe(String.raw`{"__proto__":1,"\n":[],"b":[true,null,-0],"":""}`);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });
});

describe('parseJson and jsonText', () => {
  describe.each(places)('keep the spelling of a number %s', (_name, textWith) => {
    test.each([...oddNumbers, ...plainNumbers])('%s', (number) => {
      const text = textWith(number);

      const written = jsonText(parseJson(text));

      expect(written).toBe(text.replaceAll(/\s/g, ''));
    });
  });

  test('give ordinary numbers as JavaScript numbers', () => {
    const parsed = parseJson('[0,7,-7,1.5,123456789012345]');

    expect(parsed).toEqual([0, 7, -7, 1.5, 123456789012345]);
  });

  test('do so also beside a number that is kept as it was spelt', () => {
    expect(parseJson('[7,1.0,-1.5]')).toEqual([7, JSON.rawJSON('1.0'), -1.5]);
  });

  test('never take digits in a string for a number', () => {
    const text = '{"1.0":"1.0","b":"[1e400,-0]","c":":9007199254740993"}';

    const parsed = parseJson(text);

    expect(parsed).toEqual({ '1.0': '1.0', b: '[1e400,-0]', c: ':9007199254740993' });
    expect(jsonText(parsed)).toBe(text);
  });

  test('let the last of doubled keys win, in its spelling', () => {
    expect(jsonText(parseJson('{"a":1.0,"b":0,"a":2.0}'))).toBe('{"a":2.0,"b":0}');
  });

  test('write lone surrogates as escapes and everything else as it is', () => {
    const text = '["\\ud800","\\udc00x","😀","\u2028","\\u0000"]';

    expect(jsonText(parseJson(text))).toBe(text);
  });

  test.each(['__proto__', 'constructor', 'toString', 'toJSON', 'rawJSON', 'hasOwnProperty', ''])(
    'take the key "%s" for one like any other',
    (key) => {
      const text = `{"${key}":{"${key}":1.0},"b":[{"${key}":null}]}`;

      const parsed = parseJson(text);

      expect(jsonText(parsed)).toBe(text);
      expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
    },
  );

  test.each(['', ' ', '{', '{"a":1.0', "{'a':1}", '[1,]', '01', '1.', '+1', 'NaN', '"\n"', '{}{}'])(
    'refuse %j, which is no JSON',
    (text) => {
      expect(() => parseJson(text)).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
    },
  );
});

describe('numberText', () => {
  test.each([...oddNumbers, ...plainNumbers])('spells %s as it stood', (number) => {
    expect(numberText(parseJson(number))).toBe(number);
  });

  test.each([undefined, null, true, '7', [7], { rawJSON: '7' }])('is undefined of %j', (value) => {
    expect(numberText(value)).toBeUndefined();
  });
});

describe('isObject', () => {
  test.each(['{}', '{"rawJSON":"1"}', '{"a":{}}'])('is true of %s', (text) => {
    expect(isObject(parseJson(text))).toBe(true);
  });

  test.each(['null', '[]', '"{}"', '0', '1.0', 'true'])('is false of %s', (text) => {
    expect(isObject(parseJson(text))).toBe(false);
  });

  test('is false of what is absent', () => {
    expect(isObject(undefined)).toBe(false);
  });
});

describe('ownValue', () => {
  test('gives members of the object, none that it inherits', () => {
    const object = parseJson('{"toString":1,"__proto__":2}');

    const values = isObject(object)
      ? ['toString', '__proto__', 'constructor', 'a'].map((key) => ownValue(object, key))
      : [];

    expect(values).toEqual([1, 2, undefined, undefined]);
  });
});

describe('isDeeperThan', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  test.each([
    ['arrays at the bound', nested(5), false],
    ['arrays beyond the bound', nested(6), true],
    ['objects at the bound', `${'{"a":'.repeat(5)}1${'}'.repeat(5)}`, false],
    ['objects beyond the bound', `${'{"a":'.repeat(6)}1${'}'.repeat(6)}`, true],
    ['many values side by side', `[${'[],'.repeat(50)}[]]`, false],
    ['brackets in a string', `"${'['.repeat(50)}"`, false],
    ['brackets after an escaped quote', `["\\"${'['.repeat(50)}"]`, false],
    ['brackets after a string that ends in a backslash', `["\\\\",${nested(5)}]`, true],
    ['a string without its end', `["${'['.repeat(50)}`, false],
    ['a string that ends in an escaped quote', `["${'['.repeat(50)}\\"`, false],
    ['more closing than opening brackets', `]]]]${nested(9)}`, false],
  ])('%s', (_name, text, isDeeper) => {
    expect(isDeeperThan(text, 5)).toBe(isDeeper);
  });

  test('looks at a text of 100,000 quotes and backslashes once', () => {
    const hostile = `${'"\\\\" '.repeat(100_000)}${nested(1001)}`;

    expect(isDeeperThan(hostile, 1000)).toBe(true);
  });
});

describe('hasMoreObjects', () => {
  test.each([
    ['lists at the bound', `[${'[],'.repeat(8)}1]`, false],
    ['lists beyond the bound', `[${'[],'.repeat(9)}1]`, true],
    ['objects and lists, in each other too', `${'[{"a":'.repeat(5)}1${'}]'.repeat(5)}`, true],
    ['brackets in a string', `["${'['.repeat(50)}"]`, false],
    ['many other values', `[${'1,'.repeat(50)}1]`, false],
  ])('%s', (_name, text, hasMore) => {
    expect(hasMoreObjects(text, 9)).toBe(hasMore);
  });
});

describe('equalJson', () => {
  const equal: [string, string][] = [
    ['null', 'null'],
    ['1.0', '1.0'],
    ['"a"', '"a"'],
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['{"a":null}', '{}'],
    ['{}', '{"a":null}'],
    ['{"a":null}', '{"b":null}'],
    ['{"a":{"b":null,"c":[1]}}', '{"a":{"c":[1]}}'],
    ['[{"a":null}]', '[{}]'],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['{"toString":null}', '{}'],
  ];
  const different: [string, string][] = [
    ['1', '1.0'],
    ['1.0', '1.00'],
    ['0', '-0'],
    ['1e400', '1e401'],
    ['9007199254740993', '9007199254740992'],
    ['1', '"1"'],
    ['1.0', '"1.0"'],
    ['true', '"true"'],
    ['"a"', '"A"'],
    ['"a"', '["a"]'],
    ['[]', '{}'],
    ['{}', '[]'],
    ['[1]', '{"0":1}'],
    ['[null]', '[]'],
    ['[1,2]', '[2,1]'],
    ['[1]', '[1,1]'],
    ['{"a":{}}', '{}'],
    ['{"a":[]}', '{}'],
    ['{"a":false}', '{}'],
    ['{"a":1}', '{"b":1}'],
    ['{"a":1}', '{"a":1,"b":2}'],
    ['{"__proto__":{"a":1}}', '{}'],
    ['{"toString":{}}', '{}'],
    ['0', 'null'],
    ['false', 'null'],
    ['""', 'null'],
  ];

  test.each(equal)('%s is %s', (a, b) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(true);
    expect(equalJson(parseJson(b), parseJson(a))).toBe(true);
  });

  test.each(different)('%s is not %s', (a, b) => {
    expect(equalJson(parseJson(a), parseJson(b))).toBe(false);
    expect(equalJson(parseJson(b), parseJson(a))).toBe(false);
  });

  test('1,000 levels are compared once', () => {
    const deep = parseJson(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`);
    const other = parseJson(`${'{"a":'.repeat(1000)}2${'}'.repeat(1000)}`);

    expect(equalJson(deep, structuredClone(deep))).toBe(true);
    expect(equalJson(deep, other)).toBe(false);
  });

  test('what is absent is null, and nothing else', () => {
    const values: (Json | undefined)[] = [undefined, null, 0, '', false, [], {}];

    expect(values.map((value) => equalJson(value, undefined))).toEqual([
      true,
      true,
      ...Array<boolean>(5).fill(false),
    ]);
  });
});
