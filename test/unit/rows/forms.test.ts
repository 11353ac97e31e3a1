import { describe, expect, test } from '@jest/globals';
import { equalJson, parseJson } from '../../../src/json.ts';
import { booleanOf, type Cell, forms, textOf } from '../../../src/rows/forms.ts';

type Case = [value: string, cell: Cell | undefined, isExact: boolean];

const cases: Record<keyof typeof forms, Case[]> = {
  text: [
    ['"a"', 'a', true],
    ['""', '', true],
    ['"\\u0000\\n\u2028😀"', '\u0000\n\u2028😀', true],
    ['"a\\ud800b"', 'a\ufffdb', false],
    ['"\\udc00\\ud800"', '\ufffd\ufffd', false],
    ['"\ufffd"', '\ufffd', true],
    ['123456789012', '123456789012', false],
    ['1.0', '1.0', false],
    ['1e400', '1e400', false],
    ['-0', '-0', false],
    ['18446744073709551616', '18446744073709551616', false],
    ['true', 'true', false],
    ['false', 'false', false],
    ['{}', undefined, false],
    ['{"rawJSON":"1"}', undefined, false],
    ['["a"]', undefined, false],
  ],
  boolean: [
    ['true', true, true],
    ['false', false, true],
    ['"true"', true, false],
    ['"false"', false, false],
    ['"TRUE"', undefined, false],
    ['"yes"', undefined, false],
    ['""', undefined, false],
    ['0', undefined, false],
    ['1', undefined, false],
    ['1.0', undefined, false],
    ['{}', undefined, false],
    ['[true]', undefined, false],
  ],
  time: [
    ['"2026-11-20T10:11:12Z"', '2026-11-20 10:11:12.000', true],
    ['"2026-11-20T10:11:12.345Z"', '2026-11-20 10:11:12.345', true],
    ['"2026-11-20T10:11:12.000Z"', '2026-11-20 10:11:12.000', false],
    ['"2026-11-20T10:11:12.3Z"', '2026-11-20 10:11:12.300', false],
    ['"2026-11-20T10:11:12+00:00"', '2026-11-20 10:11:12.000', false],
    ['"2026-11-20T11:11:12+01:00"', '2026-11-20 10:11:12.000', false],
    ['"Nov 20, 2026 10:11:12 AM"', undefined, false],
    ['""', undefined, false],
    ['1795169472345', undefined, false],
    ['1795169472.345', undefined, false],
    ['true', undefined, false],
    ['{}', undefined, false],
    ['[]', undefined, false],
  ],
  json: [
    ['{"b":1.0,"a":[null]}', '{"b":1.0,"a":[null]}', true],
    ['"null"', '"null"', true],
    ['""', '""', true],
    ['"\\ud800"', '"\\ud800"', true],
    ['9007199254740993', '9007199254740993', true],
    ['true', 'true', true],
    ['[]', '[]', true],
    ['{"__proto__":{"a":null}}', '{"__proto__":{"a":null}}', true],
  ],
  recordResources: [
    ['[]', [], true],
    [
      '[{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b","accountId":"123456789012"}]',
      [{ arn: 'arn:aws:s3:::b', account: '123456789012', type: 'AWS::S3::Bucket' }],
      true,
    ],
    ['[{"ARN":"a"},{"type":"t"},{}]', [{ arn: 'a' }, { type: 't' }, {}], true],
    ['[{"ARN":null,"type":"t"}]', [{ type: 't' }], true],
    ['[{"ARN":"a","accountId":123456789012}]', [{ arn: 'a', account: '123456789012' }], false],
    ['[{"type":"t","ARNPrefix":"p"}]', [{ type: 't' }], false],
    ['[{"ARN":"\\ud800"}]', [{ arn: '\ufffd' }], false],
    ['[{"ARN":{}}]', [{}], false],
    ['[{"arn":"a"}]', [{}], false],
    ['[{"ARN":"a","__proto__":{}}]', [{ arn: 'a' }], false],
    ['["a",null,{"ARN":"b"}]', [{ arn: 'b' }], false],
    ['{"ARN":"a"}', undefined, false],
    ['"a"', undefined, false],
    ['1', undefined, false],
  ],
  envelopeResources: [
    ['[]', [], true],
    ['["a"," b",""]', [{ arn: 'a' }, { arn: ' b' }, { arn: '' }], true],
    ['["a\\ud800"]', [{ arn: 'a\ufffd' }], false],
    ['"a"', [{ arn: 'a' }], false],
    ['[1,"a",null]', [{ arn: 'a' }], false],
    ['[{"ARN":"a"}]', [], false],
    ['{"a":1}', [], false],
    ['true', [], false],
  ],
};

const table = Object.entries(cases).flatMap(([name, values]) =>
  values.map((one) => [name as keyof typeof forms, ...one] as const),
);

describe('The form', () => {
  test.each(table)('%s makes of %s the cell %j', (name, text, cell, isExact) => {
    const form = forms[name];
    const value = parseJson(text);

    const made = form.toCell(value);

    expect(made).toEqual(cell);
    if (made === undefined) return;
    expect(form.isExact(made, value)).toBe(isExact);
    expect(equalJson(form.toValue(made), value)).toBe(isExact);
  });

  test('is tried with every form that there is', () => {
    expect(Object.keys(cases)).toEqual(Object.keys(forms));
  });
});

describe('textOf', () => {
  test('of what is absent or null is undefined', () => {
    expect(textOf(undefined)).toBeUndefined();
    expect(textOf(null)).toBeUndefined();
  });
});

describe('booleanOf', () => {
  test('of what is absent or null is undefined', () => {
    expect(booleanOf(undefined)).toBeUndefined();
    expect(booleanOf(null)).toBeUndefined();
  });
});
