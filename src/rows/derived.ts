import { isError, saysSuccess } from '../events/error-code.ts';
import { isAggregate } from '../events/event.ts';
import { type EventInstance, instancesIn, instancesInRecord } from '../events/instances.ts';
import { isObject, type Json, type JsonObject, jsonText, ownValue } from '../json.ts';
import { type Actor, actorIn, userNameKeys } from './actor.ts';
import { textOf } from './forms.ts';
import type { ColumnName, Row, RowInstance } from './schema.ts';
import { type StateFacts, stateFactsOf, type Word } from './state-changes.ts';
import { rowTimeOf, toRowTime } from './time.ts';

/**
 * The derived cells: functions of an event, for people to filter by. They add to the stored ones
 * and are never read on the way back.
 */
export type Derived<Facts> = { readonly [C in ColumnName]?: (facts: Facts) => Row[C] | undefined };

/** What the derived cells of a CloudTrail record are made of, worked out on first need. */
export interface RecordFacts {
  readonly arrivalMs: number;
  readonly record: JsonObject;
  readonly actor: Actor;
  readonly instances: readonly EventInstance[];
}

/** The same of any other event. */
interface EnvelopeFacts {
  readonly arrivalMs: number;
  readonly envelope: JsonObject;
  readonly change: StateFacts;
  readonly instances: readonly EventInstance[];
}

export function recordFacts(record: JsonObject, arrivalMs: number): RecordFacts {
  let actor: Actor | undefined;
  return {
    arrivalMs,
    record,
    get actor() {
      actor ??= actorIn(record);
      return actor;
    },
    get instances() {
      return instancesInRecord(record);
    },
  };
}

export function envelopeFacts(
  envelope: JsonObject,
  isAwsMade: boolean,
  arrivalMs: number,
): EnvelopeFacts {
  const change = stateFactsOf(envelope, isAwsMade);
  return {
    arrivalMs,
    envelope,
    change,
    get instances() {
      return instancesOfChange(change);
    },
  };
}

/** The instances that an event other than a CloudTrail record is about. */
export function instancesOfChange({
  state,
  previousState,
  resourceId,
  instances,
}: Omit<StateFacts, 'isStateChange'>): readonly EventInstance[] {
  // The state of the instance itself, not that of a compliance check or a scan of it.
  const isOfInstance = state !== undefined && instanceStates.has(state);
  return instancesIn(instances).map((one) =>
    isOfInstance && one.id === resourceId ? { ...one, state, previousState } : one,
  );
}

/** "Amazon EC2 instance state changes" (Amazon EC2 User Guide). */
const instanceStates: ReadonlySet<string> = new Set([
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
]);

const ofAny: Derived<{ arrivalMs: number; instances: readonly EventInstance[] }> = {
  arrival_time: ({ arrivalMs }) => rowTimeOf(arrivalMs),
  instances: ({ instances }) => rowInstances(instances),
  instance_count: ({ instances }) => instances.length || undefined,
};

/** The cells of who made a call: all that is looked at of `userIdentity`. */
const ofActor: Derived<{ readonly actor: Actor }> = {
  actor_type: ({ actor }) => actor.type,
  actor_arn: ({ actor }) => actor.arn,
  actor_principal_id: ({ actor }) => actor.principalId,
  actor_account: ({ actor }) => actor.account,
  actor_access_key_id: ({ actor }) => actor.accessKeyId,
  actor_invoked_by: ({ actor }) => actor.invokedBy,
  actor_name: ({ actor }) => actor.name,
  actor_session_name: ({ actor }) => actor.sessionName,
  actor_mfa: ({ actor }) => actor.mfa,
  actor_instance_id: ({ actor }) => actor.instanceId,
};

const ofRecord: Derived<RecordFacts> = {
  ...ofAny,
  kind: ({ record }) => kindOf(record),
  service: ({ record }) => serviceOf(record),
  outcome: ({ record }) => outcomeOf(record),
  ...ofActor,
};

export const ofWrapped: Derived<RecordFacts> = {
  ...ofRecord,
  event_format: () => 'eventbridge',
};

export const ofBare: Derived<RecordFacts> = {
  ...ofRecord,
  event_format: () => 'cloudtrail',
  event_source: ({ record }) => sourceOf(record),
  account: ({ record, actor }) => textOf(record.recipientAccountId) || actor.account,
};

/** Of what counts many calls at once; its document stands whole in `detail`. */
export const ofAggregate: Derived<{ readonly document: JsonObject; readonly arrivalMs: number }> = {
  event_id: ({ document }) => textOf(document.eventId),
  event_format: () => 'cloudtrail',
  event_time: ({ document }) => windowStartIn(document),
  arrival_time: ({ arrivalMs }) => rowTimeOf(arrivalMs),
  kind: ({ document }) => kindOf(document),
  event_source: ({ document }) => sourceOf(document),
  api_service: ({ document }) => textOf(document.eventSource),
  service: ({ document }) => serviceOf(document),
  account: ({ document }) => textOf(document.accountId),
  region: ({ document }) => textOf(document.awsRegion),
  event_type: ({ document }) => textOf(document.eventType),
  event_category: ({ document }) => textOf(document.eventCategory),
  event_version: ({ document }) => textOf(document.eventVersion),
  detail: ({ document }) => jsonText(document),
};

function windowStartIn({ timeWindow }: JsonObject): Row['event_time'] {
  const start = isObject(timeWindow) ? timeWindow.windowStart : undefined;
  return typeof start === 'string' ? toRowTime(start) : undefined;
}

/** Cells that are one word of the event, each found by the paths of the event's entry in the state-change map. */
export const wordCells = {
  event_name: 'verb',
  error_code: 'errorCode',
  error_message: 'errorMessage',
  resource_id: 'resourceId',
  state: 'state',
  previous_state: 'previousState',
} as const satisfies { readonly [C in ColumnName]?: Word };

export const ofOther: Derived<EnvelopeFacts> = {
  ...ofAny,
  event_format: () => 'eventbridge',
  kind: ({ envelope, change }) => {
    if (change.isStateChange) return 'state_change';
    return envelope.source === 'aws.tag' ? 'tag_change' : 'event';
  },
  service: ({ envelope }) => textOf(envelope.source)?.replace(/^aws\./, '') || undefined,
  ...(Object.fromEntries(
    Object.entries(wordCells).map(([column, word]) => [
      column,
      ({ change }: EnvelopeFacts) => change[word],
    ]),
  ) as Derived<EnvelopeFacts>),
};

/** Cells by the keys of a record that they are made of: what the one-pass way remembers them by. */
export interface Remembered {
  /** The cells; undefined: all that no other has. */
  readonly columns?: readonly string[];
  /** Keys whose value counts. */
  readonly by: readonly string[];
  /** Keys of which it counts whether they have a value, and of what sort that is. */
  readonly byShape?: readonly string[];
  /** Members of those: whether they are there. */
  readonly byMembers?: readonly (readonly [key: string, member: string])[];
  /** Keys that are looked at where these do not say all. */
  readonly more?: readonly string[];
}

/**
 * Few kinds of calls by few actors are most of all. What is named here costs time where it is wrong, and never
 * truth: of a cell whose function reads anything else nothing is remembered.
 */
export const remembered: readonly Remembered[] = [
  {
    columns: [...Object.keys(ofActor), 'account'],
    by: ['userIdentity', 'recipientAccountId'],
    byMembers: userNameKeys.map((key) => ['additionalEventData', key] as const),
    more: ['additionalEventData'],
  },
  {
    by: ['eventSource', 'eventType', 'errorCode'],
    byShape: ['eventVersion', 'errorMessage', 'insightDetails', 'responseElements'],
    byMembers: [['responseElements', 'ConsoleLogin']],
    more: [
      'eventName',
      'errorMessage',
      'insightDetails',
      'responseElements',
      'serviceEventDetails',
    ],
  },
];

/** CloudTrail's `eventType`, of which published records have odd spellings. */
const kinds = new Map([
  ['awsapicall', 'api_call'],
  ['awsconsolesignin', 'sign_in'],
  ['awsconsoleaction', 'console_action'],
  ['awsserviceevent', 'service_event'],
  ['awscloudtrailinsight', 'insight'],
  ['awsvpceevents', 'network_activity'],
  ['awsvpceevent', 'network_activity'],
  ['awsaggregatedevent', 'aggregate'],
]);

function kindOf({ eventType }: JsonObject): string {
  return kinds.get(textOf(eventType)?.toLowerCase() ?? '') ?? 'api_call';
}

/** `ec2` of `ec2.amazonaws.com`. */
function serviceOf({ eventSource }: JsonObject): string | undefined {
  return textOf(eventSource)?.split('.', 1)[0] || undefined;
}

/** EventBridge names the source of a CloudTrail record so; Insights have no `eventSource`. */
function sourceOf(record: JsonObject): string | undefined {
  const service = serviceOf(record);
  if (service !== undefined) return `aws.${service}`;
  return record.insightDetails ? 'aws.cloudtrail' : undefined;
}

function outcomeOf(record: JsonObject): string | undefined {
  if (record.insightDetails || isAggregate(record)) return undefined;
  const { errorCode, errorMessage } = record;
  // A code that says success outweighs the message beside it.
  const hasFailed = isError(errorCode) || (isSaid(errorMessage) && !saysSuccess(errorCode));
  return hasFailed || isFailedSignIn(record) ? 'failure' : 'success';
}

/**
 * Some have neither code nor message, only `Failure` in the response, beside `ConsoleLogin` or
 * `SwitchRole`; or, where IAM Identity Center or WorkSpaces ask, in the details of a service event, beside
 * its name. "AWS Management Console sign-in events" (AWS CloudTrail User Guide), "Understanding IAM
 * Identity Center sign-in events" (AWS IAM Identity Center User Guide).
 */
function isFailedSignIn(record: JsonObject): boolean {
  const { eventName, responseElements, serviceEventDetails } = record;
  const kind = kindOf(record);
  // A name may be a number that no number of JavaScript holds, and so an object without a text.
  if (kind === 'service_event' && isObject(serviceEventDetails) && typeof eventName === 'string') {
    if (ownValue(serviceEventDetails, eventName) === 'Failure') return true;
  }
  if (!isObject(responseElements)) return false;
  if (responseElements.ConsoleLogin === 'Failure') return true;
  return kind === 'sign_in' && Object.values(responseElements).includes('Failure');
}

function isSaid(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

function rowInstances(instances: readonly EventInstance[]): RowInstance[] | undefined {
  if (instances.length === 0) return undefined;
  return instances.map(({ id, state, previousState }) => {
    const instance: RowInstance = { instance_id: id };
    if (state !== undefined) instance.state = state;
    if (previousState !== undefined) instance.previous_state = previousState;
    return instance;
  });
}
