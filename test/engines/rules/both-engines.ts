import { jsonOf, type OpenLake, openLake } from '../../../local/lake/duckdb.ts';
import { recognise } from '../../../src/events/event.ts';
import type { Json } from '../../../src/json.ts';
import { parseJson } from '../../../src/json.ts';
import { partitionOf } from '../../../src/partition/partition.ts';
import { lineOf } from '../../../src/rows/line.ts';
import { rowOf } from '../../../src/rows/row.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { createDatabase, deployedAs, type EngineLake, lakeOf, storeLines } from '../athena/lake.ts';

/** A lake that is asked on Trino, as Athena would be, and on DuckDB. */
export interface BothEngines {
  readonly trino: EngineLake;
  readonly duckdb: OpenLake;
  close(): void;
}

/** An engine's answer: names of the columns, and cells as JSON has them. */
export interface EngineAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Few sources and many days, as published queries name neither: so an engine has few folders to look into. */
const partitions = { PartitionSources: 'aws.s3', FirstDay: '2021-01-01' };

const rules = { sources: new Set([partitions.PartitionSources]), maxDaysLate: 7 };

/** Rows of events, as if each had arrived when it happened, at any time of its day. */
export function rowsOf(events: readonly unknown[]): Row[] {
  return events.map((event) => {
    // Through text, as an event arrives: so undefined members are absent.
    const recognised = recognise(parseJson(JSON.stringify(event)) as Json);
    const { event_time: time } = rowOf(recognised, 0);
    return rowOf(recognised, Date.parse(`${time?.replace(' ', 'T')}Z`));
  });
}

/** Makes a lake of rows and opens it on both engines, over the same objects. */
export async function lakeOnBoth(name: string, rows: readonly Row[]): Promise<BothEngines> {
  const trino = lakeOf(deployedAs(name, partitions));
  createDatabase(trino);
  const folders = Map.groupBy(rows, (row) => {
    const { source, day } = partitionOf(row, rules);
    return `${source}/${day}`;
  });
  for (const [partition, some] of folders) {
    const [source = '', day = ''] = partition.split('/');
    storeLines(
      trino,
      { source, day },
      some.map((row) => lineOf(row)),
    );
  }
  const duckdb = await openLake(trino.folder);
  return { trino, duckdb, close: () => duckdb.close() };
}

/** An answer of Trino's. */
export async function askTrino({ trino }: BothEngines, sql: string): Promise<EngineAnswer> {
  const { columns, rows } = await trino.ask(sql);
  return { columns: columns.map(({ name }) => name), rows };
}

/** An answer of DuckDB's. */
export async function askDuckdb({ duckdb }: BothEngines, sql: string): Promise<EngineAnswer> {
  const { columns, rows } = await duckdb.ask(sql);
  const found: unknown[][] = [];
  for await (const some of rows()) {
    found.push(...some.map((row) => row.map((cell) => JSON.parse(jsonOf(cell)))));
  }
  return { columns: columns.map(({ name }) => name), rows: found };
}

/** Both, to be run one after the other by `test.each`. */
export const engines = [
  ['Trino', askTrino],
  ['DuckDB', askDuckdb],
] as const;
