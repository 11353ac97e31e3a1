import { isError } from '../events/error-code.ts';
import type { AwsEvent } from '../events/event.ts';
import { instanceIdInEc2Arn } from '../events/instance-id.ts';
import { instancesInRecord } from '../events/instances.ts';
import { type Finder, finderOf } from '../events/path.ts';
import { isObject, type Json, type JsonObject, numberText } from '../json.ts';
import { findingSources, findingTeacher, idIn } from './findings.ts';
import { homeInArn } from './home.ts';
import type { Delta } from './knowledge.ts';
import type { Lesson, Teacher } from './lesson.ts';
import { itemsIn, setInItems, setInMap, valueIn } from './tag-forms.ts';
import { isEmptySet, isPossible, type TagSet, tagSetOf } from './tag-set.ts';

/** All that an event teaches; nothing, of nearly every event. Of what is told twice, once. */
export function lessonsOf(event: AwsEvent): Lesson[] {
  if (event.family === 'unknown' || event.family === 'aggregate') return [];
  if (event.family === 'other') {
    // What anybody may put, a partner's events among them, teaches nothing.
    if (!event.isAwsMade) return [];
    const { envelope } = event;
    const teach = teachersBySource.get(envelope.source);
    return withHomes(envelope, teach?.(envelope) ?? []);
  }
  const { record } = event;
  const teach = teachersByCall.get(callIn(record));
  return teach && !hasFailed(record) ? teach(record) : [];
}

/** Service and name of a call. A number that JavaScript does not hold is an object without text. */
function callIn({ eventSource, eventName }: JsonObject): string | undefined {
  if (typeof eventSource !== 'string' || typeof eventName !== 'string') return undefined;
  return `${eventSource}/${eventName}`;
}

/** A call that failed changed nothing. Of one that did not EC2 says `"_return":true`. */
function hasFailed({ errorCode, responseElements }: JsonObject): boolean {
  const answer = isObject(responseElements) ? responseElements._return : undefined;
  return isError(errorCode) || answer === false || answer === 'false';
}

const teachersByCall = new Map<string | undefined, Teacher>([
  ['ec2.amazonaws.com/RunInstances', launched],
  ['ec2.amazonaws.com/CreateTags', created],
  ['ec2.amazonaws.com/DeleteTags', deleted],
  ['tagging.amazonaws.com/TagResources', tagged],
  ['tagging.amazonaws.com/UntagResources', untagged],
  // Auto Scaling writes the name of the group into a tag of the instance.
  ['autoscaling.amazonaws.com/AttachInstances', changed],
  ['autoscaling.amazonaws.com/DetachInstances', changed],
]);

const teachersBySource = new Map<Json | undefined, Teacher>([
  ['aws.tag', tagChange],
  ['aws.ec2', terminated],
  ...findingSources.map(({ source, ...paths }) => [source, findingTeacher(paths)] as const),
]);

const launchedItems = finderOf(['instancesSet.items[]']);

/** RunInstances answers with the tags in force, those of the launch template and `aws:…` included. */
function launched({ responseElements }: JsonObject): Lesson[] {
  return launchedItems(responseElements).flatMap((item): Lesson[] => {
    if (!isObject(item)) return [];
    const id = idIn(item.instanceId);
    const tags = setInItems(item.tagSet);
    return id && tags ? [{ id, tells: 'tags', tags, version: 0, isShared: true }] : [];
  });
}

/** CreateTags: adds these tags, or gives them another value. */
function created(record: JsonObject): Lesson[] {
  return changesOf(idsOf(record), putOf(setInItems(requestOf(record).tagSet)));
}

/**
 * DeleteTags: by key, or only where the value is the one that is given; without any tag it deletes
 * all that users gave (Amazon EC2 API Reference).
 */
function deleted(record: JsonObject): Lesson[] {
  return changesOf(idsOf(record), goneOf(itemsIn(requestOf(record).tagSet)?.map(doomedOf)));
}

/** A tag to delete: its key, with the value that it must have, or null; undefined, if not to be told. */
type Doomed = readonly [key: string, value: string | null] | undefined;

function doomedOf(tagging: Json): Doomed {
  if (!isObject(tagging) || typeof tagging.key !== 'string') return undefined;
  if (tagging.value === undefined) return [tagging.key, null];
  const value = valueIn(tagging.value);
  return value === undefined ? undefined : [tagging.key, value];
}

// The parameters of the next two as the API names them, in CloudTrail's case: in no record yet.

/** TagResources (Resource Groups Tagging API): the same tags for resources of many services. */
function tagged(record: JsonObject): Lesson[] {
  return changesOf(taggedIdsOf(record), putOf(setInMap(requestOf(record).tags)));
}

function untagged(record: JsonObject): Lesson[] {
  const { tagKeys = [] } = requestOf(record);
  return changesOf(taggedIdsOf(record), goneOf([tagKeys].flat().map((key) => doomedOf({ key }))));
}

function changed(record: JsonObject): Lesson[] {
  return changesOf(idsOf(record), undefined);
}

function requestOf({ requestParameters }: JsonObject): JsonObject {
  return isObject(requestParameters) ? requestParameters : {};
}

function idsOf({ requestParameters }: JsonObject): string[] {
  return instancesInRecord({ requestParameters }).map(({ id }) => id);
}

const findTaggedArns = finderOf(['resourceARNList[]']);

/** The instances among the resources, but for those that the answer names as failed. */
function taggedIdsOf({ requestParameters, responseElements }: JsonObject): string[] {
  const failed = isObject(responseElements) ? responseElements.failedResourcesMap : undefined;
  return findTaggedArns(requestParameters).flatMap((arn) => {
    if (typeof arn !== 'string' || (isObject(failed) && Object.hasOwn(failed, arn))) return [];
    return instanceIdInEc2Arn(arn) ?? [];
  });
}

function changesOf(ids: readonly string[], delta: Delta | undefined): Lesson[] {
  return ids.map((id) => ({ id, tells: 'change', delta }));
}

const noTags = tagSetOf([]);

/** What putting these tags does; undefined where they cannot be told. */
function putOf(tags: TagSet | undefined): Delta | undefined {
  return tags && !isEmptySet(tags) ? { put: tags, gone: noTags } : undefined;
}

/** What deleting these does; undefined where not all can be told, or none is named. */
function goneOf(doomed: readonly Doomed[] = []): Delta | undefined {
  if (!isPossible(doomed)) return undefined;
  const gone: Record<string, string | null> = Object.create(null);
  for (const [name, value] of doomed) {
    const key = name.toWellFormed();
    // By two values: only one of them would be remembered.
    if (Object.hasOwn(gone, key)) return undefined;
    gone[key] = value?.toWellFormed() ?? null;
  }
  return doomed.length > 0 ? { put: noTags, gone } : undefined;
}

/** "Tag Change on Resource": the complete set after the change. */
function tagChange({ resources, detail }: JsonObject): Lesson[] {
  const arn = Array.isArray(resources) ? resources[0] : undefined;
  const id = typeof arn === 'string' ? instanceIdInEc2Arn(arn) : undefined;
  if (!id || !isObject(detail)) return [];
  if ((detail.service ?? 'ec2') !== 'ec2') return [];
  if ((detail['resource-type'] ?? 'instance') !== 'instance') return [];
  const tags = setInMap(detail.tags);
  if (!tags) return [];
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

const findResourceArns: Finder = finderOf(['resources']);

/** Adds where instances live by the ARNs in the envelope, if that is not where the event is from. */
function withHomes(envelope: JsonObject, lessons: Lesson[]): Lesson[] {
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
