import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { trino } from '../../../athena/dialects.ts';
import { viewExamples } from '../../../athena/examples.ts';
import { eventTables } from '../../../athena/tables.ts';
import { readViews } from '../../../athena/views.ts';
import { convertToParquet } from '../../../local/lake/parquet.ts';
import { typeIn } from '../../../src/rows/column-type.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { answerText, goldenAnswer } from './answers.ts';
import {
  createDatabase,
  deployedAs,
  engine,
  lakeOf,
  samples,
  storeLines,
  storeObject,
} from './lake.ts';
import { splitsOf } from './plan.ts';

const views = readViews(eventTables);

describe.each(views)('$name', ({ name, columns }) => {
  test('yields the columns that its stored definition says', async () => {
    const answer = await lakeOf(samples.json).ask(`SELECT * FROM ${name} LIMIT 0`);

    expect(answer.columns).toEqual(
      columns.map((column) => ({ name: column.name, type: typeIn(trino, column.type) })),
    );
  });
});

describe('the views on the sample lake', () => {
  test.each(Object.entries(viewExamples))(
    'the example of %s answers as the documentation shows',
    async (name, { sql }) => {
      const answer = await lakeOf(samples.json).ask(sql);

      expect(answerText(answer)).toBe(goldenAnswer(`examples/${name}`, answer));
      expect(answer.rows).not.toHaveLength(0);
    },
  );

  test.each([
    ['instance_events', 'event_time, instance_id, event_id'],
    ['instance_timeline', 'instance_id, state_from, event_id'],
    ['cloudtrail_logs', 'eventtime, eventid'],
    ['cloudtrail_lake', 'eventtime, eventid'],
  ])('%s answers as it should', async (name, order) => {
    const sql = `SELECT * FROM ${name} ORDER BY ${order}`;
    const answer = await lakeOf(samples.json).ask(sql);

    expect(answerText(answer)).toBe(goldenAnswer(`views/${name}`, answer));
    expect(answerText(await lakeOf(samples.parquet).ask(sql))).toBe(answerText(answer));
  });

  test('unique_events has every event of events, as none came twice', async () => {
    const lake = lakeOf(samples.json);
    const [all, unique] = await Promise.all(
      ['events', 'unique_events'].map((name) =>
        lake.ask(`SELECT * FROM ${name} ORDER BY event_id, event_time`),
      ),
    );

    expect(unique?.rows).toEqual(all?.rows);
  });
});

describe('unique_events', () => {
  const lake = lakeOf(deployedAs('doubles'));
  const day = '2026-11-20';
  const at = (seconds: number) => `${day} 10:00:0${seconds}.000`;
  const row = (cells: Partial<Row>) =>
    JSON.stringify({ event_source: 'aws.ec2', kind: 'event', account: '123456789012', ...cells });

  beforeAll(() => {
    createDatabase(lake);
    storeLines(lake, { source: 'aws.ec2', day }, [
      row({ event_id: 'once', arrival_time: at(1) }),
      row({ event_id: 'twice', arrival_time: at(3), user_agent: 'later' }),
      row({ event_id: 'twice', arrival_time: at(2), user_agent: 'first' }),
      row({ arrival_time: at(1), user_agent: 'without an id' }),
      row({ arrival_time: at(1), user_agent: 'without an id' }),
      // An id that is masked, or made by hand
      row({ event_id: 'x', event_time: at(0), arrival_time: at(1), user_agent: 'one' }),
      row({ event_id: 'x', event_time: at(1), arrival_time: at(1), user_agent: 'another time' }),
      row({ event_id: 'x', event_time: at(0), arrival_time: at(1), event_name: 'another name' }),
      row({ event_id: 'x', event_time: at(0), arrival_time: at(1), detail_type: 'another type' }),
      row({ event_id: 'x', event_time: at(0), arrival_time: at(2), user_agent: 'one again' }),
      // A record that came bare, and in an envelope
      row({ event_id: 'record', event_version: '1.11', arrival_time: at(1), user_agent: 'bare' }),
      row({
        event_id: 'record',
        event_version: '1.11',
        arrival_time: at(2),
        detail_type: 'AWS API Call via CloudTrail',
      }),
      // A call between two accounts: a copy for each, with an id of its own
      row({ event_id: 'a', shared_event_id: 'shared', arrival_time: at(1) }),
      row({
        event_id: 'b',
        shared_event_id: 'shared',
        account: '111122223333',
        arrival_time: at(1),
      }),
      // An id that another account has as well
      row({ event_id: 'once', account: '111122223333', arrival_time: at(2) }),
    ]);
    // Elsewhere: another source, and the day that a late double may be filed under.
    storeLines(lake, { source: 'aws.s3', day }, [row({ event_id: 'once', arrival_time: at(1) })]);
    storeLines(lake, { source: 'aws.ec2', day: '2026-11-21' }, [
      row({ event_id: 'once', arrival_time: at(9) }),
    ]);
  });

  test('keeps the first to arrive of those with one id, name and time, and all without an id', async () => {
    const { rows } = await lake.ask(
      `SELECT event_id, account, coalesce(user_agent, event_name, detail_type) FROM unique_events
       WHERE source = 'aws.ec2' AND day = '${day}' ORDER BY event_id, account, 3`,
    );

    expect(rows).toEqual([
      ['a', '123456789012', null],
      ['b', '111122223333', null],
      ['once', '111122223333', null],
      ['once', '123456789012', null],
      ['record', '123456789012', 'bare'],
      ['twice', '123456789012', 'first'],
      ['x', '123456789012', 'another name'],
      ['x', '123456789012', 'another time'],
      ['x', '123456789012', 'another type'],
      ['x', '123456789012', 'one'],
      [null, '123456789012', 'without an id'],
      [null, '123456789012', 'without an id'],
    ]);
  });

  test('tells doubles within a source and a day only, so that filters prune', async () => {
    const { rows } = await lake.ask(
      `SELECT source, day FROM unique_events
       WHERE event_id = 'once' AND account = '123456789012' ORDER BY source, day`,
    );

    expect(rows).toEqual([
      ['aws.ec2', day],
      ['aws.ec2', '2026-11-21'],
      ['aws.s3', day],
    ]);
  });
});

describe('instance_events', () => {
  const lake = lakeOf(deployedAs('instance_rows'));

  beforeAll(() => {
    createDatabase(lake);
    storeLines(lake, { source: 'aws.ec2', day: '2026-11-20' }, [
      '{"event_id":"none"}',
      '{"event_id":"empty","instances":[]}',
      '{"event_id":"null","instances":null}',
      '{"event_id":"two","state":"of the event","instances":[{"instance_id":"i-1","state":"stopped","tags":{"a":"b"}},{"instance_id":"i-2"}]}',
    ]);
  });

  test('has a row for each instance, with its own state, and none for an event without', async () => {
    const { rows } = await lake.ask(
      'SELECT event_id, instance_id, state, tags FROM instance_events ORDER BY instance_id',
    );

    expect(rows).toEqual([
      ['two', 'i-1', 'stopped', { a: 'b' }],
      ['two', 'i-2', null, null],
    ]);
  });
});

describe('instance_timeline', () => {
  const lake = lakeOf(deployedAs('timeline'));
  const day = '2026-11-20';
  const common = { event_source: 'aws.ec2', account: '123456789012', region: 'eu-west-1' };
  let count = 0;
  const state = (time: string, name: string, id = 'i-1') =>
    JSON.stringify({
      ...common,
      event_id: `s${count++}`,
      event_time: `${day} ${time}.000`,
      kind: 'state_change',
      detail_type: 'EC2 Instance State-change Notification',
      instances: [{ instance_id: id, state: name }],
    });
  const call = (time: string, event_name: string, cells: object = {}) =>
    JSON.stringify({
      ...common,
      event_id: `c${count++}`,
      event_time: `${day} ${time}.000`,
      kind: 'api_call',
      event_name,
      outcome: 'success',
      actor_name: 'alice',
      instances: [{ instance_id: 'i-1' }],
      ...cells,
    });

  beforeAll(() => {
    createDatabase(lake);
    storeLines(lake, { source: 'aws.ec2', day }, [
      call('08:00:00', 'StartInstances'),
      state('08:00:00', 'pending'),
      state('08:00:00', 'running'),
      // Refused, of another direction, of another instance, long before: none of these is a cause.
      call('09:00:00', 'StopInstances', { outcome: 'failure', actor_name: 'mallory' }),
      call('09:00:01', 'StartInstances', { actor_name: 'bob' }),
      call('09:00:02', 'StopInstances', { instances: [{ instance_id: 'i-2' }], actor_name: 'bob' }),
      state('09:00:05', 'stopping'),
      state('09:00:30', 'stopped'),
      // CloudTrail's clock a second ahead of EC2's.
      state('10:00:00', 'shutting-down'),
      call('10:00:01', 'TerminateInstances', { actor_name: 'carol' }),
      state('10:00:40', 'terminated'),
    ]);
  });

  test('has each state with its end, and who led to it', async () => {
    const { rows } = await lake.ask(
      `SELECT state, date_format(state_from, '%T'), date_format(state_until, '%T'), seconds, cause, cause_actor_name
       FROM instance_timeline WHERE source = 'aws.ec2' AND day = '${day}' ORDER BY state_from, seconds`,
    );

    expect(rows).toEqual([
      ['pending', '08:00:00', '08:00:00', 0, 'StartInstances', 'alice'],
      ['running', '08:00:00', '09:00:05', 3605, 'StartInstances', 'alice'],
      ['stopping', '09:00:05', '09:00:30', 25, null, null],
      ['stopped', '09:00:30', '10:00:00', 3570, null, null],
      ['shutting-down', '10:00:00', '10:00:40', 40, 'TerminateInstances', 'carol'],
      ['terminated', '10:00:40', null, null, 'TerminateInstances', 'carol'],
    ]);
  });
});

describe('a lake with rows of both forms', () => {
  const both = lakeOf(deployedAs('both', { OutputFormat: 'parquet', AlsoRead: 'json' }));
  const one = lakeOf(deployedAs('only_parquet', { OutputFormat: 'parquet' }));

  beforeAll(async () => {
    const partition = { source: 'aws.ec2', day: '2026-11-20' };
    const parquet = await convertToParquet(Buffer.from('{"event_id":"new","kind":"event"}\n'));
    for (const lake of [both, one]) {
      createDatabase(lake);
      storeLines(lake, partition, ['{"event_id":"old","kind":"event"}']);
      storeObject(lake, partition, parquet.object);
    }
  });

  const ids = async (lake: typeof both, relation: string) =>
    (await lake.ask(`SELECT event_id FROM ${relation} ORDER BY 1`)).rows.map(([id]) => id);

  test.each(['events', 'unique_events'])('%s reads both where AlsoRead says so', async (view) => {
    expect(await ids(both, view)).toEqual(['new', 'old']);
  });

  test('events reads the form that is written where AlsoRead is empty', async () => {
    expect(await ids(one, 'events')).toEqual(['new']);
    expect(await ids(one, 'events_json')).toEqual(['old']);
  });
});

describe('pruning through the views', () => {
  const lake = lakeOf(deployedAs('poisoned', { AlsoRead: 'parquet' }));
  const places = [
    { source: 'aws.ec2', day: '2026-11-17' },
    { source: 'aws.ec2', day: '2026-11-18' },
    { source: 'aws.s3', day: '2026-11-17' },
  ];

  beforeAll(() => {
    createDatabase(lake);
    const rows = [
      '{"event_id":"1","event_source":"aws.ec2","kind":"api_call","region":"eu-west-1"}',
    ];
    for (const place of places) storeLines(lake, place, rows);
    // Whoever reads these fails.
    for (const { prefix, extension } of eventTables) {
      for (const poisoned of ['source=aws.ec2/day=2026-11-16', 'source=aws.s3/day=2026-11-18']) {
        const folder = join(lake.folder, prefix, poisoned);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, `object${extension}`), 'neither gzip nor Parquet');
      }
    }
  });

  test.each(views.map(({ name }) => name))(
    '%s fails where it reads what it need not',
    async (view) => {
      await expect(lake.ask(`SELECT * FROM ${view}`)).rejects.toThrow('HIVE_');
    },
  );

  test.each(views.map(({ name }) => name))('%s is pruned by source and day', async (view) => {
    const day = view === 'cloudtrail_logs' ? 'event_day' : 'day';
    const sql = `SELECT * FROM ${view} WHERE source = 'aws.ec2' AND ${day} = '2026-11-17'`;
    const { id } = await lake.ask(sql);
    const { rows } = await lake.ask(`EXPLAIN ${sql}`);

    expect(await splitsOf(engine.url, id)).toBe(1);
    // Every table is told of both, whatever lies between.
    const plan = String(rows[0]?.[0]);
    const scans = plan.match(/TableScan|ScanFilter|ScanProject/g)?.length ?? 0;
    expect(scans).toBe(2);
    expect(plan.match(/source:string:PARTITION_KEY\s+:: \[\[aws\.ec2\]\]/g)).toHaveLength(scans);
    expect(plan.match(/day:string:PARTITION_KEY\s+:: \[\[2026-11-17\]\]/g)).toHaveLength(scans);
  });

  test.each([
    ["event_day = '2026-11-17'", 2],
    ["year = '2026' AND month = '11' AND day = '17'", 2],
    ["year = '2026' AND month IN ('11', '12') AND day = '17' AND source = 'aws.s3'", 1],
    [`"timestamp" = '2026/11/17'`, 2],
    ["timestamp > '2026/11/16' AND timestamp <= '2026/11/17'", 2],
    ["date_partition BETWEEN '2026/11/17' AND '2026/11/17' AND region_partition = 'eu-west-1'", 2],
    ["date_parse(\"timestamp\", '%Y/%m/%d') = TIMESTAMP '2026-11-17 00:00:00'", 2],
    ["concat(year, '-', month, '-', day) = '2026-11-17'", 2],
    ["CAST(day AS integer) = 17 AND year = '2026'", 2],
  ])('cloudtrail_logs is pruned by %s', async (condition, objects) => {
    const { id } = await lake.ask(
      `SELECT eventid, eventtime FROM cloudtrail_logs WHERE ${condition}`,
    );

    expect(await splitsOf(engine.url, id)).toBe(objects);
  });
});
