import { beforeAll, describe, expect, test } from '@jest/globals';
import { readQueries } from '../../../athena/queries.ts';
import { onThatDay } from './answers.ts';
import { forgeriesOf, waysIn } from './forgeries.ts';
import { createDatabase, deployedAs, lakeOf, storeLines } from './lake.ts';
import { partitionOfRow, questions } from './question-rows.ts';

const queries = new Map(readQueries().map(({ name, sql }) => [name, sql]));

test('every named query has rows to find and rows to pass over', () => {
  expect(questions.map(({ query }) => query).sort()).toEqual([...queries.keys()].sort());
  for (const { rows, answer } of questions) expect(rows.length).toBeGreaterThan(answer.length);
});

describe.each(questions)('$query', ({ query, rows, columns, answer }) => {
  const lake = lakeOf(deployedAs(`question_${query}`, { FirstDay: '2026-08-01' }));

  beforeAll(() => {
    createDatabase(lake);
    rows.forEach((row, at) => {
      storeLines(lake, partitionOfRow(row), [JSON.stringify(row)], `object-${at}`);
    });
  });

  test('finds what it asks for, and nothing else', async () => {
    const found = await lake.ask(onThatDay(queries.get(query) ?? ''));
    const places = columns.map((column) => found.columns.findIndex(({ name }) => name === column));

    expect(places).not.toContain(-1);
    expect(found.rows.map((row) => places.map((at) => row[at]))).toEqual(answer);
  });
});

/** They judge nobody; these columns of theirs count whatever there is, events of one's own as well. */
const counts: Readonly<Record<string, readonly string[]>> = { silent_homes: ['events'] };
const judging = questions.filter(({ query }) => query !== 'volume_and_delay');

describe.each(judging)('$query, among forgeries of all that it finds', (question) => {
  const { query, rows, columns, answer } = question;
  const lake = lakeOf(deployedAs(`forged_${query}`, { FirstDay: '2026-08-01' }));

  beforeAll(() => {
    createDatabase(lake);
    [...rows, ...forgeriesOf(rows)].forEach((row, at) => {
      storeLines(lake, partitionOfRow(row), [JSON.stringify(row)], `object-${at}`);
    });
  });

  test('answers as if nobody had put them', async () => {
    const found = await lake.ask(onThatDay(queries.get(query) ?? ''));
    const judged = columns.filter((column) => !counts[query]?.includes(column));
    const places = judged.map((column) => found.columns.findIndex(({ name }) => name === column));
    const wanted = judged.map((column) => columns.indexOf(column));

    expect(found.rows.map((row) => places.map((at) => row[at]))).toEqual(
      answer.map((row) => wanted.map((at) => row[at])),
    );
  });
});

describe('forgeries alone', () => {
  const lake = lakeOf(deployedAs('forgeries', { FirstDay: '2026-08-01' }));
  const forged = forgeriesOf(questions.flatMap(({ rows }) => rows));

  beforeAll(() => {
    createDatabase(lake);
    const byPartition = Map.groupBy(forged, (row) => Object.values(partitionOfRow(row)).join());
    for (const rows of byPartition.values()) {
      const [first] = rows;
      if (first)
        storeLines(
          lake,
          partitionOfRow(first),
          rows.map((row) => JSON.stringify(row)),
        );
    }
  });

  test('are all there, without an actor, an outcome or a state', async () => {
    const { rows } = await lake.ask(
      `SELECT count(*), count(actor_type), count(actor_name), count(outcome), count(state), count(detail),
        count_if(kind NOT IN ('event', 'unknown')) FROM events`,
    );

    expect(forged.length).toBeGreaterThan(100 * Object.keys(waysIn).length);
    expect(rows).toEqual([[forged.length, 0, 0, 0, 0, forged.length, 0]]);
  });

  test.each(['cloudtrail_logs', 'cloudtrail_lake', 'instance_timeline'])(
    'are not in %s',
    async (view) => {
      const { rows } = await lake.ask(`SELECT count(*) FROM ${view}`);

      expect(rows).toEqual([[0]]);
    },
  );
});
