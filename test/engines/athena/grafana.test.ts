import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { onThatDay } from './answers.ts';
import { lakeOf, samples } from './lake.ts';

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly type: string;
    readonly targets: readonly { readonly rawSQL: string }[];
  }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string | { readonly rawSQL: string };
    }[];
  };
}
const file = new URL('../../../dashboards/grafana.json', import.meta.url);
const dashboard: Dashboard = JSON.parse(readFileSync(file, 'utf8'));

type Values = Readonly<Record<string, readonly string[]>>;

/**
 * What Grafana and its plug-in for Athena make of a statement: variables in the format `sqlstring` are texts of SQL
 * between commas, `$__timeFrom()` and `$__timeTo()` timestamps of UTC.
 */
function filled(sql: string, values: Values, [from, to]: readonly [string, string]): string {
  return sql
    .replaceAll('$__timeFrom()', `TIMESTAMP '${from} 00:00:00'`)
    .replaceAll('$__timeTo()', `TIMESTAMP '${to} 23:59:59'`)
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name: string) =>
      (values[name] ?? []).map((value) => `'${value.replaceAll("'", "''")}'`).join(','),
    );
}

const lake = lakeOf(samples.json);
const days = ['2026-11-01', '2026-11-30'] as const;
const accountsSql = dashboard.templating.list.find(({ name }) => name === 'account')?.query as {
  rawSQL: string;
};

describe('The dashboard for Grafana', () => {
  let values: Values;
  beforeAll(async () => {
    const { rows } = await lake.ask(onThatDay(accountsSql.rawSQL));
    const account = rows.map(([id]) => String(id));
    values = { account, grain: ['day'], tag_key: ['team'], tag_value: [''] };
  });

  const answerOf = async (title: string, more: Values = {}) => {
    const panel = dashboard.panels.find((one) => one.title === title);
    const sql = filled(panel?.targets[0]?.rawSQL ?? '', { ...values, ...more }, days);
    // What Grafana takes for a variable; a path of JSON, `$.key`, is none.
    expect(sql).not.toMatch(/\$[\w{]|\[\[/);
    return lake.ask(sql);
  };

  test('finds the accounts to choose from', () => {
    expect(values.account).toContain('123456789012');
  });

  test.each(dashboard.panels.map(({ title, type }) => [title, type]))(
    '%s: runs, and finds something in the sample lake',
    async (title, type) => {
      const { columns, rows } = await answerOf(title);

      // One sample failed to become a row in a lake of its own.
      if (title !== 'What did not become a row?') expect(rows).not.toHaveLength(0);
      if (type === 'timeseries' || type === 'state-timeline') {
        expect(columns[0]?.name).toBe('time');
        expect(columns[0]?.type).toMatch(/^timestamp/);
        const times = rows.map(([time]) => String(time));
        expect(times).toEqual(times.toSorted());
      }
    },
  );

  test.each(['hour', 'day', 'week'])('counts calls by the %s', async (grain) => {
    const { rows } = await answerOf('Who called which service?', { grain: [grain] });

    expect(rows).not.toHaveLength(0);
  });

  test('is of the accounts that are chosen', async () => {
    const all = await answerOf('How much is there?');
    const one = await answerOf('How much is there?', { account: ['123456789012'] });
    const none = await answerOf('How much is there?', { account: ["it's none"] });

    const eventsOf = ({ rows }: typeof all) => Number(rows[0]?.[0]);
    expect(eventsOf(one)).toBeGreaterThan(0);
    expect(eventsOf(one)).toBe(eventsOf(all)); // the samples have no other
    expect(eventsOf(none)).toBe(0);
  });

  test.each([
    'Which instances were there?',
    'In which state was each instance?',
    'What was done to them, by whom, from where?',
  ])('%s: of instances with the tag that is chosen', async (title) => {
    const idsOf = async (more: Values) => {
      const { columns, rows } = await answerOf(title, more);
      const at = columns.findIndex(({ name }) => name === 'instance_id');
      return new Set(rows.map((row) => row[at]));
    };
    const { rows: tagged } = await lake.ask(
      `SELECT DISTINCT element_at(tags, 'team') FROM instance_events
       WHERE element_at(tags, 'team') IS NOT NULL ORDER BY 1`,
    );
    const all = await idsOf({});
    const ofTeams = await Promise.all(tagged.map(([team]) => idsOf({ tag_value: [String(team)] })));

    expect(tagged.length).toBeGreaterThan(1);
    expect(ofTeams.some((ids) => ids.size > 0)).toBe(true);
    for (const ids of ofTeams) expect(ids.size).toBeLessThan(all.size);
    expect(await idsOf({ tag_value: ["nobody's"] })).toEqual(new Set());
  });
});
