import { type PrefixExpression, parsePrefix } from './prefix.ts';
import { createPropertyReader, isProperties, type Properties } from './property-reader.ts';

const s3 = 'ExtendedS3DestinationConfiguration';
const processing = `${s3}.ProcessingConfiguration`;
const processors = `${processing}.Processors`;
const conversion = `${s3}.DataFormatConversionConfiguration`;
const encryption = 'DeliveryStreamEncryptionConfigurationInput';

/** What the rules of a stream look at, each with the property that says it. */
export const factPaths = {
  name: 'DeliveryStreamName',
  destinations: s3,
  bufferMbs: `${s3}.BufferingHints.SizeInMBs`,
  bufferSeconds: `${s3}.BufferingHints.IntervalInSeconds`,
  partitioning: `${s3}.DynamicPartitioningConfiguration.Enabled`,
  retrySeconds: `${s3}.DynamicPartitioningConfiguration.RetryOptions.DurationInSeconds`,

  processing,
  processors,
  lambdas: processors,
  lambdaArn: processors,
  lambdaMbs: processors,
  lambdaSeconds: processors,
  lambdaRetries: processors,
  messageExtraction: processors,
  queryEngines: processors,
  queryKeysNotInPrefix: processors,
  subRecordTypes: processors,
  delimiters: processors,
  unusableParameters: processors,

  prefix: `${s3}.Prefix`,
  prefixExpressions: `${s3}.Prefix`,
  prefixNamespaces: `${s3}.Prefix`,
  prefixHasExpressions: `${s3}.Prefix`,
  prefixUnknownValues: `${s3}.Prefix`,
  errorPrefix: `${s3}.ErrorOutputPrefix`,
  errorPrefixExpressions: `${s3}.ErrorOutputPrefix`,
  errorPrefixNamespaces: `${s3}.ErrorOutputPrefix`,
  errorPrefixHasExpressions: `${s3}.ErrorOutputPrefix`,
  errorPrefixUnknownValues: `${s3}.ErrorOutputPrefix`,
  /** Of both prefixes. */
  prefixes: `${s3}.Prefix`,
  brokenPrefixes: `${s3}.Prefix`,
  namespaces: `${s3}.Prefix`,
  leastPrefixLengths: `${s3}.Prefix`,

  fileExtension: `${s3}.FileExtension`,
  timeZone: `${s3}.CustomTimeZone`,
  compression: `${s3}.CompressionFormat`,
  converting: conversion,
  conversionParts: conversion,
  deserializers: `${conversion}.InputFormatConfiguration.Deserializer`,
  serializers: `${conversion}.OutputFormatConfiguration.Serializer`,
  logging: `${s3}.CloudWatchLoggingOptions`,
  logTargets: `${s3}.CloudWatchLoggingOptions`,
  backupMode: `${s3}.S3BackupMode`,
  backup: `${s3}.S3BackupMode`,
  objectEncryption: `${s3}.EncryptionConfiguration`,
  objectKeys: `${s3}.EncryptionConfiguration`,
  streamKeyType: `${encryption}.KeyType`,
  streamKey: `${encryption}.KeyARN`,
} as const;

export type Fact = keyof typeof factPaths;

/** Texts for each fact, none where the properties say nothing; a flag is `on` or `off`. */
export type Facts = Readonly<Record<Fact, readonly string[]>>;

const destinations = [
  'AmazonOpenSearchServerlessDestinationConfiguration',
  'AmazonopensearchserviceDestinationConfiguration',
  'ElasticsearchDestinationConfiguration',
  s3,
  'HttpEndpointDestinationConfiguration',
  'IcebergDestinationConfiguration',
  'RedshiftDestinationConfiguration',
  'S3DestinationConfiguration',
  'SnowflakeDestinationConfiguration',
  'SplunkDestinationConfiguration',
];

/**
 * Reads the resolved properties of an `AWS::KinesisFirehose::DeliveryStream`.
 * @throws ConfigurationError for a property of another kind, such as one that is not resolved
 */
export function factsOf(properties: Properties): Facts {
  const read = createPropertyReader(properties);
  const isProcessing = read.flag(`${processing}.Enabled`, false);
  const all = isProcessing ? processorsIn(read.list(processors)) : [];
  const parameter = (type: string, name: string) =>
    all
      .filter((one) => one.type === type)
      .map(({ parameters }) => parameters[name])
      .filter((value) => value !== undefined);
  const lambda = (name: string) => parameter('Lambda', name).filter((value) => value !== '');
  const given = (fact: Fact) => read.texts(factPaths[fact]);
  const keysOf = (path: string) => Object.keys(read.at(path) ?? {});

  const prefix = prefixFacts(read.text(factPaths.prefix));
  const errorPrefix = prefixFacts(read.text(factPaths.errorPrefix));
  const queryKeys = parameter('MetadataExtraction', 'MetadataExtractionQuery').flatMap(keysInQuery);
  // Enabled left out is on.
  const isConverting = read.has(conversion) && read.flag(`${conversion}.Enabled`, true);
  return {
    name: given('name'),
    destinations: destinations.filter(read.has),
    bufferMbs: given('bufferMbs'),
    bufferSeconds: given('bufferSeconds'),
    partitioning: onOrOff(read.flag(factPaths.partitioning, false)),
    retrySeconds: given('retrySeconds'),

    processing: onOrOff(isProcessing),
    processors: all.map(({ type }) => type),
    lambdas: all.map(({ type }) => type).filter((type) => type === 'Lambda'),
    lambdaArn: lambda('LambdaArn'),
    lambdaMbs: lambda('BufferSizeInMBs'),
    lambdaSeconds: lambda('BufferIntervalInSeconds'),
    lambdaRetries: lambda('NumberOfRetries'),
    messageExtraction: parameter('CloudWatchLogProcessing', 'DataMessageExtraction'),
    queryEngines: all
      .filter(({ type }) => type === 'MetadataExtraction')
      .map(({ parameters }) => parameters.JsonParsingEngine ?? ''),
    queryKeysNotInPrefix: queryKeys.filter(
      (key) => !prefix.expressions.includes(`partitionKeyFromQuery:${key}`),
    ),
    subRecordTypes: all
      .filter(({ type }) => type === 'RecordDeAggregation')
      .map(({ parameters }) => parameters.SubRecordType ?? ''),
    delimiters: parameter('RecordDeAggregation', 'Delimiter'),
    unusableParameters: all.flatMap(({ parameters }) =>
      Object.entries(parameters)
        .filter(([, value]) => value.trim() === '' || value.length > 5120)
        .map(([name]) => name),
    ),

    prefix: prefix.text,
    prefixExpressions: prefix.expressions,
    prefixNamespaces: prefix.namespaces,
    prefixHasExpressions: onOrOff(prefix.expressions.length > 0),
    prefixUnknownValues: prefix.unknownValues,
    errorPrefix: errorPrefix.text,
    errorPrefixExpressions: errorPrefix.expressions,
    errorPrefixNamespaces: errorPrefix.namespaces,
    errorPrefixHasExpressions: onOrOff(errorPrefix.expressions.length > 0),
    errorPrefixUnknownValues: errorPrefix.unknownValues,
    prefixes: [...prefix.text, ...errorPrefix.text],
    brokenPrefixes: [...prefix.broken, ...errorPrefix.broken],
    namespaces: [...prefix.namespaces, ...errorPrefix.namespaces],
    leastPrefixLengths: [prefix.leastLength, errorPrefix.leastLength],

    fileExtension: given('fileExtension'),
    timeZone: given('timeZone'),
    compression: given('compression'),
    converting: onOrOff(isConverting),
    conversionParts: keysOf(conversion),
    deserializers: keysOf(factPaths.deserializers),
    serializers: keysOf(factPaths.serializers),
    logging: onOrOff(read.flag(`${factPaths.logging}.Enabled`, false)),
    logTargets: ['LogGroupName', 'LogStreamName'].flatMap((name) =>
      read.texts(`${factPaths.logTargets}.${name}`),
    ),
    backupMode: given('backupMode'),
    backup: keysOf(s3).filter((name) => name === 'S3BackupConfiguration'),
    objectEncryption: onOrOff(read.has(factPaths.objectEncryption)),
    objectKeys: keysOf(factPaths.objectKeys),
    streamKeyType: given('streamKeyType'),
    streamKey: given('streamKey'),
  };
}

const onOrOff = (flag: boolean) => [flag ? 'on' : 'off'];

interface Processor {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

function processorsIn(list: readonly unknown[]): Processor[] {
  return list.map((processor) => {
    const { Type, Parameters = [] } = isProperties(processor) ? processor : {};
    const parameters = (Array.isArray(Parameters) ? Parameters : [])
      .filter(isProperties)
      .map(({ ParameterName, ParameterValue = '' }) => [`${ParameterName}`, `${ParameterValue}`]);
    return { type: String(Type), parameters: Object.fromEntries(parameters) };
  });
}

/** The keys that a jq query such as `{customer:.id, day:.day}` makes. */
const keysInQuery = (query: string) =>
  [...query.matchAll(/["']?([\w-]+)["']?\s*:/g)].map(([, key = '']) => key);

function prefixFacts(text: string) {
  const { parts, expressions, isWhole } = parsePrefix(text);
  const literal = parts.filter((part) => typeof part === 'string').join('');
  return {
    text: text === '' ? [] : [text],
    expressions: expressions.map(({ namespace, value }) => `${namespace}:${value}`),
    namespaces: expressions.map(({ namespace }) => namespace),
    unknownValues: expressions.filter((one) => !isKnownValue(one)).map(({ value }) => value),
    broken: isWhole ? [] : [text],
    /** Of the shortest prefix that it can become: an expression is one character at least. */
    leastLength: String(literal.length + expressions.length),
  };
}

/** Letters that Java's DateTimeFormatter has no meaning for; text in single quotes is left as it is. */
const meaningless = /[CIJPRTUVbfijloprt]/;

function isKnownValue({ namespace, value }: PrefixExpression): boolean {
  if (namespace === 'firehose') return ['random-string', 'error-output-type'].includes(value);
  return namespace !== 'timestamp' || !meaningless.test(value.replaceAll(/'[^']*'/g, ''));
}
