import { isSameSet, type TagSet } from './tag-set.ts';

/**
 * What is known of one instance's tags: facts, each at its time. They come in any order, late and
 * doubled, and what is known depends only on which came.
 *
 * Only whole sets are given out, each as of the time at which it was the truth. A call such as
 * CreateTags tells one key of many; to put that on top of an older set would claim that nothing
 * else happened in between, which neither a best-effort stream nor one container of several can
 * know. So it only tells that older sets are outdated, those that do not show it already.
 */
export interface Knowledge {
  /** In their order, the earliest first. */
  readonly facts: readonly Fact[];
  /** The instance is terminated: what is known of it is all that there will be. */
  readonly isEnded: boolean;
}

export type Fact = SetFact | ChangeFact;

/** All tags of an instance at one time, epoch milliseconds. An empty set: it had none. */
export interface SetFact {
  readonly timeMs: number;
  readonly from: 'lookup' | 'stream';
  readonly tags: TagSet;
  /** Of a tag change event: a later change has a higher one, whatever their times. Of a launch 0. */
  readonly version?: number | undefined;
}

/** Some tags changed, by a call that says which; or any, where that is not known. */
export interface ChangeFact {
  readonly timeMs: number;
  readonly from: 'stream';
  readonly tags?: undefined;
  readonly delta: Delta | undefined;
}

/** What a call did to single tags. */
export interface Delta {
  /** Tags that have these values since. */
  readonly put: TagSet;
  /** Tags that are gone since: whatever their value was, or only if it was the one that is given. */
  readonly gone: Readonly<Record<string, string | null>>;
}

export const nothingKnown: Knowledge = { facts: [], isEnded: false };

/** Late events come a few changes late, not hundreds. */
const maxFacts = 8;

/** Adds a fact. One that is known already adds nothing. */
export function withFact(knowledge: Knowledge, fact: Fact): Knowledge {
  const { facts, isEnded } = knowledge;
  if (facts.some((known) => isSameFact(known, fact))) return knowledge;
  const sorted = [...facts, shared(facts, fact)].sort(byOrder);
  const telling = sorted.filter(isNotOvertaken).filter(isNoRepetition);
  return { facts: telling.slice(-maxFacts), isEnded };
}

/** Adds that the instance is terminated. */
export function withEnd(knowledge: Knowledge): Knowledge {
  return knowledge.isEnded ? knowledge : { ...knowledge, isEnded: true };
}

/** All that is in either. */
export function merge(one: Knowledge, other: Knowledge): Knowledge {
  const merged = other.facts.reduce(withFact, one);
  return other.isEnded ? withEnd(merged) : merged;
}

/**
 * Events tell whole seconds, so some facts have the same time. Within a second whole sets come first, by
 * their versions, a launch before all. What a call changed comes after them, since it may have: if the
 * last set does not show it, nobody knows that it was before.
 */
function byOrder(a: Fact, b: Fact): number {
  return a.timeMs - b.timeMs || rankOf(a) - rankOf(b) || versionOf(a) - versionOf(b);
}

function rankOf(fact: Fact): number {
  if (isLookUp(fact)) return 2;
  return isSet(fact) ? 0 : 1;
}

function versionOf(fact: Fact): number {
  return fact.tags ? (fact.version ?? 0) : 0;
}

function isSameFact(a: Fact, b: Fact): boolean {
  if (a.timeMs !== b.timeMs || a.from !== b.from || versionOf(a) !== versionOf(b)) return false;
  if (a.tags && b.tags) return isSameSet(a.tags, b.tags);
  return !a.tags && !b.tags && isSameDelta(a.delta, b.delta);
}

function isSameDelta(a: Delta | undefined, b: Delta | undefined): boolean {
  if (a === b || !a || !b) return a === b;
  return isSameSet(a.put, b.put) && isSameSet(a.gone, b.gone);
}

/** The fact, with the very set that another fact has where they are equal: memory is bounded. */
function shared(facts: readonly Fact[], fact: Fact): Fact {
  const { tags } = fact;
  if (!tags) return fact;
  const twin = facts.find((other) => other.tags && isSameSet(other.tags, tags));
  return twin?.tags ? { ...fact, tags: twin.tags } : fact;
}

/** Whether no later version is known at an earlier time: versions count, and clocks may differ. */
function isNotOvertaken(fact: Fact, index: number, facts: readonly Fact[]): boolean {
  const version = fact.tags && fact.version;
  if (version === undefined) return true;
  return facts.slice(0, index).every((earlier) => versionOf(earlier) <= version);
}

/** Of look-ups in a row that found the same, the first and the last tell it all. */
function isNoRepetition(fact: Fact, index: number, facts: readonly Fact[]): boolean {
  const [before, after] = [facts[index - 1], facts[index + 1]];
  return ![before, after].every(
    (other) => other && isLookUp(other) && isLookUp(fact) && isSameSet(other.tags, fact.tags),
  );
}

export function isLookUp(fact: Fact): fact is SetFact {
  return fact.from === 'lookup';
}

export function isSet(fact: Fact | undefined): fact is SetFact {
  return fact?.tags !== undefined;
}

/** Whether a set is as a fact says that the tags were: no other, or changed in this way already. */
export function isShown(fact: Fact, tags: TagSet): boolean {
  if (fact.tags) return isSameSet(fact.tags, tags);
  const { delta } = fact;
  return (
    delta !== undefined &&
    Object.entries(delta.put).every(([key, value]) => tags[key] === value) &&
    Object.entries(delta.gone).every(([key, value]) =>
      value === null ? tags[key] === undefined : tags[key] !== value,
    )
  );
}
