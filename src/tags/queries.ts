import type { ClientConfig } from './client-config.ts';
import { type Home, keyOf } from './home.ts';
import type { HomeQuery } from './home-query.ts';
import { maxIdsPerCall } from './look-up.ts';

/**
 * Who names an instance, in the order in which they are heard. AWS, by a state change or a call that succeeded:
 * it exists. A call that failed may name anything, whoever makes it, and so may what anybody puts on a bus.
 */
export const namers = ['aws', 'failed call', 'others'] as const;
export type Namer = (typeof namers)[number];

/** An instance whose tags have to be looked up, and where. */
export interface Wanted {
  readonly id: string;
  readonly home: Home;
  readonly clientConfig: ClientConfig;
  readonly namedBy: Namer;
}

/** The look-ups of a batch: those that time bounds, and those that a number of calls bounds, too. */
export interface Queries {
  readonly first: readonly HomeQuery[];
  readonly later: readonly HomeQuery[];
}

/**
 * Plans the look-ups of a batch: a query for each home, to the one where most is wanted first. What AWS names
 * is asked for first. Others come along where a call has room for them; of the rest, as many calls are made as
 * there may be, the failed calls' first.
 */
export function queriesOf(wanted: readonly Wanted[], maxLaterCalls: number): Queries {
  const byHome = Map.groupBy(bestNamed(wanted), ({ home }) => keyOf(home));
  const first: HomeQuery[] = [];
  const calls: Wanted[][] = [];
  for (const group of byHome.values()) {
    const sorted = group.toSorted((a, b) => rankOf(a) - rankOf(b));
    const sure = sorted.filter(({ namedBy }) => namedBy === 'aws').length;
    // All calls are full but the last.
    const asked = Math.ceil(sure / maxIdsPerCall) * maxIdsPerCall;
    if (sure > 0) first.push(queryOf(sorted.slice(0, asked)));
    for (let from = asked; from < sorted.length; from += maxIdsPerCall) {
      calls.push(sorted.slice(from, from + maxIdsPerCall));
    }
  }
  const rank = ([one]: readonly Wanted[]) => rankOf(one as Wanted);
  const made = calls.toSorted((a, b) => rank(a) - rank(b)).slice(0, maxLaterCalls);
  const laterByHome = Map.groupBy(made.flat(), ({ home }) => keyOf(home));
  return {
    first: first.sort((a, b) => b.ids.length - a.ids.length),
    later: Array.from(laterByHome.values(), queryOf),
  };
}

/** Each instance once, as the first of those who name it. */
function bestNamed(wanted: readonly Wanted[]): Wanted[] {
  const best = new Map<string, Wanted>();
  for (const one of wanted) {
    const key = keyOf(one.home, one.id);
    const known = best.get(key);
    if (known === undefined || rankOf(one) < rankOf(known)) best.set(key, one);
  }
  return [...best.values()];
}

function rankOf({ namedBy }: Wanted): number {
  return namers.indexOf(namedBy);
}

function queryOf(group: readonly Wanted[]): HomeQuery {
  const { home, clientConfig } = group[0] as Wanted;
  return { home, clientConfig, ids: group.map(({ id }) => id) };
}
