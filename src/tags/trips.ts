import { isRider } from './asked-for.ts';
import type { Rider, Trip } from './flights.ts';
import { type Home, keyOf } from './home.ts';
import type { Fact } from './knowledge.ts';
import { maxIdsPerCall, type Place } from './look-up.ts';
import type { Memory } from './memory.ts';

/** An instance whose tags have to be looked up, and where. */
export interface Wanted {
  readonly id: string;
  readonly home: Home;
  readonly place: Place;
}

/**
 * Plans the look-ups of a batch: a trip for each home, to the one where most is wanted first. Where a
 * call is made anyway, others of the home may ride along that were not asked for lately.
 */
export function tripsOf(wanted: readonly Wanted[], memory: Memory, nowMs: number): Trip[] {
  const byHome = Map.groupBy(wanted, ({ home }) => keyOf(home));
  const riders = ridersOf(memory, byHome, nowMs);
  const trips = Array.from(byHome, ([key, group]): Trip => {
    const { home, place } = group[0] as Wanted;
    const ids = new Set(group.map(({ id }) => id));
    const others = (riders.get(key) ?? []).filter(({ id }) => !ids.has(id));
    return { home, place, ids: [...ids], riders: others };
  });
  return trips.sort((a, b) => b.ids.length - a.ids.length);
}

/** Riders of each home, the longest waiting first, as many as a call has seats. */
function ridersOf(
  memory: Memory,
  homes: ReadonlyMap<string, unknown>,
  nowMs: number,
): Map<string, Rider[]> {
  const waiting: Waiting[] = [];
  for (const [key, knowledge] of memory.all()) {
    const home = key.slice(0, key.lastIndexOf('/') + 1);
    if (!homes.has(home) || !isRider(knowledge, nowMs)) continue;
    const last = knowledge.facts.at(-1) as Fact;
    waiting.push({ home, id: key.slice(home.length), last });
  }
  const inOrder = waiting.sort((a, b) => a.last.timeMs - b.last.timeMs);
  return new Map(
    Array.from(
      Map.groupBy(inOrder, ({ home }) => home),
      ([home, group]) => [home, group.slice(0, maxIdsPerCall).map(riderOf)],
    ),
  );
}

interface Waiting {
  readonly home: string;
  readonly id: string;
  /** The last that is known of it. */
  readonly last: Fact;
}

/** As many as EC2 allows a user, where they changed since they were known. */
const unknownTagCount = 50;

function riderOf({ id, last }: Waiting): Rider {
  return { id, tagCount: last.tags ? Object.keys(last.tags).length : unknownTagCount };
}
