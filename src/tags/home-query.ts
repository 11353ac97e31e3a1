import { createBoundedMap } from './bounded-map.ts';
import { createCircuitBreaker, maxTargets } from './circuit-breaker.ts';
import type { ClientConfig } from './client-config.ts';
import { type Home, keyOf } from './home.ts';
import type { SetFact } from './knowledge.ts';
import {
  type Answer,
  type LookUp,
  maxIdsPerCall,
  maxTagsPerPage,
  unlessAborted,
} from './look-up.ts';
import { isSweepDue, nothingAsked, type SweepLimits, sweepLimits, type Tally } from './sweeps.ts';
import { tagSetOf } from './tag-set.ts';

/** Instances of one home that a batch wants to know of. */
export interface HomeQuery {
  readonly home: Home;
  readonly clientConfig: ClientConfig;
  readonly ids: readonly string[];
}

/** What look-ups found, by instance; those that failed are not there. */
export type Found = ReadonlyMap<string, SetFact>;

/**
 * Makes the function that runs a query: a call for every hundred ids of a home, one after the other. Where
 * a sweep is due, it takes the place of the next call; one that fails, or is given up, costs its time and
 * nothing else.
 */
export function createQueryRunner(lookUp: LookUp, limits: SweepLimits = sweepLimits) {
  const breaker = createCircuitBreaker();
  const tallies = createBoundedMap<Tally>(maxTargets);

  /** Never rejects. */
  return async (query: HomeQuery, deadline: AbortSignal, now: () => number): Promise<Found> => {
    const { home, clientConfig } = query;
    const name = `${clientConfig.roleArn}/${clientConfig.region}`;
    const found = new Map<string, SetFact>();
    for (const ids of callsOf(query)) {
      const all = await sweep();
      if (all) {
        learn([...query.ids, ...all.keys()], all);
        break;
      }
      const answer = await call(ids);
      if (!answer) break;
      learn(ids, answer);
    }
    return found;

    async function sweep(): Promise<Answer | undefined> {
      const tally = tallies.get(name) ?? nothingAsked;
      if (!mayAsk() || !isSweepDue(tally, limits)) return undefined;
      // At once: whoever asks meanwhile makes no other.
      tallies.set(name, { ...tally, isSwept: true });
      return answerOf(async () => lookUp.ofAll(clientConfig, limits.maxPages, deadline));
    }

    async function call(ids: readonly string[]): Promise<Answer | undefined> {
      if (!mayAsk()) return undefined;
      const answer = await answerOf(async () => lookUp.ofIds(clientConfig, ids, deadline));
      // Denied, throttled or out of time: the next call would be, too.
      if (!answer) breaker.failed(name, now());
      else {
        breaker.succeeded(name);
        const { pages, isSwept } = tallies.get(name) ?? nothingAsked;
        tallies.set(name, { pages: pages + pagesOf(answer), isSwept });
      }
      return answer;
    }

    function mayAsk(): boolean {
      return !deadline.aborted && !breaker.isOpen(name, now());
    }

    /** Undefined where it fails, in whatever way, or is not there in time. */
    function answerOf<T>(question: () => Promise<T>): Promise<T | undefined> {
      return unlessAborted(question(), deadline);
    }

    function learn(ids: Iterable<string>, answer: Answer): void {
      const timeMs = now();
      for (const id of ids) {
        found.set(keyOf(home, id), { timeMs, from: 'lookup', tags: answer.get(id) ?? noTags });
      }
    }
  };
}

const noTags = tagSetOf([]);

/** About as many as an answer took. */
function pagesOf(answer: Answer): number {
  let tags = 0;
  for (const set of answer.values()) tags += Object.keys(set).length;
  return Math.max(1, Math.ceil(tags / maxTagsPerPage));
}

function* callsOf({ ids }: HomeQuery): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += maxIdsPerCall) {
    yield ids.slice(from, from + maxIdsPerCall);
  }
}
