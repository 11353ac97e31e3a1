import type { InstanceTags } from './ec2.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Tags of instances as people have them: `{"i-…": {"team": "web"}}`, or what `aws ec2 describe-tags` or
 * `aws ec2 describe-instances` prints.
 * Amazon EC2 API Reference, TagDescription and Instance.
 * @returns undefined where a value is none of them
 */
export function instanceTagsIn(value: unknown): InstanceTags | undefined {
  if (!isObject(value)) return undefined;
  const { Tags: tags, Reservations: reservations } = value;
  if (isListOf(tags, isTagOfResource)) {
    const ofInstances = tags.filter(({ ResourceId: id }) => id.startsWith('i-'));
    const byId = Map.groupBy(ofInstances, ({ ResourceId: id }) => id);
    return Object.fromEntries([...byId].map(([id, own]) => [id, tagsOf(own)]));
  }
  if (isListOf(reservations, isReservation)) {
    const instances = reservations.flatMap(({ Instances: own }) => own);
    return Object.fromEntries(
      instances.map(({ InstanceId: id, Tags: own = [] }) => [id, tagsOf(own)]),
    );
  }
  const isPlain = Object.values(value).every(
    (own) => isObject(own) && Object.values(own).every(isText),
  );
  return isPlain ? (value as InstanceTags) : undefined;
}

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

interface Instance {
  readonly InstanceId: string;
  readonly Tags?: readonly Tag[];
}

const tagsOf = (tags: readonly Tag[]) =>
  Object.fromEntries(tags.map(({ Key: key, Value: value }) => [key, value]));

const isText = (value: unknown) => typeof value === 'string';

const isTag = (value: unknown): value is Tag =>
  isObject(value) && isText(value.Key) && isText(value.Value);

const isTagOfResource = (value: unknown): value is Tag & { readonly ResourceId: string } =>
  isTag(value) && isText((value as unknown as JsonObject).ResourceId);

const isInstance = (value: unknown): value is Instance =>
  isObject(value) &&
  isText(value.InstanceId) &&
  (value.Tags === undefined || isListOf(value.Tags, isTag));

const isReservation = (value: unknown): value is { readonly Instances: readonly Instance[] } =>
  isObject(value) && isListOf(value.Instances, isInstance);

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
