import { type Fact, isLookUp, isSet, isShown, type Knowledge, type SetFact } from './knowledge.ts';
import { setAt } from './set-at.ts';
import { isEmptySet } from './tag-set.ts';

const hourMs = 60 * 60 * 1000;

/** The stream brings changes, so a set is good for long. */
const goodForMs = 24 * hourMs;

/**
 * A look-up takes up to ten seconds, and EC2 shows a change or a new instance some seconds late
 * ("Eventual consistency in the Amazon EC2 API", Amazon EC2 Developer Guide): what came so shortly
 * before the answer may not be in it.
 */
const settleMs = 15_000;

/**
 * Whether to ask EC2 for the tags at a time: nothing is known for it, or only a set so old that today's
 * tags would come closer. Never twice: the next answer would be even later.
 */
export function isAskedFor(knowledge: Knowledge, timeMs: number, nowMs: number): boolean {
  if (knowledge.facts.some((fact) => isLookUp(fact) && fact.timeMs > timeMs)) return false;
  const known = setAt(knowledge, timeMs);
  if (!known) return true;
  if (knowledge.isEnded) return false;
  const ageMs = Math.min(timeMs, nowMs) - known.timeMs;
  return ageMs > longestAgeOf(known, knowledge) && nowMs - timeMs < ageMs;
}

function longestAgeOf(known: SetFact, { facts }: Knowledge): number {
  const earlier = facts.slice(0, facts.indexOf(known));
  if (isEmptySet(known.tags)) {
    // Without tags for ten minutes: worth another question in ten; but who tags late does so any time.
    const isOther = (fact: Fact) => !isSet(fact) || !isEmptySet(fact.tags);
    const since = earlier[earlier.findLastIndex(isOther) + 1] ?? known;
    return Math.min(Math.max(known.timeMs - since.timeMs, settleMs), hourMs);
  }
  const isMissed = (change: Fact) =>
    !isLookUp(change) && change.timeMs > known.timeMs - settleMs && !isShown(change, known.tags);
  return isLookUp(known) && earlier.some(isMissed) ? settleMs : goodForMs;
}
