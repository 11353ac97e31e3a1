// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's.
import { describe, expect, test } from '@jest/globals';
import type { Stack } from '../../../../local/template/load-stack.ts';
import { loadStack } from '../../../../local/template/load-stack.ts';
import type { Template } from '../../../../local/template/read-template.ts';
import { stackRules } from '../../../../local/template/stack-rules.ts';
import { validateStack, validateStream } from '../../../../local/template/validate-stack.ts';
import { type Changes, withChanges } from '../../../support/changes.ts';

const { template, stream } = loadStack();

const s3 = 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration';
const variables = 'Resources.TransformFunction.Properties.Environment.Variables';
const converted = `${s3}.DataFormatConversionConfiguration.Fn::If.1`;
const projection = 'lake.resources.EventsJsonTable.Properties.TableInput.Parameters';

interface StackCase {
  readonly name: string;
  /** Changes of template.yaml as it is written. */
  readonly template?: Changes;
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** Changes of the stack as it is resolved. */
  readonly stack?: Changes;
  readonly exports?: readonly string[];
  readonly messages: readonly string[];
}

const stackCases: readonly StackCase[] = [
  {
    name: 'a key in the prefix that the function does not answer',
    template: {
      [`${s3}.Prefix`]:
        'events/json/source=!{partitionKeyFromLambda:source}/hour=!{partitionKeyFromLambda:hour}/',
    },
    messages: [
      'Prefix has other keys (source, hour) than the function answers with',
      'No table of lake.yaml looks where rows are put, s3://eventlake-bucket/events/json/source=${source}/hour=${hour}/',
    ],
  },
  {
    name: 'a key of the function that is not in the prefix',
    template: { [`${s3}.Prefix`]: 'events/json/day=!{partitionKeyFromLambda:day}/' },
    messages: [
      'Prefix has other keys (day) than the function answers with',
      'No table of lake.yaml looks where rows are put, s3://eventlake-bucket/events/json/day=${day}/',
    ],
  },
  {
    name: 'rows in a folder without a table',
    template: {
      [`${s3}.Prefix`]:
        'rows/source=!{partitionKeyFromLambda:source}/day=!{partitionKeyFromLambda:day}/',
    },
    messages: [
      'No table of lake.yaml looks where rows are put, s3://eventlake-bucket/rows/source=${source}/day=${day}/',
    ],
  },
  {
    name: 'errors in another folder',
    template: { [`${s3}.ErrorOutputPrefix`]: 'failed/!{firehose:error-output-type}/' },
    messages: [
      'Failed records go to another place than tables and replay look in: failed/!{firehose:error-output-type}/',
    ],
  },
  {
    name: 'a default list that was edited by hand',
    template: { 'Parameters.PartitionSources.Default': 'aws.ec2' },
    messages: ['The default is not the list of src/partition/sources.ts'],
  },
  {
    name: 'a pattern that takes a name too many',
    template: { 'Parameters.PartitionSources.AllowedPattern': '^.*$' },
    messages: ['The pattern does not end at 48 names'],
  },
  {
    name: 'days for more partitions than a stream may have',
    template: { 'Parameters.MaxDaysLate.AllowedValues': [7, 8] },
    messages: [
      'So many sources and days may be given that 539 partitions are active at once, of 500 that a stream may have',
    ],
  },
  {
    name: 'any number of days',
    template: { 'Parameters.MaxDaysLate.AllowedValues': undefined },
    messages: [
      'So many sources and days may be given that Infinity partitions are active at once, of 500 that a stream may have',
    ],
  },
  {
    name: 'a function with a list of its own',
    template: { [`${variables}.PARTITION_SOURCES`]: 'aws.ec2' },
    messages: ['The function files rows under other sources than parameter PartitionSources names'],
  },
  {
    name: 'a table that lacks a source',
    stack: { [`${projection}.projection,source,values`]: 'aws.ec2,other' },
    messages: ['A table does not list every source that rows are filed under: events_json'],
  },
  {
    name: 'a source that is both in use and retired',
    parameters: { RetiredSources: 'aws.old,aws.ec2' },
    messages: ['A source is listed twice, and Athena might read its rows twice: aws.ec2'],
  },
  {
    name: 'a function that may run longer than Firehose waits',
    template: { 'Resources.TransformFunction.Properties.Timeout': 301 },
    messages: ['Firehose waits 300 s for a function, not 301 s'],
  },
  {
    name: 'a bundle without the handler',
    exports: ['main'],
    messages: ['The bundle does not export handler'],
  },
  {
    name: "another role's name for its own",
    template: { [`${variables}.OWN_ROLE`]: 'another' },
    messages: [
      'OWN_ROLE is not the role of the function, so its own calls would cause further ones',
    ],
  },
  {
    name: 'an extension that denies the compression',
    template: { [`${s3}.FileExtension`]: '.json' },
    messages: [
      'Athena picks the codec by the extension, and ".json" says the wrong one',
      'Objects are stored in another form than that of the table that lies over them: json, ".json", in events_json',
    ],
  },
  {
    name: 'Parquet between the lines of JSON',
    parameters: { OutputFormat: 'parquet' },
    template: {
      [`${s3}.Prefix`]:
        'events/json/source=!{partitionKeyFromLambda:source}/day=!{partitionKeyFromLambda:day}/',
    },
    messages: [
      'Objects are stored in another form than that of the table that lies over them: parquet, ".parquet", in events_json',
      'The stream converts by table eventlake.events_parquet, which is not the one that lies where it writes',
    ],
  },
  {
    name: 'a conversion by the table of another lake',
    parameters: { OutputFormat: 'parquet' },
    template: { [`${converted}.SchemaConfiguration.DatabaseName`]: 'old' },
    messages: [
      'The stream converts by table old.events_parquet, which is not the one that lies where it writes',
      'The role of the stream lacks glue:GetTable on the table that it converts by',
      'The role of the stream lacks glue:GetTableVersion on the table that it converts by',
      'The role of the stream lacks glue:GetTableVersions on the table that it converts by',
      'The stream names DatabaseName by itself, so its table may not be there when it is made',
    ],
  },
  {
    name: 'tags whose keys would be lower-cased',
    parameters: { OutputFormat: 'parquet' },
    template: { [`${converted}.InputFormatConfiguration.Deserializer`]: { OpenXJsonSerDe: {} } },
    messages: ['OpenXJsonSerDe lower-cases the keys of maps, and so of tags'],
  },
  {
    name: 'a role that may not look at the table',
    parameters: { OutputFormat: 'parquet' },
    template: {
      'Resources.StreamRole.Properties.Policies.0.PolicyDocument.Statement.3.Action': [
        'glue:GetTable',
      ],
    },
    messages: [
      'The role of the stream lacks glue:GetTableVersion on the table that it converts by',
      'The role of the stream lacks glue:GetTableVersions on the table that it converts by',
    ],
  },
  {
    name: 'a view that leaves the older rows out',
    parameters: { OutputFormat: 'parquet', AlsoRead: 'json' },
    template: { 'Resources.Lake.Properties.Parameters.AlsoRead': '' },
    messages: ['The view events does not read events_json'],
  },
  {
    name: 'a view that leaves the new rows out',
    parameters: { OutputFormat: 'parquet' },
    template: { 'Resources.Lake.Properties.Parameters.OutputFormat': 'json' },
    messages: ['The view events does not read events_parquet'],
  },
  {
    name: 'a table that the stream names by itself',
    parameters: { OutputFormat: 'parquet' },
    template: { [`${converted}.SchemaConfiguration.TableName`]: 'events_parquet' },
    messages: [
      'The stream names TableName by itself, so its table may not be there when it is made',
    ],
  },
  {
    name: 'a second newline',
    template: {
      [`${s3}.ProcessingConfiguration.Processors.1`]: {
        Type: 'AppendDelimiterToRecord',
        Parameters: [],
      },
    },
    messages: [
      'is a list of 2: exactly one processor, of type Lambda, is simulated.',
      'AppendDelimiterToRecord would put blank lines between rows, which fail a query',
    ],
  },
  {
    name: 'a log group that nobody makes',
    template: { [`${s3}.CloudWatchLoggingOptions.LogGroupName`]: '/aws/kinesisfirehose/other' },
    messages: [
      'The stream logs to /aws/kinesisfirehose/other, which the stack does not make; its errors would be lost',
    ],
  },
  {
    name: 'rows that are deleted before they move',
    parameters: {
      EventsStorageClass: 'STANDARD_IA',
      EventsTransitionDays: 90,
      EventsExpireDays: 90,
    },
    messages: ['S3 refuses a lifecycle that deletes rows (day 90) before or as it moves them'],
  },
  {
    name: 'a role that trusts only its own rule',
    template: {
      'Resources.RuleRole.Properties.AssumeRolePolicyDocument.Statement.0.Condition': {
        ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['Rule', 'Arn'] } },
      },
    },
    messages: [
      'Circular dependency between resources: Rule.Properties.Targets.0.RoleArn needs RuleRole, ' +
        'RuleRole.Properties.AssumeRolePolicyDocument.Statement.0.Condition.ArnEquals.aws:SourceArn needs Rule',
    ],
  },
  {
    name: 'a function whose own policies name its stream',
    template: {
      'Resources.TransformFunction.Properties.Role': undefined,
      'Resources.TransformFunction.Properties.Policies': [
        { FirehoseWritePolicy: { DeliveryStreamName: { Ref: 'Stream' } } },
      ],
      [`${variables}.OWN_ROLE`]: undefined,
    },
    messages: [
      'OWN_ROLE is not the role of the function, so its own calls would cause further ones',
      'Circular dependency between resources: ' +
        'Stream.Properties.ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors.0.Parameters.0.ParameterValue needs TransformFunction, ' +
        'TransformFunction.Properties.Role needs TransformFunctionRole, ' +
        'TransformFunctionRole.Properties.Policies.0.FirehoseWritePolicy.DeliveryStreamName needs Stream',
    ],
  },
  {
    name: 'a nested stack that needs the stream',
    template: { 'Resources.Lake.DependsOn': 'DeadLetters' },
    messages: ['The nested stack needs DeadLetters, so the stream could not wait for its tables'],
  },
  {
    name: 'a policy of the bucket that names a role',
    template: {
      'Resources.BucketPolicy.Properties.PolicyDocument.Statement.0.Principal': {
        AWS: { 'Fn::GetAtt': ['RuleRole', 'Arn'] },
      },
    },
    messages: ['The policy of a bucket needs RuleRole, so a circle is one step away'],
  },
];

function findingsOf({ template: changes, parameters = {}, stack, exports }: StackCase) {
  const changed: Template = withChanges(template, changes ?? {});
  const loaded = loadStack({ template: changed, parameters });
  // A comma stands for a dot inside a key.
  const final: Stack = structuredClone(loaded);
  for (const [path, value] of Object.entries(stack ?? {})) {
    const keys = path.split('.').map((key) => key.replaceAll(',', '.'));
    const last = keys.pop() ?? '';
    const parent = keys.reduce(
      (inner, key) => inner[key] as Record<string, unknown>,
      final as unknown as Record<string, unknown>,
    );
    parent[last] = value;
  }
  return validateStack(final, exports && [{ logicalId: 'TransformFunction', exports }]);
}

describe('validateStack', () => {
  test.each(stackCases)('finds $name', (broken) => {
    const messages = findingsOf(broken).map(({ message }) => message);

    expect(messages).toEqual(broken.messages);
  });

  test('every rule of ours is broken by one of these', () => {
    const said = stackCases.flatMap(({ messages }) => messages);
    const isSaid = ({ message }: { message: string }) =>
      said.some((text) => text.startsWith(message.split('%s')[0] ?? ''));

    expect(stackRules.filter((rule) => !isSaid(rule))).toEqual([]);
  });

  test.each<[string, Readonly<Record<string, string | number>>]>([
    ['its defaults', {}],
    [
      'everything switched on',
      {
        CreateTrail: 'true',
        KmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000',
        EventSources: 'aws.ec2,aws.s3',
        EventsStorageClass: 'GLACIER_IR',
        EventsTransitionDays: 30,
        EventsExpireDays: 31,
        ErrorsExpireDays: 1,
        ResultsExpireDays: 1,
        RetiredSources: 'aws.old',
        RuleState: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
      },
    ],
    ['Parquet', { OutputFormat: 'parquet' }],
    ['Parquet after JSON', { OutputFormat: 'parquet', AlsoRead: 'json' }],
    ['JSON after Parquet', { OutputFormat: 'json', AlsoRead: 'parquet' }],
    ['the same form twice', { OutputFormat: 'parquet', AlsoRead: 'parquet' }],
    ['everything switched off', { TagLookup: 'off', RuleState: 'DISABLED', ResultsExpireDays: 0 }],
  ])('has nothing to say to the template with %s', (_, parameters) => {
    const bundles = [{ logicalId: 'TransformFunction', exports: ['handler'] }];

    expect(validateStack(loadStack({ parameters }), bundles)).toEqual([]);
  });
});

describe('validateStream', () => {
  const streamWith = (changes: Changes) => ({
    ...stream,
    properties: withChanges(stream.properties, changes),
  });
  const aPrefix = 'ExtendedS3DestinationConfiguration.Prefix';

  test("says what the service refuses, with the stream's name", () => {
    const [finding] = validateStream(streamWith({ DeliveryStreamName: 'my stream' }));

    expect(finding?.path).toBe('Resources.Stream.Properties.DeliveryStreamName');
  });

  test('says what the service takes and this machine cannot run, as configurationOf does', () => {
    const prefix = 'a/!{partitionKeyFromLambda:source}/!{timestamp:YYYY}/';

    expect(validateStream(streamWith({ [aPrefix]: prefix }))).toEqual([
      {
        path: `Resources.Stream.Properties.${aPrefix}`,
        message: expect.stringContaining("Y is the week's year"),
        cure: expect.any(String),
      },
    ]);
  });

  test('says what is not resolved', () => {
    const [finding] = validateStream(streamWith({ [aPrefix]: { Ref: 'Prefix' } }));

    expect(finding?.message).toContain('give a string with nothing unresolved');
  });
});
