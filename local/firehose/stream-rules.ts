import type { Fact } from './stream-facts.ts';

/**
 * What Amazon Data Firehose refuses in a delivery stream's configuration, beyond what the CloudFormation
 * schema says: linters know none of it, and CloudFormation finds out by a rollback.
 *
 * A rule is about the texts of one fact. Its messages are the service's own (observed from its API in 2026),
 * so that a search for one leads here.
 */
export interface StreamRule extends Check {
  readonly of: Fact;
  /** It counts only where each of these facts has this text. */
  readonly when?: Partial<Record<Fact, string>>;
  /** What the service says; `%s` is what broke the rule. */
  readonly message: string;
  /** What to do about it. */
  readonly cure: string;
}

/** What a rule may ask of its texts: of how many there are, and of each. */
export interface Check {
  readonly count?: readonly [least: number, most: number];
  /** There where the other is there, and only there. */
  readonly alongside?: Fact;
  /** One of these is among them. */
  readonly has?: readonly string[];
  /** All of these are. */
  readonly hasAll?: readonly string[];
  /** None of these is. */
  readonly hasNone?: readonly string[];
  /** Each is one of these. */
  readonly among?: readonly string[];
  readonly pattern?: RegExp;
  readonly range?: readonly [least: number, most: number];
}

const needed = [1, Number.POSITIVE_INFINITY] as const;
const forbidden = [0, 0] as const;

const lambdaKeys = 'partitionKeyFromLambda';
const queryKeys = 'partitionKeyFromQuery';
const namespaces = ['firehose', 'timestamp', lambdaKeys, queryKeys];
const errorType = 'firehose:error-output-type';
const constraint = 'The supplied prefix(es) do not satisfy the following constraint: ';

/** In the order in which the service's pages treat them. */
export const streamRules: readonly StreamRule[] = [
  {
    of: 'destinations',
    count: [1, 1],
    message: 'Exactly one destination configuration is supported for a Firehose',
    cure: 'Keep ExtendedS3DestinationConfiguration, the only one that partitions.',
  },

  // Dynamic partitioning
  {
    of: 'bufferMbs',
    when: { partitioning: 'on' },
    // Its default depends on the source; a stream that partitions says its own.
    count: needed,
    range: [64, Number.POSITIVE_INFINITY],
    message: 'BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.',
    cure: 'Set 64 or more; small lakes are delivered by time anyway.',
  },
  {
    of: 'bufferSeconds',
    when: { partitioning: 'on' },
    count: needed,
    range: [60, Number.POSITIVE_INFINITY],
    message:
      'BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled.',
    cure: 'Set 60 or more.',
  },
  {
    of: 'processing',
    when: { partitioning: 'on' },
    among: ['on'],
    message: 'Processing Configuration is not enabled when DataPartitioning is enabled',
    cure: 'Set Enabled to true (left out is off) and name a Lambda processor.',
  },
  {
    of: 'prefixNamespaces',
    when: { partitioning: 'on' },
    has: [lambdaKeys, queryKeys],
    message:
      'S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled',
    cure: 'Use !{partitionKeyFromLambda:…} in it.',
  },
  {
    of: 'processors',
    when: { prefixNamespaces: lambdaKeys },
    has: ['Lambda'],
    message:
      'Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace',
    cure: 'Add the Lambda processor.',
  },
  {
    of: 'processors',
    when: { prefixNamespaces: queryKeys },
    has: ['MetadataExtraction'],
    message:
      'MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace',
    cure: 'Take the key from the function: partitionKeyFromLambda.',
  },
  {
    of: 'prefixNamespaces',
    when: { partitioning: 'off' },
    hasNone: [lambdaKeys, queryKeys],
    message:
      'Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled.',
    cure: 'Set DynamicPartitioningConfiguration.Enabled to true. On a stream that exists it cannot be switched on: it needs a new logical id.',
  },
  {
    of: 'queryKeysNotInPrefix',
    count: forbidden,
    message:
      "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression",
    cure: 'Use each key of the query in Prefix, or take it out of the query.',
  },
  {
    of: 'processors',
    when: { partitioning: 'off' },
    hasNone: ['MetadataExtraction', 'RecordDeAggregation'],
    message:
      'class com.amazonaws.services.firehose.internal.model.%sProcessor can only be present when Dynamic Partitioning is enabled.',
    cure: 'Take it out.',
  },
  {
    of: 'queryEngines',
    among: ['JQ-1.6'],
    message: 'MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6',
    cure: 'Set JsonParsingEngine to JQ-1.6.',
  },
  {
    of: 'subRecordTypes',
    among: ['JSON', 'DELIMITED'],
    message: 'SubRecordType has to be one of JSON, DELIMITED',
    cure: 'Set SubRecordType to one of them.',
  },
  {
    of: 'delimiters',
    when: { subRecordTypes: 'DELIMITED' },
    count: needed,
    message: 'Delimiter should be present for DELIMITED',
    cure: 'Give Delimiter, in base64.',
  },

  // Prefixes
  {
    of: 'brokenPrefixes',
    count: forbidden,
    message: `${constraint}Invalid expression usage: %s.Must be of the form !{<namespace>:<value>}`,
    cure: 'Close the brace and give both namespace and value.',
  },
  {
    of: 'namespaces',
    among: namespaces,
    message: `${constraint}Namespace to the left of colon (%s) is an invalid keyword!`,
    cure: `The namespaces are ${namespaces.join(', ')}.`,
  },
  {
    of: 'prefixUnknownValues',
    count: forbidden,
    message: `${constraint}Invalid conversion character used in the value of the expression in Prefix`,
    cure: "The namespace firehose takes random-string; timestamp takes a pattern of Java's DateTimeFormatter, with text in single quotes.",
  },
  {
    of: 'errorPrefixUnknownValues',
    count: forbidden,
    message: `${constraint}Invalid conversion character used in the value of the expression in ErrorOutputPrefix`,
    cure: "The namespace firehose takes random-string and error-output-type; timestamp takes a pattern of Java's DateTimeFormatter, with text in single quotes.",
  },
  {
    of: 'leastPrefixLengths',
    range: [0, 512],
    message: `${constraint}Length of evaluated prefix cannot be greater than 512`,
    cure: 'Shorten it; the values of its keys count too.',
  },
  {
    of: 'errorPrefix',
    when: { prefixHasExpressions: 'on' },
    count: needed,
    message: `${constraint}ErrorOutputPrefix cannot be null or empty when Prefix contains expressions`,
    cure: 'Set ErrorOutputPrefix.',
  },
  {
    of: 'errorPrefixExpressions',
    when: { errorPrefixHasExpressions: 'on' },
    has: [errorType],
    message:
      'ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}',
    cure: 'Put it in; it keeps the kinds of failure apart.',
  },
  {
    of: 'errorPrefixNamespaces',
    hasNone: [lambdaKeys, queryKeys],
    message: "Dynamic Partitioning Namespaces can't be part of an error prefix expression",
    cure: 'Take them out: a record that failed has no keys.',
  },
  {
    of: 'prefixExpressions',
    hasNone: [errorType],
    message: `${constraint}Prefix must not contain any occurrence of !{firehose:error-output-type}`,
    cure: 'It belongs in ErrorOutputPrefix.',
  },
  {
    of: 'timeZone',
    // The service's list holds old names only, and is not Node's; no time zone but UTC is right here.
    among: ['', 'UTC'],
    message:
      'Provided custom time zone is not supported. Custom time zones are limited to UTC and non-3-letter IANA time zones.',
    cure: 'Leave it out: every day of the lake is a UTC day.',
  },

  // Processors
  {
    of: 'processors',
    when: { processing: 'on' },
    count: [1, 5],
    message:
      'A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.',
    cure: 'Name the Lambda processor.',
  },
  {
    of: 'lambdas',
    count: [0, 1],
    message: 'Cannot have more than 1 Lambda processor.',
    cure: 'Keep one.',
  },
  {
    of: 'lambdaArn',
    when: { processors: 'Lambda' },
    count: needed,
    message: 'LambdaArn is required when Lambda processor is used.',
    cure: 'Give the parameter LambdaArn.',
  },
  {
    of: 'lambdaMbs',
    alongside: 'lambdaSeconds',
    message:
      'Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor.',
    cure: 'Give both, or none.',
  },
  {
    of: 'lambdaMbs',
    range: [0.2, 3],
    message: 'BufferSizeInMBs for lambda processor must be between 0.2 and 3.',
    cure: 'Use 1: rows are larger than their events, and a response holds 6 MB.',
  },
  {
    of: 'lambdaSeconds',
    range: [0, 900],
    message: 'BufferIntervalInSeconds for lambda processor must be between 0 and 900.',
    cure: 'Set 0 to 900.',
  },
  {
    of: 'lambdaRetries',
    range: [0, 300],
    message: 'Number of retries for lambda must be between 0 and 300.',
    cure: 'Set 0 to 300.',
  },
  {
    of: 'processors',
    when: { processors: 'CloudWatchLogProcessing' },
    has: ['Decompression'],
    message: 'CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor',
    cure: 'Take it out: the function takes log events as they come.',
  },
  {
    of: 'messageExtraction',
    pattern: /^(true|false)$/i,
    message:
      'Invalid parameter value for DataMessageExtraction. Allowed values are True and False.',
    cure: 'Set True or False.',
  },

  // Around it
  {
    of: 'logTargets',
    when: { logging: 'on' },
    count: [2, 2],
    message: 'CloudWatch Log Group Name is required if CloudWatch Logging is enabled',
    cure: 'Name a log group and a log stream that exist.',
  },
  {
    of: 'backup',
    when: { backupMode: 'Enabled' },
    count: needed,
    message: 'S3 backup destination configuration is required when enabling S3 backup.',
    cure: 'Give S3BackupConfiguration. Backup cannot be switched off again.',
  },
  {
    of: 'compression',
    when: { converting: 'on' },
    among: ['UNCOMPRESSED'],
    message:
      "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. To enable compression within the converted output format, set the appropriate serialization option in the output format configuration.",
    cure: 'Set UNCOMPRESSED; Parquet compresses inside.',
  },
  {
    of: 'conversionParts',
    when: { converting: 'on' },
    hasAll: ['InputFormatConfiguration', 'OutputFormatConfiguration', 'SchemaConfiguration'],
    message: '%s must not be null',
    cure: 'Give it.',
  },
  {
    of: 'objectKeys',
    when: { objectEncryption: 'on' },
    count: [1, 1],
    message: 'Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified',
    cure: 'Give one of them.',
  },
  {
    of: 'streamKey',
    when: { streamKeyType: 'CUSTOMER_MANAGED_CMK' },
    count: needed,
    message: 'KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK',
    cure: 'Give KeyARN.',
  },
  {
    of: 'streamKey',
    when: { streamKeyType: 'AWS_OWNED_CMK' },
    count: forbidden,
    message: 'KeyARN cannot be specified when KeyType is AWS_OWNED_CMK',
    cure: 'Leave KeyARN out.',
  },

  // Bounds of the API (Amazon Data Firehose API Reference); the words are ours.
  {
    of: 'bufferMbs',
    alongside: 'bufferSeconds',
    // What partitions is told so above, in the service's words.
    when: { partitioning: 'off' },
    message: 'SizeInMBs and IntervalInSeconds are given together, or not at all',
    cure: 'Give both.',
  },
  {
    of: 'bufferMbs',
    range: [1, 128],
    message: 'SizeInMBs is 1 to 128',
    cure: 'Set 128.',
  },
  {
    of: 'bufferSeconds',
    range: [0, 900],
    message: 'IntervalInSeconds is 0 to 900',
    cure: 'Set 300.',
  },
  {
    of: 'bufferMbs',
    when: { converting: 'on', partitioning: 'off' },
    range: [64, 128],
    message: 'SizeInMBs is at least 64 with format conversion',
    cure: 'Set 64 or more.',
  },
  {
    of: 'deserializers',
    when: { converting: 'on', conversionParts: 'InputFormatConfiguration' },
    count: [1, 1],
    among: ['HiveJsonSerDe', 'OpenXJsonSerDe'],
    message: 'Deserializer is exactly one of HiveJsonSerDe and OpenXJsonSerDe',
    cure: 'Name one of them.',
  },
  {
    of: 'serializers',
    when: { converting: 'on', conversionParts: 'OutputFormatConfiguration' },
    count: [1, 1],
    among: ['OrcSerDe', 'ParquetSerDe'],
    message: 'Serializer is exactly one of OrcSerDe and ParquetSerDe',
    cure: 'Name one of them.',
  },
  {
    of: 'prefixes',
    pattern: /^.{0,1024}$/s,
    message: 'A prefix may be written in at most 1,024 characters',
    cure: 'Shorten it.',
  },
  {
    of: 'retrySeconds',
    range: [0, 7200],
    message: 'DurationInSeconds is 0 to 7,200',
    cure: 'Set 300.',
  },
  {
    of: 'fileExtension',
    pattern: /^$|^\.[0-9a-z!\-_.*'()]{1,127}$/,
    message: 'FileExtension has at most 128 characters and starts with a dot',
    cure: 'Use .json.gz, by which Athena knows the codec.',
  },
  {
    of: 'name',
    pattern: /^[\w.-]{1,64}$/,
    message: 'DeliveryStreamName has 1 to 64 characters of A-Z, a-z, 0-9, dot, dash and underscore',
    cure: 'Leave it to CloudFormation.',
  },
  {
    of: 'unusableParameters',
    count: forbidden,
    message: 'A processor parameter has 1 to 5,120 characters, not all blank: %s',
    cure: 'Give it a value, or leave it out.',
  },
];
