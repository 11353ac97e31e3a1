import { describe, expect, test } from '@jest/globals';
import type { Delta } from '../../../src/tags/knowledge.ts';
import { tagFilterOf } from '../../../src/tags/tag-set.ts';
import { createTags, type TagAnswer, type TagRequest } from '../../../src/tags/tags.ts';
import {
  at,
  createBudget,
  createLookUp,
  home,
  idOf,
  noonMs,
  otherAccount,
  requestOf,
  setOf,
} from '../../support/tags-fixture.ts';

const [one, two] = [idOf(1), idOf(2)];
const known = { [one]: { team: 'web', Name: 'web-1' }, [two]: { team: 'data' } };
const other = { ...home, account: otherAccount };
const hour = 3600;
const day = 24 * hour;

type Tags = Record<string, string>;

const tagsTold = (tags: Tags, more: object = {}): TagRequest['lesson'] => ({
  id: one,
  tells: 'tags',
  tags: setOf(tags),
  isShared: true,
  ...more,
});
const changeTold = (delta?: { put?: Tags; gone?: Delta['gone'] }): TagRequest['lesson'] => ({
  id: one,
  tells: 'change',
  delta: delta && { put: setOf(delta.put ?? {}), gone: delta.gone ?? {} },
});
const endTold: TagRequest['lesson'] = { id: one, tells: 'end' };

/** An instance in an event of so many seconds after noon. */
const seen = (seconds: number, more: Partial<TagRequest> = {}) =>
  requestOf(one, { eventMs: at(seconds), ...more });

/** Answers as plain objects, times in seconds. */
const plain = (answers: TagAnswer[]) =>
  answers.map((answer) =>
    'tags' in answer
      ? { ...answer, tags: { ...answer.tags }, timeMs: (answer.timeMs - noonMs) / 1000 }
      : answer,
  );

function prepare(
  options: Partial<Parameters<typeof createTags>[0]> & { fail?: () => unknown } = {},
) {
  const { lookUp, calls } = createLookUp(known, options.fail);
  const budget = createBudget();
  const tags = createTags({ lookUp, ...options });
  return {
    ...budget,
    calls,
    async ask(nowSeconds: number, ...requests: TagRequest[]) {
      budget.setSeconds(nowSeconds);
      return plain(await tags.answer(requests, budget.context));
    },
  };
}

const found = (tags: Tags, source: string, seconds: number) => ({
  status: 'found',
  tags,
  source,
  timeMs: seconds,
});
const none = (source: string, seconds: number) => ({
  status: 'none',
  tags: {},
  source,
  timeMs: seconds,
});
const deny = () => {
  throw new Error('denied');
};

describe('Tags come', () => {
  test('from the event itself, if it tells them, and nobody is asked', async () => {
    const { ask, calls } = prepare();

    const answers = await ask(60, seen(0, { lesson: tagsTold({ team: 'new' }) }));

    expect(answers).toEqual([found({ team: 'new' }, 'event', 0)]);
    expect(calls).toEqual([]);
  });

  test('from a finding as of when it was read, which no other event relies on', async () => {
    const { ask, calls } = prepare();
    const finding = tagsTold({ team: 'old' }, { isShared: false, timeMs: at(-30) });

    const answers = await ask(60, seen(0, { lesson: finding }), seen(1));

    expect(answers).toEqual([
      found({ team: 'old' }, 'event', -30),
      found(known[one] ?? {}, 'lookup', 60),
    ]);
    expect(calls).toHaveLength(1);
  });

  test('from a finding alone, and nobody is asked', async () => {
    const { ask, calls } = prepare();
    const finding = tagsTold({ team: 'old' }, { isShared: false });

    expect(await ask(60, seen(0, { lesson: finding }))).toEqual([
      found({ team: 'old' }, 'event', 0),
    ]);
    expect(calls).toEqual([]);
  });

  test('from a finding at its own time, where it claims to be from later', async () => {
    const finding = tagsTold({ team: 'old' }, { isShared: false, timeMs: at(30) });

    expect(await prepare().ask(60, seen(0, { lesson: finding }))).toEqual([
      found({ team: 'old' }, 'event', 0),
    ]);
  });

  test('from what an event of the same batch told, in whatever order they stand', async () => {
    const { ask, calls } = prepare();

    const answers = await ask(60, seen(5), seen(0, { lesson: tagsTold({ team: 'new' }) }));

    expect(answers).toEqual([
      found({ team: 'new' }, 'stream', 0),
      found({ team: 'new' }, 'event', 0),
    ]);
    expect(calls).toEqual([]);
  });

  test('from what an event of an earlier batch told', async () => {
    const { ask, calls } = prepare();
    await ask(60, seen(0, { lesson: tagsTold({ team: 'new' }) }));

    expect(await ask(120, seen(100))).toEqual([found({ team: 'new' }, 'stream', 0)]);
    expect(calls).toEqual([]);
  });

  test('from EC2 where nobody told, and from the cache the next time', async () => {
    const { ask, calls } = prepare();

    expect(await ask(60, seen(0))).toEqual([found(known[one] ?? {}, 'lookup', 60)]);
    expect(await ask(120, seen(100))).toEqual([found(known[one] ?? {}, 'cache', 60)]);
    expect(calls).toEqual([
      { clientConfig: { region: 'eu-west-1', roleArn: undefined }, ids: [one] },
    ]);
  });

  test('or not at all, where EC2 knows of none', async () => {
    expect(await prepare().ask(60, requestOf(idOf(9)))).toEqual([none('lookup', 60)]);
  });
});

describe('One look-up', () => {
  test('serves all events of a batch', async () => {
    const { ask, calls } = prepare();

    await ask(60, seen(0), requestOf(two), seen(1), requestOf(two), seen(2));

    expect(calls.map(({ ids }) => ids)).toEqual([[one, two]]);
  });

  test('serves a day, then the tags of now are asked for', async () => {
    const { ask, calls } = prepare();
    await ask(0, seen(0));

    await ask(day, seen(day));
    expect(calls).toHaveLength(1);
    await ask(day + 60, seen(day + 1));
    expect(calls).toHaveLength(2);
  });

  test('is not made again for a day, however many events there are', async () => {
    const { ask, calls } = prepare();
    await ask(0, seen(0));

    for (let hours = 1; hours <= 24; hours++) await ask(hours * hour, seen(hours * hour));

    expect(calls).toHaveLength(1);
  });
});

describe('After a change', () => {
  test('EC2 is asked for what it led to', async () => {
    const { ask, calls } = prepare();
    await ask(0, seen(-5, { lesson: tagsTold({ team: 'old' }) }));

    const answers = await ask(
      60,
      seen(20),
      seen(10, { lesson: changeTold({ put: { team: 'web' } }) }),
      seen(9),
    );

    const now = found(known[one] ?? {}, 'lookup', 60);
    expect(answers).toEqual([now, now, found({ team: 'old' }, 'stream', -5)]);
    expect(calls).toHaveLength(1);
  });

  test('nobody is asked, if what it led to was told', async () => {
    const { ask, calls } = prepare();
    const change = changeTold({ put: { team: 'new' } });

    const answers = await ask(
      60,
      seen(10, { lesson: change }),
      seen(10, { lesson: tagsTold({ team: 'new' }, { version: 3 }) }),
      seen(20),
    );

    const told = found({ team: 'new' }, 'stream', 10);
    expect(answers).toEqual([told, { ...told, source: 'event' }, told]);
    expect(calls).toEqual([]);
  });

  test('nobody is asked, if it changed nothing', async () => {
    const { ask, calls } = prepare();
    await ask(0, seen(-5, { lesson: tagsTold({ team: 'web' }) }));

    await ask(60, seen(10, { lesson: changeTold({ put: { team: 'web' }, gone: { x: null } }) }));

    expect(calls).toEqual([]);
  });

  test('what was known is not given out any more, if EC2 cannot be asked', async () => {
    const { ask } = prepare({ fail: deny });
    await ask(0, seen(-5, { lesson: tagsTold({ team: 'old' }) }));

    expect(await ask(60, seen(10, { lesson: changeTold() }), seen(9))).toEqual([
      { status: 'failed' },
      found({ team: 'old' }, 'stream', -5),
    ]);
  });

  test('an older set that comes late changes nothing', async () => {
    const { ask } = prepare();
    await ask(60, seen(10, { lesson: tagsTold({ team: 'new' }, { version: 7 }) }));

    await ask(61, seen(10, { lesson: tagsTold({ team: 'old' }, { version: 6 }) }));
    await ask(62, seen(5, { lesson: tagsTold({ team: 'older' }, { version: 5 }) }));

    expect(await ask(63, seen(20))).toEqual([found({ team: 'new' }, 'stream', 10)]);
    expect(await ask(64, seen(7))).toEqual([found({ team: 'older' }, 'stream', 5)]);
  });
});

describe('An instance that ends', () => {
  test('keeps its tags for all that comes late', async () => {
    const { ask, calls } = prepare();
    await ask(0, seen(0));
    await ask(60, seen(60, { lesson: endTold }));

    expect(await ask(7 * day, seen(7 * day))).toEqual([found(known[one] ?? {}, 'cache', 0)]);
    expect(calls).toHaveLength(1);
  });
});

describe('A row goes without tags', () => {
  test('as failed, where EC2 could not be asked', async () => {
    const { ask } = prepare({ fail: deny });

    expect(await ask(60, seen(0))).toEqual([{ status: 'failed' }]);
  });

  test('as failed, when there is no time left', async () => {
    const { lookUp, calls } = createLookUp(known);
    const { context } = createBudget({ remainingMs: 0 });

    const answers = await createTags({ lookUp }).answer([seen(0)], context);

    expect(answers).toEqual([{ status: 'failed' }]);
    expect(calls).toEqual([]);
  });

  test('as skipped, where others than AWS name more than there are calls for; what AWS names is found', async () => {
    const { ask, calls } = prepare({ maxLaterCalls: 2 });
    const invented = Array.from({ length: 1_000 }, (_, n) =>
      requestOf(idOf(1_000 + n), { namedBy: n % 2 === 0 ? 'others' : 'failed call' }),
    );

    const answers = await ask(60, ...invented, seen(0));

    expect(answers.at(-1)).toEqual(found(known[one] ?? {}, 'lookup', 60));
    const statuses = Map.groupBy(answers, ({ status }) => status);
    // Of the 99 that came along and two calls, EC2 knows none.
    expect([statuses.get('none')?.length, statuses.get('skipped')?.length]).toEqual([299, 701]);
    expect(calls.map(({ ids }) => ids.length)).toEqual([100, 100, 100]);
    expect(calls[0]?.ids[0]).toBe(one);
  });

  test('as skipped, where others than AWS name it and those before took the time', async () => {
    const { lookUp } = createLookUp(known);
    const calls: number[] = [];
    let left = 60_000;
    const slow: typeof lookUp = {
      ...lookUp,
      async ofIds(...question) {
        calls.push(question[1].length);
        left -= 9_500;
        return lookUp.ofIds(...question);
      },
    };
    const context = { ...createBudget().context, remainingMs: () => left };
    const invented = Array.from({ length: 200 }, (_, n) =>
      requestOf(idOf(1_000 + n), { namedBy: 'others' }),
    );

    const answers = await createTags({ lookUp: slow }).answer([seen(0), ...invented], context);

    expect(calls).toEqual([100]);
    expect(answers.map(({ status }) => status)).toEqual([
      'found',
      ...Array(99).fill('none'),
      ...Array(101).fill('skipped'),
    ]);
  });

  test('as failed, where those before took all the work that a batch may', async () => {
    // What is known of the first by then: nothing, one fact, two.
    const { ask, calls } = prepare({ maxWork: 150 * (1 + 2 + 3) });
    const told = (seconds: number) =>
      seen(seconds, { lesson: tagsTold({ n: `${seconds}` }, { version: seconds }) });

    const answers = await ask(60, told(1), told(2), told(3), told(4), requestOf(two));

    expect(answers).toEqual([
      ...[1, 2, 3].map((seconds) => found({ n: `${seconds}` }, 'event', seconds)),
      { status: 'failed' },
      { status: 'failed' },
    ]);
    expect(calls).toEqual([]);
  });

  test('as failed, where the time is over before all is learnt', async () => {
    const { lookUp, calls } = createLookUp(known);
    let left = 2;
    const context = { ...createBudget().context, remainingMs: () => --left };
    const lesson = tagsTold({ team: 'new' });

    const answers = await createTags({ lookUp }).answer(
      [seen(0, { lesson }), seen(1, { lesson }), seen(2, { lesson })],
      context,
    );

    expect(answers.map(({ status }) => status)).toEqual(['found', 'found', 'failed']);
    expect(calls).toEqual([]);
  });

  test.each<[why: string, options: object, request: Partial<TagRequest>]>([
    ['nothing is looked up at all', { lookUp: undefined }, {}],
    ['the event is of our own calls', {}, { mayLookUp: false }],
    ['it lives nobody knows where', {}, { home: undefined }],
    ['it lives in another account, and no role is named', {}, { home: other }],
    [
      'it lives in an account that is none of the members',
      { members: { role: 'member', accounts: new Set(['999999999999']) } },
      { home: other },
    ],
  ])('as skipped, where %s', async (_, options, request) => {
    const { ask, calls } = prepare(options);

    expect(await ask(60, seen(0, request))).toEqual([{ status: 'skipped' }]);
    expect(calls).toEqual([]);
  });

  test('as skipped, where the own account is not known', async () => {
    const { lookUp } = createLookUp(known);
    const { context } = createBudget();

    expect(await createTags({ lookUp }).answer([seen(0)], { ...context, own: undefined })).toEqual([
      { status: 'skipped' },
    ]);
  });

  test('but not where the stream told of them, whoever may be asked', async () => {
    const { ask } = prepare({ lookUp: undefined });
    const lesson = tagsTold({ team: 'new' });
    await ask(60, seen(0, { lesson }), seen(0, { lesson, home: other }));

    const told = found({ team: 'new' }, 'stream', 0);
    expect(await ask(60, seen(5), seen(5, { home: other }), seen(5, { mayLookUp: false }))).toEqual(
      [told, told, told],
    );
  });

  test('and what is old is given out where EC2 cannot be asked', async () => {
    let isDown = false;
    const { ask } = prepare({ fail: () => isDown && deny() });
    await ask(0, seen(0));
    isDown = true;

    expect(await ask(2 * day, seen(2 * day))).toEqual([found(known[one] ?? {}, 'cache', 0)]);
  });
});

describe('Other accounts', () => {
  test('are asked under the role of the members, and never mixed up with the own', async () => {
    const { ask, calls } = prepare({
      members: { role: 'member', accounts: new Set([otherAccount]) },
    });
    await ask(60, seen(0, { lesson: tagsTold({ team: 'own' }) }));

    const answers = await ask(61, seen(1), seen(1, { home: other }));

    expect(answers).toEqual([
      found({ team: 'own' }, 'stream', 0),
      found(known[one] ?? {}, 'lookup', 61),
    ]);
    expect(calls.map(({ clientConfig }) => clientConfig.roleArn)).toEqual([
      `arn:aws:iam::${otherAccount}:role/member`,
    ]);
  });
});

describe('TagKeys', () => {
  test('is gone by once a set, however many instances have it', async () => {
    let asked = 0;
    const isKept = () => {
      asked++;
      return true;
    };
    const { ask } = prepare({ isKept });

    const answers = await ask(60, ...Array.from({ length: 100 }, () => seen(0)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['found']));
    expect(asked).toBe(2);
  });

  test('decides what rows keep, wherever it comes from', async () => {
    const { ask } = prepare({ isKept: tagFilterOf(['team']) });
    const lesson = tagsTold({ team: 'new', Name: 'web-1' });

    expect(await ask(60, requestOf(two), seen(0, { lesson }), seen(1))).toEqual([
      found({ team: 'data' }, 'lookup', 60),
      found({ team: 'new' }, 'event', 0),
      found({ team: 'new' }, 'stream', 0),
    ]);
    expect(await ask(61, requestOf(two))).toEqual(
      [found({ team: 'data' }, 'lookup', 60)].map((answer) => ({ ...answer, source: 'cache' })),
    );
  });

  test('leaves no tag of an instance that has only others, and asks no more often for it', async () => {
    const { ask, calls } = prepare({ isKept: tagFilterOf(['cost']) });

    expect(await ask(60, seen(0))).toEqual([none('lookup', 60)]);
    expect(await ask(hour, seen(hour))).toEqual([none('cache', 60)]);
    expect(calls).toHaveLength(1);
  });

  test('makes changes of other tags no reason to ask', async () => {
    const { ask, calls } = prepare({ isKept: tagFilterOf(['team']) });
    await ask(60, seen(0));

    await ask(120, seen(100, { lesson: changeTold({ put: { backup: 'done' } }) }));
    await ask(121, seen(101, { lesson: changeTold({ gone: { backup: null } }) }));
    expect(calls).toHaveLength(1);
    await ask(122, seen(102, { lesson: changeTold({ put: { backup: 'x', team: 'y' } }) }));
    expect(calls).toHaveLength(2);
  });
});

describe('Clocks that differ', () => {
  test('make no answer fail: a look-up comes after what its batch told of the instance', async () => {
    const { ask, calls } = prepare();

    const answers = await ask(0, seen(3, { lesson: changeTold() }));

    expect(answers).toEqual([found(known[one] ?? {}, 'lookup', 3)]);
    expect(calls).toHaveLength(1);
  });

  test('do not make an earlier answer one of now', async () => {
    const { ask } = prepare();

    expect(await ask(0, seen(60, { lesson: changeTold() }))).toEqual([
      found(known[one] ?? {}, 'lookup', 60),
    ]);
    expect(await ask(10, seen(10))).toEqual([found(known[one] ?? {}, 'cache', 60)]);
  });

  test('make no look-up claim to be of later, where they tell nothing of the instance', async () => {
    const { ask, calls } = prepare();
    const ofOther = requestOf(two, { eventMs: at(240), lesson: changeTold() });
    const change = tagsTold({ team: 'new' }, { version: 5 });

    expect(await ask(1, seen(240), seen(0), ofOther)).toEqual([
      found(known[one] ?? {}, 'lookup', 1),
      found(known[one] ?? {}, 'lookup', 1),
      found(known[two] ?? {}, 'lookup', 240),
    ]);
    await ask(62, seen(60, { lesson: change }));
    expect(await ask(400, seen(399))).toEqual([found({ team: 'new' }, 'stream', 60)]);
    expect(calls).toHaveLength(1);
  });

  test.each([
    ['by minutes', 5 * 60, [found({ team: 'future' }, 'stream', 5 * 60)]],
    ['but by no more', 5 * 60 + 1, [{ status: 'skipped' }]],
  ])('teach all the same, if they differ %s', async (_, seconds, answers) => {
    const { ask } = prepare({ lookUp: undefined });
    await ask(0, seen(seconds, { lesson: tagsTold({ team: 'future' }) }));

    expect(await ask(10, seen(5))).toEqual(answers);
  });

  test('by more than minutes outdate nothing', async () => {
    const { ask, calls } = prepare();
    await ask(0, seen(0), seen(day, { lesson: changeTold() }));

    expect(await ask(day, seen(day))).toEqual([found(known[one] ?? {}, 'cache', 0)]);
    expect(calls).toHaveLength(1);
  });
});
