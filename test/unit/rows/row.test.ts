import { describe, expect, test } from '@jest/globals';
import { recognise } from '../../../src/events/event.ts';
import { equalJson, type Json, parseJson } from '../../../src/json.ts';
import { eventTextOf, rebuild } from '../../../src/rows/rebuild.ts';
import { rowOf } from '../../../src/rows/row.ts';
import { columns, type Row } from '../../../src/rows/schema.ts';
import { faultsOf } from '../../support/column-check.ts';
import { patchBetween, sortedText } from '../../support/merge-patch.ts';

const arrivalMs = Date.parse('2026-11-20T12:00:00Z');

/** The row of an event as it stands in the lake. */
const storedRowOf = (event: string): Row =>
  JSON.parse(JSON.stringify(rowOf(recognise(parseJson(event)), arrivalMs)));

const wrappedEvent = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2026-11-20T10:11:12Z',
  region: 'eu-west-1',
  resources: [],
  detail: {
    eventVersion: '1.11',
    eventID: '3b1f6f0e-7a52-4b52-9f3d-1f5a2f8f0a11',
    eventTime: '2026-11-20T10:11:12Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'StopInstances',
    awsRegion: 'eu-west-1',
    readOnly: false,
    requestParameters: { instancesSet: { items: [{ instanceId: 'i-0abc123def4567890' }] } },
    responseElements: null,
    recipientAccountId: '123456789012',
  },
};

const otherEvent = {
  version: '0',
  id: 'c3d1f6f0-5a52-4b52-9f3d-1f5a2f8f0a22',
  'detail-type': 'Order Placed',
  source: 'my.shop',
  account: '123456789012',
  time: '2026-11-20T10:11:12Z',
  region: 'eu-west-1',
  resources: ['arn:aws:s3:::orders'],
  detail: { order: 7 },
};

/** An event with other members; `undefined` takes one away. */
const wrappedWith = (envelope: object, record: object = {}) =>
  JSON.stringify({ ...wrappedEvent, ...envelope, detail: { ...wrappedEvent.detail, ...record } });
const bareWith = (record: object) => JSON.stringify({ ...wrappedEvent.detail, ...record });
const otherWith = (envelope: object) => JSON.stringify({ ...otherEvent, ...envelope });

const families: [family: string, event: string][] = [
  ['a wrapped record', wrappedWith({})],
  ['a bare record', bareWith({})],
  ['another event', otherWith({})],
];

describe.each(families)('The row of %s', (_name, event) => {
  test('holds all of it in columns', () => {
    expect(storedRowOf(event)).not.toHaveProperty('unmapped');
    expect(sortedText(rebuild(storedRowOf(event)))).toBe(
      sortedText(withoutNulls(parseJson(event))),
    );
  });

  test('has its columns in the order of the schema', () => {
    const names = Object.keys(storedRowOf(event));

    expect(names).toEqual(columns.map(({ name }) => name).filter((name) => names.includes(name)));
  });
});

/** What `unmapped` is of events that are odd in one way. */
const odd: [name: string, event: string, unmapped: string][] = [
  // constants
  ['another version', wrappedWith({ version: '1' }), '{"version":"1"}'],
  ['a version that is a number', otherWith({ version: 0 }), '{"version":0}'],
  ['no version', otherWith({ version: undefined }), '{"version":null}'],
  ['version null', wrappedWith({ version: null }), '{"version":null}'],
  ['resources beside a wrapped record', wrappedWith({ resources: ['a'] }), '{"resources":["a"]}'],
  [
    'no resources beside a wrapped record',
    wrappedWith({ resources: undefined }),
    '{"resources":null}',
  ],
  [
    'resources that are an object',
    wrappedWith({ resources: { a: null, b: 1 } }),
    '{"resources":{"b":1}}',
  ],
  // twins
  [
    'another time',
    wrappedWith({ time: '2026-11-20T10:11:13Z' }),
    '{"time":"2026-11-20T10:11:13Z"}',
  ],
  [
    'the same time in another form',
    wrappedWith({ time: '2026-11-20T10:11:12.000Z' }),
    '{"time":"2026-11-20T10:11:12.000Z"}',
  ],
  ['no time', wrappedWith({ time: undefined }), '{"time":null}'],
  [
    'no time in the record',
    wrappedWith({}, { eventTime: undefined }),
    '{"detail":{"eventTime":null}}',
  ],
  ['neither of the times', wrappedWith({ time: undefined }, { eventTime: null }), ''],
  [
    'a time of the record that is none',
    wrappedWith({}, { eventTime: 'yesterday' }),
    '{"detail":{"eventTime":"yesterday"}}',
  ],
  [
    'both times none',
    wrappedWith({ time: 'x' }, { eventTime: 'x' }),
    '{"time":"x","detail":{"eventTime":"x"}}',
  ],
  [
    'both times with an offset',
    wrappedWith({ time: '2026-11-20T11:11:12+01:00' }, { eventTime: '2026-11-20T11:11:12+01:00' }),
    '{"time":"2026-11-20T11:11:12+01:00","detail":{"eventTime":"2026-11-20T11:11:12+01:00"}}',
  ],
  [
    'another Region in the record',
    wrappedWith({}, { awsRegion: 'us-east-1' }),
    '{"detail":{"awsRegion":"us-east-1"}}',
  ],
  [
    'no Region in the record',
    wrappedWith({}, { awsRegion: undefined }),
    '{"detail":{"awsRegion":null}}',
  ],
  ['no Region of the envelope', wrappedWith({ region: undefined }), '{"region":null}'],
  ['no Region at all', wrappedWith({ region: undefined }, { awsRegion: undefined }), ''],
  [
    'a Region that is a number',
    wrappedWith({ region: 5 }, { awsRegion: 5 }),
    '{"region":5,"detail":{"awsRegion":5}}',
  ],
  ['a Region that is an object', wrappedWith({ region: {} }), '{"region":{}}'],
  // stored cells that hold a part only
  ['an account that is a number', otherWith({ account: 123456789012 }), '{"account":123456789012}'],
  ['an account that is a list', otherWith({ account: ['1'] }), '{"account":["1"]}'],
  ['a boolean as a text', bareWith({ readOnly: 'false' }), '{"readOnly":"false"}'],
  [
    'a boolean of another sort',
    wrappedWith({}, { readOnly: 'no' }),
    '{"detail":{"readOnly":"no"}}',
  ],
  ['a time in milliseconds', otherWith({ time: '2026-11-20T10:11:12.340Z' }), ''],
  ['a time of another form', otherWith({ time: '20 Nov' }), '{"time":"20 Nov"}'],
  ['resources that are a text', otherWith({ resources: 'a' }), '{"resources":"a"}'],
  ['resources that are no texts', otherWith({ resources: ['a', 7] }), '{"resources":["a",7]}'],
  [
    'resources with more in them',
    bareWith({ resources: [{ ARN: 'a', x: 1 }] }),
    '{"resources":[{"ARN":"a","x":1}]}',
  ],
  ['a lone surrogate', otherWith({ id: '\ud800' }), '{"id":"\\ud800"}'],
  // members that no column has
  ['an unknown key', bareWith({ 'brand.new': { a: null } }), '{"brand.new":{}}'],
  ['an unknown key in the envelope', wrappedWith({ 'key-to-come': 'r' }), '{"key-to-come":"r"}'],
  ['an unknown key that is null', otherWith({ x: null }), ''],
  ['unknown keys in both parts', wrappedWith({ a: 1 }, { a: 2 }), '{"a":1,"detail":{"a":2}}'],
  ['a key of the record in the envelope', wrappedWith({ eventID: 'x' }), '{"eventID":"x"}'],
  [
    'a key of the envelope in the record',
    wrappedWith({}, { id: 'x', region: 'y' }),
    '{"detail":{"id":"x","region":"y"}}',
  ],
  ['a detail in a detail', wrappedWith({}, { detail: {} }), '{"detail":{"detail":{}}}'],
  ['keys in another case', bareWith({ EventID: 'x' }), '{"EventID":"x"}'],
  ['__proto__', otherWith(JSON.parse('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}'],
  ['constructor', wrappedWith({}, { constructor: 1 }), '{"detail":{"constructor":1}}'],
  ['an empty detail', otherWith({ detail: {} }), ''],
  ['no detail', otherWith({ detail: undefined }), ''],
  ['a detail that is a text', otherWith({ detail: 'null' }), ''],
  ['a record that is a text', wrappedWith({}).replace(/"detail":\{.*/s, '"detail":"x"}'), ''],
];

describe('unmapped', () => {
  test.each(odd)('of an event with %s', (_name, event, unmapped) => {
    const row = storedRowOf(event);

    expect(row.unmapped ?? '').toBe(unmapped);
  });

  test.each(odd)('is the smallest patch, and no row has a fault: %s', (_name, event) => {
    const row = storedRowOf(event);

    const patch = patchBetween(rebuild(row), parseJson(event));

    const unmapped = row.unmapped === undefined ? undefined : parseJson(row.unmapped);
    expect(sortedText(unmapped)).toBe(sortedText(patch));
    expect(faultsOf(row)).toEqual([]);
  });

  test.each(odd)('gives back, with the columns, an event with %s', (_name, event) => {
    expect(equalJson(parseJson(eventTextOf(storedRowOf(event))), parseJson(event))).toBe(true);
  });

  test('spells numbers as they stood', () => {
    const event = '{"eventVersion":1.0,"eventSource":"x","a":[1e400,-0],"b":9007199254740993}';

    expect(storedRowOf(event)).toMatchObject({
      event_version: '1.0',
      unmapped: '{"a":[1e400,-0],"b":9007199254740993,"eventVersion":1.0}',
    });
  });
});

describe('A cell', () => {
  test('holds of an odd value as much as fits', () => {
    const odd = {
      account: 123456789012,
      region: true,
      id: '\udc00x',
      time: '2026-11-20T11:11:12+01:00',
      resources: ' i-0abc123def4567890',
    };

    expect(storedRowOf(otherWith(odd))).toMatchObject({
      account: '123456789012',
      region: 'true',
      event_id: '\ufffdx',
      event_time: '2026-11-20 10:11:12.000',
      resources: [{ arn: ' i-0abc123def4567890' }],
    });
  });

  test('is filled by a twin where its own place has nothing that fits', () => {
    expect(storedRowOf(wrappedWith({}, { eventTime: undefined }))).toMatchObject({
      event_time: '2026-11-20 10:11:12.000',
    });
    expect(storedRowOf(wrappedWith({ region: undefined }))).toMatchObject({ region: 'eu-west-1' });
  });

  test('of a JSON column keeps key order, key case and numbers', () => {
    const event =
      '{"eventVersion":"1.0","eventType":"","requestParameters":{"b":1.0,"B":null,"a":"\\ud800"}}';

    expect(storedRowOf(event).request_parameters).toBe('{"b":1.0,"B":null,"a":"\\ud800"}');
  });

  test('of a JSON column may be of any type but null', () => {
    const cellOf = (value: Json) =>
      storedRowOf(bareWith({ requestParameters: value })).request_parameters;

    expect(['null', '', 7, false, [], {}, null].map(cellOf)).toEqual([
      '"null"',
      '""',
      '7',
      'false',
      '[]',
      '{}',
      undefined,
    ]);
  });
});

test('A row of 1,000 levels is made and gives its event back', () => {
  const deep = `${'{"a":'.repeat(998)}1.0${'}'.repeat(998)}`;
  const events = [
    `{"source":"s","detail-type":"t","detail":${deep}}`,
    `{"source":"s","detail-type":"t","unknown":${deep}}`,
    `{"source":"s","detail-type":"x via CloudTrail","detail":{"unknown":${deep.slice(5, -1)}}}`,
    `{"source":"s","detail-type":"x via CloudTrail","detail":{"requestParameters":${deep.slice(5, -1)}}}`,
    `{"eventVersion":"1.0","eventType":"","requestParameters":${deep}}`,
    `[${deep}]`,
  ];

  for (const event of events) {
    const row = storedRowOf(event);

    expect(faultsOf(row)).toEqual([]);
    expect(equalJson(parseJson(eventTextOf(row)), parseJson(event))).toBe(true);
  }
});

function withoutNulls(value: Json): Json {
  return JSON.parse(JSON.stringify(value), (_key, member) => member ?? undefined) as Json;
}
