// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's.
import { describe, expect, test } from '@jest/globals';
import { parseTemplate, TemplateError } from '../../../../local/template/read-template.ts';

const propertyOf = (yaml: string) =>
  parseTemplate(`Resources:\n  R:\n    Type: T\n    Properties:\n      P: ${yaml}\n`, 'test.yaml')
    .Resources.R?.Properties?.P;

describe('parseTemplate', () => {
  test.each([
    ['!Ref Bucket', { Ref: 'Bucket' }],
    ['!Condition IsBig', { Condition: 'IsBig' }],
    ['!GetAtt Bucket.Arn', { 'Fn::GetAtt': ['Bucket', 'Arn'] }],
    ['!GetAtt Lake.Outputs.Name', { 'Fn::GetAtt': ['Lake', 'Outputs.Name'] }],
    ['!GetAtt [Bucket, Arn]', { 'Fn::GetAtt': ['Bucket', 'Arn'] }],
    ['!Sub "${A}/b"', { 'Fn::Sub': '${A}/b' }],
    [
      '!If [C, !Ref A, !Ref AWS::NoValue]',
      { 'Fn::If': ['C', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] },
    ],
    ['!Base64 { "Fn::Sub": x }', { 'Fn::Base64': { 'Fn::Sub': 'x' } }],
    ['{ "Fn::Join": ["", [!Ref A]] }', { 'Fn::Join': ['', [{ Ref: 'A' }]] }],
  ])('reads %s in its long form', (yaml, expected) => {
    expect(propertyOf(yaml)).toEqual(expected);
  });

  test.each([
    ['on', true],
    ['"on"', 'on'],
    ['2012-10-17', '2012-10-17'],
    ['010', 8],
    ['.', '.'],
    ['', null],
    ['{ Y: 1 }', { Y: 1 }],
  ])('reads the plain value %s as YAML 1.1 does, without timestamps', (yaml, expected) => {
    expect(propertyOf(yaml)).toEqual(expected);
  });

  test('refuses aliases, which CloudFormation does not take', () => {
    const yaml = 'Resources:\n  R: &r { Type: T }\n  S: *r\n';

    expect(() => parseTemplate(yaml, 'test.yaml')).toThrow(
      new TemplateError('test.yaml: *r: CloudFormation takes no YAML aliases'),
    );
  });

  test('names file and line of what is no YAML', () => {
    expect(() => parseTemplate('Resources:\n  R: {\n', 'test.yaml')).toThrow(
      /^test\.yaml: .* at line 3/s,
    );
  });

  test('refuses a document without resources', () => {
    expect(() => parseTemplate('Parameters: {}', 'test.yaml')).toThrow('test.yaml: no Resources');
  });
});
