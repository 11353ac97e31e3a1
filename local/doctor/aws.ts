import { gunzipSync } from 'node:zlib';
import { AthenaClient, GetWorkGroupCommand } from '@aws-sdk/client-athena';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricStatisticsCommand,
} from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { DescribeDeliveryStreamCommand, FirehoseClient } from '@aws-sdk/client-firehose';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { DeniedError, type DoctorAws, type TrailAtAws } from './port.ts';

export interface AwsOptions {
  readonly region: string;
  /** Of all services; default AWS's own. */
  readonly endpoint?: string | undefined;
}

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** Objects that are looked at below a prefix. */
const maxObjects = 50_000;

/** What the doctor asks, by the SDK's clients. */
export function awsOf({ region, endpoint }: AwsOptions): DoctorAws {
  const config = { region, ...(endpoint !== undefined && { endpoint }) };
  const sts = new STSClient(config);
  const cloudFormation = new CloudFormationClient(config);
  const cloudTrail = new CloudTrailClient(config);
  const events = new EventBridgeClient(config);
  const firehose = new FirehoseClient(config);
  const iam = new IAMClient(config);
  const cloudWatch = new CloudWatchClient(config);
  const logs = new CloudWatchLogsClient(config);
  const sqs = new SQSClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const glue = new GlueClient(config);
  const athena = new AthenaClient(config);

  const port: DoctorAws = {
    region,
    async caller() {
      const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand());
      return { account: Account, arn: Arn };
    },

    async stack(name) {
      const found = await cloudFormation
        .send(new DescribeStacksCommand({ StackName: name }))
        .catch(
          absentIf(
            ({ name: kind, message }) => kind === 'ValidationError' && /not exist/.test(message),
          ),
        );
      const [stack] = found?.Stacks ?? [];
      if (!stack) return undefined;
      return {
        status: stack.StackStatus ?? '',
        outputs: Object.fromEntries(
          (stack.Outputs ?? []).map((o) => [o.OutputKey, o.OutputValue ?? '']),
        ),
        parameters: Object.fromEntries(
          (stack.Parameters ?? []).map((p) => [p.ParameterKey, p.ParameterValue ?? '']),
        ),
      };
    },

    async trails() {
      const { trailList = [] } = await cloudTrail.send(new DescribeTrailsCommand());
      return Promise.all(
        trailList.map(async (trail): Promise<TrailAtAws> => {
          const Name = trail.TrailARN ?? trail.Name ?? '';
          const status = await cloudTrail.send(new GetTrailStatusCommand({ Name }));
          const selectors = await cloudTrail
            .send(new GetEventSelectorsCommand({ TrailName: Name }))
            // Of a trail of the organisation they are not told to its members.
            .catch(() => undefined);
          const basic = selectors?.EventSelectors ?? [];
          const advanced = selectors?.AdvancedEventSelectors ?? [];
          const isPlain = basic.length + advanced.length === 0;
          return {
            name: trail.Name ?? '',
            isLogging: status.IsLogging ?? false,
            isMultiRegion: trail.IsMultiRegionTrail ?? false,
            homeRegion: trail.HomeRegion ?? '',
            hasManagementEvents:
              isPlain ||
              basic.some(({ IncludeManagementEvents: included }) => included !== false) ||
              advanced.some(({ FieldSelectors = [] }) =>
                FieldSelectors.some(
                  ({ Field, Equals }) =>
                    Field === 'eventCategory' && Equals?.includes('Management'),
                ),
              ),
            deliveredMs: status.LatestDeliveryTime?.getTime(),
            deliveryError: status.LatestDeliveryError || undefined,
          };
        }),
      );
    },

    async rulesTo(targetArn, busName) {
      const EventBusName = busName;
      const { RuleNames = [] } = await events.send(
        new ListRuleNamesByTargetCommand({ TargetArn: targetArn, EventBusName }),
      );
      return Promise.all(
        RuleNames.map(async (name) => {
          const rule = await events.send(new DescribeRuleCommand({ Name: name, EventBusName }));
          const { Targets = [] } = await events.send(
            new ListTargetsByRuleCommand({ Rule: name, EventBusName }),
          );
          const target = Targets.find(({ Arn }) => Arn === targetArn);
          return {
            name,
            state: rule.State ?? '',
            pattern: rule.EventPattern,
            roleArn: target?.RoleArn,
          };
        }),
      );
    },

    async rolePolicies(roleArn) {
      const RoleName = roleArn.split('/').at(-1) ?? '';
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
      const policies = PolicyNames.map((PolicyName) =>
        iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })),
      );
      return (await Promise.all(policies)).map(({ PolicyDocument = '' }) =>
        decodeURIComponent(PolicyDocument),
      );
    },

    async sumOf({ namespace, name, dimensions }, hours) {
      const end = Date.now();
      const { Datapoints = [] } = await cloudWatch.send(
        new GetMetricStatisticsCommand({
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
          StartTime: new Date(end - hours * hourMs),
          EndTime: new Date(end + hourMs),
          Period: 3600,
          Statistics: ['Sum'],
        }),
      );
      if (Datapoints.length === 0) return undefined;
      return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
    },

    async deadLetters(QueueUrl) {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages'],
        }),
      );
      const count = Number(Attributes.ApproximateNumberOfMessages ?? 0);
      if (count === 0) return { count, codes: [] };
      // They stay where they are: nobody waits for them to come back.
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: 0,
          MessageAttributeNames: ['All'],
        }),
      );
      const codes = Messages.flatMap(
        ({ MessageAttributes = {} }) => MessageAttributes.ERROR_CODE?.StringValue ?? [],
      );
      return { count, codes: [...new Set(codes)].sort() };
    },

    async streamOf(DeliveryStreamName) {
      const found = await firehose
        .send(new DescribeDeliveryStreamCommand({ DeliveryStreamName }))
        .catch(absentIf(({ name }) => name === 'ResourceNotFoundException'));
      const stream = found?.DeliveryStreamDescription;
      if (!stream) return undefined;
      const [destination] = stream.Destinations ?? [];
      const parameters =
        destination?.ExtendedS3DestinationDescription?.ProcessingConfiguration?.Processors?.flatMap(
          ({ Parameters = [] }) => Parameters,
        ) ?? [];
      return {
        arn: stream.DeliveryStreamARN ?? '',
        status: stream.DeliveryStreamStatus ?? '',
        functionArn: parameters.find(({ ParameterName }) => ParameterName === 'LambdaArn')
          ?.ParameterValue,
      };
    },

    async lastSummary(logGroupName) {
      const found = await logs
        .send(
          new FilterLogEventsCommand({
            logGroupName,
            startTime: Date.now() - dayMs,
            filterPattern: '"Batch transformed"',
          }),
        )
        .catch(absentIf(({ name }) => name === 'ResourceNotFoundException'));
      const message = found?.events?.at(-1)?.message;
      try {
        return message === undefined ? undefined : JSON.parse(message);
      } catch {
        return undefined;
      }
    },

    async newestObjectMs(Bucket, Prefix) {
      let newest: number | undefined;
      let seen = 0;
      for await (const { at } of objectsBelow(s3, Bucket, Prefix)) {
        newest = Math.max(newest ?? 0, at);
        // A lake of years has more than anybody wants to list for this.
        if (++seen >= maxObjects) break;
      }
      return newest;
    },

    async columnsOf(DatabaseName, Name) {
      const found = await glue
        .send(new GetTableCommand({ DatabaseName, Name }))
        .catch(absentIf(({ name }) => name === 'EntityNotFoundException'));
      if (!found?.Table) return undefined;
      const { StorageDescriptor, PartitionKeys = [] } = found.Table;
      return [...(StorageDescriptor?.Columns ?? []), ...PartitionKeys].map(
        ({ Name: column = '' }) => column,
      );
    },

    async workgroupState(WorkGroup) {
      const found = await athena
        .send(new GetWorkGroupCommand({ WorkGroup }))
        .catch(absentIf(({ name }) => name === 'InvalidRequestException'));
      return found?.WorkGroup?.State;
    },

    async alarmsOf(stack) {
      const { MetricAlarms = [] } = await cloudWatch.send(
        new DescribeAlarmsCommand({ AlarmNamePrefix: `${stack}-`, MaxRecords: 100 }),
      );
      return MetricAlarms.map(({ AlarmName = '', StateValue = '' }) => ({
        name: AlarmName,
        state: StateValue,
      }));
    },

    async putEvent({ busName, source, detailType, detail }) {
      const { Entries = [] } = await events.send(
        new PutEventsCommand({
          Entries: [
            { EventBusName: busName, Source: source, DetailType: detailType, Detail: detail },
          ],
        }),
      );
      const [entry] = Entries;
      if (entry?.ErrorCode) throw new Error(`${entry.ErrorCode}: ${entry.ErrorMessage}`);
    },

    async hasObjectWith(Bucket, Prefix, sinceMs, text) {
      for await (const { key, at } of objectsBelow(s3, Bucket, `${Prefix}day=${dayOf(sinceMs)}/`)) {
        if (at < sinceMs - 1000) continue;
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key }));
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array(0);
        const lines = key.endsWith('.gz') ? gunzipSync(bytes).toString() : '';
        // Parquet is packed: that it came after the event has to do.
        if (lines.includes(text) || key.endsWith('.parquet')) return true;
      }
      return false;
    },
  };
  return withDenials(port);
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

async function* objectsBelow(client: S3Client, Bucket: string, Prefix: string) {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    for (const { Key: key = '', LastModified } of Contents) {
      yield { key, at: LastModified?.getTime() ?? 0 };
    }
  }
}

/** Nothing where AWS says that there is no such thing. */
function absentIf(isAbsent: (error: Error) => boolean) {
  return (error: unknown): undefined => {
    if (isAbsent(error as Error)) return undefined;
    throw error;
  };
}

const deniedNames =
  /^(?:AccessDenied|AccessDeniedException|AccessDeniedFault|UnauthorizedOperation|AuthorizationError|Forbidden)$/;

/** What each question needs, where AWS does not say it. */
const permissions: { readonly [N in keyof DoctorAws]?: string } = {
  caller: 'sts:GetCallerIdentity',
  stack: 'cloudformation:DescribeStacks',
  trails: 'cloudtrail:DescribeTrails and cloudtrail:GetTrailStatus',
  rulesTo: 'events:ListRuleNamesByTarget, events:DescribeRule and events:ListTargetsByRule',
  rolePolicies: 'iam:ListRolePolicies and iam:GetRolePolicy',
  sumOf: 'cloudwatch:GetMetricStatistics',
  deadLetters: 'sqs:GetQueueAttributes and sqs:ReceiveMessage',
  streamOf: 'firehose:DescribeDeliveryStream',
  lastSummary: 'logs:FilterLogEvents',
  newestObjectMs: 's3:ListBucket',
  columnsOf: 'glue:GetTable',
  workgroupState: 'athena:GetWorkGroup',
  alarmsOf: 'cloudwatch:DescribeAlarms',
  putEvent: 'events:PutEvents',
  hasObjectWith: 's3:ListBucket and s3:GetObject',
};

/** Says of each call that is denied which permission it needs. */
function withDenials(port: DoctorAws): DoctorAws {
  const wrapped = Object.entries(port).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    const ask = value as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...args: unknown[]) => {
        try {
          return await ask(...args);
        } catch (error) {
          const { name: kind, $metadata } = error as Error & {
            $metadata?: { httpStatusCode?: number };
          };
          const isDenied = deniedNames.test(kind) || $metadata?.httpStatusCode === 403;
          throw isDenied ? new DeniedError(permissions[name as keyof DoctorAws] ?? kind) : error;
        }
      },
    ];
  });
  return Object.fromEntries(wrapped) as unknown as DoctorAws;
}
