import { glueColumns, type Relation, type SqlColumn } from './tables.ts';

/** The folder of the bucket that error objects lie in, with its final slash. */
export const failuresPrefix = 'errors/';

/**
 * What Firehose names the folders of error objects by.
 * Amazon Data Firehose Developer Guide, "Understand custom prefixes for Amazon S3 objects".
 */
export const failureTypes = [
  'processing-failed',
  'metadata-extraction-failed',
  'activePartitionExceeded',
  'format-conversion-failed',
  'decompression-failed',
  'AmazonOpenSearchService-failed',
  'splunk-failed',
  'http-endpoint-failed',
  // Ours: what history could not read, see src/trail.
  'file-failed',
] as const;

export const failurePartitions = [
  {
    name: 'type',
    type: 'string',
    description:
      'Partition: what failed, such as `processing-failed` (the function, or its answer).',
  },
  {
    name: 'day',
    type: 'string',
    description: 'Partition: the UTC day on which the oldest record of the object arrived.',
  },
] as const satisfies readonly SqlColumn[];

const text = (name: string, description: string): SqlColumn => ({
  name,
  type: 'string',
  description,
});

/**
 * What could not become rows, an error object's line a row. All columns are text: Firehose has written
 * numbers as numbers and as texts, and a quoted number in a number column fails the query. Names have the
 * keys' letters, since the SerDe knows no other way to find them; capitals do not count.
 * `dataCatalogTable` is left out: an object in a column of text fails the query, too.
 * Amazon Data Firehose Developer Guide, "Handle failure in data transformation" and "Handle errors for
 * data format conversion".
 */
export const failuresTable: Relation = {
  name: 'failures',
  description:
    'Records that could not become rows: from_utf8(from_base64(rawdata)) is what was put. See docs/failures.md.',
  columns: [
    text('rawdata', 'The record as it was put, in base64.'),
    text('errorcode', 'Code of Firehose, such as `Lambda.ProcessingFailedStatus`.'),
    text('errormessage', 'What Firehose says of it.'),
    text('lasterrorcode', 'The same where the conversion to Parquet failed.'),
    text('lasterrormessage', 'The same where the conversion to Parquet failed.'),
    text('attemptsmade', 'How often it was tried.'),
    text('arrivaltimestamp', 'When the record arrived, in milliseconds of the Unix epoch.'),
    text(
      'attemptendingtimestamp',
      'When the last attempt ended, in milliseconds of the Unix epoch.',
    ),
    text('lambdaarn', 'The function that was tried.'),
    text('sequencenumber', 'Its number in a Kinesis stream, where one was the source.'),
    text('subsequencenumber', 'Its number in a record of that stream.'),
    text(
      'bucket',
      'Of a trail file that failed, or of a record in one: the bucket that it lies in.',
    ),
    text('key', 'The key of that file.'),
    text('place', 'Where in that file.'),
    ...failurePartitions,
  ],
};

/** The `TableInput` of `failures`, its partitions projected like those of the tables of events. */
export function failuresInput({ firstDay, bucket }: { firstDay: string; bucket: string }) {
  const location = `s3://\${${bucket}}/${failuresPrefix}`;
  const folders = failurePartitions.map(({ name }) => `${name}=\${!${name}}/`).join('');
  return {
    Name: failuresTable.name,
    Description: failuresTable.description,
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      EXTERNAL: 'TRUE',
      classification: 'json',
      'projection.enabled': 'true',
      'projection.type.type': 'enum',
      'projection.type.values': failureTypes.join(','),
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy-MM-dd',
      'projection.day.range': { 'Fn::Sub': `\${${firstDay}},NOW+1DAYS` },
      'projection.day.interval': '1',
      'projection.day.interval.unit': 'DAYS',
      'storage.location.template': { 'Fn::Sub': location + folders },
    },
    PartitionKeys: glueColumns(failurePartitions),
    StorageDescriptor: {
      Columns: glueColumns(failuresTable.columns.slice(0, -failurePartitions.length)),
      Location: { 'Fn::Sub': location },
      InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      SerdeInfo: {
        SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe',
        Parameters: { 'serialization.format': '1' },
      },
    },
  };
}
