import { setTimeout } from 'node:timers/promises';
import { DescribeTagsCommand, EC2Client, type Filter } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createEc2Endpoint,
  type Ec2Endpoint,
  type Ec2EndpointOptions,
} from '../../../../local/endpoints/ec2.ts';

const web = 'i-0a1b2c3d4e5f60718';
const batch = 'i-0b2c3d4e5f6071829';
const tags = {
  [web]: { Name: 'web-1', team: 'storefront' },
  [batch]: { team: 'data', note: 'a<b>&"c"\n\u00e9\u{1f600}' },
  'i-0c3d4e5f607182930': {},
};

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** An endpoint and the real client, which is told of it as the function is. */
async function prepare(options: Partial<Ec2EndpointOptions> = {}) {
  const endpoint = await createEc2Endpoint({ tags, ...options });
  const client = new EC2Client({
    endpoint: endpoint.url,
    region: 'eu-west-1',
    maxAttempts: 2,
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
  });
  opened.push({ close: () => client.destroy() }, endpoint);
  const describeTags = (
    filters: Filter[],
    more: { MaxResults?: number; NextToken?: string } = {},
  ) => client.send(new DescribeTagsCommand({ Filters: filters, ...more }));
  return { endpoint, client, describeTags };
}

const filter = (Name: string, ...Values: string[]): Filter => ({ Name, Values });

/** A request as nobody's client makes it. */
async function post({ url }: Ec2Endpoint, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', body, headers });
  return { status: response.status, text: await response.text() };
}

const signed = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261120/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0',
};

describe('The EC2 endpoint', () => {
  test('answers the real client with the tags of the instances that it asks for', async () => {
    const { describeTags } = await prepare();

    const { Tags } = await describeTags([
      filter('resource-id', web, 'i-0fffffffffffffff0'),
      filter('resource-type', 'instance'),
    ]);

    expect(Tags).toEqual([
      { ResourceId: web, ResourceType: 'instance', Key: 'Name', Value: 'web-1' },
      { ResourceId: web, ResourceType: 'instance', Key: 'team', Value: 'storefront' },
    ]);
  });

  test('keeps markup, line breaks and characters of every plane', async () => {
    const { describeTags } = await prepare();

    const { Tags } = await describeTags([filter('key', 'note')]);

    expect(Tags?.map(({ Value }) => Value)).toEqual(['a<b>&"c"\n\u00e9\u{1f600}']);
  });

  test.each([
    ['key', ['team'], 2],
    ['value', ['data', 'web-1'], 2],
    ['tag:team', ['data'], 1],
    ['tag:Name', ['data'], 0],
    ['resource-type', ['volume'], 0],
    ['value', ['*'], 4],
    ['value', ['web-?'], 1],
    ['value', ['web\\-?'], 0],
    ['value', ['web.1'], 0],
    ['key', ['Team'], 0],
  ])('filters by %s %j', async (name, values, count) => {
    const { describeTags } = await prepare();

    const { Tags } = await describeTags([filter(name, ...values)]);

    expect(Tags).toHaveLength(count);
  });

  test('gives the tags of all instances, where no ids are asked for', async () => {
    const { describeTags } = await prepare();

    const { Tags } = await describeTags([filter('resource-type', 'instance')]);

    expect(Tags?.map(({ ResourceId }) => ResourceId)).toEqual([web, web, batch, batch]);
  });

  test('gives pages, and each tag on one of them', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`i-${String(i).padStart(17, '0')}`, { n: String(i) }]),
    );
    const { endpoint, describeTags } = await prepare({ tags: many });

    const values: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await describeTags([filter('key', 'n')], {
        MaxResults: 5,
        ...(token && { NextToken: token }),
      });
      values.push(...(page.Tags ?? []).map(({ Value }) => Value));
      token = page.NextToken;
    } while (token);

    expect(values).toEqual(Array.from({ length: 12 }, (_, i) => String(i)));
    expect(endpoint.calls.map(({ page, pages }) => [page, pages])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  test('refuses the token of another question', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`i-${String(i).padStart(17, '0')}`, { n: String(i) }]),
    );
    const { describeTags } = await prepare({ tags: many });
    const { NextToken = '' } = await describeTags([filter('key', 'n')], { MaxResults: 5 });

    const asked = describeTags([filter('key', 'other')], { MaxResults: 5, NextToken });

    await expect(asked).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test.each([4, 1001])('refuses pages of %i', async (MaxResults) => {
    const { describeTags } = await prepare();

    const asked = describeTags([], { MaxResults });

    await expect(asked).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('takes 200 filter values, and not one more', async () => {
    const { describeTags } = await prepare();
    const ids = Array.from({ length: 199 }, (_, i) => `i-${String(i).padStart(17, '0')}`);

    const most = describeTags([filter('resource-id', ...ids), filter('resource-type', 'instance')]);
    const more = describeTags([
      filter('resource-id', ...ids, web),
      filter('resource-type', 'instance'),
    ]);

    await expect(most).resolves.toMatchObject({ Tags: [] });
    await expect(more).rejects.toMatchObject({
      name: 'FilterLimitExceeded',
      message: 'The maximum number of filter values specified on a single call is 200',
    });
  });

  test('refuses a filter that EC2 does not have', async () => {
    const { describeTags } = await prepare();

    await expect(describeTags([filter('colour', 'red')])).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: "The filter 'colour' is invalid",
    });
  });

  test("refuses an action that it does not know, in EC2's own form", async () => {
    const { endpoint } = await prepare();

    const { status, text } = await post(endpoint, 'Action=RunInstances&Version=2016-11-15', signed);

    expect(status).toBe(400);
    expect(text).toMatch(
      /<Response><Errors><Error><Code>InvalidAction<\/Code><Message>.*RunInstances.*<\/Message><\/Error><\/Errors><RequestID>/,
    );
  });

  test('refuses a request that is not signed', async () => {
    const { endpoint } = await prepare();

    const { status } = await post(endpoint, 'Action=DescribeTags&Version=2016-11-15');

    expect(status).toBe(403);
  });

  test('keeps what it was asked', async () => {
    const { endpoint, describeTags } = await prepare();

    await describeTags([filter('resource-id', web)]);

    expect(endpoint.calls).toEqual([
      {
        number: 1,
        action: 'DescribeTags',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        region: 'eu-west-1',
        filters: [{ name: 'resource-id', values: [web] }],
        page: 1,
        pages: 1,
      },
    ]);
  });
});

describe('A fault of the EC2 endpoint', () => {
  const everyCall = [filter('resource-id', web)];

  test('throttles, and the client tries again', async () => {
    const { endpoint, describeTags } = await prepare({
      fault: ({ number }) => number === 1 && { kind: 'throttle' },
    });

    const { Tags } = await describeTags(everyCall);

    expect(Tags).toHaveLength(2);
    expect(endpoint.calls).toHaveLength(2);
  });

  test('denies, and the client does not try again', async () => {
    const { endpoint, describeTags } = await prepare({ fault: () => ({ kind: 'deny' }) });

    await expect(describeTags(everyCall)).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    expect(endpoint.calls).toHaveLength(1);
  });

  test.each(['garbage', 'cut'] as const)('answers %s, which the client refuses', async (kind) => {
    const { describeTags } = await prepare({ fault: () => ({ kind }) });

    await expect(describeTags(everyCall)).rejects.toThrow();
  });

  test('waits, until the client has no more patience', async () => {
    const { endpoint, client } = await prepare({ fault: () => ({ kind: 'delay', ms: 60_000 }) });
    const patience = new AbortController();

    const asked = client.send(new DescribeTagsCommand({ Filters: everyCall }), {
      abortSignal: patience.signal,
    });
    patience.abort();

    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(endpoint.calls.length).toBeLessThanOrEqual(1);
  });

  test('knows who was gone before the answer, and nobody else', async () => {
    const { endpoint, client, describeTags } = await prepare({
      fault: ({ number }) => number === 2 && { kind: 'delay', ms: 60_000 },
    });
    const patience = new AbortController();
    await describeTags(everyCall);

    const asked = client.send(new DescribeTagsCommand({ Filters: everyCall }), {
      abortSignal: patience.signal,
    });
    while (endpoint.calls.length < 2) await setTimeout(5);
    patience.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    while (endpoint.abandoned.length === 0) await setTimeout(5);

    expect(endpoint.abandoned.map(({ number }) => number)).toEqual([2]);
  });

  test('comes after half of the pages', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`i-${String(i).padStart(17, '0')}`, { n: String(i) }]),
    );
    const { describeTags } = await prepare({
      tags: many,
      fault: ({ page, pages }) => page > pages / 2 && { kind: 'internal-error' },
    });

    const first = await describeTags([], { MaxResults: 5 });
    const second = await describeTags([], { MaxResults: 5, NextToken: first.NextToken ?? '' });
    const third = describeTags([], { MaxResults: 5, NextToken: second.NextToken ?? '' });

    await expect(third).rejects.toMatchObject({ name: 'InternalError' });
  });
});
