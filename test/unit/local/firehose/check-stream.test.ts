import { describe, expect, test } from '@jest/globals';
import { checkStream } from '../../../../local/firehose/check-stream.ts';
import { streamRules } from '../../../../local/firehose/stream-rules.ts';
import { loadStack } from '../../../../local/template/load-stack.ts';
import { type Changes, withChanges } from '../../../support/changes.ts';

const { stream } = loadStack();

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
    'half of a buffer of a stream without partitions',
    inS3({ ...unpartitioned, 'BufferingHints.IntervalInSeconds': undefined }),
    ['SizeInMBs and IntervalInSeconds are given together, or not at all'],
  ],
  ['a buffer above 128 MB', inS3({ 'BufferingHints.SizeInMBs': 129 }), ['SizeInMBs is 1 to 128']],
  [
    'an interval above 900 s',
    inS3({ 'BufferingHints.IntervalInSeconds': 901 }),
    ['IntervalInSeconds is 0 to 900'],
  ],
  [
    'an empty processor parameter',
    withLambda({ RoleArn: ' ' }),
    ['A processor parameter has 1 to 5,120 characters, not all blank: RoleArn'],
  ],
];

describe('checkStream', () => {
  test.each(streamCases)('says what the service says to %s', (_, changes, messages) => {
    // Prepare
    const properties = withChanges(stream.properties, changes);

    // Act
    const findings = checkStream(properties);

    // Assess
    expect(findings.map(({ message }) => message)).toEqual(messages);
    for (const { path, cure } of findings) {
      expect(path).toMatch(/^\w+/);
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
    expect(checkStream(withChanges(stream.properties, changes))).toEqual([]);
  });
});
