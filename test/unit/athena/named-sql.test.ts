import { describe, expect, test } from '@jest/globals';
import { conditions } from '../../../athena/conditions.ts';
import { athenaSqlOf, dayBefore, readNamedSql, sqlWith } from '../../../athena/named-sql.ts';
import { parameters } from '../../../athena/parameters.ts';

const text = (parameters: string, ...lines: string[]) =>
  ['-- Who?', `-- Parameters: ${parameters}.`, ...lines].join('\n');

const named = readNamedSql(
  text(
    'since 7, until, instance i-1, actor',
    "SELECT ':since', a -- :since",
    'FROM x',
    'WHERE day >= :since - 30 days',
    '  AND day > :since - 1 day',
    '  AND day <= :until',
    '  AND instance_id = :instance',
    '  AND :actor IN (a, b)',
    'GROUP BY a',
  ),
);

describe('readNamedSql', () => {
  test('reads the head: question, parameters, and notes over several lines', () => {
    const {
      question,
      parameters: taken,
      notes,
    } = readNamedSql(
      text('since 7', '-- Level: high', '-- What to do: ask: who', '-- was it?', 'SELECT :since'),
    );

    expect(question).toBe('Who?');
    expect(taken).toEqual([{ name: 'since', days: 7 }]);
    expect(Object.fromEntries(notes)).toEqual({ Level: 'high', 'What to do': 'ask: who was it?' });
  });

  test.each([
    ['SELECT 1', 'starts with the question'],
    ['-- Who.\nSELECT 1', 'starts with the question'],
    ['-- Who?\n-- Change: a\n-- Change: b\nSELECT 1', 'says "Change:" twice'],
    [text('since', 'SELECT :since'), '"since" needs its number of days'],
    [text('nobody', 'SELECT :nobody'), 'no parameter: "nobody"'],
    [text('key a b', 'SELECT :key'), 'no parameter: "key a b"'],
    [text('since 7', 'SELECT 1'), 'the parameter "since" is not used'],
    [text('since 7', 'SELECT :since, :until'), ':until is no parameter in its head'],
    [text('since 7', 'SELECT :since, :denid'), ':denid is no parameter in its head'],
    [text('actor', 'SELECT a = :actor'), ':actor may be absent'],
    [text('actor', 'SELECT a', '  AND (a = :actor', ')'), ':actor may be absent'],
  ])('refuses %j', (sql, message) => {
    expect(() => readNamedSql(sql)).toThrow(message);
  });

  test('puts a shared condition in place of its name', () => {
    const { body } = readNamedSql('-- Who?\nSELECT 1 WHERE :denied AND b');

    expect(body).toBe(`SELECT 1 WHERE ${conditions.denied} AND b`);
  });
});

describe('sqlWith', () => {
  test('puts values in place of parameters, days before one too, and leaves out filters without one', () => {
    const sql = sqlWith(named, { since: '2026-03-01', instance: "i-'2'" });

    expect(sql.split('\n')).toEqual([
      "SELECT ':since', a -- :since",
      'FROM x',
      "WHERE day >= '2026-01-30'",
      "  AND day > '2026-02-28'",
      "  AND instance_id = 'i-''2'''",
      'GROUP BY a',
    ]);
  });

  test('keeps the filters that have a value', () => {
    const sql = sqlWith(named, {
      since: '2026-03-01',
      until: '2026-03-02',
      instance: 'i',
      actor: 'al',
    });

    expect(sql).toContain("AND day <= '2026-03-02'");
    expect(sql).toContain("AND 'al' IN (a, b)");
  });
});

test("Athena's form is about the days up to today, its filters are comments", () => {
  expect(athenaSqlOf(named).split('\n')).toEqual([
    "SELECT ':since', a -- :since",
    'FROM x',
    "WHERE day >= date_format(current_date - INTERVAL '37' DAY, '%Y-%m-%d')",
    "  AND day > date_format(current_date - INTERVAL '8' DAY, '%Y-%m-%d')",
    "  -- AND day <= '2026-11-18'",
    "  AND instance_id = 'i-1'",
    "  -- AND 'alice' IN (a, b)",
    'GROUP BY a',
  ]);
});

test('a day so many days before another', () => {
  expect(dayBefore('2026-03-01', 1)).toBe('2026-02-28');
  expect(dayBefore('2026-03-01', 0)).toBe('2026-03-01');
});

test.each(Object.entries(parameters))(
  'the example of --%s has its form',
  (_, { example, form }) => {
    expect(example).toMatch(form);
  },
);
