import { describe, expect, test } from '@jest/globals';
import { instanceTextsIn, notAbout } from '../../../src/events/instance-texts.ts';
import { instancesIn, instancesInRecord } from '../../../src/events/instances.ts';
import type { Json, JsonObject } from '../../../src/json.ts';

const one = 'i-0aaaaaaaaaaaaaaa1';
const two = 'i-0aaaaaaaaaaaaaaa2';
const arnOf = (id: string) => `arn:aws:ec2:eu-west-1:123456789012:instance/${id}`;

const idsIn = (record: JsonObject) => instancesInRecord(record).map(({ id }) => id);

/** Where calls have ids, as `requestParameters`. */
const requests: [call: string, request: JsonObject, ids: string[]][] = [
  [
    'StartInstances',
    { instancesSet: { items: [{ instanceId: one }, { instanceId: two }] } },
    [one, two],
  ],
  ['DescribeClassicLinkInstances', { instancesSet: { item: [{ instanceId: one }] } }, [one]],
  [
    'DescribeInstances by a filter',
    {
      instancesSet: {},
      filterSet: {
        items: [
          { name: 'instance-state-name', valueSet: { items: [{ value: 'running' }] } },
          { name: 'instance-id', valueSet: { items: [{ value: one }, { value: two }] } },
        ],
      },
    },
    [one, two],
  ],
  ['ModifyInstanceAttribute', { instanceId: one, attribute: 'userData' }, [one]],
  ['AttachVolume', { volumeId: 'vol-0a1b2c3d4e5f67890', instanceId: one }, [one]],
  [
    'CreateTags',
    { resourcesSet: { items: [{ resourceId: 'vol-0a1b2c3d4e5f67890' }, { resourceId: one }] } },
    [one],
  ],
  [
    'ModifyInstanceMetadataOptions',
    { ModifyInstanceMetadataOptionsRequest: { InstanceId: one, HttpTokens: 'required' } },
    [one],
  ],
  [
    'AssociateIamInstanceProfile',
    { AssociateIamInstanceProfileRequest: { InstanceId: { tag: 1, content: one } } },
    [one],
  ],
  [
    'a wrapped call with several',
    {
      XRequest: {
        InstanceId: [
          { tag: 1, content: one },
          { tag: 2, content: two },
        ],
      },
    },
    [one, two],
  ],
  ['a wrapped call with a list', { XRequest: { InstanceIds: [one, two] } }, [one, two]],
  [
    'ModifyInstanceCreditSpecification',
    {
      ModifyInstanceCreditSpecificationRequest: {
        InstanceCreditSpecification: { tag: 1, InstanceId: one, CpuCredits: 'unlimited' },
      },
    },
    [one],
  ],
  [
    'SendCommand',
    { instanceIds: [one, two], parameters: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    [one, two],
  ],
  ['SendCommand by tag', { targets: [{ key: 'tag:team', values: ['web'] }] }, []],
  ['StartSession', { target: one }, [one]],
  ['StartAccessRequest', { targets: [{ key: 'InstanceIds', values: [one] }] }, [one]],
  ['GetAccessToken', { targetId: one }, [one]],
  ['an API of next year', { Thing: { whichever: [{ KEY: one }, [[arnOf(two)]]] } }, [one, two]],
  ['UpdateInstanceInformation', { instanceId: one, agentStatus: 'Active' }, [one]],
  ['UpdateInstanceInformation of a hybrid node', { instanceId: 'mi-0abc123def4567890' }, []],
  ['PutComplianceItems', { resourceId: one, resourceType: 'ManagedInstance' }, [one]],
  [
    'DescribeInstanceInformation',
    { filters: [{ key: 'InstanceIds', values: [one, two] }] },
    [one, two],
  ],
  ['AttachInstances', { autoScalingGroupName: 'web', instanceIds: [one] }, [one]],
  [
    'RegisterInstancesWithLoadBalancer',
    { loadBalancerName: 'web', instances: [{ instanceId: one }, { instanceId: two }] },
    [one, two],
  ],
  [
    'RegisterTargets',
    { targets: [{ id: one, port: 80 }, { id: '10.0.0.7' }, { id: arnOf(two) }] },
    [one, two],
  ],
  [
    'TagResources',
    { resourceARNList: [arnOf(one), 'arn:aws:s3:::b', arnOf(two)], tags: { team: 'web' } },
    [one, two],
  ],
  ['StartBackupJob', { backupVaultName: 'daily', resourceArn: arnOf(one) }, [one]],
  [
    'AssumeRole by EC2',
    { roleArn: 'arn:aws:iam::123456789012:role/web', roleSessionName: one },
    [],
  ],
];

const responses: [call: string, response: JsonObject, ids: string[]][] = [
  [
    'RunInstances',
    { instancesSet: { items: [{ instanceId: one }, { instanceId: two }] } },
    [one, two],
  ],
  ['AttachVolume', { volumeId: 'vol-0a1b2c3d4e5f67890', instanceId: one }, [one]],
  ['SendCommand', { command: { commandId: 'c', instanceIds: [one] } }, [one]],
  ['RegisterInstancesWithLoadBalancer', { instances: [{ instanceId: one }] }, [one]],
  [
    'CreateFleet of one',
    {
      CreateFleetResponse: {
        fleetInstanceSet: { item: { lifecycle: 'spot', instanceIds: { item: one } } },
      },
    },
    [one],
  ],
  [
    'CreateFleet of several',
    {
      CreateFleetResponse: {
        fleetInstanceSet: {
          item: [{ instanceIds: { item: [one, two] } }, { instanceIds: { item: two } }],
        },
      },
    },
    [one, two],
  ],
  ['CreateFleet of none', { CreateFleetResponse: { fleetInstanceSet: '' } }, []],
];

describe('The instances of a record', () => {
  test.each(requests)('are in the request of %s', (_call, requestParameters, ids) => {
    expect(idsIn({ requestParameters })).toEqual(ids);
  });

  test.each(responses)('are in the response of %s', (_call, responseElements, ids) => {
    expect(idsIn({ responseElements })).toEqual(ids);
  });

  test('are in the details of a service event', () => {
    const serviceEventDetails = { instanceIdSet: [one, two], reason: `the end of ${one}` };

    expect(idsIn({ eventName: 'BidEvictedEvent', serviceEventDetails })).toEqual([one, two]);
  });

  test('are in its resources', () => {
    const resources = [
      { ARN: arnOf(one), accountId: '123456789012', type: 'AWS::EC2::Instance' },
      { ARN: 'arn:aws:ec2:eu-west-1:123456789012:volume/vol-0a1b2c3d4e5f67890' },
      { type: 'AWS::S3::Object', ARNPrefix: arnOf(two) },
      arnOf(two),
      null,
    ];

    expect(idsIn({ resources })).toEqual([one]);
  });

  test.each<[string, JsonObject]>([
    [
      'the instance that makes the call',
      {
        userIdentity: {
          arn: `arn:aws:sts::123456789012:assumed-role/web/${one}`,
          principalId: `AROA:${one}`,
        },
      },
    ],
    [
      'an id in an error message',
      { errorMessage: `The instance ID '${one}' does not exist`, errorCode: one },
    ],
    [
      'ids in other members',
      {
        instanceId: one,
        additionalEventData: { instanceId: one },
      },
    ],
    ['ids inside texts', { requestParameters: { instanceId: `["${one}"]`, target: `ssh ${one}` } }],
    ['ids that are keys', { requestParameters: { instanceId: { [one]: true }, [one]: '' } }],
    [
      'requests that are texts',
      { requestParameters: `{"instanceId":"${one}"}`, responseElements: 'null' },
    ],
    ['nulls', { requestParameters: null, responseElements: null, resources: null }],
    [
      'numbers',
      { requestParameters: { instanceId: 12345678, instanceIds: [JSON.rawJSON('1.0'), true] } },
    ],
  ])('are not %s', (_name, record) => {
    expect(instancesInRecord(record)).toEqual([]);
  });

  test.each([...notAbout])('are not ids anywhere below the key %s', (key) => {
    const below = { [key]: one, a: { [key]: [{ value: arnOf(one) }] } };

    expect(
      idsIn({ requestParameters: below, responseElements: [below], serviceEventDetails: below }),
    ).toEqual([]);
    expect(instanceTextsIn({ ...below, b: two })).toEqual([two]);
  });

  test('are found by looking at each member once, however many there are', () => {
    let looks = 0;
    const leaf = () =>
      new Proxy({ a: 'text' } as { readonly [key: string]: Json }, {
        get(target, key: string) {
          looks += 1;
          return target[key];
        },
      });
    const leaves = Array.from({ length: 10_000 }, leaf);

    instanceTextsIn({ list: [leaves, { b: [leaf()] }] });

    expect(looks).toBe(10_001);
  });

  test('come in order of appearance, none twice', () => {
    const record = {
      resources: [{ ARN: arnOf(one) }, { ARN: arnOf('i-0aaaaaaaaaaaaaaa3') }],
      responseElements: { instancesSet: { items: [{ instanceId: one }, { instanceId: two }] } },
      requestParameters: { instanceIds: [two, ` ${two}`], instanceId: one },
    };

    expect(idsIn(record)).toEqual([two, one, 'i-0aaaaaaaaaaaaaaa3']);
  });

  test('have the states that the response tells', () => {
    const record = {
      requestParameters: { instancesSet: { items: [{ instanceId: one }, { instanceId: two }] } },
      responseElements: {
        instancesSet: {
          items: [
            {
              instanceId: two,
              currentState: { code: 64, name: 'stopping' },
              previousState: { code: 16, name: 'running' },
            },
          ],
        },
      },
    };

    expect(instancesInRecord(record)).toEqual([
      { id: one },
      { id: two, state: 'stopping', previousState: 'running' },
    ]);
  });

  test('have the state that a launch tells', () => {
    const responseElements = {
      instancesSet: { items: { instanceId: one, instanceState: { code: 0, name: 'pending' } } },
    };

    expect(instancesInRecord({ responseElements })).toEqual([{ id: one, state: 'pending' }]);
  });

  test('have no state where the response has it in another form', () => {
    const items = [
      { instanceId: one, currentState: 'stopped', previousState: { name: 16 } },
      { instanceId: two, currentState: null, previousState: [] },
      'stopped',
      { instanceId: 7, currentState: { name: 'stopped' } },
    ];

    const instances = instancesInRecord({ responseElements: { instancesSet: { items } } });

    expect(instances).toEqual([{ id: one }, { id: two }]);
  });

  test('have well-formed states', () => {
    const items = [{ instanceId: one, currentState: { name: 'stop\ud800' } }];

    const instances = instancesInRecord({ responseElements: { instancesSet: { items } } });

    expect(instances).toEqual([{ id: one, state: 'stop\ufffd' }]);
  });

  test('are all there, thousands too', () => {
    const ids = Array.from({ length: 5000 }, (_, n) => `i-${n.toString(16).padStart(8, '0')}`);

    expect(idsIn({ requestParameters: { instanceIds: ids } })).toEqual(ids);
  });
});

describe('instancesIn', () => {
  test('takes ids and ARNs, in their order and none twice', () => {
    const values = [arnOf(two), 'i-x', one, null, 7, { id: one }, [one], `${two} `];

    expect(instancesIn(values)).toEqual([{ id: two }, { id: one }]);
  });
});
