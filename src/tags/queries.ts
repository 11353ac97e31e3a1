import type { ClientConfig } from './client-config.ts';
import { type Home, keyOf } from './home.ts';
import type { HomeQuery } from './home-query.ts';

/** An instance whose tags have to be looked up, and where. */
export interface Wanted {
  readonly id: string;
  readonly home: Home;
  readonly clientConfig: ClientConfig;
}

/** The look-ups of a batch: a query for each home, to the one where most is wanted first. */
export function queriesOf(wanted: readonly Wanted[]): HomeQuery[] {
  const byHome = Map.groupBy(wanted, ({ home }) => keyOf(home));
  const queries = Array.from(byHome.values(), (group): HomeQuery => {
    const { home, clientConfig } = group[0] as Wanted;
    return { home, clientConfig, ids: [...new Set(group.map(({ id }) => id))] };
  });
  return queries.sort((a, b) => b.ids.length - a.ids.length);
}
