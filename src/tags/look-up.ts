import { reserveMs } from '../config.ts';
import type { Home, TagAnswer, TagBudget } from './tags.ts';

/** Tags of one instance, key to value. */
export type TagSet = Readonly<Record<string, string>>;

/**
 * Asks AWS for the tags of instances, all pages. Instances without tags, and ids that do not exist,
 * are not in the answer. Rejects where it could not be asked.
 */
export type LookUp = (
  home: Home,
  ids: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, TagSet>>;

/** DescribeTags takes 200 filter values over all its filters; 100 ids leave room and few pages. */
export const maxIdsPerCall = 100;

/** A batch waits for tags no longer than this. */
const maxWaitMs = 10_000;

/** Looks up all ids, or as many as the budget allows; the others are `failed`. */
export async function lookUpAll(
  lookUp: LookUp,
  home: Home,
  ids: readonly string[],
  { nowMs, remainingMs }: TagBudget,
): Promise<Map<string, TagAnswer>> {
  const signal = AbortSignal.timeout(Math.max(0, Math.min(maxWaitMs, remainingMs() - reserveMs)));
  const answers = new Map<string, TagAnswer>(ids.map((id) => [id, { status: 'failed' }]));
  for (let from = 0; from < ids.length && !signal.aborted; from += maxIdsPerCall) {
    const asked = ids.slice(from, from + maxIdsPerCall);
    const found = await lookUp(home, asked, signal).catch(() => undefined);
    if (!found) break; // denied, throttled or out of time: the next call would be, too
    for (const id of asked) {
      const tags = found.get(id);
      const known = { source: 'lookup', timeMs: nowMs } as const;
      answers.set(id, tags ? { status: 'found', tags, ...known } : { status: 'none', ...known });
    }
  }
  return answers;
}

let ec2: Promise<LookUp> | undefined;

/** The look-up by the EC2 API, whose client is loaded on first need and then kept. */
export const ec2LookUp: LookUp = async (...question) => {
  ec2 ??= import('./ec2.ts').then(({ createEc2LookUp }) => createEc2LookUp());
  return (await ec2)(...question);
};
