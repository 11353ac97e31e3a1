import { describe, expect, test } from '@jest/globals';
import { isAskedFor } from '../../../src/tags/asked-for.ts';
import {
  type Delta,
  type Fact,
  type Knowledge,
  merge,
  nothingKnown,
  type SetFact,
  withEnd,
  withFact,
} from '../../../src/tags/knowledge.ts';
import { setAt } from '../../../src/tags/set-at.ts';
import { at, setOf } from '../../support/tags-fixture.ts';

type Tags = Readonly<Record<string, string>>;

const lookUp = (seconds: number, tags: Tags): Fact => ({
  timeMs: at(seconds),
  from: 'lookup',
  tags: setOf(tags),
});
const launch = (seconds: number, tags: Tags): Fact => ({
  timeMs: at(seconds),
  from: 'stream',
  tags: setOf(tags),
  version: 0,
});
const tagChange = (seconds: number, version: number, tags: Tags): Fact => ({
  timeMs: at(seconds),
  from: 'stream',
  tags: setOf(tags),
  version,
});
const put = (seconds: number, tags: Tags): Fact => ({
  timeMs: at(seconds),
  from: 'stream',
  delta: { put: setOf(tags), gone: setOf({}) },
});
const gone = (seconds: number, tags: Delta['gone']): Fact => ({
  timeMs: at(seconds),
  from: 'stream',
  delta: { put: setOf({}), gone: tags },
});
const anyChange = (seconds: number): Fact => ({
  timeMs: at(seconds),
  from: 'stream',
  delta: undefined,
});

const knowing = (...facts: Fact[]): Knowledge => facts.reduce(withFact, nothingKnown);

const minute = 60;
const hour = 60 * minute;

/** The set for a time, and when it was the truth, in seconds. */
function askedAt(knowledge: Knowledge, seconds: number) {
  const set: SetFact | undefined = setAt(knowledge, at(seconds));
  return set && { tags: { ...set.tags }, seconds: (set.timeMs - at(0)) / 1000 };
}
const [a, b, c] = [{ team: 'a' }, { team: 'b' }, { team: 'c' }];

describe('Of several sets', () => {
  test('none is given where nothing is known', () => {
    expect(setAt(nothingKnown, at(0))).toBeUndefined();
  });

  test.each<[when: string, seconds: number, tags: Tags, timeSeconds: number]>([
    ['long before the first', -1000, a, 0],
    ['at the first', 0, a, 0],
    ['nearer to the first', 40, a, 0],
    ['in the middle', 50, a, 0],
    ['nearer to the second', 51, b, 100],
    ['after the second', 1000, b, 100],
  ])('the nearer one is given %s', (_, seconds, tags, timeSeconds) => {
    const knowledge = knowing(lookUp(0, a), lookUp(100, b));

    expect(askedAt(knowledge, seconds)).toEqual({ tags, seconds: timeSeconds });
  });

  test('the one before a change is given for a time before the change, however near the other', () => {
    const knowledge = knowing(lookUp(0, a), anyChange(90), lookUp(100, b));

    expect(askedAt(knowledge, 89)).toEqual({ tags: a, seconds: 0 });
    expect(askedAt(knowledge, 90)).toEqual({ tags: b, seconds: 100 });
  });

  test('none of before a change is given for a time after it', () => {
    const knowledge = knowing(lookUp(0, a), launch(1, a), anyChange(10));

    expect(askedAt(knowledge, 9)).toBeDefined();
    expect(askedAt(knowledge, 10)).toBeUndefined();
  });

  test('none is given that was seen to be outdated since, also where a change made it look right again', () => {
    const knowledge = knowing(
      lookUp(0, { team: 'a', cost: '1' }),
      lookUp(hour, { team: 'b', cost: '2' }),
      put(2 * hour, a),
    );

    expect(askedAt(knowledge, 3 * hour)).toBeUndefined();
    expect(isAskedFor(knowledge, at(3 * hour), at(3 * hour))).toBe(true);
  });

  test('one of after a change is given for a time before it only where there is no other', () => {
    expect(askedAt(knowing(anyChange(10), lookUp(20, b)), 5)).toEqual({ tags: b, seconds: 20 });
    expect(askedAt(knowing(tagChange(10, 3, b)), 5)).toEqual({ tags: b, seconds: 10 });
    expect(askedAt(knowing(lookUp(-hour, a), tagChange(10, 3, b)), 5)).toEqual({
      tags: a,
      seconds: -hour,
    });
  });

  test('one with tags is given before an empty one: EC2 knows nothing of what is new or gone', () => {
    const isNew = knowing(lookUp(0, {}), lookUp(100, a));
    const isGone = knowing(lookUp(0, a), lookUp(100, {}));

    expect(askedAt(isNew, 1)).toEqual({ tags: a, seconds: 100 });
    expect(askedAt(isNew, -1)).toEqual({ tags: {}, seconds: 0 });
    expect(askedAt(isGone, 99)).toEqual({ tags: a, seconds: 0 });
    expect(askedAt(isGone, 100)).toEqual({ tags: {}, seconds: 100 });
  });

  test('one that was told to be empty is as good as any', () => {
    const knowledge = knowing(launch(0, {}), lookUp(100, a));

    expect(askedAt(knowledge, 2)).toEqual({ tags: {}, seconds: 0 });
    expect(askedAt(knowledge, 99)).toEqual({ tags: a, seconds: 100 });
  });
});

describe('Within one second', () => {
  test('a launch comes before a change of its tags', () => {
    expect(askedAt(knowing(launch(0, a), put(0, b)), 5)).toBeUndefined();
    expect(askedAt(knowing(put(0, b), launch(0, a)), 5)).toBeUndefined();
  });

  test('a whole set that shows a change comes after the change', () => {
    const facts = [launch(0, a), put(0, b), tagChange(0, 2, b)];

    for (const order of [facts, facts.toReversed()]) {
      expect(askedAt(knowing(...order), 5)).toEqual({ tags: b, seconds: 0 });
    }
  });

  test('one that does not show a change may come before it, and is given for no time after', () => {
    const facts = [tagChange(0, 5, a), put(0, a), put(0, { cost: '1' })];

    for (const order of [facts, facts.toReversed()]) {
      expect(askedAt(knowing(...order), 5)).toBeUndefined();
      expect(isAskedFor(knowing(...order), at(5), at(5))).toBe(true);
    }
  });

  test('the highest version is the last', () => {
    const facts = [tagChange(0, 9, b), tagChange(0, 10, c), tagChange(0, 8, a)];

    for (const order of [facts, facts.toReversed()]) {
      expect(askedAt(knowing(...order), 5)).toEqual({ tags: c, seconds: 0 });
    }
  });

  test('the highest version is the last, also where an earlier one told the same', () => {
    const facts = [tagChange(0, 5, a), tagChange(0, 6, b), tagChange(0, 7, a)];

    for (const order of [facts, facts.toReversed()]) {
      expect(askedAt(knowing(...order), 5)).toEqual({ tags: a, seconds: 0 });
    }
  });

  test('a look-up comes after what happened in the second that it began in', () => {
    const knowledge = knowing(anyChange(0), lookUp(0.3, b));

    expect(askedAt(knowledge, 5)).toEqual({ tags: b, seconds: 0.3 });
    expect(askedAt(knowledge, 0)).toEqual({ tags: b, seconds: 0.3 });
  });
});

test('A launch is no older than what was asked or changed before its time', () => {
  expect(askedAt(knowing(lookUp(-1, {}), launch(0, a)), 5)).toEqual({ tags: a, seconds: 0 });
  expect(askedAt(knowing(anyChange(-1), launch(0, a)), 5)).toEqual({ tags: a, seconds: 0 });
});

describe('Of tag changes whose clocks differ', () => {
  test.each<[what: string, facts: Fact[]]>([
    ['of seconds before', [tagChange(11, 4, a), tagChange(10, 5, b)]],
    ['of before the launch', [launch(11, a), tagChange(10, 2, b)]],
  ])('a higher version %s is the last', (_, facts) => {
    for (const order of [facts, facts.toReversed()]) {
      expect(askedAt(knowing(...order), 20)).toEqual({ tags: b, seconds: 10 });
      expect(askedAt(knowing(...order), 11)).toEqual({ tags: b, seconds: 10 });
    }
  });

  test('the one before is still the truth of before', () => {
    const facts = [tagChange(12, 4, a), tagChange(10, 5, b), tagChange(5, 3, c)];

    for (const order of [facts, facts.toReversed()]) {
      expect(askedAt(knowing(...order), 9)).toEqual({ tags: c, seconds: 5 });
      expect(askedAt(knowing(...order), 20)).toEqual({ tags: b, seconds: 10 });
    }
  });

  test('one without a version counts by its time', () => {
    const { version, ...unversioned } = tagChange(12, 0, a) as SetFact;

    expect(askedAt(knowing(tagChange(10, 5, b), unversioned), 20)).toEqual({
      tags: a,
      seconds: 12,
    });
  });
});

describe('A change outdates the sets before it, unless they show it already', () => {
  const set = { team: 'a', Name: '' };

  test.each<[change: string, fact: Fact, isShown: boolean]>([
    ['gives a tag the value that it has', put(10, { team: 'a' }), true],
    ['gives several tags the values that they have', put(10, set), true],
    ['gives a tag another value', put(10, { team: 'b' }), false],
    ['adds a tag', put(10, { team: 'a', cost: '1' }), false],
    ['adds a tag in another case', put(10, { Team: 'a' }), false],
    ['deletes a tag', gone(10, { team: null }), false],
    ['deletes a tag that is not there', gone(10, { cost: null }), true],
    ['deletes a tag if it has its value', gone(10, { team: 'a' }), false],
    ['deletes a tag if it has another value', gone(10, { team: 'b' }), true],
    ['deletes a tag if it is empty, and it is', gone(10, { Name: '' }), false],
    ['deletes a tag if it is empty, and it is not', gone(10, { team: '' }), true],
    ['may be any', anyChange(10), false],
    ['leads to the same set', tagChange(10, 5, set), true],
    ['is called as what every object has', put(10, { constructor: 'x' }), false],
  ])('when it %s', (_, change, isShown) => {
    const after = setAt(knowing(lookUp(0, set), change), at(20));

    if (change.tags) expect(after?.tags).toEqual(setOf(set));
    else expect(after?.timeMs).toBe(isShown ? at(0) : undefined);
  });

  test('also where the change is learnt first', () => {
    expect(askedAt(knowing(put(10, b), tagChange(9, 4, b)), 20)).toEqual({ tags: b, seconds: 9 });
    expect(askedAt(knowing(put(10, b), tagChange(9, 4, a)), 20)).toBeUndefined();
  });

  test('and every one of several counts', () => {
    expect(askedAt(knowing(lookUp(0, a), put(1, a), put(2, a)), 5)).toBeDefined();
    expect(askedAt(knowing(lookUp(0, a), put(1, b), put(2, a)), 5)).toBeUndefined();
  });
});

describe('EC2 is asked', () => {
  const isAsked = (knowledge: Knowledge, seconds: number, nowSeconds = seconds) =>
    isAskedFor(knowledge, at(seconds), at(nowSeconds));

  test('where nothing is known', () => {
    expect(isAsked(nothingKnown, 0)).toBe(true);
  });

  test('about tags that are known for more than a day', () => {
    const knowledge = knowing(lookUp(0, a));

    expect(isAsked(knowledge, 24 * hour)).toBe(false);
    expect(isAsked(knowledge, 24 * hour + 1)).toBe(true);
  });

  test('not about an event that is so late that the tags of today say less of it', () => {
    const knowledge = knowing(lookUp(0, a));

    expect(isAsked(knowledge, 30 * hour, 59 * hour)).toBe(true);
    expect(isAsked(knowledge, 30 * hour, 60 * hour)).toBe(false);
    expect(isAsked(knowledge, -100 * hour, 0)).toBe(false);
  });

  test('after a change that is not known to have led to what is known', () => {
    expect(isAsked(knowing(lookUp(0, a), put(10, b)), 20)).toBe(true);
    expect(isAsked(knowing(lookUp(0, a), put(10, b)), 9)).toBe(false);
    expect(isAsked(knowing(lookUp(0, a), put(10, b), tagChange(10, 3, b)), 20)).toBe(false);
  });

  test('not where only tags of later are known, as those of now are later still', () => {
    expect(isAsked(knowing(anyChange(10), lookUp(20, b)), 5, 500)).toBe(false);
  });

  test('once more after a change that a look-up just after it did not show', () => {
    const isStale = knowing(put(10, b), lookUp(12, a));

    expect(isAsked(isStale, 26)).toBe(false);
    expect(isAsked(isStale, 28)).toBe(true);
    expect(isAsked(knowing(put(10, b), lookUp(12, b)), 28)).toBe(false);
    expect(isAsked(knowing(put(10, b), lookUp(25, a)), 41)).toBe(false);
    expect(isAsked(knowing(tagChange(10, 3, b), lookUp(12, a)), 28)).toBe(true);
    expect(isAsked(knowing(tagChange(10, 3, b), lookUp(12, b)), 28)).toBe(false);
  });

  test('after seconds about an instance without tags, then ever less often, and each hour', () => {
    let knowledge = nothingKnown;
    const asked: number[] = [];
    for (let seconds = 0; seconds <= 24 * hour; seconds += 5) {
      if (!isAsked(knowledge, seconds)) continue;
      asked.push(seconds);
      knowledge = withFact(knowledge, lookUp(seconds, {}));
    }

    expect(asked.slice(0, 6)).toEqual([0, 20, 45, 95, 195, 395]);
    const gaps = asked.map((seconds, index) => seconds - (asked[index - 1] ?? 0));
    expect(Math.max(...gaps)).toBe(hour + 5);
    expect(asked.length).toBeLessThan(35);
  });

  test('as soon about an instance that had tags before', () => {
    const knowledge = knowing(lookUp(0, a), lookUp(1000, {}));

    expect(isAsked(knowledge, 1015)).toBe(false);
    expect(isAsked(knowledge, 1016)).toBe(true);
  });

  test('never again after the end of an instance that something is known of', () => {
    const knowledge = withEnd(knowing(lookUp(0, a)));

    expect(isAsked(knowledge, 500 * hour)).toBe(false);
    expect(isAsked(withEnd(knowing(lookUp(0, {}))), 500 * hour)).toBe(false);
    expect(isAsked(withEnd(nothingKnown), 0)).toBe(true);
  });

  test('whatever the clock of an event says', () => {
    const knowledge = knowing(lookUp(0, a));

    expect(isAsked(knowledge, 8000 * 365 * 24 * hour, hour)).toBe(false);
    expect(isAsked(knowledge, 8000 * 365 * 24 * hour, 25 * hour)).toBe(true);
  });
});

describe('After the end of an instance', () => {
  test('that a look-up finds no tags is no news of them', () => {
    const before = withEnd(knowing(lookUp(0, a), lookUp(100, {})));
    const after = withFact(withEnd(knowing(lookUp(0, a))), lookUp(100, {}));

    for (const knowledge of [before, after]) {
      expect(askedAt(knowledge, 200)).toEqual({ tags: a, seconds: 0 });
    }
  });

  test('that it had none before it was tagged still is news', () => {
    const knowledge = withEnd(knowing(lookUp(0, {}), tagChange(100, 2, a), lookUp(300, {})));

    expect(askedAt(knowledge, 50)).toEqual({ tags: {}, seconds: 0 });
    expect(askedAt(knowledge, 400)).toEqual({ tags: a, seconds: 100 });
  });

  test('that it never had any is kept', () => {
    expect(askedAt(withEnd(knowing(lookUp(0, {}))), 200)).toEqual({ tags: {}, seconds: 0 });
  });
});

describe('Knowledge', () => {
  test('is the same in whatever order, and however often, it came', () => {
    const facts = [
      launch(0, a),
      put(0, b),
      tagChange(0, 2, b),
      gone(60, { team: null }),
      tagChange(60, 3, {}),
      lookUp(90, {}),
    ];
    const expected = knowing(...facts);

    for (let turn = 0; turn < facts.length; turn++) {
      const turned = [...facts.slice(turn), ...facts.slice(0, turn)];
      expect(knowing(...turned, ...facts.toReversed())).toEqual(expected);
    }
  });

  test('merges to the same from both sides', () => {
    const one = knowing(launch(0, a), put(10, b));
    const other = withEnd(knowing(tagChange(10, 4, b), launch(0, a)));

    expect(merge(one, other)).toEqual(merge(other, one));
    expect(merge(one, one)).toBe(one);
    expect(merge(one, nothingKnown)).toEqual(one);
    expect(merge(nothingKnown, one)).toEqual(one);
  });

  test('has of look-ups that found the same only the first and the last, and one copy of the set', () => {
    const { facts } = knowing(...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => lookUp(n * hour, a)));

    expect(facts.map(({ timeMs }) => timeMs)).toEqual([at(0), at(9 * hour)]);
    expect(facts[0]?.tags).toBe(facts[1]?.tags);
  });

  test('forgets what is oldest, and with a change the sets that it outdated', () => {
    const changes = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => anyChange(n * minute));
    const knowledge = knowing(lookUp(0, a), ...changes);

    expect(knowledge.facts).toHaveLength(8);
    expect(askedAt(knowledge, 30)).toBeUndefined();
    expect(knowing(...changes, lookUp(0, a))).toEqual(knowledge);
  });
});
