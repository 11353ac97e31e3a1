import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { grafanaDashboard } from '../../../dashboards/grafana.ts';
import { statementNames } from '../../../view/answers.ts';
import { statementText } from '../../../view/statements.ts';

// Its statements run on Trino in test/engines/athena/grafana.test.ts.
const dashboard = grafanaDashboard();
const { panels, templating } = dashboard;
const sqlOf = (panel: (typeof panels)[number]) => panel.targets.map(({ rawSQL }) => rawSQL).join();

describe('The dashboard for Grafana', () => {
  test('asks each statement of the page, for its range, accounts and tag', () => {
    const all = panels.map(sqlOf).join();

    for (const name of statementNames) {
      const [question = ''] = statementText(name).split('\n');
      expect(all).toContain(question);
    }
  });

  test('names no variable that it does not have, and each that it has', () => {
    const declared = templating.list.map(({ name }) => name);
    const named = [...JSON.stringify(dashboard).matchAll(/\$\{(\w+)(?::\w+)?\}/g)].map(
      ([, name]) => name,
    );

    expect([...new Set(named)].toSorted()).toEqual(declared.toSorted());
  });

  test('quotes every value that gets into SQL', () => {
    for (const panel of panels) {
      for (const [variable] of sqlOf(panel).matchAll(/\$\{[^}]*\}/g)) {
        expect(variable).toMatch(/^\$\{\w+:sqlstring\}$/);
      }
      // No placeholder of the page is left.
      expect(sqlOf(panel)).not.toMatch(/(?:^|[\s(]):[a-z]+\b/);
    }
  });

  test('has no panel over another, and each with an id of its own', () => {
    const cells = panels.flatMap(({ gridPos }) => {
      const { x, y, w, h } = gridPos as NonNullable<typeof gridPos>;
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`);
    });

    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  test('is imported as it is: as nobody else, of a data source that is chosen', () => {
    const file = new URL('../../../dashboards/grafana.json', import.meta.url);
    const read = JSON.parse(readFileSync(file, 'utf8'));

    expect(read).toEqual(JSON.parse(JSON.stringify(dashboard)));
    expect(read).toMatchObject({ id: null, title: 'eventlake' });
    expect(read).not.toHaveProperty('__inputs');
    for (const { datasource } of panels) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a variable of Grafana
      expect(datasource).toEqual({ type: 'grafana-athena-datasource', uid: '${datasource}' });
    }
  });
});
