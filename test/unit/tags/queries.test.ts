import { describe, expect, test } from '@jest/globals';
import { queriesOf, type Wanted } from '../../../src/tags/queries.ts';
import { home, idOf } from '../../support/tags-fixture.ts';

const there = { ...home, region: 'us-east-1' };

const wantedIn = (where: typeof home, ...numbers: number[]): Wanted[] =>
  numbers.map((number) => ({
    id: idOf(number),
    home: where,
    clientConfig: { region: where.region, roleArn: undefined },
  }));

describe('The look-ups of a batch', () => {
  test('are a query for each home, with each instance once, the largest first', () => {
    const wanted = [
      ...wantedIn(home, 1),
      ...wantedIn(there, 1, 2),
      ...wantedIn(home, 1),
      ...wantedIn(there, 2, 3),
    ];

    expect(queriesOf(wanted)).toEqual([
      { home: there, clientConfig: wanted[1]?.clientConfig, ids: [idOf(1), idOf(2), idOf(3)] },
      { home, clientConfig: wanted[0]?.clientConfig, ids: [idOf(1)] },
    ]);
  });
});
