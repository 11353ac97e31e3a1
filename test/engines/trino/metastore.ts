import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A column of a Glue table. */
interface GlueColumn {
  readonly Name: string;
  readonly Type: string;
  readonly Comment?: string;
}

/** A table or a view as AWS Glue is given it. AWS Glue API, TableInput. */
export interface TableInput {
  readonly Name: string;
  readonly Owner?: string;
  readonly TableType?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly PartitionKeys?: readonly GlueColumn[];
  readonly ViewOriginalText?: string;
  readonly ViewExpandedText?: string;
  readonly StorageDescriptor?: {
    readonly Columns?: readonly GlueColumn[];
    readonly Location?: string;
    readonly InputFormat?: string;
    readonly OutputFormat?: string;
    readonly SerdeInfo?: {
      readonly SerializationLibrary?: string;
      readonly Parameters?: Readonly<Record<string, string>>;
    };
  };
}

/** Where the objects of a bucket lie in a warehouse. */
export const bucketFolder = (warehouse: string, bucket: string) => join(warehouse, 's3', bucket);

/** Where Trino looks for its tables. */
export const metastoreFolder = (warehouse: string) => join(warehouse, 'metastore');

/**
 * Makes a database of tables and views, in place of one of that name. A server that runs over the
 * warehouse sees it at once. Trino's file metastore keeps what Glue keeps under other names; nothing is
 * changed but the locations, and an owner is added, as Trino asks for one where a view has none.
 */
export function writeDatabase(
  warehouse: string,
  database: string,
  inputs: readonly TableInput[],
): void {
  const root = metastoreFolder(warehouse);
  rmSync(join(root, database), { recursive: true, force: true });
  mkdirSync(join(root, database), { recursive: true });
  writeJson(join(root, `.${database}.trinoSchema`), {
    ownerName: 'public',
    ownerType: 'ROLE',
    parameters: {},
  });
  for (const input of inputs) {
    const folder = join(root, database, input.Name);
    mkdirSync(folder);
    writeJson(join(folder, '.trinoSchema'), trinoTable(input));
    const location = input.StorageDescriptor?.Location;
    // A prefix of a bucket is always there, a folder is not.
    if (location)
      mkdirSync(join(warehouse, new URL(localUrl(location)).pathname), { recursive: true });
  }
}

const writeJson = (file: string, value: unknown) => writeFileSync(file, JSON.stringify(value));

function trinoTable(input: TableInput) {
  const { Columns = [], Location = '', SerdeInfo = {}, ...formats } = input.StorageDescriptor ?? {};
  if (!input.TableType) throw new Error(`${input.Name}: Athena fails on a table without TableType`);
  const common = {
    tableType: input.TableType,
    owner: input.Owner ?? 'hadoop',
    dataColumns: Columns.map(columnOf),
    partitionColumns: (input.PartitionKeys ?? []).map(columnOf),
    serdeParameters: SerdeInfo.Parameters ?? {},
    columnStatistics: {},
  };
  if (input.TableType === 'VIRTUAL_VIEW') {
    const { Parameters = {}, ViewOriginalText, ViewExpandedText } = input;
    return {
      ...common,
      parameters: Parameters,
      viewOriginalText: ViewOriginalText,
      viewExpandedText: ViewExpandedText,
    };
  }
  return {
    ...common,
    parameters: Object.fromEntries(
      Object.entries(input.Parameters ?? {}).map(([name, value]) => [
        name,
        name === 'storage.location.template' ? localUrl(value) : value,
      ]),
    ),
    originalStorageFormat: {
      serde: SerdeInfo.SerializationLibrary,
      inputFormat: formats.InputFormat,
      outputFormat: formats.OutputFormat,
    },
    externalLocation: localUrl(Location),
  };
}

const columnOf = ({ Name, Type, Comment }: GlueColumn) => ({
  name: Name,
  type: Type,
  ...(Comment === undefined ? {} : { comment: Comment }),
});

/** `s3://bucket/key` → `local:///s3/bucket/key`, which Trino reads below the warehouse. */
function localUrl(location: string): string {
  const match = /^s3:\/\/([a-z0-9.-]+\/.*)$/.exec(location);
  if (!match) throw new Error(`${location}: no place in S3`);
  return `local:///s3/${match[1]}`;
}
