import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ConvertedColumn, convertToParquet } from '../../../local/parquet.ts';
import type { ColumnType } from '../../../src/rows/column-type.ts';
import { columns } from '../../../src/rows/schema.ts';
import { createDatabase, deployedAs, lakeOf, storeObject } from './lake.ts';

/** The columns before the last one came, and before instances had their last member. */
const olderColumns: ConvertedColumn[] = columns
  .slice(0, -1)
  .map(({ name, type }) => ({ name, type: name === 'instances' ? withoutLastMember(type) : type }));
const newColumn = columns.at(-1)?.name as string;
const newMember = 'tag_time';

function withoutLastMember(type: ColumnType): ColumnType {
  const { array } = type as { array: { struct: Record<string, ColumnType> } };
  return { array: { struct: Object.fromEntries(Object.entries(array.struct).slice(0, -1)) } };
}

/** The columns of a version to come. */
const laterColumns: ConvertedColumn[] = [
  ...columns.map(({ name, type }) => ({
    name,
    type: name === 'instances' ? withMember(type) : type,
  })),
  { name: 'later_column', type: { array: 'string' } },
];

function withMember(type: ColumnType): ColumnType {
  const { array } = type as { array: { struct: Record<string, ColumnType> } };
  return { array: { struct: { ...array.struct, later_member: 'string' } } };
}

const line = (event_id: string, more: object, ofInstance: object) =>
  JSON.stringify({
    event_id,
    kind: 'event',
    instances: [{ instance_id: 'i-1', tags: { team: 'web' }, tag_status: 'found', ...ofInstance }],
    ...more,
  });

const lines = {
  older: line('older', {}, {}),
  now: line('now', { [newColumn]: '{}' }, { [newMember]: '2026-11-20 10:11:12.345' }),
  later: line('later', { later_column: ['x'] }, { later_member: 'x' }),
};

const json = lakeOf(deployedAs('growth'));
const parquet = lakeOf(deployedAs('growth_parquet', { OutputFormat: 'parquet' }));
const partition = { source: 'aws.ec2', day: '2026-11-20' };

beforeAll(async () => {
  createDatabase(json);
  createDatabase(parquet);
  const columnsOf = { older: olderColumns, now: columns, later: laterColumns };
  for (const [name, text] of Object.entries(lines)) {
    storeObject(json, partition, gzipSync(`${text}\n`), 'json', name);
    const { object, refused } = await convertToParquet(
      Buffer.from(`${text}\n`),
      columnsOf[name as keyof typeof lines],
    );
    expect(refused).toEqual([]);
    storeObject(parquet, partition, object, 'parquet', name);
  }
});

test('what the older lake lacks is the last member of a struct', () => {
  expect(JSON.stringify(olderColumns)).not.toContain(newMember);
});

describe.each([
  ['JSON', json],
  ['Parquet', parquet],
])('a lake of %s whose schema has grown', (_, lake) => {
  test('still reads, with NULL for what older rows lack', async () => {
    const { rows } = await lake.ask(
      `SELECT event_id, ${newColumn}, element_at(instances, 1).${newMember}, element_at(instances, 1).tags
       FROM events ORDER BY event_id`,
    );

    expect(rows).toEqual([
      ['later', null, null, { team: 'web' }],
      ['now', '{}', '2026-11-20 10:11:12.345', { team: 'web' }],
      ['older', null, null, { team: 'web' }],
    ]);
  });

  test.each([
    ['unique_events', 3],
    ['instance_events', 3],
    ['instance_timeline', 0],
    ['cloudtrail_logs', 0],
  ])('reads through %s', async (view, count) => {
    expect((await lake.ask(`SELECT * FROM ${view}`)).rows).toHaveLength(count);
  });
});
