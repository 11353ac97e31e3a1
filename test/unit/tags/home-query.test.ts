import { describe, expect, test } from '@jest/globals';
import { keyOf } from '../../../src/tags/home.ts';
import { createQueryRunner } from '../../../src/tags/home-query.ts';
import { createMemory } from '../../../src/tags/memory.ts';
import { createTags } from '../../../src/tags/tags.ts';
import {
  at,
  createBudget,
  createLookUp,
  home,
  idOf,
  idsTo,
  otherAccount,
  queryOf,
  requestOf,
  setOf,
} from '../../support/tags-fixture.ts';

// Calls by ids are in single-flight.test.ts.

const here = { region: home.region, roleArn: undefined };

/** As many instances as a home may have, each with a tag. */
const fleet = Object.fromEntries(idsTo(300).map((id) => [id, { n: id }]));

function prepare(...look: Parameters<typeof createLookUp>) {
  const { lookUp, calls, sweeps } = createLookUp(look[0] ?? fleet, look[1], look[2]);
  const runQuery = createQueryRunner(lookUp);
  const { context, ...clock } = createBudget();
  const never = new AbortController().signal;
  /** Asks for so many ids that nobody asked for, a call each. */
  let asked = 0;
  const askFor = async (count: number) => {
    for (let n = 0; n < count; n++) await runQuery(queryOf([idOf(asked++)]), never, context.now);
  };
  return { runQuery, calls, sweeps, askFor, now: context.now, never, lookUp, ...clock };
}

const deny = () => {
  throw new Error('denied');
};

describe('All instances of a home are asked for at once', () => {
  test('in place of the fifth call', async () => {
    const { runQuery, calls, sweeps, askFor, now, never, setSeconds } = prepare();
    await askFor(4);
    expect([calls.length, sweeps.length]).toEqual([4, 0]);
    setSeconds(7);

    const found = await runQuery(queryOf([idOf(200), idOf(999)]), never, now);

    expect([calls.length, sweeps.length]).toEqual([4, 1]);
    expect(sweeps).toEqual([{ clientConfig: here, maxPages: 16 }]);
    expect(found.size).toBe(301);
    expect(found.get(keyOf(home, idOf(200)))).toEqual({
      timeMs: at(7),
      from: 'lookup',
      tags: setOf({ n: idOf(200) }),
    });
    expect(found.get(keyOf(home, idOf(299)))?.tags).toEqual(setOf({ n: idOf(299) }));
  });

  test('which tells of those without tags only if they were asked for', async () => {
    const { runQuery, askFor, now, never } = prepare();
    await askFor(4);

    const found = await runQuery(queryOf([idOf(999)]), never, now);

    expect(found.get(keyOf(home, idOf(999)))?.tags).toEqual(setOf({}));
    expect(found.has(keyOf(home, idOf(998)))).toBe(false);
  });

  test('sooner, where calls took several pages each', async () => {
    const tags = Object.fromEntries(
      idsTo(100).map((id) => [id, Object.fromEntries(idsTo(25).map((key) => [key, id]))]),
    );
    const { runQuery, calls, sweeps, now, never } = prepare(tags);

    await runQuery(queryOf(idsTo(100)), never, now);
    await runQuery(queryOf([idOf(1)]), never, now);
    expect([calls.length, sweeps.length]).toEqual([2, 0]);
    await runQuery(queryOf([idOf(1)]), never, now);
    await runQuery(queryOf([idOf(1)]), never, now);

    expect([calls.length, sweeps.length]).toEqual([3, 1]);
  });

  test('in the middle of a long query', async () => {
    const { runQuery, calls, sweeps, now, never } = prepare();

    const found = await runQuery(queryOf(idsTo(700)), never, now);

    expect(calls.map(({ ids }) => ids.length)).toEqual([100, 100, 100, 100]);
    expect(sweeps).toHaveLength(1);
    expect(found.size).toBe(700);
  });

  test('by one of those that come at the same time', async () => {
    const gate = Promise.withResolvers<void>();
    const failAll = () => gate.promise;
    const { runQuery, calls, sweeps, askFor, now, never } = prepare(fleet, undefined, { failAll });
    await askFor(4);

    const both = [
      runQuery(queryOf([idOf(7)]), never, now),
      runQuery(queryOf([idOf(8)]), never, now),
    ];
    gate.resolve();
    await Promise.all(both);

    expect([calls.length, sweeps.length]).toEqual([5, 1]);
  });

  test('of each home, after calls to that home', async () => {
    const { runQuery, sweeps, askFor, now, never } = prepare();
    const there = { region: home.region, roleArn: `arn:aws:iam::${otherAccount}:role/m` };
    await askFor(4);

    await runQuery(queryOf([idOf(7)], { clientConfig: there }), never, now);
    expect(sweeps).toEqual([]);
    for (let n = 0; n < 4; n++)
      await runQuery(queryOf([idOf(7)], { clientConfig: there }), never, now);

    expect(sweeps.map(({ clientConfig }) => clientConfig)).toEqual([there]);
  });

  test('only once', async () => {
    const { calls, sweeps, askFor } = prepare();

    await askFor(20);

    expect([calls.length, sweeps.length]).toEqual([19, 1]);
  });
});

describe('A sweep teaches nothing, a call is made, and there is no other sweep, where', () => {
  test.each<[what: string, options: { pages?: number; failAll?: () => unknown }]>([
    ['it takes too many pages', { pages: 17 }],
    ['it fails', { failAll: deny }],
  ])('%s', async (_, options) => {
    const { runQuery, calls, sweeps, askFor, now, never } = prepare(fleet, undefined, options);
    await askFor(4);

    const found = await runQuery(queryOf([idOf(200)]), never, now);

    expect([...found.keys()]).toEqual([keyOf(home, idOf(200))]);
    expect([calls.length, sweeps.length]).toEqual([5, 1]);
    await askFor(10);
    expect([calls.length, sweeps.length]).toEqual([15, 1]);
  });
});

test('A sweep that takes all the time there is leaves none for a call', async () => {
  const failAll = () => new Promise(() => undefined);
  const { runQuery, calls, sweeps, askFor, now, never } = prepare(fleet, undefined, { failAll });
  await askFor(4);
  const deadline = new AbortController();

  const running = runQuery(queryOf([idOf(200)]), deadline.signal, now);
  deadline.abort();

  expect(await running).toEqual(new Map());
  expect([calls.length, sweeps.length]).toEqual([4, 1]);
  expect((await runQuery(queryOf([idOf(200)]), never, now)).size).toBe(1);
});

test('No sweep is begun when the time is over, and one is due the next time', async () => {
  const { runQuery, calls, sweeps, askFor, now, never } = prepare();
  await askFor(3);
  const deadline = new AbortController();
  const untilAnswer = () => {
    if (calls.length === 4) deadline.abort();
    return now();
  };

  const found = await runQuery(queryOf(idsTo(200, 100)), deadline.signal, untilAnswer);

  expect([found.size, calls.length, sweeps.length]).toEqual([100, 4, 0]);
  await runQuery(queryOf([idOf(299)]), never, now);
  expect([calls.length, sweeps.length]).toEqual([4, 1]);
});

describe('What a sweep told', () => {
  test('answers for all that is asked from then on', async () => {
    const { lookUp, calls, sweeps } = createLookUp(fleet);
    const tags = createTags({ lookUp });
    const { context } = createBudget();
    for (const id of idsTo(5)) await tags.answer([requestOf(id)], context);

    const answers = await tags.answer([requestOf(idOf(200)), requestOf(idOf(999))], context);

    expect(answers).toMatchObject([
      { status: 'found', source: 'cache', timeMs: at(0) },
      { status: 'none', source: 'lookup' },
    ]);
    expect(sweeps).toHaveLength(1);
    expect(calls.map(({ ids }) => ids)).toEqual([...idsTo(4).map((id) => [id]), [idOf(999)]]);
  });

  test('is remembered as far as there is room', async () => {
    const { lookUp } = createLookUp(fleet);
    const memory = createMemory({ maxEntries: 100, maxBytes: 1e9 });
    const tags = createTags({ lookUp, memory });
    const { context } = createBudget();

    for (const id of idsTo(5)) {
      expect(await tags.answer([requestOf(id)], context)).toMatchObject([{ status: 'found' }]);
    }

    const known = await memory.recall(idsTo(300).map((id) => keyOf(home, id)));
    expect([...known.values()].filter(({ facts }) => facts.length > 0)).toHaveLength(100);
  });
});
