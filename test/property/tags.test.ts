import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addTags } from '../../src/batch/add-tags.ts';
import { recognise } from '../../src/events/event.ts';
import { rowOf } from '../../src/rows/row.ts';
import type { Row, RowInstance } from '../../src/rows/schema.ts';
import { epochMsOf } from '../../src/rows/time.ts';
import type { ClientConfig } from '../../src/tags/client-config.ts';
import { type Home, homeOf, keyOf } from '../../src/tags/home.ts';
import type { Delta } from '../../src/tags/knowledge.ts';
import type { LookUp } from '../../src/tags/look-up.ts';
import { sweepLimits } from '../../src/tags/sweeps.ts';
import { isSameSet, keptOf, type TagSet, tagFilterOf } from '../../src/tags/tag-set.ts';
import { createTags, type Tags } from '../../src/tags/tags.ts';
import { propertyRuns as numRuns } from '../support/property-runs.ts';
import { idOf, noonMs, otherAccount, ownAccount, setOf } from '../support/tags-fixture.ts';
import {
  anyWorld,
  type Batch,
  configEvent,
  homes,
  maxClockErrorMs,
  memberRole,
  ownActors,
  ownRole,
  type Settings,
  stateEvent,
  tagChangeEvent,
  tagsIn,
  type World,
  type WorldEvent,
  wereTags,
} from '../support/tags-model.ts';

/** A look-up that succeeded: when EC2 read, when the answer was there, and when its batch ended. */
interface Landed {
  readonly key: string;
  readonly readMs: number;
  readonly landedMs: number;
  batchEndedMs: number;
}

/** One container, and all that it can know. */
interface Container {
  readonly tags: Tags;
  readonly landed: Landed[];
  readonly heard: WorldEvent[];
  /** Places where a look-up failed. */
  readonly failed: Set<string>;
  /** Places of which all instances were asked for. */
  readonly swept: string[];
}

const deliveryStreamArn = `arn:aws:firehose:eu-west-1:${ownAccount}:deliverystream/events`;

/** Runs a world to its end, and holds every row against it. */
async function live(world: World): Promise<void> {
  const { settings } = world;
  const isKept = tagFilterOf(settings.tagKeys);
  const containers = new Map<number, Container>();
  let clockMs = 0;
  let current: Container;
  let calls: string[] = [];
  let number = 0;
  /** The instances of the batch, by home. */
  let askedIn: ReadonlyMap<string, readonly string[]> = new Map();

  /** When EC2 reads; it may take its time, or deny. */
  const read = (): number => {
    const fault = settings.faults[number++ % settings.faults.length] ?? { kind: 'none' };
    if (fault.kind === 'slow') clockMs += fault.beforeMs;
    const readMs = clockMs;
    if (fault.kind === 'slow') clockMs += fault.afterMs;
    if (fault.kind === 'deny') throw new Error('denied');
    return readMs;
  };
  /** What it says of these, and to those of which it says nothing that they have none. */
  const landing = (home: Home, ids: readonly string[], unknownIds: readonly string[]) => {
    const readMs = read();
    const known = ids.map((id) => [id, tagsIn(world, home, id, readMs)] as const);
    const answer = new Map(known.filter(([, tags]) => Object.keys(tags).length > 0));
    for (const id of new Set([...answer.keys(), ...unknownIds])) {
      const key = keyOf(home, id);
      current.landed.push({ key, readMs, landedMs: clockMs, batchEndedMs: clockMs });
    }
    return answer;
  };
  const lookUp: LookUp = {
    async ofIds(clientConfig, ids) {
      const home = homeAt(clientConfig);
      calls.push(keyOf(home));
      try {
        return landing(home, ids, ids);
      } catch (error) {
        current.failed.add(keyOf(home));
        throw error;
      }
    },
    async ofAll(clientConfig, maxPages) {
      const home = homeAt(clientConfig);
      current.swept.push(keyOf(home));
      if (settings.homePages > maxPages) return void read();
      const there = world.instances.filter((one) => keyOf(one.home) === keyOf(home));
      const all = landing(
        home,
        there.map(({ id }) => id),
        askedIn.get(keyOf(home)) ?? [],
      );
      calls.push(keyOf(home));
      return all;
    },
  };

  for (const batch of world.batches) {
    const { container, isRestart, nowMs, remainingMs } = batch;
    current = (!isRestart && containers.get(container)) || {
      tags: createTags({
        lookUp: settings.lookUp === 'on' ? lookUp : undefined,
        members: settings.members,
        isKept,
        sweepLimits: settings.sweepLimits,
      }),
      landed: [],
      heard: [],
      failed: new Set(),
      swept: [],
    };
    containers.set(container, current);
    current.heard.push(...batch.events);

    const answer = async (): Promise<Row[]> => {
      clockMs = Math.max(clockMs, nowMs);
      calls = [];
      const rows = batch.events.map(({ json }) => {
        const event = recognise(json);
        return { row: rowOf(event, nowMs), lessons: current.tags.lessonsOf(event) };
      });
      askedIn = idsByHome(rows.map(({ row }) => row));
      await addTags(rows, current.tags, {
        deliveryStreamArn,
        ownRole,
        memberRole: settings.members?.role,
        now: () => clockMs,
        remainingMs: () => remainingMs,
      });
      return rows.map(({ row }) => row);
    };

    const landedBefore = current.landed.length;
    const rows = await answer();
    // Homes are asked side by side: while one answer is read, another moves the clock on. And a
    // look-up counts as later than all that was told of its instance before.
    for (const one of current.landed.slice(landedBefore)) {
      const told = current.heard.filter(({ tells }) => tells?.key === one.key);
      one.batchEndedMs = Math.max(clockMs, ...told.map(({ timeMs }) => timeMs));
    }
    checkCalls(calls, batch, rows, settings);
    expect(new Set(current.swept).size).toBe(current.swept.length);
    const failedHere = [...current.failed];
    for (const [index, row] of rows.entries()) {
      const event = batch.events[index] as WorldEvent;
      for (const instance of row.instances ?? []) {
        check(world, { row, event, instance, container: current, batch, landedBefore });
      }
    }

    // What was looked up is known: the same batch at the same time asks nobody, and says the same.
    if (failedHere.length > 0 || remainingMs === 0) continue;
    const sweptBefore = current.swept.length;
    const again = await answer();
    expect(calls).toEqual([]);
    expect(current.swept).toHaveLength(sweptBefore);
    expect(again.map(told)).toEqual(rows.map(told));
  }

  function check(
    world: World,
    {
      row,
      event,
      instance,
      container,
      batch,
      landedBefore,
    }: {
      row: Row;
      event: WorldEvent;
      instance: RowInstance;
      container: Container;
      batch: Batch;
      landedBefore: number;
    },
  ): void {
    const id = instance.instance_id as string;
    const home = homeOf(row.account, row.region);
    const { tag_status: status, tag_source: source, tag_time } = instance;
    const isOwnCall = isOwnActor(row, settings);
    const isPermitted =
      settings.lookUp === 'on' &&
      home !== undefined &&
      (home.account === ownAccount || isMember(home.account));

    if (status === 'skipped') {
      // Whom AWS does not name is not worth a failure for want of time.
      const isLater = row.kind !== 'state_change' && row.outcome !== 'success';
      const isOutOfTime = isLater && batch.remainingMs === 0;
      expect(isPermitted && !isOwnCall && !isOutOfTime).toBe(false);
      return;
    }
    if (status === 'failed') {
      expect(isPermitted && !isOwnCall).toBe(true);
      expect(container.failed.has(keyOf(home as Home)) || batch.remainingMs === 0).toBe(true);
      return;
    }
    expect(['found', 'none']).toContain(status);
    const isThese = (tags: TagSet) => isSameSet(keptOf(tags, isKept), instance.tags ?? setOf({}));
    expect(instance.tags === undefined).toBe(status === 'none');
    expect(Object.keys(instance.tags ?? {}).length > 0).toBe(status === 'found');
    const timeMs = epochMsOf(tag_time as string);
    /** Whether these were the tags in a second that was told, give or take what the clocks are wrong by. */
    const wereTold = (toldMs: number) => {
      const [fromMs, untilMs] = [toldMs - maxClockErrorMs, toldMs + 1000 + maxClockErrorMs];
      return wereTags(world, home as Home, id, fromMs, untilMs, isThese);
    };

    if (source === 'event') {
      // What the event carries, as of the time that it says; of a finding, no more than that.
      expect(event.carries?.timeMs).toBe(timeMs);
      expect(isThese((event.carries as { tags: TagSet }).tags)).toBe(true);
      if (!event.carries?.isThen) return;
      // What was read after the event's time was read in its second, of which that is the beginning.
      const untilMs = timeMs === event.timeMs ? timeMs + 1000 : timeMs;
      const were = event.tells
        ? wereTold(timeMs)
        : wereTags(world, home as Home, id, timeMs, untilMs, isThese);
      expect(were).toBe(true);
      return;
    }

    const key = keyOf(home as Home, id);
    /** Whole sets that this container heard of, but for those of which a later one came at an earlier time. */
    const sets = container.heard
      .flatMap(({ tells, timeMs: toldMs }) =>
        tells?.key === key && 'tags' in tells ? [{ ...tells, toldMs }] : [],
      )
      .filter(
        (one, _, all) =>
          !all.some((other) => other.version > one.version && other.toldMs < one.toldMs),
      );
    let whole: TagSet | undefined;
    if (source === 'stream') {
      // One that was the truth in that second.
      const toldThen = sets.filter(({ toldMs }) => toldMs === timeMs);
      // Of several in that second, by their versions: the last that was before the event, the first after.
      const isBefore = timeMs <= event.timeMs;
      const inOrder = toldThen.toSorted((a, b) => a.version - b.version);
      const told = inOrder.at(isBefore ? -1 : 0);
      if (!told) throw new Error(`nobody told ${key} at ${timeMs}`);
      expect(isThese(told.tags)).toBe(true);
      expect(wereTold(timeMs)).toBe(true);
      whole = told.tags;
      const later = sets.filter(({ toldMs }) => toldMs <= event.timeMs);
      expect(later.every(({ version }) => version <= told.version)).toBe(true);
    } else {
      // What EC2 said to this container, in this batch or in one before.
      const isNow = source === 'lookup';
      const answers = isNow
        ? container.landed.slice(landedBefore)
        : container.landed.slice(0, landedBefore);
      const said = answers.filter(
        (one) => one.key === key && one.landedMs <= timeMs && timeMs <= one.batchEndedMs,
      );
      expect(said.length).toBeGreaterThan(0);
      expect(said.some(({ readMs }) => isThese(tagsIn(world, home as Home, id, readMs)))).toBe(
        true,
      );
      whole = tagsIn(world, home as Home, id, said[0]?.readMs as number);
    }

    // Nor did it see others meanwhile; that an instance has none may also mean that it is gone.
    for (const { key: seenKey, readMs, landedMs, batchEndedMs } of container.landed) {
      if (seenKey !== key || landedMs <= timeMs || batchEndedMs > event.timeMs) continue;
      const seen = keptSet(tagsIn(world, home as Home, id, readMs));
      if (Object.keys(seen).length > 0) expect(seen).toEqual(keptSet(whole));
    }

    // Nothing that it heard of says that they changed between then and the event.
    const isBetween = (changedMs: number) => timeMs < changedMs && changedMs <= event.timeMs;
    /** A call may come after a set that was told in the same second. */
    const isCallBetween = (changedMs: number) =>
      isBetween(changedMs) ||
      (source === 'stream' && changedMs === timeMs && timeMs <= event.timeMs);
    for (const { tags, toldMs } of sets) {
      if (isBetween(toldMs)) expect(keptSet(tags)).toEqual(keptSet(whole));
    }
    for (const { tells, timeMs: changedMs } of container.heard) {
      if (tells?.key !== key || 'tags' in tells || !isCallBetween(changedMs)) continue;
      expect(isShown(tells.delta, whole)).toBe(true);
    }
  }

  function isMember(account: string): boolean {
    return settings.members?.accounts?.has(account) ?? settings.members !== undefined;
  }

  function keptSet(tags: TagSet) {
    return { ...keptOf(tags, isKept) };
  }

  function isShown(delta: Delta | undefined, tags: TagSet): boolean {
    if (!delta) return false;
    const keys = [...Object.keys(delta.put), ...Object.keys(delta.gone)];
    if (!keys.some(isKept)) return true;
    return (
      Object.entries(delta.put).every(([key, value]) => tags[key] === value) &&
      Object.entries(delta.gone).every(([key, value]) =>
        value === null ? tags[key] === undefined : tags[key] !== value,
      )
    );
  }
}

function idsByHome(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const seen = rows.flatMap(({ account, region, instances = [] }) =>
    instances.map(({ instance_id: id }) => ({ home: `${account}/${region}/`, id: id as string })),
  );
  const byHome = Map.groupBy(seen, ({ home }) => home);
  return new Map(Array.from(byHome, ([home, group]) => [home, group.map(({ id }) => id)]));
}

/**
 * Law 8: one sequence of pages for each home of which something is asked, and none for our own calls. A
 * sweep that is given up comes on top, once in the life of a container.
 */
function checkCalls(
  calls: readonly string[],
  batch: Batch,
  rows: readonly Row[],
  settings: Settings,
): void {
  const mayAsk = rows.filter((row) => row.instances && !isOwnActor(row, settings));
  const homes = new Set(mayAsk.map(({ account, region }) => `${account}/${region}/`));
  expect(new Set(calls).size).toBe(calls.length);
  for (const home of calls) expect(homes).toContain(home);
  if (batch.remainingMs === 0) expect(calls).toEqual([]);
}

/** Without a role for the members, who works under one of that name is anybody. */
function isOwnActor({ actor_arn: arn }: Row, { members }: Settings): boolean {
  const isOwn = arn === ownActors.get(ownAccount);
  return isOwn || (members !== undefined && arn === ownActors.get(otherAccount));
}

function homeAt({ region, roleArn }: ClientConfig): Home {
  return { account: roleArn?.split(':')[4] ?? ownAccount, region };
}

const told = ({ instances }: Row) =>
  instances?.map(({ tag_source, ...rest }) => ({
    ...rest,
    tag_source: tag_source === 'lookup' ? 'cache' : tag_source,
  }));

test('every row has tags that were the truth when it says so, and says no more than is known', async () => {
  await fc.assert(fc.asyncProperty(anyWorld, live), { numRuns });
});

const [home] = homes as [Home];

/** Batches that failed once; what instances there are has tags that change within a second. */
const counterExamples: readonly (readonly [
  story: string,
  batches: readonly Partial<Batch>[],
  instances?: World['instances'],
])[] = [
  [
    'homes are asked side by side: the clock goes on between an answer and its reading',
    [{ events: homes.map((home) => stateEvent(home, idOf(1), noonMs, 'running')) }],
  ],
  [
    'a batch in the very millisecond of an answer to the batch before has that from the cache',
    [{}, { remainingMs: 0 }],
  ],
  [
    'a tag change whose clock is late outdates no change of a higher version',
    [
      {
        events: [
          tagChangeEvent(home, idOf(1), noonMs + 2000, setOf({ a: '1' }), 4),
          tagChangeEvent(home, idOf(1), noonMs + 1000, setOf({ a: '2' }), 5),
          stateEvent(home, idOf(1), noonMs + 5000, 'running'),
        ],
        nowMs: noonMs + 6000,
      },
    ],
    [
      {
        home,
        id: idOf(1),
        states: [
          { ms: noonMs, tags: setOf({ a: '1' }) },
          { ms: noonMs + 500, tags: setOf({ a: '2' }) },
        ],
      },
    ],
  ],
  [
    'an instance is there, and read by Config, later in the second that the event tells',
    [{ events: [configEvent(home, idOf(1), noonMs, setOf({ a: '1' }), noonMs + 1)] }],
    [{ home, id: idOf(1), states: [{ ms: noonMs + 1, tags: setOf({ a: '1' }) }] }],
  ],
];

test.each(counterExamples)('past counter-example: %s', async (_, batches, instances = []) => {
  const batch: Batch = {
    container: 0,
    isRestart: false,
    nowMs: noonMs + 1000,
    events: [stateEvent(home, idOf(1), noonMs, 'running')],
    remainingMs: 60_000,
  };
  await live({
    instances,
    events: [],
    batches: batches.map((more) => ({ ...batch, ...more })),
    settings: {
      lookUp: 'on',
      members: { role: memberRole, accounts: new Set([otherAccount]) },
      tagKeys: [],
      faults: [
        { kind: 'slow', beforeMs: 0, afterMs: 1 },
        { kind: 'slow', beforeMs: 0, afterMs: 0 },
      ],
      sweepLimits,
      homePages: 1,
    },
  });
});
