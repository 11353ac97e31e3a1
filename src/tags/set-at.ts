import { type Fact, isLookUp, isSet, isShown, type Knowledge, type SetFact } from './knowledge.ts';
import { isEmptySet } from './tag-set.ts';

/**
 * The set that says best what the tags were at a time: the last one before, unless they changed
 * since, or the next one after, unless they changed until then. Where both are good, the nearer one; but
 * one before the empty one of a look-up, as EC2 knows nothing of an instance that is new or gone.
 */
export function setAt({ facts, isEnded }: Knowledge, timeMs: number): SetFact | undefined {
  // After its end an instance loses its tags: that the last look-ups found none is no news of them.
  const last = facts.findLastIndex((fact) => !isEmptyLookUp(fact));
  const telling = isEnded ? facts.slice(0, last + 1) : facts;
  return bestAt(telling, timeMs) ?? bestAt(facts, timeMs);
}

function bestAt(facts: readonly Fact[], timeMs: number): SetFact | undefined {
  const before = setBefore(facts, timeMs);
  const after = lookUpAfter(facts, timeMs);
  // From after a change, where there is none of before: no look-up would come closer.
  if (!before) return after ?? facts.filter(isSet).find((fact) => fact.timeMs > timeMs);
  if (!after || isEmptyLookUp(after)) return before;
  if (isEmptyLookUp(before)) return after;
  return timeMs - before.timeMs <= after.timeMs - timeMs ? before : after;
}

/** The last set until a time, if it shows every change that came after it until then. */
function setBefore(facts: readonly Fact[], timeMs: number): SetFact | undefined {
  const until = facts.filter((fact) => fact.timeMs <= timeMs);
  const last = until.findLast(isSet);
  const since = until.slice(until.lastIndexOf(last as Fact) + 1);
  return last && since.every((change) => isShown(change, last.tags)) ? last : undefined;
}

/** The look-up that is next after a time, if nothing changed between. */
function lookUpAfter(facts: readonly Fact[], timeMs: number): SetFact | undefined {
  const next = facts.find((fact) => fact.timeMs > timeMs);
  return next && isLookUp(next) ? next : undefined;
}

function isEmptyLookUp(fact: Fact): boolean {
  return isLookUp(fact) && isEmptySet(fact.tags);
}
