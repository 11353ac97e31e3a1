import type { ClientConfig } from './client-config.ts';
import type { TagSet } from './tag-set.ts';

/** Asks AWS for the tags of instances. Rejects where a call fails, or not all pages came. */
export interface LookUp {
  /** Those of these instances, all pages. */
  ofIds(clientConfig: ClientConfig, ids: readonly string[], signal: AbortSignal): Promise<Answer>;
  /** Those of every instance there; undefined where they take more than `maxPages`. */
  ofAll(
    clientConfig: ClientConfig,
    maxPages: number,
    signal: AbortSignal,
  ): Promise<Answer | undefined>;
}

/** Tags by instance. Instances without tags, and ids that do not exist, are not in it. */
export type Answer = ReadonlyMap<string, TagSet>;

/** DescribeTags takes 200 filter values over all its filters; 100 ids leave room and few pages. */
export const maxIdsPerCall = 100;

/** A page of its answer. */
export const maxTagsPerPage = 1000;

/** Pages of a call for a hundred ids: with sixty tags each they take six, however EC2 cuts them. */
export const maxPagesPerCall = 30;

/** What a batch may spend; the clock in epoch milliseconds, and the time that is left to wait. */
export interface LookUpBudget {
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/** A batch waits for tags no longer than this, whatever is left of its time. */
export const maxWaitMs = 10_000;
/** A call that has less than this would rather fail for want of time than for anything else. */
export const minWaitMs = 1_000;

/** Aborted when a batch has to go on without tags; undefined where it should not start to wait. */
export function deadlineOf({ remainingMs }: LookUpBudget): AbortSignal | undefined {
  const waitMs = Math.floor(Math.min(maxWaitMs, remainingMs()));
  return waitMs < minWaitMs ? undefined : AbortSignal.timeout(waitMs);
}

/** What a promise gives, or undefined where it rejects or is not there in time. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const giveUp = () => resolve(undefined);
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  const settled = promise.catch(() => undefined);
  return Promise.race([settled, aborted]).finally(() =>
    signal.removeEventListener('abort', giveUp),
  );
}
