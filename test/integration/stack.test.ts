import { describe, expect, test } from '@jest/globals';
import { loadStack } from '../../local/template/load-stack.ts';
import type { ParameterOverrides } from '../../local/template/resolve-template.ts';
import { resourcesOf } from '../support/policies.ts';

const here = 'eu-west-1:123456789012';
const KmsKeyArn = `arn:aws:kms:${here}:key/0a1b2c3d-0000-4000-8000-000000000000`;
const daySeconds = 24 * 60 * 60;

const resourcesWith = (parameters: ParameterOverrides = {}) => loadStack({ parameters }).resources;
const propertiesOf = (id: string, parameters: ParameterOverrides = {}) =>
  resourcesWith(parameters)[id]?.Properties;
const deliveryOf = (parameters: ParameterOverrides = {}) =>
  loadStack({ parameters }).stream.properties.ExtendedS3DestinationConfiguration;

describe('The rule', () => {
  test('takes every event of the default bus, and of every source', () => {
    expect(propertiesOf('Rule')).toMatchObject({ EventBusName: 'default', State: 'ENABLED' });
    expect(propertiesOf('Rule')?.EventPattern).toEqual({ source: [{ prefix: '' }] });
  });

  test('takes the events that it is told, from the bus that it is told', () => {
    const RuleState = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
    const parameters = { EventBusName: 'orders', EventSources: 'aws.ec2,aws.s3', RuleState };

    expect(propertiesOf('Rule', parameters)).toMatchObject({
      EventBusName: 'orders',
      State: RuleState,
      EventPattern: { source: ['aws.ec2', 'aws.s3'] },
    });
  });

  test('puts each on the stream as it is, tries so for a day, and then leaves it in the queue', () => {
    expect(propertiesOf('Rule')?.Targets).toEqual([
      {
        Id: 'stream',
        Arn: `arn:aws:firehose:${here}:deliverystream/eventlake-Stream`,
        RoleArn: 'arn:aws:iam::123456789012:role/eventlake-RuleRole',
        RetryPolicy: { MaximumEventAgeInSeconds: daySeconds, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: `arn:aws:sqs:${here}:eventlake-DeadLetters` },
      },
    ]);
  });

  const letters = { MessageRetentionPeriod: 14 * daySeconds, SqsManagedSseEnabled: true };

  test('has a queue that keeps what it gets, encrypted, as long as a queue may', () => {
    expect(propertiesOf('DeadLetters')).toEqual(letters);
  });

  test('sees one call a day where that is asked for, of a service that it takes, and that changes nothing', () => {
    const DailyCall = 'true';
    const { Target, ...schedule } = propertiesOf('DailyCallSchedule', { DailyCall }) ?? {};
    const { Arn, Input } = Target as Record<string, string>;

    expect(schedule).toMatchObject({
      ScheduleExpression: 'rate(1 day)',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
    expect(Arn).toBe('arn:aws:scheduler:::aws-sdk:sqs:tagQueue');
    const { QueueUrl, Tags } = JSON.parse(String(Input));
    expect(QueueUrl).toBe(`https://sqs.eu-west-1.amazonaws.com/123456789012/eventlake-DeadLetters`);
    expect(propertiesOf('DeadLetters', { DailyCall })).toEqual({
      ...letters,
      Tags: Object.entries(Tags).map(([Key, Value]) => ({ Key, Value })),
    });
    expect(Object.keys(resourcesWith()).filter((id) => id.startsWith('DailyCall'))).toEqual([]);
  });
});

describe('The stream', () => {
  test('calls the function with a megabyte, or the records of a minute, four times at most', () => {
    expect(deliveryOf()).toMatchObject({
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: 'Lambda',
            Parameters: [
              {
                ParameterName: 'LambdaArn',
                ParameterValue: `arn:aws:lambda:${here}:function:eventlake-TransformFunction`,
              },
              {
                ParameterName: 'RoleArn',
                ParameterValue: 'arn:aws:iam::123456789012:role/eventlake-StreamRole',
              },
              { ParameterName: 'BufferSizeInMBs', ParameterValue: '1' },
              { ParameterName: 'BufferIntervalInSeconds', ParameterValue: '60' },
              { ParameterName: 'NumberOfRetries', ParameterValue: '3' },
            ],
          },
        ],
      },
    });
  });

  test('writes an object a partition, of 64 MB or what came until it is told to', () => {
    const partitions = { Enabled: true, RetryOptions: { DurationInSeconds: 300 } };

    expect(deliveryOf()).toMatchObject({
      BucketARN: 'arn:aws:s3:::eventlake-bucket',
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 300 },
      DynamicPartitioningConfiguration: partitions,
    });
    expect(deliveryOf({ DeliverySeconds: 60 })).toMatchObject({
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
    });
  });

  test.each([
    ['json', 'events/json/', 'GZIP', '.json.gz'],
    ['parquet', 'events/parquet/', 'UNCOMPRESSED', '.parquet'],
  ])('writes %s below %s', (OutputFormat, prefix, CompressionFormat, FileExtension) => {
    expect(deliveryOf({ OutputFormat })).toMatchObject({
      Prefix: `${prefix}source=!{partitionKeyFromLambda:source}/day=!{partitionKeyFromLambda:day}/`,
      ErrorOutputPrefix: 'errors/type=!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/',
      CompressionFormat,
      FileExtension,
    });
  });

  test('tells its errors in a log', () => {
    expect(deliveryOf()).toMatchObject({
      CloudWatchLoggingOptions: {
        Enabled: true,
        LogGroupName: '/aws/kinesisfirehose/eventlake',
        LogStreamName: 'delivery',
      },
    });
  });

  test.each([
    ['a key of AWS', {}, { KeyType: 'AWS_OWNED_CMK' }, { NoEncryptionConfig: 'NoEncryption' }],
    [
      'the key that it is given',
      { KmsKeyArn },
      { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: KmsKeyArn },
      { KMSEncryptionConfig: { AWSKMSKeyARN: KmsKeyArn } },
    ],
  ])('is encrypted by %s', (_, parameters, onStream, inBucket) => {
    const { stream } = loadStack({ parameters });

    expect(stream.properties.DeliveryStreamEncryptionConfigurationInput).toEqual(onStream);
    expect(deliveryOf(parameters)).toMatchObject({ EncryptionConfiguration: inBucket });
  });
});

describe('The function', () => {
  test('runs on Node 24 and the processor that is asked for, with 512 MB, for two minutes', () => {
    const { Environment, Description, ...properties } = propertiesOf('TransformFunction') ?? {};

    expect(properties).toEqual({
      CodeUri: '.',
      Handler: 'handlers/transform.handler',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 512,
      Timeout: 120,
      Role: 'arn:aws:iam::123456789012:role/eventlake-TransformRole',
      LoggingConfig: { LogGroup: '/aws/lambda/eventlake-transform' },
    });
    expect(propertiesOf('TransformFunction', { Architecture: 'x86_64' })).toMatchObject({
      Architectures: ['x86_64'],
    });
  });

  test('is told what the parameters say', () => {
    const [made] = loadStack({
      stackName: 'audit',
      parameters: {
        PartitionSources: 'aws.ec2,aws.s3',
        MaxDaysLate: 2,
        UnknownRecords: 'keep',
        TrustedSources: 'my.bus,audit',
        TagLookup: 'off',
        TagKeys: 'Name,team',
        MemberRole: 'eventlake-member',
        MemberAccounts: '111122223333,444455556666',
        OrganizationId: 'o-a1b2c3d4e5',
        Metrics: 'alarmed',
        LogLevel: 'DEBUG',
      },
    }).functions;

    expect(made?.environment).toMatchObject({
      PARTITION_SOURCES: 'aws.ec2,aws.s3',
      MAX_DAYS_LATE: '2',
      UNKNOWN_RECORDS: 'keep',
      TRUSTED_SOURCES: 'my.bus,audit',
      TAG_LOOKUP: 'off',
      TAG_KEYS: 'Name,team',
      MEMBER_ROLE: 'eventlake-member',
      MEMBER_ACCOUNTS: '111122223333,444455556666',
      ORGANIZATION_ID: 'o-a1b2c3d4e5',
      OWN_ROLE: 'audit-TransformRole',
      METRICS: 'alarmed',
      POWERTOOLS_LOG_LEVEL: 'DEBUG',
      POWERTOOLS_SERVICE_NAME: 'audit',
    });
  });
});

test('The nested stack is told what the parameters say', () => {
  const parameters = {
    DatabaseName: 'audit',
    PartitionSources: 'aws.ec2',
    RetiredSources: 'aws.s3',
    OutputFormat: 'parquet',
    AlsoRead: 'json',
    FirstDay: '2020-02-29',
    BytesScannedCutoff: 20_000_000,
  };

  expect(loadStack({ stackName: 'main', parameters }).lake.parameters).toEqual({
    ...parameters,
    BucketName: 'main-bucket',
    WorkgroupName: 'main',
  });
});

test('The logs are those of the stack, and go after the days that are asked for', () => {
  const logs = (parameters: ParameterOverrides) =>
    resourcesOf(loadStack({ parameters }), 'AWS::Logs::LogGroup').map(([, { Properties }]) => [
      Properties.LogGroupName,
      Properties.RetentionInDays,
    ]);
  const logsOf = (days: number) => [
    ['/aws/kinesisfirehose/eventlake', days],
    ['/aws/lambda/eventlake-transform', days],
  ];

  expect(logs({})).toEqual(logsOf(30));
  expect(logs({ LogRetentionDays: 7 })).toEqual(logsOf(7));
});

const isPrivate = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};
const encryptedBy = (rule: object) => ({ ServerSideEncryptionConfiguration: [rule] });
const byS3 = encryptedBy({ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } });

/** But for one of a stack that could not be created: every further try would leave an empty one. */
const stays = ['RetainExceptOnCreate', 'Retain'];

describe('Every bucket', () => {
  const stack = loadStack({ parameters: { CreateTrail: 'true' } });
  const buckets = resourcesOf(stack, 'AWS::S3::Bucket');

  test('is one of two', () => {
    expect(buckets.map(([id]) => id)).toEqual(['Bucket', 'TrailBucket']);
  });

  test.each(buckets)('%s is private, encrypted, and stays when the stack is deleted', (_, made) => {
    const { LifecycleConfiguration, ...properties } = made.Properties;

    expect(properties).toEqual({
      PublicAccessBlockConfiguration: isPrivate,
      BucketEncryption: byS3,
    });
    expect([made.DeletionPolicy, made.UpdateReplacePolicy]).toEqual(stays);
  });

  test('keeps its policy, too, which takes no call without TLS', () => {
    const policies = resourcesOf(stack, 'AWS::S3::BucketPolicy');

    expect(policies.map(([, { Properties }]) => Properties.Bucket)).toEqual(
      buckets.map(([id]) => stack.names[id]?.ref),
    );
    for (const [, { DeletionPolicy, UpdateReplacePolicy }] of policies) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(stays);
    }
  });
});

describe('The bucket', () => {
  test('is encrypted by the key that is given', () => {
    expect(propertiesOf('Bucket', { KmsKeyArn })?.BucketEncryption).toEqual(
      encryptedBy({
        BucketKeyEnabled: true,
        ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KmsKeyArn },
      }),
    );
  });

  const unfinished = {
    Id: 'unfinished-uploads',
    Status: 'Enabled',
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  };
  const results = (days: number) => ({
    Id: 'results',
    Status: 'Enabled',
    Prefix: 'athena-results/',
    ExpirationInDays: days,
  });
  const events = { Id: 'events', Status: 'Enabled', Prefix: 'events/' };
  const EventsStorageClass = 'GLACIER_IR';

  test.each<[what: string, ParameterOverrides, object[]]>([
    ['nothing but query results after a month', {}, [unfinished, results(30)]],
    ['nothing at all', { ResultsExpireDays: 0 }, [unfinished]],
    [
      'rows for a year, in another class after 90 days',
      { EventsStorageClass, EventsExpireDays: 365 },
      [
        unfinished,
        {
          ...events,
          ExpirationInDays: 365,
          Transitions: [{ StorageClass: EventsStorageClass, TransitionInDays: 90 }],
        },
        results(30),
      ],
    ],
    [
      'rows after a year',
      { EventsExpireDays: 365, ResultsExpireDays: 1 },
      [unfinished, { ...events, ExpirationInDays: 365 }, results(1)],
    ],
    [
      'no rows, but moves them after 30 days',
      { EventsStorageClass, EventsTransitionDays: 30 },
      [
        unfinished,
        {
          ...events,
          Transitions: [{ StorageClass: EventsStorageClass, TransitionInDays: 30 }],
        },
        results(30),
      ],
    ],
    [
      'errors after ten weeks',
      { ErrorsExpireDays: 70 },
      [
        unfinished,
        { Id: 'errors', Status: 'Enabled', Prefix: 'errors/', ExpirationInDays: 70 },
        results(30),
      ],
    ],
  ])('expires %s', (_, parameters, Rules) => {
    expect(propertiesOf('Bucket', parameters)?.LifecycleConfiguration).toEqual({ Rules });
  });
});

test('The files of the trail stay, or go after the days that are asked for', () => {
  const rulesOf = (TrailExpireDays: number) =>
    propertiesOf('TrailBucket', { CreateTrail: 'true', TrailExpireDays })?.LifecycleConfiguration;
  const unfinished = {
    Id: 'unfinished-uploads',
    Status: 'Enabled',
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  };
  const files = { Id: 'trail', Status: 'Enabled', Prefix: 'AWSLogs/', ExpirationInDays: 400 };

  expect(rulesOf(0)).toEqual({ Rules: [unfinished] });
  expect(rulesOf(400)).toEqual({ Rules: [unfinished, files] });
});

describe('The trail', () => {
  test('is made only where it is asked for', () => {
    const made = ['Trail', 'TrailBucket', 'TrailBucketPolicy'];

    expect(Object.keys(resourcesWith()).filter((id) => made.includes(id))).toEqual([]);
    expect(Object.keys(resourcesWith({ CreateTrail: 'true' }))).toEqual(
      expect.arrayContaining(made),
    );
  });

  test('logs the management events of all Regions, from the start', () => {
    const trail = resourcesWith({ CreateTrail: 'true' }).Trail;

    expect(trail?.Properties).toEqual({
      TrailName: 'eventlake-trail',
      S3BucketName: 'eventlake-trailbucket',
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
    });
    // CloudTrail tries to write into the bucket at once.
    expect(trail?.DependsOn).toBe('TrailBucketPolicy');
  });
});
