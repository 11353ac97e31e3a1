import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { bucketFolder, type TableInput, writeDatabase } from '../trino/metastore.ts';
import { deployedAs, engine, lakeOf, putTexts, sampleTexts, tableInputs } from './lake.ts';

/** Where the project starts from: eight events, end to end, without a newline between them. */
const events = sampleTexts()
  .flatMap((text) => JSON.parse(text))
  .filter((event) => event.source === 'aws.ec2')
  .slice(0, 8);
const endToEnd = events.map((event) => JSON.stringify(event)).join('');

const options = deployedAs('eight');
const lake = lakeOf(options);
const rawBucket = 'end-to-end-bucket';

/** A table over them, as they were stored. */
const rawTable = (Name: string, SerializationLibrary: string): TableInput => ({
  Name,
  TableType: 'EXTERNAL_TABLE',
  StorageDescriptor: {
    Columns: ['id', 'source', 'time', 'region'].map((column) => ({ Name: column, Type: 'string' })),
    Location: `s3://${rawBucket}/`,
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    SerdeInfo: { SerializationLibrary },
  },
});

beforeAll(async () => {
  // The folder of the hour in which they arrived, and the name that Firehose gives an object.
  const folder = join(bucketFolder(engine.warehouse, rawBucket), '2026/11/17/21');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'events-1-2026-11-17-21-14-03-0a1b2c3d'), endToEnd);
  writeDatabase(engine.warehouse, lake.database, [
    ...tableInputs(lake.stack),
    rawTable('raw_events', 'org.apache.hive.hcatalog.data.JsonSerDe'),
    rawTable('raw_events_openx', 'org.openx.data.jsonserde.JsonSerDe'),
  ]);
  await putTexts(lake, options, [endToEnd]);
});

describe('eight events end to end, as a stream without a function stores them', () => {
  const tables = ['raw_events', 'raw_events_openx'];

  test.each(tables)('are one row to the engine (%s)', async (table) => {
    expect(events).toHaveLength(8);
    expect((await lake.ask(`SELECT count(*) FROM ${table}`)).rows).toEqual([[1]]);
  });

  test.each(tables)('of which %s reads the first only', async (table) => {
    const { rows } = await lake.ask(`SELECT id, time FROM ${table}`);

    expect(rows).toEqual([[events[0].id, events[0].time]]);
  });
});

test('through eventlake they are eight', async () => {
  const { rows } = await lake.ask(
    'SELECT count(*), count(DISTINCT coalesce(envelope_id, event_id)) FROM events',
  );

  expect(rows).toEqual([[8, 8]]);
});

describe.each(['README.md', 'docs/athena.md'])('%s', (file) => {
  const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  const answered = [...text.matchAll(/^(SELECT .*?) +-- (\d+)/gm)].map(
    ([, sql = '', answer]) => [sql, Number(answer)] as const,
  );

  test('asks for the events as they were stored, and through eventlake', () => {
    expect(answered.map(([sql]) => /FROM (\w+)/.exec(sql)?.[1])).toEqual(['raw_events', 'events']);
  });

  test.each(answered)('says what %s answers: %d', async (sql, answer) => {
    expect((await lake.ask(sql)).rows).toEqual([[answer]]);
  });
});
