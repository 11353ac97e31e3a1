import { beforeAll, describe, expect, test } from '@jest/globals';
import { readQueries } from '../../../athena/queries.ts';
import { onThatDay } from './answers.ts';
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
