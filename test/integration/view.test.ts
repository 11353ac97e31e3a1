import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { objectJson, openLake } from '../../local/lake/duckdb.ts';
import { columnsOf, type StatementName, statementNames } from '../../view/answers.ts';
import { cellsOf } from '../../view/columnar.ts';
import type { PageData } from '../../view/page-data.ts';
import { writeBusyLake } from '../support/busy-month.ts';
import { collect, createFolder, run } from '../support/command-fixture.ts';

const { folder, remove } = createFolder();
const lake = join(folder, 'lake');
beforeAll(() => void writeBusyLake(lake, { instances: 12, days: 3, reads: 300 }));
afterAll(remove);

const view = (...args: string[]) => run(['view', '--lake', lake, ...args], { folder });

/** What a page was made with. */
function dataIn(file: string): PageData {
  const [, packed = ''] = /id="data">([^<]*)</.exec(readFileSync(file, 'utf8')) ?? [];
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString());
}

/** What a lake answers, as `query` gives it. */
async function answersOf(asked: readonly string[]): Promise<Record<string, unknown>[][]> {
  const open = await openLake(lake);
  const answers: Record<string, unknown>[][] = [];
  for (const sql of asked) {
    const { columns, rows } = await open.ask(sql);
    const names = columns.map(({ name }) => name);
    const found = (await collect(rows())).flat();
    answers.push(
      found.map((row) => JSON.parse(objectJson(names.map((name, at) => [name, row[at] ?? null])))),
    );
  }
  open.close();
  return answers;
}

/** An answer that a page has. */
function rowsOf(data: PageData, name: StatementName): Record<string, unknown>[] {
  const { columns, rows } = data.answers[name];
  const cells = Object.entries(columns).map(([column, one]) => [column, cellsOf(one)] as const);
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(cells.map(([column, values]) => [column, values[row] ?? null])),
  );
}

const asOnPage = (name: StatementName, rows: readonly Record<string, unknown>[]) =>
  rows.map((row) =>
    Object.fromEntries(
      columnsOf(name).map(([column, kind]) => {
        const value = row[column] ?? null;
        if (value === null) return [column, null];
        if (kind === 'time') return [column, Date.parse(`${String(value).replace(' ', 'T')}Z`)];
        return [column, kind === 'json' ? JSON.stringify(value) : value];
      }),
    ),
  );

describe('eventlake view', () => {
  test('writes one page beside the lake, of all its days, with what `query` answers to its SQL', async () => {
    const { status, stdout, stderr } = await view();

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^\S+lake\.html {2}0\.\d MB, 2026-10-26 to 2026-10-28, made in \S+ s\n$/,
    );
    const data = dataIn(`${lake}.html`);
    expect(data).toMatchObject({ lake, since: '2026-10-26', until: '2026-10-28' });
    const answers = await answersOf(statementNames.map((name) => data.answers[name].sql));
    for (const [at, name] of statementNames.entries()) {
      expect([name, rowsOf(data, name)]).toEqual([name, asOnPage(name, answers[at] ?? [])]);
    }
    expect(answers.filter((rows) => rows.length === 0)).toEqual([]);
  });

  test('is of the days and the accounts that are asked for', async () => {
    const file = join(folder, 'deep/some.html');

    const { stdout } = await view(
      '--since',
      '2026-10-27',
      '--until',
      '2026-10-27',
      '--account',
      '111122223333',
      '--out',
      file,
    );

    expect(stdout).toContain(`${file}  `);
    const data = dataIn(file);
    const [totals] = rowsOf(data, 'totals');
    const [counted] = await answersOf([
      "SELECT count(*) AS events FROM unique_events WHERE day = '2026-10-27' AND account = '111122223333'",
    ]);
    expect(totals).toMatchObject({ ...counted?.[0], first_day: '2026-10-27', accounts: 1 });
    expect(data.answers.events_by_kind.sql).toContain("account IN ('111122223333')");
  });

  test('makes a page of a lake that holds only what could not become rows', async () => {
    const bare = join(folder, 'bare');
    cpSync(join(lake, 'errors'), join(bare, 'errors'), { recursive: true });

    const { status, stderr } = await run(['view', '--lake', bare], { folder });

    expect(status).toBe(0);
    expect(stderr).toContain(`The lake ${bare} holds no row`);
    const data = dataIn(`${bare}.html`);
    expect(rowsOf(data, 'totals')).toMatchObject([{ events: 0 }]);
    expect(rowsOf(data, 'not_rows')).not.toHaveLength(0);
  });

  test.each([
    [['--since', 'yesterday'], '--since is yesterday, but has to be a day like 2026-11-20.'],
    [['--until', '2026-02-30'], '--until is 2026-02-30, but has to be a day like 2026-11-20.'],
    [
      ['--since', '2026-11-02', '--until', '2026-11-01'],
      '--since is 2026-11-02, which is after --until, 2026-11-01.',
    ],
    [['--account', "1' OR '1"], "--account is 1' OR '1, but has to be twelve digits."],
    [['--out', ''], '--out needs the name of a file.'],
    [['some.html'], 'view takes no arguments.'],
  ])('refuses %j', async (args, message) => {
    expect(await view(...args)).toMatchObject({ status: 2, stdout: '', stderr: `${message}\n` });
  });

  test('says why a page cannot be written', async () => {
    const { status, stderr } = await view('--out', lake);

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: `Cannot write ${lake}: ${stderr.split(': ').slice(1).join(': ')}`,
    });
    expect(stderr).not.toContain('bug');
  });
});
