import { createCache } from './cache.ts';
import { type LookUp, lookUpAll } from './look-up.ts';

/** An account's Region, where instances live and tags are asked for. */
export interface Home {
  readonly account: string;
  readonly region: string;
}

/** One question: the tags of an instance that an event is about. */
export interface TagRequest {
  readonly id: string;
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** False where the question comes of our own calls: they must never cause more of them. */
  readonly mayLookUp: boolean;
}

/** What is known of an instance's tags, and how. Times are epoch milliseconds. */
export type TagAnswer =
  | {
      readonly status: 'found';
      readonly tags: Readonly<Record<string, string>>;
      readonly source: TagSource;
      readonly timeMs: number;
    }
  | { readonly status: 'none'; readonly source: TagSource; readonly timeMs: number }
  | { readonly status: 'failed' }
  | { readonly status: 'skipped' };

export type TagSource = 'event' | 'stream' | 'cache' | 'lookup';

/** What one batch may spend: `remainingMs` is asked whenever a call is about to be made. */
export interface TagBudget {
  readonly home: Home | undefined;
  readonly nowMs: number;
  readonly remainingMs: () => number;
}

export interface Tags {
  /** Answers every request, in order. Never throws and never takes longer than the budget. */
  answer(requests: readonly TagRequest[], budget: TagBudget): Promise<TagAnswer[]>;
}

export interface TagOptions {
  readonly lookUp: LookUp | undefined;
}

/** Nothing is known: look-up is off, or may not be done. */
const skipped: TagAnswer = { status: 'skipped' };

/**
 * Tags by look-up, kept in memory between invocations. `lookUp` is undefined where the stack's
 * parameter `TagLookup` is off.
 */
export function createTags({ lookUp }: TagOptions): Tags {
  const cache = createCache();

  return {
    async answer(requests, budget) {
      const answers = requests.map((request) => cache.get(keyOf(request), budget.nowMs));
      const unknown = new Set<string>();
      requests.forEach((request, index) => {
        if (!answers[index] && mayAsk(request, budget.home)) unknown.add(request.id);
      });
      const found =
        lookUp && budget.home && unknown.size > 0
          ? await lookUpAll(lookUp, budget.home, [...unknown], budget)
          : new Map<string, TagAnswer>();
      for (const [id, answer] of found) {
        if (budget.home) cache.set(keyOf({ id, ...budget.home }), answer, budget.nowMs);
      }
      return requests.map(
        (request, index) =>
          answers[index] ??
          (mayAsk(request, budget.home) ? found.get(request.id) : skipped) ??
          skipped,
      );
    },
  };
}

function mayAsk({ account, region, mayLookUp }: TagRequest, home: Home | undefined): boolean {
  return mayLookUp && home !== undefined && account === home.account && region === home.region;
}

function keyOf({ id, account, region }: Pick<TagRequest, 'id' | 'account' | 'region'>): string {
  return `${account}/${region}/${id}`;
}
