import type { Prefix } from './prefix.ts';
import { parsePrefix } from './prefix.ts';
import type { Properties, Value } from './read-template.ts';

/**
 * What Amazon Data Firehose refuses in a delivery stream's configuration, beyond what the
 * CloudFormation schema says: linters know none of it, and CloudFormation finds out by a rollback.
 * The messages are the service's own (observed from its API in 2026), so that a search for one
 * leads here.
 */
export interface StreamRule {
  /** The property that it is about. */
  readonly path: string;
  /** What the service says; `%s` is what broke the rule. */
  readonly message: string;
  /** What to do about it. */
  readonly cure: string;
  /** What breaks the rule: nothing, where it is kept. */
  readonly broken: (stream: StreamView) => boolean | readonly string[];
}

/** A stream's properties, read once for all rules. */
export interface StreamView {
  readonly properties: Properties;
  readonly s3: Properties;
  readonly partitioning: boolean;
  /** Whether records are processed, and by what. */
  readonly processing: boolean;
  readonly processors: readonly Processor[];
  readonly lambda: Processor | undefined;
  readonly prefix: Prefix;
  readonly errorPrefix: Prefix;
}

interface Processor {
  readonly type: string;
  readonly parameters: Properties;
}

/** Reads the resolved properties of an AWS::KinesisFirehose::DeliveryStream. */
export function viewStream(properties: Properties): StreamView {
  const s3 = object(properties.ExtendedS3DestinationConfiguration);
  const configuration = object(s3.ProcessingConfiguration);
  const processing = configuration.Enabled === true;
  const processors = list(configuration.Processors).map((processor) => ({
    type: String(object(processor).Type),
    parameters: Object.fromEntries(
      list(object(processor).Parameters).map((parameter) => {
        const { ParameterName, ParameterValue = null } = object(parameter);
        return [String(ParameterName), ParameterValue];
      }),
    ),
  }));
  return {
    properties,
    s3,
    partitioning: object(s3.DynamicPartitioningConfiguration).Enabled === true,
    processing,
    processors,
    lambda: processing ? processors.find(({ type }) => type === 'Lambda') : undefined,
    prefix: parsePrefix(String(s3.Prefix ?? '')),
    errorPrefix: parsePrefix(String(s3.ErrorOutputPrefix ?? '')),
  };
}

const object = (value: Value | undefined): Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {};
const list = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? value : []);

const destinations = [
  'AmazonOpenSearchServerlessDestinationConfiguration',
  'AmazonopensearchserviceDestinationConfiguration',
  'ElasticsearchDestinationConfiguration',
  'ExtendedS3DestinationConfiguration',
  'HttpEndpointDestinationConfiguration',
  'IcebergDestinationConfiguration',
  'RedshiftDestinationConfiguration',
  'S3DestinationConfiguration',
  'SnowflakeDestinationConfiguration',
  'SplunkDestinationConfiguration',
];

const errorType = 'error-output-type';
const keyNamespaces = ['partitionKeyFromLambda', 'partitionKeyFromQuery'];
const namespaces = ['firehose', 'timestamp', ...keyNamespaces];
const hasNamespace = (prefix: Prefix, ...names: string[]) =>
  prefix.expressions.some(({ namespace }) => names.includes(namespace));
const hasErrorType = (prefix: Prefix) =>
  prefix.expressions.some((e) => e.namespace === 'firehose' && e.value === errorType);
const hasProcessor = (stream: StreamView, type: string) =>
  stream.processing && stream.processors.some((processor) => processor.type === type);
const bothPrefixes = ({ prefix, errorPrefix }: StreamView) => [prefix, errorPrefix];
const outside = (value: Value | undefined, least: number, most: number) =>
  value !== undefined && !(Number(value) >= least && Number(value) <= most);

/** Letters that Java's DateTimeFormatter has no meaning for; text in single quotes is left as it is. */
const isTimestampPattern = (value: string) =>
  !/[CIJPRTUVbfijloprt]/.test(value.replaceAll(/'[^']*'/g, ''));
const isKnownValue = ({ namespace, value }: { namespace: string; value: string }) =>
  namespace === 'firehose'
    ? ['random-string', errorType].includes(value)
    : namespace !== 'timestamp' || isTimestampPattern(value);

/** The keys that a jq query such as `{customer:.id, day:.day}` makes. */
const queryKeys = ({ parameters }: Processor) =>
  [...String(parameters.MetadataExtractionQuery ?? '').matchAll(/["']?([\w-]+)["']?\s*:/g)].map(
    ([, key]) => key ?? '',
  );

const constraint = 'The supplied prefix(es) do not satisfy the following constraint: ';
const destination = 'ExtendedS3DestinationConfiguration';
const hints = `${destination}.BufferingHints`;
const processors = `${destination}.ProcessingConfiguration.Processors`;
const aPrefix = `${destination}.Prefix`;
const anErrorPrefix = `${destination}.ErrorOutputPrefix`;
const conversion = `${destination}.DataFormatConversionConfiguration`;

/** Whether objects are converted before they are stored. */
export const isConverting = ({ s3 }: Pick<StreamView, 's3'>) => {
  const { DataFormatConversionConfiguration } = s3;
  // `Enabled` left out is on.
  return (
    DataFormatConversionConfiguration !== undefined &&
    object(DataFormatConversionConfiguration).Enabled !== false
  );
};

const encryption = (stream: StreamView) =>
  object(stream.properties.DeliveryStreamEncryptionConfigurationInput);

/** In the order in which the service's pages treat them. */
export const streamRules: readonly StreamRule[] = [
  {
    path: destination,
    message: 'Exactly one destination configuration is supported for a Firehose',
    cure: 'Keep ExtendedS3DestinationConfiguration, the only one that partitions.',
    broken: ({ properties }) => destinations.filter((name) => name in properties).length !== 1,
  },

  // Dynamic partitioning
  {
    path: `${hints}.SizeInMBs`,
    message: 'BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.',
    cure: 'Set 64 or more; small lakes are delivered by time anyway.',
    broken: ({ partitioning, s3 }) =>
      // Its default depends on the source; a stream that partitions says its own.
      partitioning && !(Number(object(s3.BufferingHints).SizeInMBs) >= 64),
  },
  {
    path: `${hints}.IntervalInSeconds`,
    message:
      'BufferingHints.IntervalInSeconds must be at least 60 seconds when Dynamic Partitioning is enabled.',
    cure: 'Set 60 or more.',
    broken: ({ partitioning, s3 }) =>
      partitioning && !(Number(object(s3.BufferingHints).IntervalInSeconds) >= 60),
  },
  {
    path: `${destination}.ProcessingConfiguration`,
    message: 'Processing Configuration is not enabled when DataPartitioning is enabled',
    cure: 'Set Enabled to true (left out is off) and name a Lambda processor.',
    broken: (stream) =>
      stream.partitioning &&
      !hasProcessor(stream, 'Lambda') &&
      !hasProcessor(stream, 'MetadataExtraction'),
  },
  {
    path: aPrefix,
    message:
      'S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled',
    cure: 'Use !{partitionKeyFromLambda:…} in it.',
    broken: ({ partitioning, prefix }) => partitioning && !hasNamespace(prefix, ...keyNamespaces),
  },
  {
    path: aPrefix,
    message:
      'Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace',
    cure: 'Add the Lambda processor.',
    broken: ({ prefix, lambda }) => hasNamespace(prefix, 'partitionKeyFromLambda') && !lambda,
  },
  {
    path: aPrefix,
    message:
      'MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace',
    cure: 'Take the key from the function: partitionKeyFromLambda.',
    broken: (stream) =>
      hasNamespace(stream.prefix, 'partitionKeyFromQuery') &&
      !hasProcessor(stream, 'MetadataExtraction'),
  },
  {
    path: aPrefix,
    message:
      'Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled.',
    cure: 'Set DynamicPartitioningConfiguration.Enabled to true. On a stream that exists it cannot be switched on: it needs a new logical id.',
    broken: ({ partitioning, prefix }) => !partitioning && hasNamespace(prefix, ...keyNamespaces),
  },
  {
    path: processors,
    message:
      "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression",
    cure: 'Use each key of the query in Prefix, or take it out of the query.',
    broken: ({ processors, prefix }) =>
      processors
        .filter(({ type }) => type === 'MetadataExtraction')
        .flatMap(queryKeys)
        .filter(
          (key) =>
            !prefix.expressions.some(
              (e) => e.namespace === 'partitionKeyFromQuery' && e.value === key,
            ),
        ),
  },
  ...['MetadataExtraction', 'RecordDeAggregation'].map(
    (type): StreamRule => ({
      path: processors,
      message: `class com.amazonaws.services.firehose.internal.model.${type}Processor can only be present when Dynamic Partitioning is enabled.`,
      cure: 'Take it out.',
      broken: (stream) => !stream.partitioning && hasProcessor(stream, type),
    }),
  ),
  {
    path: processors,
    message: 'MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6',
    cure: 'Set JsonParsingEngine to JQ-1.6.',
    broken: ({ processors }) =>
      processors.some(
        ({ type, parameters }) =>
          type === 'MetadataExtraction' && parameters.JsonParsingEngine !== 'JQ-1.6',
      ),
  },
  {
    path: processors,
    message: 'SubRecordType has to be one of JSON, DELIMITED',
    cure: 'Set SubRecordType to one of them.',
    broken: ({ processors }) =>
      processors.some(
        ({ type, parameters }) =>
          type === 'RecordDeAggregation' &&
          !['JSON', 'DELIMITED'].includes(String(parameters.SubRecordType)),
      ),
  },
  {
    path: processors,
    message: 'Delimiter should be present for DELIMITED',
    cure: 'Give Delimiter, in base64.',
    broken: ({ processors }) =>
      processors.some(
        ({ parameters }) =>
          parameters.SubRecordType === 'DELIMITED' && parameters.Delimiter === undefined,
      ),
  },

  // Prefixes
  {
    path: aPrefix,
    message: `${constraint}Invalid expression usage: %s.Must be of the form !{<namespace>:<value>}`,
    cure: 'Close the brace and give both namespace and value.',
    broken: (stream) =>
      bothPrefixes(stream)
        .filter(({ malformed }) => malformed)
        .map(({ text }) => text),
  },
  {
    path: aPrefix,
    message: `${constraint}Namespace to the left of colon (%s) is an invalid keyword!`,
    cure: `The namespaces are ${namespaces.join(', ')}.`,
    broken: (stream) =>
      bothPrefixes(stream).flatMap(({ expressions }) =>
        expressions.map(({ namespace }) => namespace).filter((name) => !namespaces.includes(name)),
      ),
  },
  ...(
    [
      ['Prefix', aPrefix, ({ prefix }: StreamView) => prefix],
      ['ErrorOutputPrefix', anErrorPrefix, ({ errorPrefix }: StreamView) => errorPrefix],
    ] as const
  ).map(
    ([name, path, prefixOf]): StreamRule => ({
      path,
      message: `${constraint}Invalid conversion character used in the value of the expression in ${name}`,
      cure: "The namespace firehose takes random-string and error-output-type; timestamp takes a pattern of Java's DateTimeFormatter, with text in single quotes.",
      broken: (stream) => prefixOf(stream).expressions.some((e) => !isKnownValue(e)),
    }),
  ),
  {
    path: aPrefix,
    message: `${constraint}Length of evaluated prefix cannot be greater than 512`,
    cure: 'Shorten it; the values of its keys count too.',
    broken: (stream) => bothPrefixes(stream).some(({ leastLength }) => leastLength > 512),
  },
  {
    path: anErrorPrefix,
    message: `${constraint}ErrorOutputPrefix cannot be null or empty when Prefix contains expressions`,
    cure: 'Set ErrorOutputPrefix.',
    broken: ({ prefix, errorPrefix }) => prefix.expressions.length > 0 && errorPrefix.text === '',
  },
  {
    path: anErrorPrefix,
    message:
      'ErrorOutputPrefix must contain at least one occurrence of !{firehose:error-output-type}',
    cure: 'Put it in; it keeps the kinds of failure apart.',
    broken: ({ errorPrefix }) => errorPrefix.expressions.length > 0 && !hasErrorType(errorPrefix),
  },
  {
    path: anErrorPrefix,
    message: "Dynamic Partitioning Namespaces can't be part of an error prefix expression",
    cure: 'Take them out: a record that failed has no keys.',
    broken: ({ errorPrefix }) => hasNamespace(errorPrefix, ...keyNamespaces),
  },
  {
    path: aPrefix,
    message: `${constraint}Prefix must not contain any occurrence of !{firehose:error-output-type}`,
    cure: 'It belongs in ErrorOutputPrefix.',
    broken: ({ prefix }) => hasErrorType(prefix),
  },
  {
    path: `${destination}.CustomTimeZone`,
    message:
      'Provided custom time zone is not supported. Custom time zones are limited to UTC and non-3-letter IANA time zones.',
    cure: 'Leave it out: every day of the lake is a UTC day.',
    // The service's list holds old names only, and is not Node's; no time zone but UTC is right here.
    broken: ({ s3 }) => s3.CustomTimeZone !== undefined && s3.CustomTimeZone !== 'UTC',
  },

  // Processors
  {
    path: processors,
    message:
      'A maximum of 5 and a minimum of 1 processor needs to be supplied when processing is enabled.',
    cure: 'Name the Lambda processor.',
    broken: ({ processing, processors }) => processing && outside(processors.length, 1, 5),
  },
  {
    path: processors,
    message: 'Cannot have more than 1 Lambda processor.',
    cure: 'Keep one.',
    broken: ({ processors }) => processors.filter(({ type }) => type === 'Lambda').length > 1,
  },
  {
    path: processors,
    message: 'LambdaArn is required when Lambda processor is used.',
    cure: 'Give the parameter LambdaArn.',
    broken: ({ lambda }) => lambda !== undefined && !lambda.parameters.LambdaArn,
  },
  {
    path: processors,
    message:
      'Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor.',
    cure: 'Give both, or none.',
    broken: ({ lambda }) =>
      (lambda?.parameters.BufferSizeInMBs === undefined) !==
      (lambda?.parameters.BufferIntervalInSeconds === undefined),
  },
  {
    path: processors,
    message: 'BufferSizeInMBs for lambda processor must be between 0.2 and 3.',
    cure: 'Use 1: rows are larger than their events, and a response holds 6 MB.',
    broken: ({ lambda }) => outside(lambda?.parameters.BufferSizeInMBs, 0.2, 3),
  },
  {
    path: processors,
    message: 'BufferIntervalInSeconds for lambda processor must be between 0 and 900.',
    cure: 'Set 0 to 900.',
    broken: ({ lambda }) => outside(lambda?.parameters.BufferIntervalInSeconds, 0, 900),
  },
  {
    path: processors,
    message: 'Number of retries for lambda must be between 0 and 300.',
    cure: 'Set 0 to 300.',
    broken: ({ lambda }) => outside(lambda?.parameters.NumberOfRetries, 0, 300),
  },
  {
    path: processors,
    message: 'CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor',
    cure: 'Take it out: the function takes log events as they come.',
    broken: (stream) =>
      hasProcessor(stream, 'CloudWatchLogProcessing') && !hasProcessor(stream, 'Decompression'),
  },
  {
    path: processors,
    message:
      'Invalid parameter value for DataMessageExtraction. Allowed values are True and False.',
    cure: 'Set True or False.',
    broken: ({ processors }) =>
      processors.some(
        ({ parameters: { DataMessageExtraction } }) =>
          DataMessageExtraction !== undefined &&
          !/^(true|false)$/i.test(String(DataMessageExtraction)),
      ),
  },

  // Around it
  {
    path: `${destination}.CloudWatchLoggingOptions`,
    message: 'CloudWatch Log Group Name is required if CloudWatch Logging is enabled',
    cure: 'Name a log group and a log stream that exist.',
    broken: ({ s3 }) => {
      const { Enabled, LogGroupName, LogStreamName } = object(s3.CloudWatchLoggingOptions);
      return Enabled === true && (!LogGroupName || !LogStreamName);
    },
  },
  {
    path: `${destination}.S3BackupMode`,
    message: 'S3 backup destination configuration is required when enabling S3 backup.',
    cure: 'Give S3BackupConfiguration. Backup cannot be switched off again.',
    broken: ({ s3 }) => s3.S3BackupMode === 'Enabled' && s3.S3BackupConfiguration === undefined,
  },
  {
    path: `${destination}.CompressionFormat`,
    message:
      "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. To enable compression within the converted output format, set the appropriate serialization option in the output format configuration.",
    cure: 'Set UNCOMPRESSED; Parquet compresses inside.',
    broken: (stream) =>
      isConverting(stream) && (stream.s3.CompressionFormat ?? 'UNCOMPRESSED') !== 'UNCOMPRESSED',
  },
  ...['InputFormatConfiguration', 'OutputFormatConfiguration', 'SchemaConfiguration'].map(
    (name): StreamRule => ({
      path: conversion,
      message: `${name} must not be null`,
      cure: `Give ${name}.`,
      broken: (stream) =>
        isConverting(stream) &&
        object(stream.s3.DataFormatConversionConfiguration)[name] === undefined,
    }),
  ),
  {
    path: `${destination}.EncryptionConfiguration`,
    message: 'Exactly one of NoEncryptionConfig or KMSEncryptionConfig must be specified',
    cure: 'Give one of them.',
    broken: ({ s3 }) => {
      const { NoEncryptionConfig, KMSEncryptionConfig } = object(s3.EncryptionConfiguration);
      return (
        s3.EncryptionConfiguration !== undefined &&
        (NoEncryptionConfig === undefined) === (KMSEncryptionConfig === undefined)
      );
    },
  },
  {
    path: 'DeliveryStreamEncryptionConfigurationInput.KeyARN',
    message: 'KeyARN has to be specified when KeyType is CUSTOMER_MANAGED_CMK',
    cure: 'Give KeyARN.',
    broken: (stream) => {
      const { KeyType, KeyARN } = encryption(stream);
      return KeyType === 'CUSTOMER_MANAGED_CMK' && !KeyARN;
    },
  },
  {
    path: 'DeliveryStreamEncryptionConfigurationInput.KeyARN',
    message: 'KeyARN cannot be specified when KeyType is AWS_OWNED_CMK',
    cure: 'Leave KeyARN out.',
    broken: (stream) => {
      const { KeyType, KeyARN } = encryption(stream);
      return KeyType === 'AWS_OWNED_CMK' && KeyARN !== undefined;
    },
  },

  // Bounds of the API (Amazon Data Firehose API Reference); the words are ours.
  {
    path: `${hints}.SizeInMBs`,
    message: 'SizeInMBs is at least 64 with format conversion',
    cure: 'Set 64 or more.',
    broken: (stream) => {
      const { SizeInMBs } = object(stream.s3.BufferingHints);
      // What partitions is told so above, in the service's words; left out it is 128.
      return isConverting(stream) && !stream.partitioning && outside(SizeInMBs, 64, 128);
    },
  },
  ...(
    [
      ['InputFormatConfiguration', 'Deserializer', ['HiveJsonSerDe', 'OpenXJsonSerDe']],
      ['OutputFormatConfiguration', 'Serializer', ['OrcSerDe', 'ParquetSerDe']],
    ] as const
  ).map(
    ([side, kind, known]): StreamRule => ({
      path: `${conversion}.${side}.${kind}`,
      message: `${kind} is exactly one of ${known.join(' and ')}`,
      cure: 'Name one of them.',
      broken: (stream) => {
        const given = object(stream.s3.DataFormatConversionConfiguration)[side];
        const names = Object.keys(object(object(given)[kind]));
        const isOne = names.length === 1 && known.some((name) => name === names[0]);
        return isConverting(stream) && given !== undefined && !isOne;
      },
    }),
  ),
  {
    path: aPrefix,
    message: 'A prefix may be written in at most 1,024 characters',
    cure: 'Shorten it.',
    broken: (stream) => bothPrefixes(stream).some(({ text }) => text.length > 1024),
  },
  {
    path: `${destination}.DynamicPartitioningConfiguration.RetryOptions.DurationInSeconds`,
    message: 'DurationInSeconds is 0 to 7,200',
    cure: 'Set 300.',
    broken: ({ s3 }) =>
      outside(
        object(object(s3.DynamicPartitioningConfiguration).RetryOptions).DurationInSeconds,
        0,
        7200,
      ),
  },
  {
    path: `${destination}.FileExtension`,
    message: 'FileExtension has at most 128 characters and starts with a dot',
    cure: 'Use .json.gz, by which Athena knows the codec.',
    broken: ({ s3 }) =>
      s3.FileExtension !== undefined &&
      !/^$|^\.[0-9a-z!\-_.*'()]{1,127}$/.test(String(s3.FileExtension)),
  },
  {
    path: 'DeliveryStreamName',
    message: 'DeliveryStreamName has 1 to 64 characters of A-Z, a-z, 0-9, dot, dash and underscore',
    cure: 'Leave it to CloudFormation.',
    broken: ({ properties: { DeliveryStreamName } }) =>
      DeliveryStreamName !== undefined && !/^[\w.-]{1,64}$/.test(String(DeliveryStreamName)),
  },
  {
    path: processors,
    message: 'A processor parameter has 1 to 5,120 characters, not all blank: %s',
    cure: 'Give it a value, or leave it out.',
    broken: ({ processors }) =>
      processors.flatMap(({ parameters }) =>
        Object.entries(parameters)
          .filter(([, value]) => !/\S/.test(String(value ?? '')) || String(value).length > 5120)
          .map(([name]) => name),
      ),
  },
];
