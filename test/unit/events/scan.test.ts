import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { nestingOf, scanValue, skipSpace } from '../../../src/events/scan.ts';

const scan = (text: string, isWhole = true) => scanValue(Buffer.from(text), 0, isWhole);

const values = [
  '{}',
  '[]',
  '[ ]',
  '{ }',
  '""',
  '"a"',
  '"\\""',
  '"\\\\"',
  '"\\u00e9"',
  '"é😀\u2028"',
  '"\t"',
  '0',
  '-0',
  '-1.50e+10',
  '1E-3',
  '1234567890123456789012345678901234567890',
  'true',
  'false',
  'null',
  '[1,"a",null,{"b":[]},[[]]]',
  '{"a":1,"b":{"c":[{}]},"":""}',
  '{\n  "a" : [ 1 ,\r\n\t2 ]\n}',
];

describe('scanValue', () => {
  test.each(values)('finds the end of %j, whatever follows', (text) => {
    const end = Buffer.byteLength(text);

    expect(scan(text)).toEqual({ end });
    for (const rest of [' ', '\n{"b":1}', ',1', ']', '}', '"x"', '[']) {
      expect(scan(text + rest)).toEqual({ end });
    }
  });

  test.each(values)('says of every beginning of %j that it goes on', (text) => {
    const bytes = Buffer.from(text);

    for (let length = 0; length < bytes.length; length++) {
      expect(scanValue(bytes.subarray(0, length), 0, false)).toBe('incomplete');
    }
  });

  test('starts where it is told', () => {
    expect(scanValue(Buffer.from('{} {"a":1}'), 3, true)).toEqual({ end: 10 });
  });

  test('takes a number at the end for complete only where no more bytes follow', () => {
    expect(scan('12', true)).toEqual({ end: 2 });
    expect(scan('12', false)).toBe('incomplete');
    expect(scan('12 ', false)).toEqual({ end: 2 });
  });

  test.each([
    [4, 'a key without a colon', '{"a"}'],
    [5, 'a key without a colon', '{"a" "b"}'],
    [4, 'a key without a colon', '{"a",1}'],
    [1, 'a key that is not a string', '{1:2}'],
    [1, 'a key that is not a string', '{a:1}'],
    [1, 'a key that is not a string', '{{}}'],
    [1, 'a key that is not a string', '{,}'],
    [7, 'a key that is not a string', '{"a":1,,'],
    [0, 'a closing bracket out of place', ']'],
    [0, 'a closing bracket out of place', '}'],
    [1, 'a closing bracket out of place', '[}'],
    [1, 'a closing bracket out of place', '{]'],
    [3, 'a closing bracket out of place', '[1,]'],
    [7, 'a closing bracket out of place', '{"a":1,}'],
    [5, 'a closing bracket out of place', '{"a":}'],
    [6, 'a closing bracket out of place', '{"a":1]'],
    [2, 'two values without a comma', '[1"a"]'],
    [3, 'two values without a comma', '[1 2]'],
    [3, 'two values without a comma', '[[][]]'],
    [7, 'two values without a comma', '{"a":1 "b":2}'],
    [6, 'two values without a comma', '{"a":1:2}'],
    [2, 'two values without a comma', '[1é]'],
    [0, 'neither a JSON value nor white space', ','],
    [0, 'neither a JSON value nor white space', ':'],
    [1, 'neither a JSON value nor white space', '[:'],
    [0, 'neither a JSON value nor white space', "'a'"],
    [0, 'neither a JSON value nor white space', 'é'],
    [0, 'neither a JSON value nor white space', '\u2028'],
    [0, 'neither a JSON value nor white space', '\u0000'],
    [0, 'neither a JSON value nor white space', 'NaN'],
    [3, 'neither a JSON value nor white space', 'nulL'],
    [5, 'neither a JSON value nor white space', 'truex '],
    [2, 'neither a JSON value nor white space', '01'],
    [2, 'neither a JSON value nor white space', '+1'],
    [2, 'neither a JSON value nor white space', '1.'],
    [2, 'neither a JSON value nor white space', '.5'],
    [1, 'neither a JSON value nor white space', '-'],
    [2, 'neither a JSON value nor white space', '1e'],
    [5, 'neither a JSON value nor white space', '1.2.3'],
    [3, 'a line break inside a string', '{"a\n":1}'],
    [1, 'a line break inside a string', '"\n"'],
    [3, 'a line break inside a string', '"a\\\n"'],
  ])('stops at byte %i, %s: %j', (at, reason, text) => {
    expect(scan(text)).toEqual({ at, reason });
  });

  test('has a bound on the length of a number or word', () => {
    expect(scan('1'.repeat(1024))).toEqual({ end: 1024 });
    for (const text of ['1'.repeat(1025), 'a'.repeat(5000), `[${'1'.repeat(2000)}]`]) {
      expect(scan(text)).toMatchObject({ reason: 'a number or word that is too long' });
      expect(scan(text, false)).toEqual(scan(text));
    }
  });

  test('takes 100,000 levels without a stack', () => {
    const depth = 100_000;

    expect(scan('['.repeat(depth) + ']'.repeat(depth))).toEqual({ end: 2 * depth });
  });
});

describe('skipSpace', () => {
  test.each([
    ['', 0],
    ['a', 0],
    [' \t\r\na', 4],
    ['   ', 3],
    ['\u00a0', 0], // white space elsewhere, not in JSON
    ['\u000b', 0],
  ])('of %j skips %i bytes', (text, count) => {
    expect(skipSpace(Buffer.from(text), 0)).toBe(count);
  });
});

describe('How deep values lie', () => {
  test.each<[json: string, nesting: number]>([
    ['', 0],
    ['{}', 1],
    ['[[],[]]', 5],
    ['{"a":{"b":[1,2]}}', 6],
    ['"[[["', 0],
    ['["\\"[[[",{"]]":[]}]', 6],
  ])('%s', (json, nesting) => {
    expect(nestingOf(Buffer.from(json))).toBe(nesting);
  });

  test('is not looked for where it cannot be as much as is asked for', () => {
    expect(nestingOf(Buffer.from('[[[]]]'), 6)).toBe(6);
    expect(nestingOf(Buffer.from('[[[]]]'), 7)).toBe(0);
  });
});
