import { readFileSync } from 'node:fs';
import type { Properties, Value } from '../../../local/template/read-template.ts';
import type { ResolvedResource, ResolvedStack } from '../../../local/template/resolve-template.ts';

/** A call that CloudFormation makes for a resource, by the names of botocore's service models. */
export interface ApiRequest {
  /** Logical id of the resource, behind that of its nested stack. */
  readonly of: string;
  readonly service: string;
  readonly operation: string;
  readonly parameters: Properties;
}

/** What of a resource goes into which calls. */
type Calls = readonly (readonly [
  service: string,
  operation: string,
  parameters: { readonly [name: string]: unknown },
])[];

interface Named extends Reader {
  /** What the resource is called. */
  readonly name: string;
  readonly stackName: string;
}

/** Hands out the properties of a resource; what nobody asked for is told at the end. */
interface Reader {
  take(name: string): Value | undefined;
  /** All that are left. */
  rest(): Properties;
}

/**
 * The calls that CloudFormation makes of the resources of a stack, those of its nested stacks first.
 *
 * Property names of CloudFormation and members of the API are the same for most services. Where they are not, the
 * table below says so; a property that is in none of it is an error, so that nothing is passed over.
 */
export function requestsOf(stack: ResolvedStack, stackName: string): ApiRequest[] {
  const nested = Object.entries(stack.nested).flatMap(([id, inner]) =>
    requestsOf(inner, `${stackName}-${id}`).map((request) => ({
      ...request,
      of: `${id}.${request.of}`,
    })),
  );
  const own = Object.entries(stack.resources).flatMap(([id, resource]) =>
    requestsFor(id, resource, stack.names[id]?.ref ?? `${stackName}-${id}`, stackName),
  );
  return [...nested, ...own];
}

function requestsFor(
  of: string,
  { Type, Properties }: ResolvedResource,
  name: string,
  stackName: string,
): ApiRequest[] {
  const callsOf = types[Type];
  if (!callsOf) throw new Error(`${of}: requests.ts does not know ${Type}`);
  const left = new Map(Object.entries(Properties));
  const take = (property: string) => {
    const value = left.get(property);
    left.delete(property);
    return value;
  };
  const rest = () => {
    const all = Object.fromEntries(left);
    left.clear();
    return all;
  };
  const calls = callsOf({ name, stackName, take, rest });
  const [unknown] = left.keys();
  if (unknown !== undefined) throw new Error(`${of}: requests.ts does not know ${unknown}`);
  return calls.map(([service, operation, parameters]) => ({
    of,
    service,
    operation,
    parameters: withoutUndefined(parameters),
  }));
}

const withoutUndefined = (object: object): Properties => JSON.parse(JSON.stringify(object));

const text = (value: unknown) => (value === undefined ? undefined : JSON.stringify(value));
const list = <T>(value: Value | undefined) => [value ?? []].flat() as T[];

/** Attributes of a queue are texts, whatever they say. */
const attributesOf = (properties: Properties) =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, String(value)]));

const tagsOf = (value: Value | undefined) =>
  value &&
  Object.fromEntries(
    list<{ Key: string; Value: string }>(value).map(({ Key, Value }) => [Key, Value]),
  );

interface LifecycleRule {
  readonly Id: string;
  readonly Prefix?: string;
  readonly ExpirationInDays?: number;
  readonly Transitions?: readonly { StorageClass: string; TransitionInDays: number }[];
}

/** "Rule" of AWS::S3::Bucket against "LifecycleRule" (Amazon S3 API Reference). */
const lifecycleRuleOf = ({
  Id: ID,
  Prefix = '',
  ExpirationInDays,
  Transitions,
  ...same
}: LifecycleRule) => ({
  ...same,
  ID,
  Filter: { Prefix },
  Expiration: ExpirationInDays === undefined ? undefined : { Days: ExpirationInDays },
  Transitions: Transitions?.map(({ TransitionInDays: Days, StorageClass }) => ({
    Days,
    StorageClass,
  })),
});

const types: Readonly<Record<string, (resource: Named) => Calls>> = {
  'AWS::Athena::NamedQuery': ({ rest }) => [['athena', 'CreateNamedQuery', rest()]],
  'AWS::Athena::WorkGroup': ({ take, rest }) => {
    take('RecursiveDeleteOption'); // goes into DeleteWorkGroup
    const Configuration = take('WorkGroupConfiguration');
    return [['athena', 'CreateWorkGroup', { ...rest(), Configuration }]];
  },
  'AWS::CloudTrail::Trail': ({ take, rest }) => {
    const Name = take('TrailName');
    const isLogging = take('IsLogging');
    return [
      ['cloudtrail', 'CreateTrail', { Name, ...rest() }],
      ...(isLogging === true ? ([['cloudtrail', 'StartLogging', { Name }]] as const) : []),
    ];
  },
  'AWS::CloudWatch::Alarm': ({ name, rest }) => [
    ['cloudwatch', 'PutMetricAlarm', { AlarmName: name, ...rest() }],
  ],
  'AWS::CloudWatch::Dashboard': ({ name, take, rest }) => [
    ['cloudwatch', 'PutDashboard', { DashboardName: take('DashboardName') ?? name, ...rest() }],
  ],
  'AWS::Events::EventBusPolicy': ({ take }) => {
    const StatementId = take('StatementId');
    const statement = { Sid: StatementId, ...(take('Statement') as Properties) };
    const Policy = text({ Version: '2012-10-17', Statement: [statement] });
    return [['events', 'PutPermission', { EventBusName: take('EventBusName'), Policy }]];
  },
  'AWS::Events::Rule': ({ name, take, rest }) => {
    const Targets = take('Targets');
    const EventPattern = text(take('EventPattern'));
    const EventBusName = take('EventBusName');
    const Name = name.split('|').at(-1);
    return [
      ['events', 'PutRule', { Name, EventBusName, EventPattern, ...rest() }],
      ['events', 'PutTargets', { Rule: Name, EventBusName, Targets }],
    ];
  },
  'AWS::Glue::Database': ({ rest }) => [['glue', 'CreateDatabase', rest()]],
  'AWS::Glue::Table': ({ rest }) => [['glue', 'CreateTable', rest()]],
  'AWS::IAM::Role': ({ name: RoleName, take, rest }) => {
    take('RoleName');
    const AssumeRolePolicyDocument = text(take('AssumeRolePolicyDocument'));
    const policies = list<Properties>(take('Policies'));
    return [
      ['iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument, ...rest() }],
      ...policies.map(
        ({ PolicyName, PolicyDocument }) =>
          [
            'iam',
            'PutRolePolicy',
            { RoleName, PolicyName, PolicyDocument: text(PolicyDocument) },
          ] as const,
      ),
    ];
  },
  'AWS::IAM::RolePolicy': ({ take, rest }) => {
    const PolicyDocument = text(take('PolicyDocument'));
    return [['iam', 'PutRolePolicy', { ...rest(), PolicyDocument }]];
  },
  'AWS::KinesisFirehose::DeliveryStream': ({ name, rest }) => [
    ['firehose', 'CreateDeliveryStream', { DeliveryStreamName: name, ...rest() }],
  ],
  'AWS::Logs::LogGroup': ({ take }) => {
    const logGroupName = take('LogGroupName');
    const retentionInDays = take('RetentionInDays');
    return [
      ['logs', 'CreateLogGroup', { logGroupName }],
      ['logs', 'PutRetentionPolicy', { logGroupName, retentionInDays }],
    ];
  },
  'AWS::Logs::LogStream': ({ take }) => [
    [
      'logs',
      'CreateLogStream',
      { logGroupName: take('LogGroupName'), logStreamName: take('LogStreamName') },
    ],
  ],
  'AWS::S3::Bucket': ({ name: Bucket, take }) => {
    const [rule] = list<Properties>(
      (take('BucketEncryption') as Properties).ServerSideEncryptionConfiguration,
    );
    const { ServerSideEncryptionByDefault, ...others } = rule as Properties;
    const encryption = {
      Rules: [{ ...others, ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault }],
    };
    const lifecycle = take('LifecycleConfiguration') as { Rules: LifecycleRule[] } | undefined;
    const PublicAccessBlockConfiguration = take('PublicAccessBlockConfiguration');
    return [
      ['s3', 'CreateBucket', { Bucket }],
      ['s3', 'PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration }],
      ['s3', 'PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration: encryption }],
      ...(lifecycle
        ? ([
            [
              's3',
              'PutBucketLifecycleConfiguration',
              { Bucket, LifecycleConfiguration: { Rules: lifecycle.Rules.map(lifecycleRuleOf) } },
            ],
          ] as const)
        : []),
    ];
  },
  'AWS::S3::BucketPolicy': ({ take }) => [
    ['s3', 'PutBucketPolicy', { Bucket: take('Bucket'), Policy: text(take('PolicyDocument')) }],
  ],
  'AWS::SQS::Queue': ({ name, take, rest }) => {
    const tags = tagsOf(take('Tags'));
    const QueueName = name.split('/').at(-1);
    return [['sqs', 'CreateQueue', { QueueName, tags, Attributes: attributesOf(rest()) }]];
  },
  'AWS::SQS::QueuePolicy': ({ take }) => {
    const Policy = text(take('PolicyDocument'));
    return list<string>(take('Queues')).map((QueueUrl) => [
      'sqs',
      'SetQueueAttributes',
      { QueueUrl, Attributes: { Policy } },
    ]);
  },
  'AWS::Scheduler::Schedule': ({ name, rest }) => [
    ['scheduler', 'CreateSchedule', { Name: name, ...rest() }],
  ],
  'AWS::Serverless::Application': ({ name, take }) => {
    take('Location'); // SAM puts the template into its bucket
    const given = Object.entries((take('Parameters') ?? {}) as Properties);
    const Parameters = given.map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: String(value),
    }));
    return [['cloudformation', 'CreateStack', { StackName: name, Parameters }]];
  },
  'AWS::Serverless::StateMachine': ({ name, take }) => {
    const file = new URL(`../../../${take('DefinitionUri')}`, import.meta.url);
    const substitutions = Object.entries((take('DefinitionSubstitutions') ?? {}) as Properties);
    const definition = substitutions.reduce(
      (text, [key, value]) => text.replaceAll(`\${${key}}`, String(value)),
      readFileSync(file, 'utf8'),
    );
    const { Level: level, IncludeExecutionData, Destinations } = take('Logging') as Properties;
    const destinations = list<{ CloudWatchLogsLogGroup: { LogGroupArn: string } }>(Destinations);
    return [
      [
        'stepfunctions',
        'CreateStateMachine',
        {
          name: name.split(':').at(-1),
          type: take('Type'),
          roleArn: take('Role'),
          definition,
          loggingConfiguration: {
            level,
            includeExecutionData: IncludeExecutionData,
            destinations: destinations.map(({ CloudWatchLogsLogGroup: { LogGroupArn } }) => ({
              cloudWatchLogsLogGroup: { logGroupArn: LogGroupArn },
            })),
          },
        },
      ],
    ];
  },
  'AWS::Serverless::Function': ({ name: FunctionName, take, rest }) => {
    take('CodeUri'); // what SAM built of it
    const { Variables = {} } = (take('Environment') ?? {}) as { Variables?: Properties };
    const Environment = { Variables: attributesOf(Variables) };
    const Code = { S3Bucket: 'artifacts', S3Key: 'function.zip' };
    return [['lambda', 'CreateFunction', { FunctionName, Code, Environment, ...rest() }]];
  },
};
