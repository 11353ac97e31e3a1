import type { Path } from '../events/path.ts';

/**
 * What the events of a type say: one line an event type. Paths are below `detail`; `@resources` is
 * the envelope's list. Where a path meets several values, the first counts.
 *
 * An entry with a `state` makes the event a state change: the state is one that the resource is now
 * in, never a severity, a log level or an operation. A wrong guess is worse than none, as `detail`
 * has it all.
 */
export interface StateChange {
  /** Where the state is; or the state itself, where the name of the event says it. */
  readonly state?: Path | { readonly is: string };
  readonly previous?: Path;
  /** The resource that the event is about. */
  readonly id?: Path;
  /** What was done, where the detail has it in one word (`createVolume`). */
  readonly verb?: Path;
  readonly errorCode?: Path;
  readonly errorMessage?: Path;
  /** Where ids of EC2 instances are, beside the envelope's resources, which are always looked at. */
  readonly instances?: readonly Path[];
}

/** Source, then detail-type. Shapes: "Amazon EventBridge Events Reference", `aws.events` registry. */
export const stateChangeMap: Readonly<Record<string, Readonly<Record<string, StateChange>>>> = {
  'aws.ec2': {
    'EC2 Instance State-change Notification': {
      state: 'state',
      id: 'instance-id',
      instances: ['instance-id'],
    },
  },
};
