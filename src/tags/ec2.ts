import { DescribeTagsCommand, EC2Client, type TagDescription } from '@aws-sdk/client-ec2';
import type { LookUp, TagSet } from './look-up.ts';

/**
 * The look-up by the EC2 API. Only ever imported on first need (see ec2LookUp): a cold start
 * without instance events does not pay for the client.
 *
 * DescribeTags, not DescribeInstances: one unknown id fails a whole DescribeInstances call.
 * "DescribeTags" (Amazon EC2 API Reference).
 */
export function createEc2LookUp(): LookUp {
  const clients = new Map<string, EC2Client>();
  const clientOf = (region: string) => {
    const client = clients.get(region) ?? new EC2Client({ region, maxAttempts: 2 });
    clients.set(region, client);
    return client;
  };

  return async ({ region }, ids, signal) => {
    const tags = new Map<string, Record<string, string>>();
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
      const page = await clientOf(region).send(command, { abortSignal: signal });
      for (const tag of page.Tags ?? []) add(tags, tag);
      token = page.NextToken || undefined;
    } while (token !== undefined);
    return tags satisfies ReadonlyMap<string, TagSet>;
  };
}

function add(tags: Map<string, Record<string, string>>, tag: TagDescription): void {
  const { ResourceId: id, Key: key, Value: value } = tag;
  if (id === undefined || key === undefined) return;
  // No prototype: a tag may be called `__proto__`.
  const known = tags.get(id) ?? (Object.create(null) as Record<string, string>);
  known[key.toWellFormed()] = (value ?? '').toWellFormed();
  tags.set(id, known);
}
