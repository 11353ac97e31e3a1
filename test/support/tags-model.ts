import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/json.ts';
import type { Members } from '../../src/tags/client-config.ts';
import { type Home, keyOf } from '../../src/tags/home.ts';
import type { Delta } from '../../src/tags/knowledge.ts';
import type { SweepLimits } from '../../src/tags/sweeps.ts';
import { isSameSet, type TagSet } from '../../src/tags/tag-set.ts';
import {
  arnOf,
  createTagsRequest,
  envelopeOf,
  idOf,
  itemsOf,
  noonMs,
  otherAccount,
  ownAccount,
  recordOf,
  setOf,
} from './tags-fixture.ts';

/**
 * A world of instances whose tags change, what AWS tells of it, and how that is delivered: the model
 * that the tags of rows are held against. Times are epoch milliseconds.
 */
export interface World {
  readonly instances: readonly Instance[];
  readonly events: readonly WorldEvent[];
  /** In the order of their time; each is one batch of one container. */
  readonly batches: readonly Batch[];
  readonly settings: Settings;
}

export interface Instance {
  readonly home: Home;
  readonly id: string;
  /** Its tags from each time on, the earliest first; before, there is no such instance. */
  readonly states: readonly { readonly ms: number; readonly tags: TagSet }[];
}

/** An event, and what a reader of it may rely on. */
export interface WorldEvent {
  readonly json: JsonObject;
  readonly timeMs: number;
  /** When it is sent, where its clock is early. */
  readonly sentMs?: number;
  /** What it tells others of one instance. */
  readonly tells?:
    | { readonly key: string; readonly tags: TagSet; readonly version: number }
    | { readonly key: string; readonly delta: Delta | undefined };
  /** The tags that it carries for its own row, and when they were read or, if it does not say, told. */
  readonly carries?: {
    readonly tags: TagSet;
    readonly timeMs: number;
    readonly isThen: boolean;
  };
}

export interface Batch {
  readonly container: number;
  /** The container starts anew. */
  readonly isRestart: boolean;
  readonly nowMs: number;
  /** Events, in the order in which they stand. */
  readonly events: readonly WorldEvent[];
  readonly remainingMs: number;
}

export interface Settings {
  readonly lookUp: 'on' | 'off';
  readonly members: Members | undefined;
  readonly tagKeys: readonly string[];
  /** What happens to each look-up in turn. */
  readonly faults: readonly Fault[];
  readonly sweepLimits: SweepLimits;
  /** As many pages as all instances of a home take. */
  readonly homePages: number;
}

/** `deny`: it fails. `slow`: it takes so long before EC2 reads, and after. */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'slow'; readonly beforeMs: number; readonly afterMs: number };

export const homes: readonly Home[] = [
  { account: ownAccount, region: 'eu-west-1' },
  { account: ownAccount, region: 'us-east-1' },
  { account: otherAccount, region: 'eu-west-1' },
];
export const ownRole = 'stack-TransformRole-1';
export const memberRole = 'eventlake-member';

/** Who calls as the function does in an account: under its own role, or under that of the members. */
export const ownActors = new Map([
  [ownAccount, `arn:aws:sts::${ownAccount}:assumed-role/${ownRole}/transform`],
  [otherAccount, `arn:aws:sts::${otherAccount}:assumed-role/${memberRole}/eventlake`],
]);

const noTags = setOf({});

/** Tags as EC2 would tell them at a time. */
export function tagsIn(world: World, home: Home, id: string, ms: number): TagSet {
  const instance = world.instances.find((one) => one.id === id && keyOf(one.home) === keyOf(home));
  return (instance && stateAt(instance.states, ms)) ?? noTags;
}

function stateAt(states: Instance['states'], ms: number): TagSet | undefined {
  return states.findLast((state) => state.ms <= ms)?.tags;
}

/** Whether these were the tags at any moment of a span. */
export function wereTags(
  world: World,
  home: Home,
  id: string,
  fromMs: number,
  untilMs: number,
  isThem: (tags: TagSet) => boolean,
): boolean {
  const instance = world.instances.find((one) => one.id === id && keyOf(one.home) === keyOf(home));
  const moments = (instance?.states ?? [])
    .map(({ ms }) => ms)
    .filter((ms) => ms > fromMs && ms < untilMs);
  return [fromMs, ...moments].some((ms) => isThem(tagsIn(world, home, id, ms)));
}

type Tags = Readonly<Record<string, string>>;

interface Step {
  readonly afterMs: number;
  readonly kind: 'put' | 'delete' | 'deleteIf' | 'deleteAll' | 'tagResources' | 'untagResources';
  readonly tags: Tags;
  /** What is told of it: by CloudTrail, so much later; by EC2 itself. */
  readonly isCallTold: boolean;
  readonly callLagMs: number;
  readonly isChangeTold: boolean;
  /** By so much the clock that tells of the change is wrong. */
  readonly clockErrorMs: number;
}

/** As wrong as the clock of a tag change event ever is. */
export const maxClockErrorMs = 3000;

const key = fc.constantFrom('a', 'b', 'A', 'aws:x', '__proto__');
const value = fc.constantFrom('1', '2', '', '\u00e9');
const tags = fc
  .array(fc.tuple(key, value), { maxLength: 3 })
  .map((pairs): Tags => setOf(Object.assign(Object.create(null), Object.fromEntries(pairs))));
const someTags = fc
  .array(fc.tuple(key, value), { minLength: 1, maxLength: 2 })
  .map((pairs): Tags => setOf(Object.fromEntries(pairs)));

/** Most steps are seconds apart, some within one, some hours. */
const gapMs = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 900 }) },
  { weight: 3, arbitrary: fc.integer({ min: 900, max: 60_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 4 * 3_600_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 3_600_000, max: 40 * 3_600_000 }) },
);

const step: fc.Arbitrary<Step> = fc.record({
  afterMs: gapMs,
  kind: fc.constantFrom<Step['kind'][]>(
    'put',
    'put',
    'delete',
    'deleteIf',
    'deleteAll',
    'tagResources',
    'untagResources',
  ),
  tags: someTags,
  isCallTold: fc.boolean(),
  callLagMs: fc.constantFrom(0, 0, 300, 1500),
  isChangeTold: fc.nat(3).map((n) => n > 0),
  clockErrorMs: fc.constantFrom(0, 0, 700, -maxClockErrorMs, maxClockErrorMs),
});

const instance = fc.record({
  home: fc.constantFrom(...homes),
  number: fc.integer({ min: 1, max: 3 }),
  bornMs: fc.integer({ min: 0, max: 3_600_000 }),
  tags,
  isLaunchTold: fc.boolean(),
  steps: fc.array(step, { maxLength: 5 }),
  end: fc.option(
    fc.record({
      afterMs: gapMs,
      tagsStayMs: fc.constantFrom(0, 60_000, 3_600_000),
      isTold: fc.boolean(),
    }),
  ),
});

/** Something else that happens to instances, at a time after noon. */
const happening = fc.record({
  afterMs: fc.integer({ min: 0, max: 30 * 3_600_000 }),
  kind: fc.constantFrom(
    'state',
    'state',
    'stop',
    'describe',
    'own call',
    'failed call',
    'finding',
    'config',
    'config',
    'nowhere',
    'early clock',
  ),
  home: fc.constantFrom(...homes),
  number: fc.integer({ min: 1, max: 4 }),
  staleMs: fc.integer({ min: 0, max: 3_600_000 }),
  earlyMs: fc.integer({ min: 0, max: 6 * 60_000 }),
  /** What stands in the place of the time at which tags were read. */
  oddTime: fc.constantFrom(null, null, '-000001-01-01T00:00:00Z', '+010000-01-01T00:00:00Z'),
});

/** Which event is delivered, how much later than it happened, where, and whether a batch ends there. */
const delivery = fc.record({
  event: fc.nat(1000),
  delayMs: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 2 * 3_600_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 * 3_600_000 }) },
  ),
  container: fc.constantFrom(0, 0, 1, 2),
  endsBatch: fc.boolean(),
  isRestart: fc.nat(20).map((n) => n === 0),
  isOutOfTime: fc.nat(20).map((n) => n === 0),
});

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Fault>({ kind: 'none' }) },
  { weight: 2, arbitrary: fc.constant<Fault>({ kind: 'deny' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('slow' as const),
      beforeMs: fc.integer({ min: 0, max: 5000 }),
      afterMs: fc.integer({ min: 0, max: 5000 }),
    }),
  },
);

export const anyWorld: fc.Arbitrary<World> = fc
  .record({
    instances: fc.uniqueArray(instance, {
      minLength: 1,
      maxLength: 4,
      selector: ({ home, number }) => keyOf(home, idOf(number)),
    }),
    happenings: fc.array(happening, { maxLength: 20 }),
    deliveries: fc.array(delivery, { minLength: 1, maxLength: 50 }),
    lookUp: fc.constantFrom<'on' | 'off'>('on', 'on', 'on', 'off'),
    members: fc.constantFrom<(Members | undefined)[]>(
      { role: memberRole, accounts: new Set([otherAccount]) },
      { role: memberRole, accounts: undefined },
      { role: memberRole, accounts: new Set() },
      undefined,
    ),
    tagKeys: fc.constantFrom([], [], ['a*']),
    faults: fc.oneof(
      fc.constant<Fault[]>([{ kind: 'none' }]),
      fc.array(fault, { minLength: 1, maxLength: 6 }),
    ),
    sweepLimits: fc.record({
      afterPages: fc.integer({ min: 1, max: 4 }),
      maxPages: fc.constant(2),
    }),
    homePages: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ instances: given, happenings, deliveries, ...settings }) => {
    const lives = given.map(liveOf);
    const instances = lives.map(({ instance }) => instance);
    const others = happenings.map((one) => eventOfHappening(one, instances));
    const events = [...lives.flatMap((live) => live.events), ...others];
    const batches = events.length === 0 ? [] : batchesOf(deliveries, events);
    return { instances, events, batches, settings };
  });

type Given = typeof instance extends fc.Arbitrary<infer T> ? T : never;

const floorMs = (ms: number) => Math.floor(ms / 1000) * 1000;

function liveOf({ home, number, bornMs, tags, isLaunchTold, steps, end }: Given) {
  const id = idOf(number);
  const events: WorldEvent[] = [];
  const states: { ms: number; tags: TagSet }[] = [];
  let ms = noonMs + bornMs;
  let current: TagSet = tags;
  let version = 1;
  states.push({ ms, tags: current });
  if (isLaunchTold) events.push(launchEvent(home, id, ms, current));
  for (const step of steps) {
    ms += step.afterMs;
    const { delta, next } = applied(step, current);
    if (step.isCallTold) events.push(callEvent(home, id, ms + step.callLagMs, step, delta));
    if (isSameSet(next, current)) continue;
    current = next;
    version += 1;
    states.push({ ms, tags: current });
    if (step.isChangeTold) {
      events.push(tagChangeEvent(home, id, ms + step.clockErrorMs, current, version));
    }
  }
  if (end) {
    ms += end.afterMs;
    states.push({ ms: ms + end.tagsStayMs, tags: noTags });
    if (end.isTold) events.push(stateEvent(home, id, ms, 'terminated'));
  }
  return { instance: { home, id, states }, events };
}

function applied(
  { kind, tags }: Step,
  current: TagSet,
): { delta: Delta | undefined; next: TagSet } {
  const keys = Object.keys(tags);
  const without = (isGone: (key: string) => boolean) =>
    setOf(
      Object.assign(
        Object.create(null),
        fromPairs(Object.entries(current).filter(([key]) => !isGone(key))),
      ),
    );
  switch (kind) {
    case 'put':
    case 'tagResources': {
      const next = setOf(fromPairs([...Object.entries(current), ...Object.entries(tags)]));
      return { delta: { put: setOf(tags), gone: noTags }, next };
    }
    case 'delete':
    case 'untagResources':
      return {
        delta: { put: noTags, gone: fromPairs(keys.map((key) => [key, null])) },
        next: without((key) => keys.includes(key)),
      };
    case 'deleteIf':
      return {
        delta: { put: noTags, gone: setOf(tags) },
        next: without((key) => keys.includes(key) && current[key] === tags[key]),
      };
    case 'deleteAll':
      return { delta: undefined, next: without((key) => !key.startsWith('aws:')) };
  }
}

function fromPairs<T>(pairs: readonly (readonly [string, T])[]): Record<string, T> {
  const object: Record<string, T> = Object.create(null);
  for (const [key, value] of pairs) object[key] = value;
  return object;
}

function launchEvent(home: Home, id: string, ms: number, tags: TagSet): WorldEvent {
  const timeMs = floorMs(ms);
  const item = { instanceId: id, tagSet: itemsOf(tags) };
  const json = recordOf(
    'RunInstances',
    { responseElements: { instancesSet: { items: [item] } } },
    { timeMs, from: home },
  );
  return {
    json,
    timeMs,
    tells: { key: keyOf(home, id), tags, version: 0 },
    carries: { tags, timeMs, isThen: true },
  };
}

/** That an instance has these tags since: of its change of this version. */
export function tagChangeEvent(
  home: Home,
  id: string,
  ms: number,
  tags: TagSet,
  version: number,
): WorldEvent {
  const timeMs = floorMs(ms);
  const detail = { service: 'ec2', 'resource-type': 'instance', version, tags };
  const json = envelopeOf('aws.tag', 'Tag Change on Resource', detail, {
    resources: [arnOf(id, home)],
    timeMs,
    from: home,
  });
  return {
    json,
    timeMs,
    tells: { key: keyOf(home, id), tags, version },
    carries: { tags, timeMs, isThen: true },
  };
}

function callEvent(
  home: Home,
  id: string,
  ms: number,
  { kind, tags }: Step,
  delta: Delta | undefined,
): WorldEvent {
  const timeMs = floorMs(ms);
  const keys = Object.keys(tags);
  const resourceARNList = [arnOf(id, home)];
  const resourcesSet = { items: [{ resourceId: id }] };
  const from = { timeMs, from: home };
  const tagging = { eventSource: 'tagging.amazonaws.com', ...from };
  const jsonOf: Record<Step['kind'], () => JsonObject> = {
    put: () => recordOf('CreateTags', { requestParameters: createTagsRequest([id], tags) }, from),
    delete: () =>
      recordOf(
        'DeleteTags',
        { requestParameters: { resourcesSet, tagSet: { items: keys.map((key) => ({ key })) } } },
        from,
      ),
    deleteIf: () =>
      recordOf('DeleteTags', { requestParameters: createTagsRequest([id], tags) }, from),
    deleteAll: () => recordOf('DeleteTags', { requestParameters: { resourcesSet } }, from),
    tagResources: () =>
      recordOf('TagResources', { requestParameters: { resourceARNList, tags } }, tagging),
    untagResources: () =>
      recordOf(
        'UntagResources',
        { requestParameters: { resourceARNList, tagKeys: keys } },
        tagging,
      ),
  };
  return { json: jsonOf[kind](), timeMs, tells: { key: keyOf(home, id), delta } };
}

/** That an instance is now in a state: an event that tells nothing of its tags. */
export function stateEvent(home: Home, id: string, ms: number, state: string): WorldEvent {
  const timeMs = floorMs(ms);
  const json = envelopeOf(
    'aws.ec2',
    'EC2 Instance State-change Notification',
    { 'instance-id': id, state },
    { resources: [arnOf(id, home)], timeMs, from: home },
  );
  return { json, timeMs };
}

/** That Config has read the tags of an instance: epoch milliseconds, or what it says instead. */
export function configEvent(
  home: Home,
  id: string,
  ms: number,
  tags: TagSet,
  read: number | string,
): WorldEvent {
  const timeMs = floorMs(ms);
  const configurationItem = {
    resourceType: 'AWS::EC2::Instance',
    resourceId: id,
    awsAccountId: home.account,
    awsRegion: home.region,
    configurationItemCaptureTime: typeof read === 'number' ? new Date(read).toISOString() : read,
    tags: tags as Json,
  };
  const detailType = 'Config Configuration Item Change';
  const json = envelopeOf('aws.config', detailType, { configurationItem }, { timeMs, from: home });
  const carries =
    typeof read === 'number'
      ? { tags, timeMs: Math.min(read, timeMs), isThen: true }
      : { tags, timeMs, isThen: false };
  return Object.keys(tags).length > 0 ? { json, timeMs, carries } : { json, timeMs };
}

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function eventOfHappening(
  { afterMs, kind, home, number, staleMs, earlyMs, oddTime }: Happening,
  instances: readonly Instance[],
): WorldEvent {
  const ms = noonMs + afterMs;
  const timeMs = floorMs(ms);
  const id = idOf(number);
  const others = [id, idOf((number % 4) + 1)];
  const tagsThen = (thenMs: number) => tagsIn({ instances } as World, home, id, thenMs);
  const from = { timeMs, from: home };
  switch (kind) {
    case 'state':
      return stateEvent(home, id, ms, 'running');
    case 'stop':
      return {
        json: recordOf('StopInstances', { requestParameters: instancesSetOf(others) }, from),
        timeMs,
      };
    case 'describe':
      return {
        json: recordOf('DescribeInstances', { requestParameters: instancesSetOf(others) }, from),
        timeMs,
      };
    case 'own call': {
      const userIdentity = { type: 'AssumedRole', arn: ownActors.get(home.account) as string };
      const items = [{ name: 'resource-id', valueSet: { items: [{ value: id }] } }];
      const requestParameters = { filterSet: { items } };
      return { json: recordOf('DescribeTags', { userIdentity, requestParameters }, from), timeMs };
    }
    case 'failed call':
      return {
        json: recordOf(
          'CreateTags',
          {
            errorCode: 'Client.UnauthorizedOperation',
            requestParameters: createTagsRequest([id], { a: 'never' }),
          },
          from,
        ),
        timeMs,
      };
    case 'finding': {
      const tags = tagsThen(ms - staleMs);
      const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
      const detail = {
        accountId: home.account,
        region: home.region,
        resource: { instanceDetails: { instanceId: id, tags: list } },
      };
      const json = envelopeOf('aws.guardduty', 'GuardDuty Finding', detail, from);
      const carries = { tags, timeMs, isThen: false };
      return list.length > 0 ? { json, timeMs, carries } : { json, timeMs };
    }
    case 'config': {
      const readMs = Math.max(0, ms - staleMs);
      return configEvent(home, id, ms, tagsThen(readMs), oddTime ?? readMs);
    }
    case 'early clock': {
      const resources = [arnOf(id, home)];
      const json = envelopeOf(
        'my.app',
        'Ping',
        {},
        { ...from, resources, timeMs: timeMs + earlyMs },
      );
      return { json, timeMs: floorMs(timeMs + earlyMs), sentMs: timeMs };
    }
    default:
      return stateEvent({ ...home, region: 'nowhere' }, id, ms, 'stopped');
  }
}

const instancesSetOf = (ids: readonly string[]): Json => ({
  instancesSet: { items: ids.map((instanceId) => ({ instanceId })) },
});

type Delivery = typeof delivery extends fc.Arbitrary<infer T> ? T : never;

function batchesOf(deliveries: readonly Delivery[], events: readonly WorldEvent[]): Batch[] {
  const delivered = deliveries
    .map((one) => {
      const event = events[one.event % events.length] as WorldEvent;
      return { ...one, event, arrivedMs: (event.sentMs ?? event.timeMs) + 1000 + one.delayMs };
    })
    .sort((a, b) => a.arrivedMs - b.arrivedMs);
  const batches: Batch[] = [];
  const open = new Map<number, typeof delivered>();
  const close = (container: number) => {
    const group = open.get(container);
    const last = group?.at(-1);
    if (!group || !last) return;
    open.delete(container);
    batches.push({
      container,
      isRestart: last.isRestart,
      nowMs: last.arrivedMs,
      events: group.map(({ event }) => event),
      remainingMs: last.isOutOfTime ? 0 : 60_000,
    });
  };
  for (const one of delivered) {
    open.set(one.container, [...(open.get(one.container) ?? []), one]);
    if (one.endsBatch) close(one.container);
  }
  for (const container of [...open.keys()]) close(container);
  return batches.sort((a, b) => a.nowMs - b.nowMs);
}
