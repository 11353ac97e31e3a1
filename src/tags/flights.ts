import { createCircuit } from './circuit.ts';
import { type Home, keyOf } from './home.ts';
import type { SetFact } from './knowledge.ts';
import {
  deadlineOf,
  type LookUp,
  type LookUpBudget,
  maxIdsPerCall,
  type Place,
  unlessAborted,
} from './look-up.ts';
import { tagSetOf } from './tag-set.ts';

/** Instances of one home that a batch wants to know of. */
export interface Trip {
  readonly home: Home;
  readonly place: Place;
  readonly ids: readonly string[];
  /** How many tags one of them is likely to have, at most. */
  readonly tagsPerId: number;
  /** Others, in the order of their need: as many come along as cost no further call. */
  readonly riders: readonly Rider[];
}

export interface Rider {
  readonly id: string;
  /** How many tags it is likely to have. */
  readonly tagCount: number;
}

/** What the look-ups of a batch found, by instance; those that failed are not there. */
export type Found = ReadonlyMap<string, SetFact>;

/** A look-up of one home. */
interface Flight {
  readonly trip: Trip;
  readonly landed: Promise<Found>;
  readonly land: (found: Found) => void;
}

/** Homes that are asked at once: each takes connections of its own, and a share of the processor. */
const maxHomesAtOnce = 16;

/**
 * Makes what looks up for all batches of a container: homes side by side, a call for every hundred
 * ids of one after the other, and no call for an id while another is under way.
 */
export function createFlights(lookUp: LookUp) {
  const circuit = createCircuit();
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
      flight.land(await fly(flight.trip, deadline, budget));
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

  async function fly(trip: Trip, deadline: AbortSignal, { now }: LookUpBudget): Promise<Found> {
    const { home, place } = trip;
    const name = `${place.roleArn}/${place.region}`;
    const found = new Map<string, SetFact>();
    for (const ids of callsOf(trip)) {
      if (deadline.aborted || circuit.isOpen(name, now())) return found;
      const answer = await unlessAborted(ask(place, ids, deadline), deadline);
      const timeMs = now();
      if (!answer) {
        // Denied, throttled or out of time: the next call would be, too.
        circuit.failed(name, timeMs);
        return found;
      }
      circuit.succeeded(name);
      for (const id of ids) {
        found.set(keyOf(home, id), { timeMs, from: 'lookup', tags: answer.get(id) ?? noTags });
      }
    }
    return found;
  }

  /** A promise, whatever the look-up does. */
  async function ask(place: Place, ids: readonly string[], deadline: AbortSignal) {
    return lookUp(place, ids, deadline);
  }
}

const noTags = tagSetOf([]);

/** A page of DescribeTags. */
const maxTagsPerPage = 1000;

/** The ids of each call; riders take what room is left in the one page that the last call has. */
function* callsOf({ ids, tagsPerId, riders }: Trip): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += maxIdsPerCall) {
    const call = ids.slice(from, from + maxIdsPerCall);
    const isLast = from + maxIdsPerCall >= ids.length;
    yield isLast ? [...call, ...seated(riders, call.length, tagsPerId)] : call;
  }
}

/** The riders that find room beside so many. */
function seated(riders: readonly Rider[], besideIds: number, tagsPerId: number): string[] {
  let seats = maxIdsPerCall - besideIds;
  let tags = maxTagsPerPage - tagsPerId * besideIds;
  const seated: string[] = [];
  for (const { id, tagCount } of riders) {
    tags -= tagCount;
    if (seats-- <= 0 || tags < 0) break;
    seated.push(id);
  }
  return seated;
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
