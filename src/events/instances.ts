import { isObject, type Json, type JsonObject } from '../json.ts';
import { instanceIdIn } from './instance-id.ts';
import { instanceTextsIn } from './instance-texts.ts';
import { finderOf } from './path.ts';

/** An EC2 instance that an event is about, with what the event says of its state. */
export interface EventInstance {
  readonly id: string;
  readonly state?: string | undefined;
  readonly previousState?: string | undefined;
}

/**
 * Parts of a CloudTrail record in which ids of instances are looked for, in the order in which they count. The
 * instance that *makes* a call is in `userIdentity`, and an id in an error message is free text: neither
 * is looked at.
 */
export const searchedKeys = [
  'requestParameters',
  'responseElements',
  'serviceEventDetails',
] as const;

const resourceArns = finderOf(['ARN']);

/** Items of a response that tell a state beside the id: Run-, Start-, Stop-, TerminateInstances. */
const instanceItems = finderOf(['instancesSet.items[]']);

/** The instances that a CloudTrail record is about, in order of appearance, none twice. */
export function instancesInRecord(record: JsonObject): EventInstance[] {
  const instances = instancesIn([
    ...searchedKeys.flatMap((key) => instanceTextsIn(record[key])),
    ...resourceArns(record.resources),
  ]);
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
