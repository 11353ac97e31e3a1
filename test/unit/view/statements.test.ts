import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { portabilityFaults } from '../../../athena/portable.ts';
import { statementNames } from '../../../view/answers.ts';
import { panels } from '../../../view/panels.ts';
import { grainOf } from '../../../view/scope.ts';
import { statementOf } from '../../../view/statements.ts';

const scope = { since: '2026-11-01', until: '2026-11-30', accounts: [] };

describe('The statements of the page', () => {
  test('are the files of view/sql/, and each but the totals is behind one panel', () => {
    const files = readdirSync(new URL('../../../view/sql/', import.meta.url));
    const shown: readonly string[] = panels.flatMap(({ statements }) => statements);

    expect(files.sort()).toEqual(statementNames.map((name) => `${name}.sql`).sort());
    expect([...shown, 'totals'].sort()).toEqual([...statementNames].sort());
  });

  test.each(statementNames)('%s starts with its question, and means the same on Athena', (name) => {
    const sql = statementOf(name, scope);

    expect(sql).toMatch(/^-- [A-Z][^?]+(?:\n-- [^?]*)?\?/);
    expect(portabilityFaults(sql)).toEqual([]);
    expect(sql).not.toMatch(/:[a-z]/);
  });

  test.each(statementNames.filter((name) => name !== 'not_rows'))(
    '%s asks for the days, and for accounts only where some are chosen',
    (name) => {
      const all = statementOf(name, scope);
      const one = statementOf(name, { ...scope, accounts: ['123456789012', '111122223333'] });

      expect(all).toContain("day BETWEEN '2026-11-01' AND '2026-11-30'");
      expect(all).not.toContain('account IN');
      expect(one).toContain("account IN ('123456789012', '111122223333')");
    },
  );

  test.each([
    ['2026-11-30', '2026-11-30', 'hour'],
    ['2026-11-27', '2026-11-30', 'hour'],
    ['2026-11-01', '2026-11-30', 'day'],
    ['2025-01-01', '2026-11-30', 'week'],
  ])('from %s to %s count by the %s', (since, until, grain) => {
    expect(grainOf({ since, until })).toBe(grain);
  });
});
