import { isObject, type Json, type JsonObject } from '../json.ts';
import { instanceIdIn } from './instance-id.ts';
import { finderOf, type Path } from './path.ts';

/** An EC2 instance that an event is about, with what the event says of its state. */
export interface EventInstance {
  readonly id: string;
  readonly state?: string | undefined;
  readonly previousState?: string | undefined;
}

/**
 * Where CloudTrail records have the ids of the instances that a call is about. The two encodings of
 * the EC2 API are both there: `instancesSet.items[]` of old actions, `ModifyXRequest.InstanceId` of
 * new ones. The instance that *makes* a call is in `userIdentity`, and an id in an error message is
 * free text: neither is looked at.
 */
const requestPaths = [
  'instanceId',
  'instancesSet.items[].instanceId',
  'instancesSet.item[].instanceId',
  'resourcesSet.items[].resourceId',
  'filterSet.items[].valueSet.items[].value',
  '*Request.InstanceId',
  '*Request.InstanceIds[]',
  '*Request.InstanceCreditSpecification[].InstanceId',
  'instanceIds[]',
  'target',
  'resourceId',
  'filters[].values[]',
  'instances[].instanceId',
  'targets[].id',
  'targets[].values[]', // SendCommand, StartAutomationExecution of Systems Manager, by `InstanceIds`
  // As the API references name them, in CloudTrail's case; in no published record yet.
  'resourceARNList[]', // TagResources, UntagResources of the Resource Groups Tagging API
  'resourceArn', // StartBackupJob of AWS Backup
];

const responsePaths = [
  'instancesSet.items[].instanceId',
  'instanceId',
  'command.instanceIds[]',
  'instances[].instanceId',
  '*Response.iamInstanceProfileAssociation.instanceId', // Replace-, DisassociateIamInstanceProfile
  '*Response.fleetInstanceSet.item[].instanceIds.item[]',
];

/** Of a Spot instance that was given or taken back: `BidFulfilledEvent`, `BidEvictedEvent`. */
const serviceEventPaths = ['instanceIdSet[]'];

/** Where the ids are, by the keys of a record and in the order in which they count. */
export const idPaths: readonly { readonly key: string; readonly paths: readonly Path[] }[] = [
  { key: 'requestParameters', paths: requestPaths },
  { key: 'responseElements', paths: responsePaths },
  { key: 'serviceEventDetails', paths: serviceEventPaths },
  { key: 'resources', paths: ['ARN'] },
];

const idFinders = idPaths.map(({ key, paths }) => ({ key, find: finderOf(paths) }));

/** Items of a response that tell a state beside the id: Run-, Start-, Stop-, TerminateInstances. */
const instanceItems = finderOf(['instancesSet.items[]']);

/** The instances that a CloudTrail record is about, in order of appearance, none twice. */
export function instancesInRecord(record: JsonObject): EventInstance[] {
  const instances = instancesIn(idFinders.flatMap(({ key, find }) => find(record[key])));
  return withStates(instances, record.responseElements);
}

/** Adds the states that a response tells. */
export function withStates(
  instances: EventInstance[],
  responseElements: Json | undefined,
): EventInstance[] {
  if (instances.length === 0) return instances;
  const states = statesIn(responseElements);
  return instances.map(({ id }) => ({ id, ...states.get(id) }));
}

/** The instances whose ids or ARNs are among the values, in their order, none twice. */
export function instancesIn(values: readonly Json[]): EventInstance[] {
  const ids = new Set<string>();
  for (const value of values) {
    const id = typeof value === 'string' ? instanceIdIn(value) : undefined;
    if (id !== undefined) ids.add(id);
  }
  return Array.from(ids, (id) => ({ id }));
}

type States = Pick<EventInstance, 'state' | 'previousState'>;

function statesIn(response: Json | undefined): Map<string, States> {
  const states = new Map<string, States>();
  for (const item of instanceItems(response)) {
    if (!isObject(item) || typeof item.instanceId !== 'string') continue;
    states.set(item.instanceId, {
      state: nameIn(item.currentState) ?? nameIn(item.instanceState),
      previousState: nameIn(item.previousState),
    });
  }
  return states;
}

/** EC2 writes a state as `{"code":80,"name":"stopped"}`. */
function nameIn(state: Json | undefined): string | undefined {
  return isObject(state) && typeof state.name === 'string' ? state.name.toWellFormed() : undefined;
}
