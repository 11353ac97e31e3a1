import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { eventTables, type StorageFormat } from '../../../athena/tables.ts';
import type { InstanceTags } from '../../../local/endpoints/ec2.ts';
import { createFolderStore } from '../../../local/firehose/folder-store.ts';
import { lakeObjects } from '../../../local/lake/lake-objects.ts';
import { type LakeLine, linesOf } from '../../../local/lake/lake-rows.ts';
import { putSources } from '../../../local/stream/put-sources.ts';
import { loadStack, type Stack, type StackOptions } from '../../../local/template/load-stack.ts';
import type { Partition } from '../../../src/partition/partition.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { ask, type TrinoAnswer } from '../trino/client.ts';
import { bucketFolder, type TableInput, writeDatabase } from '../trino/metastore.ts';

/** The Trino that all tests share: the setup of the run has started it. */
export const engine = {
  get url() {
    return fromSetup('EVENTLAKE_TEST_TRINO_URL');
  },
  get warehouse() {
    return fromSetup('EVENTLAKE_TEST_WAREHOUSE');
  },
};

function fromSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this by npm run test:athena`);
  return value;
}

/** A lake with its database: the templates' stack, and the bucket as a folder. */
export interface EngineLake {
  readonly stack: Stack;
  /** The bucket. */
  readonly folder: string;
  readonly database: string;
  /** Runs SQL on Trino, in the database of the lake. */
  ask(sql: string): Promise<TrinoAnswer>;
}

/** The first day that any event of a test happened. */
export const firstDay = '2026-11-01';

/** What the templates are deployed with: a stack of that name, its database, and some parameters. */
export const deployedAs = (
  name: string,
  parameters: StackOptions['parameters'] = {},
): StackOptions => ({
  stackName: name.replaceAll('_', '-'), // a bucket is named by it
  parameters: { DatabaseName: name, FirstDay: firstDay, ...parameters },
});

/**
 * The lake of a stack. Tables and views are what the templates say: the table inputs of their
 * resolved resources.
 */
export function lakeOf(
  options: StackOptions,
  { url, warehouse }: { url: string; warehouse: string } = engine,
): EngineLake {
  const stack = loadStack(options);
  const database = String(stack.lake.outputs.DatabaseName);
  const folder = bucketFolder(warehouse, stack.names.Bucket?.ref ?? '');
  return { stack, folder, database, ask: (sql) => ask(url, sql, database) };
}

/** Makes the database of a lake, anew. */
export function createDatabase(lake: EngineLake, warehouse: string = engine.warehouse): void {
  writeDatabase(warehouse, lake.database, tableInputs(lake.stack));
}

export const tableInputs = ({ lake }: Stack): TableInput[] =>
  Object.values(lake.resources)
    .filter(({ Type }) => Type === 'AWS::Glue::Table')
    .map(({ Properties }) => Properties.TableInput as unknown as TableInput);

export const sampleFolder = fileURLToPath(new URL('../../../events/readable/', import.meta.url));
const tagsFile = 'tags.json';

/** The texts of the sample events, a file each. */
export const sampleTexts = (): string[] =>
  readdirSync(sampleFolder)
    .filter((name) => name.endsWith('.json') && name !== tagsFile)
    .sort()
    .map((name) => readFileSync(join(sampleFolder, name), 'utf8'));

export const sampleTags = () => JSON.parse(readFileSync(join(sampleFolder, tagsFile), 'utf8'));

/** Puts texts with events through the stack's stream and its built function into the lake. */
export async function putTexts(
  lake: EngineLake,
  options: StackOptions,
  texts: readonly string[],
  tags: InstanceTags = {},
): Promise<void> {
  const sources = texts.map((text, at) => ({
    name: `text ${at}`,
    open: () => Readable.from([Buffer.from(text)]),
  }));
  await putSources(sources, {
    lake: lake.folder,
    store: createFolderStore(lake.folder),
    stack: options,
    tags,
  });
}

/** Stores lines as one object of a partition. */
export function storeLines(
  lake: EngineLake,
  partition: Partition,
  lines: readonly string[],
  name = 'object',
): void {
  const text = lines.map((line) => `${line.replace(/\n$/, '')}\n`).join('');
  storeObject(lake, partition, gzipSync(text), 'json', name);
}

/** Stores an object of a partition, as Firehose has made it. */
export function storeObject(
  { folder }: EngineLake,
  { source, day }: Partition,
  object: Uint8Array,
  format: StorageFormat = 'parquet',
  name = 'object',
): void {
  const table = eventTables.find((other) => other.format === format) ?? eventTables[0];
  const partition = join(folder, table.prefix, `source=${source}`, `day=${day}`);
  mkdirSync(partition, { recursive: true });
  writeFileSync(join(partition, `${name}${table.extension}`), object);
}

/** A row as it stands in its line, with the partition that it lies in. */
export type StoredRow = Row & Partition;

/** Every row of a lake, read from its objects. */
export async function storedRows(lake: EngineLake): Promise<StoredRow[]> {
  const lines = await storedLines(lake);
  return lines.map(({ text, partition }) => ({ ...(JSON.parse(text) as Row), ...partition }));
}

/** Every line of a lake. */
export async function storedLines({ folder }: EngineLake): Promise<LakeLine[]> {
  const lines: LakeLine[] = [];
  for await (const object of lakeObjects(folder)) {
    for await (const line of linesOf(folder, object)) lines.push(line);
  }
  return lines;
}

/** The lakes that many tests ask, made once: the sample events as JSON and as Parquet. */
export const samples = {
  json: deployedAs('sample'),
  parquet: deployedAs('sample_parquet', { OutputFormat: 'parquet' }),
};

/** Makes the lakes of the sample events. */
export async function createSamples(at: { url: string; warehouse: string }): Promise<void> {
  for (const options of Object.values(samples)) {
    const lake = lakeOf(options, at);
    createDatabase(lake, at.warehouse);
    await putTexts(lake, options, sampleTexts(), sampleTags());
  }
}
