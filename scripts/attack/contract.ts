/**
 * What a row's columns mean, written down a second time from the row contract (docs/rows.md), so that a slip in
 * the function's own table shows.
 */
export type Form = 'text' | 'json' | 'time' | 'boolean' | 'resources';

/** Column, key of the CloudTrail record, form. */
export const recordColumns: readonly (readonly [column: string, key: string, form: Form])[] = [
  ['event_id', 'eventID', 'text'],
  ['event_time', 'eventTime', 'time'],
  ['api_service', 'eventSource', 'text'],
  ['event_name', 'eventName', 'text'],
  ['event_type', 'eventType', 'text'],
  ['event_category', 'eventCategory', 'text'],
  ['event_version', 'eventVersion', 'text'],
  ['api_version', 'apiVersion', 'text'],
  ['error_code', 'errorCode', 'text'],
  ['error_message', 'errorMessage', 'text'],
  ['read_only', 'readOnly', 'boolean'],
  ['management_event', 'managementEvent', 'boolean'],
  ['user_identity', 'userIdentity', 'json'],
  ['source_ip', 'sourceIPAddress', 'text'],
  ['user_agent', 'userAgent', 'text'],
  ['request_id', 'requestID', 'text'],
  ['shared_event_id', 'sharedEventID', 'text'],
  ['recipient_account', 'recipientAccountId', 'text'],
  ['vpc_endpoint_id', 'vpcEndpointId', 'text'],
  ['vpc_endpoint_account', 'vpcEndpointAccountId', 'text'],
  ['session_credential_from_console', 'sessionCredentialFromConsole', 'text'],
  ['request_parameters', 'requestParameters', 'json'],
  ['response_elements', 'responseElements', 'json'],
  ['additional_event_data', 'additionalEventData', 'json'],
  ['service_event_details', 'serviceEventDetails', 'json'],
  ['tls_details', 'tlsDetails', 'json'],
  ['insight_details', 'insightDetails', 'json'],
  ['addendum', 'addendum', 'json'],
  ['edge_device_details', 'edgeDeviceDetails', 'json'],
  ['event_context', 'eventContext', 'json'],
  ['resources', 'resources', 'resources'],
];

/** Column and key of the envelope around a record. */
export const wrappingColumns: readonly (readonly [column: string, key: string, form: Form])[] = [
  ['envelope_id', 'id', 'text'],
  ['detail_type', 'detail-type', 'text'],
  ['event_source', 'source', 'text'],
  ['account', 'account', 'text'],
  ['region', 'region', 'text'],
];

/** The same of any other envelope. */
export const envelopeColumns: readonly (readonly [column: string, key: string, form: Form])[] = [
  ['event_id', 'id', 'text'],
  ['event_time', 'time', 'time'],
  ['detail_type', 'detail-type', 'text'],
  ['event_source', 'source', 'text'],
  ['account', 'account', 'text'],
  ['region', 'region', 'text'],
  ['resources', 'resources', 'resources'],
  ['detail', 'detail', 'json'],
];

export const jsonColumns: ReadonlySet<string> = new Set([
  ...[...recordColumns, ...envelopeColumns]
    .filter(([, , form]) => form === 'json')
    .map(([column]) => column),
  'unmapped',
]);

/** Those that nothing is restored from, but for `instances` and `instance_count`. */
export const derivedTexts: readonly string[] = [
  'event_format',
  'kind',
  'service',
  'outcome',
  'actor_type',
  'actor_arn',
  'actor_principal_id',
  'actor_account',
  'actor_access_key_id',
  'actor_invoked_by',
  'actor_name',
  'actor_session_name',
  'actor_instance_id',
  'resource_id',
  'state',
  'previous_state',
];

/** CloudTrail's `eventType` in small letters. */
export const kindOfType: Readonly<Record<string, string>> = {
  awsapicall: 'api_call',
  awsconsolesignin: 'sign_in',
  awsconsoleaction: 'console_action',
  awsserviceevent: 'service_event',
  awscloudtrailinsight: 'insight',
  awsvpceevents: 'network_activity',
  awsvpceevent: 'network_activity',
  awsaggregatedevent: 'aggregate',
};
