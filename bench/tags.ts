import { addTags, type TaggedRow } from '../src/batch/add-tags.ts';
import { recognise } from '../src/events/event.ts';
import type { Json, JsonObject } from '../src/json.ts';
import { rowOf } from '../src/rows/row.ts';
import type { Row } from '../src/rows/schema.ts';
import { epochMsOf } from '../src/rows/time.ts';
import { type LookUp, maxTagsPerPage } from '../src/tags/look-up.ts';
import { type TagSet, tagSetOf } from '../src/tags/tag-set.ts';
import { createTags, type Tags } from '../src/tags/tags.ts';

// What it takes to know the tags of an account's instances for a day: how often EC2 is asked, and how
// old the answers are. Time is simulated and chance has a seed: every run gives the same figures.

/** One way in which an account may be busy, and its stream served. */
export interface Case {
  readonly instances: number;
  readonly eventsPerInstance: number;
  /** Containers of the function at a time. */
  readonly containers: number;
  /** Instances that Auto Scaling replaces in a day, and those whose tags somebody changes. */
  readonly replaced: number;
  readonly retagged: number;
}

export interface TagBench extends Case {
  readonly events: number;
  /** Calls of DescribeTags, each page counted, for 1,000 events with an instance. */
  readonly callsPer1000: { readonly cold: number; readonly warm: number; readonly all: number };
  /** Between `tag_time` and the event, whichever comes first, in seconds. */
  readonly ageSeconds: { readonly median: number; readonly p99: number };
  /** The share of instances in rows whose tags were not those that the model had at the event. */
  readonly outdatedShare: number;
  readonly callsPerMonth: number;
  readonly usdPerMonth: number;
}

const usual = { instances: 1000, replaced: 100, retagged: 50 };
const cases: readonly Case[] = [
  { ...usual, eventsPerInstance: 20, containers: 3 },
  { ...usual, eventsPerInstance: 200, containers: 3 },
  { ...usual, eventsPerInstance: 200, containers: 3, replaced: 0, retagged: 0 },
  { ...usual, eventsPerInstance: 20, containers: 1 },
  { ...usual, eventsPerInstance: 200, containers: 1 },
  // More pages than are asked for at once.
  { instances: 4000, eventsPerInstance: 20, containers: 3, replaced: 400, retagged: 200 },
];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const startMs = Date.UTC(2026, 10, 20);

const tagsPerInstance = 8;

/** How long a container lives. AWS names no time; under steady load some hours are seen. */
const leastLifeMs = 2 * hourMs;
const mostLifeMs = 6 * hourMs;

const home = { account: '123456789012', region: 'eu-west-1' };
const deliveryStreamArn = `arn:aws:firehose:${home.region}:${home.account}:deliverystream/eventlake`;

export async function benchTags(): Promise<TagBench[]> {
  const figures: TagBench[] = [];
  for (const one of cases) figures.push(await simulate(one));
  return figures;
}

interface Container {
  readonly tags: Tags;
  readonly bornMs: number;
  readonly endsMs: number;
}

async function simulate(given: Case): Promise<TagBench> {
  const random = createRandom(7);
  const { events, tagsAt, idsAt } = eventsOfDay(given, random);
  let nowMs = startMs;
  let isWarm = false;
  const calls = { cold: 0, warm: 0 };
  const seen = { cold: 0, warm: 0 };
  const ages: number[] = [];
  let outdated = 0;

  /** What EC2 says of these instances, and the pages that it takes for it. */
  const answerOf = (ids: readonly string[]) => {
    const found = ids.map((id) => [id, tagsAt(id, nowMs)] as const);
    const tagCount = found.reduce((sum, [, tags]) => sum + Object.keys(tags).length, 0);
    const answer = new Map(found.filter(([, tags]) => Object.keys(tags).length > 0));
    return { answer, pages: Math.max(1, Math.ceil(tagCount / maxTagsPerPage)) };
  };
  const count = (pages: number) => {
    calls[isWarm ? 'warm' : 'cold'] += pages;
  };
  const lookUp: LookUp = {
    async ofIds(_, ids) {
      const { answer, pages } = answerOf(ids);
      count(pages);
      return answer;
    },
    async ofAll(_, maxPages) {
      const { answer, pages } = answerOf(idsAt(nowMs));
      count(Math.min(pages, maxPages));
      return pages > maxPages ? undefined : answer;
    },
  };
  const start = (): Container => {
    const lifeMs = leastLifeMs + random() * (mostLifeMs - leastLifeMs);
    return { tags: createTags({ lookUp }), bornMs: nowMs, endsMs: nowMs + lifeMs };
  };
  const containers = Array.from({ length: given.containers }, start);

  // Firehose hands over what came within a minute.
  for (const batch of batchesOf(events)) {
    nowMs = batch.endsMs;
    const number = Math.floor(random() * containers.length);
    let container = containers[number] as Container;
    if (container.endsMs <= nowMs) container = containers[number] = start();
    isWarm = nowMs - container.bornMs > hourMs;
    const rows = batch.events.map(({ json }): TaggedRow => {
      const event = recognise(json);
      return { row: rowOf(event, nowMs), lessons: container.tags.lessonsOf(event) };
    });
    await addTags(rows, container.tags, {
      deliveryStreamArn,
      ownRole: 'eventlake-TransformRole',
      memberRole: undefined,
      now: () => nowMs,
      remainingMs: () => minuteMs,
    });
    seen[isWarm ? 'warm' : 'cold'] += rows.length;
    for (const { row } of rows) {
      const eventMs = epochMsOf(row.event_time as string);
      for (const instance of row.instances ?? []) {
        ages.push(Math.abs(eventMs - epochMsOf(instance.tag_time as string)) / 1000);
        if (!isAsThen(instance, tagsAt(instance.instance_id as string, eventMs))) outdated += 1;
      }
    }
  }

  const perThousand = (of: number, among: number) => (among === 0 ? 0 : (1000 * of) / among);
  const callsPerMonth = (calls.cold + calls.warm) * 30;
  ages.sort((a, b) => a - b);
  const ageAt = (share: number) => ages[Math.floor(share * (ages.length - 1))] as number;
  return {
    ...given,
    events: events.length,
    callsPer1000: {
      cold: perThousand(calls.cold, seen.cold),
      warm: perThousand(calls.warm, seen.warm),
      all: perThousand(calls.cold + calls.warm, seen.cold + seen.warm),
    },
    ageSeconds: { median: ageAt(0.5), p99: ageAt(0.99) },
    outdatedShare: outdated / ages.length,
    callsPerMonth,
    usdPerMonth: usdOf(callsPerMonth),
  };
}

type RowInstance = NonNullable<Row['instances']>[number];

function isAsThen({ tags = {} }: RowInstance, then: TagSet): boolean {
  const keys = Object.keys(then);
  return keys.length === Object.keys(tags).length && keys.every((key) => tags[key] === then[key]);
}

/** EC2 takes nothing for DescribeTags: what costs is the function that waits for it. */
const secondsPerCall = 0.1;
/** template.yaml, MemorySize. */
const gigabytes = 0.5;
/** "AWS Lambda Pricing", arm64, us-east-1 and most Regions. */
const usdPerGigabyteSecond = 0.0000133334;

const usdOf = (calls: number) => calls * secondsPerCall * gigabytes * usdPerGigabyteSecond;

interface History {
  /** The tags since each time, the earliest first. */
  readonly states: { readonly ms: number; readonly tags: TagSet }[];
  readonly endsMs: number;
}

interface SimulatedEvent {
  readonly arrivedMs: number;
  readonly json: JsonObject;
}

/** The events of a day with an instance, in the order of their arrival, and the truth about tags. */
function eventsOfDay(
  { instances, eventsPerInstance, replaced, retagged }: Case,
  random: () => number,
) {
  const events: SimulatedEvent[] = [];
  const histories = new Map<string, History>();
  let count = 0;
  const between = (least: number, most: number) => least + random() * (most - least);
  /** CloudTrail is minutes late, the other events are seconds. */
  const add = (json: JsonObject, timeMs: number, isCall: boolean) => {
    const lateMs = isCall ? between(minuteMs, 6 * minuteMs) : between(500, 5000);
    events.push({ arrivedMs: timeMs + lateMs, json });
  };

  const live = (bornMs: number, endsMs: number) => {
    const id = `i-${(++count).toString(16).padStart(17, '0')}`;
    const tags = tagsOf(id, 0);
    histories.set(id, { states: [{ ms: bornMs, tags }], endsMs });
    const shareOfDay = (endsMs - Math.max(bornMs, startMs)) / dayMs;
    const number = Math.round(eventsPerInstance * shareOfDay);
    for (let event = 0; event < number; event++) {
      const timeMs = between(Math.max(bornMs, startMs), endsMs);
      const { isCall, jsonOf } = kindOf(random());
      add(jsonOf(id, timeMs), timeMs, isCall);
    }
    return id;
  };

  for (let instance = 0; instance < instances; instance++) {
    const isReplaced = instance < replaced;
    const endsMs = isReplaced ? between(startMs, startMs + dayMs) : startMs + dayMs;
    const id = live(startMs - dayMs, endsMs);
    if (!isReplaced) continue;
    add(stateChange(id, endsMs, 'terminated'), endsMs, false);
    const next = live(endsMs, startMs + dayMs);
    add(launch(next, endsMs, tagsOf(next, 0)), endsMs, true);
  }
  const ids = [...histories.keys()];
  for (let change = 0; change < retagged; change++) {
    const id = ids[Math.floor(random() * ids.length)] as string;
    const { states } = histories.get(id) as History;
    const timeMs = between(Math.max(startMs, states.at(-1)?.ms ?? 0), startMs + dayMs);
    const tags = tagsOf(id, states.length);
    states.push({ ms: timeMs, tags });
    add(retag(id, timeMs, { 'tag-0': tags['tag-0'] as string }), timeMs, true);
    add(tagChange(id, timeMs, tags, states.length), timeMs, false);
  }
  const tagsAt = (id: string, ms: number): TagSet =>
    histories.get(id)?.states.findLast((state) => state.ms <= ms)?.tags ?? tagSetOf([]);
  /** All that EC2 knows: what has ended not for long any more. */
  const idsAt = (ms: number): string[] =>
    Array.from(histories, ([id, { endsMs }]) => (ms < endsMs + hourMs ? id : '')).filter(Boolean);
  return { events: events.sort((a, b) => a.arrivedMs - b.arrivedMs), tagsAt, idsAt };
}

function tagsOf(id: string, version: number): TagSet {
  return tagSetOf(
    Array.from({ length: tagsPerInstance }, (_, index) => [
      `tag-${index}`,
      index === 0 ? `${id} ${version}` : `value ${index}`,
    ]),
  );
}

function* batchesOf(events: readonly SimulatedEvent[]) {
  const byMinute = Map.groupBy(events, ({ arrivedMs }) => Math.floor(arrivedMs / minuteMs));
  for (const [minute, group] of byMinute) yield { endsMs: (minute + 1) * minuteMs, events: group };
}

/** What instances are in the stream for, by their share: mostly the SSM agent's own calls. */
const kinds = [
  { share: 0.7, isCall: true, jsonOf: agentCall },
  { share: 0.1, isCall: true, jsonOf: attributeCall },
  { share: 0.1, isCall: false, jsonOf: commandStatus },
  {
    share: 0.1,
    isCall: false,
    jsonOf: (id: string, ms: number) => stateChange(id, ms, 'running'),
  },
];

function kindOf(chance: number) {
  let left = chance;
  for (const kind of kinds) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  return kinds[0] as (typeof kinds)[0];
}

const isoTime = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const arnOf = (id: string) => `arn:aws:ec2:${home.region}:${home.account}:instance/${id}`;

function envelope(source: string, detailType: string, ms: number, id: string, detail: Json) {
  return {
    version: '0',
    id: '1b2c3d4e-0000-4000-8000-000000000000',
    'detail-type': detailType,
    source,
    ...home,
    time: isoTime(ms),
    resources: [arnOf(id)],
    detail,
  };
}

function call(service: string, eventName: string, ms: number, more: JsonObject): JsonObject {
  return {
    eventVersion: '1.11',
    eventTime: isoTime(ms),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: home.region,
    recipientAccountId: home.account,
    eventID: '2c3d4e5f-0000-4000-8000-000000000000',
    eventType: 'AwsApiCall',
    ...more,
  };
}

function agentCall(id: string, ms: number): JsonObject {
  const requestParameters = { instanceId: id, agentVersion: '3.3.0.0', agentStatus: 'Active' };
  return call('ssm', 'UpdateInstanceInformation', ms, { requestParameters });
}

function attributeCall(id: string, ms: number): JsonObject {
  const requestParameters = { instanceId: id, disableApiTermination: { value: true } };
  return call('ec2', 'ModifyInstanceAttribute', ms, { requestParameters });
}

function commandStatus(id: string, ms: number): JsonObject {
  const detail = { 'command-id': 'c-1', 'instance-id': id, status: 'Success' };
  return envelope('aws.ssm', 'EC2 Command Invocation Status-change Notification', ms, id, detail);
}

function stateChange(id: string, ms: number, state: string): JsonObject {
  const detail = { 'instance-id': id, state };
  return envelope('aws.ec2', 'EC2 Instance State-change Notification', ms, id, detail);
}

const itemsOf = (tags: TagSet) => ({
  items: Object.entries(tags).map(([key, value]) => ({ key, value })),
});

function launch(id: string, ms: number, tags: TagSet): JsonObject {
  const items = [{ instanceId: id, tagSet: itemsOf(tags) }];
  return call('ec2', 'RunInstances', ms, { responseElements: { instancesSet: { items } } });
}

function retag(id: string, ms: number, tags: TagSet): JsonObject {
  const resourcesSet = { items: [{ resourceId: id }] };
  return call('ec2', 'CreateTags', ms, {
    requestParameters: { resourcesSet, tagSet: itemsOf(tags) },
  });
}

function tagChange(id: string, ms: number, tags: TagSet, version: number): JsonObject {
  const detail = { service: 'ec2', 'resource-type': 'instance', version, tags: { ...tags } };
  return envelope('aws.tag', 'Tag Change on Resource', ms, id, detail);
}

/** Mulberry32: small, seeded, the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The figures as Markdown. */
export function tagsReport(figures: readonly TagBench[]): string {
  const rows = figures.map((one) =>
    [
      one.instances.toLocaleString('en'),
      one.eventsPerInstance,
      one.containers,
      `${one.replaced}, ${one.retagged}`,
      one.callsPer1000.cold.toFixed(1),
      one.callsPer1000.warm.toFixed(2),
      one.callsPer1000.all.toFixed(1),
      durationOf(one.ageSeconds.median),
      durationOf(one.ageSeconds.p99),
      `${(100 * one.outdatedShare).toFixed(2)} %`,
      one.callsPerMonth.toLocaleString('en'),
      one.usdPerMonth.toFixed(2),
    ].join(' | '),
  );
  return `Each row of the table is a simulated day of one account and Region, where each instance has ${tagsPerInstance} tags, and some instances are replaced or retagged during the day. Every minute a batch reaches one of the containers, which live ${leastLifeMs / hourMs} to ${mostLifeMs / hourMs} hours. Calls are pages of \`DescribeTags\` for 1,000 events with an instance: "cold" in a container's first hour, "warm" after it. The age is the time between \`tag_time\` and the event. Tags are outdated if the instance had other tags when the event happened: that container had not heard of the change, or not yet. EC2 charges nothing for the calls; the dollars are for ${secondsPerCall} s that the function waits for each.

| instances | events per instance a day | containers | replaced, retagged | calls, cold | warm | all | age, median | p99 | outdated | calls a month | USD a month |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.map((row) => `| ${row} |`).join('\n')}
`;
}

function durationOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
