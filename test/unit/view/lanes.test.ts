import { describe, expect, test } from '@jest/globals';
import type { AnswerRow } from '../../../view/answers.ts';
import { lanesOf, tagKeysOf } from '../../../view/page/lanes.ts';

const instance = (id: string, tags: Record<string, string> | null): AnswerRow<'instances'> => ({
  instance_id: id,
  account: '123456789012',
  region: 'eu-west-1',
  events: 1,
  first_time: 0,
  last_time: 0,
  tags: tags && JSON.stringify(tags),
  of_all: 3,
});

const instances = [
  instance('i-3', { Name: 'web-2', team: 'storefront' }),
  instance('i-1', { Name: 'etl-1', team: 'data', env: 'production' }),
  instance('i-2', null),
];

const idsIn = (given: { search?: string; groupBy?: string }) =>
  lanesOf(instances, { search: '', groupBy: 'none', ...given }).rows.map((row) =>
    'id' in row ? row.id : `${row.group}: ${row.lanes}`,
  );

describe('Lanes of instances', () => {
  test.each([
    ['an id', 'i-2', ['i-2']],
    ['a name, whatever its capitals', 'WEB', ['i-3']],
    ['a tag', 'team=data', ['i-1']],
    ['several words that all have to be there', 'team=data web', []],
    ['nothing', '  ', ['i-1', 'i-2', 'i-3']],
  ])('are found by %s', (_, search, ids) => {
    expect(idsIn({ search })).toEqual(ids);
  });

  test('are grouped by a tag, those without it last', () => {
    expect(idsIn({ groupBy: 'tag team' })).toEqual([
      'data: 1',
      'i-1',
      'storefront: 1',
      'i-3',
      'without: 1',
      'i-2',
    ]);
    expect(idsIn({ groupBy: 'account' })[0]).toBe('123456789012: 3');
  });

  test('can be grouped by the tags that there are, those of most instances first', () => {
    expect(tagKeysOf(instances)).toEqual(['Name', 'team', 'env']);
  });
});
