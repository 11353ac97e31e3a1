import { describe, expect, test } from '@jest/globals';
import { readQueries } from '../../../../athena/queries.ts';
import { askedQuery, isQueryName, queryNamed } from '../../../../local/lake/named-query.ts';

const stopped = queryNamed('who_stopped_what');
const story = queryNamed('story_of_an_instance');

test('a name is one word, which SQL never is', () => {
  expect(isQueryName('who_stopped_what')).toBe(true);
  for (const sql of ['SELECT 1', 'FROM events', '-', '']) expect(isQueryName(sql)).toBe(false);
});

test('a name that no query has is refused with the one that it is like', () => {
  expect(() => queryNamed('who_stoped_what')).toThrow('Did you mean who_stopped_what?');
  expect(queryNamed('root_use')).toEqual(readQueries().find(({ name }) => name === 'root_use'));
});

describe('askedQuery', () => {
  test('asks about the last days that the lake has', () => {
    const { sql, period } = askedQuery(stopped, {}, '2026-11-18');

    expect(period).toEqual({ since: '2026-11-11', isDefault: true });
    expect(sql).toContain("day >= '2026-11-11'");
    expect(sql).not.toContain('day <=');
  });

  test('asks about the days before the last one that was given', () => {
    const { period } = askedQuery(stopped, { until: '2026-10-08' }, '2026-11-18');

    expect(period).toEqual({ since: '2026-10-01', until: '2026-10-08', isDefault: true });
  });

  test('asks about the days that were given', () => {
    const given = { since: '2026-10-01', until: '2026-10-02', instance: 'i-0123abcd' };
    const { sql, period } = askedQuery(stopped, given, '2026-11-18');

    expect(period).toEqual({ since: '2026-10-01', until: '2026-10-02', isDefault: false });
    expect(sql).toContain("AND instance_id = 'i-0123abcd'");
  });

  test.each([
    [{ since: '2026-02-30' }, '--since is 2026-02-30, but has to be a day'],
    [
      { since: '2026-11-02', until: '2026-11-01' },
      '--until is 2026-11-01, before --since 2026-11-02',
    ],
    [{ account: '12345' }, '--account is 12345, but has to be twelve digits.'],
    [{ instance: 'web-1' }, '--instance is web-1, but has to be an id such as'],
    [{ key: 'AKIAIOSFODNN7EXAMPLE' }, 'The query who_stopped_what takes no --key.'],
  ])('refuses %j', (given, message) => {
    expect(() => askedQuery(stopped, given, '2026-11-18')).toThrow(message);
  });

  test('refuses a query without what it needs, and says how to give it', () => {
    expect(() => askedQuery(story, {}, '2026-11-18')).toThrow(
      expect.objectContaining({
        message: 'The query story_of_an_instance needs --instance ID.',
        hint: expect.stringContaining('query story_of_an_instance --instance i-'),
      }),
    );
  });
});
