/**
 * Queries of AWS's own CloudTrail table, as people find and share them: for each, the page that
 * documents it, written out with our table's name and with values that the records below have. What
 * counts is kept: columns, functions, filters and their forms. They run on `cloudtrail_logs` as they
 * stand; but one that depends on how Athena unnests an array of structs has a form for both engines.
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

const athenaGuide = 'Amazon Athena User Guide, ';
const s3Guide = 'Amazon S3 User Guide, "Identifying Amazon S3 requests using CloudTrail"';
const bigDataBlog =
  'AWS Big Data Blog, "Analyze Security, Compliance, and Operational Activity Using AWS CloudTrail and Amazon Athena"';
const bootstrap = 'awslabs, AWS Security Analytics Bootstrap, CloudTrail demo queries';

/** The partitions that the queries of the Bootstrap are all limited to. */
const partitions = `date_partition >= '2026/11/01'
  AND date_partition <= '2026/11/30'
  AND account_partition = '123456789012'
  AND region_partition IN ('us-east-1', 'us-east-2', 'eu-west-1')`;

export const documentedQueries: readonly DocumentedQuery[] = [
  {
    name: 'first_look',
    page: `${athenaGuide}"Tips for querying CloudTrail logs"`,
    sql: `SELECT useridentity.arn, eventname, sourceipaddress, eventtime
FROM cloudtrail_logs
LIMIT 100`,
  },
  {
    name: 'nested_fields',
    page: `${athenaGuide}"Query nested fields in CloudTrail logs"`,
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
    notOnDuckdb: '`replace` with two arguments',
    page: `${athenaGuide}"Query nested fields in CloudTrail logs"`,
    sql: `SELECT
  awsregion,
  replace(unnested.resources_entry.arn, 'arn:aws:s3:::') AS s3_resource,
  eventname, eventtime, useragent
FROM cloudtrail_logs t
CROSS JOIN UNNEST(t.resources) unnested (resources_entry)
WHERE unnested.resources_entry.arn LIKE '%example/datafile.txt'
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
    notOnDuckdb: '`replace` with two arguments',
    page: `${athenaGuide}"Query nested fields in CloudTrail logs"`,
    sql: `SELECT
  awsregion,
  replace(unnested.resources_entry.arn, 'arn:aws:s3:::') AS deleted_bucket,
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
    page: `${athenaGuide}"Example query for CloudTrail logs"`,
    sql: `SELECT *
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com'
  AND eventname IN ('GetObject')
  AND useridentity.accountid LIKE '%ANONYMOUS%'
  AND useridentity.arn IS NULL
  AND requestparameters LIKE '%open-data%'`,
  },
  {
    name: 'manual_partitions',
    page: `${athenaGuide}"Create the table for CloudTrail logs in Athena using manual partitioning"`,
    sql: `SELECT eventtime, eventname, useridentity.arn
FROM cloudtrail_logs
WHERE region = 'eu-west-1' AND year = '2026' AND month = '11' AND day = '17'
ORDER BY eventtime, eventid
LIMIT 5`,
  },
  {
    name: 'projected_partitions',
    page: `${athenaGuide}"Create a table for CloudTrail logs in Athena using partition projection"`,
    sql: `SELECT eventname, count(*) AS calls
FROM cloudtrail_logs
WHERE "timestamp" BETWEEN '2026/11/17' AND '2026/11/18'
  AND from_iso8601_timestamp(eventtime) < from_iso8601_timestamp('2026-11-17T12:00:00Z')
GROUP BY eventname
ORDER BY eventname`,
  },
  {
    name: 'signature_version_2',
    page: s3Guide,
    sql: `SELECT
  eventtime, eventname AS s3_action, requestparameters AS request_parameters,
  awsregion AS aws_region, sourceipaddress AS source_ip, useragent AS user_agent
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com'
  AND json_extract_scalar(additionaleventdata, '$.SignatureVersion') = 'SigV2'`,
  },
  {
    name: 'signature_version_2_requesters',
    page: s3Guide,
    sql: `SELECT useridentity.arn, count(requestid) AS requestcount
FROM cloudtrail_logs
WHERE eventsource = 's3.amazonaws.com'
  AND json_extract_scalar(additionaleventdata, '$.SignatureVersion') = 'SigV2'
GROUP BY useridentity.arn`,
  },
  {
    name: 'put_object_requests',
    page: s3Guide,
    sql: `SELECT
  eventTime, eventName, eventSource, sourceIpAddress, userAgent,
  json_extract_scalar(requestParameters, '$.bucketName') AS bucketName,
  json_extract_scalar(requestParameters, '$.key') AS object,
  userIdentity.arn AS userArn
FROM cloudtrail_logs
WHERE eventName = 'PutObject'
  AND eventTime BETWEEN '2026-11-17T00:00:00Z' AND '2026-11-19T00:00:00Z'
ORDER BY eventTime`,
  },
  {
    name: 'anonymous_requesters_of_a_bucket',
    page: s3Guide,
    sql: `SELECT
  eventTime, eventName, eventSource, sourceIPAddress, userAgent,
  json_extract_scalar(requestParameters, '$.bucketName') AS bucketName,
  userIdentity.arn AS userArn, userIdentity.principalId
FROM cloudtrail_logs
WHERE userIdentity.type = 'AWSAccount'
  AND userIdentity.principalId = ''
  AND json_extract_scalar(requestParameters, '$.bucketName') = 'open-data'
  AND eventTime BETWEEN '2026-11-17T00:00:00Z' AND '2026-11-19T00:00:00Z'`,
  },
  {
    name: 'requests_that_needed_an_acl',
    page: s3Guide,
    sql: `SELECT
  eventTime, eventName, sourceIPAddress,
  json_extract_scalar(requestParameters, '$.bucketName') AS bucketName,
  json_extract_scalar(additionalEventData, '$.aclRequired') AS aclRequired
FROM cloudtrail_logs
WHERE json_extract_scalar(additionalEventData, '$.aclRequired') = 'Yes'`,
  },
  {
    name: 'busiest_users',
    page: bigDataBlog,
    sql: `SELECT DISTINCT useridentity.username, eventsource, eventname, count(eventname) AS invocations
FROM cloudtrail_logs
WHERE useridentity.type = 'IAMUser' AND errorcode IS NULL
GROUP BY useridentity.username, eventsource, eventname
ORDER BY invocations DESC, eventname`,
  },
  {
    name: 'console_sign_ins',
    page: bigDataBlog,
    sql: `SELECT useridentity.username, sourceipaddress, eventtime, additionaleventdata
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin'
  AND eventtime >= '2026-11-17T00:00:00Z' AND eventtime < '2026-11-18T00:00:00Z'`,
  },
  {
    name: 'history_of_a_security_group',
    page: bigDataBlog,
    sql: `SELECT eventname, useridentity.username, sourceIPAddress, eventtime, requestparameters
FROM cloudtrail_logs
WHERE (requestparameters LIKE '%sg-0123456789abcdef0%' OR requestparameters LIKE '%eni-0123456789abcdef0%')
  AND eventtime > '2026-11-15T00:00:00Z'
ORDER BY eventtime ASC`,
  },
  {
    name: 'denied_calls',
    page: 'AWS re:Post Knowledge Center, "How do I troubleshoot IAM permission access denied or unauthorized errors?"',
    sql: `SELECT count(*) AS TotalEvents, useridentity.arn, eventsource, eventname, errorCode, errorMessage
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
WHERE account_partition IN ('111122223333', '123456789012')
ORDER BY eventtime, eventid
LIMIT 2`,
  },
  {
    name: 'last_days',
    page: bootstrap,
    sql: `SELECT count(*) AS calls
FROM cloudtrail_logs
WHERE date_partition >= date_format(date_add('day', -30, DATE '2026-11-19'), '%Y/%m/%d')`,
  },
  {
    name: 'events_by_region',
    page: bootstrap,
    sql: `SELECT region_partition, eventname, count(*) AS eventcount
FROM cloudtrail_logs
WHERE ${partitions}
GROUP BY region_partition, eventname
ORDER BY region_partition, eventcount DESC, eventname`,
  },
  {
    name: 'sign_ins',
    page: bootstrap,
    sql: `SELECT
  useridentity.arn, eventname,
  array_agg(DISTINCT sourceipaddress ORDER BY sourceipaddress) AS sourceips
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
  array_agg(DISTINCT eventname ORDER BY eventname) AS eventnames,
  array_agg(DISTINCT useragent ORDER BY useragent) AS useragents
FROM cloudtrail_logs
WHERE eventname <> 'AssumeRole'
  AND eventname NOT LIKE 'Get%' AND eventname NOT LIKE 'List%' AND eventname NOT LIKE 'Describe%'
  AND ${partitions}
GROUP BY useridentity.arn, useridentity.principalid, useridentity.username
ORDER BY useridentity.arn, useridentity.username`,
  },
  {
    name: 'changes_of_iam',
    page: bootstrap,
    sql: `SELECT eventtime, useridentity.arn, useridentity.username, eventname, requestparameters
FROM cloudtrail_logs
WHERE eventsource = 'iam.amazonaws.com'
  AND eventname NOT LIKE 'Get%' AND eventname NOT LIKE 'List%'
  AND errorcode IS NULL
  AND ${partitions}
ORDER BY account_partition, eventtime`,
  },
  {
    name: 'access_keys_made',
    page: bootstrap,
    sql: `SELECT
  eventtime, useridentity.arn,
  json_extract_scalar(json_extract(responseelements, '$.accessKey'), '$.userName') AS username,
  json_extract_scalar(json_extract(responseelements, '$.accessKey'), '$.accessKeyId') AS accesskey
FROM cloudtrail_logs
WHERE eventname = 'CreateAccessKey' AND errorcode IS NULL
  AND ${partitions}
ORDER BY account_partition, eventtime`,
  },
  {
    name: 'passwords_changed',
    page: bootstrap,
    sql: `SELECT
  eventtime, useridentity.arn,
  json_extract_scalar(requestparameters, '$.userName') AS "username with password modified"
FROM cloudtrail_logs
WHERE eventname IN ('UpdateLoginProfile', 'CreateLoginProfile') AND errorcode IS NULL
  AND ${partitions}
ORDER BY account_partition, eventtime`,
  },
  {
    name: 'calls_from_public_addresses',
    notOnDuckdb: 'the type `IPADDRESS`',
    page: bootstrap,
    sql: `SELECT DISTINCT sourceipaddress
FROM cloudtrail_logs
WHERE regexp_like(sourceipaddress, '^\\d')
  AND NOT (
    (CAST(sourceipaddress AS IPADDRESS) > IPADDRESS '10.0.0.0'
      AND CAST(sourceipaddress AS IPADDRESS) < IPADDRESS '10.255.255.255')
    OR (CAST(sourceipaddress AS IPADDRESS) > IPADDRESS '192.168.0.0'
      AND CAST(sourceipaddress AS IPADDRESS) < IPADDRESS '192.168.255.255')
  )
  AND ${partitions}
ORDER BY sourceipaddress`,
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
    userIdentity: { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' },
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
];
