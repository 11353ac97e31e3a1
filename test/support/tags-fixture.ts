import type { AwsEvent } from '../../src/events/event.ts';
import { recognise } from '../../src/events/event.ts';
import type { Json, JsonObject } from '../../src/json.ts';
import type { ClientConfig } from '../../src/tags/client-config.ts';
import type { Home } from '../../src/tags/home.ts';
import type { HomeQuery } from '../../src/tags/home-query.ts';
import type { LookUp } from '../../src/tags/look-up.ts';
import { type TagSet, tagSetOf } from '../../src/tags/tag-set.ts';
import type { TagContext, TagRequest } from '../../src/tags/tags.ts';

export const ownAccount = '123456789012';
export const otherAccount = '111122223333';
export const home: Home = { account: ownAccount, region: 'eu-west-1' };
export const own = { partition: 'aws', account: ownAccount };

/** Ids that differ in their last digits. */
export const idOf = (number: number) => `i-${number.toString(16).padStart(17, '0')}`;
export const idsTo = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => idOf(from + n));
export const arnOf = (id: string, { account, region }: Home = home) =>
  `arn:aws:ec2:${region}:${account}:instance/${id}`;

/** Friday noon, in seconds after which times are given. */
export const noonMs = Date.UTC(2026, 10, 20, 12);
export const at = (seconds: number) => noonMs + seconds * 1000;
export const isoTime = (epochMs: number) =>
  `${new Date(Math.floor(epochMs / 1000) * 1000).toISOString().slice(0, 19)}Z`;

export const setOf = (tags: Readonly<Record<string, string>>): TagSet =>
  tagSetOf(Object.entries(tags));

/** A query of the home for these. */
export const queryOf = (ids: readonly string[], more: Partial<HomeQuery> = {}): HomeQuery => ({
  home,
  clientConfig: { region: home.region, roleArn: undefined },
  ids,
  ...more,
});

/** What a look-up was asked. */
export interface Asked {
  readonly clientConfig: ClientConfig;
  readonly ids: readonly string[];
}

/** A look-up that knows these tags and counts what it is asked; `fail` may throw, or wait. */
export function createLookUp(
  tags: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  fail: (asked: Asked & { number: number; signal: AbortSignal }) => unknown = () => undefined,
  {
    /** As many pages as all have together. */
    pages = 1,
    failAll = (_signal: AbortSignal): unknown => undefined,
  } = {},
) {
  const calls: Asked[] = [];
  const sweeps: { readonly clientConfig: ClientConfig; readonly maxPages: number }[] = [];
  const answerOf = (ids: readonly string[]) => {
    const known = ids.filter((id) => Object.keys(tags[id] ?? {}).length > 0);
    return new Map(known.map((id) => [id, setOf(tags[id] ?? {})]));
  };
  const lookUp: LookUp = {
    async ofIds(clientConfig, ids, signal) {
      calls.push({ clientConfig, ids });
      await fail({ clientConfig, ids, number: calls.length, signal });
      return answerOf(ids);
    },
    async ofAll(clientConfig, maxPages, signal) {
      sweeps.push({ clientConfig, maxPages });
      await failAll(signal);
      return pages > maxPages ? undefined : answerOf(Object.keys(tags));
    },
  };
  return { lookUp, calls, sweeps };
}

/** A budget by a clock that goes only when told. */
export function createBudget({ remainingMs = 60_000, own: given = own as TagContext['own'] } = {}) {
  let nowMs = noonMs;
  const context: TagContext = { now: () => nowMs, remainingMs: () => remainingMs, own: given };
  return {
    context,
    setSeconds(seconds: number) {
      nowMs = at(seconds);
    },
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

export const requestOf = (id: string, more: Partial<TagRequest> = {}): TagRequest => ({
  id,
  home,
  eventMs: noonMs,
  namedBy: 'aws',
  mayLookUp: true,
  ...more,
});

/** A CloudTrail record of a call. */
export function recordOf(
  eventName: string,
  more: Readonly<Record<string, Json>> = {},
  { eventSource = 'ec2.amazonaws.com', timeMs = noonMs, from = home } = {},
): JsonObject {
  return {
    eventVersion: '1.11',
    eventTime: isoTime(timeMs),
    eventSource,
    eventName,
    awsRegion: from.region,
    recipientAccountId: from.account,
    requestParameters: null,
    responseElements: null,
    eventType: 'AwsApiCall',
    ...more,
  };
}

/** An EventBridge event. */
export function envelopeOf(
  source: string,
  detailType: string,
  detail: Json,
  { resources = [] as Json, timeMs = noonMs, from = home } = {},
): JsonObject {
  return {
    version: '0',
    id: '1b2c3d4e-0000-4000-8000-000000000000',
    'detail-type': detailType,
    source,
    account: from.account,
    time: isoTime(timeMs),
    region: from.region,
    resources,
    detail,
  };
}

export const eventOf = (json: Json): AwsEvent => recognise(json);

/** Calls that change tags, in the shapes that CloudTrail gives them. */
export const itemsOf = (tags: Readonly<Record<string, Json>>): Json => ({
  items: Object.entries(tags).map(([key, value]) => ({ key, value })),
});
export const createTagsRequest = (
  ids: readonly string[],
  tags: Readonly<Record<string, Json>>,
) => ({
  resourcesSet: { items: ids.map((resourceId) => ({ resourceId })) },
  tagSet: itemsOf(tags),
});
