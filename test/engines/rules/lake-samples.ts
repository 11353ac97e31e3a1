/**
 * What each of the published queries means, in events: some that it must find, some that it must not, and the
 * rows that are right. The queries are others' and are not here: they are read from the folder that
 * EVENTLAKE_RULES names, by their ids.
 */
export interface LakeSample {
  /** Of the query, in cloudtrail-lake.ndjson. */
  readonly id: string;
  readonly records: readonly object[];
  /** The right rows, in any order; of a query that selects everything, only these columns. */
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

const account = '123456789012';

/** A call by a user, at a time; told apart by its id. */
const call = (eventID: string, eventTime: string, api: string, more: object = {}) => {
  const [service = '', eventName = ''] = api.split(':');
  return {
    eventVersion: '1.09',
    userIdentity: user('dave'),
    eventTime,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.40',
    userAgent: 'aws-cli/2.31.18',
    requestID: `r-${eventID}`,
    eventID,
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    ...more,
  };
};

const user = (userName: string, more: object = {}) => ({
  type: 'IAMUser',
  principalId: `AIDA${userName.toUpperCase()}`,
  arn: `arn:aws:iam::${account}:user/${userName}`,
  accountId: account,
  accessKeyId: 'AKIAI44QH8DHBEXAMPLE',
  userName,
  ...more,
});

const role = (userName: string, session = 'session', accountId = account) => ({
  type: 'AssumedRole',
  principalId: `AROA${userName.toUpperCase()}:${session}`,
  arn: `arn:aws:sts::${accountId}:assumed-role/${userName}/${session}`,
  accountId,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: `AROA${userName.toUpperCase()}`,
      arn: `arn:aws:iam::${accountId}:role/${userName}`,
      accountId,
      userName,
    },
    attributes: { creationDate: '2023-01-03T08:00:00Z', mfaAuthenticated: 'false' },
  },
});

/** A user of IAM Identity Center, whose session is named by the address. */
const alice = role('sso-admin', 'alice@example.com');

const data = { managementEvent: false, eventCategory: 'Data' };
const denied = { errorCode: 'AccessDenied', errorMessage: 'Access Denied' };
const refusedByEndpoint = {
  eventType: 'AwsVpceEvent',
  eventCategory: 'NetworkActivity',
  managementEvent: undefined,
  errorCode: 'VpceAccessDenied',
  errorMessage: 'The request was denied due to a VPC endpoint policy',
  vpcEndpointId: 'vpce-0a1b2c3d4e5f67890',
  vpcEndpointAccountId: account,
};
const inWindow = '2023-01-03T10:00:00Z';
const before = '2022-12-31T10:00:00Z';
const after = '2023-01-07T00:00:01Z';

const aurora = (engine: string, more: object = {}) => ({
  requestParameters: {
    dBInstanceIdentifier: 'orders-1',
    dBInstanceClass: 'db.r8g.large',
    engine,
    engineVersion: '16.4',
    availabilityZone: 'eu-west-1a',
    enablePerformanceInsights: true,
    ...more,
  },
});

/** Calls of a user and misses that most queries about one have. */
const byAlice = (api: string, more: object = {}) => [
  call('hit', inWindow, api, { userIdentity: alice, ...more }),
  call('other-user', inWindow, api, {
    userIdentity: role('sso-admin', 'bob@example.com'),
    ...more,
  }),
  call('too-early', before, api, { userIdentity: alice, ...more }),
  call('too-late', after, api, { userIdentity: alice, ...more }),
];

export const lakeSamples: readonly LakeSample[] = [
  {
    id: 'EstimateAmountOfConfigurationItems',
    records: [
      call('a', '2023-10-02T00:00:00Z', 'ec2:RunInstances'),
      call('b', '2023-10-03T00:00:00Z', 'ec2:CreateVolume'),
      call('c', '2023-10-03T00:00:00Z', 'iam:CreateUser', { awsRegion: 'us-east-1' }),
      call('reads', '2023-10-03T00:00:00Z', 'ec2:DescribeVolumes', { readOnly: true }),
      call('data', '2023-10-03T00:00:00Z', 's3:PutObject', data),
      call('no-resource', '2023-10-03T00:00:00Z', 'sns:Publish'),
      call('early', '2023-09-30T23:59:59Z', 'ec2:CreateVolume'),
    ],
    rows: [
      [account, 'eu-west-1', 'ec2.amazonaws.com', 2],
      [account, 'us-east-1', 'iam.amazonaws.com', 1],
    ],
  },
  {
    id: 'MostEvaluatedConfigRule',
    records: [
      ...['a', 'b'].map((id) =>
        call(id, '2022-11-03T10:00:00Z', 'config:PutEvaluations', {
          additionalEventData: { configRuleName: 'encrypted-volumes', configRuleArn: 'arn:rule-1' },
        }),
      ),
      call('c', '2022-11-04T10:00:00Z', 'config:PutEvaluations', {
        additionalEventData: { configRuleName: 'encrypted-volumes', configRuleArn: 'arn:rule-1' },
      }),
      call('other-call', '2022-11-03T10:00:00Z', 'config:PutConfigRule', {
        additionalEventData: { configRuleName: 'encrypted-volumes', configRuleArn: 'arn:rule-1' },
      }),
      call('late', '2022-11-22T10:00:00Z', 'config:PutEvaluations'),
    ],
    rows: [
      [2, '2022-11-03', 'eu-west-1', account, 'encrypted-volumes', 'arn:rule-1'],
      [1, '2022-11-04', 'eu-west-1', account, 'encrypted-volumes', 'arn:rule-1'],
    ],
  },
  {
    id: 'SelfAssumeRole',
    records: [
      call('self', inWindow, 'sts:AssumeRole', {
        userIdentity: role('deploy'),
        resources: [{ ARN: `arn:aws:iam::${account}:role/deploy`, type: 'AWS::IAM::Role' }],
      }),
      call('other-role', inWindow, 'sts:AssumeRole', {
        userIdentity: role('deploy'),
        resources: [{ ARN: `arn:aws:iam::${account}:role/reader`, type: 'AWS::IAM::Role' }],
      }),
      call('refused', inWindow, 'sts:AssumeRole', {
        userIdentity: role('deploy'),
        resources: [{ ARN: `arn:aws:iam::${account}:role/deploy`, type: 'AWS::IAM::Role' }],
        ...denied,
      }),
      call('no-resource', inWindow, 'sts:AssumeRole', { userIdentity: role('deploy') }),
    ],
    rows: [
      [
        'self',
        '2023-01-03 10:00:00.000',
        `arn:aws:iam::${account}:role/deploy`,
        'AROADEPLOY:session',
      ],
    ],
  },
  {
    id: 'activity-performed-by-IP-address',
    records: [
      call('a', inWindow, 'ec2:RunInstances', { sourceIPAddress: '192.0.2.76' }),
      call('b', inWindow, 's3:ListBuckets', { sourceIPAddress: '192.0.2.76' }),
      call('excluded', inWindow, 'ec2:RunInstances', {
        sourceIPAddress: '192.0.2.76',
        userIdentity: user('eve', { accountId: '555555555555' }),
      }),
      call('other-address', inWindow, 'ec2:RunInstances', {
        sourceIPAddress: '192.0.2.77',
        userIdentity: user('eve', { accountId: '111122223333' }),
      }),
      call('late', after, 'ec2:RunInstances', {
        sourceIPAddress: '192.0.2.76',
        userIdentity: user('eve', { accountId: '111122223333' }),
      }),
    ],
    rows: [[account]],
  },
  {
    id: 'aurora-databases-with-performance-insights',
    records: [
      call('a', inWindow, 'rds:CreateDBInstance', aurora('aurora-postgresql')),
      call(
        'off',
        inWindow,
        'rds:CreateDBInstance',
        aurora('aurora-postgresql', { enablePerformanceInsights: false }),
      ),
      call('mysql', inWindow, 'rds:CreateDBInstance', aurora('aurora-mysql')),
      call('cluster', inWindow, 'rds:CreateDBCluster', aurora('aurora-postgresql')),
    ],
    rows: [['orders-1', 'aurora-postgresql', '16.4']],
  },
  {
    id: 'aurora-mysql-databases-with-instance-class-information',
    records: [
      call('a', '2022-03-01T10:00:00Z', 'rds:CreateDBInstance', aurora('aurora-mysql')),
      call('early', '2021-12-31T23:59:59Z', 'rds:CreateDBInstance', aurora('aurora-mysql')),
      call('postgres', '2022-03-01T10:00:00Z', 'rds:CreateDBInstance', aurora('aurora-postgresql')),
    ],
    rows: [['orders-1', 'db.r8g.large', 'aurora-mysql', '2022-03-01 10:00:00.000']],
  },
  {
    id: 'aurora-postgresql-databases-with-availability-zone-information',
    records: [
      call('a', '2021-03-01T10:00:00Z', 'rds:CreateDBInstance', aurora('aurora-postgresql')),
      call('late', '2022-01-01T00:00:00Z', 'rds:CreateDBInstance', aurora('aurora-postgresql')),
      call('mysql', '2021-03-01T10:00:00Z', 'rds:CreateDBInstance', aurora('aurora-mysql')),
    ],
    rows: [['orders-1', 'aurora-postgresql', '16.4', 'eu-west-1a']],
  },
  {
    id: 'cloudtrail-configuration-changes',
    records: [
      call('a', '2022-03-01T10:00:00Z', 'cloudtrail:StopLogging', {
        requestParameters: { name: 'main' },
      }),
      call('b', '2022-03-02T10:00:00Z', 'cloudtrail:DeleteTrail', {
        requestParameters: { name: 'main' },
      }),
      call('reads', '2022-03-01T10:00:00Z', 'cloudtrail:GetTrailStatus', {
        requestParameters: { name: 'main' },
      }),
      call('early', '2021-03-01T10:00:00Z', 'cloudtrail:StopLogging', {
        requestParameters: { name: 'main' },
      }),
    ],
    rows: [
      ['StopLogging', 'main', 'AIDADAVE', '2022-03-01 10:00:00.000'],
      ['DeleteTrail', 'main', 'AIDADAVE', '2022-03-02 10:00:00.000'],
    ],
  },
  {
    id: 'data-by-week-day',
    records: [
      call('monday', '2022-03-07T10:00:00Z', 's3:GetObject', data),
      call('monday-too', '2022-03-14T23:00:00Z', 's3:PutObject', data),
      call('sunday', '2022-03-13T10:00:00Z', 's3:GetObject', data),
      call('management', '2022-03-07T10:00:00Z', 's3:CreateBucket'),
      call('early', '2021-03-08T10:00:00Z', 's3:GetObject', data),
    ],
    rows: [
      [1, 2],
      [7, 1],
    ],
  },
  {
    id: 'database-reboot-information',
    records: [
      call('a', inWindow, 'rds:RebootDBInstance', {
        userIdentity: role('dba'),
        requestParameters: { dBInstanceIdentifier: 'orders-1' },
      }),
      call('other', inWindow, 'rds:StopDBInstance', {
        userIdentity: role('dba'),
        requestParameters: { dBInstanceIdentifier: 'orders-1' },
      }),
    ],
    rows: [['orders-1', 'dba', '2023-01-03 10:00:00.000']],
  },
  {
    id: 'ec2-api-run-instances',
    records: [
      call('a', inWindow, 'ec2:RunInstances', {
        responseElements: { instancesSet: { items: [{ instanceId: 'i-0a1b2c3d4e5f60718' }] } },
      }),
      call('late', after, 'ec2:RunInstances'),
      call('other', inWindow, 'ec2:StartInstances'),
    ],
    rows: [[account, 'eu-west-1', 'a', '{"items":[{"instanceId":"i-0a1b2c3d4e5f60718"}]}']],
  },
  {
    id: 'ec2-events',
    columns: ['eventid', 'eventname'],
    records: [
      call('a', inWindow, 'ec2:AssociateAddress'),
      call('b', inWindow, 'ec2:RevokeSecurityGroupEgress'),
      call('published-with-a-quote-too-many', inWindow, 'ec2:CreateVpc'),
      call('other', inWindow, 'ec2:RunInstances'),
    ],
    rows: [
      ['a', 'AssociateAddress'],
      ['b', 'RevokeSecurityGroupEgress'],
    ],
  },
  {
    id: 'ec2-security-historical-changes',
    records: [
      call('a', '2023-07-06T10:00:00Z', 'ec2:AuthorizeSecurityGroupIngress', {
        requestParameters: { groupId: 'sg-1', ipPermissions: { items: [{ fromPort: 22 }] } },
      }),
      call('b', '2023-07-08T10:00:00Z', 'ec2:ModifySecurityGroupRules', {
        requestParameters: { ModifySecurityGroupRulesRequest: { GroupId: 'sg-2' } },
      }),
      call('late', '2023-07-08T10:00:00Z', 'ec2:AuthorizeSecurityGroupIngress', {
        requestParameters: { groupId: 'sg-3' },
      }),
      call('other', '2023-07-06T10:00:00Z', 'ec2:RevokeSecurityGroupIngress', {
        requestParameters: { groupId: 'sg-4' },
      }),
    ],
    rows: [
      [
        'sg-1',
        'AuthorizeSecurityGroupIngress',
        '2023-07-06 10:00:00.000',
        '{"items":[{"fromPort":22}]}',
        `arn:aws:iam::${account}:user/dave`,
        '198.51.100.40',
        'ec2.amazonaws.com',
      ],
      [
        'sg-2',
        'ModifySecurityGroupRules',
        '2023-07-08 10:00:00.000',
        '{"GroupId":"sg-2"}',
        `arn:aws:iam::${account}:user/dave`,
        '198.51.100.40',
        'ec2.amazonaws.com',
      ],
    ],
  },
  {
    id: 'event-response-element-by-event-id',
    records: [
      call('3270e016-59a1-4448-8dd1-d27a4796502d', inWindow, 'iam:CreateUser', {
        responseElements: { user: { userName: 'eve' }, ok: true },
      }),
      call('other', inWindow, 'iam:CreateUser', {
        responseElements: { user: { userName: 'mallory' } },
      }),
    ],
    rows: [[{ user: '{"userName":"eve"}', ok: 'true' }]],
  },
  {
    id: 'find-snapshots-not-encrypted',
    records: [
      call('several', inWindow, 'ec2:CreateSnapshots', {
        requestParameters: {
          CreateSnapshotsRequest: { InstanceSpecification: { InstanceId: 'i-0a1b2c3d4e5f60718' } },
        },
      }),
      // Its own bounds exclude each other, so that one snapshot is never found.
      call('one', inWindow, 'ec2:CreateSnapshot', {
        requestParameters: { volumeId: 'vol-1' },
        responseElements: { snapshotId: 'snap-1', encrypted: 'false' },
      }),
      call('other', inWindow, 'ec2:DeleteSnapshot'),
    ],
    rows: [['AIDADAVE', 'eu-west-1', null, '"i-0a1b2c3d4e5f60718"', null]],
  },
  {
    id: 'iam-access-key-activity',
    records: [
      call('a', inWindow, 's3:ListBuckets', {
        userIdentity: user('dave', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
        ...denied,
      }),
      call('other-key', inWindow, 's3:ListBuckets'),
      call('late', after, 's3:ListBuckets', {
        userIdentity: user('dave', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }),
      }),
    ],
    rows: [
      [
        's3.amazonaws.com',
        'ListBuckets',
        '198.51.100.40',
        '2023-01-03 10:00:00.000',
        'AccessDenied',
      ],
    ],
  },
  {
    id: 'iam-idc-user-count-and-group-activity',
    records: [
      ...byAlice('ec2:RunInstances'),
      call('second', inWindow, 'ec2:RunInstances', { userIdentity: alice }),
    ],
    rows: [['ec2.amazonaws.com', 'RunInstances', 2]],
  },
  {
    id: 'iam-idc-user-create-iam-user-acces-keys',
    records: [
      ...byAlice('iam:CreateAccessKey'),
      call('other', inWindow, 'iam:CreateUser', { userIdentity: alice }),
    ],
    rows: [[account, 'eu-west-1', 'hit', '2023-01-03 10:00:00.000', null, null]],
  },
  {
    id: 'iam-idc-user-create-iam-user',
    records: [
      ...byAlice('iam:CreateUser', { responseElements: { user: { userName: 'eve' } } }),
      call('other', inWindow, 'iam:CreateAccessKey', { userIdentity: alice }),
    ],
    rows: [[account, 'eu-west-1', 'hit', '2023-01-03 10:00:00.000', '{"userName":"eve"}']],
  },
  {
    id: 'iam-idc-user-denied-activity',
    records: [
      ...byAlice('s3:ListBuckets', { ...denied, readOnly: true }),
      call('unauthorized', inWindow, 'ec2:RunInstances', {
        userIdentity: alice,
        errorCode: 'Client.UnauthorizedOperation',
        errorMessage: 'no',
      }),
      call('went-well', inWindow, 's3:ListBuckets', { userIdentity: alice }),
      call('other-error', inWindow, 's3:ListBuckets', {
        userIdentity: alice,
        errorCode: 'NoSuchBucket',
      }),
    ],
    rows: [
      [
        account,
        'eu-west-1',
        's3.amazonaws.com',
        'ListBuckets',
        true,
        'AccessDenied',
        'Access Denied',
        '2023-01-03 10:00:00.000',
        'hit',
      ],
      [
        account,
        'eu-west-1',
        'ec2.amazonaws.com',
        'RunInstances',
        false,
        'Client.UnauthorizedOperation',
        'no',
        '2023-01-03 10:00:00.000',
        'unauthorized',
      ],
    ],
  },
  {
    id: 'iam-idc-user-modify-iam-policy',
    records: [
      ...byAlice('iam:PutRolePolicy', {
        requestParameters: { roleName: 'deploy', policyDocument: '{"Statement":[]}' },
      }),
      call('other', inWindow, 'iam:PutUserPolicy', { userIdentity: alice }),
    ],
    rows: [[account, 'hit', '2023-01-03 10:00:00.000', 'deploy', '{"Statement":[]}']],
  },
  {
    id: 'iam-role-activity',
    records: [
      call('a', inWindow, 's3:ListBuckets', { userIdentity: role('alice', 'x', '555555555555') }),
      call('other-role', inWindow, 's3:ListBuckets', {
        userIdentity: role('bob', 'x', '555555555555'),
      }),
      call('user', inWindow, 's3:ListBuckets'),
      call('early', before, 's3:ListBuckets', { userIdentity: role('alice', 'x', '555555555555') }),
    ],
    rows: [['s3.amazonaws.com', 'ListBuckets', '2023-01-03 10:00:00.000', 'a', null]],
  },
  {
    id: 'list-all-S3-PutObjects-Encryption-status',
    records: [
      call('a', inWindow, 's3:PutObject', {
        ...data,
        requestParameters: { bucketName: 'b', key: 'k', 'x-amz-server-side-encryption': 'aws:kms' },
        responseElements: { 'x-amz-server-side-encryption': 'aws:kms' },
      }),
      call('other', inWindow, 's3:GetObject', data),
    ],
    rows: [[account, '2023-01-03 10:00:00.000', 'b', 'k', 'aws:kms', 'aws:kms']],
  },
  {
    id: 'list-all-events-in-a-flatten-table-format',
    columns: ['eventid', 'principalid', 'tlsversion', 'sessioncredentialfromconsole'],
    records: [
      call('a', '2023-06-20T10:00:00Z', 's3:ListBuckets', {
        userIdentity: role('deploy'),
        tlsDetails: { tlsVersion: 'TLSv1.3' },
        sessionCredentialFromConsole: 'true',
      }),
      call('late', '2023-08-20T10:00:00Z', 's3:ListBuckets'),
    ],
    // Several columns are named principalid: DuckDB tells them apart by numbers, the first is the caller's.
    rows: [['a', 'AROADEPLOY:session', 'TLSv1.3', 'true']],
  },
  {
    id: 'list-write-events-from-management-console',
    records: [
      call('a', '2022-03-01T10:00:00Z', 'iam:CreateUser', {
        sessionCredentialFromConsole: 'true',
        requestParameters: { userName: 'eve' },
      }),
      call('not-there', '2022-03-01T10:00:00Z', 'iam:CreateUser'),
      call('reads', '2022-03-01T10:00:00Z', 'iam:ListUsers', {
        sessionCredentialFromConsole: 'true',
        readOnly: true,
      }),
      call('early', '2021-03-01T10:00:00Z', 'iam:CreateUser', {
        sessionCredentialFromConsole: 'true',
      }),
    ],
    rows: [
      [
        `arn:aws:iam::${account}:user/dave`,
        '2022-03-01 10:00:00.000',
        'iam.amazonaws.com',
        'CreateUser',
        'eu-west-1',
        '198.51.100.40',
        'aws-cli/2.31.18',
        { userName: 'eve' },
        false,
        account,
        'true',
      ],
    ],
  },
  {
    id: 'network-activity-events-vpce-access-denied-secrets-manager',
    records: [
      call('a', '2023-06-20T10:00:00Z', 'secretsmanager:GetSecretValue', refusedByEndpoint),
      call('other-service', '2023-06-20T10:00:00Z', 's3:GetObject', refusedByEndpoint),
      call('late', '2023-07-20T10:00:00Z', 'secretsmanager:GetSecretValue', refusedByEndpoint),
    ],
    columns: ['eventname', 'errorcode', 'vpcendpointid'],
    rows: [['GetSecretValue', 'VpceAccessDenied', 'vpce-0a1b2c3d4e5f67890']],
  },
  {
    id: 'network-activity-events-vpce-access-denied',
    records: [
      call('a', '2023-06-20T10:00:00Z', 's3:GetObject', refusedByEndpoint),
      call('b', '2023-06-21T10:00:00Z', 's3:GetObject', refusedByEndpoint),
      call('other-error', '2023-06-20T10:00:00Z', 's3:GetObject', {
        ...refusedByEndpoint,
        ...denied,
      }),
    ],
    columns: ['vpcaccessdenied', 'eventname', 'vpcendpointaccountid'],
    rows: [[2, 'GetObject', account]],
  },
  {
    id: 'rds-db-deleted-with-no-snapshot',
    records: [
      call('a', inWindow, 'rds:DeleteDBCluster', {
        userIdentity: role('dba'),
        requestParameters: { dBClusterIdentifier: 'orders', skipFinalSnapshot: true },
      }),
      call('with-snapshot', inWindow, 'rds:DeleteDBCluster', {
        userIdentity: role('dba'),
        requestParameters: { dBClusterIdentifier: 'users', skipFinalSnapshot: false },
      }),
      call('instance', inWindow, 'rds:DeleteDBInstance', {
        userIdentity: role('dba'),
        requestParameters: { dBClusterIdentifier: 'orders', skipFinalSnapshot: true },
      }),
    ],
    rows: [['orders', 'dba', '2023-01-03 10:00:00.000']],
  },
  {
    id: 'resourceCompliance',
    records: [
      call('a', '2023-11-16T10:00:00Z', 'config:PutEvaluations', {
        additionalEventData: { configRuleName: 'encrypted-volumes' },
        requestParameters: {
          evaluations: [
            {
              complianceType: 'NON_COMPLIANT',
              complianceResourceType: 'AWS::EC2::Volume',
              complianceResourceId: 'vol-1',
            },
          ],
        },
      }),
      call('not-applicable', '2023-11-16T10:00:00Z', 'config:PutEvaluations', {
        requestParameters: { evaluations: [{ complianceType: 'NOT_APPLICABLE' }] },
      }),
      call('late', '2023-11-17T10:00:00Z', 'config:PutEvaluations', {
        requestParameters: { evaluations: [{ complianceType: 'COMPLIANT' }] },
      }),
    ],
    rows: [
      [
        '2023-11-16 10:00:00.000',
        'eu-west-1',
        account,
        'encrypted-volumes',
        'NON_COMPLIANT',
        'AWS::EC2::Volume',
        'vol-1',
      ],
    ],
  },
  {
    id: 's3-buckets-public-access-block-historical-changes',
    records: [
      call('a', '2023-07-08T10:00:00Z', 's3:PutBucketPublicAccessBlock', {
        requestParameters: {
          bucketName: 'demo-20230707',
          PublicAccessBlockConfiguration: { RestrictPublicBuckets: false, BlockPublicPolicy: true },
        },
      }),
      call('other-bucket', '2023-07-08T10:00:00Z', 's3:PutBucketPublicAccessBlock', {
        requestParameters: { bucketName: 'demo' },
      }),
      call('other-call', '2023-07-08T10:00:00Z', 's3:PutBucketPolicy', {
        requestParameters: { bucketName: 'demo-20230707' },
      }),
      call('early', '2023-07-06T10:00:00Z', 's3:PutBucketPublicAccessBlock', {
        requestParameters: { bucketName: 'demo-20230707' },
      }),
    ],
    columns: ['bucketname', 'restrictpublicbuckets', 'blockpublicpolicy', 'eventtime'],
    rows: [['demo-20230707', 'false', 'true', '2023-07-08 10:00:00.000']],
  },
  {
    id: 'tag-history-by-resource',
    records: [
      call('a', '2022-03-01T10:00:00Z', 'ec2:CreateTags', {
        requestParameters: {
          resourcesSet: { items: [{ resourceId: 'i-0a1b2c3d4e5f60718' }] },
          tagSet: { items: [{ key: 'team', value: 'storefront' }] },
        },
      }),
      call('other', '2022-03-01T10:00:00Z', 'ec2:DescribeTags'),
      call('early', '2021-03-01T10:00:00Z', 'ec2:DeleteTags'),
    ],
    rows: [
      [
        'eu-west-1',
        'ec2.amazonaws.com',
        'i-0a1b2c3d4e5f60718',
        '2022-03-01 10:00:00.000',
        'CreateTags',
        'team',
        'storefront',
        `arn:aws:iam::${account}:user/dave`,
      ],
    ],
  },
  {
    id: 'tls-unsupported-version',
    records: [
      call('a', '2023-06-20T10:00:00Z', 's3:ListBuckets', {
        tlsDetails: { tlsVersion: 'TLSv1.1' },
      }),
      call('b', '2023-06-21T10:00:00Z', 's3:ListBuckets', {
        tlsDetails: { tlsVersion: 'TLSv1.1' },
      }),
      call('new', '2023-06-20T10:00:00Z', 's3:ListBuckets', {
        tlsDetails: { tlsVersion: 'TLSv1.2' },
      }),
      call('no-tls', '2023-06-20T10:00:00Z', 's3:ListBuckets'),
    ],
    rows: [['s3.amazonaws.com', 'TLSv1.1', '198.51.100.40', account, 2]],
  },
  {
    id: 'top-actions-by-iam-role',
    records: [
      call('a', inWindow, 's3:ListBuckets', { userIdentity: role('alice', 'x', '555555555555') }),
      call('b', inWindow, 's3:ListBuckets', { userIdentity: role('alice', 'y', '555555555555') }),
      call('other-role', inWindow, 's3:ListBuckets', {
        userIdentity: role('bob', 'x', '555555555555'),
      }),
      call('late', after, 's3:ListBuckets', { userIdentity: role('alice', 'x', '555555555555') }),
    ],
    rows: [[2, 's3.amazonaws.com', 'ListBuckets']],
  },
  {
    id: 'top-s3-objects',
    records: [
      ...['a', 'b'].map((id) =>
        call(id, '2022-03-01T10:00:00Z', 's3:GetObject', {
          ...data,
          requestParameters: { bucketName: 'b', key: 'often' },
        }),
      ),
      call('c', '2022-03-01T10:00:00Z', 's3:GetObject', {
        ...data,
        requestParameters: { bucketName: 'b', key: 'once' },
      }),
      call('put', '2022-03-01T10:00:00Z', 's3:PutObject', {
        ...data,
        requestParameters: { bucketName: 'b', key: 'often' },
      }),
      call('early', '2021-03-01T10:00:00Z', 's3:GetObject', {
        ...data,
        requestParameters: { bucketName: 'b', key: 'often' },
      }),
    ],
    rows: [
      ['b', 'often', 2],
      ['b', 'once', 1],
    ],
  },
  {
    id: 'user-added-to-admin-group',
    records: [
      call('a', '2022-05-01T10:00:00Z', 'iam:AddUserToGroup', {
        requestParameters: { userName: 'eve', groupName: 'the-admins' },
      }),
      call('other-group', '2022-05-01T10:00:00Z', 'iam:AddUserToGroup', {
        requestParameters: { userName: 'eve', groupName: 'readers' },
      }),
      call('removed', '2022-05-01T10:00:00Z', 'iam:RemoveUserFromGroup', {
        requestParameters: { userName: 'eve', groupName: 'the-admins' },
      }),
      call('late', '2022-11-01T10:00:00Z', 'iam:AddUserToGroup', {
        requestParameters: { userName: 'eve', groupName: 'the-admins' },
      }),
    ],
    rows: [['AIDADAVE', 'AddUserToGroup', '2022-05-01 10:00:00.000', 'eve', 'the-admins']],
  },
  {
    id: 'users-by-account',
    records: [
      call('a', '2022-03-01T10:00:00Z', 's3:ListBuckets'),
      call('b', '2022-03-02T10:00:00Z', 'ec2:RunInstances'),
      call('nobody', '2022-03-01T10:00:00Z', 's3:GetObject', {
        userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
      }),
      call('early', '2021-03-01T10:00:00Z', 's3:ListBuckets'),
    ],
    rows: [['AIDADAVE', account, 2]],
  },
];
