import type { AwsEvent } from '../events/event.ts';
import { isAskedFor } from './asked-for.ts';
import { clientConfigOf, type Members, type OwnAccount } from './client-config.ts';
import { type Home, keyOf } from './home.ts';
import type { Found, HomeQuery } from './home-query.ts';
import {
  type Delta,
  type Knowledge,
  nothingKnown,
  type SetFact,
  withEnd,
  withFact,
} from './knowledge.ts';
import type { Lesson } from './lesson.ts';
import { lessonsOf } from './lessons.ts';
import { type LookUp, type LookUpBudget, maxWaitMs, minWaitMs } from './look-up.ts';
import { createMemory, type Memory } from './memory.ts';
import { type Namer, queriesOf, type Wanted } from './queries.ts';
import { setAt } from './set-at.ts';
import { createSingleFlight } from './single-flight.ts';
import type { SweepLimits } from './sweeps.ts';
import { isEmptySet, keepAll, keptOf, type TagFilter, type TagSet } from './tag-set.ts';

/** One instance that an event is about, and the question what its tags were then. */
export interface TagRequest {
  readonly id: string;
  /** Where it lives; undefined where the event does not say. */
  readonly home: Home | undefined;
  readonly eventMs: number;
  /** What the event itself tells of it. */
  readonly lesson?: Lesson | undefined;
  /** Who says that there is such an instance. */
  readonly namedBy: Namer;
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
  /** What an event tells of its instances. */
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
  /** Undefined where no other account is asked. */
  readonly members?: Members | undefined;
  /** Which tags rows keep, by key. */
  readonly isKept?: TagFilter;
  readonly memory?: Memory;
  /** When all instances of a home are asked for at once. */
  readonly sweepLimits?: SweepLimits;
  /** Calls of a batch for instances that AWS does not name: anybody can invent a thousand. */
  readonly maxLaterCalls?: number;
  /** Work that the requests of a batch may take, beside the waiting: those behind fail. */
  readonly maxWork?: number;
}

/** In the unit of what reading takes (src/batch/budget.ts): 0.1 µs at worst. */
const defaultMaxWork = 16 * 1024 * 1024;

/** Work for each fact that is known of an instance: comparing it with what is told, all its hundred tags. */
const factWork = 150;

/** What the look-ups of a batch go by. */
export interface TagContext extends LookUpBudget {
  /** Undefined where it is not known. */
  readonly own: OwnAccount | undefined;
}

/**
 * Makes the tags of a container. Best is what the event itself tells, then what other events of the
 * stream told or an earlier look-up found; EC2 is asked only for what nothing else tells.
 */
export function createTags({
  lookUp,
  members,
  isKept = keepAll,
  memory = createMemory(),
  sweepLimits,
  maxLaterCalls = 10,
  maxWork = defaultMaxWork,
}: TagOptions): Tags {
  const find = lookUp && createSingleFlight(lookUp, sweepLimits);

  return {
    lessonsOf,
    async answer(requests, { own, ...budget }) {
      const nowMs = budget.now();
      const keys = requests.map(({ home, id }) => home && keyOf(home, id));
      const known: Known = await memory.recall(keys.filter((key) => key !== undefined));
      const inTime = learnWithin(requests);

      const wantedRequests = new Set<TagRequest>();
      const wanted: Wanted[] = [];
      for (const [index, request] of inTime.entries()) {
        if (!find) break;
        const { id, home, namedBy } = request;
        const clientConfig = home && clientConfigOf(home, own, members);
        if (!clientConfig || !isWanted(request, known, keys[index], nowMs)) continue;
        wantedRequests.add(request);
        wanted.push({ id, home, clientConfig, namedBy });
      }
      const { first, later } = queriesOf(wanted, maxLaterCalls);
      const asked = new Set<string>();
      const found = new Map<string, SetFact>();
      // The later ones have what is left of the time for all.
      const startMs = budget.remainingMs();
      const remainingMs = () => {
        const leftMs = budget.remainingMs();
        return Math.min(leftMs, maxWaitMs - (startMs - leftMs));
      };
      for (const queries of [first, later]) {
        if (!find || queries.length === 0) continue;
        // Others than AWS are not worth a failure.
        if (queries === later && remainingMs() < minWaitMs) continue;
        for (const key of queries.flatMap(keysOfQuery)) asked.add(key);
        for (const [key, fact] of await find(queries, { ...budget, remainingMs })) {
          found.set(key, asOfNow(fact, knowledgeOf(known, key)));
        }
      }
      for (const [key, fact] of found) known.set(key, withFact(knowledgeOf(known, key), fact));
      await memory.keep(known);

      // Once a set: thousands of instances may have the same.
      const keptOnce = new Map<TagSet, TagSet>();
      return requests.map((request, index) => {
        if (index >= inTime.length) return failed;
        const set = told(request) ?? setKnown(request, known, keys[index], found);
        if (!set) return isAsked(request, keys[index]) ? failed : skipped;
        const tags = keptOnce.get(set.tags) ?? keptOf(set.tags, isKept);
        keptOnce.set(set.tags, tags);
        return { ...set, tags, status: isEmptySet(tags) ? 'none' : 'found' };
      });

      function isAsked(request: TagRequest, key: string | undefined): boolean {
        return wantedRequests.has(request) && key !== undefined && asked.has(key);
      }

      /** Learns in turn what the events tell, as far as there is time, and gives those that were in time. */
      function learnWithin(requests: readonly TagRequest[]): readonly TagRequest[] {
        let work = 0;
        const late = requests.findIndex((request, index) => {
          const key = keys[index];
          const { facts } = key === undefined ? nothingKnown : knowledgeOf(known, key);
          work += factWork * (1 + facts.length);
          if (work > maxWork || budget.remainingMs() < 0) return true;
          learn(known, request, key, isKept, nowMs);
          return false;
        });
        return late === -1 ? requests : requests.slice(0, late);
      }
    },
  };
}

function keysOfQuery({ home, ids }: HomeQuery): string[] {
  return ids.map((id) => keyOf(home, id));
}

/** What is known of the instances of a batch, as it grows. */
type Known = Map<string, Knowledge>;

const failed: TagAnswer = { status: 'failed' };
const skipped: TagAnswer = { status: 'skipped' };

function knowledgeOf(known: Known, key: string): Knowledge {
  return known.get(key) ?? nothingKnown;
}

/** So far two clocks may be apart. What an event from later than that taught would stay for good. */
const maxEarlyMs = 5 * 60 * 1000;

function isCredible({ eventMs }: TagRequest, nowMs: number): boolean {
  return eventMs <= nowMs + maxEarlyMs;
}

/**
 * A look-up comes after all that was told of its instance before, whatever the clocks say. Only of that
 * instance: one event whose clock is early would make all look-ups of its batch claim to be of later.
 */
function asOfNow(fact: SetFact, { facts }: Knowledge): SetFact {
  return { ...fact, timeMs: Math.max(fact.timeMs, facts.at(-1)?.timeMs ?? 0) };
}

function learn(
  known: Known,
  request: TagRequest,
  key: string | undefined,
  isKept: TagFilter,
  nowMs: number,
): void {
  const { eventMs: timeMs, lesson } = request;
  if (lesson === undefined || key === undefined || !isCredible(request, nowMs)) return;
  known.set(key, withLesson(knowledgeOf(known, key), lesson, timeMs, isKept));
}

function withLesson(
  knowledge: Knowledge,
  lesson: Lesson,
  timeMs: number,
  isKept: TagFilter,
): Knowledge {
  switch (lesson.tells) {
    case 'tags': {
      const { tags, version, isShared } = lesson;
      return isShared ? withFact(knowledge, { timeMs, from: 'stream', tags, version }) : knowledge;
    }
    case 'change': {
      const { delta } = lesson;
      if (delta && !keysIn(delta).some(isKept)) return knowledge;
      return withFact(knowledge, { timeMs, from: 'stream', delta });
    }
    case 'end':
      return withEnd(knowledge);
    case 'home':
      return knowledge;
  }
}

function keysIn({ put, gone }: Delta): string[] {
  return [...Object.keys(put), ...Object.keys(gone)];
}

/** Whether it is worth a look-up; own calls never are, or they would go on for ever. */
function isWanted(
  { eventMs, lesson, mayLookUp }: TagRequest,
  known: Known,
  key: string | undefined,
  nowMs: number,
): boolean {
  if (!mayLookUp || key === undefined || lesson?.tells === 'tags') return false;
  return isAskedFor(knowledgeOf(known, key), eventMs, nowMs);
}

type ToldTags = Omit<Extract<TagAnswer, { readonly tags: TagSet }>, 'status'>;

/** What the event itself tells, as of when it was read or else of the event. */
function told({ eventMs, lesson }: TagRequest): ToldTags | undefined {
  if (lesson?.tells !== 'tags') return undefined;
  const { tags, timeMs = eventMs } = lesson;
  return { tags, source: 'event', timeMs: Math.min(timeMs, eventMs) };
}

/** What is known by now. An old set is still given out, with its time. */
function setKnown(
  { eventMs }: TagRequest,
  known: Known,
  key: string | undefined,
  found: Found,
): ToldTags | undefined {
  const knowledge = key === undefined ? nothingKnown : knowledgeOf(known, key);
  if (key === undefined || knowledge === nothingKnown) return undefined;
  const set = setAt(knowledge, eventMs);
  return set && { tags: set.tags, source: sourceOf(set, found.get(key)), timeMs: set.timeMs };
}

/** @param found what this batch itself looked up */
function sourceOf({ from, timeMs }: SetFact, found: SetFact | undefined): TagSource {
  if (from === 'stream') return 'stream';
  return timeMs === found?.timeMs ? 'lookup' : 'cache';
}
