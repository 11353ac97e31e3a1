import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  equalJson,
  isDeeperThan,
  jsonText,
  parseJson,
  numberText as spellingOf,
} from '../../src/json.ts';
import { jsonTextValue, numberText } from '../support/arbitraries.ts';
import { propertyRuns as numRuns } from '../support/property-runs.ts';

describe('JSON', () => {
  test('keeps the spelling of every number, wherever it stands', () => {
    const places = fc.constantFrom<(number: string) => string>(
      (number) => number,
      (number) => ` ${number}\n`,
      (number) => `[${number}]`,
      (number) => `[1, ${number} ,2]`,
      (number) => `{"a":\t${number}}`,
    );

    fc.assert(
      fc.property(numberText, places, (number, textWith) => {
        const text = textWith(number);
        return jsonText(parseJson(text)) === text.replaceAll(/\s/g, '');
      }),
      {
        numRuns,
        examples: [
          ['-0', (number) => number],
          ['1e400', (number) => `[${number}]`],
        ],
      },
    );
  });

  test('spells a number as it stood', () => {
    fc.assert(
      fc.property(numberText, (number) => spellingOf(parseJson(number)) === number),
      { numRuns },
    );
  });

  test('is the same value after every way there and back', () => {
    fc.assert(
      fc.property(jsonTextValue, (text) => {
        const written = jsonText(parseJson(text));
        return (
          written === jsonText(parseJson(written)) && equalJson(parseJson(text), parseJson(written))
        );
      }),
      { numRuns, examples: [['{"__proto__":{"a":-0}}'], ['"\\ud800"']] },
    );
  });

  test('has the values that JavaScript itself reads', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        return JSON.stringify(JSON.parse(jsonText(parseJson(text)))) === text;
      }),
      { numRuns },
    );
  });

  test('is what JSON.parse takes for it, and nothing else, also where it is read by other means', () => {
    const isTaken = (parse: (text: string) => unknown, text: string) => {
      try {
        parse(text);
        return true;
      } catch (error) {
        // Of another realm than Jest's.
        return (error as Error).name === 'SyntaxError' ? false : String(error);
      }
    };
    const broken = fc
      .tuple(
        jsonTextValue,
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '"', ',', ':', '}', ']', '\\', '\n', '\u0001', '-', '0', 'e', ' '),
      )
      .map(([text, at, count, insert]) => {
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + insert + text.slice(cut + count);
      });

    fc.assert(
      fc.property(fc.oneof(broken, fc.string()), (text) => {
        // A key with an escape keeps JSON.parse away from it.
        const whole = `{"\\u0061":${text}}`;
        expect(isTaken(parseJson, whole)).toBe(isTaken(JSON.parse, whole));
      }),
      {
        numRuns,
        examples: [['01'], ['1.'], ['tru'], ['"a'], ['"\\'], ['{"a":1,}'], ['1}}'], ['']],
      },
    );
  });

  test('has every member that JSON.parse reads, in its order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify({ '\n': value, a: value });
        expect(JSON.stringify(parseJson(text))).toBe(text);
      }),
      { numRuns, examples: [[{ __proto__: 1 }]] },
    );
  });

  test('is as deep as its brackets are', () => {
    const depthOf = (text: string) => {
      const withoutStrings = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '');
      let depth = 0;
      let deepest = 0;
      for (const char of withoutStrings) {
        if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
        if (char === '}' || char === ']') depth--;
      }
      return deepest;
    };

    fc.assert(
      fc.property(jsonTextValue, (text) => {
        const depth = depthOf(text);
        return !isDeeperThan(text, depth) && (depth === 0 || isDeeperThan(text, depth - 1));
      }),
      { numRuns, examples: [['["\\\\",[]]'], ['{"{":"}"}']] },
    );
  });
});
