import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { documentedQueries, documentedRecords } from '../../../athena/documented-queries.ts';
import { viewExamples } from '../../../athena/examples.ts';
import { notOnDuckdb, otherwiseOnDuckdb } from '../../../athena/not-on-duckdb.ts';
import { readQueries } from '../../../athena/queries.ts';
import { jsonOf, type OpenLake, openLake } from '../../../local/lake/duckdb.ts';
import { onThatDay, readGolden } from './answers.ts';
import { difference, none } from './canonical.ts';
import {
  deployedAs,
  lakeOf,
  putTexts,
  samples,
  sampleTags,
  sampleTexts,
  storeLines,
} from './lake.ts';
import { partitionOfRow, questions } from './question-rows.ts';

/** The same statements on DuckDB, whose answers are held against those that Trino gave. */

const open: OpenLake[] = [];

async function opened(folder: string): Promise<OpenLake> {
  const lake = await openLake(folder);
  open.push(lake);
  return lake;
}

afterAll(() => {
  for (const lake of open) lake.close();
});

async function rowsOf(lake: OpenLake, sql: string): Promise<unknown[]> {
  const { rows } = await lake.ask(sql);
  const found: unknown[] = [];
  for await (const some of rows()) {
    found.push(...some.map((row) => row.map((cell) => JSON.parse(jsonOf(cell)))));
  }
  return found;
}

describe.each(Object.entries(samples))('the sample lake as %s', (_, options) => {
  let lake: OpenLake;
  beforeAll(async () => {
    lake = await opened(lakeOf(options).folder);
  });

  test.each(['instance_events', 'instance_timeline', 'cloudtrail_logs'])(
    'the view %s gives what it gives on Trino',
    async (name) => {
      const golden = readGolden(`views/${name}`);

      expect(difference(await rowsOf(lake, `SELECT * FROM ${name}`), golden.rows)).toEqual(none);
    },
  );

  test.each(Object.entries(viewExamples))(
    'the example of %s answers as it does on Trino',
    async (name, { sql }) => {
      expect(difference(await rowsOf(lake, sql), readGolden(`examples/${name}`).rows)).toEqual(
        none,
      );
    },
  );

  test.each(readQueries())('the query $name answers as it does on Trino', async ({ name, sql }) => {
    const golden = readGolden(`queries/${name}`);

    expect(difference(await rowsOf(lake, onThatDay(sql)), golden.rows)).toEqual(none);
  });
});

describe('documented queries on DuckDB', () => {
  let lake: OpenLake;
  beforeAll(async () => {
    const options = deployedAs('documented_duckdb');
    const { folder } = lakeOf(options);
    const records = JSON.stringify({ Records: documentedRecords });
    await putTexts(lakeOf(options), options, [...sampleTexts(), records], sampleTags());
    lake = await opened(folder);
  });

  test.each(documentedQueries)('$name', async ({ name, sql, notOnDuckdb }) => {
    if (notOnDuckdb !== undefined) {
      await expect(rowsOf(lake, sql)).rejects.toThrow();
      return;
    }
    const golden = readGolden(`documented/${name}`);

    expect(difference(await rowsOf(lake, onThatDay(sql)), golden.rows)).toEqual(none);
  });
});

const queries = new Map(readQueries().map(({ name, sql }) => [name, sql]));

describe('named queries on DuckDB find what they ask for, and nothing else', () => {
  test.each(questions)('$query', async ({ query, rows, columns, answer }) => {
    const stored = lakeOf(deployedAs(`question_duckdb_${query}`));
    rows.forEach((row, at) => {
      storeLines(stored, partitionOfRow(row), [JSON.stringify(row)], `object-${at}`);
    });
    const lake = await opened(stored.folder);
    const { columns: found } = await lake.ask(onThatDay(queries.get(query) ?? ''));
    const places = columns.map((column) => found.findIndex(({ name }) => name === column));
    const cells = (await rowsOf(lake, onThatDay(queries.get(query) ?? ''))) as unknown[][];

    expect(cells.map((row) => places.map((at) => row[at]))).toEqual(answer);
  });
});

describe('what the documentation says of DuckDB', () => {
  const athena = lakeOf(samples.json);
  let duckdb: OpenLake;
  beforeAll(async () => {
    duckdb = await opened(athena.folder);
  });

  test.each(notOnDuckdb)('it does not take $what', async ({ sql }) => {
    for (const statement of sql) {
      await expect(athena.ask(statement)).resolves.toBeDefined();
      await expect(rowsOf(duckdb, statement)).rejects.toThrow();
    }
  });

  test.each(otherwiseOnDuckdb)('$sql is something else there', async (otherwise) => {
    const { sql, write = 'NULL', gives = otherwise.write ? otherwise.athena : null } = otherwise;

    expect((await athena.ask(`SELECT ${sql}, ${write}`)).rows).toEqual([[otherwise.athena, gives]]);
    expect(await rowsOf(duckdb, `SELECT ${sql}, ${write}`)).toEqual([[otherwise.duckdb, gives]]);
    expect(otherwise.duckdb).not.toEqual(otherwise.athena);
  });
});
