import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeTagsCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
  type Tag,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Json } from '../../../src/json.ts';
import { type Home, keyOf } from '../../../src/tags/home.ts';
import type { TagSet } from '../../../src/tags/tag-set.ts';
import { tagSetOf } from '../../../src/tags/tag-set.ts';
import { arnOf, envelopeOf, itemsOf, ownAccount, recordOf } from '../../support/tags-fixture.ts';

/** Tags of one call, as the SDK takes them; without a value where only the key counts. */
export type CallTags = readonly { readonly Key: string; readonly Value?: string }[];

/**
 * The instances of an account's Region at moto. Each call is made by the real client, and gives the
 * event that CloudTrail would send of it, made of the call and of its answer.
 */
export interface HomeAtMoto {
  readonly home: Home;
  run(count: number, tags: CallTags, timeMs: number): Promise<{ ids: string[]; event: Json }>;
  createTags(ids: readonly string[], tags: CallTags, timeMs: number): Promise<Json>;
  deleteTags(ids: readonly string[], tags: CallTags | undefined, timeMs: number): Promise<Json>;
  stop(id: string, timeMs: number): Promise<Json>;
  terminate(id: string, timeMs: number): Promise<Json>;
  /** What EC2 itself sends of a change of tags. */
  tagChange(id: string, changed: readonly string[], version: number, timeMs: number): Promise<Json>;
  /** What moto says of the tags of an instance, now. */
  tagsOf(id: string): Promise<TagSet>;
}

/** Everybody may: moto does not check it. */
const roleName = 'Administrator';

export async function openHome(url: string, home: Home): Promise<HomeAtMoto> {
  const client = new EC2Client({
    endpoint: url,
    region: home.region,
    ...(home.account === ownAccount ? {} : { credentials: await credentialsIn(url, home) }),
  });
  const record = (name: string, timeMs: number, more: Record<string, Json>): Json =>
    recordOf(
      name,
      { eventID: `${name}-${keyOf(home)}-${timeMs}`, ...more },
      { timeMs, from: home },
    );
  const idItems = (key: string, ids: readonly string[]) => ({
    items: ids.map((id) => ({ [key]: id })),
  });
  const tagItems = (tags: CallTags) => ({
    items: tags.map(({ Key: key, Value: value }) =>
      value === undefined ? { key } : { key, value },
    ),
  });
  const tagsOf = async (id: string) => {
    const Filters = [{ Name: 'resource-id', Values: [id] }];
    const { Tags = [] } = await client.send(new DescribeTagsCommand({ Filters }));
    return setOfTags(Tags);
  };

  return {
    home,
    tagsOf,
    async run(count, tags, timeMs) {
      const { Instances = [] } = await client.send(
        new RunInstancesCommand({
          ImageId: 'ami-12c6146b',
          MinCount: count,
          MaxCount: count,
          ...(tags.length > 0 && {
            TagSpecifications: [{ ResourceType: 'instance', Tags: [...tags] }],
          }),
        }),
      );
      const ids = Instances.map(({ InstanceId = '' }) => InstanceId);
      const items = Instances.map(({ InstanceId = '', Tags = [] }) => ({
        instanceId: InstanceId,
        tagSet: Tags.length > 0 ? itemsOf(setOfTags(Tags)) : {},
      }));
      return {
        ids,
        event: record('RunInstances', timeMs, { responseElements: { instancesSet: { items } } }),
      };
    },
    async createTags(ids, tags, timeMs) {
      await client.send(new CreateTagsCommand({ Resources: [...ids], Tags: [...tags] }));
      const resourcesSet = idItems('resourceId', ids);
      const requestParameters = { resourcesSet, tagSet: tagItems(tags) };
      return record('CreateTags', timeMs, { requestParameters });
    },
    async deleteTags(ids, tags, timeMs) {
      const Tags = tags && { Tags: [...tags] };
      await client.send(new DeleteTagsCommand({ Resources: [...ids], ...Tags }));
      const resourcesSet = idItems('resourceId', ids);
      const requestParameters = { resourcesSet, ...(tags && { tagSet: tagItems(tags) }) };
      return record('DeleteTags', timeMs, { requestParameters });
    },
    async stop(id, timeMs) {
      await client.send(new StopInstancesCommand({ InstanceIds: [id] }));
      const requestParameters = { instancesSet: idItems('instanceId', [id]) };
      return record('StopInstances', timeMs, { requestParameters });
    },
    async terminate(id, timeMs) {
      await client.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
      return envelopeOf(
        'aws.ec2',
        'EC2 Instance State-change Notification',
        { 'instance-id': id, state: 'terminated' },
        { resources: [arnOf(id, home)], timeMs, from: home },
      );
    },
    async tagChange(id, changed, version, timeMs) {
      const detail = {
        'changed-tag-keys': [...changed],
        service: 'ec2',
        'resource-type': 'instance',
        version,
        tags: { ...(await tagsOf(id)) },
      };
      const resources = [arnOf(id, home)];
      return envelopeOf('aws.tag', 'Tag Change on Resource', detail, {
        resources,
        timeMs,
        from: home,
      });
    },
  };
}

function setOfTags(tags: readonly Tag[]): TagSet {
  return tagSetOf(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

/** Somebody's who works in that account. */
async function credentialsIn(url: string, { account, region }: Home) {
  const sts = new STSClient({ endpoint: url, region });
  const RoleArn = `arn:aws:iam::${account}:role/${roleName}`;
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn, RoleSessionName: 'operator' }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  };
}
