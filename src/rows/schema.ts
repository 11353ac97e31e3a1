import type { ColumnType, ValueOf } from './column-type.ts';

/**
 * The columns of a row, each defined once. The TypeScript type below, the mapping between events
 * and rows, the Glue tables, the local DuckDB table and docs/rows.md are all made from this list.
 * New columns go to the end: files that were written before they existed stay readable.
 */

/** The three shapes that events arrive in (`unknown` documents have no columns of their own). */
export type Family = 'bare' | 'wrapped' | 'other';

/**
 * Where a cell comes from. A stored cell is one key of the envelope or of the CloudTrail record,
 * and is what the way back reads; a derived one is a function of the event, for people to filter by.
 */
export type Origin =
  | { readonly part: 'envelope' | 'record'; readonly key: string }
  | { readonly derived: string };

/** One column: `bare`, `wrapped` and `other` say where its cell comes from in which family. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  readonly example: string;
  readonly bare?: Origin;
  readonly wrapped?: Origin;
  readonly other?: Origin;
}

const inRecord = (key: string) =>
  ({ bare: { part: 'record', key }, wrapped: { part: 'record', key } }) as const;
const inEnvelope = (key: string) =>
  ({ wrapped: { part: 'envelope', key }, other: { part: 'envelope', key } }) as const;
const derived = (how: string) => ({ derived: how }) as const;
const derivedOfRecord = (how: string) => ({ bare: derived(how), wrapped: derived(how) }) as const;
const derivedOfAll = (how: string) =>
  ({ bare: derived(how), wrapped: derived(how), other: derived(how) }) as const;

export const columns = [
  {
    name: 'event_id',
    type: 'string',
    description: 'Id of the event. If an event is delivered twice, both rows have it.',
    example: '3b1f6f0e-7a52-4b52-9f3d-1f5a2f8f0a11',
    ...inRecord('eventID'),
    other: { part: 'envelope', key: 'id' },
  },
  {
    name: 'envelope_id',
    type: 'string',
    description: 'Id that EventBridge gave to the envelope of a CloudTrail record.',
    example: '7bf73129-1428-4cd3-a780-95db273d1602',
    wrapped: { part: 'envelope', key: 'id' },
  },
  {
    name: 'event_format',
    type: 'string',
    description:
      'The form in which the event came: `eventbridge` (an envelope), `cloudtrail` (a bare record), ' +
      '`unknown` (JSON that is neither, kept whole in `detail`).',
    example: 'eventbridge',
    ...derivedOfAll('the form that the event came in'),
  },
  {
    name: 'event_time',
    type: 'timestamp',
    description: 'When the event happened, UTC. For an API call: when the call completed.',
    example: '2026-11-20 10:11:12.000',
    ...inRecord('eventTime'),
    other: { part: 'envelope', key: 'time' },
  },
  {
    name: 'arrival_time',
    type: 'timestamp',
    description: 'When the event reached Firehose, UTC.',
    example: '2026-11-20 10:13:40.123',
    ...derivedOfAll('`approximateArrivalTimestamp` of the Firehose record'),
  },
  {
    name: 'kind',
    type: 'string',
    description:
      'What sort of event it is: `api_call`, `sign_in`, `console_action`, `service_event`, ' +
      '`insight`, `network_activity`, `aggregate`; `state_change`, `tag_change`, `event`; `unknown`.',
    example: 'state_change',
    ...derivedOfRecord('`eventType`; `api_call` where it is absent or unknown'),
    other: derived('the state-change map; `tag_change` for tag changes; else `event`'),
  },
  {
    name: 'detail_type',
    type: 'string',
    description: "EventBridge's detail-type.",
    example: 'EC2 Instance State-change Notification',
    ...inEnvelope('detail-type'),
  },
  {
    name: 'event_source',
    type: 'string',
    description: 'The exact source, even if the partition is `other`.',
    example: 'aws.ec2',
    bare: derived('`aws.` and the first label of `eventSource`; of Insights `aws.cloudtrail`'),
    ...inEnvelope('source'),
  },
  {
    name: 'api_service',
    type: 'string',
    description: 'The service that was called, as CloudTrail writes it.',
    example: 'ec2.amazonaws.com',
    ...inRecord('eventSource'),
  },
  {
    name: 'service',
    type: 'string',
    description: 'The service in one word.',
    example: 'ec2',
    ...derivedOfRecord('first label of `eventSource`'),
    other: derived('`source` without `aws.`'),
  },
  {
    name: 'account',
    type: 'string',
    description: 'The account that the event belongs to.',
    example: '123456789012',
    bare: derived('`recipientAccountId`, else the account of the caller'),
    ...inEnvelope('account'),
  },
  {
    name: 'region',
    type: 'string',
    description: 'The Region that the event belongs to.',
    example: 'eu-west-1',
    bare: { part: 'record', key: 'awsRegion' },
    ...inEnvelope('region'),
  },
  {
    name: 'event_name',
    type: 'string',
    description: 'What was done: the API call, or the verb of an event that has one.',
    example: 'StopInstances',
    ...inRecord('eventName'),
    other: derived('the verb, where the state-change map names one'),
  },
  {
    name: 'event_type',
    type: 'string',
    description: "CloudTrail's type of the record.",
    example: 'AwsApiCall',
    ...inRecord('eventType'),
  },
  {
    name: 'event_category',
    type: 'string',
    description: "CloudTrail's category of the record.",
    example: 'Management',
    ...inRecord('eventCategory'),
  },
  {
    name: 'event_version',
    type: 'string',
    description: 'Version of the record, as two integers: 1.10 is later than 1.9.',
    example: '1.11',
    ...inRecord('eventVersion'),
  },
  {
    name: 'api_version',
    type: 'string',
    description: 'Version of the API that was called.',
    example: '2016-11-15',
    ...inRecord('apiVersion'),
  },
  {
    name: 'outcome',
    type: 'string',
    description: '`success`, or `failure` for an error or a failed sign-in.',
    example: 'failure',
    ...derivedOfRecord(
      '`errorCode` (but for one that says success, such as `200`), `errorMessage`, and what `responseElements` or `serviceEventDetails` says of a sign-in',
    ),
  },
  {
    name: 'error_code',
    type: 'string',
    description: 'Why it failed, in one word.',
    example: 'Client.UnauthorizedOperation',
    ...inRecord('errorCode'),
    other: derived('the error code, where the state-change map names one'),
  },
  {
    name: 'error_message',
    type: 'string',
    description: 'Why it failed, in a sentence.',
    example: 'You are not authorized to perform this operation.',
    ...inRecord('errorMessage'),
    other: derived('the reason or message, where the state-change map names one'),
  },
  {
    name: 'read_only',
    type: 'boolean',
    description: 'Whether the call only reads.',
    example: 'false',
    ...inRecord('readOnly'),
  },
  {
    name: 'management_event',
    type: 'boolean',
    description: 'Whether it is a management event.',
    example: 'true',
    ...inRecord('managementEvent'),
  },
  {
    name: 'actor_type',
    type: 'string',
    description: 'What sort of identity made the call.',
    example: 'AssumedRole',
    ...derivedOfRecord('`userIdentity.type`'),
  },
  {
    name: 'actor_arn',
    type: 'string',
    description: 'Who made the call.',
    example: 'arn:aws:sts::123456789012:assumed-role/deploy/alice',
    ...derivedOfRecord('`userIdentity.arn`'),
  },
  {
    name: 'actor_principal_id',
    type: 'string',
    description: 'Unique id of the caller.',
    example: 'AROAEXAMPLEEXAMPLE:alice',
    ...derivedOfRecord('`userIdentity.principalId`'),
  },
  {
    name: 'actor_account',
    type: 'string',
    description: 'Account of the caller.',
    example: '123456789012',
    ...derivedOfRecord('`userIdentity.accountId`'),
  },
  {
    name: 'actor_access_key_id',
    type: 'string',
    description: 'Access key that signed the call.',
    example: 'ASIAIOSFODNN7EXAMPLE',
    ...derivedOfRecord('`userIdentity.accessKeyId`'),
  },
  {
    name: 'actor_invoked_by',
    type: 'string',
    description: 'The AWS service that made the call on behalf of the actor.',
    example: 'autoscaling.amazonaws.com',
    ...derivedOfRecord('`userIdentity.invokedBy`'),
  },
  {
    name: 'actor_name',
    type: 'string',
    description: 'Who made the call, in one word: user, else role, else service, else account.',
    example: 'deploy',
    ...derivedOfRecord(
      "`userIdentity.userName`, else `UserName` of `additionalEventData`, else the session issuer's, else " +
        'the role in the ARN, else `root` of the root user, else `invokedBy`, else `accountId`',
    ),
  },
  {
    name: 'actor_session_name',
    type: 'string',
    description: 'Session name of an assumed role.',
    example: 'alice',
    ...derivedOfRecord('tail of an assumed-role ARN, else of the principal id'),
  },
  {
    name: 'actor_mfa',
    type: 'boolean',
    description: 'Whether the session was authenticated with MFA.',
    example: 'false',
    ...derivedOfRecord('`userIdentity.sessionContext.attributes.mfaAuthenticated`'),
  },
  {
    name: 'actor_instance_id',
    type: 'string',
    description: 'The EC2 instance that made the call, with its instance profile.',
    example: 'i-0abc123def4567890',
    ...derivedOfRecord('session name of an instance-profile session'),
  },
  {
    name: 'user_identity',
    type: 'json',
    description: 'All that is known about the caller.',
    example: '{"type":"AssumedRole","accountId":"123456789012"}',
    ...inRecord('userIdentity'),
  },
  {
    name: 'source_ip',
    type: 'string',
    description: 'Where the call came from: an address, or the name of a service.',
    example: '198.51.100.7',
    ...inRecord('sourceIPAddress'),
  },
  {
    name: 'user_agent',
    type: 'string',
    description: 'The client that made the call.',
    example: 'aws-cli/2.31.0',
    ...inRecord('userAgent'),
  },
  {
    name: 'request_id',
    type: 'string',
    description: 'Id of the request.',
    example: '59dbff89-35bd-4eac-99ed-be587EXAMPLE',
    ...inRecord('requestID'),
  },
  {
    name: 'shared_event_id',
    type: 'string',
    description: 'Shared by the copies of one event that several accounts received.',
    example: '5f2b6a64-0b5a-4a3b-8a5e-2f8d0c5f7a10',
    ...inRecord('sharedEventID'),
  },
  {
    name: 'recipient_account',
    type: 'string',
    description: "The account that received the record; not always the caller's.",
    example: '123456789012',
    ...inRecord('recipientAccountId'),
  },
  {
    name: 'vpc_endpoint_id',
    type: 'string',
    description: 'The VPC endpoint that the call came through.',
    example: 'vpce-0a1b2c3d4e5f67890',
    ...inRecord('vpcEndpointId'),
  },
  {
    name: 'vpc_endpoint_account',
    type: 'string',
    description: 'Owner of that VPC endpoint.',
    example: '123456789012',
    ...inRecord('vpcEndpointAccountId'),
  },
  {
    name: 'session_credential_from_console',
    type: 'string',
    description: '`true` if the call was made in a console session.',
    example: 'true',
    ...inRecord('sessionCredentialFromConsole'),
  },
  {
    name: 'request_parameters',
    type: 'json',
    description: 'The request.',
    example: '{"instancesSet":{"items":[{"instanceId":"i-0abc123def4567890"}]}}',
    ...inRecord('requestParameters'),
  },
  {
    name: 'response_elements',
    type: 'json',
    description: 'The response of a call that changed something.',
    example: '{"requestId":"59dbff89-35bd-4eac-99ed-be587EXAMPLE","_return":true}',
    ...inRecord('responseElements'),
  },
  {
    name: 'additional_event_data',
    type: 'json',
    description: 'What the service adds to the record.',
    example: '{"MFAUsed":"No"}',
    ...inRecord('additionalEventData'),
  },
  {
    name: 'service_event_details',
    type: 'json',
    description: 'What a service did on its own.',
    example: '{"snapshotId":"snap-0a1b2c3d4e5f67890"}',
    ...inRecord('serviceEventDetails'),
  },
  {
    name: 'tls_details',
    type: 'json',
    description: 'TLS version, cipher suite and host name of the call.',
    example: '{"tlsVersion":"TLSv1.3"}',
    ...inRecord('tlsDetails'),
  },
  {
    name: 'insight_details',
    type: 'json',
    description: 'The unusual activity that an Insights record reports.',
    example: '{"state":"Start","insightType":"ApiCallRateInsight"}',
    ...inRecord('insightDetails'),
  },
  {
    name: 'addendum',
    type: 'json',
    description: 'Why the record was late, or why it corrects an earlier one.',
    example: '{"reason":"DELIVERY_DELAY"}',
    ...inRecord('addendum'),
  },
  {
    name: 'edge_device_details',
    type: 'json',
    description: 'The S3 on Outposts device that was called.',
    example: '{"type":"snow"}',
    ...inRecord('edgeDeviceDetails'),
  },
  {
    name: 'resources',
    type: { array: { struct: { arn: 'string', account: 'string', type: 'string' } } },
    description: 'The resources that the event names, in the order of the event.',
    example: '[{"arn":"arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc123def4567890"}]',
    ...inRecord('resources'),
    other: { part: 'envelope', key: 'resources' },
  },
  {
    name: 'resource_id',
    type: 'string',
    description: 'The one resource that a state change is about.',
    example: 'i-0abc123def4567890',
    other: derived('the main id, by the state-change map'),
  },
  {
    name: 'state',
    type: 'string',
    description: 'The state that the resource is now in.',
    example: 'stopped',
    other: derived('by the state-change map'),
  },
  {
    name: 'previous_state',
    type: 'string',
    description: 'The state that the resource was in before.',
    example: 'stopping',
    other: derived('by the state-change map'),
  },
  {
    name: 'instances',
    type: {
      array: {
        struct: {
          instance_id: 'string',
          state: 'string',
          previous_state: 'string',
          tags: { map: 'string' },
          tag_status: 'string',
          tag_source: 'string',
          tag_time: 'timestamp',
        },
      },
    },
    description:
      'Every EC2 instance that the event is about, with its tags. `tag_status`: `found`, `none` ' +
      '(looked up: no tags, or no such instance), `failed`, `skipped`, `omitted` (for size). ' +
      '`tag_source`: `event`, `stream`, `cache`, `lookup`; `tag_time`: when these were its tags.',
    example:
      '[{"instance_id":"i-0abc123def4567890","state":"stopped","tags":{"team":"web"},"tag_status":"found"}]',
    ...derivedOfAll('the ids in the event; their tags from outside'),
  },
  {
    name: 'instance_count',
    type: 'int',
    description: 'How many instances the event is about, even if `instances` had to be cut.',
    example: '1',
    ...derivedOfAll('the ids in the event'),
  },
  {
    name: 'detail',
    type: 'json',
    description:
      'The whole `detail` of an event that is not a CloudTrail record; of `aggregate` and `unknown` the whole document.',
    example: '{"instance-id":"i-0abc123def4567890","state":"stopped"}',
    other: { part: 'envelope', key: 'detail' },
  },
  {
    name: 'unmapped',
    type: 'json',
    description:
      'What no other column holds: the JSON merge patch (RFC 7396) from the rebuilt event to the event. ' +
      'Absent if the columns hold everything, as they do for well-formed events of today.',
    example: '{"replay-name":"again"}',
    ...derivedOfAll('what no stored column holds'),
  },
  {
    name: 'event_context',
    type: 'json',
    description:
      'What CloudTrail adds on request: tags of resources and global condition keys. Rows written ' +
      'before there was this column have it in `unmapped`.',
    example: '{"tagContext":{"resourceTags":[{"arn":"arn:aws:s3:::b","tags":{"team":"web"}}]}}',
    ...inRecord('eventContext'),
  },
] as const satisfies readonly Column[];

export type ColumnName = (typeof columns)[number]['name'];

/** One event as one flat row. Absent cells are left out. */
export type Row = {
  -readonly [C in (typeof columns)[number] as C['name']]?: ValueOf<C['type']>;
};

/** One EC2 instance that a row is about. */
export type RowInstance = NonNullable<Row['instances']>[number];
