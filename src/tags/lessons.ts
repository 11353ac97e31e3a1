import type { AwsEvent } from '../events/event.ts';
import { instanceIdIn } from '../events/instance-id.ts';
import { instancesInRecord } from '../events/instances.ts';
import { finderOf } from '../events/path.ts';
import { isObject, type Json, type JsonObject, numberText } from '../json.ts';
import { type TagFilter, type TagSet, tagSetOf } from './tag-set.ts';

/** What an event tells of the tags of one instance, at the time of the event. */
export type Lesson = { readonly id: string } & (
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
    }
  | { readonly tells: 'change' }
  | { readonly tells: 'end' }
);

/** All that an event teaches; nothing, of nearly every event. `isKept` picks the tags by key. */
export function lessonsOf(event: AwsEvent, isKept: TagFilter): Lesson[] {
  if (event.family === 'unknown') return [];
  if (event.family === 'other') {
    return teachersBySource.get(event.envelope.source)?.(event.envelope, isKept) ?? [];
  }
  const { record } = event;
  const teach = teachersByName.get(record.eventName);
  // A call that failed changed nothing.
  return teach && !record.errorCode ? teach(record, isKept) : [];
}

type Teacher = (event: JsonObject, isKept: TagFilter) => Lesson[];

const teachersByName = new Map<Json | undefined, Teacher>([
  ['RunInstances', launched],
  ['CreateTags', changed],
  ['DeleteTags', changed],
  ['TagResources', changed],
  ['UntagResources', changed],
]);

const teachersBySource = new Map<Json | undefined, Teacher>([
  ['aws.tag', tagChange],
  ['aws.ec2', terminated],
  ['aws.config', told(finderOf(['detail.configurationItem']), 'resourceId', 'tags')],
  ['aws.health', told(finderOf(['detail.affectedEntities[]']), 'entityValue', 'tags')],
  ['aws.guardduty', told(finderOf(['detail.resource.instanceDetails']), 'instanceId', 'tags')],
  ['aws.securityhub', told(finderOf(['detail.findings[].Resources[]']), 'Id', 'Tags')],
  ['aws.inspector2', told(finderOf(['detail.resources[]']), 'id', 'tags')],
]);

const launchedItems = finderOf(['instancesSet.items[]']);

/** RunInstances answers with the tags in force, those of the launch template and `aws:…` included. */
function launched({ responseElements }: JsonObject, isKept: TagFilter): Lesson[] {
  return launchedItems(responseElements).flatMap((item): Lesson[] => {
    if (!isObject(item) || typeof item.instanceId !== 'string') return [];
    const id = instanceIdIn(item.instanceId);
    if (id === undefined) return [];
    return [{ id, tells: 'tags', tags: tagsIn(item.tagSet, isKept), isShared: true }];
  });
}

function changed(record: JsonObject): Lesson[] {
  return instancesInRecord(record).map(({ id }) => ({ id, tells: 'change' }));
}

/** "Tag Change on Resource": the complete set after the change. */
function tagChange({ resources, detail }: JsonObject, isKept: TagFilter): Lesson[] {
  const [resource] = Array.isArray(resources) ? resources : [];
  const id = typeof resource === 'string' ? instanceIdIn(resource) : undefined;
  if (id === undefined || !isObject(detail) || !isObject(detail.tags)) return [];
  const tags = tagsIn(detail.tags, isKept);
  return [{ id, tells: 'tags', tags, version: versionOf(detail.version), isShared: true }];
}

/** A number, in some events written `4.0`. */
function versionOf(version: Json | undefined): number | undefined {
  const text = numberText(version);
  return text === undefined ? undefined : Number(text);
}

function terminated({ detail, 'detail-type': type }: JsonObject): Lesson[] {
  if (type !== 'EC2 Instance State-change Notification' || !isObject(detail)) return [];
  const { 'instance-id': id, state } = detail;
  return state === 'terminated' && typeof id === 'string' ? [{ id, tells: 'end' }] : [];
}

/** A teacher for events that carry the tags of the resources that they are about. */
function told(find: (event: Json) => Json[], idKey: string, tagsKey: string): Teacher {
  return (event, isKept) =>
    find(event).flatMap((resource): Lesson[] => {
      if (!isObject(resource)) return [];
      const { [idKey]: idOrArn, [tagsKey]: listed } = resource;
      const id = typeof idOrArn === 'string' ? instanceIdIn(idOrArn) : undefined;
      const tags = tagsIn(listed, isKept);
      // An empty set may mean that the service does not know.
      if (id === undefined || Object.keys(tags).length === 0) return [];
      return [{ id, tells: 'tags', tags, isShared: false }];
    });
}

/** The tags in a map, in a list of `{key, value}` (or `Key`, `Value`), or in CloudTrail's `items`. */
function tagsIn(json: Json | undefined, isKept: TagFilter): TagSet {
  if (Array.isArray(json)) return tagSetOf(json.flatMap(taggingOf), isKept);
  if (!isObject(json)) return tagSetOf([]);
  const { items } = json;
  if (typeof items === 'object' && items !== null) return tagsIn([items].flat(), isKept);
  return tagSetOf(
    Object.entries(json).flatMap(([key, value]) => pairOf(key, value)),
    isKept,
  );
}

function taggingOf(tagging: Json): [string, string][] {
  if (!isObject(tagging)) return [];
  return pairOf(tagging.key ?? tagging.Key, tagging.value ?? tagging.Value ?? '');
}

/** CloudTrail re-types the values of some tags: `true` and `5` without quotes. */
function pairOf(key: Json | undefined, value: Json | undefined): [string, string][] {
  if (typeof key !== 'string') return [];
  if (typeof value === 'string') return [[key, value]];
  const text = typeof value === 'boolean' ? String(value) : numberText(value);
  return text === undefined ? [] : [[key, text]];
}
