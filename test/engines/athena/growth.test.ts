import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ConvertedColumn, convertToParquet } from '../../../local/lake/parquet.ts';
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

/** A call that stops an instance, and the state that it comes to: of an instance for each version. */
function linesOf(version: string, more: object, ofInstance: object): string[] {
  const common = {
    event_source: 'aws.ec2',
    account: '123456789012',
    region: 'eu-west-1',
    instances: [
      {
        instance_id: `i-${version}`,
        state: 'stopping',
        tags: { team: 'web' },
        tag_status: 'found',
        ...ofInstance,
      },
    ],
    ...more,
  };
  return [
    {
      event_id: `${version}-call`,
      event_time: '2026-11-20 10:00:00.000',
      kind: 'api_call',
      api_service: 'ec2.amazonaws.com',
      event_name: 'StopInstances',
      outcome: 'success',
      actor_name: 'alice',
      user_identity: '{"type":"IAMUser","userName":"alice"}',
      ...common,
    },
    {
      event_id: `${version}-state`,
      event_time: '2026-11-20 10:00:05.000',
      kind: 'state_change',
      detail_type: 'EC2 Instance State-change Notification',
      ...common,
    },
  ].map((row) => JSON.stringify(row));
}

const lines = {
  older: linesOf('older', {}, {}),
  now: linesOf('now', { [newColumn]: '{}' }, { [newMember]: '2026-11-20 10:11:12.345' }),
  later: linesOf('later', { later_column: ['x'] }, { later_member: 'x' }),
};

const json = lakeOf(deployedAs('growth'));
const parquet = lakeOf(deployedAs('growth_parquet', { OutputFormat: 'parquet' }));
const partition = { source: 'aws.ec2', day: '2026-11-20' };

beforeAll(async () => {
  createDatabase(json);
  createDatabase(parquet);
  const columnsOf = { older: olderColumns, now: columns, later: laterColumns };
  for (const [name, rows] of Object.entries(lines)) {
    const text = rows.map((row) => `${row}\n`).join('');
    storeObject(json, partition, gzipSync(text), 'json', name);
    const { object, refused } = await convertToParquet(
      Buffer.from(text),
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
  test.each(['events', 'unique_events'])(
    'still reads through %s, with NULL for what older rows lack',
    async (view) => {
      const { rows } = await lake.ask(
        `SELECT event_id, ${newColumn}, element_at(instances, 1).${newMember}, element_at(instances, 1).tags
         FROM ${view} WHERE kind = 'state_change' ORDER BY 1`,
      );

      expect(rows).toEqual([
        ['later-state', null, null, { team: 'web' }],
        ['now-state', '{}', '2026-11-20 10:11:12.345', { team: 'web' }],
        ['older-state', null, null, { team: 'web' }],
      ]);
    },
  );

  test('reads through instance_events', async () => {
    const { rows } = await lake.ask(
      `SELECT event_id, instance_id, state, tags, ${newMember}
       FROM instance_events WHERE kind = 'api_call' ORDER BY 1`,
    );

    expect(rows).toEqual([
      ['later-call', 'i-later', 'stopping', { team: 'web' }, null],
      ['now-call', 'i-now', 'stopping', { team: 'web' }, '2026-11-20 10:11:12.345'],
      ['older-call', 'i-older', 'stopping', { team: 'web' }, null],
    ]);
  });

  test('reads through instance_timeline', async () => {
    const { rows } = await lake.ask(
      'SELECT instance_id, state, cause, cause_actor_name, tags FROM instance_timeline ORDER BY 1',
    );

    expect(rows).toEqual(
      ['i-later', 'i-now', 'i-older'].map((id) => [
        id,
        'stopping',
        'StopInstances',
        'alice',
        { team: 'web' },
      ]),
    );
  });

  test('reads through cloudtrail_logs', async () => {
    const { rows } = await lake.ask(
      `SELECT eventid, eventsource, eventname, useridentity.username, eventtime, event_day
       FROM cloudtrail_logs ORDER BY 1`,
    );

    expect(rows).toEqual(
      ['later-call', 'now-call', 'older-call'].map((id) => [
        id,
        'ec2.amazonaws.com',
        'StopInstances',
        'alice',
        '2026-11-20T10:00:00Z',
        '2026-11-20',
      ]),
    );
  });
});
