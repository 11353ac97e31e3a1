import { type Configuration, reserveMs } from '../config.ts';
import type { Home } from './home.ts';
import type { TagSet } from './tag-set.ts';

/** Whom to ask: the EC2 API of a Region, for another account under a role of it. */
export interface Place {
  readonly region: string;
  readonly roleArn: string | undefined;
}

/** AWS partition (`aws`, `aws-cn`, …) and account of the stack. */
export interface Own {
  readonly partition: string;
  readonly account: string;
}

/** Other accounts that may be asked. An event may name any account, and a stranger may give a role any name. */
export interface Members {
  /** Name of the role to assume there. */
  readonly role: string;
  /** Undefined: all of an organization; IAM knows which accounts are in it. */
  readonly accounts: ReadonlySet<string> | undefined;
}

/** The accounts that may be asked; undefined where there are none. */
export function membersOf({
  memberRole: role,
  memberAccounts,
  organizationId,
}: Pick<Configuration, 'memberRole' | 'memberAccounts' | 'organizationId'>): Members | undefined {
  if (role === undefined) return undefined;
  return { role, accounts: organizationId === undefined ? memberAccounts : undefined };
}

/** Where the tags of a home are asked for; undefined where they may not be. */
export function placeOf(
  { account, region }: Home,
  own: Own | undefined,
  members: Members | undefined,
): Place | undefined {
  if (own === undefined) return undefined;
  if (account === own.account) return { region, roleArn: undefined };
  if (members === undefined || members.accounts?.has(account) === false) return undefined;
  return { region, roleArn: `arn:${own.partition}:iam::${account}:role/${members.role}` };
}

/** Asks AWS for the tags of instances. Rejects where a call fails, or not all pages came. */
export interface LookUp {
  /** Those of these instances, all pages. */
  ofIds(place: Place, ids: readonly string[], signal: AbortSignal): Promise<Answer>;
  /** Those of every instance of the place; undefined where they take more than `maxPages`. */
  ofAll(place: Place, maxPages: number, signal: AbortSignal): Promise<Answer | undefined>;
}

/** Tags by instance. Instances without tags, and ids that do not exist, are not in it. */
export type Answer = ReadonlyMap<string, TagSet>;

/** DescribeTags takes 200 filter values over all its filters; 100 ids leave room and few pages. */
export const maxIdsPerCall = 100;

/** A page of its answer. */
export const maxTagsPerPage = 1000;

/** What a batch may spend; the clock in epoch milliseconds, and the time that is left to it. */
export interface LookUpBudget {
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/** A batch waits for tags no longer than this, whatever is left of its time. */
const maxWaitMs = 10_000;
/** A call that has less than this would rather fail for want of time than for anything else. */
const minWaitMs = 1_000;

/** Aborted when a batch has to go on without tags; undefined where it should not start to wait. */
export function deadlineOf({ remainingMs }: LookUpBudget): AbortSignal | undefined {
  const waitMs = Math.floor(Math.min(maxWaitMs, remainingMs() - reserveMs));
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
