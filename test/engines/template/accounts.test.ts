import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { loadStack } from '../../../local/template/load-stack.ts';
import { jsonBlocksOf } from '../../support/page-blocks.ts';
import { create, unknownActions, validate } from './second-opinion.ts';

// What docs/accounts.md tells people to paste, held against the services' models, and made in moto.

const blocks = jsonBlocksOf('docs/accounts.md');
const documentOf = (name: string) => JSON.parse(blocks[name] ?? '');

interface Policy {
  readonly Statement: readonly { readonly Action: string | readonly string[] }[];
}
const actionsIn = ({ Statement }: Policy) => Statement.flatMap(({ Action }) => Action);

const policies = ['analyst-policy.json', 'key-policy.json', 'deployer-key-policy.json'];
const memberYaml = readFileSync(new URL('../../../member.yaml', import.meta.url), 'utf8');

const requests = [
  ...['analyst-policy.json', 'deployer-key-policy.json'].map((name) => ({
    of: name,
    service: 'iam',
    operation: 'CreatePolicy',
    parameters: {
      PolicyName: name.replace('.json', ''),
      PolicyDocument: JSON.stringify(documentOf(name)),
    },
  })),
  {
    of: 'key-policy.json',
    service: 'kms',
    operation: 'CreateKey',
    parameters: { Policy: JSON.stringify(documentOf('key-policy.json')) },
  },
  {
    of: 'lake-formation-grant.json',
    service: 'lakeformation',
    operation: 'GrantPermissions',
    parameters: documentOf('lake-formation-grant.json'),
  },
  {
    of: 'stack-set.json',
    service: 'cloudformation',
    operation: 'CreateStackSet',
    parameters: { ...documentOf('stack-set.json'), TemplateBody: memberYaml },
  },
];
const instances = {
  of: 'stack-instances.json',
  service: 'cloudformation',
  operation: 'CreateStackInstances',
  parameters: documentOf('stack-instances.json'),
};

describe('What docs/accounts.md gives to paste', () => {
  test('is these documents', () => {
    expect(Object.keys(blocks).toSorted()).toEqual(
      [
        ...policies,
        'lake-formation-grant.json',
        'stack-instances.json',
        'stack-set.json',
      ].toSorted(),
    );
  });

  test('is what the services take, by their own models', () => {
    expect(validate([...requests, instances])).toEqual([]);
  });

  test.each(policies)('allows actions that there are: %s', (name) => {
    expect(unknownActions(actionsIn(documentOf(name)))).toEqual([]);
  });

  // moto has no units of an organization to make stacks in.
  test('can be made', () => {
    const { created, complaints } = create(requests);

    expect(complaints).toEqual([]);
    expect(created).toBe(requests.length);
  });
});

describe('The roles of the stack', () => {
  test.each([
    [
      'the stack',
      { CreateTrail: 'true', DailyCall: 'true', MemberRole: 'm', OrganizationId: 'o-a1b2c3d4e5' },
    ],
    ['a stack with a key', { KmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d' }],
  ])('allow actions that there are: %s', (_, parameters) => {
    const { resources } = loadStack({ parameters });
    const actions = JSON.stringify(resources).matchAll(/"Action":(\[[^\]]*\]|"[^"]*")/g);
    const all = Array.from(actions, ([, action = '']) => [JSON.parse(action)].flat()).flat();

    expect(all.length).toBeGreaterThan(15);
    expect(unknownActions([...new Set(all)])).toEqual([]);
  });

  test('an action that there is not would be told', () => {
    expect(unknownActions(['s3:GetObjects', 'fire:PutRecord', 'sqs:SendMessage'])).toEqual([
      's3:GetObjects',
      'fire:PutRecord',
    ]);
  });
});
