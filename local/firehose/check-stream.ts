import type { Properties } from './property-reader.ts';
import { type Fact, type Facts, factPaths, factsOf } from './stream-facts.ts';
import { type Check, type StreamRule, streamRules } from './stream-rules.ts';

/** What the service refuses. */
export interface Refusal {
  /** The property that it is about. */
  readonly path: string;
  /** In the service's words. */
  readonly message: string;
  readonly cure: string;
}

/**
 * What the service would refuse of resolved properties, in the order of its rules.
 * @throws ConfigurationError for a property of another kind, such as one that is not resolved
 */
export function checkStream(properties: Properties): Refusal[] {
  const facts = factsOf(properties);
  return streamRules.flatMap((rule) => refusalsBy(rule, facts));
}

function refusalsBy(rule: StreamRule, facts: Facts): Refusal[] {
  const { of, when = {}, message, cure } = rule;
  const counts = Object.entries(when).every(([fact, text]) => facts[fact as Fact].includes(text));
  const offenders = counts ? offendersIn(facts[of], rule, facts) : [];
  const path = factPaths[of];
  if (!message.includes('%s')) return offenders.length > 0 ? [{ path, message, cure }] : [];
  return offenders.map((by) => ({ path, message: message.replace('%s', () => by), cure }));
}

/** The texts that break a rule, or that it misses. */
function offendersIn(texts: readonly string[], rule: Check, facts: Facts): readonly string[] {
  const { count, alongside, has, hasAll = [], hasNone = [], among, pattern, range } = rule;
  const isCountRight = !count || isWithin(texts.length, count);
  const isAlongside = !alongside || texts.length > 0 === facts[alongside].length > 0;
  const hasOne = !has || has.some((text) => texts.includes(text));
  return [
    ...(isCountRight && isAlongside && hasOne ? [] : texts.length > 0 ? texts : ['']),
    ...hasAll.filter((text) => !texts.includes(text)),
    ...texts.filter(
      (text) =>
        hasNone.includes(text) ||
        (among && !among.includes(text)) ||
        (pattern && !pattern.test(text)) ||
        (range && !isWithin(Number(text), range)),
    ),
  ];
}

/** Not of what is no number. */
const isWithin = (number: number, [least, most]: readonly [number, number]) =>
  number >= least && number <= most;
