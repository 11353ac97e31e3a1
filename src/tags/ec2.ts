import { DescribeTagsCommand, EC2Client, type TagDescription } from '@aws-sdk/client-ec2';
import type { LookUp, Place } from './look-up.ts';
import { memberCredentials } from './member-credentials.ts';
import { type TagFilter, tagSetOf } from './tag-set.ts';

/**
 * The look-up by the EC2 API. Only ever imported on first need (see ec2LookUp): a cold start
 * without instance events does not pay for the clients.
 *
 * DescribeTags, not DescribeInstances: of that, one unknown id fails the whole call. "DescribeTags"
 * and "Request throttling" (Amazon EC2 API Reference).
 */
export function createEc2LookUp(isKept: TagFilter): LookUp {
  const clients = new Map<string, EC2Client>();

  const clientOf = ({ region, roleArn }: Place): EC2Client => {
    const key = `${region}/${roleArn}`;
    const known = clients.get(key);
    if (known) return known;
    const credentials = roleArn === undefined ? {} : { credentials: memberCredentials(roleArn) };
    const client = new EC2Client({ region, retryMode: 'adaptive', maxAttempts: 3, ...credentials });
    clients.set(key, client);
    return client;
  };

  return async (place, ids, signal) => {
    const client = clientOf(place);
    const tags: TagDescription[] = [];
    let token: string | undefined;
    do {
      const command = new DescribeTagsCommand({
        Filters: [
          { Name: 'resource-id', Values: [...ids] },
          { Name: 'resource-type', Values: ['instance'] },
        ],
        MaxResults: 1000,
        NextToken: token,
      });
      const page = await client.send(command, { abortSignal: signal });
      tags.push(...(page.Tags ?? []));
      token = page.NextToken || undefined;
    } while (token !== undefined);

    const byId = Map.groupBy(tags, ({ ResourceId }) => ResourceId ?? '');
    return new Map(
      Array.from(byId, ([id, own]) => [
        id,
        tagSetOf(
          own.map(({ Key = '', Value = '' }) => [Key, Value]),
          isKept,
        ),
      ]),
    );
  };
}
