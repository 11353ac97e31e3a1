import { describe, expect, test } from '@jest/globals';
import { type Namer, queriesOf, type Wanted } from '../../../src/tags/queries.ts';
import { home, idOf } from '../../support/tags-fixture.ts';

const there = { ...home, region: 'us-east-1' };
const configOf = ({ region }: typeof home) => ({ region, roleArn: undefined });

const wantedIn = (where: typeof home, numbers: readonly number[], namedBy: Namer = 'aws') =>
  numbers.map(
    (number): Wanted => ({
      id: idOf(number),
      home: where,
      clientConfig: configOf(where),
      namedBy,
    }),
  );
const to = (count: number, from = 0) => Array.from({ length: count }, (_, n) => from + n);
const idsTo = (count: number, from = 0) => to(count, from).map(idOf);

describe('The look-ups of a batch', () => {
  test('are a query for each home, with each instance once, the largest first', () => {
    const wanted = [
      ...wantedIn(home, [1]),
      ...wantedIn(there, [1, 2]),
      ...wantedIn(home, [1]),
      ...wantedIn(there, [2, 3]),
    ];

    expect(queriesOf(wanted, 10)).toEqual({
      first: [
        { home: there, clientConfig: configOf(there), ids: [idOf(1), idOf(2), idOf(3)] },
        { home, clientConfig: configOf(home), ids: [idOf(1)] },
      ],
      later: [],
    });
  });

  test('that AWS names are all made, however many', () => {
    const { first, later } = queriesOf(wantedIn(home, to(5_000)), 10);

    expect(first.map(({ ids }) => ids)).toEqual([idsTo(5_000)]);
    expect(later).toEqual([]);
  });

  test('that others name are bounded by their calls, those of failed calls first', () => {
    const wanted = [
      ...wantedIn(home, to(1_000), 'others'),
      ...wantedIn(there, to(150), 'failed call'),
    ];

    const { first, later } = queriesOf(wanted, 3);

    expect(first).toEqual([]);
    expect(later.map(({ home: { region }, ids }) => [region, ids])).toEqual([
      ['us-east-1', idsTo(150)],
      ['eu-west-1', idsTo(100)],
    ]);
  });

  test('take along what others name, as far as a call has room for it', () => {
    const wanted = [
      ...wantedIn(home, to(90, 1_000), 'others'),
      ...wantedIn(home, to(5, 2_000), 'failed call'),
      ...wantedIn(home, to(150)),
    ];

    const { first, later } = queriesOf(wanted, 1);

    expect(first.map(({ ids }) => ids)).toEqual([
      [...idsTo(150), ...idsTo(5, 2_000), ...idsTo(45, 1_000)],
    ]);
    expect(later.map(({ ids }) => ids)).toEqual([idsTo(45, 1_045)]);
  });

  test('ask for who is named by several as the first of them', () => {
    const wanted = [
      ...wantedIn(home, [1], 'others'),
      ...wantedIn(home, [1], 'aws'),
      ...wantedIn(home, [1], 'failed call'),
    ];

    const { first, later } = queriesOf(wanted, 10);

    expect([first.length, later.length]).toEqual([1, 0]);
  });
});
