import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAwsMade } from '../../../src/events/aws-made.ts';
import { recognise } from '../../../src/events/event.ts';
import { finderOf } from '../../../src/events/path.ts';
import { type Json, type JsonObject, parseJson } from '../../../src/json.ts';
import { rowOf } from '../../../src/rows/row.ts';
import type { ColumnName, Row } from '../../../src/rows/schema.ts';
import { type StateChange, stateChangeMap } from '../../../src/rows/state-change-map.ts';
import { typesWithoutLine } from '../../../src/rows/types-without-line.ts';
import { goldenArrivalMs, goldenRowOf, listGoldens } from '../../support/goldens.ts';

const lines = Object.entries(stateChangeMap).flatMap(([source, types]) =>
  Object.entries(types).map(([type, entry]) => ({ source, type, entry })),
);

const examples = listGoldens()
  .filter(({ name }) => name.startsWith('state-changes/'))
  .map((golden) => ({
    name: golden.name,
    event: parseJson(readFileSync(golden.eventFile, 'utf8')) as JsonObject,
    row: goldenRowOf(golden).row,
  }));

/** The cell that each member of a line fills. */
const cells: Record<keyof StateChange, ColumnName> = {
  state: 'state',
  previous: 'previous_state',
  id: 'resource_id',
  verb: 'event_name',
  errorCode: 'error_code',
  errorMessage: 'error_message',
  instanceTexts: 'instances',
};
const members = Object.keys(cells) as (keyof StateChange)[];

/** The paths of a member of a line: none where the event's name says the state. */
function pathsOf(member: StateChange[keyof StateChange]): string[] {
  if (member === undefined) return [];
  if (typeof member === 'string') return [member];
  if ('joined' in member) return [...member.joined];
  return 'is' in member ? [] : [...member];
}

/** All that such a line says stands in the name of its type: an example would repeat it. */
const isSaidByNameAlone = ({ state, ...others }: StateChange) =>
  typeof state === 'object' && 'is' in state && Object.keys(others).length === 0;

test.each(lines.filter(({ entry }) => isSaidByNameAlone(entry)))(
  'the line of $source, $type fills its cell whatever the detail',
  ({ source, type, entry }) => {
    const row = rowOfEvent(source, type, {});

    expect(row).toMatchObject({ kind: 'state_change', state: Object(entry.state).is });
    expect(row.resource_id).toBeUndefined();
  },
);

describe.each(lines.filter(({ entry }) => !isSaidByNameAlone(entry)))(
  'the line of $source, $type',
  ({ source, type, entry }) => {
    const own = examples.filter(
      ({ row }) => row.event_source === source && row.detail_type === type,
    );

    test.each(members.filter((member) => entry[member]))('fills its cell by %s', (member) => {
      const filled = own.filter(({ row }) => row[cells[member]] !== undefined);

      expect(filled.length).toBeGreaterThan(0);
    });

    test('has an example for each of its paths', () => {
      const paths = members.flatMap((member) => pathsOf(entry[member]));

      const idle = paths.filter((path) => !own.some(({ event }) => hasWord(event, path)));

      expect(idle).toEqual([]);
    });
  },
);

function hasWord(event: JsonObject, path: string): boolean {
  const find = finderOf([path === '@resources' ? 'resources' : `detail.${path}`]);
  return find(event).some((value) => String(value).trim() !== '');
}

/** What AWS's reference lists, and the goldens beside it. */
const referenced = readFileSync(
  join(import.meta.dirname, '../../support/aws-event-types.tsv'),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

const judged = Object.values(typesWithoutLine).flatMap(({ types }) =>
  Object.entries<readonly string[]>(types).flatMap(([source, names]) =>
    names.map((name) => `${source}\t${name}`),
  ),
);

describe("every type of AWS's reference", () => {
  const inMap = new Set(lines.map(({ source, type }) => `${source}\t${type}`));

  test('has a line in the map, or was judged to have none', () => {
    expect(referenced.length).toBeGreaterThan(1000);
    expect([...inMap, ...judged].sort()).toEqual([...referenced].sort());
  });

  test('has one place only', () => {
    expect(judged.filter((type) => inMap.has(type))).toEqual([]);
    expect(new Set(judged).size).toBe(judged.length);
  });

  test.each(Object.entries(typesWithoutLine))(
    'without a line for the reason %s is listed in order',
    (_, { reason, types }) => {
      expect(reason).toMatch(/^[A-Z].*\.$/);
      expect(Object.keys(types)).toEqual(Object.keys(types).sort());
      for (const names of Object.values<readonly string[]>(types)) {
        expect(names).toEqual([...names].sort());
      }
    },
  );

  test('is of a source of AWS, but for one that had no prefix', () => {
    const others = Object.keys(stateChangeMap).filter((source) => !isAwsMade(source));

    expect(others).toEqual(['route53-recovery-readiness.amazonaws.com']);
  });
});

describe('the map as a whole', () => {
  test('has a line for every example in the folder', () => {
    const without = examples.filter(
      ({ row }) => stateChangeMap[row.event_source ?? '']?.[row.detail_type ?? ''] === undefined,
    );

    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test('has its examples where one would look for them', () => {
    const elsewhere = examples.filter(({ name, row }) => {
      const kebab = (row.detail_type ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
      const folder = `state-changes/${row.event_source}/`;
      return !name.startsWith(folder) || !basename(name).startsWith(kebab.replace(/-$/, ''));
    });

    expect(elsewhere.map(({ name }) => name)).toEqual([]);
  });

  test('lists sources and detail-types in order, so that a line has one place', () => {
    const listed = lines.map(({ source, type }) => [source, type]);

    const sorted = Object.keys(stateChangeMap)
      .sort()
      .flatMap((source) =>
        Object.keys(stateChangeMap[source] ?? {})
          .sort()
          .map((type) => [source, type]),
      );

    expect(listed).toEqual(sorted);
  });

  test('takes no severity, level, category or operation for a state', () => {
    const statePaths = lines.flatMap(({ entry }) => [
      ...pathsOf(entry.state),
      ...pathsOf(entry.previous),
    ]);

    const wrong = statePaths.filter((path) =>
      /(severity|level|label|score|risk|priority|category|operation|action|verb)$/i.test(path),
    );

    expect(wrong).toEqual([]);
  });

  test("says a state of its own only in a word of the event's name", () => {
    const foreign = lines.filter(({ type, entry }) => {
      if (typeof entry.state !== 'object' || !('is' in entry.state)) return false;
      const name = type.toLowerCase();
      // The stem is enough: a key whose event is called Deletion is deleted.
      return !entry.state.is.split('-').every((word) => name.includes(word.slice(0, 5)));
    });

    expect(foreign).toEqual([]);
  });

  test('knows a previous state only beside a state', () => {
    const alone = lines.filter(({ entry }) => entry.previous && !entry.state);

    expect(alone).toEqual([]);
  });
});

function rowOfEvent(source: string, type: string, detail: Json, resources: string[] = []): Row {
  const event = recognise({ source, 'detail-type': type, resources, detail });
  return rowOf(event, goldenArrivalMs);
}

const instanceId = 'i-0abc123def4567890';

describe('the judgement of states', () => {
  test('the action of a Spot warning is still to come, so it is no state', () => {
    const detail = { 'instance-id': instanceId, 'instance-action': 'terminate' };

    const row = rowOfEvent('aws.ec2', 'EC2 Spot Instance Interruption Warning', detail);

    expect(row).toMatchObject({ kind: 'event', resource_id: instanceId });
    expect(row).not.toHaveProperty('state', expect.anything());
  });

  test('neither the severity of a finding nor the state of its instance is its state', () => {
    const instanceDetails = { instanceId, instanceState: 'running' };
    const detail = { id: 'f-1', severity: 8, resource: { instanceDetails } };

    const row = rowOfEvent('aws.guardduty', 'GuardDuty Finding', detail);

    expect(row).toMatchObject({ kind: 'event', resource_id: 'f-1' });
    expect(row.instances).toEqual([{ instance_id: instanceId }]);
  });

  test('the workflow of a finding is a state, its label and its record are none', () => {
    const finding = {
      Id: 'f-1',
      Severity: { Label: 'HIGH' },
      RecordState: 'ACTIVE',
      Workflow: { Status: 'NOTIFIED' },
    };

    const row = rowOfEvent('aws.securityhub', 'Security Hub Findings - Imported', {
      findings: [finding],
    });

    expect(row).toMatchObject({ kind: 'state_change', state: 'NOTIFIED', resource_id: 'f-1' });
  });

  test('the event type of an ECS service action is a log level, its name a verb', () => {
    const detail = { eventType: 'WARN', eventName: 'SERVICE_TASK_START_IMPAIRED' };

    const row = rowOfEvent('aws.ecs', 'ECS Service Action', detail);

    expect(row).toMatchObject({ kind: 'event', event_name: 'SERVICE_TASK_START_IMPAIRED' });
  });

  test('an object that came to be has a state, one that was tagged has none', () => {
    const detail = { bucket: { name: 'invoices' }, object: { key: 'a.pdf' } };

    const created = rowOfEvent('aws.s3', 'Object Created', { ...detail, reason: 'PutObject' });
    const tagged = rowOfEvent('aws.s3', 'Object Tags Added', detail);

    expect(created).toMatchObject({ state: 'created', event_name: 'PutObject' });
    expect(tagged).toMatchObject({ kind: 'event', resource_id: 'invoices/a.pdf' });
  });

  test('an object without its bucket has no id, as its key names none', () => {
    const row = rowOfEvent('aws.s3', 'Object Tags Added', { object: { key: 'a.pdf' } });

    expect(row.resource_id).toBeUndefined();
  });

  test('the name tells how a launch ended, not the status code, which is InProgress', () => {
    const detail = { StatusCode: 'InProgress', AutoScalingGroupName: 'web', EC2InstanceId: '' };

    const row = rowOfEvent('aws.autoscaling', 'EC2 Instance Launch Successful', detail);

    expect(row).toMatchObject({ state: 'successful', resource_id: 'web' });
    expect(row.instances).toBeUndefined();
  });

  test('the state of an instance of a fleet stands beside the instance, not the fleet', () => {
    const fleet = 'arn:aws:ec2:eu-west-1:123456789012:fleet/fleet-1';
    const detail = { 'instance-id': instanceId, 'sub-type': 'terminated' };

    const row = rowOfEvent('aws.ec2fleet', 'EC2 Fleet Instance Change', detail, [fleet]);

    expect(row).toMatchObject({ state: 'terminated', resource_id: instanceId });
  });

  test('a state that is an object comes out as its word', () => {
    const detail = {
      alarmName: 'cpu',
      state: { value: 'ALARM', reason: 'Threshold crossed' },
      previousState: { value: 'OK' },
    };

    const row = rowOfEvent('aws.cloudwatch', 'CloudWatch Alarm State Change', detail);

    expect(row).toMatchObject({ state: 'ALARM', previous_state: 'OK' });
  });

  test('a state that is a list comes out as its first word', () => {
    const detail = { State: ['SUCCESS'] };

    const row = rowOfEvent('aws.datasync', 'DataSync Task Execution State Change', detail);

    expect(row.state).toBe('SUCCESS');
  });
});

describe('the reading of paths', () => {
  test('the first path that has a word counts, whatever the order in the event', () => {
    const execution = { executionStatus: 'CLOSED', closeStatus: 'FAILED' };
    const detail = { workflowExecutionDetail: { executionInfo: execution } };

    const row = rowOfEvent('aws.swf', 'Simple Workflow Execution State Change', detail);

    expect(row.state).toBe('FAILED');
  });

  test('a blank text is no word', () => {
    const detail = { status: 'OK', resource_id: ' ', uuid: 'u-1' };

    const row = rowOfEvent(
      'aws.trustedadvisor',
      'Trusted Advisor Check Item Refresh Notification',
      detail,
    );

    expect(row.resource_id).toBe('u-1');
  });

  test('an empty cause is no error', () => {
    const volume = 'arn:aws:ec2:eu-west-1:123456789012:volume/vol-0abc123def4567890';
    const detail = { result: 'available', cause: '', event: 'createVolume' };

    const row = rowOfEvent('aws.ec2', 'EBS Volume Notification', detail, [volume]);

    expect(row).toMatchObject({ state: 'available', resource_id: volume });
    expect(row.error_message).toBeUndefined();
  });

  test('blanks around a word are cut off', () => {
    const detail = { event: ' initializeVolume', result: 'succeeded' };

    const row = rowOfEvent('aws.ec2', 'EBS Volume Notification', detail);

    expect(row.event_name).toBe('initializeVolume');
  });
});

describe('the instances of a line', () => {
  test('the instance of OpsWorks is a UUID, the EC2 instance has a key of its own', () => {
    const detail = {
      'instance-id': '986efb74-69e8-4c6d-878e-5b77c054cbb0',
      'ec2-instance-id': instanceId,
      status: 'online',
    };

    const row = rowOfEvent('aws.opsworks', 'OpsWorks Instance State Change', detail);

    expect(row.resource_id).toBe('986efb74-69e8-4c6d-878e-5b77c054cbb0');
    expect(row.instances).toEqual([{ instance_id: instanceId }]);
  });

  test('the resource of a compliance change may be no instance', () => {
    const detail = { resourceId: 'vol-0abc123def4567890', resourceType: 'AWS::EC2::Volume' };

    const row = rowOfEvent('aws.config', 'Config Rules Compliance Change', detail);

    expect(row.instances).toBeUndefined();
  });

  test('an id in a sentence is not found', () => {
    const detail = { clusterId: 'j-1', description: `The node ${instanceId} has no group.` };

    const row = rowOfEvent('aws.emr', 'EMR Configuration Error', detail);

    expect(row.instances).toBeUndefined();
  });
});
