/**
 * Events for each rule of ours: those that it must find, told by their ids, and near misses. A rule about several
 * events names the event that its finding tells.
 */
export interface RuleSample {
  readonly id: string;
  readonly events: readonly object[];
  /** Ids of the events that are found. */
  readonly finds: readonly string[];
  /** Tags of instances, by their ids. */
  readonly tags?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const account = '123456789012';
const instance = 'i-0a1b2c3d4e5f60718';

const user = (userName: string, more: object = {}) => ({
  type: 'IAMUser',
  principalId: `AIDA${userName.toUpperCase()}`,
  arn: `arn:aws:iam::${account}:user/${userName}`,
  accountId: account,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  userName,
  ...more,
});

const role = (userName: string, session: string) => ({
  type: 'AssumedRole',
  principalId: `AROA${userName.toUpperCase()}:${session}`,
  arn: `arn:aws:sts::${account}:assumed-role/${userName}/${session}`,
  accountId: account,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: `AROA${userName.toUpperCase()}`,
      arn: `arn:aws:iam::${account}:role/${userName}`,
      accountId: account,
      userName,
    },
  },
});

const root = {
  type: 'Root',
  principalId: account,
  arn: `arn:aws:iam::${account}:root`,
  accountId: account,
};

/** A call at a time of 2026-11-17, `10:00:00` unless it says otherwise. */
const call = (eventID: string, api: string, more: Readonly<Record<string, unknown>> = {}) => {
  const [service = '', eventName = ''] = api.split(':');
  const { at = '10:00:00', day = '2026-11-17', ...rest } = more;
  return {
    eventVersion: '1.11',
    userIdentity: user('dave'),
    eventTime: `${day}T${at}Z`,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.40',
    userAgent: 'aws-cli/2.31.18',
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    ...rest,
  };
};

const denied = { errorCode: 'AccessDenied', errorMessage: 'User is not authorized' };
const byService = {
  userIdentity: { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' },
};
const request = (requestParameters: object) => ({ requestParameters });

const signIn = (
  eventID: string,
  went: 'Success' | 'Failure',
  more: Readonly<Record<string, unknown>> = {},
) =>
  call(eventID, 'signin:ConsoleLogin', {
    eventType: 'AwsConsoleSignIn',
    responseElements: { ConsoleLogin: went },
    additionalEventData: { MFAUsed: 'No' },
    ...(went === 'Failure' ? { errorMessage: 'Failed authentication' } : {}),
    ...more,
  });

const stateChange = (
  id: string,
  instanceId: string,
  state: string,
  time = '2026-11-17T10:00:00Z',
) => ({
  version: '0',
  id,
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account,
  time,
  region: 'eu-west-1',
  resources: [`arn:aws:ec2:eu-west-1:${account}:instance/${instanceId}`],
  detail: { 'instance-id': instanceId, state },
});

const ofInstance = (instanceId = instance) =>
  request({ instancesSet: { items: [{ instanceId }] } });

const policy = (action: unknown, effect = 'Allow') =>
  JSON.stringify(
    { Version: '2012-10-17', Statement: [{ Effect: effect, Action: action, Resource: '*' }] },
    null,
    1,
  );

const trust = (principal: unknown) =>
  JSON.stringify({
    Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
  });

const ingress = (fromPort: number, cidrIp: string, ipProtocol = 'tcp') =>
  request({
    groupId: 'sg-1',
    ipPermissions: {
      items: [{ ipProtocol, fromPort, toPort: fromPort, ipRanges: { items: [{ cidrIp }] } }],
    },
  });

const bucketPolicy = (Principal: unknown, Effect = 'Allow') =>
  request({
    bucketName: 'b',
    bucketPolicy: {
      Statement: [{ Effect, Principal, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }],
    },
  });

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

export const ruleSamples: readonly RuleSample[] = [
  {
    id: 'root_user_used',
    finds: ['call', 'denied'],
    events: [
      call('call', 's3:ListBuckets', { userIdentity: root }),
      call('denied', 'iam:CreateUser', { userIdentity: root, ...denied }),
      call('by-service', 'kms:Decrypt', {
        userIdentity: { ...root, invokedBy: 'trustedadvisor.amazonaws.com' },
      }),
      call('service-event', 'kms:RotateKey', { userIdentity: root, eventType: 'AwsServiceEvent' }),
      call('user', 's3:ListBuckets'),
    ],
  },
  {
    id: 'console_sign_in_without_mfa',
    finds: ['without'],
    events: [
      signIn('without', 'Success'),
      signIn('with', 'Success', { additionalEventData: { MFAUsed: 'Yes' } }),
      signIn('failed', 'Failure'),
      signIn('federated', 'Success', { userIdentity: role('admin', 'erin') }),
    ],
  },
  {
    id: 'password_guessed',
    finds: ['in'],
    events: [
      ...numbers(5).map((n) => signIn(`failed-${n}`, 'Failure', { at: `09:3${n}:00` })),
      signIn('in', 'Success'),
      ...numbers(4).map((n) =>
        signIn(`few-${n}`, 'Failure', { at: `09:3${n}:00`, userIdentity: user('erin') }),
      ),
      signIn('after-few', 'Success', { userIdentity: user('erin') }),
      ...numbers(5).map((n) =>
        signIn(`old-${n}`, 'Failure', { at: `08:3${n}:00`, userIdentity: user('frank') }),
      ),
      signIn('hours-later', 'Success', { userIdentity: user('frank') }),
    ],
  },
  {
    id: 'trail_stopped',
    finds: ['stopped', 'changed'],
    events: [
      call('stopped', 'cloudtrail:StopLogging', request({ name: 'main' })),
      call('changed', 'cloudtrail:PutEventSelectors', request({ trailName: 'main' })),
      call('started', 'cloudtrail:StartLogging', request({ name: 'main' })),
      call('denied', 'cloudtrail:StopLogging', { ...request({ name: 'main' }), ...denied }),
    ],
  },
  {
    id: 'watchers_disabled',
    finds: ['detector', 'paused', 'config'],
    events: [
      call('detector', 'guardduty:DeleteDetector', request({ detectorId: 'd' })),
      call('paused', 'guardduty:UpdateDetector', request({ detectorId: 'd', enable: false })),
      call('resumed', 'guardduty:UpdateDetector', request({ detectorId: 'd', enable: true })),
      call('config', 'config:StopConfigurationRecorder'),
      call('made', 'guardduty:CreateDetector'),
      call('denied', 'securityhub:DisableSecurityHub', denied),
    ],
  },
  {
    id: 'logs_deleted',
    finds: ['group', 'flow'],
    events: [
      call('group', 'logs:DeleteLogGroup', request({ logGroupName: '/aws/lambda/a' })),
      call('flow', 'ec2:DeleteFlowLogs'),
      call('by-stack', 'logs:DeleteLogGroup', { ...byService, ...request({ logGroupName: 'a' }) }),
      call('made', 'logs:CreateLogGroup', request({ logGroupName: 'a' })),
    ],
  },
  {
    id: 'access_key_for_another_user',
    finds: ['other'],
    events: [
      call('other', 'iam:CreateAccessKey', request({ userName: 'eve' })),
      call('own', 'iam:CreateAccessKey', request({ userName: 'dave' })),
      call('own-unnamed', 'iam:CreateAccessKey'),
      call('denied', 'iam:CreateAccessKey', { ...request({ userName: 'eve' }), ...denied }),
    ],
  },
  {
    id: 'password_for_another_user',
    finds: ['other'],
    events: [
      call('other', 'iam:UpdateLoginProfile', request({ userName: 'eve' })),
      call('own', 'iam:UpdateLoginProfile', request({ userName: 'dave' })),
      call('taken', 'iam:DeleteLoginProfile', request({ userName: 'eve' })),
    ],
  },
  {
    id: 'second_factor_removed',
    finds: ['off'],
    events: [
      call('off', 'iam:DeactivateMFADevice', request({ userName: 'eve' })),
      call('on', 'iam:EnableMFADevice', request({ userName: 'eve' })),
      call('denied', 'iam:DeactivateMFADevice', denied),
    ],
  },
  {
    id: 'user_made',
    finds: ['made'],
    events: [
      call('made', 'iam:CreateUser', request({ userName: 'eve' })),
      call('denied', 'iam:CreateUser', denied),
      call('role', 'iam:CreateRole', request({ roleName: 'eve' })),
    ],
  },
  {
    id: 'administrator_made',
    finds: ['attached', 'written', 'list'],
    events: [
      call(
        'attached',
        'iam:AttachUserPolicy',
        request({ userName: 'eve', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      ),
      call(
        'written',
        'iam:PutRolePolicy',
        request({ roleName: 'eve', policyDocument: policy('*') }),
      ),
      call(
        'list',
        'iam:CreatePolicy',
        request({ policyName: 'all', policyDocument: policy(['*']) }),
      ),
      call(
        'narrow',
        'iam:PutRolePolicy',
        request({ roleName: 'eve', policyDocument: policy('s3:*') }),
      ),
      call(
        'deny',
        'iam:PutRolePolicy',
        request({ roleName: 'eve', policyDocument: policy('*', 'Deny') }),
      ),
      call(
        'reader',
        'iam:AttachUserPolicy',
        request({ userName: 'eve', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }),
      ),
      call(
        'detached',
        'iam:DetachUserPolicy',
        request({ policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      ),
    ],
  },
  {
    id: 'role_trusts_everybody',
    finds: ['star', 'aws-star'],
    events: [
      call(
        'star',
        'iam:UpdateAssumeRolePolicy',
        request({ roleName: 'r', policyDocument: trust('*') }),
      ),
      call(
        'aws-star',
        'iam:CreateRole',
        request({ roleName: 'r', assumeRolePolicyDocument: trust({ AWS: '*' }) }),
      ),
      call(
        'account',
        'iam:CreateRole',
        request({ roleName: 'r', assumeRolePolicyDocument: trust({ AWS: account }) }),
      ),
      call(
        'service',
        'iam:CreateRole',
        request({
          roleName: 'r',
          assumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }),
        }),
      ),
    ],
  },
  {
    id: 'federation_token_made',
    finds: ['token'],
    events: [
      call('token', 'sts:GetFederationToken', request({ name: 'x' })),
      call('denied', 'sts:GetFederationToken', denied),
      call('identity', 'sts:GetCallerIdentity'),
    ],
  },
  {
    id: 'bucket_opened',
    finds: ['policy', 'aws-star', 'acl', 'block-off', 'block-gone'],
    events: [
      call('policy', 's3:PutBucketPolicy', bucketPolicy('*')),
      call('aws-star', 's3:PutBucketPolicy', bucketPolicy({ AWS: '*' })),
      call('acl', 's3:PutBucketAcl', request({ bucketName: 'b', 'x-amz-acl': 'public-read' })),
      call(
        'block-off',
        's3:PutBucketPublicAccessBlock',
        request({ bucketName: 'b', PublicAccessBlockConfiguration: { BlockPublicPolicy: false } }),
      ),
      call('block-gone', 's3:DeleteBucketPublicAccessBlock', request({ bucketName: 'b' })),
      call(
        'block-on',
        's3:PutBucketPublicAccessBlock',
        request({ bucketName: 'b', PublicAccessBlockConfiguration: { BlockPublicPolicy: true } }),
      ),
      call('deny', 's3:PutBucketPolicy', bucketPolicy('*', 'Deny')),
      call('one-account', 's3:PutBucketPolicy', bucketPolicy({ AWS: '111122223333' })),
      call('private', 's3:PutBucketAcl', request({ bucketName: 'b', 'x-amz-acl': 'private' })),
      call('denied', 's3:PutBucketPolicy', { ...bucketPolicy('*'), ...denied }),
    ],
  },
  {
    id: 'bucket_protection_removed',
    finds: ['versions'],
    events: [
      call(
        'versions',
        's3:PutBucketVersioning',
        request({ bucketName: 'b', VersioningConfiguration: { Status: 'Suspended' } }),
      ),
      call(
        'on',
        's3:PutBucketVersioning',
        request({ bucketName: 'b', VersioningConfiguration: { Status: 'Enabled' } }),
      ),
      call('denied', 's3:DeleteBucketEncryption', denied),
    ],
  },
  {
    id: 'snapshot_shared',
    finds: ['volume', 'database'],
    events: [
      call(
        'volume',
        'ec2:ModifySnapshotAttribute',
        request({
          snapshotId: 'snap-1',
          createVolumePermission: { add: { items: [{ group: 'all' }] } },
        }),
      ),
      call(
        'database',
        'rds:ModifyDBSnapshotAttribute',
        request({ dBSnapshotIdentifier: 's', valuesToAdd: ['all'] }),
      ),
      call(
        'taken-back',
        'ec2:ModifySnapshotAttribute',
        request({
          snapshotId: 'snap-1',
          createVolumePermission: { remove: { items: [{ group: 'all' }] } },
        }),
      ),
      call('reads', 'ec2:DescribeSnapshotAttribute', request({ snapshotId: 'snap-1' })),
    ],
  },
  {
    id: 'port_opened_to_everybody',
    finds: ['ssh', 'all', 'v6'],
    events: [
      call('ssh', 'ec2:AuthorizeSecurityGroupIngress', ingress(22, '0.0.0.0/0')),
      call('all', 'ec2:AuthorizeSecurityGroupIngress', ingress(443, '0.0.0.0/0', '-1')),
      call('v6', 'ec2:AuthorizeSecurityGroupIngress', ingress(3389, '::/0')),
      call('https', 'ec2:AuthorizeSecurityGroupIngress', ingress(443, '0.0.0.0/0')),
      call('inside', 'ec2:AuthorizeSecurityGroupIngress', ingress(22, '10.0.0.0/8')),
      call('port-2200', 'ec2:AuthorizeSecurityGroupIngress', ingress(2200, '0.0.0.0/0')),
      call('revoked', 'ec2:RevokeSecurityGroupIngress', ingress(22, '0.0.0.0/0')),
    ],
  },
  {
    id: 'metadata_without_token',
    finds: ['optional'],
    events: [
      call(
        'optional',
        'ec2:ModifyInstanceMetadataOptions',
        request({
          ModifyInstanceMetadataOptionsRequest: { InstanceId: instance, HttpTokens: 'optional' },
        }),
      ),
      call(
        'required',
        'ec2:ModifyInstanceMetadataOptions',
        request({
          ModifyInstanceMetadataOptionsRequest: { InstanceId: instance, HttpTokens: 'required' },
        }),
      ),
    ],
  },
  {
    id: 'start_script_changed',
    finds: ['script', 'by-attribute'],
    events: [
      call(
        'script',
        'ec2:ModifyInstanceAttribute',
        request({ instanceId: instance, userData: '<sensitiveDataRemoved>' }),
      ),
      call(
        'by-attribute',
        'ec2:ModifyInstanceAttribute',
        request({ instanceId: instance, attribute: 'userData' }),
      ),
      call(
        'type',
        'ec2:ModifyInstanceAttribute',
        request({ instanceId: instance, instanceType: { value: 'c8g.large' } }),
      ),
      call('denied', 'ec2:ModifyInstanceAttribute', {
        ...request({ instanceId: instance, userData: 'x' }),
        ...denied,
      }),
    ],
  },
  {
    id: 'windows_password_read',
    finds: ['read', 'tried'],
    events: [
      call('read', 'ec2:GetPasswordData', request({ instanceId: instance })),
      call('tried', 'ec2:GetPasswordData', { ...request({ instanceId: instance }), ...denied }),
      call('console', 'ec2:GetConsoleOutput', request({ instanceId: instance })),
    ],
  },
  {
    id: 'key_to_be_deleted',
    finds: ['deleted'],
    events: [
      call('deleted', 'kms:ScheduleKeyDeletion', request({ keyId: 'k' })),
      call('cancelled', 'kms:CancelKeyDeletion', request({ keyId: 'k' })),
      call('denied', 'kms:DisableKey', denied),
    ],
  },
  {
    id: 'secrets_read_in_bulk',
    finds: ['many-0'],
    events: [
      ...numbers(10).map((n) =>
        call(`many-${n}`, 'secretsmanager:GetSecretValue', {
          at: `10:0${n}:00`,
          ...request({ secretId: `s-${n}` }),
        }),
      ),
      ...numbers(12).map((n) =>
        call(`same-${n}`, 'secretsmanager:GetSecretValue', {
          userIdentity: user('erin'),
          ...request({ secretId: 's' }),
        }),
      ),
      ...numbers(12).map((n) =>
        call(`slow-${n}`, 'secretsmanager:GetSecretValue', {
          at: `${String(n + 4).padStart(2, '0')}:00:00`,
          userIdentity: user('frank'),
          ...request({ secretId: `s-${n}` }),
        }),
      ),
    ],
  },
  {
    id: 'many_calls_denied',
    finds: ['try-0'],
    events: [
      ...numbers(10).map((n) =>
        call(`try-${n}`, `ec2:Describe${n}`, { at: `10:0${n}:00`, ...denied }),
      ),
      ...numbers(20).map((n) =>
        call(`one-${n}`, 's3:GetObject', { userIdentity: user('erin'), ...denied }),
      ),
      ...numbers(10).map((n) =>
        call(`other-${n}`, `ec2:Get${n}`, {
          userIdentity: user('frank'),
          errorCode: 'NoSuchThing',
          errorMessage: 'no',
        }),
      ),
      ...numbers(10).map((n) => call(`service-${n}`, `ec2:List${n}`, { ...byService, ...denied })),
    ],
  },
  {
    id: 'instance_credentials_elsewhere',
    finds: ['outside'],
    events: [
      call('inside', 's3:ListBuckets', {
        userIdentity: role('web', instance),
        sourceIPAddress: '203.0.113.5',
      }),
      call('outside', 's3:ListBuckets', { userIdentity: role('web', instance), at: '11:00:00' }),
      call('private', 's3:ListBuckets', {
        userIdentity: role('web', 'i-0b1b2c3d4e5f60718'),
        sourceIPAddress: '10.0.0.5',
      }),
      call('public', 's3:ListBuckets', { userIdentity: role('web', 'i-0b1b2c3d4e5f60718') }),
      call('by-service', 's3:ListBuckets', {
        userIdentity: role('web', 'i-0b1b2c3d4e5f60718'),
        sourceIPAddress: 'athena.amazonaws.com',
      }),
      call('person-1', 's3:ListBuckets', { userIdentity: role('web', 'erin') }),
      call('person-2', 's3:ListBuckets', {
        userIdentity: role('web', 'erin'),
        sourceIPAddress: '203.0.113.5',
      }),
    ],
  },
  {
    id: 'first_instance_in_region',
    finds: ['new'],
    events: [
      call('new', 'ec2:RunInstances', { awsRegion: 'ap-south-2' }),
      call('known', 'ec2:RunInstances'),
      call('earlier', 's3:ListBuckets', { day: '2026-11-12' }),
      call('earlier-denied', 's3:ListBuckets', {
        day: '2026-11-12',
        awsRegion: 'ap-south-2',
        ...denied,
      }),
      call('denied', 'ec2:RunInstances', { awsRegion: 'sa-east-1', ...denied }),
      call('first-of-all', 'ec2:RunInstances', { recipientAccountId: '111122223333' }),
    ],
  },
  {
    id: 'instance_stopped_by_another_team',
    tags: {
      [instance]: { team: 'storefront' },
      'i-0b1b2c3d4e5f60718': { Name: 'untagged' },
    },
    finds: ['other-team'],
    events: [
      call('other-team', 'ec2:StopInstances', {
        userIdentity: role('data-dev', 'carol'),
        ...ofInstance(),
      }),
      call('own-team', 'ec2:StopInstances', {
        userIdentity: role('storefront-dev', 'carol'),
        ...ofInstance(),
      }),
      call('started', 'ec2:StartInstances', {
        userIdentity: role('data-dev', 'carol'),
        ...ofInstance(),
      }),
      call('no-team', 'ec2:StopInstances', {
        userIdentity: role('data-dev', 'carol'),
        ...ofInstance('i-0b1b2c3d4e5f60718'),
      }),
      call('by-service', 'ec2:TerminateInstances', { ...byService, ...ofInstance() }),
      call('denied', 'ec2:StopInstances', {
        userIdentity: role('data-dev', 'carol'),
        ...ofInstance(),
        ...denied,
      }),
    ],
  },
  {
    id: 'production_terminated_by_hand',
    tags: {
      [instance]: { env: 'production', Name: 'web-1' },
      'i-0b1b2c3d4e5f60718': { env: 'test' },
    },
    finds: ['console', 'browser'],
    events: [
      call('console', 'ec2:TerminateInstances', {
        ...ofInstance(),
        sessionCredentialFromConsole: 'true',
      }),
      call('browser', 'ec2:TerminateInstances', { ...ofInstance(), userAgent: 'Mozilla/5.0' }),
      call('tool', 'ec2:TerminateInstances', ofInstance()),
      call('test', 'ec2:TerminateInstances', {
        ...ofInstance('i-0b1b2c3d4e5f60718'),
        sessionCredentialFromConsole: 'true',
      }),
      call('stopped', 'ec2:StopInstances', {
        ...ofInstance(),
        sessionCredentialFromConsole: 'true',
      }),
    ],
  },
  {
    id: 'spot_instance_gone_without_notice',
    tags: {
      [instance]: { 'aws:ec2spot:fleet-request-id': 'sfr-1' },
      'i-0b1b2c3d4e5f60718': { 'aws:ec2spot:fleet-request-id': 'sfr-1' },
      'i-0c1b2c3d4e5f60718': { 'aws:ec2spot:fleet-request-id': 'sfr-1' },
      'i-0d1b2c3d4e5f60718': { team: 'data' },
    },
    finds: ['gone'],
    events: [
      stateChange('gone', instance, 'terminated'),
      stateChange('ending', instance, 'shutting-down'),
      {
        ...stateChange('warning', 'i-0b1b2c3d4e5f60718', '', '2026-11-17T09:58:00Z'),
        'detail-type': 'EC2 Spot Instance Interruption Warning',
        detail: { 'instance-id': 'i-0b1b2c3d4e5f60718', 'instance-action': 'terminate' },
      },
      stateChange('warned', 'i-0b1b2c3d4e5f60718', 'terminated'),
      call('call', 'ec2:TerminateInstances', ofInstance('i-0c1b2c3d4e5f60718')),
      stateChange('called', 'i-0c1b2c3d4e5f60718', 'terminated'),
      stateChange('no-fleet', 'i-0d1b2c3d4e5f60718', 'terminated'),
    ],
  },
  {
    id: 'instance_gone_without_a_call',
    tags: {
      [instance]: { team: 'data' },
      'i-0b1b2c3d4e5f60718': { 'aws:ec2spot:fleet-request-id': 'sfr-1' },
      'i-0c1b2c3d4e5f60718': { team: 'data' },
    },
    finds: ['gone'],
    events: [
      stateChange('gone', instance, 'terminated'),
      stateChange('of-fleet', 'i-0b1b2c3d4e5f60718', 'terminated'),
      call('call', 'ec2:TerminateInstances', ofInstance('i-0c1b2c3d4e5f60718')),
      stateChange('called', 'i-0c1b2c3d4e5f60718', 'terminated'),
      stateChange('stopped', 'i-0d1b2c3d4e5f60718', 'stopped'),
    ],
  },
  {
    id: 'owner_tag_removed',
    finds: ['team'],
    events: [
      call(
        'team',
        'ec2:DeleteTags',
        request({
          resourcesSet: { items: [{ resourceId: instance }] },
          tagSet: { items: [{ key: 'team' }] },
        }),
      ),
      call(
        'other-tag',
        'ec2:DeleteTags',
        request({
          resourcesSet: { items: [{ resourceId: instance }] },
          tagSet: { items: [{ key: 'teamwork' }] },
        }),
      ),
      call(
        'set',
        'ec2:CreateTags',
        request({
          resourcesSet: { items: [{ resourceId: instance }] },
          tagSet: { items: [{ key: 'team', value: 'x' }] },
        }),
      ),
      call(
        'volume',
        'ec2:DeleteTags',
        request({
          resourcesSet: { items: [{ resourceId: 'vol-1' }] },
          tagSet: { items: [{ key: 'team' }] },
        }),
      ),
    ],
  },
  {
    id: 'function_open_to_everybody',
    finds: ['url', 'permission'],
    events: [
      call(
        'url',
        'lambda:CreateFunctionUrlConfig',
        request({ functionName: 'f', authType: 'NONE' }),
      ),
      call(
        'permission',
        'lambda:AddPermission20150331v2',
        request({ functionName: 'f', principal: '*' }),
      ),
      call(
        'iam-url',
        'lambda:CreateFunctionUrlConfig',
        request({ functionName: 'f', authType: 'AWS_IAM' }),
      ),
      call(
        'one-service',
        'lambda:AddPermission20150331v2',
        request({ functionName: 'f', principal: 's3.amazonaws.com' }),
      ),
    ],
  },
  {
    id: 'account_leaves_organization',
    finds: ['left', 'denied'],
    events: [
      call('left', 'organizations:LeaveOrganization'),
      call('moved', 'organizations:MoveAccount', request({ accountId: '111122223333' })),
      call('denied', 'organizations:LeaveOrganization', denied),
    ],
  },
];
