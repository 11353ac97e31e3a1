import { describe, expect, test } from '@jest/globals';
import { loadStack } from '../../local/template/load-stack.ts';
import type { ParameterOverrides } from '../../local/template/resolve-template.ts';
import {
  resourcePoliciesOf,
  resourcesOf,
  rightsIn,
  rightsOf,
  type Statement,
  trustsOf,
} from '../support/policies.ts';

const account = '123456789012';
const here = `eu-west-1:${account}`;
const stream = `arn:aws:firehose:${here}:deliverystream/eventlake-Stream`;
const queue = `arn:aws:sqs:${here}:eventlake-DeadLetters`;
const bucket = 'arn:aws:s3:::eventlake-bucket';
const transform = `arn:aws:lambda:${here}:function:eventlake-TransformFunction`;
const KmsKeyArn = `arn:aws:kms:${here}:key/0a1b2c3d-0000-4000-8000-000000000000`;

type Names = string | readonly string[];
const allow = (Action: Names, Resource: Names, Condition?: object): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

// What each right is for
const putEvents = allow(['firehose:PutRecord', 'firehose:PutRecordBatch'], stream);
const deliver = [
  allow(
    [
      's3:AbortMultipartUpload',
      's3:GetBucketLocation',
      's3:GetObject',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
      's3:PutObject',
    ],
    [bucket, `${bucket}/*`],
  ),
  allow(
    ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
    [transform, `${transform}:*`],
  ),
  allow(
    'logs:PutLogEvents',
    `arn:aws:logs:${here}:log-group:/aws/kinesisfirehose/eventlake:log-stream:delivery`,
  ),
];
const useKey = allow(['kms:Decrypt', 'kms:GenerateDataKey'], KmsKeyArn, {
  StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' },
  ArnLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, `${bucket}/*`] },
});
const convert = allow(
  ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'],
  ['catalog', 'database/eventlake', 'table/eventlake/events_parquet'].map(
    (resource) => `arn:aws:glue:${here}:${resource}`,
  ),
);
const log = allow(
  ['logs:CreateLogStream', 'logs:PutLogEvents'],
  `arn:aws:logs:${here}:log-group:/aws/lambda/eventlake-transform:*`,
);
const putAgain = allow('firehose:PutRecordBatch', stream);
const lookUp = allow('ec2:DescribeTags', '*');
const MemberRole = 'eventlake-member';
const MemberAccounts = '111122223333';
const OrganizationId = 'o-a1b2c3d4e5';
const assumeMember = (Condition: object) =>
  allow('sts:AssumeRole', `arn:aws:iam::*:role/${MemberRole}`, Condition);
const lookUpInAccounts = assumeMember({
  StringEquals: { 'aws:ResourceAccount': [MemberAccounts] },
});
const lookUpInOrganization = assumeMember({
  StringEquals: { 'aws:ResourceOrgID': OrganizationId },
});

type Rights = Readonly<Record<string, readonly Statement[]>>;
const byDefault: Rights = {
  RuleRole: [putEvents],
  StreamRole: [...deliver, convert],
  TransformRole: [log, putAgain, lookUp],
};

/** Every parameter that could add something. */
const everything: ParameterOverrides = {
  KmsKeyArn,
  OutputFormat: 'parquet',
  AlsoRead: 'json',
  MemberRole,
  MemberAccounts,
  OrganizationId,
  CreateTrail: 'true',
  DailyCall: 'true',
};

/** All that the roles of a stack may, by its parameters. */
const cases: readonly (readonly [what: string, ParameterOverrides, Rights])[] = [
  ['by default', {}, byDefault],
  ['with a key', { KmsKeyArn }, { ...byDefault, StreamRole: [...deliver, convert, useKey] }],
  // IAM is slower than the update of a stream that needs them, so these rights are there before.
  ['where rows become Parquet', { OutputFormat: 'parquet' }, byDefault],
  ['where rows were Parquet', { AlsoRead: 'parquet' }, byDefault],
  [
    'where tags are not looked up',
    { TagLookup: 'off', MemberRole, MemberAccounts, OrganizationId },
    { ...byDefault, TransformRole: [log, putAgain] },
  ],
  [
    'where tags are looked up in other accounts',
    { MemberRole, MemberAccounts },
    { ...byDefault, TransformRole: [log, putAgain, lookUp, lookUpInAccounts] },
  ],
  [
    'where tags are looked up in an organization',
    { MemberRole, OrganizationId },
    { ...byDefault, TransformRole: [log, putAgain, lookUp, lookUpInOrganization] },
  ],
  ['where no other account is named', { MemberRole }, byDefault],
  [
    'with a call a day',
    { DailyCall: 'true' },
    { ...byDefault, DailyCallRole: [allow('sqs:TagQueue', queue)] },
  ],
  [
    'with everything',
    everything,
    {
      RuleRole: [putEvents],
      StreamRole: [...deliver, convert, useKey],
      TransformRole: [log, putAgain, lookUp, lookUpInAccounts, lookUpInOrganization],
      DailyCallRole: [allow('sqs:TagQueue', queue)],
    },
  ],
];

describe('The roles', () => {
  test.each(cases)('may %s what they need, and nothing more', (_, parameters, expected) => {
    const rights = Object.entries(expected).map(([role, statements]) => [
      role,
      rightsIn(statements),
    ]);

    expect(rightsOf(loadStack({ parameters }))).toEqual(Object.fromEntries(rights));
  });

  test('have no rights but by these policies', () => {
    const stack = loadStack({ parameters: everything });
    const roles = resourcesOf(stack, 'AWS::IAM::Role');
    const policies = resourcesOf(stack, 'AWS::IAM::RolePolicy');
    const types = [stack, stack.lake].flatMap(({ resources }) =>
      Object.values(resources).map(({ Type }) => Type),
    );

    expect(types.filter((type) => type.startsWith('AWS::IAM::'))).toHaveLength(
      roles.length + policies.length,
    );
    for (const [, { Properties }] of roles) {
      expect(Object.keys(Properties)).toEqual(['AssumeRolePolicyDocument', 'Policies']);
    }
    const names = roles.map(([id]) => stack.names[id]?.ref);
    for (const [, { Properties }] of policies) expect(names).toContain(Properties.RoleName);
  });

  test('can each be taken by one service, and by nobody else', () => {
    const trust = (service: string, Condition?: object) => [
      {
        Effect: 'Allow',
        Principal: { Service: `${service}.amazonaws.com` },
        Action: 'sts:AssumeRole',
        ...(Condition && { Condition }),
      },
    ];

    expect(trustsOf(loadStack({ parameters: everything }))).toEqual({
      RuleRole: trust('events', { StringEquals: { 'aws:SourceAccount': account } }),
      StreamRole: trust('firehose', { StringEquals: { 'sts:ExternalId': account } }),
      TransformRole: trust('lambda'),
      DailyCallRole: trust('scheduler', { StringEquals: { 'aws:SourceAccount': account } }),
    });
  });

  test('are those that rule, stream and function work as', () => {
    const { resources, names, stream } = loadStack({ parameters: everything });
    const arnOf = (id: string) => names[id]?.attributes.Arn;

    expect(resources.Rule?.Properties.Targets).toMatchObject([{ RoleArn: arnOf('RuleRole') }]);
    expect(resources.DailyCallSchedule?.Properties.Target).toMatchObject({
      RoleArn: arnOf('DailyCallRole'),
    });
    expect(resources.TransformFunction?.Properties.Role).toBe(arnOf('TransformRole'));
    expect(stream.properties.ExtendedS3DestinationConfiguration).toMatchObject({
      RoleARN: arnOf('StreamRole'),
      ProcessingConfiguration: {
        Processors: [
          {
            Parameters: expect.arrayContaining([
              { ParameterName: 'RoleArn', ParameterValue: arnOf('StreamRole') },
            ]),
          },
        ],
      },
      DataFormatConversionConfiguration: { SchemaConfiguration: { RoleARN: arnOf('StreamRole') } },
    });
  });
});

describe('Policies of resources', () => {
  const onlyByTls = (name: string) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  });
  const always = {
    DeadLetters: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue,
        Condition: { ArnEquals: { 'aws:SourceArn': `arn:aws:events:${here}:rule/eventlake-Rule` } },
      },
    ],
    Bucket: [onlyByTls('eventlake-bucket')],
  };

  test('let the rule send to its queue, and nobody reach the bucket without TLS', () => {
    expect(resourcePoliciesOf(loadStack())).toEqual(always);
  });

  test('let the trail write below its folder, where there is one', () => {
    const theTrail = {
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Condition: {
        StringEquals: {
          'aws:SourceArn': `arn:aws:cloudtrail:${here}:trail/eventlake-trail`,
        },
      },
    };

    expect(resourcePoliciesOf(loadStack({ parameters: { CreateTrail: 'true' } }))).toEqual({
      ...always,
      TrailBucket: [
        onlyByTls('eventlake-trailbucket'),
        { ...theTrail, ...allow('s3:GetBucketAcl', 'arn:aws:s3:::eventlake-trailbucket') },
        {
          ...theTrail,
          ...allow('s3:PutObject', `arn:aws:s3:::eventlake-trailbucket/AWSLogs/${account}/*`),
        },
      ],
    });
  });

  // What the policies of the bus say stands in member-template.test.ts.
  test.each<[what: string, ParameterOverrides, string[]]>([
    ['by default', {}, ['DeadLettersPolicy', 'BucketPolicy']],
    [
      'with everything',
      everything,
      [
        'DeadLettersPolicy',
        'AccountsPolicy',
        'OrganizationPolicy',
        'BucketPolicy',
        'TrailBucketPolicy',
      ],
    ],
  ])('are %s these alone', (_, parameters, expected) => {
    const { resources, lake } = loadStack({ parameters });
    const policies = Object.entries({ ...lake.resources, ...resources })
      .filter(
        ([, { Type }]) => /(Policy|Permission)$/.test(Type) && Type !== 'AWS::IAM::RolePolicy',
      )
      .map(([id]) => id);

    expect(policies).toEqual(expected);
  });
});

test('No policy takes its partition, Region or account for granted', () => {
  const stack = loadStack({
    parameters: {
      ...everything,
      KmsKeyArn: KmsKeyArn.replace(`aws:kms:${here}`, 'aws-cn:kms:cn-north-1:111122223333'),
    },
    account: '111122223333',
    region: 'cn-north-1',
  });

  const text = JSON.stringify([rightsOf(stack), trustsOf(stack), resourcePoliciesOf(stack)]);

  expect(text).not.toMatch(/arn:aws:|eu-west-1|123456789012/);
  expect(text).toContain('"kms:ViaService":"s3.cn-north-1.amazonaws.com.cn"');
});
