/**
 * Queries that AWS documents for a table of CloudTrail logs: for each, the page that has it. They are as
 * they stand there, but for the table's name, the values that they look for, white space, capitals of
 * keywords and a semicolon at the end. They run on `cloudtrail_logs`; but one that depends on how Athena
 * unnests an array of structs has a form for both engines.
 */
export interface DocumentedQuery {
  readonly name: string;
  readonly page: string;
  readonly sql: string;
  /** Where `sql` unnests structs, which no other engine does like Athena: the same for any. */
  readonly portable?: string;
  /** Why DuckDB cannot run it. */
  readonly notOnDuckdb?: string;
}

const athenaGuide = 'Amazon Athena User Guide, "Example CloudTrail log queries"';
const s3Guide = 'Amazon S3 User Guide, "Identifying Amazon S3 requests using CloudTrail"';
const bigDataBlog =
  'AWS Big Data Blog, "Analyze Security, Compliance, and Operational Activity Using AWS CloudTrail and Amazon Athena"';
const rePost =
  'AWS re:Post Knowledge Center, "How do I troubleshoot IAM permission access denied or unauthorized errors?"';
const bootstrap = 'awslabs, AWS Security Analytics Bootstrap, `cloudtrail_demo_queries.sql`';
/** Both tables of the guide have partition columns by which none of its queries filters. */
const ours = "Our own, by the partition columns of the Amazon Athena User Guide's tables";

/** What all queries of the Bootstrap's analysis are limited to. */
const partitions = `date_partition >= '2026/11/01'
  AND date_partition <= '2026/11/30'
  AND account_partition = '123456789012'
  AND region_partition IN ('us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1')`;

export const documentedQueries: readonly DocumentedQuery[] = [
  {
    name: 'first_look',
    page: athenaGuide,
    sql: `SELECT useridentity.arn, eventname, sourceipaddress, eventtime
FROM cloudtrail_logs
LIMIT 100`,
  },
  {
    name: 'nested_fields',
    page: athenaGuide,
    sql: `SELECT
  eventsource, eventname,
  useridentity.sessioncontext.attributes.creationdate,
  useridentity.sessioncontext.sessionissuer.arn
FROM cloudtrail_logs
WHERE useridentity.sessioncontext.sessionissuer.arn IS NOT NULL
ORDER BY eventsource, eventname
LIMIT 10`,
  },
  {
    name: 'resources_by_arn',
    page: athenaGuide,
    sql: `SELECT
  awsregion,
  replace(unnested.resources_entry.ARN, 'arn:aws:s3:::') AS s3_resource,
  eventname, eventtime, useragent
FROM cloudtrail_logs t
CROSS JOIN UNNEST(t.resources) unnested (resources_entry)
WHERE unnested.resources_entry.ARN LIKE '%example/datafile.txt'
ORDER BY eventtime`,
    portable: `SELECT
  awsregion,
  replace(unnested.arn, 'arn:aws:s3:::') AS s3_resource,
  eventname, eventtime, useragent
FROM cloudtrail_logs t
CROSS JOIN UNNEST(transform(t.resources, r -> r.arn)) unnested (arn)
WHERE unnested.arn LIKE '%example/datafile.txt'
ORDER BY eventtime`,
  },
  {
    name: 'deleted_buckets',
    page: athenaGuide,
    sql: `SELECT
  awsregion,
  replace(unnested.resources_entry.ARN, 'arn:aws:s3:::') AS deleted_bucket,
  eventtime AS time_deleted,
  useridentity.username,
  unnested.resources_entry.accountid AS bucket_acct_id
FROM cloudtrail_logs t
CROSS JOIN UNNEST(t.resources) unnested (resources_entry)
WHERE eventname = 'DeleteBucket'
ORDER BY eventtime`,
    portable: `SELECT
  awsregion,
  replace(unnested.arn, 'arn:aws:s3:::') AS deleted_bucket,
  eventtime AS time_deleted,
  useridentity.username,
  unnested.accountid AS bucket_acct_id
FROM cloudtrail_logs t
CROSS JOIN UNNEST(
  transform(t.resources, r -> r.arn), transform(t.resources, r -> r.accountid)
) unnested (arn, accountid)
WHERE eventname = 'DeleteBucket'
ORDER BY eventtime`,
  },
  {
    name: 'anonymous_requests',
    page: athenaGuide,
    sql: `SELECT *
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('GetObject')
  AND useridentity.accountid = 'anonymous'
  AND useridentity.arn IS NULL
  AND requestparameters LIKE '%open-data%'`,
  },
  {
    name: 'signature_version_2',
    page: s3Guide,
    sql: `SELECT
  EventTime, EventName AS S3_Action, requestParameters AS Request_Parameters,
  awsregion AS AWS_Region, sourceipaddress AS Source_IP, useragent AS User_Agent
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com'
  AND json_extract_scalar(additionalEventData, '$.SignatureVersion') = 'SigV2'
LIMIT 10`,
  },
  {
    name: 'signature_version_2_requesters',
    page: s3Guide,
    sql: `SELECT useridentity.arn, Count(requestid) AS RequestCount
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com'
  AND json_extract_scalar(additionalEventData, '$.SignatureVersion') = 'SigV2'
GROUP BY useridentity.arn`,
  },
  {
    name: 'signature_version_2_requesters_of_a_day',
    page: s3Guide,
    sql: `SELECT useridentity.arn, Count(requestid) AS RequestCount
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com'
  AND json_extract_scalar(additionalEventData, '$.SignatureVersion') = 'SigV2'
  AND region = 'eu-west-1'
  AND year = '2026'
  AND month = '11'
  AND day = '17'
GROUP BY useridentity.arn`,
  },
  ...['PutObject', 'GetObject'].map((eventName) => ({
    name: `${eventName.slice(0, 3).toLowerCase()}_object_requests`,
    page: s3Guide,
    sql: `SELECT
  eventTime, eventName, eventSource, sourceIpAddress, userAgent,
  json_extract_scalar(requestParameters, '$.bucketName') AS bucketName,
  json_extract_scalar(requestParameters, '$.key') AS object,
  userIdentity.arn AS userArn
FROM cloudtrail_logs
WHERE eventName = '${eventName}'
  AND eventTime BETWEEN '2026-11-17T00:00:00Z' AND '2026-11-19T00:00:00Z'`,
  })),
  {
    name: 'anonymous_requesters_of_a_bucket',
    page: s3Guide,
    sql: `SELECT
  eventTime, eventName, eventSource, sourceIpAddress, userAgent,
  json_extract_scalar(requestParameters, '$.bucketName') AS bucketName,
  userIdentity.arn AS userArn,
  userIdentity.accountId
FROM cloudtrail_logs
WHERE userIdentity.accountId = 'anonymous'
  AND eventTime BETWEEN '2026-11-17T00:00:00Z' AND '2026-11-19T00:00:00Z'`,
  },
  {
    name: 'requests_that_needed_an_acl',
    page: s3Guide,
    sql: `SELECT
  eventTime, eventName, eventSource, sourceIpAddress, userAgent,
  userIdentity.arn AS userArn,
  json_extract_scalar(requestParameters, '$.bucketName') AS bucketName,
  json_extract_scalar(requestParameters, '$.key') AS object,
  json_extract_scalar(additionalEventData, '$.aclRequired') AS aclRequired
FROM cloudtrail_logs
WHERE json_extract_scalar(additionalEventData, '$.aclRequired') = 'Yes'
  AND eventTime BETWEEN '2026-11-17T00:00:00Z' AND '2026-11-19T00:00:00Z'`,
  },
  {
    name: 'history_of_a_security_group',
    page: bigDataBlog,
    sql: `SELECT eventname, useridentity.username, sourceIPAddress, eventtime, requestparameters
FROM cloudtrail_logs
WHERE (requestparameters LIKE '%sg-0123456789abcdef0%'
    OR requestparameters LIKE '%sg-0fedcba9876543210%'
    OR requestparameters LIKE '%eni-0123456789abcdef0%')
  AND eventtime > '2026-11-15T00:00:00Z'
ORDER BY eventtime ASC`,
  },
  {
    name: 'console_sign_ins',
    page: bigDataBlog,
    sql: `SELECT useridentity.username, sourceipaddress, eventtime, additionaleventdata
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin'
  AND eventtime >= '2026-11-17T00:00:00Z'
  AND eventtime < '2026-11-18T00:00:00Z'`,
  },
  {
    name: 'frequent_errors',
    page: bigDataBlog,
    sql: `SELECT count (*) AS TotalEvents, eventname, errorcode, errormessage
FROM cloudtrail_logs
WHERE errorcode IS NOT NULL
  AND eventtime >= '2026-01-01T00:00:00Z'
GROUP BY eventname, errorcode, errormessage
ORDER BY TotalEvents DESC
LIMIT 10`,
  },
  {
    name: 'busiest_users',
    page: bigDataBlog,
    sql: `SELECT count (*) AS TotalEvents, useridentity.username, eventname
FROM cloudtrail_logs
WHERE eventtime >= '2026-01-01T00:00:00Z'
  AND useridentity.type = 'IAMUser'
GROUP BY useridentity.username, eventname
ORDER BY TotalEvents DESC`,
  },
  {
    name: 'use_of_root',
    page: bigDataBlog,
    sql: `SELECT count (*) AS TotalEvents, eventname, useridentity.invokedby
FROM cloudtrail_logs
WHERE eventtime >= '2026-01-01T00:00:00Z'
  AND useridentity.type = 'Root'
GROUP BY useridentity.username, eventname, useridentity.invokedby
ORDER BY TotalEvents DESC`,
  },
  {
    name: 'denied_calls',
    page: rePost,
    sql: `SELECT count (*) AS TotalEvents, useridentity.arn, eventsource, eventname, errorCode, errorMessage
FROM cloudtrail_logs
WHERE (errorcode LIKE '%Denied%' OR errorcode LIKE '%Unauthorized%')
  AND eventtime >= '2026-11-17T00:00:00Z'
  AND eventtime < '2026-11-18T00:00:00Z'
GROUP BY eventsource, eventname, errorCode, errorMessage, useridentity.arn
ORDER BY eventsource, eventname`,
  },
  {
    name: 'preview_by_account',
    page: bootstrap,
    sql: `SELECT *
FROM cloudtrail_logs
WHERE account_partition IN ('111122223333', '444455556666', '777788889999')
LIMIT 10`,
  },
  {
    name: 'preview_by_region',
    page: bootstrap,
    sql: `SELECT *
FROM cloudtrail_logs
WHERE region_partition = 'us-east-1'
LIMIT 10`,
  },
  {
    name: 'last_days',
    page: bootstrap,
    sql: `SELECT *
FROM cloudtrail_logs
WHERE date_partition >= date_format(date_add('day', -1, current_timestamp), '%Y/%m/%d')
LIMIT 10`,
  },
  {
    name: 'busiest_regions',
    page: bootstrap,
    sql: `SELECT region_partition, count(*) AS eventcount
FROM cloudtrail_logs
WHERE ${partitions}
GROUP BY region_partition
ORDER BY eventcount DESC`,
  },
  {
    name: 'events_by_region',
    page: bootstrap,
    sql: `SELECT region_partition, eventname, count(*) AS eventcount
FROM cloudtrail_logs
WHERE ${partitions}
GROUP BY region_partition, eventname
ORDER BY region_partition, eventcount DESC`,
  },
  {
    name: 'sign_ins',
    page: bootstrap,
    sql: `SELECT
  useridentity.arn, eventname,
  array_agg(DISTINCT(sourceipaddress) ORDER BY sourceipaddress) AS sourceips
FROM cloudtrail_logs
WHERE useridentity.arn IS NOT NULL
  AND (eventname = 'AssumeRole' OR eventname = 'ConsoleLogin')
  AND ${partitions}
GROUP BY useridentity.arn, eventname
ORDER BY eventname`,
  },
  {
    name: 'activity_of_users',
    page: bootstrap,
    sql: `SELECT
  useridentity.arn, useridentity.username,
  array_agg(DISTINCT(eventname) ORDER BY eventname) AS eventnames,
  array_agg(DISTINCT(sourceipaddress) ORDER BY sourceipaddress) AS sourceips,
  array_agg(DISTINCT(useragent) ORDER BY useragent) AS useragents
FROM cloudtrail_logs
WHERE eventname <> 'AssumeRole'
  AND eventname NOT LIKE 'Get%'
  AND eventname NOT LIKE 'List%'
  AND eventname NOT LIKE 'Describe%'
  AND ${partitions}
GROUP BY useridentity.arn, useridentity.principalid, useridentity.username`,
  },
  {
    name: 'changes_of_iam',
    page: bootstrap,
    sql: `SELECT eventtime, useridentity.arn, useridentity.username, eventname, requestparameters
FROM cloudtrail_logs
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname NOT LIKE 'Get%'
  AND eventname NOT LIKE 'List%'
  AND eventname NOT LIKE 'Describe%'
  AND errorcode IS NULL
  AND ${partitions}
ORDER BY account_partition, eventtime`,
  },
  {
    name: 'access_keys_made',
    page: bootstrap,
    sql: `SELECT
  eventtime, useridentity.arn, useridentity.username, eventname,
  JSON_EXTRACT_SCALAR(JSON_EXTRACT(responseelements, '$.accessKey'), '$.userName') AS userName,
  JSON_EXTRACT_SCALAR(JSON_EXTRACT(responseelements, '$.accessKey'), '$.accessKeyId') AS accessKey
FROM cloudtrail_logs
WHERE eventname = 'CreateAccessKey'
  AND errorcode IS NULL
  AND ${partitions}
ORDER BY account_partition, eventtime`,
  },
  {
    name: 'passwords_changed',
    page: bootstrap,
    sql: `SELECT
  eventtime, useridentity.arn, useridentity.username, eventname,
  JSON_EXTRACT_SCALAR(requestparameters, '$.userName') AS "username with password modified"
FROM cloudtrail_logs
WHERE eventname IN ('UpdateLoginProfile', 'CreateLoginProfile')
  AND errorcode IS NULL
  AND ${partitions}
ORDER BY account_partition, eventtime`,
  },
  {
    name: 'calls_from_public_addresses',
    notOnDuckdb: 'the type `IPADDRESS`',
    page: bootstrap,
    sql: `SELECT *
FROM cloudtrail_logs
WHERE regexp_like(sourceipaddress, '^\\d')
  AND NOT (
    (CAST(sourceipaddress AS IPADDRESS) > IPADDRESS '10.0.0.0'
      AND CAST(sourceipaddress AS IPADDRESS) < IPADDRESS '10.255.255.255')
    OR (CAST(sourceipaddress AS IPADDRESS) > IPADDRESS '172.16.0.0'
      AND CAST(sourceipaddress AS IPADDRESS) < IPADDRESS '172.31.255.255')
    OR (CAST(sourceipaddress AS IPADDRESS) > IPADDRESS '192.168.0.0'
      AND CAST(sourceipaddress AS IPADDRESS) < IPADDRESS '192.168.255.255')
  )
  AND ${partitions}`,
  },
  {
    name: 'manual_partitions',
    page: ours,
    sql: `SELECT eventtime, eventname, useridentity.arn
FROM cloudtrail_logs
WHERE region = 'eu-west-1' AND year = '2026' AND month = '11' AND day = '17'
ORDER BY eventtime, eventid
LIMIT 5`,
  },
  {
    name: 'projected_partitions',
    page: ours,
    sql: `SELECT eventname, count(*) AS calls
FROM cloudtrail_logs
WHERE "timestamp" BETWEEN '2026/11/17' AND '2026/11/18'
  AND from_iso8601_timestamp(eventtime) < from_iso8601_timestamp('2026-11-17T12:00:00Z')
GROUP BY eventname
ORDER BY eventname`,
  },
];

const record = (eventID: string, more: object) => ({
  eventVersion: '1.11',
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEDAVE000000',
    arn: 'arn:aws:iam::123456789012:user/dave',
    accountId: '123456789012',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'dave',
  },
  eventTime: '2026-11-17T15:00:00Z',
  eventSource: 's3.amazonaws.com',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.40',
  userAgent: 'old-client/1.0',
  requestID: eventID,
  eventID,
  readOnly: false,
  eventType: 'AwsApiCall',
  managementEvent: false,
  recipientAccountId: '123456789012',
  eventCategory: 'Data',
  ...more,
});

const bucket = (name: string) => ({
  ARN: `arn:aws:s3:::${name}`,
  accountId: '123456789012',
  type: 'AWS::S3::Bucket',
});

/** What the sample events lack for each of the queries to find something. */
export const documentedRecords = [
  record('0001', {
    userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'anonymous' },
    eventName: 'GetObject',
    requestParameters: { bucketName: 'open-data', key: 'readme.txt' },
    resources: [{ ARN: 'arn:aws:s3:::open-data/readme.txt', type: 'AWS::S3::Object' }],
    readOnly: true,
  }),
  record('0002', {
    eventName: 'PutObject',
    requestParameters: { bucketName: 'legacy', key: 'a.csv' },
    additionalEventData: { SignatureVersion: 'SigV2' },
    resources: [{ ARN: 'arn:aws:s3:::legacy/a.csv', type: 'AWS::S3::Object' }, bucket('legacy')],
  }),
  record('0003', {
    eventName: 'DeleteBucket',
    requestParameters: { bucketName: 'old-reports' },
    resources: [bucket('old-reports')],
    managementEvent: true,
    eventCategory: 'Management',
    sourceIPAddress: '172.20.1.2',
  }),
  record('0004', {
    eventName: 'GetObject',
    requestParameters: { bucketName: 'example', key: 'datafile.txt' },
    additionalEventData: { SignatureVersion: 'SigV4', aclRequired: 'Yes' },
    resources: [{ ARN: 'arn:aws:s3:::example/datafile.txt', type: 'AWS::S3::Object' }],
    readOnly: true,
    sourceIPAddress: '10.0.34.9',
  }),
  record('0005', {
    eventSource: 'iam.amazonaws.com',
    eventName: 'UpdateLoginProfile',
    awsRegion: 'us-east-1',
    requestParameters: { userName: 'bob' },
    managementEvent: true,
    eventCategory: 'Management',
    addendum: {
      reason: 'UPDATED_DATA',
      updatedFields: 'userAgent',
      originalRequestID: '0005',
      originalEventID: '0000',
    },
    tlsDetails: { tlsVersion: 'TLSv1.1', cipherSuite: 'AES128-SHA' },
  }),
  record('0006', {
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: 'accounts.example.com:app:user',
      userName: 'user',
      identityProvider: 'accounts.example.com',
      onBehalfOf: {
        userId: 'u-1',
        identityStoreArn: 'arn:aws:identitystore::123456789012:identitystore/d-1',
      },
      sessionContext: {
        attributes: { mfaAuthenticated: 'false', creationDate: '2026-11-17T14:00:00Z' },
        ec2RoleDelivery: '2.0',
        webIdFederationData: {
          federatedProvider: 'accounts.example.com',
          attributes: { Aud: 'app' },
        },
      },
    },
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRoleWithWebIdentity',
    requestParameters: 'HIDDEN_DUE_TO_SECURITY_REASONS',
    sharedEventID: '0a0b',
    vpcEndpointId: 'vpce-1',
    vpcEndpointAccountId: '111122223333',
    sessionCredentialFromConsole: 'true',
    edgeDeviceDetails: { type: 'snow' },
    serviceEventDetails: { x: 1 },
    apiVersion: '2011-06-15',
    errorCode: 'AccessDenied',
    errorMessage: 'no',
  }),
  record('0007', {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'CopySnapshot',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
  }),
];
