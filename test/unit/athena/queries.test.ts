import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { viewExamples } from '../../../athena/examples.ts';
import { codeOf, portabilityFaults } from '../../../athena/portable.ts';
import { readQueries } from '../../../athena/queries.ts';
import { relationsIn } from '../../../athena/select-list.ts';
import { eventTables } from '../../../athena/tables.ts';
import { readViews } from '../../../athena/views.ts';
import { defaultSources } from '../../../src/partition/sources.ts';

const queries = readQueries();
const views = readViews(eventTables).map(({ name }) => name);

test('there is a dozen of them and more', () => {
  expect(queries.length).toBeGreaterThanOrEqual(12);
});

describe.each(queries)('the query $name', ({ sql, question, change, description, parameters }) => {
  test('says what it answers and what to change', () => {
    expect(question).toMatch(/^[A-Z].*\?$/);
    expect(change).toMatch(/^Change: .*\.$/);
    expect(description.startsWith(`${question} ${change}`)).toBe(true);
  });

  test('is about a period, which starts by default some days ago and may end earlier', () => {
    expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(['since', 'until']));
  });

  test('asks views, never a table of one form', () => {
    const tables = relationsIn(sql).filter((name) => name.startsWith('events_'));

    expect(tables).toEqual([]);
    expect(relationsIn(sql).some((name) => views.includes(name))).toBe(true);
  });

  test('filters the day wherever it asks a view, by today only, so that it prunes as it stands', () => {
    const asked = relationsIn(sql).flatMap((name) =>
      views.includes(name) ? [...codeOf(sql).matchAll(new RegExp(`FROM ${name}\\b`, 'g'))] : [],
    );
    const filters = [
      ...sql.matchAll(/\bday >= date_format\(current_date - INTERVAL '\d+' DAY, '%Y-%m-%d'\)/g),
    ];

    expect(filters.length).toBeGreaterThanOrEqual(asked.length);
  });

  test('names `other` beside each source that it names, and only known sources', () => {
    for (const [, list = ''] of sql.matchAll(/\bsource IN \(([^)]*)\)/g)) {
      const sources = list.split(',').map((name) => name.trim().replaceAll("'", ''));
      expect(sources.at(-1)).toBe('other');
      expect(sources.slice(0, -1).filter((name) => !isDefault(name))).toEqual([]);
    }
  });

  test('is filtered by the exact source as well where that is one', () => {
    for (const [, source = ''] of sql.matchAll(/\bsource IN \('([^']*)', 'other'\)/g)) {
      const isFromTimeline = /FROM instance_timeline/.test(sql); // which is EC2's alone
      expect(isFromTimeline || sql.includes(`event_source = '${source}'`)).toBe(true);
    }
  });
});

const isDefault = (name: string) => defaultSources.some((source) => source === name);

test('every view has an example, in SQL for both engines, and no other has', () => {
  expect(Object.keys(viewExamples).sort()).toEqual([...views].sort());
  for (const [name, { asks, sql }] of Object.entries(viewExamples)) {
    expect(asks).toMatch(/^[A-Z].*\?$/);
    expect(relationsIn(sql)).toEqual([name]);
    expect(portabilityFaults(sql)).toEqual([]);
  }
});

describe('readQueries', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'eventlake-queries-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (file: string, text: string) => {
    writeFileSync(join(folder, file), text);
    return readQueries(pathToFileURL(`${folder}/`));
  };

  test('a query is its file: question, what to change, a note, SQL with its comments', () => {
    const text = `-- Who?
-- Parameters: since 3, account.
-- Change: the
-- tag.
-- Note: It is so.
SELECT 1 -- one
FROM x
WHERE day >= :since
  AND account = :account
`;

    expect(read('who.sql', text)).toEqual([
      expect.objectContaining({
        name: 'who',
        question: 'Who?',
        change: 'Change: the days; the tag; take -- away before a filter to use it.',
        description:
          'Who? Change: the days; the tag; take -- away before a filter to use it. It is so.',
        sql: `-- Who?
-- Change: the days; the tag; take -- away before a filter to use it.
-- It is so.
SELECT 1 -- one
FROM x
WHERE day >= date_format(current_date - INTERVAL '3' DAY, '%Y-%m-%d')
  -- AND account = '123456789012'`,
      }),
    ]);
  });

  test.each([
    ['Who.sql', '-- Who?\nSELECT 1', 'a query is named in lower_snake_case'],
    ['who.sql', '-- Who.\nSELECT 1', 'starts with the question that it answers'],
    ['who.sql', 'SELECT 1', 'starts with the question that it answers'],
    ['who.sql', '-- Who?\nSELECT 1;', 'no semicolon'],
    ['who.sql', "-- Who?\nSELECT '\u00e9'", 'only ASCII, without tabs'],
    ['who.sql', `-- Who?\n-- Note: ${'x'.repeat(1020)}\nSELECT 1`, 'too long'],
    ['who.sql', `-- Who?\nSELECT '${'x'.repeat(262_144)}'`, 'too long for Athena'],
    ['who.sql', '-- Who?\nSELECT r FROM t, UNNEST(resources) AS u(r)', 'UNNEST('],
  ])('refuses %s with %j', (file, text, message) => {
    expect(() => read(file, text)).toThrow(`athena/queries/${file}: `);
    expect(() => read(file, text)).toThrow(message);
  });
});
