/**
 * A sweep asks for all instances of a home at once. It also knows those that no event has named yet,
 * but how many pages it takes nobody knows before: it may be a hundred. So it is made once calls by ids
 * have cost some, and given up beyond a few more; and only once, as from then on calls by ids ask for
 * what is new, or the home is too large. Where little is asked there is none.
 */
export interface SweepLimits {
  /** Pages that calls by ids take before. */
  readonly afterPages: number;
  /**
   * Pages that it may take itself, of a thousand tags. An instance for each of them would fill a third
   * of the memory, and a batch waits some seconds for so many.
   */
  readonly maxPages: number;
}

export const sweepLimits: SweepLimits = { afterPages: 4, maxPages: 16 };

/** What a container has asked in a home so far. */
export interface Tally {
  /** Pages that calls by ids took. */
  readonly pages: number;
  readonly isSwept: boolean;
}

export const nothingAsked: Tally = { pages: 0, isSwept: false };

export function isSweepDue({ pages, isSwept }: Tally, { afterPages }: SweepLimits): boolean {
  return !isSwept && pages >= afterPages;
}
