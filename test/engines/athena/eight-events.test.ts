import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ask } from '../trino/client.ts';
import { bucketFolder, writeDatabase } from '../trino/metastore.ts';
import { createDatabase, deployedAs, engine, lakeOf, putTexts, sampleTexts } from './lake.ts';

/** Where the project starts from: eight events, end to end, without a newline between them. */
const events = sampleTexts()
  .flatMap((text) => JSON.parse(text))
  .filter((event) => event.source === 'aws.ec2')
  .slice(0, 8);
const endToEnd = events.map((event) => JSON.stringify(event)).join('');

describe('eight events end to end, as a stream without a function stores them', () => {
  const bucket = 'end-to-end-bucket';
  const count = async (table: string) =>
    (await ask(engine.url, `SELECT count(*) FROM ${table}`, 'end_to_end')).rows[0]?.[0];

  beforeAll(() => {
    // The folder of the hour in which they arrived, and the name that Firehose gives an object.
    const folder = join(bucketFolder(engine.warehouse, bucket), '2026/11/17/21');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'events-1-2026-11-17-21-14-03-0a1b2c3d'), endToEnd);
    const tables = [
      ['events_hive', 'org.apache.hive.hcatalog.data.JsonSerDe'],
      ['events_openx', 'org.openx.data.jsonserde.JsonSerDe'],
    ] as const;
    writeDatabase(
      engine.warehouse,
      'end_to_end',
      tables.map(([Name, SerializationLibrary]) => ({
        Name,
        TableType: 'EXTERNAL_TABLE',
        StorageDescriptor: {
          Columns: ['id', 'source', 'time', 'region'].map((column) => ({
            Name: column,
            Type: 'string',
          })),
          Location: `s3://${bucket}/`,
          InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          SerdeInfo: { SerializationLibrary },
        },
      })),
    );
  });

  test.each(['events_hive', 'events_openx'])('are one row to the engine (%s)', async (table) => {
    expect(events).toHaveLength(8);
    expect(await count(table)).toBe(1);
  });

  test.each(['events_hive', 'events_openx'])('of which %s reads the first only', async (table) => {
    const { rows } = await ask(engine.url, `SELECT id, time FROM ${table}`, 'end_to_end');

    expect(rows).toEqual([[events[0].id, events[0].time]]);
  });
});

test('through eventlake they are eight', async () => {
  const options = deployedAs('eight');
  const lake = lakeOf(options);
  createDatabase(lake);
  await putTexts(lake, options, [endToEnd]);

  const { rows } = await lake.ask(
    'SELECT count(*), count(DISTINCT coalesce(envelope_id, event_id)) FROM events',
  );

  expect(rows).toEqual([[8, 8]]);
});
