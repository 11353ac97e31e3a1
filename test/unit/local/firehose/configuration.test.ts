import { describe, expect, test } from '@jest/globals';
import { configurationOf } from '../../../../local/firehose/configuration.ts';

const identity = { region: 'eu-central-1', account: '111122223333', name: 'generated' };
const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:transform';

const lambda = (parameters: Record<string, unknown> = {}) => ({
  Enabled: true,
  Processors: [
    {
      Type: 'Lambda',
      Parameters: Object.entries({ LambdaArn: functionArn, ...parameters }).map(
        ([ParameterName, ParameterValue]) => ({ ParameterName, ParameterValue }),
      ),
    },
  ],
});

const partitioned = {
  Prefix: 'data/source=!{partitionKeyFromLambda:source}/',
  ErrorOutputPrefix: 'errors/!{firehose:error-output-type}/',
  CompressionFormat: 'GZIP',
  BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 900 },
  DynamicPartitioningConfiguration: { Enabled: true },
  ProcessingConfiguration: lambda(),
};

const conversion = {
  InputFormatConfiguration: { Deserializer: { HiveJsonSerDe: {} } },
  OutputFormatConfiguration: { Serializer: { ParquetSerDe: {} } },
  SchemaConfiguration: { DatabaseName: 'lake', TableName: 'events' },
};

const read = (destination: object, more: object = {}) =>
  configurationOf({ ExtendedS3DestinationConfiguration: destination, ...more }, identity);

describe('The configuration of a stream', () => {
  test('has sizes in bytes and times in ms', () => {
    const configuration = read({
      ...partitioned,
      FileExtension: '.json.gz',
      ProcessingConfiguration: lambda({
        BufferSizeInMBs: '0.5',
        BufferIntervalInSeconds: '30',
        NumberOfRetries: '1',
      }),
    });

    expect(configuration).toEqual({
      name: 'generated',
      arn: 'arn:aws:firehose:eu-central-1:111122223333:deliverystream/generated',
      region: 'eu-central-1',
      version: 1,
      transform: { functionArn, bufferBytes: 524_288, bufferIntervalMs: 30_000, retries: 1 },
      dynamicPartitioning: true,
      prefix: 'data/source=!{partitionKeyFromLambda:source}/',
      errorPrefix: 'errors/!{firehose:error-output-type}/',
      extension: '.json.gz',
      compression: 'gzip',
      bufferBytes: 67_108_864,
      bufferIntervalMs: 900_000,
    });
  });

  test('has the defaults of the service', () => {
    const configuration = read({ ProcessingConfiguration: lambda() });

    expect(configuration).toMatchObject({
      transform: { bufferBytes: 1_048_576, bufferIntervalMs: 60_000, retries: 3 },
      dynamicPartitioning: false,
      prefix: '!{timestamp:yyyy/MM/dd/HH/}',
      errorPrefix: '',
      extension: '',
      compression: 'none',
      bufferBytes: 5 * 1024 * 1024,
      bufferIntervalMs: 300_000,
    });
  });

  test('takes the name that the properties give', () => {
    const configuration = read(partitioned, { DeliveryStreamName: 'mine' });

    expect(configuration.name).toBe('mine');
    expect(configuration.arn).toMatch(/deliverystream\/mine$/);
  });

  test.each([
    ['cn-north-1', 'arn:aws-cn:'],
    ['us-gov-west-1', 'arn:aws-us-gov:'],
    ['us-east-1', 'arn:aws:'],
  ])('of Region %s has an ARN that starts with %s', (region, start) => {
    const configuration = configurationOf(
      { ExtendedS3DestinationConfiguration: partitioned },
      { ...identity, region },
    );

    expect(configuration.arn.startsWith(start)).toBe(true);
  });

  test('joins the default date, without a slash, on to a prefix without expressions only', () => {
    expect(read({ Prefix: 'legacy' }).prefix).toBe('legacy!{timestamp:yyyy/MM/dd/HH/}');
    expect(
      read({ Prefix: 'r/!{firehose:random-string}/', ErrorOutputPrefix: 'errors/' }).prefix,
    ).toBe('r/!{firehose:random-string}/');
  });

  test('reads numbers and flags that came as text', () => {
    const configuration = read({
      ...partitioned,
      BufferingHints: { SizeInMBs: '128', IntervalInSeconds: '60' },
      DynamicPartitioningConfiguration: { Enabled: 'true' },
      ProcessingConfiguration: { ...lambda({ NumberOfRetries: 2 }), Enabled: 'true' },
    });

    expect(configuration).toMatchObject({
      bufferBytes: 128 * 1024 * 1024,
      dynamicPartitioning: true,
      transform: { retries: 2 },
    });
  });

  test('has no function where processing is not enabled', () => {
    const { Processors } = lambda();

    expect(read({ ProcessingConfiguration: { Processors } }).transform).toBeUndefined();
  });

  test.each([
    ['GZIP', undefined, '.gz'],
    ['UNCOMPRESSED', undefined, ''],
    ['GZIP', '', '.gz'],
    ['GZIP', '.json.gz', '.json.gz'],
  ])(
    'with %s and FileExtension %s ends names with "%s"',
    (CompressionFormat, FileExtension, extension) => {
      expect(read({ CompressionFormat, FileExtension }).extension).toBe(extension);
    },
  );

  test('with format conversion has larger buffers, Parquet names and the table', () => {
    const configuration = read({
      DataFormatConversionConfiguration: conversion,
    });

    expect(configuration).toMatchObject({
      extension: '.parquet',
      bufferBytes: 128 * 1024 * 1024,
      conversion: {
        catalogId: '111122223333',
        databaseName: 'lake',
        tableName: 'events',
        region: 'eu-central-1',
        versionId: 'LATEST',
      },
    });
  });

  test('has no conversion where it is switched off', () => {
    expect(
      read({ DataFormatConversionConfiguration: { Enabled: false } }).conversion,
    ).toBeUndefined();
  });
});

describe('A configuration is refused, with the property, its value and the way out,', () => {
  test.each([
    [
      'a backup',
      { S3BackupMode: 'Enabled', S3BackupConfiguration: {} },
      'S3BackupMode is "Enabled": the backup is not simulated',
    ],
    [
      'another compression',
      { CompressionFormat: 'Snappy' },
      'CompressionFormat is "Snappy": only GZIP',
    ],
    [
      'a fraction of a buffer',
      { BufferingHints: { SizeInMBs: 64.5, IntervalInSeconds: 60 } },
      'SizeInMBs is 64.5: give a whole number.',
    ],
    [
      'an unresolved prefix',
      { Prefix: { Ref: 'Prefix' } },
      'Prefix is {"Ref":"Prefix"}: give a string with nothing unresolved',
    ],
    [
      'a pattern of the date that means something else each year',
      { Prefix: '!{partitionKeyFromLambda:source}/!{timestamp:YYYY}/' },
      `Prefix: The date pattern "YYYY" cannot be used: Y is the week's year`,
    ],
    [
      'half a retry',
      { ProcessingConfiguration: lambda({ NumberOfRetries: '1.5' }) },
      'NumberOfRetries is "1.5": give a whole number',
    ],
    [
      'a second processor',
      {
        ProcessingConfiguration: {
          Enabled: true,
          Processors: [...lambda().Processors, { Type: 'Decompression' }],
        },
      },
      'exactly one processor, of type Lambda',
    ],
    [
      'another form of conversion',
      {
        CompressionFormat: 'UNCOMPRESSED',
        DataFormatConversionConfiguration: {
          ...conversion,
          OutputFormatConfiguration: { Serializer: { OrcSerDe: {} } },
        },
      },
      'only Parquet is simulated',
    ],
  ])('for %s', (_, change, message) => {
    expect(() => read({ ...partitioned, ...change })).toThrow(message);
  });

  test('for another destination', () => {
    expect(() => configurationOf({ HttpEndpointDestinationConfiguration: {} }, identity)).toThrow(
      'ExtendedS3DestinationConfiguration is absent: only a stream to S3 is simulated.',
    );
  });

  test('for another source', () => {
    expect(() => read(partitioned, { DeliveryStreamType: 'KinesisStreamAsSource' })).toThrow(
      'DeliveryStreamType is "KinesisStreamAsSource": only DirectPut is simulated.',
    );
  });

  test('for all that the service refuses, in its words and with the cure', () => {
    const hints = { SizeInMBs: 32, IntervalInSeconds: 60 };

    expect(() => read({ ...partitioned, BufferingHints: hints })).toThrow(
      'ExtendedS3DestinationConfiguration.BufferingHints.SizeInMBs: BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled. Set 64 or more; small lakes are delivered by time anyway.',
    );
  });
});
