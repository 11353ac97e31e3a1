import { describe, expect, test } from '@jest/globals';
import { readRules, ruleOf, ruleSql } from '../../../athena/rules.ts';

const head = {
  question: 'Was a trail stopped?',
  parameters: 'Parameters: since 1, until.',
  title: 'Title: Trail stopped',
  level: 'Level: high',
  remedy: 'Do: Start it.',
  normal: 'Normal: None.',
  technique: 'Technique: T1562.008',
};
const sql = 'SELECT 1\nFROM unique_events\nWHERE day >= :since\n  AND day <= :until';
const file = (lines: Partial<typeof head>, body = sql) =>
  `${Object.values({ ...head, ...lines })
    .filter(Boolean)
    .map((line) => `-- ${line}`)
    .join('\n')}\n${body}\n`;

describe('ruleOf', () => {
  test('reads a rule: what it asks, how bad it is, what to do', () => {
    expect(ruleOf('trail_stopped', file({}))).toMatchObject({
      id: 'trail_stopped',
      question: 'Was a trail stopped?',
      title: 'Trail stopped',
      level: 'high',
      remedy: 'Start it.',
      normal: 'None.',
      technique: 'T1562.008',
    });
  });

  test.each<[string, string, string]>([
    ['Trail-Stopped', file({}), 'lower_snake_case'],
    ['a', file({ level: 'Level: bad' }), 'none of critical, high'],
    ['a', file({ remedy: '' }), 'lacks "Do:"'],
    ['a', file({ normal: 'Normal: None. Otherwise: x' }), '"Otherwise:", which nobody reads'],
    ['a', file({ technique: 'Technique: stopped' }), 'technique'],
    ['a', file({ parameters: '' }, 'SELECT 1'), 'since and until'],
    ['a', file({}, `${sql}\n  AND 1 IN (SELECT 1 FROM UNNEST(resources) AS t(r))`), 'UNNEST'],
  ])('says of %s what is wrong: %#', (id, text, reason) => {
    expect(() => ruleOf(id, text)).toThrow(reason);
  });

  test('its SQL is of the days that are judged; without an end up to the last', () => {
    const rule = ruleOf('trail_stopped', file({}));

    expect(ruleSql(rule, { since: '2026-11-17', until: '2026-11-18' })).toContain(
      "WHERE day >= '2026-11-17'\n  AND day <= '2026-11-18'",
    );
    expect(ruleSql(rule, { since: '2026-11-17' })).not.toContain('<=');
  });
});

describe('the rules of the lake', () => {
  const rules = readRules();

  test('are twenty-five or more, each with a title of its own', () => {
    expect(rules.length).toBeGreaterThanOrEqual(25);
    expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
  });

  test('filter by day, and by source unless they are about calls of every service', () => {
    const ofAll = rules.filter(({ body }) => !/\bsource IN \('aws\.[a-z0-9.-]+'/.test(body));

    expect(rules.filter(({ body }) => !body.includes('day >= :since'))).toEqual([]);
    expect(ofAll.map(({ id }) => id)).toEqual([
      'instance_credentials_elsewhere',
      'many_calls_denied',
      'root_user_used',
    ]);
  });
});
