import { AthenaClient, CreateWorkGroupCommand } from '@aws-sdk/client-athena';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { eventColumns } from '../../../athena/tables.ts';

export const region = 'eu-west-1';
const account = '123456789012';

/** What an AWS client of this process finds. */
export const credentials = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_REGION: region,
};

/** Clients of the services that a stack consists of. */
export function clientsAt(endpoint: string) {
  const config = { endpoint, region };
  return {
    athena: new AthenaClient(config),
    cloudFormation: new CloudFormationClient(config),
    cloudTrail: new CloudTrailClient(config),
    cloudWatch: new CloudWatchClient(config),
    logs: new CloudWatchLogsClient(config),
    events: new EventBridgeClient(config),
    firehose: new FirehoseClient(config),
    glue: new GlueClient(config),
    iam: new IAMClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
  };
}

export type Clients = ReturnType<typeof clientsAt>;

export const names = {
  stack: 'eventlake',
  stream: 'eventlake-Stream-1',
  streamArn: `arn:aws:firehose:${region}:${account}:deliverystream/eventlake-Stream-1`,
  rule: 'eventlake-Rule-1',
  role: 'eventlake-RuleRole-1',
  function: 'eventlake-TransformFunction-1',
  bucket: 'eventlake-bucket-1',
  trailBucket: 'trail-bucket-1',
  trail: 'main',
  workgroup: 'eventlake',
  database: 'eventlake',
  logs: '/aws/lambda/eventlake-TransformFunction-1',
} as const;

export const ruleOf = (pattern: string, State: 'ENABLED' | 'DISABLED' = 'ENABLED') =>
  new PutRuleCommand({ Name: names.rule, EventPattern: pattern, State });

export const allOfAws = '{"source":[{"prefix":""}]}';

/** An account with a stack that works, as far as the doctor looks. */
export async function makeAccount(aws: Clients): Promise<{ readonly queueUrl: string }> {
  const policy = (Action: string, Resource: string, Service?: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action, Resource, ...(Service && { Principal: { Service } }) },
      ],
    });
  const LocationConstraint = region;
  for (const Bucket of [names.bucket, names.trailBucket]) {
    await aws.s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }),
    );
  }
  const Key = 'events/json/source=aws.ec2/day=2026-11-17/a.json.gz';
  await aws.s3.send(new PutObjectCommand({ Bucket: names.bucket, Key, Body: 'x' }));
  await aws.s3.send(
    new PutBucketPolicyCommand({
      Bucket: names.trailBucket,
      Policy: policy('s3:*', `arn:aws:s3:::${names.trailBucket}/*`, 'cloudtrail.amazonaws.com'),
    }),
  );
  await aws.cloudTrail.send(
    new CreateTrailCommand({
      Name: names.trail,
      S3BucketName: names.trailBucket,
      IsMultiRegionTrail: true,
    }),
  );
  await aws.cloudTrail.send(new StartLoggingCommand({ Name: names.trail }));

  const role = await aws.iam.send(
    new CreateRoleCommand({
      RoleName: names.role,
      AssumeRolePolicyDocument: policy('sts:AssumeRole', '*', 'events.amazonaws.com'),
    }),
  );
  await aws.iam.send(
    new PutRolePolicyCommand({
      RoleName: names.role,
      PolicyName: 'put',
      PolicyDocument: policy('firehose:PutRecord', names.streamArn),
    }),
  );
  const functionArn = `arn:aws:lambda:${region}:${account}:function:${names.function}`;
  await aws.firehose.send(
    new CreateDeliveryStreamCommand({
      DeliveryStreamName: names.stream,
      ExtendedS3DestinationConfiguration: {
        BucketARN: `arn:aws:s3:::${names.bucket}`,
        RoleARN: role.Role?.Arn ?? '',
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [
            {
              Type: 'Lambda',
              Parameters: [{ ParameterName: 'LambdaArn', ParameterValue: functionArn }],
            },
          ],
        },
      },
    }),
  );
  await aws.events.send(ruleOf(allOfAws));
  await aws.events.send(
    new PutTargetsCommand({
      Rule: names.rule,
      Targets: [{ Id: 'stream', Arn: names.streamArn, RoleArn: role.Role?.Arn }],
    }),
  );
  const { QueueUrl: queueUrl = '' } = await aws.sqs.send(
    new CreateQueueCommand({ QueueName: 'eventlake-DeadLetters-1' }),
  );
  await aws.logs.send(new CreateLogGroupCommand({ logGroupName: names.logs }));
  await aws.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: names.database } }));
  await aws.glue.send(tableOf(eventColumns.map(({ name }) => name)));
  await aws.athena.send(new CreateWorkGroupCommand({ Name: names.workgroup, Configuration: {} }));
  await aws.cloudWatch.send(alarmOf());
  const sums = {
    'AWS/Events': [{ TriggeredRules: 10 }, { RuleName: names.rule }],
    'AWS/Firehose': [{ IncomingRecords: 10 }, { DeliveryStreamName: names.stream }],
  } as const;
  for (const [Namespace, [values, dimensions]] of Object.entries(sums)) {
    await aws.cloudWatch.send(metricOf(Namespace, values, dimensions));
  }
  await aws.cloudFormation.send(
    new CreateStackCommand({
      StackName: names.stack,
      TemplateBody: JSON.stringify(stackWith(queueUrl)),
    }),
  );
  return { queueUrl };
}

export const tableOf = (columns: readonly string[]) =>
  new CreateTableCommand({
    DatabaseName: names.database,
    TableInput: {
      Name: 'events',
      StorageDescriptor: { Columns: columns.map((Name) => ({ Name, Type: 'string' })) },
    },
  });

export const alarmOf = () =>
  new PutMetricAlarmCommand({
    AlarmName: `${names.stack}-RecordsFailedAlarm-1`,
    Namespace: 'eventlake',
    MetricName: 'RecordsFailed',
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
  });

export const metricOf = (
  Namespace: string,
  values: Readonly<Record<string, number>>,
  dimensions: Readonly<Record<string, string>>,
) =>
  new PutMetricDataCommand({
    Namespace,
    MetricData: Object.entries(values).map(([MetricName, Value]) => ({
      MetricName,
      Value,
      Timestamp: new Date(Date.now() - 60_000),
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
  });

/** A stack of the outputs and parameters that the real one has; its resources were made beside it. */
function stackWith(queueUrl: string) {
  const outputs = {
    StreamName: names.stream,
    DeadLettersUrl: queueUrl,
    BucketName: names.bucket,
    FunctionLogs: names.logs,
    StreamErrors: '/aws/kinesisfirehose/eventlake',
    Database: names.database,
    Workgroup: names.workgroup,
  };
  return {
    Parameters: {
      EventBusName: { Type: 'String', Default: 'default' },
      DeliverySeconds: { Type: 'String', Default: '300' },
    },
    Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
    Outputs: Object.fromEntries(Object.entries(outputs).map(([name, Value]) => [name, { Value }])),
  };
}
