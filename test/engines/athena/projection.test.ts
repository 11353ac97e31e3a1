import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createDatabase, deployedAs, engine, lakeOf, storeLines } from './lake.ts';
import { splitsOf } from './plan.ts';

const dayMs = 24 * 60 * 60 * 1000;
const dayFromNow = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);

const options = deployedAs('projection', {
  PartitionSources: 'aws.ec2,aws.s3',
  RetiredSources: 'aws.old',
});
const lake = lakeOf(options);
const tomorrow = dayFromNow(1);

beforeAll(() => {
  createDatabase(lake);
  const store = (source: string, day: string, event_source = source) =>
    storeLines(lake, { source, day }, [
      JSON.stringify({ event_id: `${source} ${day}`, event_source, kind: 'event' }),
    ]);
  store('aws.ec2', '2026-11-01');
  store('aws.ec2', '2026-11-02');
  store('aws.ec2', '2026-11-03');
  store('aws.s3', '2026-11-02');
  store('other', '2026-11-02', 'com.example');
  store('aws.old', '2026-11-02');
  store('aws.ec2', tomorrow);
  // Where no query looks: a source that nothing names, days outside of the range.
  store('aws.gone', '2026-11-02');
  store('aws.ec2', '2026-10-31');
  store('aws.ec2', dayFromNow(2));
  // Beside the rows: what Athena passes over by its name.
  const folder = join(lake.folder, 'events/json/source=aws.ec2/day=2026-11-02');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '_unfinished.json.gz'), 'no gzip');
  writeFileSync(join(folder, '.unfinished.json.gz'), 'no gzip');
});

const idsWhere = async (condition: string) => {
  const { rows } = await lake.ask(`SELECT event_id FROM events WHERE ${condition} ORDER BY 1`);
  return rows.map(([id]) => id);
};

describe('the projected partitions', () => {
  test('hold every listed source, `other` and retired ones, from the first day to tomorrow', async () => {
    expect(await idsWhere('true')).toEqual(
      [
        'aws.ec2 2026-11-01',
        'aws.ec2 2026-11-02',
        'aws.ec2 2026-11-03',
        `aws.ec2 ${tomorrow}`,
        'aws.old 2026-11-02',
        'aws.s3 2026-11-02',
        'other 2026-11-02',
      ].sort(),
    );
  });

  test.each<[string, string[]]>([
    ["source = 'aws.s3'", ['aws.s3 2026-11-02']],
    ["source = 'aws.old'", ['aws.old 2026-11-02']],
    ["source IN ('com.example', 'other') AND event_source = 'com.example'", ['other 2026-11-02']],
    ["source = 'aws.ec2' AND day = '2026-11-02'", ['aws.ec2 2026-11-02']],
    [
      "source = 'aws.ec2' AND day BETWEEN '2026-11-02' AND '2026-11-03'",
      ['aws.ec2 2026-11-02', 'aws.ec2 2026-11-03'],
    ],
    ["source = 'aws.ec2' AND day < '2026-11-02'", ['aws.ec2 2026-11-01']],
    [`source = 'aws.ec2' AND day > '${dayFromNow(0)}'`, [`aws.ec2 ${tomorrow}`]],
    ["source LIKE 'aws.s%' AND day LIKE '2026-11-0%'", ['aws.s3 2026-11-02']],
  ])('are filtered by %s', async (condition, ids) => {
    expect(await idsWhere(condition)).toEqual(ids);
  });

  test.each([
    "source = 'aws.gone'",
    "source = 'com.example'",
    "day = '2026-10-31'",
    `day = '${dayFromNow(2)}'`,
    "day = '2026/11/02'",
    "day = '2026-11-2'",
  ])('have no rows and no error where %s', async (condition) => {
    expect(await idsWhere(condition)).toEqual([]);
  });
});

describe('pruning', () => {
  test.each([
    ["source = 'aws.ec2' AND day = '2026-11-02'", 1],
    ["source IN ('aws.ec2', 'other') AND day = '2026-11-02'", 2],
    ["source = 'aws.ec2' AND day BETWEEN '2026-11-01' AND '2026-11-03'", 3],
    ["day = '2026-11-02'", 4],
    ["source = 'aws.gone'", 0],
    // Expressions prune as well, one partition after the other.
    ["CAST(day AS date) = DATE '2026-11-03'", 1],
    ["source = 'aws.ec2' AND substr(day, 1, 9) = '2026-11-0'", 3],
  ])('reads as many objects as the partitions have: %s', async (condition, objects) => {
    const { id } = await lake.ask(`SELECT event_id, kind FROM events WHERE ${condition}`);

    expect(await splitsOf(engine.url, id)).toBe(objects);
  });
});
