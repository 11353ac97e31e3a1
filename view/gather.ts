import { eventColumns } from '../athena/tables.ts';
import type { ColumnName } from '../src/rows/schema.ts';
import type { Scope } from './scope.ts';

/** The columns that the statements of view/sql/ read, and those that tell two events apart. */
const read: readonly (ColumnName | 'source' | 'day')[] = [
  'event_id',
  'envelope_id',
  'event_time',
  'arrival_time',
  'kind',
  'detail_type',
  'event_source',
  'service',
  'account',
  'region',
  'event_name',
  'outcome',
  'error_code',
  'error_message',
  'read_only',
  'actor_type',
  'actor_principal_id',
  'actor_access_key_id',
  'actor_invoked_by',
  'actor_name',
  'actor_session_name',
  'actor_mfa',
  'source_ip',
  'user_agent',
  'request_parameters',
  'response_elements',
  'additional_event_data',
  'instances',
  'source',
  'day',
];

/**
 * Statements for DuckDB after which those of a scope take a fraction of the time and answer the same:
 * the rows are read and unpacked once, into tables that stand before the views of their names.
 * Columns that nobody asks for are there and empty, as the views name them.
 */
export function gatherStatements({ since, until, accounts }: Scope): string[] {
  const list = accounts.map((account) => `'${account}'`).join(', ');
  const isRead = (name: string) => read.some((column) => column === name);
  const cells = eventColumns.map(({ name }) => (isRead(name) ? name : `NULL AS ${name}`));
  const ofScope = [
    `day BETWEEN '${since}' AND '${until}'`,
    ...(accounts.length > 0 ? [`account IN (${list})`] : []),
  ].join(' AND ');
  return [
    `CREATE TEMP TABLE unique_events AS SELECT ${cells.join(', ')} FROM memory.main.unique_events WHERE ${ofScope}`,
    'CREATE TEMP TABLE instance_events AS FROM memory.main.instance_events',
  ];
}
