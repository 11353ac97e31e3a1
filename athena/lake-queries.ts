/**
 * How the queries fare that AWS has published for CloudTrail Lake (github.com/aws-samples/cloud-trail-lake-query-samples),
 * with the id of the event data store replaced by `cloudtrail_lake`, and days where they leave them open. The queries
 * are not here; `npm run test:rules` runs those that it is given, and finds what it should with each.
 */
export interface LakeQuery {
  /** The name of its file. */
  readonly id: string;
  /** What its text needs that the view does not give, and the form that works. */
  readonly needs?: { readonly what: string; readonly written: string; readonly write: string };
  /** Why it cannot run at all. */
  readonly cannot?: string;
}

const asPublished = (...ids: string[]): LakeQuery[] => ids.map((id) => ({ id }));
const asksConfig = 'asks configuration items of AWS Config, which no event holds';

export const lakeQueries: readonly LakeQuery[] = [
  ...asPublished(
    'EstimateAmountOfConfigurationItems',
    'SelfAssumeRole',
    'activity-performed-by-IP-address',
    'aurora-databases-with-performance-insights',
    'aurora-mysql-databases-with-instance-class-information',
    'aurora-postgresql-databases-with-availability-zone-information',
    'cloudtrail-configuration-changes',
    'database-reboot-information',
    'ec2-api-run-instances',
    'ec2-events',
    'ec2-security-historical-changes',
    'event-response-element-by-event-id',
    'find-snapshots-not-encrypted',
    'iam-access-key-activity',
    'iam-idc-user-count-and-group-activity',
    'iam-idc-user-create-iam-user',
    'iam-idc-user-create-iam-user-acces-keys',
    'iam-idc-user-denied-activity',
    'iam-idc-user-modify-iam-policy',
    'iam-role-activity',
    'list-all-S3-PutObjects-Encryption-status',
    'list-all-events-in-a-flatten-table-format',
    'network-activity-events-vpce-access-denied',
    'network-activity-events-vpce-access-denied-secrets-manager',
    'rds-db-deleted-with-no-snapshot',
    'resourceCompliance',
    's3-buckets-public-access-block-historical-changes',
    'tag-history-by-resource',
    'tls-unsupported-version',
    'top-actions-by-iam-role',
    'top-s3-objects',
    'user-added-to-admin-group',
    'users-by-account',
  ),
  {
    id: 'MostEvaluatedConfigRule',
    needs: { what: 'a timestamp', written: 'date(eventTime)', write: 'date(event_time)' },
  },
  {
    id: 'data-by-week-day',
    needs: {
      what: 'a timestamp',
      written: 'day_of_week(eventTime)',
      write: 'day_of_week(event_time)',
    },
  },
  {
    id: 'list-write-events-from-management-console',
    needs: {
      what: "a truth value, where Lake's schema has a text",
      written: 'sessionCredentialFromConsole = true',
      write: "sessionCredentialFromConsole = 'true'",
    },
  },
  {
    id: 'ConfigTableCreation',
    cannot: 'makes a table of AWS Config snapshots, and asks no events',
  },
  { id: 'ssm-patch-compliance-selected-ec2-instance', cannot: asksConfig },
  { id: 'ssm-patch-compliance-selected-ec2-instance-time-range', cannot: asksConfig },
  { id: 'iam-idc-authenticate-api', cannot: 'is no SQL as published: `FROM FROM`' },
  {
    id: 'list-all-events-not-in-authorized-region',
    cannot: 'is no SQL as published: two queries with a colon between them',
  },
  {
    id: 'network-activity-events-vpce-access-denied-s3',
    cannot: 'is no SQL as published: it selects a name that it does not group by',
  },
  { id: 'top-errors', cannot: 'is no SQL as published: `errorMessageORDER BY`' },
];
