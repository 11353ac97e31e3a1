import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jsonOf, type OpenLake, openLake } from '../../../local/lake/duckdb.ts';
import { columnsOf, statementNames } from '../../../view/answers.ts';
import { statementOf } from '../../../view/statements.ts';
import { writeBusyLake } from '../../support/busy-month.ts';
import { difference, none } from './canonical.ts';
import { createDatabase, deployedAs, lakeOf } from './lake.ts';

const trino = lakeOf(deployedAs('page', { FirstDay: '2026-10-20' }));
let duckdb: OpenLake;
beforeAll(async () => {
  createDatabase(trino);
  writeBusyLake(trino.folder, { instances: 20, days: 4, reads: 800 });
  duckdb = await openLake(trino.folder);
});
afterAll(() => duckdb?.close());

async function onDuckdb(sql: string): Promise<unknown[]> {
  const { rows } = await duckdb.ask(sql);
  const found: unknown[] = [];
  for await (const some of rows()) {
    found.push(...some.map((row) => row.map((cell) => JSON.parse(jsonOf(cell)))));
  }
  return found;
}

describe('The SQL of the page answers on Trino as on DuckDB', () => {
  const days = { since: '2026-10-26', until: '2026-10-29' };

  test.each(
    statementNames.flatMap((name) => [
      { name, of: 'all accounts', accounts: [] },
      { name, of: 'one account', accounts: ['111122223333'] },
    ]),
  )('$name, of $of', async ({ name, accounts }) => {
    const sql = statementOf(name, { ...days, asked: days, accounts });

    const { columns, rows } = await trino.ask(sql);

    expect(columns.map((column) => column.name)).toEqual(columnsOf(name).map(([column]) => column));
    expect(difference(rows, await onDuckdb(sql))).toEqual(none);
    if (accounts.length === 0) expect(rows).not.toHaveLength(0);
  });

  test.each(['week', 'hour'] as const)('who_when by the %s', async (grain) => {
    const until = grain === 'week' ? '2027-06-01' : '2026-10-27';
    const sql = statementOf('who_when', { since: days.since, until, accounts: [] });
    expect(sql).toContain(`date_trunc('${grain}'`);

    expect(difference((await trino.ask(sql)).rows, await onDuckdb(sql))).toEqual(none);
  });
});
