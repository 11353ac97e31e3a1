import { keyOf } from './home.ts';
import { createQueryRunner, type Found, type HomeQuery } from './home-query.ts';
import { deadlineOf, type LookUp, type LookUpBudget, unlessAborted } from './look-up.ts';
import type { SweepLimits } from './sweeps.ts';

/** A query that others may join. */
interface Flight {
  readonly query: HomeQuery;
  readonly answer: Promise<Found>;
  readonly settle: (found: Found) => void;
}

/** Homes that are asked at once: each takes connections of its own, and a share of the processor. */
const maxHomesAtOnce = 16;

/**
 * Makes the function that looks tags up for all batches of a container: homes side by side, and no call for
 * an id while another is under way.
 */
export function createSingleFlight(lookUp: LookUp, limits?: SweepLimits) {
  const runQuery = createQueryRunner(lookUp, limits);
  const underWay = new Map<string, Promise<Found>>();

  /** Never rejects, and takes no longer than there is time for. */
  return async (queries: readonly HomeQuery[], budget: LookUpBudget): Promise<Found> => {
    const deadline = deadlineOf(budget);
    if (!deadline) return new Map();
    const joined = new Set<Promise<Found>>();
    const own: Flight[] = [];
    for (const query of queries) {
      const others = query.ids.map((id) => underWay.get(keyOf(query.home, id)));
      for (const answer of others) if (answer) joined.add(answer);
      const ids = query.ids.filter((_, index) => !others[index]);
      if (ids.length > 0) own.push(announce({ ...query, ids }));
    }
    await runAll(own, maxHomesAtOnce, async (flight) => {
      flight.settle(await runQuery(flight.query, deadline, budget.now));
    });
    const answers = [
      ...own.map(({ answer }) => answer),
      ...Array.from(joined, (answer) => unlessAborted(answer, deadline)),
    ];
    return new Map((await Promise.all(answers)).flatMap((facts) => [...(facts ?? [])]));
  };

  /** Known before it starts: whoever comes while it waits for its turn joins it. */
  function announce(query: HomeQuery): Flight {
    const { promise: answer, resolve } = Promise.withResolvers<Found>();
    const keys = query.ids.map((id) => keyOf(query.home, id));
    for (const key of keys) underWay.set(key, answer);
    const settle = (found: Found) => {
      for (const key of keys) underWay.delete(key);
      resolve(found);
    };
    return { query, answer, settle };
  }
}

/** Does a step for each item, so many at once. */
async function runAll<T>(
  items: readonly T[],
  atOnce: number,
  step: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const run = async () => {
    for (const item of left) await step(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, run));
}
