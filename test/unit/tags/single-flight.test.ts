import { describe, expect, test } from '@jest/globals';
import { keyOf } from '../../../src/tags/home.ts';
import { createSingleFlight } from '../../../src/tags/single-flight.ts';
import {
  at,
  createBudget,
  createLookUp,
  home,
  idOf,
  idsTo,
  otherAccount,
  queryOf,
  setOf,
} from '../../support/tags-fixture.ts';

const deny = () => {
  throw new Error('denied');
};
const hang = () => new Promise(() => undefined);

describe('A look-up', () => {
  test('says what was found and when, also that there is nothing', async () => {
    const { lookUp } = createLookUp({ [idOf(1)]: { team: 'web' } });
    const { context, setSeconds } = createBudget();
    setSeconds(7);

    const found = await createSingleFlight(lookUp)([queryOf([idOf(1), idOf(2)])], context);

    expect(found).toEqual(
      new Map([
        [keyOf(home, idOf(1)), { timeMs: at(7), from: 'lookup', tags: setOf({ team: 'web' }) }],
        [keyOf(home, idOf(2)), { timeMs: at(7), from: 'lookup', tags: setOf({}) }],
      ]),
    );
  });

  test('is of the time when the answer came', async () => {
    const { context, advance } = createBudget();
    const { lookUp } = createLookUp({}, () => advance(2000));

    const found = await createSingleFlight(lookUp)([queryOf(idsTo(150))], context);

    const times = new Set(Array.from(found.values(), ({ timeMs }) => timeMs));
    expect(times).toEqual(new Set([at(2), at(4)]));
  });

  test.each([
    [1, [1]],
    [99, [99]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
  ])('of %i instances is of at most a hundred at once: %j', async (count, sizes) => {
    const { lookUp, calls } = createLookUp();

    const found = await createSingleFlight(lookUp)([queryOf(idsTo(count))], createBudget().context);

    expect(calls.map(({ ids }) => ids.length)).toEqual(sizes);
    expect(found.size).toBe(count);
  });

  test('of several homes asks each at its own place', async () => {
    const there = { account: otherAccount, region: 'us-east-1' };
    const clientConfig = { region: 'us-east-1', roleArn: 'arn:aws:iam::111122223333:role/m' };
    const { lookUp, calls } = createLookUp();

    const found = await createSingleFlight(lookUp)(
      [queryOf([idOf(1)]), queryOf([idOf(1)], { home: there, clientConfig })],
      createBudget().context,
    );

    expect(calls).toEqual([
      { clientConfig: { region: 'eu-west-1', roleArn: undefined }, ids: [idOf(1)] },
      { clientConfig, ids: [idOf(1)] },
    ]);
    expect([...found.keys()]).toEqual([keyOf(home, idOf(1)), keyOf(there, idOf(1))]);
  });

  test('asks sixteen homes at once, and all in the end', async () => {
    let atOnce = 0;
    let most = 0;
    const { lookUp, calls } = createLookUp({}, async () => {
      most = Math.max(most, ++atOnce);
      await new Promise(setImmediate);
      atOnce--;
    });
    const queries = Array.from({ length: 50 }, (_, n) => {
      const region = `us-east-${n}`;
      return queryOf([idOf(n)], {
        home: { ...home, region },
        clientConfig: { region, roleArn: undefined },
      });
    });

    const found = await createSingleFlight(lookUp)(queries, createBudget().context);

    expect([most, calls.length, found.size]).toEqual([16, 50, 50]);
  });
});

describe('A look-up that fails', () => {
  test('leaves out what it asked for, and is not followed by others of that home', async () => {
    const { lookUp, calls } = createLookUp({}, ({ number }) => number === 2 && deny());

    const found = await createSingleFlight(lookUp)([queryOf(idsTo(300))], createBudget().context);

    expect(calls).toHaveLength(2);
    expect([...found.keys()]).toEqual(idsTo(100).map((id) => keyOf(home, id)));
  });

  test('troubles no other home', async () => {
    const other = { ...home, region: 'us-east-1' };
    const { lookUp } = createLookUp(
      {},
      ({ clientConfig }) => clientConfig.region === 'eu-west-1' && deny(),
    );

    const found = await createSingleFlight(lookUp)(
      [
        queryOf([idOf(1)]),
        queryOf([idOf(2)], {
          home: other,
          clientConfig: { region: 'us-east-1', roleArn: undefined },
        }),
      ],
      createBudget().context,
    );

    expect([...found.keys()]).toEqual([keyOf(other, idOf(2))]);
  });

  test('again and again troubles no other account of the same Region', async () => {
    const other = { account: otherAccount, region: home.region };
    const clientConfig = { region: home.region, roleArn: 'arn:aws:iam::111122223333:role/m' };
    const { lookUp } = createLookUp({}, (asked) => asked.clientConfig.roleArn && deny());
    const find = createSingleFlight(lookUp);
    const { context } = createBudget();

    for (let time = 0; time < 3; time++)
      await find([queryOf([idOf(1)], { home: other, clientConfig })], context);

    expect((await find([queryOf([idOf(1)])], context)).size).toBe(1);
  });

  test('again and again is not tried for a while, and then once', async () => {
    const { lookUp, calls } = createLookUp({}, deny);
    const find = createSingleFlight(lookUp);
    const { context, setSeconds } = createBudget();
    const callsAfter = async (seconds: number) => {
      setSeconds(seconds);
      await find([queryOf([idOf(1)])], context);
      return calls.length;
    };

    expect(await callsAfter(0)).toBe(1);
    expect(await callsAfter(1)).toBe(2);
    expect(await callsAfter(2)).toBe(2);
    expect(await callsAfter(30)).toBe(2);
    expect(await callsAfter(31)).toBe(3);
    expect(await callsAfter(32)).toBe(3);
  });

  test('by throwing at once fails like any other', async () => {
    const find = createSingleFlight({ ofIds: deny, ofAll: deny }, { afterPages: 0, maxPages: 1 });

    expect(await find([queryOf([idOf(1)])], createBudget().context)).toEqual(new Map());
  });

  test('by an answer about others is an answer about those that were asked for', async () => {
    const { lookUp } = createLookUp();
    const ofIds = async () => new Map([['i-0bad', setOf({ a: '1' })]]);
    const find = createSingleFlight({ ...lookUp, ofIds });

    const found = await find([queryOf([idOf(1)])], createBudget().context);

    expect([...found.keys()]).toEqual([keyOf(home, idOf(1))]);
  });
});

describe('A batch waits', () => {
  const shortly = { remainingMs: 1000 };

  test('no longer than it has time, for a client that ignores the signal', async () => {
    const { lookUp, calls } = createLookUp({}, hang);
    const startedMs = performance.now();

    const found = await createSingleFlight(lookUp)(
      [queryOf(idsTo(500))],
      createBudget(shortly).context,
    );

    expect(found.size).toBe(0);
    expect(calls).toHaveLength(1);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });

  test('and has what came in time', async () => {
    const { lookUp } = createLookUp({}, ({ number }) => number === 2 && hang());

    const found = await createSingleFlight(lookUp)(
      [queryOf(idsTo(200))],
      createBudget(shortly).context,
    );

    expect(found.size).toBe(100);
  });

  test('and tells the client to stop', async () => {
    const signals: AbortSignal[] = [];
    const { lookUp } = createLookUp({}, ({ signal }) => {
      signals.push(signal);
      return hang();
    });

    await createSingleFlight(lookUp)([queryOf([idOf(1)])], createBudget(shortly).context);

    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test('not at all, and asks nobody, when its time is over', async () => {
    const { lookUp, calls } = createLookUp();
    const { context } = createBudget({ remainingMs: 0 });

    const found = await createSingleFlight(lookUp)([queryOf([idOf(1)])], context);

    expect([found.size, calls.length]).toEqual([0, 0]);
  });

  test('for all homes together, however many there are, and asks none after that', async () => {
    const { lookUp, calls } = createLookUp({}, hang);
    const queries = Array.from({ length: 50 }, (_, n) =>
      queryOf([idOf(n)], { home: { ...home, region: `us-east-${n}` } }),
    );
    const startedMs = performance.now();

    await createSingleFlight(lookUp)(queries, createBudget(shortly).context);

    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(calls).toHaveLength(16);
  });
});

describe('An instance is asked for once at a time', () => {
  test('by batches that come meanwhile, which get the same answer', async () => {
    const gate = Promise.withResolvers<void>();
    const { lookUp, calls } = createLookUp({ [idOf(1)]: { team: 'web' } }, () => gate.promise);
    const find = createSingleFlight(lookUp);
    const { context } = createBudget();

    const first = find([queryOf([idOf(1), idOf(2)])], context);
    const second = find([queryOf([idOf(1), idOf(3)])], context);
    gate.resolve();

    const key = keyOf(home, idOf(1));
    expect((await first).get(key)?.tags).toEqual(setOf({ team: 'web' }));
    expect((await second).get(key)?.tags).toEqual(setOf({ team: 'web' }));
    expect(calls.map(({ ids }) => ids)).toEqual([[idOf(1), idOf(2)], [idOf(3)]]);
  });

  test('and again when that is over, however it ended', async () => {
    const { lookUp, calls } = createLookUp({}, ({ number }) => number === 1 && deny());
    const find = createSingleFlight(lookUp);
    const { context } = createBudget();

    await find([queryOf([idOf(1)])], context);
    await find([queryOf([idOf(1)])], context);

    expect(calls).toHaveLength(2);
  });

  test('but who joined waits no longer than it has time itself', async () => {
    const { lookUp } = createLookUp({}, hang);
    const find = createSingleFlight(lookUp);
    const long = find([queryOf([idOf(1)])], createBudget({ remainingMs: 3000 }).context);
    const startedMs = performance.now();

    await find([queryOf([idOf(1)])], createBudget(shortlyMs).context);

    expect(performance.now() - startedMs).toBeLessThan(2000);
    await long;
  });
});

const shortlyMs = { remainingMs: 1000 };
