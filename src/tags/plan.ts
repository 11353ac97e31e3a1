import { isRider } from './asked-for.ts';
import { type Home, keyOf } from './home.ts';
import type { HomeQuery, Rider } from './home-query.ts';
import type { Fact, Knowledge } from './knowledge.ts';
import { maxIdsPerCall } from './look-up.ts';
import type { Memory } from './memory.ts';
import type { Place } from './place.ts';
import { isEmptySet, type TagSet } from './tag-set.ts';

/** An instance whose tags have to be looked up, and where. */
export interface Wanted {
  readonly id: string;
  readonly home: Home;
  readonly place: Place;
}

/**
 * Plans the look-ups of a batch: a query for each home, to the one where most is wanted first. Where a
 * call is made anyway, others of the home may ride along that were not asked for lately.
 */
export function planOf(wanted: readonly Wanted[], memory: Memory, nowMs: number): HomeQuery[] {
  const byHome = Map.groupBy(wanted, ({ home }) => keyOf(home));
  const neighbours = neighboursOf(memory, byHome);
  const queries = Array.from(byHome, ([key, group]): HomeQuery => {
    const { home, place } = group[0] as Wanted;
    const ids = new Set(group.map(({ id }) => id));
    const known = neighbours.get(key) ?? [];
    const tagsPerId = mostTagsOf(known);
    const others = known.filter(({ id }) => !ids.has(id));
    return { home, place, ids: [...ids], tagsPerId, riders: ridersOf(others, tagsPerId, nowMs) };
  });
  return queries.sort((a, b) => b.ids.length - a.ids.length);
}

/** An instance that something is known of. */
interface Neighbour {
  readonly id: string;
  readonly knowledge: Knowledge;
  /** The last that is known of it. */
  readonly last: Fact;
}

/** All of each home that something is known of. */
function neighboursOf(
  memory: Memory,
  homes: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, readonly Neighbour[]> {
  const neighbours = new Map(Array.from(homes.keys(), (home) => [home, [] as Neighbour[]]));
  for (const [key, knowledge] of memory.all()) {
    const home = key.slice(0, key.lastIndexOf('/') + 1);
    const last = knowledge.facts.at(-1);
    if (last) neighbours.get(home)?.push({ id: key.slice(home.length), knowledge, last });
  }
  return neighbours;
}

/** Of an instance that nothing is known of, where nothing is known of any: 50 of its user, some of AWS. */
const unknownTagCount = 60;

/** As many tags as any of them has, as far as that is known. */
function mostTagsOf(neighbours: readonly Neighbour[]): number {
  const counts = neighbours.flatMap(({ last }) => (last.tags ? [tagCountOf(last.tags)] : []));
  return counts.length > 0
    ? counts.reduce((most, count) => Math.max(most, count))
    : unknownTagCount;
}

/** Who rides along, the longest waiting first, as many as a call takes ids; last who had no tags. */
function ridersOf(neighbours: readonly Neighbour[], tagsPerId: number, nowMs: number): Rider[] {
  return neighbours
    .filter(({ knowledge }) => isRider(knowledge, nowMs))
    .sort((a, b) => Number(isBare(a)) - Number(isBare(b)) || a.last.timeMs - b.last.timeMs)
    .slice(0, maxIdsPerCall)
    .map(({ id, last }) => ({ id, tagCount: (last.tags && tagCountOf(last.tags)) || tagsPerId }));
}

/** It may be gone. */
function isBare({ last }: Neighbour): boolean {
  return last.tags !== undefined && isEmptySet(last.tags);
}

function tagCountOf(tags: TagSet): number {
  return Object.keys(tags).length;
}
