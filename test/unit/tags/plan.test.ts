import { describe, expect, test } from '@jest/globals';
import { keyOf } from '../../../src/tags/home.ts';
import { type Knowledge, nothingKnown, withEnd, withFact } from '../../../src/tags/knowledge.ts';
import { createMemory } from '../../../src/tags/memory.ts';
import { planOf, type Wanted } from '../../../src/tags/plan.ts';
import { at, home, idOf, setOf } from '../../support/tags-fixture.ts';

const there = { ...home, region: 'us-east-1' };
const hour = 3600;

const wantedIn = (where: typeof home, ...numbers: number[]): Wanted[] =>
  numbers.map((number) => ({
    id: idOf(number),
    home: where,
    place: { region: where.region, roleArn: undefined },
  }));

const seenAt = (seconds: number, tags: Record<string, string> = { a: '1' }): Knowledge =>
  withFact(nothingKnown, { timeMs: at(seconds), from: 'lookup', tags: setOf(tags) });

async function memoryOf(entries: [number: number, knowledge: Knowledge][], where = home) {
  const memory = createMemory();
  await memory.keep(
    new Map(entries.map(([number, knowledge]) => [keyOf(where, idOf(number)), knowledge])),
  );
  return memory;
}

describe('A plan of look-ups', () => {
  test('has a query for each home, with each instance once, the largest first', () => {
    const wanted = [
      ...wantedIn(home, 1),
      ...wantedIn(there, 1, 2),
      ...wantedIn(home, 1),
      ...wantedIn(there, 2, 3),
    ];

    const queries = planOf(wanted, createMemory(), at(0));

    expect(queries).toEqual([
      {
        home: there,
        place: wanted[1]?.place,
        ids: [idOf(1), idOf(2), idOf(3)],
        tagsPerId: 60,
        riders: [],
      },
      { home, place: wanted[0]?.place, ids: [idOf(1)], tagsPerId: 60, riders: [] },
    ]);
  });

  test('lets those ride along that wait for longest, last those without tags', async () => {
    const memory = await memoryOf([
      [1, seenAt(-2 * hour)],
      [2, seenAt(-3 * hour, { a: '1', b: '2', c: '3' })],
      [3, seenAt(-100)],
      [4, withEnd(seenAt(-9 * hour))],
      [5, withFact(seenAt(-100), { timeMs: at(-50), from: 'stream', delta: undefined })],
      [6, seenAt(-9 * hour, {})],
      [7, seenAt(-8 * hour, {})],
      [8, seenAt(-100, {})],
    ]);

    const [query] = planOf(wantedIn(home, 9), memory, at(0));

    expect(query?.riders).toEqual([
      { id: idOf(2), tagCount: 3 },
      { id: idOf(1), tagCount: 1 },
      { id: idOf(5), tagCount: 3 },
      { id: idOf(6), tagCount: 3 },
      { id: idOf(7), tagCount: 3 },
    ]);
  });

  test.each<[what: string, known: Knowledge[], tagsPerId: number]>([
    ['those that are known there', [seenAt(-9, { a: '1', b: '2' }), seenAt(-2 * hour)], 2],
    ['those that are known there, of which none has any', [seenAt(-9, {})], 0],
    ['EC2 allows, where none is known', [], 60],
    [
      'EC2 allows, where only changes are known',
      [withFact(nothingKnown, { timeMs: at(-9), from: 'stream', delta: undefined })],
      60,
    ],
  ])('expects as many tags as %s', async (_, known, tagsPerId) => {
    const memory = await memoryOf(known.map((knowledge, index) => [index, knowledge]));

    expect(planOf(wantedIn(home, 9), memory, at(0))[0]?.tagsPerId).toBe(tagsPerId);
    expect(planOf(wantedIn(there, 9), memory, at(0))[0]?.tagsPerId).toBe(60);
  });

  test('lets nobody ride who is asked for anyway, or who lives elsewhere', async () => {
    const memory = await memoryOf([[1, seenAt(-2 * hour)]]);

    expect(planOf(wantedIn(home, 1), memory, at(0))[0]?.riders).toEqual([]);
    expect(planOf(wantedIn(there, 2), memory, at(0))[0]?.riders).toEqual([]);
  });

  test('takes no more than a call takes ids, at once, beside a full memory', async () => {
    const memory = await memoryOf(
      Array.from({ length: 50_000 }, (_, n) => [n, seenAt(-2 * hour - n)]),
    );
    const startedMs = performance.now();

    const [query] = planOf(wantedIn(home, 50_001), memory, at(0));

    expect(query?.riders).toHaveLength(100);
    expect(query?.riders[0]?.id).toBe(idOf(49_999));
    // Some dozen milliseconds of an idle machine, and minutes where each is compared with each.
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
