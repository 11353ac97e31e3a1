import { describe, expect, test } from '@jest/globals';
import { recognise } from '../../../src/events/event.ts';
import { type Json, type JsonObject, parseJson } from '../../../src/json.ts';
import { eventTextOf } from '../../../src/rows/rebuild.ts';
import { rowOf } from '../../../src/rows/row.ts';

const arrivalMs = Date.parse('2026-11-20T12:00:00.345Z');
const record = { eventVersion: '1.11', eventSource: 'ec2.amazonaws.com' };

/** The row of a bare record with these members. */
const bare = (members: JsonObject) => rowOf(recognise({ ...record, ...members }), arrivalMs);

const wrapped = (members: JsonObject, envelope: JsonObject = {}) =>
  rowOf(
    recognise({
      source: 'aws.ec2',
      'detail-type': 'AWS API Call via CloudTrail',
      ...envelope,
      detail: { ...record, ...members },
    }),
    arrivalMs,
  );

const other = (members: JsonObject) =>
  rowOf(recognise({ source: 'my.app', 'detail-type': 'Something', ...members }), arrivalMs);

describe('Every row', () => {
  test('has the format that its event came in, and when', () => {
    const times = { arrival_time: '2026-11-20 12:00:00.345' };

    expect(bare({})).toMatchObject({ event_format: 'cloudtrail', ...times });
    expect(wrapped({})).toMatchObject({ event_format: 'eventbridge', ...times });
    expect(other({})).toMatchObject({ event_format: 'eventbridge', ...times });
  });

  test('of an unknown document has that, and nothing more', () => {
    const row = rowOf(recognise(parseJson('{"id":"x","n":1.0,"s":"\\ud800"}')), arrivalMs);

    expect(row).toEqual({
      event_format: 'unknown',
      arrival_time: '2026-11-20 12:00:00.345',
      kind: 'unknown',
      detail: '{"id":"x","n":1.0,"s":"\\ud800"}',
    });
  });
});

describe('The kind of a record', () => {
  test.each<[Json | undefined, string]>([
    ['AwsApiCall', 'api_call'],
    ['AwsConsoleSignIn', 'sign_in'],
    ['AwsConsoleSignin', 'sign_in'],
    ['AwsConsoleAction', 'console_action'],
    ['AwsServiceEvent', 'service_event'],
    ['AwsCloudTrailInsight', 'insight'],
    ['AwsVpceEvents', 'network_activity'],
    ['AwsVpceEvent', 'network_activity'],
    ['awsapicall', 'api_call'],
    ['AwsSomethingNew', 'api_call'],
    ['', 'api_call'],
    ['constructor', 'api_call'],
    [undefined, 'api_call'],
    [null, 'api_call'],
    [7, 'api_call'],
    [JSON.rawJSON('1.0'), 'api_call'],
    [[JSON.rawJSON('1.0')], 'api_call'],
    [{ toString: 1, valueOf: 2 }, 'api_call'],
    [['AwsServiceEvent'], 'api_call'],
  ])('of the type %j is %s', (eventType, kind) => {
    const members = eventType === undefined ? {} : { eventType };

    expect(bare(members).kind).toBe(kind);
    expect(wrapped(members).kind).toBe(kind);
  });
});

describe('An aggregated event', () => {
  const aggregate = {
    ...record,
    eventType: 'AwsAggregatedEvent',
    eventId: 'a',
    accountId: '123456789012',
    awsRegion: 'eu-west-1',
    timeWindow: { windowStart: '2026-11-20T10:10:00Z' },
    userIdentity: { type: 'Root' },
    errorCode: 'AccessDenied',
  };

  test('is no call: nobody made it, and it neither failed nor succeeded', () => {
    const row = bare(aggregate);

    expect(row).toMatchObject({
      kind: 'aggregate',
      event_id: 'a',
      event_time: '2026-11-20 10:10:00.000',
      account: '123456789012',
      region: 'eu-west-1',
      event_source: 'aws.ec2',
    });
    for (const cell of ['outcome', 'actor_type', 'error_code', 'instances', 'unmapped']) {
      expect(row).not.toHaveProperty(cell);
    }
    expect(JSON.parse(eventTextOf(row))).toEqual(aggregate);
  });

  test('is no success in an envelope either', () => {
    expect(wrapped(aggregate)).toMatchObject({ kind: 'aggregate', outcome: undefined });
  });

  test.each<Json>([null, 'x', {}, { windowStart: 7 }, { windowStart: 'yesterday' }])(
    'of the time window %j has no time',
    (timeWindow) => {
      expect(bare({ ...aggregate, timeWindow })).not.toHaveProperty('event_time');
    },
  );
});

describe('The kind of another event', () => {
  test('is `event`, where nobody knows better', () => {
    expect(other({ detail: { state: 'ON', status: 'x' } }).kind).toBe('event');
  });

  test('is `tag_change` of the source that reports tags', () => {
    const event = { source: 'aws.tag', 'detail-type': 'Tag Change on Resource', detail: {} };

    expect(other(event).kind).toBe('tag_change');
    expect(other({ ...event, source: 'aws.tags' }).kind).toBe('event');
  });

  test('is `state_change` where the map has a state', () => {
    const event = {
      source: 'aws.ec2',
      'detail-type': 'EC2 Instance State-change Notification',
      detail: {},
    };

    expect(other(event)).toMatchObject({ kind: 'state_change', state: undefined });
    expect(other({ ...event, source: 'my.ec2' }).kind).toBe('event');
  });
});

/** A step of a sign-in to IAM Identity Center or WorkSpaces. */
function signInStep(result: string): JsonObject {
  return {
    eventName: 'CredentialVerification',
    eventType: 'AwsServiceEvent',
    serviceEventDetails: { CredentialVerification: result },
  };
}

describe('The outcome of a record', () => {
  test.each<[JsonObject, string | undefined]>([
    [{}, 'success'],
    [{ errorCode: 'AccessDenied' }, 'failure'],
    [{ errorCode: 'AccessDenied', errorMessage: 'no' }, 'failure'],
    [{ errorMessage: 'Failed authentication' }, 'failure'],
    [{ errorCode: 403 }, 'failure'],
    // What says success, as Managed Grafana does; the message beside it is no error either.
    [{ errorCode: '200' }, 'success'],
    [{ errorCode: 200 }, 'success'],
    [{ errorCode: '204', errorMessage: 'No Content' }, 'success'],
    [{ errorCode: 'SUCCESS' }, 'success'],
    [{ errorCode: ' Ok ' }, 'success'],
    [{ errorCode: '2000' }, 'failure'],
    [{ errorCode: '302' }, 'failure'],
    [{ errorCode: '0' }, 'failure'],
    [{ errorCode: 'NoSuccess' }, 'failure'],
    [{ errorCode: JSON.rawJSON('200.0') }, 'failure'],
    [{ errorCode: '200', responseElements: { ConsoleLogin: 'Failure' } }, 'failure'],
    [{ errorCode: '' }, 'success'],
    [{ errorCode: null, errorMessage: null }, 'success'],
    [{ responseElements: { ConsoleLogin: 'Failure' } }, 'failure'],
    [{ responseElements: { ConsoleLogin: 'Success' } }, 'success'],
    [{ responseElements: 'Failure' }, 'success'],
    [{ responseElements: null }, 'success'],
    [signInStep('Failure'), 'failure'],
    [signInStep('Success'), 'success'],
    [{ ...signInStep('Failure'), eventName: 'UserAuthentication' }, 'success'],
    [{ ...signInStep('Failure'), eventType: 'AwsApiCall' }, 'success'],
    [{ ...signInStep('Failure'), eventName: JSON.rawJSON('4.0') }, 'success'],
    [{ ...signInStep('Failure'), serviceEventDetails: 'Failure' }, 'success'],
    [{ insightDetails: { state: 'Start' } }, undefined],
    [{ insightDetails: { state: 'End' }, errorCode: 'x' }, undefined],
    [{ insightDetails: null }, 'success'],
  ])('with %j is %s', (members, outcome) => {
    expect(bare(members).outcome).toBe(outcome);
    expect(wrapped(members).outcome).toBe(outcome);
  });

  test('is nothing that other events have', () => {
    expect(other({ detail: { errorCode: 'x' } }).outcome).toBeUndefined();
  });
});

describe('The source and service', () => {
  test.each<[JsonObject, string | undefined, string | undefined]>([
    [{}, 'aws.ec2', 'ec2'],
    [{ eventSource: 'monitoring.amazonaws.com' }, 'aws.monitoring', 'monitoring'],
    [{ eventSource: 'ec2' }, 'aws.ec2', 'ec2'],
    [{ eventSource: '', eventType: 'x' }, undefined, undefined],
    [{ eventSource: '.amazonaws.com' }, undefined, undefined],
    [{ eventSource: null, insightDetails: {} }, 'aws.cloudtrail', undefined],
    [{ eventSource: 'ec2.amazonaws.com', insightDetails: {} }, 'aws.ec2', 'ec2'],
    [{ eventSource: {} }, undefined, undefined],
    [{ eventSource: 7 }, 'aws.7', '7'],
    [{ eventSource: 'e\ud800.x' }, 'aws.e\ufffd', 'e\ufffd'],
  ])('of a bare record with %j are %s and %s', (members, source, service) => {
    expect(bare(members)).toMatchObject({ event_source: source, service });
  });

  test.each([
    ['aws.ec2', 'ec2'],
    ['aws.', undefined],
    ['aws', 'aws'],
    ['my.aws.app', 'my.aws.app'],
    ['aws.partner/example.com/x', 'partner/example.com/x'],
    ['route53-recovery-readiness.amazonaws.com', 'route53-recovery-readiness.amazonaws.com'],
  ])('of another event of %s are that and %s', (source, service) => {
    expect(other({ source })).toMatchObject({ event_source: source, service });
  });

  test('of a wrapped record are of the envelope and of the record', () => {
    const members = { eventSource: 'monitoring.amazonaws.com' };

    expect(wrapped(members, { source: 'aws.cloudwatch' })).toMatchObject({
      event_source: 'aws.cloudwatch',
      api_service: 'monitoring.amazonaws.com',
      service: 'monitoring',
    });
  });
});

describe('The account of a bare record', () => {
  const userIdentity = { type: 'AWSAccount', accountId: '111122223333' };

  test.each<[JsonObject, string | undefined]>([
    [{ recipientAccountId: '123456789012', userIdentity }, '123456789012'],
    [{ recipientAccountId: 123456789012, userIdentity }, '123456789012'],
    [{ recipientAccountId: '', userIdentity }, '111122223333'],
    [{ recipientAccountId: null, userIdentity }, '111122223333'],
    [{ recipientAccountId: {}, userIdentity }, '111122223333'],
    [{ userIdentity }, '111122223333'],
    [{ userIdentity: 'root' }, undefined],
    [{}, undefined],
  ])('with %j is %s', (members, account) => {
    expect(bare(members).account).toBe(account);
  });
});

describe('The instances of a row', () => {
  const one = 'i-0aaaaaaaaaaaaaaa1';
  const two = 'i-0aaaaaaaaaaaaaaa2';
  const stateChange = {
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    resources: [`arn:aws:ec2:eu-west-1:123456789012:instance/${two}`, ` ${one}`],
    detail: { 'instance-id': one, state: 'stopped' },
  };

  test('are absent, as is their count, where there are none', () => {
    const row = bare({});

    expect(row.instances).toBeUndefined();
    expect(row.instance_count).toBeUndefined();
  });

  test('are those of the call, not the one that makes it', () => {
    const row = wrapped({
      requestParameters: { instanceId: two },
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::123456789012:assumed-role/web/${one}`,
      },
    });

    expect(row).toMatchObject({
      actor_instance_id: one,
      instances: [{ instance_id: two }],
      instance_count: 1,
    });
  });

  test('have the states that the response tells', () => {
    const items = [
      { instanceId: one, currentState: { name: 'stopping' }, previousState: { name: 'running' } },
      { instanceId: two },
    ];

    const row = bare({ responseElements: { instancesSet: { items } } });

    expect(row.instances).toEqual([
      { instance_id: one, state: 'stopping', previous_state: 'running' },
      { instance_id: two },
    ]);
  });

  test('have the state of an event that is about them', () => {
    const row = other(stateChange);

    expect(row).toMatchObject({ resource_id: one, state: 'stopped', instance_count: 2 });
    expect(row.instances).toContainEqual({ instance_id: one, state: 'stopped' });
    expect(row.instances).toContainEqual({ instance_id: two });
  });

  test('are found under any key of an event that AWS made, and of nobody else', () => {
    const detail = { TargetResourceArn: `arn:aws:ec2:eu-west-1:123456789012:instance/${one}` };
    const event = { 'detail-type': 'x', resources: [two], detail };

    expect(other({ ...event, source: 'aws.new' }).instances).toEqual([
      { instance_id: two },
      { instance_id: one },
    ]);
    for (const source of ['my.app', 'aws.partner/x', 'route53-recovery-readiness.amazonaws.com']) {
      expect(other({ ...event, source }).instances).toEqual([{ instance_id: two }]);
    }
  });

  test('are found in the resources of any other event', () => {
    const resources = [
      'arn:aws:s3:::b',
      `arn:aws:ec2:us-east-1b:instance/${two}`,
      'i-1234567',
      one,
    ];

    expect(other({ resources }).instances).toEqual([{ instance_id: two }, { instance_id: one }]);
    expect(other({ resources: one }).instances).toEqual([{ instance_id: one }]);
  });

  test('are counted, thousands too', () => {
    const resources = Array.from(
      { length: 3000 },
      (_, n) => `i-${n.toString(16).padStart(8, '0')}`,
    );

    const row = other({ resources });

    expect(row.instance_count).toBe(3000);
    expect(row.instances).toHaveLength(3000);
  });
});
