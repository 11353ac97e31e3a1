import type { AwsEvent } from '../events/event.ts';
import { instanceIdIn } from '../events/instance-id.ts';
import { instancesInRecord } from '../events/instances.ts';
import { type Finder, finderOf, type Path } from '../events/path.ts';
import { isObject, type Json, type JsonObject, numberText } from '../json.ts';
import { epochMsOf, toRowTime } from '../rows/time.ts';
import { type Home, homeInArn, homeOf } from './home.ts';
import type { Delta } from './knowledge.ts';
import { isEmptySet, type TagSet, tagSetOf } from './tag-set.ts';

/** What an event tells of one instance. */
export type Lesson = {
  readonly id: string;
  /** Where it lives, if that is not where the event is from. */
  readonly home?: Home | undefined;
} & (
  | {
      /** All its tags. */
      readonly tells: 'tags';
      readonly tags: TagSet;
      /** Of a tag change event: a later change has a higher one. */
      readonly version?: number | undefined;
      /**
       * Whether other events may rely on it. A finding has the tags that its service read at some
       * time before: they are what the finding says, and no more.
       */
      readonly isShared: boolean;
      /** When they were read, epoch milliseconds, where the event says so. */
      readonly timeMs?: number | undefined;
    }
  | {
      /** Some of them changed; undefined: it may be any. */
      readonly tells: 'change';
      readonly delta: Delta | undefined;
    }
  | {
      /** It is terminated. */
      readonly tells: 'end';
    }
  | {
      /** Nothing but where it lives. */
      readonly tells: 'home';
    }
);

/** All that an event teaches; nothing, of nearly every event. Of what is told twice, once. */
export function lessonsOf(event: AwsEvent): Lesson[] {
  if (event.family === 'unknown') return [];
  if (event.family === 'other') {
    const { envelope } = event;
    const teach = teachersBySource.get(envelope.source);
    return withHomes(envelope, teach?.(envelope) ?? []);
  }
  const { record } = event;
  const teach = teachersByCall.get(`${record.eventSource}/${record.eventName}`);
  // A call that failed changed nothing.
  return teach && !record.errorCode ? teach(record) : [];
}

type Teacher = (event: JsonObject) => Lesson[];

const teachersByCall = new Map<string, Teacher>([
  ['ec2.amazonaws.com/RunInstances', launched],
  ['ec2.amazonaws.com/CreateTags', created],
  ['ec2.amazonaws.com/DeleteTags', deleted],
  ['tagging.amazonaws.com/TagResources', tagged],
  ['tagging.amazonaws.com/UntagResources', untagged],
  // Auto Scaling writes the name of the group into a tag of the instance.
  ['autoscaling.amazonaws.com/AttachInstances', changed],
  ['autoscaling.amazonaws.com/DetachInstances', changed],
]);

/** Sources that begin so are AWS's own: nobody else can put their events on a bus. */
const teachersBySource = new Map<Json | undefined, Teacher>([
  ['aws.tag', tagChange],
  ['aws.ec2', terminated],
  [
    'aws.config',
    teller('detail', 'configurationItem', 'resourceId', 'tags', 'configurationItemCaptureTime'),
  ],
  ['aws.health', teller('detail', 'affectedEntities[]', 'entityValue', 'tags')],
  ['aws.guardduty', teller('detail', 'resource.instanceDetails', 'instanceId', 'tags')],
  ['aws.securityhub', teller('detail.findings[]', 'Resources[]', 'Id', 'Tags')],
  ['aws.inspector2', teller('detail', 'resources[]', 'id', 'tags')],
]);

const launchedItems = finderOf(['instancesSet.items[]']);

/** RunInstances answers with the tags in force, those of the launch template and `aws:…` included. */
function launched({ responseElements }: JsonObject): Lesson[] {
  return launchedItems(responseElements).flatMap((item): Lesson[] => {
    const id = isObject(item) ? idIn(item.instanceId) : undefined;
    if (id === undefined || !isObject(item)) return [];
    return [{ id, tells: 'tags', tags: tagsIn(item.tagSet), isShared: true }];
  });
}

/** CreateTags: adds these tags, or gives them another value. */
function created(record: JsonObject): Lesson[] {
  return changesOf(record, putIn(requestOf(record).tagSet));
}

/**
 * DeleteTags: by key, or only where the value is the one that is given; without any tag it deletes
 * all that users gave (Amazon EC2 API Reference).
 */
function deleted(record: JsonObject): Lesson[] {
  const taggings = taggingsIn(requestOf(record).tagSet);
  return changesOf(record, taggings.length === 0 ? undefined : goneIn(taggings.map(doomedOf)));
}

/** The key of a tag to delete, with the value that it must have, or null. */
function doomedOf(tagging: Json): [key: string, value: string | null] | undefined {
  if (!isObject(tagging) || typeof tagging.key !== 'string') return undefined;
  return tagging.value === undefined ? [tagging.key, null] : pairOf(tagging.key, tagging.value);
}

// The parameters of the next two as the API names them, in CloudTrail's case: in no record yet.

/** TagResources (Resource Groups Tagging API): the same tags for resources of many services. */
function tagged(record: JsonObject): Lesson[] {
  return changesOf(record, putIn(requestOf(record).tags));
}

function untagged(record: JsonObject): Lesson[] {
  const { tagKeys = [] } = requestOf(record);
  return changesOf(record, goneIn([tagKeys].flat().map((key) => doomedOf({ key }))));
}

function changed(record: JsonObject): Lesson[] {
  return changesOf(record, undefined);
}

function requestOf({ requestParameters }: JsonObject): JsonObject {
  return isObject(requestParameters) ? requestParameters : {};
}

function changesOf({ requestParameters }: JsonObject, delta: Delta | undefined): Lesson[] {
  return instancesInRecord({ requestParameters }).map(({ id }) => ({ id, tells: 'change', delta }));
}

const noTags = tagSetOf([]);

/** The tags that a request puts; undefined where not all can be told. */
function putIn(tags: Json | undefined): Delta | undefined {
  const pairs = pairsIn(tags);
  if (pairs.length === 0 || !pairs.every(isThere)) return undefined;
  return { put: tagSetOf(pairs), gone: noTags };
}

function goneIn(doomed: readonly (readonly [string, string | null] | undefined)[]) {
  if (doomed.length === 0 || !doomed.every(isThere)) return undefined;
  const gone: Record<string, string | null> = Object.create(null);
  for (const [key, value] of doomed) gone[key.toWellFormed()] = value?.toWellFormed() ?? null;
  return { put: noTags, gone };
}

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}

/** "Tag Change on Resource": the complete set after the change. */
function tagChange({ resources, detail }: JsonObject): Lesson[] {
  const id = idIn(Array.isArray(resources) ? resources[0] : undefined);
  if (id === undefined || !isObject(detail) || !isObject(detail.tags)) return [];
  const tags = tagsIn(detail.tags);
  return [{ id, tells: 'tags', tags, version: versionOf(detail.version), isShared: true }];
}

/** A number, in some events written `4.0`. */
function versionOf(version: Json | undefined): number | undefined {
  const text = numberText(version);
  return text === undefined ? undefined : Number(text);
}

function terminated({ detail, 'detail-type': type }: JsonObject): Lesson[] {
  if (type !== 'EC2 Instance State-change Notification' || !isObject(detail)) return [];
  const id = detail.state === 'terminated' ? idIn(detail['instance-id']) : undefined;
  return id === undefined ? [] : [{ id, tells: 'end' }];
}

/**
 * A teacher for events that tell of resources and their tags. An administrator's account gets the
 * findings of others, and of other Regions, as its own events: they say where the resource lives.
 */
function teller(
  above: Path,
  resources: Path,
  idKey: string,
  tagsKey: string,
  timeKey = '',
): Teacher {
  const findAbove = finderOf([above]);
  const findResources = finderOf([resources]);
  return (event) =>
    findAbove(event).flatMap((finding) =>
      findResources(finding).flatMap((resource): Lesson[] => {
        if (!isObject(finding) || !isObject(resource)) return [];
        const id = idIn(resource[idKey]);
        if (id === undefined) return [];
        const home = homeInArn(String(resource[idKey])) ?? homeBeside(resource, finding);
        const tags = tagsIn(resource[tagsKey]);
        // An empty set may mean that the service does not know.
        if (isEmptySet(tags)) return home ? [{ id, home, tells: 'home' }] : [];
        const timeMs = timeIn(resource[timeKey]);
        return [{ id, home, tells: 'tags', tags, isShared: false, timeMs }];
      }),
    );
}

/** Epoch milliseconds of a time that an event says; undefined where it is none that is sure. */
function timeIn(json: Json | undefined): number | undefined {
  const time = typeof json === 'string' ? toRowTime(json) : undefined;
  return time === undefined ? undefined : epochMsOf(time);
}

const accountKeys = ['awsAccountId', 'AwsAccountId', 'accountId', 'affectedAccount'];
const regionKeys = ['awsRegion', 'region', 'Region', 'eventRegion'];

/** What services call the account and the Region, in a resource or in the finding about it. */
function homeBeside(...objects: readonly JsonObject[]): Home | undefined {
  const first = (keys: readonly string[]) =>
    objects.flatMap((object) => keys.map((key) => object[key])).find((value) => value);
  return homeOf(first(accountKeys), first(regionKeys));
}

const findResourceArns: Finder = finderOf(['resources']);

/** Adds where instances live by the ARNs in the envelope, if that is not where the event is from. */
function withHomes(envelope: JsonObject, lessons: Lesson[]): Lesson[] {
  if (typeof envelope.source !== 'string' || !envelope.source.startsWith('aws.')) return lessons;
  const taught = new Set(lessons.map(({ id }) => id));
  const homes = findResourceArns(envelope).flatMap((arn): Lesson[] => {
    const id = idIn(arn);
    const home = id !== undefined && !taught.has(id) ? homeInArn(String(arn)) : undefined;
    if (id === undefined || home === undefined) return [];
    const isElsewhere = home.account !== envelope.account || home.region !== envelope.region;
    return isElsewhere ? [{ id, home, tells: 'home' }] : [];
  });
  return homes.length > 0 ? [...lessons, ...homes] : lessons;
}

function idIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? instanceIdIn(value) : undefined;
}

/** All tags that can be told. */
function tagsIn(json: Json | undefined): TagSet {
  return tagSetOf(pairsIn(json).filter(isThere));
}

type Pair = [key: string, value: string] | undefined;

/** The tags in a map, in a list of `{key, value}` (or `Key`, `Value`), or in CloudTrail's `items`. */
function pairsIn(json: Json | undefined): Pair[] {
  if (Array.isArray(json) || isItems(json)) return taggingsIn(json).map(pairOfTagging);
  return isObject(json) ? Object.entries(json).map(([key, value]) => pairOf(key, value)) : [];
}

/** CloudTrail writes a list as `{"items":[…]}`, an empty one as `{}`. A tag may be called `items`. */
function isItems(json: Json | undefined): json is JsonObject {
  return isObject(json) && (Array.isArray(json.items) || isObject(json.items));
}

function taggingsIn(json: Json | undefined): readonly Json[] {
  const list = isItems(json) ? json.items : json;
  return Array.isArray(list) ? list : isObject(list) && list !== json ? [list] : [];
}

function pairOfTagging(tagging: Json): Pair {
  if (!isObject(tagging)) return undefined;
  return pairOf(tagging.key ?? tagging.Key, tagging.value ?? tagging.Value ?? '');
}

/** CloudTrail re-types the values of some tags: `true` and `5` without quotes. */
function pairOf(key: Json | undefined, value: Json | undefined): Pair {
  if (typeof key !== 'string') return undefined;
  if (typeof value === 'string') return [key, value];
  const text = typeof value === 'boolean' ? String(value) : numberText(value);
  return text === undefined ? undefined : [key, text];
}
