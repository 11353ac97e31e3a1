// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's.
import { describe, expect, test } from '@jest/globals';
import type { Stack } from '../../../../local/template/load-stack.ts';
import { loadStack } from '../../../../local/template/load-stack.ts';
import type { Template, Value } from '../../../../local/template/read-template.ts';
import { stackRules } from '../../../../local/template/stack-rules.ts';
import { streamRules } from '../../../../local/template/stream-rules.ts';
import { validateStack, validateStream } from '../../../../local/template/validate-stack.ts';

const { template, stream } = loadStack();

type Changes = Readonly<Record<string, Value | undefined>>;

/** A copy with the values at some paths replaced; `undefined` takes one out. */
function withChanges<T>(original: T, changes: Changes): T {
  const copy = structuredClone(original);
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const parent = keys.reduce<Record<string, unknown>>(
      (inner, key) => {
        inner[key] ??= {};
        return inner[key] as Record<string, unknown>;
      },
      copy as Record<string, unknown>,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}

const inS3 = (changes: Changes): Changes =>
  Object.fromEntries(
    Object.entries(changes).map(([path, value]) => [
      `ExtendedS3DestinationConfiguration.${path}`,
      value,
    ]),
  );

const lambda = (parameters: Readonly<Record<string, string>>) => ({
  Type: 'Lambda',
  Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
    ParameterName,
    ParameterValue,
  })),
});
const aLambda = lambda({ LambdaArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f' });
const withLambda = (parameters: Readonly<Record<string, string>>) =>
  inS3({ 'ProcessingConfiguration.Processors': [lambda({ LambdaArn: 'arn', ...parameters })] });
const withProcessor = (Type: string, parameters: Readonly<Record<string, string>> = {}) => ({
  'ProcessingConfiguration.Processors': [aLambda, { ...lambda(parameters), Type }],
});
const unpartitioned = {
  'DynamicPartitioningConfiguration.Enabled': false,
  Prefix: 'events/',
  ErrorOutputPrefix: 'errors/',
};
const constraint = 'The supplied prefix(es) do not satisfy the following constraint: ';

/** What is changed, and all that the service then says. */
const streamCases: readonly (readonly [string, Changes, readonly string[]])[] = [
  [
    'a second destination',
    { S3DestinationConfiguration: {} },
    ['Exactly one destination configuration is supported for a Firehose'],
  ],
  [
    'a buffer below 64 MB',
    inS3({ 'BufferingHints.SizeInMBs': 63 }),
    ['BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.'],
  ],
  [
    'an interval below 60 s',
    inS3({ 'BufferingHints.IntervalInSeconds': 59 }),
    [
      'BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled.',
    ],
  ],
  [
    'no hints at all',
    inS3({ BufferingHints: undefined }),
    [
      'BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.',
      'BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled.',
    ],
  ],
  [
    'processing that is not said to be on',
    inS3({ 'ProcessingConfiguration.Enabled': undefined }),
    [
      'Processing Configuration is not enabled when DataPartitioning is enabled',
      'Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace',
    ],
  ],
  [
    'a prefix without keys',
    inS3({ Prefix: 'events/!{timestamp:yyyy}/' }),
    [
      'S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled',
    ],
  ],
  [
    'a key from a query that nobody makes',
    inS3({ Prefix: 'events/!{partitionKeyFromQuery:source}/' }),
    [
      'MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace',
    ],
  ],
  [
    'keys without partitioning',
    inS3({ 'DynamicPartitioningConfiguration.Enabled': false }),
    [
      'Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled.',
    ],
  ],
  [
    'a query whose key is not in the prefix',
    inS3(
      withProcessor('MetadataExtraction', {
        MetadataExtractionQuery: '{a:.a}',
        JsonParsingEngine: 'JQ-1.6',
      }),
    ),
    [
      "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression",
    ],
  ],
  [
    'a query without partitioning',
    inS3({
      ...unpartitioned,
      ...withProcessor('MetadataExtraction', { JsonParsingEngine: 'JQ-1.6' }),
    }),
    [
      'class com.amazonaws.services.firehose.internal.model.MetadataExtractionProcessor can only be present when Dynamic Partitioning is enabled.',
    ],
  ],
  [
    'de-aggregation without partitioning',
    inS3({ ...unpartitioned, ...withProcessor('RecordDeAggregation', { SubRecordType: 'JSON' }) }),
    [
      'class com.amazonaws.services.firehose.internal.model.RecordDeAggregationProcessor can only be present when Dynamic Partitioning is enabled.',
    ],
  ],
  [
    'another query engine',
    inS3(withProcessor('MetadataExtraction', { JsonParsingEngine: 'JQ-1.7' })),
    ['MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6'],
  ],
  [
    'another form of sub-records',
    inS3(withProcessor('RecordDeAggregation', { SubRecordType: 'XML' })),
    ['SubRecordType has to be one of JSON, DELIMITED'],
  ],
  [
    'delimited sub-records without a delimiter',
    inS3(withProcessor('RecordDeAggregation', { SubRecordType: 'DELIMITED' })),
    ['Delimiter should be present for DELIMITED'],
  ],
  [
    'an expression that is not closed',
    inS3({ ErrorOutputPrefix: 'my!{prefix/' }),
    [
      `${constraint}Invalid expression usage: my!{prefix/.Must be of the form !{<namespace>:<value>}`,
    ],
  ],
  [
    'an unknown namespace',
    inS3({ ErrorOutputPrefix: '!{bogus:x}/!{firehose:error-output-type}/' }),
    [`${constraint}Namespace to the left of colon (bogus) is an invalid keyword!`],
  ],
  [
    'a letter in a timestamp that means nothing',
    inS3({ Prefix: 'a/!{partitionKeyFromLambda:source}/!{timestamp:yyyy-bb}/' }),
    [`${constraint}Invalid conversion character used in the value of the expression in Prefix`],
  ],
  [
    'another value of the service',
    inS3({ ErrorOutputPrefix: '!{firehose:error-output-type}/!{firehose:name}/' }),
    [
      `${constraint}Invalid conversion character used in the value of the expression in ErrorOutputPrefix`,
    ],
  ],
  [
    'a prefix that becomes too long',
    inS3({ Prefix: `${'a'.repeat(512)}!{partitionKeyFromLambda:source}` }),
    [`${constraint}Length of evaluated prefix cannot be greater than 512`],
  ],
  [
    'no place for errors',
    inS3({ ErrorOutputPrefix: undefined }),
    [`${constraint}ErrorOutputPrefix cannot be null or empty when Prefix contains expressions`],
  ],
  [
    'errors by day only',
    inS3({ ErrorOutputPrefix: 'errors/!{timestamp:yyyy}/' }),
    ['ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}'],
  ],
  [
    'errors by key',
    inS3({ ErrorOutputPrefix: '!{firehose:error-output-type}/!{partitionKeyFromLambda:day}/' }),
    ["Dynamic Partitioning Namespaces can't be part of an error prefix expression"],
  ],
  [
    'rows by kind of error',
    inS3({ Prefix: '!{partitionKeyFromLambda:day}/!{firehose:error-output-type}/' }),
    [`${constraint}Prefix must not contain any occurrence of !{firehose:error-output-type}`],
  ],
  [
    'another time zone',
    inS3({ CustomTimeZone: 'Asia/Kolkata' }),
    [
      'Provided custom time zone is not supported. Custom time zones are limited to UTC and non-3-letter IANA time zones.',
    ],
  ],
  [
    'six processors',
    inS3({
      'ProcessingConfiguration.Processors': [
        aLambda,
        ...Array.from({ length: 5 }, () => ({ Type: 'Other', Parameters: [] })),
      ],
    }),
    [
      'A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.',
    ],
  ],
  [
    'two functions',
    inS3({ 'ProcessingConfiguration.Processors': [aLambda, aLambda] }),
    ['Cannot have more than 1 Lambda processor.'],
  ],
  [
    'a function without its name',
    inS3({ 'ProcessingConfiguration.Processors': [lambda({})] }),
    ['LambdaArn is required when Lambda processor is used.'],
  ],
  [
    'half of a buffer',
    withLambda({ BufferSizeInMBs: '1' }),
    [
      'Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor.',
    ],
  ],
  ...['0.199', '3.01', 'x'].map(
    (BufferSizeInMBs) =>
      [
        `a buffer of ${BufferSizeInMBs} MB before the function`,
        withLambda({ BufferSizeInMBs, BufferIntervalInSeconds: '60' }),
        ['BufferSizeInMBs for lambda processor must be between 0.2 and 3.'],
      ] as const,
  ),
  [
    'a wait of 901 s before the function',
    withLambda({ BufferSizeInMBs: '1', BufferIntervalInSeconds: '901' }),
    ['BufferIntervalInSeconds for lambda processor must be between 0 and 900.'],
  ],
  [
    '301 retries',
    withLambda({ NumberOfRetries: '301' }),
    ['Number of retries for lambda must be between 0 and 300.'],
  ],
  [
    'log events that stay packed',
    inS3(withProcessor('CloudWatchLogProcessing')),
    ['CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor'],
  ],
  [
    'an extraction that is neither on nor off',
    inS3({
      'ProcessingConfiguration.Processors': [
        aLambda,
        { Type: 'Decompression', Parameters: [] },
        { ...lambda({ DataMessageExtraction: 'yes' }), Type: 'CloudWatchLogProcessing' },
      ],
    }),
    ['Invalid parameter value for DataMessageExtraction. Allowed values are True and False.'],
  ],
  [
    'logging to nowhere',
    inS3({ 'CloudWatchLoggingOptions.LogStreamName': undefined }),
    ['CloudWatch Log Group Name is required if CloudWatch Logging is enabled'],
  ],
  [
    'a backup to nowhere',
    inS3({ S3BackupMode: 'Enabled' }),
    ['S3 backup destination configuration is required when enabling S3 backup.'],
  ],
  [
    'conversion of compressed objects, of nothing, into nothing',
    inS3({ DataFormatConversionConfiguration: {} }),
    [
      "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. To enable compression within the converted output format, set the appropriate serialization option in the output format configuration.",
      'InputFormatConfiguration must not be null',
      'OutputFormatConfiguration must not be null',
      'SchemaConfiguration must not be null',
    ],
  ],
  [
    'conversion into small objects, of a form and into a form that there is not',
    inS3({
      ...unpartitioned,
      CompressionFormat: 'UNCOMPRESSED',
      'BufferingHints.SizeInMBs': 63,
      DataFormatConversionConfiguration: {
        InputFormatConfiguration: { Deserializer: { HiveJsonSerDe: {}, OpenXJsonSerDe: {} } },
        OutputFormatConfiguration: { Serializer: {} },
        SchemaConfiguration: {},
      },
    }),
    [
      'SizeInMBs is at least 64 with format conversion',
      'Deserializer is exactly one of HiveJsonSerDe and OpenXJsonSerDe',
      'Serializer is exactly one of OrcSerDe and ParquetSerDe',
    ],
  ],
  [
    'encryption both on and off',
    inS3({ 'EncryptionConfiguration.KMSEncryptionConfig': { AWSKMSKeyARN: 'arn' } }),
    ['Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified'],
  ],
  [
    'an own key that is not named',
    { 'DeliveryStreamEncryptionConfigurationInput.KeyType': 'CUSTOMER_MANAGED_CMK' },
    ['KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK'],
  ],
  [
    'a key for a key that AWS owns',
    { 'DeliveryStreamEncryptionConfigurationInput.KeyARN': 'arn' },
    ['KeyARN cannot be specified when KeyType is AWS_OWNED_CMK'],
  ],
  [
    'a prefix of too many characters',
    inS3({ Prefix: `!{partitionKeyFromLambda:${'a'.repeat(1000)}}` }),
    ['A prefix may be written in at most 1,024 characters'],
  ],
  [
    'retries for too long',
    inS3({ 'DynamicPartitioningConfiguration.RetryOptions.DurationInSeconds': 7201 }),
    ['DurationInSeconds is 0 to 7,200'],
  ],
  [
    'an extension without a dot',
    inS3({ FileExtension: 'json.gz' }),
    ['FileExtension has at most 128 characters and starts with a dot'],
  ],
  [
    'a name with a blank',
    { DeliveryStreamName: 'my stream' },
    ['DeliveryStreamName has 1 to 64 characters of A-Z, a-z, 0-9, dot, dash and underscore'],
  ],
  [
    'an empty processor parameter',
    withLambda({ RoleArn: ' ' }),
    ['A processor parameter has 1 to 5,120 characters, not all blank: RoleArn'],
  ],
];

describe('validateStream', () => {
  test.each(streamCases)('says what the service says to %s', (_, changes, messages) => {
    // Prepare
    const properties = withChanges(stream.properties, changes);

    // Act
    const findings = validateStream(properties, 'Stream');

    // Assess
    expect(findings.map(({ message }) => message)).toEqual(messages);
    for (const { path, cure } of findings) {
      expect(path).toMatch(/^Resources\.Stream\.Properties\.\w+/);
      expect(cure).toMatch(/^[A-Z].*\.$/s);
    }
  });

  test('every rule of the service is broken by one of these', () => {
    const said = streamCases.flatMap(([, , messages]) => messages);
    const isSaid = ({ message }: { message: string }) =>
      said.some((text) => text.startsWith(message.split('%s')[0] ?? ''));

    expect(streamRules.filter((rule) => !isSaid(rule))).toEqual([]);
  });

  test.each<[string, Changes]>([
    ['the smallest buffers', withLambda({ BufferSizeInMBs: '0.2', BufferIntervalInSeconds: '0' })],
    ['the largest buffers', withLambda({ BufferSizeInMBs: '3', BufferIntervalInSeconds: '900' })],
    [
      '512 characters of prefix',
      inS3({ Prefix: `${'a'.repeat(511)}!{partitionKeyFromLambda:source}` }),
    ],
    [
      'text in a timestamp',
      inS3({ ErrorOutputPrefix: "!{firehose:error-output-type}/!{timestamp:'tabula'/yyyy}/" }),
    ],
    [
      'random strings',
      inS3({ ErrorOutputPrefix: '!{firehose:random-string}/!{firehose:error-output-type}/' }),
    ],
    ['a literal place for errors', inS3({ ErrorOutputPrefix: 'errors/' })],
    ['UTC by name', inS3({ CustomTimeZone: 'UTC' })],
    ['conversion that is off', inS3({ 'DataFormatConversionConfiguration.Enabled': false })],
    ['a stream that partitions nothing', inS3(unpartitioned)],
    ['default encryption', inS3({ EncryptionConfiguration: undefined })],
  ])('has nothing to say to %s', (_, changes) => {
    expect(validateStream(withChanges(stream.properties, changes), 'Stream')).toEqual([]);
  });
});

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
    messages: ['AppendDelimiterToRecord would put blank lines between rows, which fail a query'],
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
