import { describe, expect, test } from '@jest/globals';
import { type Json, parseJson } from '../../../src/json.ts';
import type { Lesson } from '../../../src/tags/lesson.ts';
import { lessonsOf } from '../../../src/tags/lessons.ts';
import {
  arnOf,
  createTagsRequest,
  envelopeOf,
  eventOf,
  home,
  idOf,
  itemsOf,
  noonMs,
  otherAccount,
  ownAccount,
  recordOf,
  setOf,
} from '../../support/tags-fixture.ts';

const [one, two] = [idOf(1), idOf(2)];

const lessonsIn = (json: Json): Lesson[] => lessonsOf(eventOf(json));
const wrapped = (record: Json, source = 'aws.ec2') =>
  envelopeOf(source, 'AWS API Call via CloudTrail', record);

/** What is told of tags, as plain objects. */
const tagsTold = (lessons: Lesson[]) =>
  lessons.map((lesson) => (lesson.tells === 'tags' ? { ...lesson.tags } : lesson.tells));

const launchOf = (...instances: Json[]) =>
  recordOf('RunInstances', { responseElements: { instancesSet: { items: instances } } });

describe('RunInstances', () => {
  test('tells the tags in force, which other events may rely on', () => {
    const tags = { Name: 'web-1', 'aws:autoscaling:groupName': 'web' };
    const record = launchOf({ instanceId: one, tagSet: itemsOf(tags) });

    for (const json of [record, wrapped(record)]) {
      expect(lessonsIn(json)).toEqual([
        { id: one, tells: 'tags', tags: setOf(tags), version: 0, isShared: true },
      ]);
    }
  });

  test.each<[what: string, tagSet: Json, tags: Record<string, string>]>([
    ['none', {}, {}],
    ['none, in an empty list', { items: [] }, {}],
    ['one, without a list around it', { items: { key: 'a', value: '1' } }, { a: '1' }],
    ['keys in two cases', itemsOf({ Name: '1', name: '2' }), { Name: '1', name: '2' }],
    ['empty values', { items: [{ key: 'a', value: '' }] }, { a: '' }],
    [
      'values that CloudTrail re-typed',
      itemsOf({ a: true, b: 5, c: false }),
      { a: 'true', b: '5', c: 'false' },
    ],
    ['lone surrogates mended', itemsOf({ 'a\ud800': '\udc00b' }), { 'a\ufffd': '\ufffdb' }],
  ])('tells %s', (_, tagSet, tags) => {
    expect(tagsTold(lessonsIn(launchOf({ instanceId: one, tagSet })))).toEqual([tags]);
  });

  test.each<[what: string, item: Record<string, Json>]>([
    ['left out', {}],
    ['null', { tagSet: null }],
    ['no object', { tagSet: 'HIDDEN_DUE_TO_SECURITY_REASONS' }],
    ['omitted for its size', { tagSet: { omitted: true } }],
    ['cut', { tagSet: { items: [{ key: 'a', value: '1' }], omitted: true } }],
    ['of another form', { tagSet: { team: 'web' } }],
    ['a list of nothing', { tagSet: { items: null } }],
    ['a list of what is no tag', { tagSet: { items: [{ key: 'a', value: '1' }, 'b'] } }],
    ['a list of an empty tag', { tagSet: { items: {} } }],
    ['of a tag without value', { tagSet: { items: [{ key: 'a' }] } }],
    ['of a value that is null', { tagSet: itemsOf({ a: '1', b: null }) }],
    ['of a value that is no text', { tagSet: itemsOf({ a: '1', b: { c: 1 } }) }],
    ['of a key that is no text', { tagSet: { items: [{ key: 7, value: '1' }] } }],
  ])('tells nothing of tags where the set is %s: a part is no set', (_, item) => {
    expect(lessonsIn(launchOf({ instanceId: one, ...item }))).toEqual([]);
  });

  test.each(['my.app', 'awsx.ec2', 'AWS.ec2', 'aws.partner/example.com/x', 'aws.ec2/x', ''])(
    'tells nothing in an envelope of source "%s", that anybody may put',
    (source) => {
      const record = launchOf({ instanceId: one, tagSet: itemsOf({ team: 'web' }) });

      expect(lessonsIn(wrapped(record, source))).toEqual([]);
    },
  );

  test.each([
    ['200', 1],
    ['Client.InternalError', 0],
  ])('with the error code %s tells of %i instances', (errorCode, count) => {
    const record = launchOf({ instanceId: one, tagSet: itemsOf({ team: 'web' }) });

    expect(lessonsIn({ ...record, errorCode })).toHaveLength(count);
  });

  test('tells numbers as they were spelt, and a key of any name', () => {
    const text = JSON.stringify(launchOf({ instanceId: one, tagSet: 'TAGS' })).replace(
      '"TAGS"',
      '{"items":[{"key":"big","value":12345678901234567890},{"key":"x","value":1.0},{"key":"__proto__","value":"p"}]}',
    );

    const [lesson] = lessonsIn(parseJson(text));

    expect(lesson?.tells === 'tags' && Object.entries(lesson.tags)).toEqual([
      ['big', '12345678901234567890'],
      ['x', '1.0'],
      ['__proto__', 'p'],
    ]);
  });

  test('tells of each instance, and of nothing that is none', () => {
    const lessons = lessonsIn(
      launchOf(
        { instanceId: one, tagSet: itemsOf({ n: '1' }) },
        { instanceId: 'i-xyz' },
        { instanceId: 7 },
        'odd',
        { instanceId: two, tagSet: itemsOf({ n: '2' }) },
      ),
    );

    expect(lessons.map(({ id }) => id)).toEqual([one, two]);
    expect(tagsTold(lessons)).toEqual([{ n: '1' }, { n: '2' }]);
  });
});

describe('A call that changes single tags', () => {
  const change = (id: string, delta: unknown) => ({ id, tells: 'change', delta });
  const none = setOf({});
  const tagsOf = (count: number, valueLength = 1) =>
    Array.from({ length: count }, (_, index) => ({
      key: `k${index}`,
      value: 'v'.repeat(valueLength),
    }));

  test('as many tags as a resource may have, as long as they may be, are told', () => {
    const long = { key: '\u{1f600}'.repeat(128), value: '\u{1f600}'.repeat(256) };
    const items = [long, ...tagsOf(99)];
    const requestParameters = {
      resourcesSet: { items: [{ resourceId: one }] },
      tagSet: { items },
    };
    const tags = Object.fromEntries(items.map(({ key, value }) => [key, value]));

    expect(lessonsIn(recordOf('CreateTags', { requestParameters }))).toEqual([
      change(one, { put: setOf(tags), gone: none }),
    ]);
  });

  test('CreateTags tells which tags have which values since', () => {
    const record = recordOf('CreateTags', {
      requestParameters: createTagsRequest([one, 'vol-0a1b2c3d4e5f67890', two], { team: 'web' }),
    });

    const delta = { put: setOf({ team: 'web' }), gone: none };
    expect(lessonsIn(record)).toEqual([change(one, delta), change(two, delta)]);
  });

  test.each<[what: string, items: Json, gone: Json]>([
    ['by their keys', [{ key: 'a' }, { key: 'b' }], { a: null, b: null }],
    ['by keys and values', [{ key: 'a', value: '1' }], { a: '1' }],
    ['if they are empty', [{ key: 'a', value: '' }], { a: '' }],
    ['with a value that CloudTrail re-typed', [{ key: 'a', value: true }], { a: 'true' }],
    ['one, without a list around it', { key: 'a' }, { a: null }],
  ])('DeleteTags tells which tags are gone since: %s', (_, items, gone) => {
    const record = recordOf('DeleteTags', {
      requestParameters: { resourcesSet: { items: [{ resourceId: one }] }, tagSet: { items } },
    });

    expect(lessonsIn(record)).toEqual([change(one, { put: none, gone })]);
  });

  test.each<[what: string, eventName: string, tagSet: Json | undefined]>([
    ['DeleteTags of all tags', 'DeleteTags', {}],
    ['DeleteTags of all tags', 'DeleteTags', undefined],
    [
      'DeleteTags of a tag that cannot be told',
      'DeleteTags',
      { items: [{ key: 'a' }, { key: 7 }] },
    ],
    [
      'DeleteTags by a value that cannot be told',
      'DeleteTags',
      { items: [{ key: 'a', value: {} }] },
    ],
    [
      'DeleteTags of one key by two values',
      'DeleteTags',
      { items: ['1', '2'].map((value) => ({ key: 'a', value })) },
    ],
    ['CreateTags of a tag that cannot be told', 'CreateTags', { items: [{ key: 'a', value: [] }] }],
    ['CreateTags of a tag without value', 'CreateTags', { items: [{ key: 'a' }] }],
    ['CreateTags of more tags than a resource has', 'CreateTags', { items: tagsOf(101) }],
    ['DeleteTags of more tags than a resource has', 'DeleteTags', { items: tagsOf(101) }],
    ['CreateTags of a longer tag than any', 'CreateTags', { items: tagsOf(1, 2 * 384) }],
    ['CreateTags of no tags', 'CreateTags', {}],
    ['CreateTags of tags in another shape', 'CreateTags', 'odd'],
    ['DeleteTags of tags in another shape', 'DeleteTags', 'odd'],
  ])('%s may have changed any', (_, eventName, tagSet) => {
    const requestParameters = {
      resourcesSet: { items: [{ resourceId: one }] },
      ...(tagSet === undefined ? {} : { tagSet }),
    };

    expect(lessonsIn(recordOf(eventName, { requestParameters }))).toEqual([change(one, undefined)]);
  });

  test('TagResources and UntagResources tell it of ARNs', () => {
    const eventSource = 'tagging.amazonaws.com';
    const resourceARNList = [arnOf(one), 'arn:aws:s3:::b', arnOf(two)];
    const tagged = recordOf(
      'TagResources',
      { requestParameters: { resourceARNList, tags: { team: 'web' } } },
      { eventSource },
    );
    const untagged = recordOf(
      'UntagResources',
      { requestParameters: { resourceARNList, tagKeys: ['team'] } },
      { eventSource },
    );

    expect(lessonsIn(tagged)).toEqual(
      [one, two].map((id) => change(id, { put: setOf({ team: 'web' }), gone: none })),
    );
    expect(lessonsIn(untagged)).toEqual(
      [one, two].map((id) => change(id, { put: none, gone: { team: null } })),
    );
  });

  const resourceARNList = [
    arnOf(one),
    arnOf(two),
    `arn:aws:ssm:eu-west-1:${ownAccount}:managed-instance/${one}`,
    `arn:aws:drs:eu-west-1:${ownAccount}:recovery-instance/${two}`,
    two,
  ];
  const tagging = (name: string, failed: readonly string[] = []) =>
    recordOf(
      name,
      {
        requestParameters: { resourceARNList, tags: { team: 'web' }, tagKeys: ['team'] },
        responseElements: {
          failedResourcesMap: Object.fromEntries(failed.map((arn) => [arn, { statusCode: 400 }])),
        },
      },
      { eventSource: 'tagging.amazonaws.com' },
    );

  test.each(['TagResources', 'UntagResources'])(
    '%s tells nothing of what is an instance to another service',
    (name) => {
      expect(lessonsIn(tagging(name)).map(({ id }) => id)).toEqual([one, two]);
    },
  );

  test.each(['TagResources', 'UntagResources'])(
    '%s tells nothing of resources that its answer names as failed',
    (name) => {
      expect(lessonsIn(tagging(name, [arnOf(one)])).map(({ id }) => id)).toEqual([two]);
    },
  );

  test('UntagResources may have changed any where it does not say which', () => {
    const record = recordOf(
      'UntagResources',
      { requestParameters: { resourceARNList: [arnOf(one)] } },
      { eventSource: 'tagging.amazonaws.com' },
    );

    expect(lessonsIn(record)).toEqual([change(one, undefined)]);
  });

  test('AttachInstances and DetachInstances write a tag of the group', () => {
    for (const name of ['AttachInstances', 'DetachInstances']) {
      const record = recordOf(
        name,
        { requestParameters: { instanceIds: [one], autoScalingGroupName: 'web' } },
        { eventSource: 'autoscaling.amazonaws.com' },
      );
      expect(lessonsIn(record)).toEqual([change(one, undefined)]);
    }
  });

  test.each([
    ['CreateTags', { errorCode: 'Client.UnauthorizedOperation' }],
    ['CreateTags', { responseElements: { requestId: 'r', _return: false } }],
    ['CreateTags', { responseElements: { requestId: 'r', _return: 'false' } }],
    ['CreateTags', { eventSource: 'workspaces.amazonaws.com' }],
    ['RunInstances', { errorCode: 'Server.InsufficientInstanceCapacity' }],
    ['StopInstances', {}],
    ['DescribeTags', {}],
    ['constructor', {}],
  ])('%s with %j teaches nothing', (eventName, more) => {
    const record = recordOf(eventName, {
      requestParameters: createTagsRequest([one], { team: 'web' }),
      responseElements: { instancesSet: { items: [{ instanceId: one, tagSet: {} }] } },
      ...more,
    });

    expect(lessonsIn(record)).toEqual([]);
  });
});

describe('Tag Change on Resource', () => {
  const changeOf = (detail: Json, resources: Json = [arnOf(one)]) =>
    envelopeOf('aws.tag', 'Tag Change on Resource', detail, { resources });

  test.each<[version: string, told: number | undefined]>([
    ['4', 4],
    ['4.0', 4],
    ['"4"', undefined],
    ['null', undefined],
  ])('tells the complete set after the change, of version %s', (version, told) => {
    const detail = parseJson(
      `{"changed-tag-keys":["a"],"service":"ec2","resource-type":"instance","version":${version},"tags":{"items":"1","b":""}}`,
    );

    const tags = setOf({ items: '1', b: '' });
    expect(lessonsIn(changeOf(detail))).toEqual([
      { id: one, tells: 'tags', tags, version: told, isShared: true },
    ]);
  });

  test('tells that all tags are gone', () => {
    expect(tagsTold(lessonsIn(changeOf({ version: 5, tags: {} })))).toEqual([{}]);
  });

  test.each<[what: string, event: Json]>([
    [
      'of a volume',
      changeOf({ tags: {} }, ['arn:aws:ec2:eu-west-1:123456789012:volume/vol-0a1b2c3d4e5f67890']),
    ],
    [
      'of a node of Systems Manager',
      changeOf({ tags: {} }, [`arn:aws:ssm:eu-west-1:${ownAccount}:managed-instance/${one}`]),
    ],
    [
      'of an instance of Elastic Disaster Recovery',
      changeOf({ tags: {} }, [`arn:aws:drs:eu-west-1:${ownAccount}:recovery-instance/${one}`]),
    ],
    ['of a bare id', changeOf({ tags: {} }, [one])],
    ['of another service', changeOf({ service: 'ssm', tags: {} })],
    ['of another type of resource', changeOf({ 'resource-type': 'volume', tags: {} })],
    ['with a tag that cannot be told', changeOf({ tags: { a: '1', b: null } })],
    ['without a resource', changeOf({ tags: {} }, [])],
    ['without a list of resources', changeOf({ tags: {} }, arnOf(one))],
    ['without tags', changeOf({ version: 5 })],
    ['without detail', changeOf(null)],
  ])('tells nothing %s', (_, event) => {
    expect(lessonsIn(event)).toEqual([]);
  });
});

describe('A state change', () => {
  const stateChange = (state: string, type = 'EC2 Instance State-change Notification') =>
    envelopeOf('aws.ec2', type, { 'instance-id': one, state }, { resources: [arnOf(one)] });

  test('to terminated is the end of an instance, and no other is', () => {
    expect(lessonsIn(stateChange('terminated'))).toEqual([{ id: one, tells: 'end' }]);
    for (const state of ['pending', 'running', 'stopping', 'stopped', 'shutting-down']) {
      expect(lessonsIn(stateChange(state))).toEqual([]);
    }
    expect(lessonsIn(stateChange('terminated', 'EC2 Something Else'))).toEqual([]);
  });
});

describe('A finding', () => {
  const tags = setOf({ team: 'web' });
  const elsewhere = { account: otherAccount, region: 'us-east-2' };
  const told = (more: object = {}) => ({ id: one, tells: 'tags', tags, isShared: false, ...more });
  const findings: [source: string, detail: Json, lesson: object][] = [
    [
      'aws.config',
      {
        configurationItem: {
          resourceType: 'AWS::EC2::Instance',
          resourceId: one,
          awsAccountId: otherAccount,
          awsRegion: 'us-east-2',
          configurationItemCaptureTime: '2026-11-20T11:59:30.250Z',
          tags: { team: 'web' },
        },
      },
      told({ home: elsewhere, timeMs: noonMs - 29_750 }),
    ],
    [
      'aws.health',
      {
        affectedAccount: otherAccount,
        eventRegion: 'us-east-2',
        affectedEntities: [{ entityValue: one, tags: { team: 'web' } }],
      },
      told({ home: elsewhere }),
    ],
    [
      'aws.guardduty',
      {
        accountId: otherAccount,
        region: 'us-east-2',
        resource: {
          instanceDetails: { instanceId: one, tags: [{ key: 'team', value: 'web' }] },
        },
      },
      told({ home: elsewhere }),
    ],
    [
      'aws.guardduty',
      {
        accountId: otherAccount,
        region: 'us-east-2',
        resource: {
          instanceDetails: { instanceId: one, tags: [{ Key: 'team', Value: 'web' }] },
        },
      },
      told({ home: elsewhere }),
    ],
    [
      'aws.securityhub',
      {
        findings: [
          {
            AwsAccountId: otherAccount,
            Resources: [
              { Id: 'arn:aws:s3:::b', Tags: { team: 'none' } },
              { Id: arnOf(one, elsewhere), Tags: { team: 'web' } },
            ],
          },
        ],
      },
      told({ home: elsewhere }),
    ],
    [
      'aws.inspector2',
      {
        awsAccountId: otherAccount,
        resources: [
          { type: 'AWS_EC2_INSTANCE', id: one, region: 'us-east-2', tags: { team: 'web' } },
        ],
      },
      told({ home: elsewhere }),
    ],
  ];

  test.each(findings)(
    'of %s has tags that are good for its own row only',
    (source, detail, lesson) => {
      expect(lessonsIn(envelopeOf(source, 'Finding', detail))).toEqual([lesson]);
    },
  );

  test.each<[captureTime: Json]>([
    ['-000001-01-01T00:00:00Z'],
    ['+010000-01-01T00:00:00Z'],
    ['1969-12-31T23:59:59Z'],
    ['2026-11-20T11:59:30'],
    ['yesterday'],
    [''],
    [1_795_000_000_000],
    [null],
  ])('of a configuration captured at %j does not say when its tags were read', (captureTime) => {
    const configurationItem = {
      resourceId: one,
      configurationItemCaptureTime: captureTime,
      tags: { team: 'web' },
    };

    expect(lessonsIn(envelopeOf('aws.config', 'Finding', { configurationItem }))).toEqual([told()]);
  });

  test('with no tags does not say that there are none, but where the instance lives', () => {
    const detail = {
      accountId: otherAccount,
      region: 'us-east-2',
      resource: { instanceDetails: { instanceId: one, tags: [] } },
    };

    expect(lessonsIn(envelopeOf('aws.guardduty', 'GuardDuty Finding', detail))).toEqual([
      { id: one, tells: 'home', home: elsewhere },
    ]);
  });

  test.each<[what: string, source: string, detail: Json]>([
    [
      'with a tag that cannot be told',
      'aws.guardduty',
      { resource: { instanceDetails: { instanceId: one, tags: [{ key: 'a' }] } } },
    ],
    [
      'about the node of Systems Manager that an instance is',
      'aws.config',
      {
        configurationItem: {
          resourceType: 'AWS::SSM::ManagedInstanceInventory',
          resourceId: one,
          tags: { team: 'web' },
        },
      },
    ],
    [
      'by the ARN of another service',
      'aws.securityhub',
      {
        findings: [
          {
            Resources: [
              {
                Id: `arn:aws:ssm:eu-west-1:${ownAccount}:managed-instance/${one}`,
                Tags: { team: 'web' },
              },
            ],
          },
        ],
      },
    ],
  ])('%s tells no tags', (_, source, detail) => {
    const lessons = lessonsIn(envelopeOf(source, 'Finding', detail));

    expect(lessons.filter(({ tells }) => tells !== 'home')).toEqual([]);
  });

  test.each([7, 'odd', [7], [null]])('in which %j stands for resources teaches nothing', (odd) => {
    expect(lessonsIn(envelopeOf('aws.inspector2', 'Finding', { resources: odd }))).toEqual([]);
    expect(lessonsIn(envelopeOf('aws.securityhub', 'Finding', { findings: odd }))).toEqual([]);
  });

  test('with neither teaches nothing', () => {
    const detail = { resource: { instanceDetails: { instanceId: one } } };

    expect(lessonsIn(envelopeOf('aws.guardduty', 'GuardDuty Finding', detail))).toEqual([]);
  });
});

describe('Where an instance lives', () => {
  const elsewhere = { account: ownAccount, region: 'ap-southeast-4' };
  const check = (source: string, resources: Json) =>
    envelopeOf(source, 'Trusted Advisor Check Item Refresh Notification', {}, { resources });

  test.each([
    ['Region', elsewhere],
    ['account', { ...home, account: otherAccount }],
  ])('is told by its ARN, where that has another %s than the event', (_, elsewhere) => {
    const resources = [arnOf(one, elsewhere), arnOf(two)];

    expect(lessonsIn(check('aws.trustedadvisor', resources))).toEqual([
      { id: one, tells: 'home', home: elsewhere },
    ]);
  });

  test.each<[what: string, source: string, resource: Json]>([
    ['in an event that anybody may put', 'my.app', arnOf(one, elsewhere)],
    ["in a partner's event", 'aws.partner/example.com/x', arnOf(one, elsewhere)],
    ['by a bare id', 'aws.health', one],
    ['by an ARN without account', 'aws.ec2', `arn:aws:ec2:us-east-1::instance/${one}`],
    ['by an ARN with a zone', 'aws.ec2', `arn:aws:ec2:us-east-1b:${ownAccount}:instance/${one}`],
    ['by what is no text', 'aws.ec2', 7],
  ])('is not told %s', (_, source, resource) => {
    expect(lessonsIn(check(source, [resource]))).toEqual([]);
  });
});

test.each<[where: string, record: Record<string, Json>, lessons: number]>([
  ['the service', { eventSource: 'BIG' }, 0],
  ['the name', { eventName: 'BIG' }, 0],
  ['the answer', { responseElements: { _return: 'BIG' } }, 1],
])('%s of a call may be a number that no number of JavaScript holds', (_, more, count) => {
  const requestParameters = createTagsRequest([one], { team: 'web' });
  const record = JSON.stringify(recordOf('CreateTags', { requestParameters, ...more }));

  const lessons = lessonsIn(parseJson(record.replace('"BIG"', '12345678901234567890')));

  expect(lessons).toHaveLength(count);
});

test('JSON that is no event teaches nothing', () => {
  for (const json of [null, 7, 'a', [], {}, { source: 7 }] as Json[]) {
    expect(lessonsIn(json)).toEqual([]);
  }
});
