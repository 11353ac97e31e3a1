import { describe, expect, test } from '@jest/globals';
import { closureOf, dependenciesOf, findCycles } from '../../../../local/template/dependencies.ts';
import { expandSam } from '../../../../local/template/expand-sam.ts';
import { parseTemplate } from '../../../../local/template/read-template.ts';

const dependencies = (resources: string) =>
  dependenciesOf(expandSam(parseTemplate(`Resources:\n${resources}`, 'test.yaml')));

const cycles = (resources: string) =>
  findCycles(dependencies(resources)).map((cycle) => cycle.map(({ from }) => from));

describe('dependenciesOf', () => {
  test('finds every way of naming a resource, and where it stands', () => {
    const found = dependencies(`
  A:
    Type: T
    DependsOn: B
    Properties:
      Ref: { Inner: [!Ref B] }
      GetAtt: !GetAtt B.Arn
      Sub: !Sub "\${B}/\${B.Arn}/\${!B}/\${AWS::Region}"
      SubWith: !Sub ["\${B}\${C}", { B: !Ref D }]
      If: !If [Never, !Ref B, !Ref Parameter]
  B: { Type: T }
  C: { Type: T, DependsOn: [B, D] }
  D: { Type: T }
`);

    expect(found).toEqual([
      { from: 'A', to: 'B', path: 'DependsOn' },
      { from: 'A', to: 'B', path: 'Properties.Ref.Inner.0' },
      { from: 'A', to: 'B', path: 'Properties.GetAtt' },
      { from: 'A', to: 'B', path: 'Properties.Sub' },
      { from: 'A', to: 'B', path: 'Properties.Sub' },
      { from: 'A', to: 'C', path: 'Properties.SubWith' },
      { from: 'A', to: 'D', path: 'Properties.SubWith.B' },
      { from: 'A', to: 'B', path: 'Properties.If.1' },
      { from: 'C', to: 'B', path: 'DependsOn' },
      { from: 'C', to: 'D', path: 'DependsOn' },
    ]);
  });

  test('follows them to the end', () => {
    const found = dependencies(`
  A: { Type: T, DependsOn: B }
  B: { Type: T, DependsOn: C }
  C: { Type: T }
  D: { Type: T, DependsOn: A }
`);

    expect(closureOf(found, 'A')).toEqual(new Set(['B', 'C']));
  });
});

describe('findCycles', () => {
  test('finds nothing where there is an order', () => {
    expect(
      cycles(
        '  A: { Type: T, DependsOn: [B, C] }\n  B: { Type: T, DependsOn: C }\n  C: { Type: T }\n',
      ),
    ).toEqual([]);
  });

  test('finds a resource that needs itself', () => {
    expect(cycles('  A: { Type: T, DependsOn: A }\n')).toEqual([['A']]);
  });

  test('reports one shortest circle of each group', () => {
    const found = cycles(`
  A: { Type: T, DependsOn: [B, C] }
  B: { Type: T, DependsOn: A }
  C: { Type: T, DependsOn: B }
  P: { Type: T, DependsOn: [Q, A] }
  Q: { Type: T, DependsOn: P }
`);

    expect(found).toEqual([
      ['A', 'B'],
      ['P', 'Q'],
    ]);
  });

  test('finds the circle of a role that trusts only its own rule', () => {
    const found = cycles(`
  Rule: { Type: "AWS::Events::Rule", Properties: { Targets: [{ RoleArn: !GetAtt Role.Arn }] } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{ Condition: { ArnEquals: { "aws:SourceArn": !GetAtt Rule.Arn } } }]
`);

    expect(found).toEqual([['Role', 'Rule']]);
  });

  test('finds the circle of a function that may put to the stream which calls it', () => {
    const found = cycles(`
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [{ FirehoseWritePolicy: { DeliveryStreamName: !Ref Stream } }]
  Stream:
    Type: AWS::KinesisFirehose::DeliveryStream
    Properties: { LambdaArn: !GetAtt Function.Arn }
`);

    expect(found).toEqual([['Function', 'FunctionRole', 'Stream']]);
  });

  test('finds none where that permission is a policy of its own', () => {
    const found = cycles(`
  Function: { Type: "AWS::Serverless::Function", Properties: { Role: !GetAtt Role.Arn } }
  Role: { Type: "AWS::IAM::Role" }
  Stream: { Type: "AWS::KinesisFirehose::DeliveryStream", Properties: { LambdaArn: !GetAtt Function.Arn } }
  Policy: { Type: "AWS::IAM::RolePolicy", Properties: { RoleName: !Ref Role, PolicyDocument: !Ref Stream } }
`);

    expect(found).toEqual([]);
  });
});

describe('expandSam', () => {
  test('ignores the policies of a function that has a role, as SAM does', () => {
    const found = dependencies(`
  Function: { Type: "AWS::Serverless::Function", Properties: { Role: !GetAtt Role.Arn, Policies: [!Ref Other] } }
  Role: { Type: "AWS::IAM::Role" }
  Other: { Type: T }
`);

    expect(found).toEqual([{ from: 'Function', to: 'Role', path: 'Properties.Role' }]);
  });

  test.each([
    [
      '  F: { Type: "AWS::Serverless::Function", Properties: { Events: {} } }',
      'Resources.F.Properties.Events',
    ],
    ['  F: { Type: "AWS::Serverless::Api" }', 'Resources.F.Type'],
    ['  T: { Type: T }\nGlobals: {}', 'Globals'],
  ])('refuses what it does not know: %s', (resources, path) => {
    expect(() => dependencies(resources)).toThrow(`${path}: expand-sam.ts does not know this yet`);
  });
});
