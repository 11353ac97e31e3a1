import type { ColumnType } from '../src/rows/column-type.ts';
import { typeIn } from '../src/rows/column-type.ts';
import { columns as rowColumns } from '../src/rows/schema.ts';
import { hive } from './dialects.ts';

/** A column as SQL sees it, of a table or of a view. */
export interface SqlColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
}

/** Something that a query can select from. */
export interface Relation {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly SqlColumn[];
}

/**
 * The keys of a partition: what the function answers with each row, what the folders of the lake
 * are named by, and the last columns of every table of events. Both are text, so that
 * `day >= '2026-11-01'` reads the same everywhere.
 */
export const partitionColumns = [
  {
    name: 'source',
    type: 'string',
    description: 'Partition: the event source, or `other` for one without a partition of its own.',
  },
  {
    name: 'day',
    type: 'string',
    description: 'Partition: the UTC day of the event, yyyy-MM-dd.',
  },
] as const satisfies readonly SqlColumn[];

/** The columns of every table of events: those of a row, then those of its partition. */
export const eventColumns: readonly SqlColumn[] = [...rowColumns, ...partitionColumns];

/** Names of the columns that objects hold: the partition is in their keys. */
export const rowColumnNames: readonly string[] = rowColumns.map(({ name }) => name);

/** What Firehose writes: JSON lines, gzipped, or what its format conversion makes of them. */
export type StorageFormat = 'json' | 'parquet';

/** A table over objects that Firehose writes, in one of its formats. */
export interface EventTable extends Relation {
  readonly format: StorageFormat;
  /** The folder of the bucket that it lies in, with its final slash. */
  readonly prefix: string;
  /** How the names of its objects end; engines tell the codec by it. */
  readonly extension: string;
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: string;
}

/** One entry a format; the view `events` is what people ask. */
export const eventTables = [
  {
    name: 'events_json',
    description: 'Rows that Firehose delivered as gzipped JSON lines. Ask the view `events`.',
    columns: eventColumns,
    format: 'json',
    prefix: 'events/json/',
    extension: '.json.gz',
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    // Not OpenX: that one lower-cases the keys of maps, and so of tags.
    serde: 'org.apache.hive.hcatalog.data.JsonSerDe',
  },
  {
    name: 'events_parquet',
    description: 'Rows that Firehose converted to Parquet. Ask the view `events`.',
    columns: eventColumns,
    format: 'parquet',
    prefix: 'events/parquet/',
    extension: '.parquet',
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  },
] as const satisfies readonly EventTable[];

/** Glue's bound of a column's comment (AWS Glue API, Column). */
const maxCommentLength = 255;

/**
 * The whole sentences of a description that fit a column's comment.
 * @throws Error where the first one alone does not
 */
export function commentOf(description: string): string {
  const sentences = description.split(/(?<=[.;]) (?=\S)/);
  let comment = '';
  for (const sentence of sentences) {
    const longer = comment === '' ? sentence : `${comment} ${sentence}`;
    if (longer.length > maxCommentLength) break;
    comment = longer;
  }
  if (comment === '') throw new Error(`No sentence fits a column's comment: ${description}`);
  return comment.replace(/;$/, '.');
}

/** Columns as Glue's `Columns` and `PartitionKeys` hold them, in Hive's types. */
export function glueColumns(columns: readonly SqlColumn[]) {
  return columns.map(({ name, type, description }) => ({
    Name: name,
    Type: typeIn(hive, type),
    Comment: commentOf(description),
  }));
}

/**
 * The `TableInput` of a table of events, its partitions projected: no crawler, no MSCK, a new
 * day is there when its first row is.
 *
 * Source: Amazon Athena User Guide, "Set up partition projection" and "Supported types for
 * partition projection"; AWS Glue API, TableInput.
 * @param sources intrinsic that gives every partition name, comma separated
 * @param firstDay name of the parameter with the first day, yyyy-MM-dd
 * @param bucket name of the parameter with the bucket's name
 */
export function tableInput(
  table: EventTable,
  { sources, firstDay, bucket }: { sources: unknown; firstDay: string; bucket: string },
) {
  const location = `s3://\${${bucket}}/${table.prefix}`;
  // `${!name}` is Fn::Sub's way to write a `${name}` that stays for Athena to fill in.
  const folders = partitionColumns.map(({ name }) => `${name}=\${!${name}}/`).join('');
  return {
    Name: table.name,
    Description: table.description,
    // Without it Athena fails with "NullPointerException Name is null".
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      EXTERNAL: 'TRUE',
      classification: table.format,
      'projection.enabled': 'true',
      'projection.source.type': 'enum',
      'projection.source.values': sources,
      'projection.day.type': 'date',
      'projection.day.format': 'yyyy-MM-dd',
      // One day ahead: clocks differ, and an event may be filed under tomorrow.
      'projection.day.range': { 'Fn::Sub': `\${${firstDay}},NOW+1DAYS` },
      'projection.day.interval': '1',
      'projection.day.interval.unit': 'DAYS',
      'storage.location.template': { 'Fn::Sub': `${location}${folders}` },
    },
    PartitionKeys: glueColumns(partitionColumns),
    StorageDescriptor: {
      Columns: glueColumns(table.columns.slice(0, -partitionColumns.length)),
      Location: { 'Fn::Sub': location },
      InputFormat: table.inputFormat,
      OutputFormat: table.outputFormat,
      SerdeInfo: {
        SerializationLibrary: table.serde,
        Parameters: { 'serialization.format': '1' },
      },
    },
  };
}
