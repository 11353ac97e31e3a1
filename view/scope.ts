/** What the page is about. */
export interface Scope {
  /** The first and the last day, `yyyy-MM-dd`. */
  readonly since: string;
  readonly until: string;
  /** The days that were asked for; absent where the lake's own are meant. */
  readonly asked?: { readonly since?: string | undefined; readonly until?: string | undefined };
  /** None for all. */
  readonly accounts: readonly string[];
}

const dayMs = 24 * 60 * 60 * 1000;

/** What a timeline counts by: as fine as a person sees, and no more than some hundred steps. */
export function grainOf({ since, until }: Pick<Scope, 'since' | 'until'>): 'hour' | 'day' | 'week' {
  const days = (Date.parse(until) - Date.parse(since)) / dayMs + 1;
  if (days <= 4) return 'hour';
  return days <= 100 ? 'day' : 'week';
}
