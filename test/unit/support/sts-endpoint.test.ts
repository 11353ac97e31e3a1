import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createStsEndpoint, type StsEndpointOptions } from '../../support/sts-endpoint.ts';

const roleArn = 'arn:aws:iam::111122223333:role/eventlake-member';
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** An endpoint and the real client. */
async function prepare(options: StsEndpointOptions = {}) {
  const endpoint = await createStsEndpoint(options);
  const client = new STSClient({
    endpoint: endpoint.url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
  });
  opened.push({ close: () => client.destroy() }, endpoint);
  const assume = (RoleArn = roleArn, RoleSessionName = 'eventlake') =>
    client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
  return { endpoint, assume };
}

describe('The STS endpoint', () => {
  test('gives credentials for an hour, and knows whose they are', async () => {
    const { endpoint, assume } = await prepare();
    const startedMs = Date.now();

    const { Credentials, AssumedRoleUser } = await assume();

    const goodForMs = Number(Credentials?.Expiration) - startedMs;
    expect(goodForMs).toBeGreaterThan(3_590_000);
    expect(goodForMs).toBeLessThan(3_610_000);
    expect(AssumedRoleUser?.Arn).toBe(
      'arn:aws:sts::111122223333:assumed-role/eventlake-member/eventlake',
    );
    const accessKeyId = Credentials?.AccessKeyId;
    const sessionToken = Credentials?.SessionToken;
    expect(endpoint.sessionOf({ accessKeyId, sessionToken })).toEqual({
      roleArn,
      sessionName: 'eventlake',
    });
    expect(endpoint.sessionOf({ accessKeyId, sessionToken: undefined })).toBeUndefined();
    expect(
      endpoint.sessionOf({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', sessionToken }),
    ).toBeUndefined();
  });

  test('tells its calls', async () => {
    const { endpoint, assume } = await prepare();

    await assume();

    expect(endpoint.calls).toEqual([
      {
        number: 1,
        action: 'AssumeRole',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        region: 'eu-west-1',
        roleArn,
        sessionName: 'eventlake',
      },
    ]);
  });

  test('gives nobody else the same credentials', async () => {
    const { assume } = await prepare();

    const [one, other] = [await assume(), await assume()];

    expect(one.Credentials?.AccessKeyId).not.toBe(other.Credentials?.AccessKeyId);
  });

  test.each([
    ['a role that is no ARN', ['eventlake-member', 'eventlake'], 'ValidationError'],
    ['a session name with blanks', [roleArn, 'event lake'], 'ValidationError'],
  ] as const)('refuses %s', async (_, [role, session], name) => {
    const { assume } = await prepare();

    await expect(assume(role, session)).rejects.toMatchObject({ name });
  });

  test('denies where it should', async () => {
    const { assume } = await prepare({ fault: ({ number }) => number === 1 && { kind: 'deny' } });

    await expect(assume()).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
      message: expect.stringContaining(roleArn),
    });
    expect(await assume()).toMatchObject({ Credentials: {} });
  });

  test('throttles where it should', async () => {
    const { assume } = await prepare({ fault: () => ({ kind: 'throttle' }) });

    await expect(assume()).rejects.toMatchObject({ name: 'Throttling' });
  });

  test('answers garbage where it should, which the client refuses', async () => {
    const { assume } = await prepare({ fault: () => ({ kind: 'garbage' }) });

    await expect(assume()).rejects.toThrow();
  });

  test('answers as a proxy where it should, of which the client makes nothing', async () => {
    const { assume } = await prepare({ fault: () => ({ kind: 'web-page' }) });

    expect((await assume()).Credentials).toBeUndefined();
  });

  test('is late where it should be', async () => {
    const { assume } = await prepare({ fault: () => ({ kind: 'delay', ms: 200 }) });
    const startedMs = performance.now();

    await assume();

    expect(performance.now() - startedMs).toBeGreaterThan(190);
  });

  test.each([
    ['unsigned requests', {}, 'Action=AssumeRole&Version=2011-06-15', 'MissingAuthenticationToken'],
    [
      'other actions',
      { authorization: 'AWS4-HMAC-SHA256 Credential=A/20261120/eu-west-1/sts/aws4_request' },
      'Action=GetUser&Version=2011-06-15',
      'InvalidAction',
    ],
    [
      'other versions',
      { authorization: 'AWS4-HMAC-SHA256 Credential=A/20261120/eu-west-1/sts/aws4_request' },
      'Action=AssumeRole&Version=2010-01-01',
      'InvalidAction',
    ],
  ])('refuses %s', async (_, headers, body, code) => {
    const { endpoint } = await prepare();

    const response = await fetch(endpoint.url, { method: 'POST', body, headers });

    expect(await response.text()).toContain(`<Code>${code}</Code>`);
    expect(response.ok).toBe(false);
  });
});
