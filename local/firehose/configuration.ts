import { checkStream } from './check-stream.ts';
import { ConfigurationError } from './errors.ts';
import { compilePrefix, defaultDateExpression, parsePrefix } from './prefix.ts';
import { createPropertyReader, type Properties, type PropertyReader } from './property-reader.ts';

/** A delivery stream as the simulator runs it: every default filled in, sizes in bytes, times in ms. */
export interface StreamConfiguration {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  /** Part of every object's name; the service counts it up with each change of the configuration. */
  readonly version: number;
  /** The Lambda that records pass through; absent when records are delivered as they came. */
  readonly transform?: TransformConfiguration;
  readonly dynamicPartitioning: boolean;
  /** Prefix of data objects, with the default date where the service joins it on. */
  readonly prefix: string;
  /** Prefix of error objects. */
  readonly errorPrefix: string;
  /** Ends the name of a data object, `.json.gz`; may be empty. */
  readonly extension: string;
  readonly compression: 'none' | 'gzip';
  readonly bufferBytes: number;
  readonly bufferIntervalMs: number;
  /** The table whose format data objects are converted to; absent when they are delivered as lines. */
  readonly conversion?: ConversionConfiguration;
}

export interface TransformConfiguration {
  readonly functionArn: string;
  readonly bufferBytes: number;
  readonly bufferIntervalMs: number;
  /** Invocations after the first, when the function fails. */
  readonly retries: number;
}

/** The Glue table of the conversion, as error objects name it. */
export interface ConversionConfiguration {
  readonly catalogId: string;
  readonly databaseName: string;
  readonly tableName: string;
  readonly region: string;
  readonly versionId: string;
}

/** What the properties leave to the account and to CloudFormation. */
export interface StreamIdentity {
  readonly region: string;
  readonly account: string;
  /** What the stream is called unless the properties name it. */
  readonly name: string;
}

const mib = 1024 * 1024;
const destination = 'ExtendedS3DestinationConfiguration';

/**
 * Reads the resolved properties of an `AWS::KinesisFirehose::DeliveryStream`.
 * Amazon Data Firehose API Reference, ExtendedS3DestinationConfiguration; Developer Guide, Buffering hints.
 * @throws ConfigurationError for what the service would refuse and what the simulator cannot run
 * @example configurationOf(properties, { region: 'eu-central-1', account: '111122223333', name: 'events' })
 */
export function configurationOf(
  properties: Properties,
  { region, account, name: generatedName }: StreamIdentity,
): StreamConfiguration {
  const read = createPropertyReader(properties);
  refuseWhatTheServiceRefuses(properties);
  refuseWhatIsNotSimulated(read);
  const name = read.text('DeliveryStreamName') || generatedName;
  const transform = transformIn(read);
  const conversion = conversionIn(read, { region, account });
  const dynamicPartitioning = read.flag(
    `${destination}.DynamicPartitioningConfiguration.Enabled`,
    false,
  );
  const compression = compressionIn(read);
  const fileExtension = read.text(`${destination}.FileExtension`);
  const defaultExtension = conversion ? '.parquet' : compression === 'gzip' ? '.gz' : '';
  return {
    name,
    arn: `arn:${arnPartitionOf(region)}:firehose:${region}:${account}:deliverystream/${name}`,
    region,
    version: 1,
    ...(transform && { transform }),
    dynamicPartitioning,
    ...prefixesIn(read),
    extension: fileExtension || defaultExtension,
    compression,
    ...bufferIn(read, conversion !== undefined),
    ...(conversion && { conversion }),
  };
}

function refuseWhatTheServiceRefuses(properties: Properties): void {
  const [refusal] = checkStream(properties);
  if (!refusal) return;
  const sentence = refusal.message.replace(/(?<![.!])$/, '.');
  throw new ConfigurationError(`${refusal.path}: ${sentence} ${refusal.cure}`);
}

function refuseWhatIsNotSimulated(read: PropertyReader): void {
  if (!read.has(destination)) read.refuse(destination, 'only a stream to S3 is simulated');
  if (!['', 'DirectPut'].includes(read.text('DeliveryStreamType'))) {
    read.refuse('DeliveryStreamType', 'only DirectPut is simulated');
  }
  if (!['', 'Disabled'].includes(read.text(`${destination}.S3BackupMode`))) {
    read.refuse(`${destination}.S3BackupMode`, 'the backup is not simulated, set Disabled');
  }
}

function transformIn(read: PropertyReader): TransformConfiguration | undefined {
  const path = `${destination}.ProcessingConfiguration`;
  // Enabled left out at creation is false.
  if (!read.flag(`${path}.Enabled`, false)) return undefined;
  const processors = read.list(`${path}.Processors`);
  const [first] = processors;
  if (processors.length !== 1 || !hasType(first, 'Lambda')) {
    return read.refuse(`${path}.Processors`, 'exactly one processor, of type Lambda, is simulated');
  }
  return lambdaProcessorOf(first);
}

function lambdaProcessorOf(processor: Properties): TransformConfiguration {
  const parameters = createPropertyReader(processor).list('Parameters') as readonly Properties[];
  const read = createPropertyReader(
    Object.fromEntries(
      parameters.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue]),
    ),
  );
  return {
    functionArn: read.text('LambdaArn'),
    bufferBytes: mib * read.number('BufferSizeInMBs', { absent: 1, mayHaveFraction: true }),
    bufferIntervalMs: 1000 * read.number('BufferIntervalInSeconds', { absent: 60 }),
    retries: read.number('NumberOfRetries', { absent: 3 }),
  };
}

function conversionIn(
  read: PropertyReader,
  { region, account }: { region: string; account: string },
): ConversionConfiguration | undefined {
  const path = `${destination}.DataFormatConversionConfiguration`;
  // Enabled left out is true here.
  if (!read.has(path) || !read.flag(`${path}.Enabled`, true)) return undefined;
  const orc = `${path}.OutputFormatConfiguration.Serializer.OrcSerDe`;
  if (read.has(orc)) read.refuse(orc, 'only Parquet is simulated');
  const table = `${path}.SchemaConfiguration`;
  return {
    catalogId: read.text(`${table}.CatalogId`) || account,
    databaseName: read.text(`${table}.DatabaseName`),
    tableName: read.text(`${table}.TableName`),
    region: read.text(`${table}.Region`) || region,
    versionId: read.text(`${table}.VersionId`) || 'LATEST',
  };
}

function compressionIn(read: PropertyReader): 'none' | 'gzip' {
  const path = `${destination}.CompressionFormat`;
  const format = read.text(path) || 'UNCOMPRESSED';
  if (format === 'UNCOMPRESSED') return 'none';
  return format === 'GZIP' ? 'gzip' : read.refuse(path, 'only GZIP and UNCOMPRESSED are simulated');
}

function bufferIn(
  read: PropertyReader,
  hasConversion: boolean,
): Pick<StreamConfiguration, 'bufferBytes' | 'bufferIntervalMs'> {
  const path = `${destination}.BufferingHints`;
  const absent = hasConversion ? 128 : 5;
  return {
    bufferBytes: mib * read.number(`${path}.SizeInMBs`, { absent }),
    bufferIntervalMs: 1000 * read.number(`${path}.IntervalInSeconds`, { absent: 300 }),
  };
}

function prefixesIn(read: PropertyReader): Pick<StreamConfiguration, 'prefix' | 'errorPrefix'> {
  const path = `${destination}.Prefix`;
  const errorPath = `${destination}.ErrorOutputPrefix`;
  refuseWhatDoesNotCompile(read, path);
  refuseWhatDoesNotCompile(read, errorPath);
  const template = read.text(path);
  const hasExpressions = parsePrefix(template).expressions.length > 0;
  return {
    prefix: hasExpressions ? template : template + defaultDateExpression,
    errorPrefix: read.text(errorPath),
  };
}

function refuseWhatDoesNotCompile(read: PropertyReader, path: string): void {
  try {
    compilePrefix(read.text(path));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(`${path}: ${error.message}`);
  }
}

function hasType(processor: unknown, type: string): processor is Properties {
  return createPropertyReader({ processor }).text('processor.Type') === type;
}

function arnPartitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
