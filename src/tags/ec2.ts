import {
  DescribeTagsCommand,
  EC2Client,
  type Filter,
  type TagDescription,
} from '@aws-sdk/client-ec2';
import { loadOnce } from '../load-once.ts';
import type { ClientConfig } from './client-config.ts';
import { type Answer, type LookUp, maxPagesPerCall, maxTagsPerPage } from './look-up.ts';
import type { CredentialsProvider } from './member-credentials.ts';
import { tagSetOf } from './tag-set.ts';

/** One takes 20 KB and a connection; an organisation has hundreds of homes, of which few are busy. */
const defaultMaxClients = 200;

/**
 * The look-up by the EC2 API. Only ever imported on first need (see ec2-look-up.ts): a cold start
 * without instance events does not pay for the clients.
 *
 * DescribeTags, not DescribeInstances: of that, one unknown id fails the whole call. "DescribeTags"
 * and "Request throttling" (Amazon EC2 API Reference).
 */
export function createEc2LookUp({ maxClients = defaultMaxClients } = {}): LookUp {
  const clientOf = createClients(maxClients);

  async function* pagesOf(clientConfig: ClientConfig, filters: Filter[], signal: AbortSignal) {
    const client = clientOf(clientConfig);
    let token: string | undefined;
    do {
      const command = new DescribeTagsCommand({
        Filters: [...filters, { Name: 'resource-type', Values: ['instance'] }],
        MaxResults: maxTagsPerPage,
        NextToken: token,
      });
      const { Tags, NextToken } = await client.send(command, { abortSignal: signal });
      // Of a web page of some proxy the client makes an answer without anything in it.
      if (!Tags) throw new Error('DescribeTags answered without a set of tags');
      token = NextToken || undefined;
      yield { tags: Tags, isLast: token === undefined };
    } while (token !== undefined);
  }

  return {
    async ofIds(clientConfig, ids, signal) {
      const filters = [{ Name: 'resource-id', Values: [...ids] }];
      const found: TagDescription[] = [];
      let pages = 0;
      for await (const { tags } of pagesOf(clientConfig, filters, signal)) {
        // An endpoint of nothing but next pages would be asked until the time is over.
        if (++pages > maxPagesPerCall) throw new Error('DescribeTags has no end of pages');
        found.push(...tags);
      }
      return setsOf(found);
    },
    async ofAll(clientConfig, maxPages, signal) {
      const found: TagDescription[] = [];
      let pages = 0;
      for await (const { tags, isLast } of pagesOf(clientConfig, [], signal)) {
        if (++pages >= maxPages && !isLast) return undefined;
        found.push(...tags);
      }
      return setsOf(found);
    },
  };
}

/** The sets of all: the tags of an instance may be on any page. */
function setsOf(tags: readonly TagDescription[]): Answer {
  const byId = Map.groupBy(tags, ({ ResourceId = '' }) => ResourceId);
  return new Map(
    Array.from(byId, ([id, own]) => [
      id,
      tagSetOf(own.map(({ Key = '', Value = '' }) => [Key, Value])),
    ]),
  );
}

/** A client for each configuration, the longest unused of which goes first. */
function createClients(maxClients: number): (clientConfig: ClientConfig) => EC2Client {
  const clients = new Map<string, { readonly roleArn: string | undefined; client: EC2Client }>();
  const memberCredentials = lazyMemberCredentials();

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

/** The client that assumes roles is loaded on first need: most stacks have no other account. */
function lazyMemberCredentials(): (roleArn: string) => CredentialsProvider {
  const load = loadOnce(async () =>
    (await import('./member-credentials.ts')).createMemberCredentials(),
  );
  return (roleArn) => async () => (await load())(roleArn)();
}
