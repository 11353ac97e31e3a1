import { reserveMs } from '../config.ts';
import type { Circuit } from './circuit.ts';
import { type TagFilter, type TagSet, tagSetOf } from './tag-set.ts';

/** An account's Region: where instances live, and where their tags are asked for. */
export interface Home {
  readonly account: string;
  readonly region: string;
}

/** Whom to ask: the EC2 API of a Region, for another account under a role of it. */
export interface Place {
  readonly region: string;
  readonly roleArn: string | undefined;
}

/**
 * Asks AWS for the tags of instances, all pages. Instances without tags, and ids that do not exist,
 * are not in the answer. Rejects where it could not be asked, or not to the end.
 */
export type LookUp = (
  place: Place,
  ids: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, TagSet>>;

/** DescribeTags takes 200 filter values over all its filters; 100 ids leave room and few pages. */
export const maxIdsPerCall = 100;

/** A batch waits for tags no longer than this, whatever is left of its time. */
const maxWaitMs = 10_000;

/** What a batch may spend; the clock in epoch milliseconds, and the time that is left to it. */
export interface LookUpBudget {
  readonly now: () => number;
  readonly remainingMs: () => number;
}

/**
 * Looks up ids at one place, as many calls as it takes and as the time allows. Those that could not
 * be looked up are not in the answer; those without tags have an empty set.
 */
export async function lookUpAll(
  lookUp: LookUp,
  place: Place,
  ids: readonly string[],
  circuit: Circuit,
  { now, remainingMs }: LookUpBudget,
): Promise<Map<string, TagSet>> {
  const found = new Map<string, TagSet>();
  const name = `${place.roleArn}/${place.region}`;
  const waitMs = Math.min(maxWaitMs, remainingMs() - reserveMs);
  if (waitMs <= 0 || circuit.isOpen(name, now())) return found;
  const signal = AbortSignal.timeout(waitMs);
  for (let from = 0; from < ids.length; from += maxIdsPerCall) {
    const asked = ids.slice(from, from + maxIdsPerCall);
    const answer = await unlessAborted(lookUp(place, asked, signal), signal);
    if (!answer) {
      // Denied, throttled or out of time: the next call would be, too.
      circuit.failed(name, now());
      return found;
    }
    for (const id of asked) found.set(id, answer.get(id) ?? emptySet);
  }
  circuit.succeeded(name);
  return found;
}

const emptySet = tagSetOf([]);

/** The answer, or undefined where there is none, or none in time: a client may ignore the signal. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  return Promise.race([answer.catch(() => undefined), aborted]);
}

/** The look-up by the EC2 API, whose client is loaded on first need and then kept. */
export function ec2LookUp(isKept: TagFilter): LookUp {
  let loaded: Promise<LookUp> | undefined;
  return async (...question) => {
    loaded ??= import('./ec2.ts').then(({ createEc2LookUp }) => createEc2LookUp(isKept));
    return (await loaded)(...question);
  };
}
