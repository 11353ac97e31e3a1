import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/json.ts';
import { type Actor, actorIn } from '../../../src/rows/actor.ts';

const actorOf = (userIdentity: Json) => actorIn({ userIdentity });

const account = '123456789012';
const instanceId = 'i-0abc123def4567890';
const sessionIssuer = {
  type: 'Role',
  principalId: 'AROAEXAMPLEEXAMPLE',
  arn: `arn:aws:iam::${account}:role/ops/deploy`,
  accountId: account,
  userName: 'deploy',
};

/** What actors have in common here; the cases say the rest. */
const assumedRole = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLEEXAMPLE:alice',
  arn: `arn:aws:sts::${account}:assumed-role/deploy/alice`,
  accountId: account,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
};

const cases: [name: string, userIdentity: Json, actor: Actor][] = [
  [
    'IAMUser',
    {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLEEXAMPLE',
      arn: `arn:aws:iam::${account}:user/alice`,
      accountId: account,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      userName: 'alice',
    },
    {
      type: 'IAMUser',
      arn: `arn:aws:iam::${account}:user/alice`,
      principalId: 'AIDAEXAMPLEEXAMPLE',
      account,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      name: 'alice',
    },
  ],
  [
    'IAMUser at a failed console login',
    {
      type: 'IAMUser',
      accountId: account,
      accessKeyId: '',
      userName: 'HIDDEN_DUE_TO_SECURITY_REASONS',
    },
    { type: 'IAMUser', account, name: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
  ],
  [
    'AssumedRole',
    {
      ...assumedRole,
      sessionContext: {
        sessionIssuer,
        attributes: { mfaAuthenticated: 'true', creationDate: '2026-11-20T10:00:00Z' },
        webIdFederationData: {},
      },
    },
    {
      type: 'AssumedRole',
      arn: assumedRole.arn,
      principalId: assumedRole.principalId,
      account,
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      name: 'deploy',
      sessionName: 'alice',
      mfa: true,
    },
  ],
  [
    'AssumedRole of an instance profile',
    {
      ...assumedRole,
      principalId: `AROAEXAMPLEEXAMPLE:${instanceId}`,
      arn: `arn:aws:sts::${account}:assumed-role/web/${instanceId}`,
      sessionContext: { attributes: { mfaAuthenticated: 'false' }, ec2RoleDelivery: '2.0' },
    },
    {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${account}:assumed-role/web/${instanceId}`,
      principalId: `AROAEXAMPLEEXAMPLE:${instanceId}`,
      account,
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      name: 'web',
      sessionName: instanceId,
      mfa: false,
      instanceId,
    },
  ],
  [
    'AssumedRole without an ARN',
    { type: 'AssumedRole', principalId: `AROAEXAMPLEEXAMPLE:${instanceId}` },
    {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLEEXAMPLE:${instanceId}`,
      sessionName: instanceId,
      instanceId,
    },
  ],
  [
    'AssumedRole without a session',
    { type: 'AssumedRole', principalId: 'AROAEXAMPLEEXAMPLE' },
    { type: 'AssumedRole', principalId: 'AROAEXAMPLEEXAMPLE' },
  ],
  [
    'AssumedRole with a path, in China',
    { type: 'AssumedRole', arn: `arn:aws-cn:sts::${account}:assumed-role/ops/deploy/alice@x` },
    {
      type: 'AssumedRole',
      arn: `arn:aws-cn:sts::${account}:assumed-role/ops/deploy/alice@x`,
      name: 'deploy',
      sessionName: 'alice@x',
    },
  ],
  [
    'Root',
    { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account },
    {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      account,
      name: 'root',
    },
  ],
  [
    'Root with an account alias',
    { type: 'Root', accountId: account, userName: 'my-company', invokedBy: 'AWS Internal' },
    { type: 'Root', account, name: 'my-company', invokedBy: 'AWS Internal' },
  ],
  [
    'FederatedUser',
    {
      type: 'FederatedUser',
      principalId: `${account}:bob`,
      arn: `arn:aws:sts::${account}:federated-user/bob`,
      accountId: account,
      sessionContext: { sessionIssuer: { type: 'IAMUser', userName: 'alice' } },
    },
    {
      type: 'FederatedUser',
      principalId: `${account}:bob`,
      arn: `arn:aws:sts::${account}:federated-user/bob`,
      account,
      name: 'alice',
    },
  ],
  [
    'AWSAccount',
    { type: 'AWSAccount', principalId: 'AROAEXAMPLEEXAMPLE:x', accountId: '111122223333' },
    {
      type: 'AWSAccount',
      principalId: 'AROAEXAMPLEEXAMPLE:x',
      account: '111122223333',
      name: '111122223333',
    },
  ],
  [
    'AWSService',
    { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' },
    {
      type: 'AWSService',
      invokedBy: 'autoscaling.amazonaws.com',
      name: 'autoscaling.amazonaws.com',
    },
  ],
  [
    'IdentityCenterUser',
    {
      type: 'IdentityCenterUser',
      accountId: account,
      onBehalfOf: { userId: 'u', identityStoreArn: `arn:aws:identitystore::${account}:x` },
      credentialId: 'c',
    },
    { type: 'IdentityCenterUser', account, name: account },
  ],
  [
    'SAMLUser',
    {
      type: 'SAMLUser',
      principalId: 'q=:alice',
      userName: 'alice',
      identityProvider: 'https://idp.example.com/',
    },
    { type: 'SAMLUser', principalId: 'q=:alice', name: 'alice' },
  ],
  [
    'WebIdentityUser',
    { type: 'WebIdentityUser', principalId: 'accounts.example.com:app:7', userName: '7' },
    { type: 'WebIdentityUser', principalId: 'accounts.example.com:app:7', name: '7' },
  ],
  ['Role', { type: 'Role', accountId: account }, { type: 'Role', account, name: account }],
  ['Directory', { type: 'Directory', userName: 'd' }, { type: 'Directory', name: 'd' }],
  ['Unknown', { type: 'Unknown' }, { type: 'Unknown' }],
  [
    'no type, as of service events',
    { accountId: account, invokedBy: 'kms.amazonaws.com' },
    { account, invokedBy: 'kms.amazonaws.com', name: 'kms.amazonaws.com' },
  ],
];

describe('The actor', () => {
  test.each(cases)('of %s', (_name, userIdentity, actor) => {
    expect(actorOf(userIdentity)).toEqual(actor);
  });

  test.each<Json>([null, '', 'root', 7, true, [], [{ type: 'Root' }], {}])(
    'of %j is nobody',
    (userIdentity) => {
      expect(actorOf(userIdentity)).toEqual({});
      expect(actorIn({})).toEqual({});
    },
  );

  test('has members of other types as far as they are a word', () => {
    const userIdentity = {
      type: 7,
      arn: ['x'],
      principalId: { a: 1 },
      accountId: 123456789012,
      accessKeyId: JSON.rawJSON('1.0'),
      userName: false,
      sessionContext: 'none',
    };

    expect(actorOf(userIdentity)).toEqual({
      type: '7',
      account: '123456789012',
      accessKeyId: '1.0',
      name: 'false',
    });
  });

  test.each<[Json, boolean | undefined]>([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    ['', undefined],
    ['yes', undefined],
    [1, undefined],
    [null, undefined],
  ])('with mfaAuthenticated %j has MFA: %p', (mfaAuthenticated, mfa) => {
    expect(actorOf({ sessionContext: { attributes: { mfaAuthenticated } } }).mfa).toBe(mfa);
  });

  test('has the first name that its record knows, in this order', () => {
    const names = ['user', 'additional', 'issuer', 'role', 'root', 'service', account];
    const userIdentity = {
      type: 'Root',
      userName: 'user',
      accountId: account,
      invokedBy: 'service',
      arn: `arn:aws:sts::${account}:assumed-role/path/role/session`,
      sessionContext: { sessionIssuer: { userName: 'issuer' } },
    };
    // Each takes one more away; the second after `userName` is beside the identity.
    const less: JsonObject[] = [
      {},
      { userName: '' },
      {},
      { sessionContext: {} },
      { arn: `arn:aws:iam::${account}:root` },
      { type: 'AWSService' },
      { invokedBy: null },
    ];

    let identity: JsonObject = userIdentity;
    const found = less.map((members, at) => {
      identity = { ...identity, ...members };
      const additionalEventData = at < 2 ? { UserName: 'additional' } : 'none';
      return actorIn({ userIdentity: identity, additionalEventData }).name;
    });

    expect(found).toEqual(names);
  });

  test.each(['UserName', 'userName'])('of Identity Center is named by %s beside it', (key) => {
    const userIdentity = { type: 'IdentityCenterUser', accountId: account, credentialId: 'c' };

    const actor = actorIn({ userIdentity, additionalEventData: { [key]: 'alice@example.com' } });

    expect(actor).toEqual({ type: 'IdentityCenterUser', account, name: 'alice@example.com' });
  });

  test('has well-formed words', () => {
    expect(actorOf({ userName: 'a\ud800' }).name).toBe('a\ufffd');
  });

  test.each([
    'arn:aws:sts::123456789012:assumed-role/deploy',
    'arn:aws:sts::123456789012:assumed-role/deploy/',
    'arn:aws:sts:eu-west-1:123456789012:assumed-role/deploy/alice',
    'arn:aws:iam::123456789012:role/deploy/alice',
    'assumed-role/deploy/alice',
  ])('of the ARN %s has no session name', (arn) => {
    expect(actorOf({ type: 'AssumedRole', arn }).sessionName).toBeUndefined();
  });
});
