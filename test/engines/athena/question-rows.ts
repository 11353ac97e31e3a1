import { askedOn } from '../../../athena/tested-on.ts';
import { partitionOf } from '../../../src/partition/partition.ts';
import { defaultSources } from '../../../src/partition/sources.ts';
import type { Row } from '../../../src/rows/schema.ts';

/**
 * What each named query must find and must pass over: the sample events have some of the first, and
 * little of the second. Asked on the day that the sample lake is asked.
 */
export interface Question {
  readonly query: string;
  readonly rows: readonly Row[];
  /** The columns of the answer that are looked at. */
  readonly columns: readonly string[];
  readonly answer: readonly (readonly unknown[])[];
}

const rules = { sources: new Set<string>(defaultSources), maxDaysLate: 7 };
export const partitionOfRow = (row: Row) => partitionOf(row, rules);

const dayMs = 24 * 60 * 60 * 1000;
const [account, otherAccount] = ['123456789012', '111122223333'];

/** The day so many days before the lake is asked. */
const daysAgo = (days: number) =>
  new Date(Date.parse(askedOn) - days * dayMs).toISOString().slice(0, 10);

let count = 0;

/** A row that arrives at once: of so many days ago, at that time. */
function row(days: number, time: string, cells: Partial<Row>): Row {
  const event_time = `${daysAgo(days)} ${time}.000`;
  return {
    event_id: `question-${count++}`,
    event_time,
    arrival_time: event_time,
    account,
    region: 'eu-west-1',
    event_source: 'aws.ec2',
    kind: 'event',
    ...cells,
  };
}

const call = (days: number, time: string, event_name: string, cells: Partial<Row> = {}) =>
  row(days, time, {
    kind: 'api_call',
    event_name,
    outcome: 'success',
    actor_type: 'AssumedRole',
    actor_name: 'deploy',
    actor_arn: 'arn:aws:sts::123456789012:assumed-role/deploy/x',
    ...cells,
  });

const stateChange = (days: number, time: string, state: string, instance_id = 'i-1') =>
  row(days, time, {
    kind: 'state_change',
    detail_type: 'EC2 Instance State-change Notification',
    instances: [{ instance_id, state }],
  });

const login = (time: string, MFAUsed: string, cells: Partial<Row> = {}) =>
  call(1, time, 'ConsoleLogin', {
    event_source: 'aws.signin',
    kind: 'sign_in',
    actor_type: 'IAMUser',
    actor_name: 'bob',
    additional_event_data: JSON.stringify({ MFAUsed }),
    ...cells,
  });

/** The same by the root user, who has no name. */
const byRoot = ({ actor_name: _, ...cells }: Row): Row => ({
  ...cells,
  actor_type: 'Root',
  actor_arn: 'arn:aws:iam::123456789012:root',
});

/** A call about one instance. */
const callOn = (
  instance_id: string,
  days: number,
  time: string,
  event_name: string,
  cells: Partial<Row> = {},
) => call(days, time, event_name, { instances: [{ instance_id }], ...cells });

/** A task of ECS that has stopped, its containers with these exit codes. */
const stoppedTask = (time: string, stopCode: string, ...exitCodes: readonly number[]) =>
  row(1, time, {
    event_source: 'aws.ecs',
    kind: 'state_change',
    detail_type: 'ECS Task State Change',
    resource_id: stopCode,
    state: 'STOPPED',
    detail: JSON.stringify({
      containers: exitCodes.map((exitCode) => ({ exitCode })),
      stopCode,
      stoppedReason: `because of ${stopCode}`,
    }),
  });

const denied = (time: string, event_name: string, cells: Partial<Row> = {}) =>
  call(1, time, event_name, {
    outcome: 'failure',
    error_code: 'AccessDenied',
    error_message: `no ${time}`,
    ...cells,
  });

const iam = (time: string, event_name: string, cells: Partial<Row> = {}) =>
  call(1, time, event_name, { event_source: 'aws.iam', read_only: false, ...cells });

const byAlice = {
  actor_type: 'IAMUser',
  actor_name: 'alice',
  actor_arn: 'arn:aws:iam::123456789012:user/alice',
};

/** A session that was opened, with the key that was issued for it. */
const assumed = (time: string, accessKeyId: string | undefined, cells: Partial<Row> = {}) =>
  call(1, time, 'AssumeRole', {
    event_source: 'aws.sts',
    ...(accessKeyId ? { response_elements: JSON.stringify({ credentials: { accessKeyId } }) } : {}),
    ...cells,
  });

const twice = denied('08:00:00', 'GetObject', { source_ip: '198.51.100.1' });
const late = row(1, '08:00:00', {});

export const questions: readonly Question[] = [
  {
    query: 'console_logins_without_mfa',
    rows: [
      login('08:00:00', 'No'),
      login('08:01:00', 'Yes'),
      login('08:02:00', 'Yes', { outcome: 'failure' }),
      byRoot(login('08:03:00', 'No')),
      // The identity provider asks for it.
      login('08:04:00', 'No', { actor_type: 'AssumedRole', actor_name: 'sso' }),
      login('08:05:00', 'No', { event_name: 'SwitchRole' }),
      login('08:06:00', 'No', { event_source: 'aws.sts' }),
      { ...login('08:07:00', 'No'), ...timesOf(8) },
    ],
    columns: ['event_time', 'who', 'outcome', 'mfa_used'],
    answer: [
      [`${daysAgo(1)} 08:00:00.000`, 'bob', 'success', 'No'],
      [`${daysAgo(1)} 08:02:00.000`, 'bob', 'failure', 'Yes'],
      [`${daysAgo(1)} 08:03:00.000`, 'Root', 'success', 'No'],
    ],
  },
  {
    query: 'denied_calls_by_role',
    rows: [
      twice,
      // Delivered again
      { ...twice, arrival_time: `${daysAgo(1)} 09:00:00.000` },
      denied('10:00:00', 'GetObject', { source_ip: '198.51.100.2' }),
      denied('08:30:00', 'StopInstances', {
        actor_name: 'ci',
        error_code: 'Client.UnauthorizedOperation',
      }),
      denied('08:40:00', 'StopInstances', { account: otherAccount }),
      denied('08:50:00', 'StopInstances', { error_code: 'ThrottlingException' }),
      // Codes of their own, of SNS and of EC2
      denied('09:10:00', 'CreateTopic', {
        error_code: 'AuthorizationError',
        error_message: 'User: x is not authorized to perform: SNS:CreateTopic',
      }),
      denied('09:20:00', 'RunInstances', {
        error_code: 'Client.AuthFailure',
        error_message: 'Not authorized for images: [ami-1]',
      }),
      call(1, '08:55:00', 'StopInstances'),
    ],
    columns: [
      'account',
      'who',
      'event_name',
      'error_code',
      'calls',
      'addresses',
      'first_time',
      'last_message',
    ],
    answer: [
      [
        account,
        'deploy',
        'GetObject',
        'AccessDenied',
        2,
        2,
        `${daysAgo(1)} 08:00:00.000`,
        'no 10:00:00',
      ],
      [
        account,
        'ci',
        'StopInstances',
        'Client.UnauthorizedOperation',
        1,
        0,
        `${daysAgo(1)} 08:30:00.000`,
        'no 08:30:00',
      ],
      [
        otherAccount,
        'deploy',
        'StopInstances',
        'AccessDenied',
        1,
        0,
        `${daysAgo(1)} 08:40:00.000`,
        'no 08:40:00',
      ],
      [
        account,
        'deploy',
        'CreateTopic',
        'AuthorizationError',
        1,
        0,
        `${daysAgo(1)} 09:10:00.000`,
        'User: x is not authorized to perform: SNS:CreateTopic',
      ],
      [
        account,
        'deploy',
        'RunInstances',
        'Client.AuthFailure',
        1,
        0,
        `${daysAgo(1)} 09:20:00.000`,
        'Not authorized for images: [ami-1]',
      ],
    ],
  },
  {
    query: 'first_seen_calls',
    rows: [
      call(1, '08:00:00', 'CreateUser', { service: 'iam', outcome: 'failure' }),
      call(0, '08:00:00', 'CreateUser', { service: 'iam' }),
      // Not for the first time
      call(1, '09:00:00', 'StopInstances', { service: 'ec2' }),
      call(20, '09:00:00', 'StopInstances', { service: 'ec2' }),
      // But for this one
      call(1, '10:00:00', 'StopInstances', { service: 'ec2', actor_name: 'ci' }),
      // Nor known of a user by the name of a role
      call(1, '10:30:00', 'StopInstances', { service: 'ec2', actor_type: 'IAMUser' }),
      // Too long ago to be known of
      call(40, '09:00:00', 'PutObject', { service: 's3' }),
      call(1, '11:00:00', 'PutObject', { service: 's3' }),
      row(1, '12:00:00', { event_name: 'createVolume', actor_name: 'deploy' }),
    ],
    columns: ['who', 'service', 'event_name', 'first_time', 'calls', 'first_outcome'],
    answer: [
      ['deploy', 'iam', 'CreateUser', `${daysAgo(1)} 08:00:00.000`, 2, 'failure'],
      ['ci', 'ec2', 'StopInstances', `${daysAgo(1)} 10:00:00.000`, 1, 'success'],
      ['deploy', 'ec2', 'StopInstances', `${daysAgo(1)} 10:30:00.000`, 1, 'success'],
      ['deploy', 's3', 'PutObject', `${daysAgo(1)} 11:00:00.000`, 1, 'success'],
    ],
  },
  {
    query: 'identity_changes',
    rows: [
      iam('08:00:00', 'CreateUser', { request_parameters: '{"userName":"dave"}' }),
      iam('08:01:00', 'AttachRolePolicy', {
        request_parameters: '{"roleName":"ci","policyArn":"arn:aws:iam::aws:policy/Admin"}',
        outcome: 'failure',
        error_code: 'AccessDenied',
      }),
      iam('08:02:00', 'CreateAccessKey', {
        response_elements: '{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"dave"}}',
      }),
      iam('08:03:00', 'GetUser', { read_only: true }),
      iam('08:04:00', 'AssumeRole', { event_source: 'aws.sts' }),
    ],
    columns: ['who', 'event_name', 'outcome', 'on_what', 'access_key_id'],
    answer: [
      ['deploy', 'CreateUser', 'success', 'dave', null],
      ['deploy', 'AttachRolePolicy', 'failure', 'ci', null],
      ['deploy', 'CreateAccessKey', 'success', 'dave', 'AKIAIOSFODNN7EXAMPLE'],
    ],
  },
  {
    query: 'instance_downtime',
    rows: [
      callOn('i-1', 5, '20:00:00', 'StopInstances', { actor_name: 'alice' }),
      stateChange(5, '20:00:10', 'stopping'),
      stateChange(5, '20:01:00', 'stopped'),
      // Two days on
      callOn('i-1', 3, '20:00:50', 'StartInstances', { actor_name: 'bob' }),
      stateChange(3, '20:01:00', 'pending'),
      stateChange(3, '20:01:30', 'running'),
      // Another one, stopped from inside and never started again
      stateChange(2, '10:00:00', 'stopped', 'i-2'),
      // Another one, terminated while it was stopped
      stateChange(2, '11:00:00', 'stopped', 'i-3'),
      callOn('i-3', 1, '11:00:00', 'TerminateInstances', { actor_name: 'carol' }),
      stateChange(1, '11:00:00', 'terminated', 'i-3'),
      // Another one, two of its states in one second, twice
      stateChange(1, '12:00:00', 'stopped', 'i-4'),
      stateChange(1, '12:00:00', 'stopping', 'i-4'),
      callOn('i-4', 1, '12:59:59', 'StartInstances', { actor_name: 'dave' }),
      stateChange(1, '13:00:00', 'running', 'i-4'),
      stateChange(1, '13:00:00', 'pending', 'i-4'),
      // Another one, stopped by the root user
      byRoot(callOn('i-6', 1, '20:00:00', 'StopInstances')),
      stateChange(1, '20:00:30', 'stopped', 'i-6'),
      // Another one, of which nobody saw the start
      stateChange(1, '14:00:00', 'stopped', 'i-5'),
      stateChange(1, '18:00:00', 'stopping', 'i-5'),
    ],
    columns: [
      'instance_id',
      'stopped_by',
      'started_at',
      'started_by',
      'terminated_at',
      'terminated_by',
      'minutes',
    ],
    answer: [
      ['i-1', 'alice', `${daysAgo(3)} 20:01:00.000`, 'bob', null, null, 2 * 24 * 60],
      ['i-2', null, null, null, null, null, null],
      ['i-3', null, null, null, `${daysAgo(1)} 11:00:00.000`, 'carol', 24 * 60],
      ['i-4', null, `${daysAgo(1)} 13:00:00.000`, 'dave', null, null, 60],
      ['i-5', null, null, null, null, null, null],
      ['i-6', 'arn:aws:iam::123456789012:root', null, null, null, null, null],
    ],
  },
  {
    query: 'instances_missing_tags',
    rows: [
      instanceRow(3, 'i-tagged-later', 'none'),
      instanceRow(2, 'i-tagged-later', 'found', { team: 'web', env: 'dev' }),
      instanceRow(3, 'i-untagged-later', 'found', { team: 'web', env: 'dev' }),
      instanceRow(2, 'i-untagged-later', 'found', { team: 'web' }),
      instanceRow(1, 'i-none', 'none'),
      // Nobody knows
      instanceRow(1, 'i-failed', 'failed'),
      instanceRow(1, 'i-skipped', 'skipped'),
      // Nobody has it: the call names an id that is wrong.
      call(1, '09:00:00', 'StopInstances', {
        outcome: 'failure',
        error_code: 'Client.InvalidInstanceID.NotFound',
        instances: [{ instance_id: 'i-mistyped', tag_status: 'none' }],
      }),
      // Whatever somebody else says of it since
      row(0, '09:00:00', {
        event_source: 'my.app',
        detail_type: 'Instance Blessed',
        instances: [{ instance_id: 'i-none', tag_status: 'found', tags: { team: 'x', env: 'x' } }],
      }),
      callOn('i-called', 1, '09:00:00', 'StopInstances', {
        instances: [{ instance_id: 'i-called', tag_status: 'none' }],
      }),
    ],
    columns: ['instance_id', 'missing'],
    answer: [
      ['i-untagged-later', 'env'],
      ['i-none', 'team, env'],
      ['i-called', 'team, env'],
    ],
  },
  {
    query: 'root_use',
    rows: [
      call(1, '08:00:00', 'CreateAccessKey', { actor_type: 'Root', actor_mfa: false }),
      // Of a sign-in, `userIdentity` does not say it.
      login('08:01:00', 'Yes', { actor_type: 'Root' }),
      login('08:01:30', 'No', { actor_type: 'Root' }),
      call(1, '08:01:40', 'CreateAccessKey', { actor_type: 'Root' }),
      call(1, '08:02:00', 'GetObject', {
        actor_type: 'Root',
        actor_invoked_by: 'cloudtrail.amazonaws.com',
      }),
      call(1, '08:03:00', 'RotateKey', { actor_type: 'Root', kind: 'service_event' }),
      call(1, '08:04:00', 'CreateAccessKey', { actor_type: 'IAMUser', actor_name: 'root' }),
    ],
    columns: ['event_name', 'kind', 'mfa'],
    answer: [
      ['CreateAccessKey', 'api_call', false],
      ['ConsoleLogin', 'sign_in', true],
      ['ConsoleLogin', 'sign_in', false],
      ['CreateAccessKey', 'api_call', null],
    ],
  },
  {
    query: 'security_group_changes',
    rows: [
      ...['i-1', 'i-2'].map((instance_id) =>
        call(30, '08:00:00', 'RunInstances', {
          instances: [{ instance_id, tags: { team: 'web' }, tag_status: 'found' }],
          response_elements: '{"instancesSet":{"items":[{"groupSet":[{"groupId":"sg-1"}]}]}}',
        }),
      ),
      // Behind another group; behind one of the same name elsewhere; never launched
      ...[
        { response_elements: '{"groupId":"sg-3"}' },
        { response_elements: '{"groupId":"sg-1"}', region: 'us-east-1' },
        { response_elements: '{"groupId":"sg-1"}', outcome: 'failure' },
      ].map((cells) =>
        call(30, '08:01:00', 'RunInstances', { instances: [{ instance_id: 'i-no' }], ...cells }),
      ),
      call(1, '08:00:00', 'AuthorizeSecurityGroupIngress', {
        request_parameters: '{"groupId":"sg-1"}',
      }),
      byRoot(
        call(1, '08:01:00', 'ModifySecurityGroupRules', {
          request_parameters: '{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-2"}}',
        }),
      ),
      call(1, '08:02:00', 'RevokeSecurityGroupEgress', {
        request_parameters: '{"groupId":"sg-1"}',
        outcome: 'failure',
      }),
      // A group that the call names by name, and the answer by id
      call(1, '08:02:30', 'AuthorizeSecurityGroupIngress', {
        request_parameters: '{"groupName":"default"}',
        response_elements: '{"securityGroupRuleSet":{"items":[{"groupId":"sg-3"}]}}',
      }),
      call(1, '08:03:00', 'DescribeSecurityGroups', { request_parameters: '{"groupId":"sg-1"}' }),
    ],
    columns: ['who', 'event_name', 'group_id', 'instance_id', 'team'],
    answer: [
      ['deploy', 'AuthorizeSecurityGroupIngress', 'sg-1', 'i-1', 'web'],
      ['deploy', 'AuthorizeSecurityGroupIngress', 'sg-1', 'i-2', 'web'],
      ['Root', 'ModifySecurityGroupRules', 'sg-2', null, null],
      ['deploy', 'AuthorizeSecurityGroupIngress', 'sg-3', 'i-no', null],
    ],
  },
  {
    query: 'silent_homes',
    rows: [
      // It has stopped; another Region of it has not
      call(3, '08:00:00', 'StopInstances', { account: otherAccount }),
      row(4, '09:00:00', { account: otherAccount }),
      call(1, '08:00:00', 'StopInstances', { account: otherAccount, region: 'us-east-1' }),
      // Its trail has stopped, its state changes have not
      call(2, '08:00:00', 'StopInstances'),
      stateChange(0, '07:00:00', 'stopped'),
      // It has never sent calls, and still sends what it sent
      stateChange(5, '08:00:00', 'stopped'),
      row(5, '08:00:00', { region: 'eu-north-1' }),
      row(1, '08:00:00', { region: 'eu-north-1' }),
      // Silent for longer
      row(9, '08:00:00', { region: 'eu-south-1' }),
    ],
    columns: [
      'account',
      'region',
      'silent_of',
      'last_event',
      'last_api_call',
      'events',
      'api_calls',
      'days_with_events',
    ],
    answer: [
      [
        otherAccount,
        'eu-west-1',
        'events',
        `${daysAgo(3)} 08:00:00.000`,
        `${daysAgo(3)} 08:00:00.000`,
        2,
        1,
        2,
      ],
      [
        account,
        'eu-west-1',
        'API calls',
        `${daysAgo(0)} 07:00:00.000`,
        `${daysAgo(2)} 08:00:00.000`,
        3,
        1,
        3,
      ],
    ],
  },
  {
    query: 'state_changes_without_call',
    rows: [
      callOn('i-1', 1, '08:00:00', 'StopInstances'),
      stateChange(1, '08:00:05', 'stopping'),
      stateChange(1, '08:00:30', 'stopped'),
      stateChange(1, '09:00:00', 'stopping', 'i-2'),
      row(1, '10:00:00', {
        detail_type: 'EC2 Spot Instance Interruption Warning',
        detail: '{"instance-action":"terminate"}',
        instances: [{ instance_id: 'i-3' }],
      }),
      stateChange(1, '10:02:00', 'shutting-down', 'i-3'),
      // A service has no ARN.
      row(1, '11:00:00', {
        kind: 'api_call',
        event_name: 'TerminateInstances',
        outcome: 'success',
        actor_type: 'AWSService',
        actor_name: 'autoscaling.amazonaws.com',
        actor_invoked_by: 'autoscaling.amazonaws.com',
        instances: [{ instance_id: 'i-4' }],
      }),
      stateChange(1, '11:00:05', 'shutting-down', 'i-4'),
      // Over midnight, and over that of the first day
      callOn('i-5', 2, '23:59:58', 'StopInstances'),
      stateChange(1, '00:00:03', 'stopping', 'i-5'),
      callOn('i-6', 8, '23:59:58', 'StopInstances'),
      stateChange(7, '00:00:03', 'stopping', 'i-6'),
      // Of another direction; refused; long before
      callOn('i-7', 2, '23:59:58', 'StartInstances'),
      stateChange(1, '00:00:04', 'stopping', 'i-7'),
      callOn('i-8', 1, '12:00:00', 'StopInstances', { outcome: 'failure' }),
      stateChange(1, '12:00:01', 'stopping', 'i-8'),
      callOn('i-9', 1, '13:00:00', 'StopInstances'),
      stateChange(1, '14:00:01', 'stopping', 'i-9'),
    ],
    columns: ['instance_id', 'state', 'announced_by'],
    answer: [
      ['i-7', 'stopping', null],
      ['i-2', 'stopping', null],
      ['i-3', 'shutting-down', 'EC2 Spot Instance Interruption Warning'],
      ['i-8', 'stopping', null],
      ['i-9', 'stopping', null],
    ],
  },
  {
    query: 'story_of_an_instance',
    rows: [
      stateChange(1, '08:00:00', 'running', 'i-0c3d4e5f607182930'),
      stateChange(1, '08:00:00', 'running', 'i-1'),
      call(1, '09:00:00', 'GetObject', {
        event_source: 'aws.s3',
        actor_instance_id: 'i-0c3d4e5f607182930',
      }),
      call(1, '10:00:00', 'GetObject', { event_source: 'aws.s3', actor_instance_id: 'i-1' }),
      // Of any source
      callOn('i-0c3d4e5f607182930', 1, '11:00:00', 'DeregisterTargets', {
        event_source: 'aws.elasticloadbalancing',
      }),
      ...['GuardDuty Finding', 'Backup Job State Change', 'of an application'].map(
        (detail_type, at) =>
          row(1, `12:0${at}:00`, {
            event_source: ['aws.guardduty', 'aws.backup', 'com.example'][at] ?? '',
            detail_type,
            instances: [{ instance_id: 'i-0c3d4e5f607182930' }],
          }),
      ),
    ],
    columns: ['what', 'event', 'who', 'state', 'event_source'],
    answer: [
      ['to it', 'EC2 Instance State-change Notification', null, 'running', 'aws.ec2'],
      ['by it', 'GetObject', 'deploy', null, 'aws.s3'],
      ['to it', 'DeregisterTargets', 'deploy', null, 'aws.elasticloadbalancing'],
      ['to it', 'GuardDuty Finding', null, null, 'aws.guardduty'],
      ['to it', 'Backup Job State Change', null, null, 'aws.backup'],
      ['to it', 'of an application', null, null, 'com.example'],
    ],
  },
  {
    query: 'tag_changes',
    rows: [
      call(1, '08:00:00', 'CreateTags', {
        request_parameters:
          '{"resourcesSet":{"items":[{"resourceId":"i-1"},{"resourceId":"i-2"},{"resourceId" : "vol-1"}]},"tagSet":{"items":[{"key":"a","value":"b"}]}}',
      }),
      call(1, '08:01:00', 'DeleteTags', { outcome: 'failure' }),
      call(1, '08:02:00', 'DescribeTags'),
      // Of another service, which names its resources otherwise
      call(1, '08:02:10', 'CreateTags', {
        event_source: 'aws.redshift',
        request_parameters: '{"resourceName":"arn:aws:redshift:x","tags":[{"key":"a"}]}',
      }),
      byRoot(
        call(1, '08:02:30', 'DeleteTags', {
          request_parameters:
            '{"resourcesSet":{"items":[{"resourceId":"i-1"}]},"tagSet":{"items":[{"key":"resourceId"},{"key":"\\"resourceId\\":\\"x\\""}]}}',
        }),
      ),
      row(1, '08:03:00', {
        event_source: 'aws.tag',
        kind: 'tag_change',
        detail_type: 'Tag Change on Resource',
        resources: [{ arn: 'arn:aws:s3:::bucket' }],
        detail: '{"tags":{}}',
      }),
    ],
    columns: ['who', 'event', 'on_what', 'tags_set', 'tags_removed', 'tags_now'],
    answer: [
      ['deploy', 'CreateTags', 'i-1, i-2, vol-1', '[{"key":"a","value":"b"}]', null, null],
      [
        'Root',
        'DeleteTags',
        'i-1',
        null,
        '[{"key":"resourceId"},{"key":"\\"resourceId\\":\\"x\\""}]',
        null,
      ],
      [null, 'Tag Change on Resource', 'arn:aws:s3:::bucket', null, null, '{}'],
    ],
  },
  {
    query: 'denied_then_allowed',
    rows: [
      denied('08:00:00', 'GetSecretValue'),
      call(1, '08:30:00', 'GetSecretValue'),
      call(1, '08:45:00', 'GetSecretValue'),
      // Too late; by somebody else; of another call; not for a lack of permission
      denied('09:00:00', 'StopInstances'),
      call(1, '10:00:01', 'StopInstances'),
      denied('11:00:00', 'PutObject'),
      call(1, '11:01:00', 'PutObject', {
        actor_arn: 'arn:aws:sts::123456789012:assumed-role/ci/y',
      }),
      denied('12:00:00', 'CreateUser'),
      call(1, '12:01:00', 'CreateRole'),
      denied('13:00:00', 'RunInstances', { error_code: 'Client.InstanceLimitExceeded' }),
      call(1, '13:01:00', 'RunInstances'),
      // Allowed before
      call(1, '14:00:00', 'DeleteTrail'),
      denied('14:01:00', 'DeleteTrail'),
    ],
    columns: ['denied_at', 'allowed_at', 'seconds', 'who', 'event_name'],
    answer: [
      [
        `${daysAgo(1)} 08:00:00.000`,
        `${daysAgo(1)} 08:30:00.000`,
        30 * 60,
        'deploy',
        'GetSecretValue',
      ],
    ],
  },
  {
    query: 'first_seen_addresses',
    rows: [
      call(20, '08:00:00', 'GetObject', { source_ip: '198.51.100.1' }),
      call(1, '08:00:00', 'GetObject', { source_ip: '198.51.100.1' }),
      denied('09:00:00', 'ListBuckets', { source_ip: '203.0.113.9' }),
      call(0, '09:00:00', 'GetObject', { source_ip: '203.0.113.9' }),
      login('10:00:00', 'Yes', { source_ip: '2001:db8::1' }),
      // A service; too long ago to be known of
      call(1, '11:00:00', 'GetObject', { source_ip: 'kms.amazonaws.com' }),
      call(40, '12:00:00', 'GetObject', { source_ip: '192.0.2.1' }),
      call(1, '12:00:00', 'GetObject', { source_ip: '192.0.2.1' }),
    ],
    columns: ['who', 'source_ip', 'first_time', 'calls', 'failures', 'first_call'],
    answer: [
      ['deploy', '203.0.113.9', `${daysAgo(1)} 09:00:00.000`, 2, 1, 'ListBuckets'],
      ['bob', '2001:db8::1', `${daysAgo(1)} 10:00:00.000`, 1, 0, 'ConsoleLogin'],
      ['deploy', '192.0.2.1', `${daysAgo(1)} 12:00:00.000`, 1, 0, 'GetObject'],
    ],
  },
  {
    query: 'sessions_of_an_actor',
    rows: [
      assumed('08:00:00', 'ASIA-1', { ...byAlice }),
      call(1, '08:01:00', 'ListUsers', { actor_access_key_id: 'ASIA-1' }),
      // From there into another account: two records, of which one says for which credentials.
      assumed('08:02:00', undefined, { actor_access_key_id: 'ASIA-1', shared_event_id: 'shared' }),
      assumed('08:02:00', 'ASIA-2', { account: otherAccount, shared_event_id: 'shared' }),
      call(1, '08:03:00', 'CreateUser', { actor_access_key_id: 'ASIA-2', account: otherAccount }),
      assumed('08:04:00', 'ASIA-3', { actor_access_key_id: 'ASIA-2', account: otherAccount }),
      call(1, '08:05:00', 'StopLogging', { actor_access_key_id: 'ASIA-3' }),
      // Refused; of somebody else; without a key
      assumed('08:06:00', 'ASIA-4', { ...byAlice, outcome: 'failure' }),
      call(1, '08:07:00', 'GetObject', { actor_access_key_id: 'ASIA-4' }),
      assumed('08:08:00', 'ASIA-5', { actor_name: 'bob' }),
      call(1, '08:09:00', 'GetObject', { actor_access_key_id: 'ASIA-5' }),
      call(1, '08:10:00', 'GetObject'),
    ],
    columns: ['event_time', 'hop', 'event_name', 'account'],
    answer: (
      [
        ['08:00:00', 0, 'AssumeRole', account],
        ['08:01:00', 1, 'ListUsers', account],
        ['08:02:00', 1, 'AssumeRole', account],
        ['08:03:00', 2, 'CreateUser', otherAccount],
        ['08:04:00', 2, 'AssumeRole', otherAccount],
        ['08:05:00', 3, 'StopLogging', account],
        ['08:06:00', 0, 'AssumeRole', account],
      ] as const
    ).map(([time, ...cells]) => [`${daysAgo(1)} ${time}.000`, ...cells]),
  },
  {
    query: 'story_of_a_bucket',
    rows: [
      call(1, '08:00:00', 'PutBucketPolicy', {
        event_source: 'aws.s3',
        request_parameters: '{"bucketName":"storefront-assets-eu"}',
      }),
      call(1, '08:01:00', 'GetObject', {
        event_source: 'aws.s3',
        request_parameters: '{"bucketName":"storefront-assets-eu","key":"a/b"}',
      }),
      row(1, '08:02:00', {
        event_source: 'aws.s3',
        detail_type: 'Object Created',
        detail: '{"bucket":{"name":"storefront-assets-eu"},"object":{"key":"a/c"}}',
      }),
      // Another bucket; another service
      call(1, '08:03:00', 'GetObject', {
        event_source: 'aws.s3',
        request_parameters: '{"bucketName":"storefront-assets-eu-2"}',
      }),
      call(1, '08:04:00', 'CreateTrail', {
        event_source: 'aws.cloudtrail',
        request_parameters: '{"bucketName":"storefront-assets-eu"}',
      }),
    ],
    columns: ['who', 'event', 'object_key'],
    answer: [
      ['deploy', 'PutBucketPolicy', null],
      ['deploy', 'GetObject', 'a/b'],
      [null, 'Object Created', 'a/c'],
    ],
  },
  {
    query: 'story_of_a_role',
    rows: [
      call(1, '08:00:00', 'AssumeRole', {
        ...byAlice,
        event_source: 'aws.sts',
        request_parameters: '{"roleArn":"arn:aws:iam::123456789012:role/service/deploy"}',
      }),
      call(1, '08:01:00', 'PutObject', { event_source: 'aws.s3' }),
      iam('08:02:00', 'AttachRolePolicy', {
        ...byAlice,
        request_parameters: '{"roleName":"deploy"}',
      }),
      // Others, and a user by that name
      call(1, '08:03:00', 'AssumeRole', {
        ...byAlice,
        event_source: 'aws.sts',
        request_parameters: '{"roleArn":"arn:aws:iam::123456789012:role/no-deploy"}',
      }),
      call(1, '08:04:00', 'PutObject', { actor_type: 'IAMUser' }),
      iam('08:05:00', 'AttachRolePolicy', { ...byAlice, request_parameters: '{"roleName":"ci"}' }),
    ],
    columns: ['what', 'who', 'event_name'],
    answer: [
      ['taken on', 'alice', 'AssumeRole'],
      ['by it', 'deploy', 'PutObject'],
      ['to it', 'alice', 'AttachRolePolicy'],
    ],
  },
  {
    query: 'use_of_an_access_key',
    rows: [
      call(1, '08:00:00', 'GetObject', { actor_access_key_id: 'AKIAIOSFODNN7EXAMPLE' }),
      denied('08:01:00', 'CreateUser', { actor_access_key_id: 'AKIAIOSFODNN7EXAMPLE' }),
      call(1, '08:02:00', 'GetObject', { actor_access_key_id: 'AKIAI44QH8DHBEXAMPLE' }),
      call(1, '08:03:00', 'GetObject'),
      // Made, not used
      iam('08:04:00', 'CreateAccessKey', {
        response_elements: '{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE"}}',
      }),
    ],
    columns: ['event_name', 'outcome'],
    answer: [
      ['GetObject', 'success'],
      ['CreateUser', 'failure'],
    ],
  },
  {
    query: 'use_of_an_address',
    rows: [
      call(1, '08:00:00', 'GetObject', { source_ip: '198.51.100.24' }),
      login('08:01:00', 'Yes', { source_ip: '198.51.100.24' }),
      call(1, '08:02:00', 'GetObject', { source_ip: '198.51.100.2' }),
      call(1, '08:03:00', 'GetObject'),
    ],
    columns: ['who', 'event_name'],
    answer: [
      ['deploy', 'GetObject'],
      ['bob', 'ConsoleLogin'],
    ],
  },
  {
    query: 'volume_and_delay',
    rows: [
      { ...late, arrival_time: `${daysAgo(1)} 08:00:10.000` },
      { ...late, arrival_time: `${daysAgo(1)} 08:05:00.000` },
      // An id that another account has as well
      { ...late, account: otherAccount },
      // The same id, made by hand, of another type or time
      { ...late, detail_type: 'Order Placed' },
      { ...late, event_time: `${daysAgo(1)} 07:59:50.000` },
      { ...call(1, '09:00:00', 'StopInstances'), unmapped: '{}' },
      stateChange(1, '10:00:00', 'stopped'),
      row(0, '10:00:00', { event_source: 'com.example' }),
      row(3, '10:00:00', {}),
    ],
    columns: [
      'day',
      'event_source',
      'arrived',
      'events',
      'api_calls',
      'state_changes',
      'with_unmapped_parts',
      'mean_seconds_late',
      'most_seconds_late',
    ],
    answer: [
      [daysAgo(1), 'aws.ec2', 7, 6, 1, 1, 1, 46, 300],
      [daysAgo(0), 'com.example', 1, 1, 0, 0, 0, 0, 0],
    ],
  },
  {
    query: 'what_failed',
    rows: [
      ...['FAILED', 'SUCCEEDED', 'TIMED_OUT', 'Cancelled', 'running', 'ALARM', 'OK'].map(
        (state, at) => row(1, `08:0${at}:00`, { kind: 'state_change', resource_id: 'r', state }),
      ),
      row(1, '08:10:00', {
        kind: 'state_change',
        resource_id: 'group',
        state: 'unsuccessful',
        error_message: 'no capacity',
      }),
      row(1, '09:00:00', { state: 'FAILED' }),
      row(1, '10:00:00', { kind: 'state_change' }),
      stoppedTask('11:00:00', 'TaskFailedToStart'),
      stoppedTask('11:01:00', 'EssentialContainerExited', 0, 137),
      stoppedTask('11:02:00', 'TerminationNotice', 137),
      // Done; scaled in; stopped by somebody
      stoppedTask('11:03:00', 'EssentialContainerExited', 0, 0),
      stoppedTask('11:04:00', 'ServiceSchedulerInitiated', 143),
      stoppedTask('11:05:00', 'UserInitiated', 137),
    ],
    columns: ['state', 'error_code', 'error_message'],
    answer: [
      ['FAILED', null, null],
      ['TIMED_OUT', null, null],
      ['Cancelled', null, null],
      ['ALARM', null, null],
      ['unsuccessful', null, 'no capacity'],
      ...['TaskFailedToStart', 'EssentialContainerExited', 'TerminationNotice'].map((code) => [
        'STOPPED',
        code,
        `because of ${code}`,
      ]),
    ],
  },
  {
    query: 'who_stopped_what',
    rows: [
      call(1, '08:00:00', 'StopInstances', {
        actor_session_name: 'alice',
        instances: [
          { instance_id: 'i-1', tags: { team: 'web' }, tag_status: 'found' },
          { instance_id: 'i-2', tag_status: 'none' },
        ],
      }),
      callOn('i-1', 1, '08:01:00', 'TerminateInstances'),
      callOn('i-1', 1, '08:02:00', 'StopInstances', { outcome: 'failure' }),
      callOn('i-1', 1, '08:03:00', 'RebootInstances'),
      byRoot(callOn('i-1', 1, '08:03:30', 'StartInstances')),
      stateChange(1, '08:04:00', 'stopped'),
    ],
    columns: ['who', 'event_name', 'instance_id', 'team'],
    answer: [
      ['alice', 'StopInstances', 'i-1', 'web'],
      ['alice', 'StopInstances', 'i-2', null],
      ['deploy', 'TerminateInstances', 'i-1', null],
      ['Root', 'StartInstances', 'i-1', null],
    ],
  },
];

function timesOf(days: number): Partial<Row> {
  const event_time = `${daysAgo(days)} 08:00:00.000`;
  return { event_time, arrival_time: event_time };
}

function instanceRow(
  days: number,
  instance_id: string,
  tag_status: string,
  tags?: Readonly<Record<string, string>>,
): Row {
  return row(days, '08:00:00', {
    instances: [{ instance_id, tag_status, ...(tags ? { tags } : {}) }],
  });
}
