import type { AwsEvent } from '../events/event.ts';
import { createCircuit } from './circuit.ts';
import {
  isExpired,
  type Knowledge,
  type Snapshot,
  snapshotAt,
  withChange,
  withSnapshot,
} from './knowledge.ts';
import { type Lesson, lessonsOf } from './lessons.ts';
import {
  type Home,
  type LookUp,
  type LookUpBudget,
  lookUpAll,
  maxIdsPerCall,
  type Place,
} from './look-up.ts';
import { createMemory, type Memory } from './memory.ts';
import type { TagFilter, TagSet } from './tag-set.ts';

/** One instance that an event is about, and the question what its tags were then. */
export interface TagRequest {
  readonly id: string;
  /** Where it lives; undefined where the event does not say. */
  readonly home: Home | undefined;
  readonly eventMs: number;
  /** What the event itself tells of it. */
  readonly lesson?: Lesson | undefined;
  /** False where the event comes of our own calls: they must never cause more of them. */
  readonly mayLookUp: boolean;
}

/** What is known of the tags, and how. `timeMs` is when it was the truth, epoch milliseconds. */
export type TagAnswer =
  | {
      readonly status: 'found' | 'none';
      readonly tags: TagSet;
      readonly source: TagSource;
      readonly timeMs: number;
    }
  | { readonly status: 'failed' }
  | { readonly status: 'skipped' };

/** Told by the event itself, by the stream, by an earlier look-up, by one of this batch. */
export type TagSource = 'event' | 'stream' | 'cache' | 'lookup';

export interface Tags {
  /** What an event tells of the tags of its instances. */
  lessonsOf(event: AwsEvent): Lesson[];
  /**
   * Answers the requests of a batch, in order: one plan, and no call where all is known. Never
   * rejects, and waits for look-ups no longer than there is time for.
   */
  answer(requests: readonly TagRequest[], context: TagContext): Promise<TagAnswer[]>;
}

export interface TagOptions {
  /** Undefined where nothing is looked up at all. */
  readonly lookUp: LookUp | undefined;
  /** Name of the role to assume in other accounts; undefined where they are not asked. */
  readonly memberRole?: string | undefined;
  /** Which tags are kept, by key; of what is looked up, `lookUp` takes care. */
  readonly isKept?: TagFilter;
  readonly memory?: Memory;
}

/** What the look-ups of a batch go by. */
export interface TagContext extends LookUpBudget {
  /** AWS partition (`aws`, `aws-cn`, …) and account of the stack; undefined where it is not known. */
  readonly own: { readonly partition: string; readonly account: string } | undefined;
}

/** Makes the tags of a container: best the event itself, then what the stream taught, then EC2. */
export function createTags({
  lookUp,
  memberRole,
  isKept = () => true,
  memory = createMemory(),
}: TagOptions): Tags {
  const circuit = createCircuit();
  const flights = new Map<string, Promise<void>>(); // look-ups under way, by instance

  /** Where the tags of a home are asked for; undefined where they may not be. */
  const placeOf = ({ account, region }: Home, own: TagContext['own']): Place | undefined => {
    if (own === undefined) return undefined;
    if (account === own.account) return { region, roleArn: undefined };
    if (memberRole === undefined) return undefined;
    return { region, roleArn: `arn:${own.partition}:iam::${account}:role/${memberRole}` };
  };

  const isWanted = (request: TagRequest, { own }: TagContext, nowMs: number) => {
    const { home, id, eventMs, lesson, mayLookUp } = request;
    if (lookUp === undefined || home === undefined || !mayLookUp) return false;
    if (lesson?.tells === 'tags' || placeOf(home, own) === undefined) return false;
    return !isFresh(memory.get(keyOf(home, id)), eventMs, nowMs);
  };

  /** Looks up ids of one home. A call that is made anyway takes along what is known for long. */
  async function fly(home: Home, ids: readonly string[], context: TagContext): Promise<void> {
    const nowMs = context.now();
    const room = Math.ceil(ids.length / maxIdsPerCall) * maxIdsPerCall - ids.length;
    const riders = staleIds(memory, home, nowMs).filter((id) => !ids.includes(id));
    const asked = [...ids, ...riders.slice(0, room)];
    const place = placeOf(home, context.own) as Place;
    const found = await lookUpAll(lookUp as LookUp, place, asked, circuit, context);
    for (const [id, tags] of found) {
      const key = keyOf(home, id);
      memory.set(key, withSnapshot(memory.get(key), { timeMs: nowMs, tags, from: 'lookup' }));
    }
  }

  /** Starts the look-ups that are not under way yet, and waits for all. */
  async function flyAll(requests: readonly TagRequest[], context: TagContext): Promise<void> {
    const keys = new Set<string>();
    const grounded = new Map<string, { home: Home; ids: string[] }>();
    for (const { home, id } of requests) {
      if (home === undefined || keys.has(keyOf(home, id))) continue;
      keys.add(keyOf(home, id));
      if (flights.has(keyOf(home, id))) continue;
      const place = keyOf(home, '');
      const group = grounded.get(place) ?? { home, ids: [] };
      grounded.set(place, group);
      group.ids.push(id);
    }
    for (const { home, ids } of grounded.values()) {
      const own = ids.map((id) => keyOf(home, id));
      const flight = fly(home, ids, context).finally(() => {
        for (const key of own) flights.delete(key);
      });
      for (const key of own) flights.set(key, flight);
    }
    await Promise.all(Array.from(keys, (key) => flights.get(key)));
  }

  return {
    lessonsOf: (event) => lessonsOf(event, isKept),

    async answer(requests, context) {
      const nowMs = context.now();
      for (const request of requests) learn(memory, request, nowMs);
      const wanted = requests.filter((request) => isWanted(request, context, nowMs));
      if (wanted.length > 0) await flyAll(wanted, context);
      const isAsked = new Set(wanted);
      return requests.map((request) => {
        const fallback = { status: isAsked.has(request) ? 'failed' : 'skipped' } as const;
        return answerOf(request, memory, nowMs) ?? fallback;
      });
    },
  };
}

/** How far an event may be from now, and still teach: a clock that is wrong would teach for good. */
const maxLateMs = 24 * 60 * 60 * 1000;
const maxEarlyMs = 5 * 60 * 1000;

function learn(memory: Memory, { home, id, eventMs, lesson }: TagRequest, nowMs: number): void {
  if (lesson === undefined || home === undefined) return;
  if (eventMs < nowMs - maxLateMs || eventMs > nowMs + maxEarlyMs) return;
  const key = keyOf(home, id);
  const known = memory.get(key);
  switch (lesson.tells) {
    case 'tags': {
      if (!lesson.isShared) return;
      const { tags, version } = lesson;
      memory.set(key, withSnapshot(known, { timeMs: eventMs, tags, from: 'stream', version }));
      return;
    }
    case 'change':
      // Of an instance that nothing is known of, nothing can be outdated.
      if (known.snapshots.length > 0) memory.set(key, withChange(known, eventMs));
      return;
    case 'end':
      if (known.snapshots.length > 0) memory.set(key, { ...known, isEnded: true });
      return;
  }
}

function isFresh(knowledge: Knowledge, eventMs: number, nowMs: number): boolean {
  const snapshot = snapshotAt(knowledge, eventMs);
  return snapshot !== undefined && !isExpired(knowledge, snapshot, nowMs);
}

/** The answer from what is known by now. A set that is old is still given out, with its time. */
function answerOf(request: TagRequest, memory: Memory, nowMs: number): TagAnswer | undefined {
  const { home, id, eventMs, lesson } = request;
  if (lesson?.tells === 'tags') return known(lesson.tags, 'event', eventMs);
  const snapshot = home && snapshotAt(memory.get(keyOf(home, id)), eventMs);
  return snapshot && known(snapshot.tags, sourceOf(snapshot, nowMs), snapshot.timeMs);
}

function known(tags: TagSet, source: TagSource, timeMs: number): TagAnswer {
  const status = Object.keys(tags).length > 0 ? 'found' : 'none';
  return { status, tags, source, timeMs };
}

/** @param nowMs when the batch began: a look-up since then is its own */
function sourceOf({ from, timeMs }: Snapshot, nowMs: number): TagSource {
  if (from === 'stream') return 'stream';
  return timeMs >= nowMs ? 'lookup' : 'cache';
}

const hourMs = 60 * 60 * 1000;

/** Instances of a home whose last look-up is an hour ago or more, the longest unused first. */
function staleIds(memory: Memory, home: Home, nowMs: number): string[] {
  const place = keyOf(home, '');
  const ids: string[] = [];
  for (const [key, { snapshots, isEnded }] of memory.entries()) {
    const last = snapshots.at(-1);
    if (isEnded || last === undefined || last.timeMs > nowMs - hourMs) continue;
    if (key.startsWith(place)) ids.push(key.slice(place.length));
  }
  return ids;
}

function keyOf({ account, region }: Home, id: string): string {
  return `${account}/${region}/${id}`;
}
