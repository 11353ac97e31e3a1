import { describe, expect, test } from '@jest/globals';
import { dependenciesOf, findCycles } from '../../local/template/dependencies.ts';
import { loadStack, type StackOptions } from '../../local/template/load-stack.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { type ParameterOverrides, resolveTemplate } from '../../local/template/resolve-template.ts';
import { configurationOf } from '../../src/config.ts';
import { clientConfigOf, membersOf } from '../../src/tags/client-config.ts';
import { memberSessionName } from '../../src/tags/member-session.ts';
import { resourcePoliciesOf, trustsOf } from '../support/policies.ts';

const main = { account: '123456789012', region: 'eu-west-1' };
const member = { account: '111122223333', region: 'eu-west-1' };
const template = readTemplate(new URL('../../member.yaml', import.meta.url));

const mainStack = (parameters: StackOptions['parameters'] = {}) =>
  loadStack({ ...main, parameters });

/** The stack that member.yaml makes, from what the outputs of eventlake's own stack say. */
function memberStack(home: typeof member, more: ParameterOverrides = {}) {
  const { EventBusArn, FunctionRoleArn } = mainStack().outputs as Record<string, string>;
  const given = {
    TargetBusArn: EventBusArn ?? '',
    FunctionRoleArn: FunctionRoleArn ?? '',
    ...more,
  };
  return resolveTemplate(template, given, { stackName: 'member', ...home }, () => {
    throw new Error('nothing is nested in it');
  });
}

type Document = { readonly Statement: readonly Record<string, unknown>[] };
const statementOf = (document: unknown) => (document as Document).Statement[0];
/** All statements of a role's own policies. */
const policiesIn = (role: unknown) =>
  (role as { Policies: readonly { PolicyDocument: Document }[] }).Policies.flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );

describe('A stack of member.yaml', () => {
  test('sends the own events of its account and Region to the bus, and nothing that was sent to it', () => {
    const { resources } = memberStack(member);

    expect(resources.Rule?.Properties).toMatchObject({
      EventBusName: 'default',
      EventPattern: {
        account: [member.account],
        region: [member.region],
        source: [{ prefix: '' }],
      },
      Targets: [{ Arn: `arn:aws:events:eu-west-1:${main.account}:event-bus/default` }],
    });
    expect(policiesIn(resources.RuleRole?.Properties)).toEqual([
      {
        Effect: 'Allow',
        Action: 'events:PutEvents',
        Resource: `arn:aws:events:eu-west-1:${main.account}:event-bus/default`,
      },
    ]);
  });

  test('tries to send an event for a day, and then leaves it in its queue', () => {
    const { resources } = memberStack(member);
    const here = `eu-west-1:${member.account}`;

    expect(resources.Rule?.Properties.Targets).toEqual([
      {
        Id: 'eventlake',
        Arn: `arn:aws:events:eu-west-1:${main.account}:event-bus/default`,
        RoleArn: `arn:aws:iam::${member.account}:role/member-RuleRole`,
        RetryPolicy: { MaximumEventAgeInSeconds: 24 * 60 * 60, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: `arn:aws:sqs:${here}:member-DeadLetters` },
      },
    ]);
    expect(resources.DeadLetters?.Properties).toEqual({
      MessageRetentionPeriod: 14 * 24 * 60 * 60,
      SqsManagedSseEnabled: true,
    });
    expect(resourcePoliciesOf(memberStack(member))).toEqual({
      DeadLetters: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: `arn:aws:sqs:${here}:member-DeadLetters`,
          Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:events:${here}:rule/member-Rule` } },
        },
      ],
    });
  });

  test('has an alarm on that queue, which notifies a topic where one is given', () => {
    const AlarmTopicArn = `arn:aws:sns:eu-west-1:${member.account}:alarms`;
    const alarmOf = (more: ParameterOverrides = {}) =>
      memberStack(member, more).resources.DeadLettersAlarm?.Properties;

    expect(alarmOf()).toEqual({
      AlarmDescription: expect.stringMatching(/^[A-Z].*\.$/),
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: 'member-DeadLetters' }],
      Statistic: 'Maximum',
      Period: 300,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
    expect(alarmOf({ AlarmTopicArn })).toMatchObject({
      AlarmActions: [AlarmTopicArn],
      OKActions: [AlarmTopicArn],
    });
    // Where the stack is that of the target bus it has no queue.
    expect(memberStack(main).resources).not.toHaveProperty('DeadLettersAlarm');
  });

  test('has a role for its rule and one for the function, and no other', () => {
    const trusts = trustsOf(memberStack(member));

    expect(Object.keys(trusts)).toEqual(['RuleRole', 'LookUpRole']);
    expect(trusts.RuleRole).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': member.account } },
      },
    ]);
  });

  test('may be told which events', () => {
    const { resources } = memberStack(member, { EventSources: 'aws.ec2,aws.s3' });

    expect(resources.Rule?.Properties.EventPattern).toMatchObject({
      source: ['aws.ec2', 'aws.s3'],
    });
  });

  test('has the role that the function assumes, for the function alone, and only to look up tags', () => {
    const { outputs } = mainStack();
    const { resources, names } = memberStack(member);
    const role = resources.LookUpRole?.Properties;

    expect(statementOf(role?.AssumeRolePolicyDocument)).toEqual({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${main.account}:root` },
      Action: 'sts:AssumeRole',
      Condition: {
        ArnEquals: { 'aws:PrincipalArn': outputs.FunctionRoleArn },
        StringEquals: { 'sts:RoleSessionName': memberSessionName },
      },
    });
    expect(policiesIn(role)).toEqual([
      { Effect: 'Allow', Action: 'ec2:DescribeTags', Resource: '*' },
    ]);
    const name = names.LookUpRole?.ref;
    const { functions } = mainStack({ MemberRole: name ?? '', MemberAccounts: member.account });
    const members = membersOf(configurationOf(functions[0]?.environment ?? {}));
    expect(
      clientConfigOf(member, { partition: 'aws', account: main.account }, members)?.roleArn,
    ).toBe(names.LookUpRole?.attributes.Arn);
  });

  test.each([
    [
      'another Region of the account of the lake',
      { ...main, region: 'us-east-1' },
      {},
      true,
      false,
    ],
    ['a Region that does not make the role', member, { RoleRegion: 'us-east-1' }, true, false],
    ['the Region that makes the role', member, { RoleRegion: 'eu-west-1' }, true, true],
    ['an account that is not to be looked up', member, { FunctionRoleArn: '' }, true, false],
    ['the home of the lake, by mistake: no circle', main, {}, false, false],
    ['the home of the lake, from another bus', main, { EventBusName: 'orders' }, true, false],
  ])('in %s', (_, home, parameters, sends, makesRole) => {
    const { resources, outputs } = memberStack(home, parameters);

    expect('Rule' in resources).toBe(sends);
    expect('DeadLetters' in resources).toBe(sends);
    expect('LookUpRole' in resources).toBe(makesRole);
    expect('LookUpRoleArn' in outputs).toBe(makesRole);
  });

  test('is made in other partitions', () => {
    const home = { account: member.account, region: 'cn-north-1' };
    const given = {
      TargetBusArn: `arn:aws-cn:events:cn-north-1:${main.account}:event-bus/default`,
      FunctionRoleArn: `arn:aws-cn:iam::${main.account}:role/eventlake-TransformRole`,
    };

    const { resources } = memberStack(home, given);

    expect(statementOf(resources.LookUpRole?.Properties.AssumeRolePolicyDocument)).toMatchObject({
      Principal: { AWS: `arn:aws-cn:iam::${main.account}:root` },
    });
  });

  test('has no circular dependency', () => {
    expect(findCycles(dependenciesOf(template))).toEqual([]);
  });

  test.each([
    ['TargetBusArn', 'default'],
    ['FunctionRoleArn', 'eventlake-TransformRole'],
    ['RoleRegion', 'eu-west-1a'],
    ['MemberRole', ''],
  ])('is not made with %s = "%s"', (name, value) => {
    expect(() => memberStack(member, { [name]: value })).toThrow(name);
  });
});

describe('The bus of the main stack', () => {
  const policiesOf = (parameters: StackOptions['parameters']) =>
    Object.values(mainStack(parameters).resources)
      .filter(({ Type }) => Type === 'AWS::Events::EventBusPolicy')
      .map(({ Properties }) => Properties);
  const bus = `arn:aws:events:eu-west-1:${main.account}:event-bus/default`;
  const stackUuid = '00000000-0000-0000-0000-000000000000';

  test('admits nobody else unless told', () => {
    expect(policiesOf({})).toEqual([]);
  });

  test('admits accounts', () => {
    expect(policiesOf({ MemberAccounts: '111122223333,123456789012' })).toEqual([
      {
        EventBusName: 'default',
        StatementId: `accounts-${stackUuid}`,
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: ['111122223333', '123456789012'] },
          Action: 'events:PutEvents',
          Resource: bus,
        },
      },
    ]);
  });

  test('admits an organization, and by no other word than its id', () => {
    expect(policiesOf({ OrganizationId: 'o-a1b2c3d4e5' })).toEqual([
      {
        EventBusName: 'default',
        StatementId: `organization-${stackUuid}`,
        Statement: {
          Effect: 'Allow',
          Principal: '*',
          Action: 'events:PutEvents',
          Resource: bus,
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } },
        },
      },
    ]);
  });

  test.each([
    { MemberAccounts: '*' },
    { MemberAccounts: '111122223333,root' },
    { OrganizationId: '*' },
    { OrganizationId: 'a1b2c3d4e5' },
  ])('is not made with %j', (parameters) => {
    expect(() => mainStack(parameters)).toThrow(Object.keys(parameters)[0]);
  });

  test('is what the rule takes events from', () => {
    const { resources, outputs } = mainStack({
      EventBusName: 'all',
      MemberAccounts: '111122223333',
    });

    expect(resources.Rule?.Properties.EventBusName).toBe('all');
    expect(resources.AccountsPolicy?.Properties).toMatchObject({
      EventBusName: 'all',
      Statement: { Resource: outputs.EventBusArn },
    });
  });
});

describe('The function may assume the role of the members', () => {
  const MemberRole = 'eventlake-member';
  const Resource = `arn:aws:iam::*:role/${MemberRole}`;
  const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Resource };
  const ofAccounts = {
    ...statement,
    Condition: { StringEquals: { 'aws:ResourceAccount': ['111122223333', '444455556666'] } },
  };
  const ofOrganization = {
    ...statement,
    Condition: { StringEquals: { 'aws:ResourceOrgID': 'o-a1b2c3d4e5' } },
  };
  const MemberAccounts = '111122223333,444455556666';
  const OrganizationId = 'o-a1b2c3d4e5';

  test.each<[where: string, parameters: StackOptions['parameters'], statements: object[]]>([
    ['in the accounts that are named', { MemberRole, MemberAccounts }, [ofAccounts]],
    ['in the organization', { MemberRole, OrganizationId }, [ofOrganization]],
    ['in both', { MemberRole, MemberAccounts, OrganizationId }, [ofAccounts, ofOrganization]],
    ['nowhere, if neither is named', { MemberRole }, []],
    ['nowhere, if no role is named', { MemberAccounts, OrganizationId }, []],
    ['nowhere, if nothing is looked up', { MemberRole, MemberAccounts, TagLookup: 'off' }, []],
  ])('%s', (_, parameters, statements) => {
    const { resources } = mainStack(parameters);

    expect(
      policiesIn(resources.TransformRole?.Properties).filter(
        ({ Action }) => Action === 'sts:AssumeRole',
      ),
    ).toEqual(statements);
  });

  test('and is told the accounts that the bus admits', () => {
    const [transform] = mainStack({ MemberRole, MemberAccounts, OrganizationId }).functions;

    expect(configurationOf(transform?.environment ?? {})).toMatchObject({
      memberRole: MemberRole,
      memberAccounts: new Set(['111122223333', '444455556666']),
      organizationId: OrganizationId,
    });
  });
});
