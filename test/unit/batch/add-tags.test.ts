import { describe, expect, test } from '@jest/globals';
import { addTags, type TaggedRow } from '../../../src/batch/add-tags.ts';
import type { Row } from '../../../src/rows/schema.ts';
import type { TagAnswer, TagContext, TagRequest, Tags } from '../../../src/tags/tags.ts';
import {
  at,
  home,
  idOf,
  noonMs,
  otherAccount,
  ownAccount,
  setOf,
} from '../../support/tags-fixture.ts';

const [one, two] = [idOf(1), idOf(2)];

const rowOf = (more: Row = {}, ids: readonly string[] = [one]): TaggedRow => ({
  row: {
    event_time: '2026-11-20 12:00:05.000',
    arrival_time: '2026-11-20 12:01:00.000',
    account: ownAccount,
    region: 'eu-west-1',
    instances: ids.map((instance_id) => ({ instance_id })),
    ...more,
  },
  lessons: [],
});

const context = {
  deliveryStreamArn: `arn:aws:firehose:eu-west-1:${ownAccount}:deliverystream/events`,
  ownRole: 'stack-TransformRole-1',
  memberRole: 'eventlake-member',
  now: () => noonMs,
  remainingMs: () => 60_000,
};

/** Tags that answer all the same, and keep what they were asked. */
function createTags(answer: TagAnswer = { status: 'skipped' }) {
  const asked: { requests: readonly TagRequest[]; context: TagContext }[] = [];
  const tags: Tags = {
    lessonsOf: () => [],
    async answer(requests, given) {
      asked.push({ requests, context: given });
      return requests.map(() => answer);
    },
  };
  return { tags, asked, requests: () => asked.flatMap(({ requests }) => requests) };
}

const sessionOf = (role: string, session: string, account = ownAccount) =>
  `arn:aws:sts::${account}:assumed-role/${role}/${session}`;

describe('The instances of a batch', () => {
  test('are asked for in one go, with their homes and the times of their events', async () => {
    const { tags, asked, requests } = createTags();
    const rows = [rowOf({}, [one, two]), rowOf({ region: 'us-east-1', account: otherAccount })];

    await addTags(rows, tags, context);

    expect(asked).toHaveLength(1);
    expect(requests().map(({ id, home, eventMs }) => [id, home, eventMs])).toEqual([
      [one, home, at(5)],
      [two, home, at(5)],
      [one, { account: otherAccount, region: 'us-east-1' }, at(5)],
    ]);
  });

  test.each<[cells: Partial<Row>, namedBy: string]>([
    [{ kind: 'state_change' }, 'aws'],
    [{ kind: 'api_call', outcome: 'success' }, 'aws'],
    [{ kind: 'service_event', outcome: 'success' }, 'aws'],
    [{ kind: 'api_call', outcome: 'failure' }, 'failed call'],
    [{ kind: 'event' }, 'others'],
    [{ kind: 'tag_change' }, 'others'],
  ])('of %j are named by %s', async (cells, namedBy) => {
    const { tags, requests } = createTags();

    await addTags([rowOf(cells)], tags, context);

    expect(requests().map((request) => request.namedBy)).toEqual([namedBy]);
  });

  test('of an event without time are asked for as of its arrival', async () => {
    const { tags, requests } = createTags();
    const { event_time, ...row } = rowOf().row;

    await addTags([{ row, lessons: [] }], tags, context);

    expect(requests()[0]?.eventMs).toBe(at(60));
  });

  test('live where their event says, if it does', async () => {
    const { tags, requests } = createTags();
    const elsewhere = { account: otherAccount, region: 'ap-south-1' };
    const lessons = [{ id: two, tells: 'home', home: elsewhere } as const];

    await addTags([{ ...rowOf({}, [one, two]), lessons }], tags, context);

    expect(requests().map(({ home }) => home)).toEqual([home, elsewhere]);
  });

  test('live nowhere, if the event comes from no Region or account that could be one', async () => {
    const { tags, requests } = createTags();

    await addTags([rowOf({ region: 'example.com/' }), rowOf({ account: 'x' })], tags, context);

    expect(requests().map(({ home }) => home)).toEqual([undefined, undefined]);
  });

  test('get the lesson that is about them, of several the first', async () => {
    const { tags, requests } = createTags();
    const lessonOf = (id: string, n: string) =>
      ({ id, tells: 'tags', tags: setOf({ n }), isShared: true }) as const;
    const lessons = [lessonOf(two, '1'), lessonOf(two, '2'), lessonOf(idOf(3), '3')];

    await addTags([{ ...rowOf({}, [one, two]), lessons }], tags, context);

    expect(requests().map(({ lesson }) => lesson)).toEqual([undefined, lessons[0]]);
  });

  test('are not asked for, if there are none', async () => {
    const { tags, asked } = createTags();

    expect(await addTags([], tags, context)).toEqual({});
    expect(asked).toEqual([]);
  });
});

describe('A row', () => {
  const timeMs = at(30.25);
  test.each<[answer: TagAnswer, cells: object]>([
    [
      { status: 'found', tags: setOf({ team: 'web' }), source: 'cache', timeMs },
      {
        tags: { team: 'web' },
        tag_status: 'found',
        tag_source: 'cache',
        tag_time: '2026-11-20 12:00:30.250',
      },
    ],
    [
      { status: 'none', tags: setOf({}), source: 'lookup', timeMs },
      { tag_status: 'none', tag_source: 'lookup', tag_time: '2026-11-20 12:00:30.250' },
    ],
    [{ status: 'failed' }, { tag_status: 'failed' }],
    [{ status: 'skipped' }, { tag_status: 'skipped' }],
  ])('has of %j its cells', async (answer, cells) => {
    const tagged = rowOf();

    await addTags([tagged], createTags(answer).tags, context);

    expect(tagged.row.instances).toEqual([{ instance_id: one, ...cells }]);
  });
});

describe('Our own calls cause no calls', () => {
  const mayLookUp = async (actor_arn: string, more: Partial<typeof context> = {}) => {
    const { tags, requests } = createTags();
    await addTags([rowOf({ actor_arn })], tags, { ...context, ...more });
    return requests()[0]?.mayLookUp;
  };

  test.each([
    ['of the function', sessionOf('stack-TransformRole-1', 'transform')],
    [
      'of the function in China',
      sessionOf('stack-TransformRole-1', 'transform').replace('aws', 'aws-cn'),
    ],
    ['in another account', sessionOf('eventlake-member', 'eventlake', otherAccount)],
  ])('%s', async (_, arn) => {
    expect(await mayLookUp(arn)).toBe(false);
  });

  test.each([
    ['another role', sessionOf('stack-TransformRole-2', 'transform')],
    [
      'a role of that name in another account',
      sessionOf('stack-TransformRole-1', 'x', otherAccount),
    ],
    ['a session of that name', sessionOf('admin', 'stack-TransformRole-1')],
    ['the member role in other hands', sessionOf('eventlake-member', 'alice', otherAccount)],
    ['the role itself', `arn:aws:iam::${ownAccount}:role/stack-TransformRole-1`],
    ['a user', `arn:aws:iam::${ownAccount}:user/alice`],
    ['nobody', ''],
  ])('but those of %s do', async (_, arn) => {
    expect(await mayLookUp(arn)).toBe(true);
  });

  test('also where neither role is known: a role may be called undefined', async () => {
    const roles = { ownRole: undefined, memberRole: undefined } as unknown as Partial<
      typeof context
    >;

    expect(await mayLookUp(sessionOf('undefined', 'eventlake'), roles)).toBe(true);
  });
});

describe('The stack', () => {
  const ownOf = async (deliveryStreamArn: string) => {
    const { tags, asked } = createTags();
    await addTags([rowOf()], tags, { ...context, deliveryStreamArn });
    return asked[0]?.context.own;
  };

  test.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'])(
    'is in the partition and account of its stream: %s',
    async (partition) => {
      const arn = `arn:${partition}:firehose:eu-west-1:${ownAccount}:deliverystream/a/b`;

      expect(await ownOf(arn)).toEqual({ partition, account: ownAccount });
    },
  );

  test.each([
    '',
    'events',
    `arn:aws:firehose:eu-west-1:${ownAccount}:other/x`,
    'arn:aws:firehose:eu-west-1::deliverystream/x',
  ])('is nowhere, by %j', async (arn) => {
    expect(await ownOf(arn)).toBeUndefined();
  });
});
