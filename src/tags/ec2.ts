import { DescribeTagsCommand, EC2Client, type TagDescription } from '@aws-sdk/client-ec2';
import type { LookUp, Place } from './look-up.ts';
import { createMemberCredentials } from './member-credentials.ts';
import { tagSetOf } from './tag-set.ts';

/** One takes 20 KB and a connection; an organisation has hundreds of places, of which few are busy. */
const maxClients = 200;

/**
 * The look-up by the EC2 API. Only ever imported on first need (see ec2-look-up.ts): a cold start
 * without instance events does not pay for the clients.
 *
 * DescribeTags, not DescribeInstances: of that, one unknown id fails the whole call. "DescribeTags"
 * and "Request throttling" (Amazon EC2 API Reference).
 */
export function createEc2LookUp(): LookUp {
  const clientOf = createClients();
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
      // Of a web page of some proxy the client makes an answer without anything in it.
      if (!page.Tags) throw new Error('DescribeTags answered without a set of tags');
      tags.push(...page.Tags);
      token = page.NextToken || undefined;
    } while (token !== undefined);

    const byId = Map.groupBy(tags, ({ ResourceId = '' }) => ResourceId);
    return new Map(
      Array.from(byId, ([id, own]) => [
        id,
        tagSetOf(own.map(({ Key = '', Value = '' }) => [Key, Value])),
      ]),
    );
  };
}

/** A client for each place, the longest unused of which goes first. */
function createClients(): (place: Place) => EC2Client {
  const clients = new Map<string, { readonly roleArn: string | undefined; client: EC2Client }>();
  const memberCredentials = createMemberCredentials();

  /** The Regions of an account share its credentials, which the SDK keeps until they expire. */
  const credentialsOf = (roleArn: string) => {
    const sibling = [...clients.values()].find((other) => other.roleArn === roleArn);
    return sibling?.client.config.credentials ?? memberCredentials(roleArn);
  };

  return ({ region, roleArn }) => {
    const key = `${region}/${roleArn}`;
    const client =
      clients.get(key)?.client ??
      new EC2Client({
        region,
        retryMode: 'adaptive', // slows down while EC2 throttles
        maxAttempts: 3,
        ...(roleArn === undefined ? {} : { credentials: credentialsOf(roleArn) }),
      });
    clients.delete(key);
    clients.set(key, { roleArn, client });
    const [[oldest = '', unused] = []] = clients;
    if (clients.size > maxClients) {
      clients.delete(oldest);
      unused?.client.destroy();
    }
    return client;
  };
}
