import { createFly, type Found, type Trip } from './fly.ts';
import { keyOf } from './home.ts';
import { deadlineOf, type LookUp, type LookUpBudget, unlessAborted } from './look-up.ts';
import type { SweepLimits } from './sweeps.ts';

/** A look-up of one home. */
interface Flight {
  readonly trip: Trip;
  readonly landed: Promise<Found>;
  readonly land: (found: Found) => void;
}

/** Homes that are asked at once: each takes connections of its own, and a share of the processor. */
const maxHomesAtOnce = 16;

/**
 * Makes the function that looks tags up for all batches of a container: homes side by side, and no call for
 * an id while another is under way.
 */
export function createFlights(lookUp: LookUp, limits?: SweepLimits) {
  const fly = createFly(lookUp, limits);
  const underWay = new Map<string, Promise<Found>>();

  /** Never rejects, and takes no longer than there is time for. */
  return async (trips: readonly Trip[], budget: LookUpBudget): Promise<Found> => {
    const deadline = deadlineOf(budget);
    if (!deadline) return new Map();
    const joined = new Set<Promise<Found>>();
    const own: Flight[] = [];
    for (const trip of trips) {
      const others = trip.ids.map((id) => underWay.get(keyOf(trip.home, id)));
      for (const flight of others) if (flight) joined.add(flight);
      const ids = trip.ids.filter((_, index) => !others[index]);
      if (ids.length > 0) own.push(announce({ ...trip, ids }));
    }
    await runAll(own, maxHomesAtOnce, async (flight) => {
      flight.land(await fly(flight.trip, deadline, budget.now));
    });
    const found = [
      ...own.map(({ landed }) => landed),
      ...Array.from(joined, (flight) => unlessAborted(flight, deadline)),
    ];
    return new Map((await Promise.all(found)).flatMap((facts) => [...(facts ?? [])]));
  };

  /** Known before it starts: whoever comes while it waits for its turn joins it. */
  function announce(trip: Trip): Flight {
    const { promise: landed, resolve } = Promise.withResolvers<Found>();
    const keys = trip.ids.map((id) => keyOf(trip.home, id));
    for (const key of keys) underWay.set(key, landed);
    const land = (found: Found) => {
      for (const key of keys) underWay.delete(key);
      resolve(found);
    };
    return { trip, landed, land };
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
