// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's.
import { describe, expect, test } from '@jest/globals';
import type { Template, Value } from '../../../../local/template/read-template.ts';
import { parseTemplate } from '../../../../local/template/read-template.ts';
import type { ParameterOverrides } from '../../../../local/template/resolve-template.ts';
import { resolveTemplate } from '../../../../local/template/resolve-template.ts';

const deployment = { stackName: 'lake', account: '123456789012', region: 'eu-west-1' };

const header = `
Parameters:
  Name: { Type: String, Default: web }
  Days: { Type: Number, Default: 7 }
  Sources: { Type: CommaDelimitedList, Default: "a, b" }
  Empty: { Type: String, Default: "" }
Mappings:
  Domains:
    aws: { Console: console.aws.amazon.com }
Conditions:
  IsWeek: !Equals [!Ref Days, "7"]
  IsOther: !Not [!Condition IsWeek]
  Both: !And [!Condition IsWeek, !Condition IsOther]
  Either: !Or [!Condition IsWeek, !Condition IsOther]
`;

function resolve(yaml: string, overrides: ParameterOverrides = {}, nested?: Template) {
  const template = parseTemplate(yaml, 'test.yaml');
  return resolveTemplate(template, overrides, deployment, () => nested ?? template);
}

/** The value of one property in a template with the header above and some resources. */
function resolveProperty(yaml: string, overrides?: ParameterOverrides): Value | undefined {
  const resources = `
Resources:
  Bucket: { Type: "AWS::S3::Bucket" }
  Role: { Type: "AWS::IAM::Role", Condition: IsOther }
  Thing: { Type: "Custom::Thing" }
  Subject:
    Type: Custom::Subject
    Properties:
      Value: ${yaml}
`;
  return resolve(header + resources, overrides).resources.Subject?.Properties.Value;
}

describe('resolveTemplate', () => {
  test.each<[string, Value | undefined]>([
    ['!Ref Name', 'web'],
    ['!Ref Days', 7],
    ['!Ref Sources', ['a', 'b']],
    ['!Ref AWS::StackName', 'lake'],
    ['!Ref AWS::Partition', 'aws'],
    ['!Ref Bucket', 'lake-bucket'],
    ['!GetAtt Bucket.Arn', 'arn:aws:s3:::lake-bucket'],
    ['!Sub "${Name}-${Days}-${AWS::Region}"', 'web-7-eu-west-1'],
    ['!Sub "${Bucket.Arn}/*"', 'arn:aws:s3:::lake-bucket/*'],
    ['!Sub "a=${!source}/"', 'a=${source}/'],
    ['!Sub ["${x}/${Name}", { x: !Ref Days }]', '7/web'],
    ['!Join ["", !Ref Sources]', 'ab'],
    ['!Join ["-", [!Ref Name, 1]]', 'web-1'],
    ['!Select [1, !Split [",", "x,y"]]', 'y'],
    ['!Base64 { "Fn::Sub": "${Name}" }', 'd2Vi'],
    ['!FindInMap [Domains, !Ref AWS::Partition, Console]', 'console.aws.amazon.com'],
    ['!If [IsWeek, one, two]', 'one'],
    ['!If [IsOther, one, two]', 'two'],
    ['!If [Both, one, two]', 'two'],
    ['!If [Either, one, two]', 'one'],
    ['!If [IsOther, one, !Ref AWS::NoValue]', undefined],
    ['[a, !If [IsOther, b, !Ref AWS::NoValue], c]', ['a', 'c']],
    ['!If [IsOther, !GetAtt Role.Arn, none]', 'none'],
    ['{ a: { Condition: { b: c } } }', { a: { Condition: { b: 'c' } } }],
  ])('resolves %s', (yaml, expected) => {
    expect(resolveProperty(yaml)).toEqual(expected);
  });

  test.each([
    [
      '!Ref Nothing',
      'Resources.Subject.Properties.Value: there is no parameter or resource Nothing',
    ],
    [
      '!GetAtt Bucket.Nothing',
      'Resources.Subject.Properties.Value: Bucket has no attribute Nothing',
    ],
    [
      '!GetAtt Role.Arn',
      'Resources.Subject.Properties.Value: Role is not made, its condition IsOther is false',
    ],
    [
      '{ inner: [!Ref Thing] }',
      'Resources.Subject.Properties.Value.inner.0: physical-ids.ts does not know the names of Custom::Thing (Thing) yet',
    ],
    ['!If [Never, a, b]', 'Resources.Subject.Properties.Value: there is no condition Never'],
    ['!If [IsWeek, a]', 'Resources.Subject.Properties.Value: takes 3 arguments'],
    ['!Sub "${Sources}"', 'Resources.Subject.Properties.Value: ${Sources} is no text'],
    ['!Join ["", x]', 'Resources.Subject.Properties.Value: is no list: "x"'],
    ['!Select [2, [a, b]]', 'Resources.Subject.Properties.Value: has no member 2'],
    ['!Split [",", [a]]', 'Resources.Subject.Properties.Value: is no text: ["a"]'],
    ['!FindInMap [Domains, a, b]', 'Resources.Subject.Properties.Value: no mapping Domains.a.b'],
    [
      '!ImportValue x',
      'Resources.Subject.Properties.Value: Fn::ImportValue cannot be resolved here',
    ],
    ['!GetAtt Bucket.Outputs.X', 'Resources.Subject.Properties.Value: Bucket is no nested stack'],
  ])('says where and why %s cannot be resolved', (yaml, message) => {
    expect(() => resolveProperty(yaml)).toThrow(message);
  });

  test('leaves out a resource whose condition is false', () => {
    const { resources } = resolve(
      `${header}Resources:\n  Bucket: { Type: "AWS::S3::Bucket", Condition: IsOther }\n  T: { Type: T }\n`,
    );

    expect(Object.keys(resources)).toEqual(['T']);
  });

  test('reports conditions that need each other', () => {
    const yaml = 'Conditions: { A: !Not [!Condition B], B: !Not [!Condition A] }\nResources: {}\n';

    expect(() => resolve(yaml)).toThrow('Conditions.B: condition A depends on itself');
  });

  test('reports resources that are named after each other', () => {
    const yaml = `
Resources:
  A: { Type: "AWS::S3::Bucket", Properties: { BucketName: !Ref B } }
  B: { Type: "AWS::S3::Bucket", Properties: { BucketName: !Ref A } }
`;

    expect(() => resolve(yaml)).toThrow('the name of A depends on itself');
  });

  test('resolves a nested stack with the parameters that its parent gives it', () => {
    const nested = parseTemplate(
      'Parameters: { Bucket: { Type: String } }\n' +
        'Resources: { T: { Type: T, Properties: { At: !Sub "s3://${Bucket}/" } } }\n' +
        'Outputs: { Location: { Value: !Sub "s3://${Bucket}/" } }\n',
      'nested.yaml',
    );

    const stack = resolve(
      `
Resources:
  Bucket: { Type: "AWS::S3::Bucket" }
  Lake:
    Type: AWS::Serverless::Application
    Properties: { Location: nested.yaml, Parameters: { Bucket: !Ref Bucket } }
Outputs: { Location: { Value: !GetAtt Lake.Outputs.Location } }
`,
      {},
      nested,
    );

    expect(stack.nested.Lake?.resources.T?.Properties).toEqual({ At: 's3://lake-bucket/' });
    expect(stack.outputs).toEqual({ Location: 's3://lake-bucket/' });
  });

  test.each([
    ['eu-west-1', 'aws', 'amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
    ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
  ])('knows the partition of %s', (region, partition, suffix) => {
    const template = parseTemplate(
      'Resources: { T: { Type: T, Properties: { V: !Sub "${AWS::Partition} ${AWS::URLSuffix}" } } }',
      'test.yaml',
    );

    const stack = resolveTemplate(template, {}, { ...deployment, region }, () => template);

    expect(stack.resources.T?.Properties.V).toBe(`${partition} ${suffix}`);
  });

  test('refuses a parameter that the template does not declare, and lists those that it does', () => {
    expect(() => resolveProperty('x', { Nmae: 'x' })).toThrow(
      'There is no parameter Nmae. There are Days, Empty, Name, Sources',
    );
  });

  test('refuses a parameter without a value', () => {
    expect(() => resolve('Parameters: { A: { Type: String } }\nResources: {}\n')).toThrow(
      'Parameter A has no value',
    );
  });
});
