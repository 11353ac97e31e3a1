import { describe, expect, test } from '@jest/globals';
import { checkParameter } from '../../../../local/template/check-parameter.ts';

describe('checkParameter', () => {
  test.each([
    [
      { Type: 'String', AllowedPattern: 'a+|b+' },
      'aab',
      'Parameter P is "aab", but has to be of the form a+|b+',
    ],
    [{ Type: 'String', AllowedValues: ['on', 'off'] }, 'ON', 'has to be one of on, off'],
    [{ Type: 'String', MinLength: 2 }, 'a', 'at least 2 characters'],
    [{ Type: 'String', MaxLength: 2 }, 'abc', 'at most 2 characters'],
    [{ Type: 'Number', MinValue: 60 }, 59, 'at least 60'],
    [{ Type: 'Number', MaxValue: 900 }, '901', 'at most 900'],
    [{ Type: 'Number' }, 'many', 'a number'],
    [{ Type: 'Number' }, '', 'a number'],
    [{ Type: 'Number', AllowedValues: [1, 2] }, 1.5, 'one of 1, 2'],
    [{ Type: 'CommaDelimitedList', AllowedPattern: '[a-z]+' }, 'a,B', 'of the form [a-z]+'],
  ])('refuses what %j does not allow', (declared, given, message) => {
    expect(() => checkParameter('P', declared, given)).toThrow(message);
  });

  test.each([
    [{ Type: 'String', AllowedPattern: 'a+|b+' }, 'aa', 'aa'],
    [{ Type: 'String' }, 12, '12'],
    [{ Type: 'Number', MinValue: 60, MaxValue: 900 }, '60', 60],
    [{ Type: 'CommaDelimitedList', AllowedPattern: '[a-z]*' }, ' a , b', ['a', 'b']],
    [{ Type: 'CommaDelimitedList' }, '', ['']],
  ])('takes what %j allows', (declared, given, expected) => {
    expect(checkParameter('P', declared, given)).toEqual(expected);
  });
});
