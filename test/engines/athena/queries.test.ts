import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { documentedQueries } from '../../../athena/documented-queries.ts';
import { firstQuery, viewExamples } from '../../../athena/examples.ts';
import { sqlWith } from '../../../athena/named-sql.ts';
import { parameters } from '../../../athena/parameters.ts';
import { codeOf } from '../../../athena/portable.ts';
import { readQueries } from '../../../athena/queries.ts';
import { eventTables } from '../../../athena/tables.ts';
import { readViews } from '../../../athena/views.ts';
import { pageStatements } from '../../support/page-sql.ts';
import { answerText, goldenAnswer, goldenFolder, onThatDay } from './answers.ts';
import { createDatabase, deployedAs, type EngineLake, lakeOf, samples } from './lake.ts';

const queries = readQueries();
const [json, parquet] = [lakeOf(samples.json), lakeOf(samples.parquet)];

describe.each(queries)('$name', ({ name, sql }) => {
  test('answers as it should on the sample lake', async () => {
    const answer = await json.ask(onThatDay(sql));

    expect(answerText(answer)).toBe(goldenAnswer(`queries/${name}`, answer));
    expect(answer.rows).not.toHaveLength(0);
  });

  test('answers the same from Parquet', async () => {
    const answer = await parquet.ask(onThatDay(sql));

    expect(answerText(answer)).toBe(goldenAnswer(`queries/${name}`, answer));
  });
});

test.each(queries)('$name runs with every filter that it takes', async (query) => {
  const values = Object.fromEntries(
    Object.entries(parameters).map(([name, { example }]) => [name, example]),
  );

  await expect(json.ask(sqlWith(query, values))).resolves.toBeDefined();
});

describe('story_of_an_instance', () => {
  const story = queries.find(({ name }) => name === 'story_of_an_instance')?.sql ?? '';
  const [id = ''] = /i-[0-9a-f]{17}/.exec(story) ?? [];

  test('has every event that names the instance, whichever it is', async () => {
    const { rows } = await json.ask(
      'SELECT instance_id, count(*), count(DISTINCT event_source) FROM instance_events GROUP BY instance_id',
    );

    expect(rows.length).toBeGreaterThan(4);
    for (const [instance, events, sources] of rows) {
      const found = await json.ask(
        `SELECT count(*), count(DISTINCT event_source)
         FROM (${onThatDay(story.replaceAll(id, String(instance)))}) WHERE what = 'to it'`,
      );
      expect(found.rows).toEqual([[events, sources]]);
    }
  });
});

// What they find is tested on a local lake: test/integration/docs.test.ts.
test.each(pageStatements)('runs the SQL of $page, $#', async ({ sql }) => {
  await expect(json.ask(sql)).resolves.toBeDefined();
});

test.each([
  ['of the documentation', firstQuery],
  ["in the stack's outputs", String(json.stack.outputs.FirstQuery)],
])('the first query %s finds the events of the last two days, the latest first', async (_, sql) => {
  const { rows } = await json.ask(onThatDay(sql));
  const latest = await json.ask(
    "SELECT max(event_time), count(*) FROM events WHERE day >= '2026-11-18'",
  );

  expect([rows[0]?.[0], rows.length]).toEqual(latest.rows[0]);
  expect(rows).not.toHaveLength(0);
});

describe('pruning by the queries', () => {
  /** A lake in which whoever reads a folder fails. */
  const poisoned = (name: string, partition: string) => {
    const lake = lakeOf(deployedAs(name, { FirstDay: '2026-07-01' }));
    createDatabase(lake);
    const folder = join(lake.folder, 'events/json', partition);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'object.json.gz'), 'no gzip');
    return lake;
  };
  let oldDay: EngineLake;
  let otherSource: EngineLake;
  beforeAll(() => {
    oldDay = poisoned('old_day', 'source=aws.ec2/day=2026-07-01');
    otherSource = poisoned('other_source', 'source=aws.sqs/day=2026-11-18');
  });

  test('a query without filters fails there', async () => {
    for (const lake of [oldDay, otherSource]) {
      await expect(lake.ask('SELECT kind FROM events')).rejects.toThrow('HIVE_');
    }
  });

  test.each(queries)('$name reads no day before those that it is about', async ({ sql }) => {
    await expect(oldDay.ask(onThatDay(sql))).resolves.toMatchObject({ rows: [] });
  });

  const views = readViews(eventTables).map(({ name }) => name);
  const count = (sql: string, pattern: RegExp) => codeOf(sql).match(pattern)?.length ?? 0;
  const bySource = queries.filter(
    ({ sql }) =>
      count(sql, /\bsource IN \(/g) ===
      count(sql, new RegExp(`FROM (?:${views.join('|')})\\b`, 'g')),
  );

  test.each(bySource)('$name reads no source that it is not about', async ({ sql }) => {
    await expect(otherSource.ask(onThatDay(sql))).resolves.toMatchObject({ rows: [] });
  });

  test('those about one service name their sources', () => {
    expect(bySource.length).toBeGreaterThanOrEqual(8);
  });
});

test.each([
  ['queries', queries.map(({ name }) => name)],
  ['examples', Object.keys(viewExamples)],
  ['documented', documentedQueries.map(({ name }) => name)],
])('no golden of %s is left of one that is gone', (folder, names) => {
  const files = readdirSync(join(goldenFolder, folder)).sort();

  expect(files).toEqual(names.map((name) => `${name}.jsonl`).sort());
});
