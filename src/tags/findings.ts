import { instanceIdIn, instanceIdInEc2Arn } from '../events/instance-id.ts';
import { finderOf, type Path } from '../events/path.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { epochMsOf, toRowTime } from '../rows/time.ts';
import { type Home, homeInArn, homeOf } from './home.ts';
import type { Lesson, Teacher } from './lesson.ts';
import { setInFinding } from './tag-forms.ts';
import { isEmptySet } from './tag-set.ts';

/** Where the events of a service name resources and their tags. */
interface FindingPaths {
  /** What says something of resources: a finding. It may also say where they live. */
  readonly finding: Path;
  /** Its resources. */
  readonly resources: Path;
  /** Keys of a resource: its id or ARN, its tags, and when those were read, where that is said. */
  readonly id: string;
  readonly tags: string;
  readonly readAt?: string;
}

/** Services whose events have tags of instances that they read some time before. */
export const findingSources: readonly (FindingPaths & { readonly source: string })[] = [
  {
    source: 'aws.config',
    finding: 'detail',
    resources: 'configurationItem',
    id: 'resourceId',
    tags: 'tags',
    readAt: 'configurationItemCaptureTime',
  },
  {
    source: 'aws.health',
    finding: 'detail',
    resources: 'affectedEntities[]',
    id: 'entityValue',
    tags: 'tags',
  },
  {
    source: 'aws.guardduty',
    finding: 'detail',
    resources: 'resource.instanceDetails',
    id: 'instanceId',
    tags: 'tags',
  },
  {
    source: 'aws.securityhub',
    finding: 'detail.findings[]',
    resources: 'Resources[]',
    id: 'Id',
    tags: 'Tags',
  },
  {
    source: 'aws.inspector2',
    finding: 'detail',
    resources: 'resources[]',
    id: 'id',
    tags: 'tags',
  },
];

/**
 * A teacher for events that tell of resources and their tags. An administrator's account gets the
 * findings of others, and of other Regions, as its own events: they say where the resource lives.
 */
export function findingTeacher(paths: FindingPaths): Teacher {
  const findFindings = finderOf([paths.finding]);
  const findResources = finderOf([paths.resources]);
  return (event) =>
    findFindings(event).flatMap((finding) =>
      findResources(finding).flatMap((resource) => lessonsOfResource(resource, finding, paths)),
    );
}

function lessonsOfResource(
  resource: Json,
  finding: Json,
  { id: idKey, tags: tagsKey, readAt }: FindingPaths,
): Lesson[] {
  if (!isObject(finding) || !isObject(resource)) return [];
  const idOrArn = resource[idKey];
  const id = idIn(idOrArn);
  if (id === undefined) return [];
  const home = homeInArn(String(idOrArn)) ?? homeBeside(resource, finding);
  const tags = isInstance(resource, idOrArn) ? setInFinding(resource[tagsKey]) : undefined;
  // An empty set may mean that the service does not know.
  if (!tags || isEmptySet(tags)) return home ? [{ id, home, tells: 'home' }] : [];
  const timeMs = readAt === undefined ? undefined : timeIn(resource[readAt]);
  return [{ id, home, tells: 'tags', tags, isShared: false, timeMs }];
}

const typeKeys = ['resourceType', 'type'];
const instanceTypes = new Set<Json | undefined>(['AWS::EC2::Instance', 'AWS_EC2_INSTANCE']);

/** Whether a resource is an instance of EC2: the id of one is also that of a node of Systems Manager. */
function isInstance(resource: JsonObject, idOrArn: Json | undefined): boolean {
  const text = String(idOrArn);
  const types = typeKeys.map((key) => resource[key]).filter((type) => type);
  return (
    types.every((type) => instanceTypes.has(type)) &&
    (!text.includes(':') || instanceIdInEc2Arn(text) !== undefined)
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

/** The id of an instance, of its id or its ARN. */
export function idIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? instanceIdIn(value) : undefined;
}
