import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { attempt } from '../../../src/errors.ts';
import { isControlMessage, messagesIn, messagesInLarge } from '../../../src/events/subscription.ts';
import { type Json, jsonText, parseJson } from '../../../src/json.ts';

const subscription = {
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: 'trail',
  logStream: '123456789012_CloudTrail_eu-west-1',
  subscriptionFilters: ['to-firehose'],
};

const parse = (bytes: Uint8Array) => attempt(() => parseJson(Buffer.from(bytes).toString()));

/** The messages of a document that is parsed as a whole, and of one that is not: the same. */
function textsIn(document: Json): string[] | undefined {
  const texts = textsOf(messagesIn(document));
  expect(textsOf(messagesInLarge(Buffer.from(jsonText(document)), parse))).toEqual(texts);
  return texts;
}

const textsOf = (messages: Iterable<Uint8Array> | undefined) =>
  messages && Array.from(messages, (message) => Buffer.from(message).toString());

describe('A subscription record', () => {
  test('holds the messages of its log events, in their order', () => {
    const logEvents = [
      { id: '1', timestamp: 1795167667042, message: '{"eventVersion":"1.11","n":1.0}' },
      { id: '2', timestamp: 1795167667043, message: 'plain text\nof two lines é😀' },
      { id: '3', timestamp: 1795167667044, message: '' },
    ];

    expect(textsIn({ ...subscription, logEvents })).toEqual([
      '{"eventVersion":"1.11","n":1.0}',
      'plain text\nof two lines é😀',
      '',
    ]);
  });

  test('may hold none', () => {
    expect(textsIn({ ...subscription, logEvents: [] })).toEqual([]);
  });

  test('keeps a log event without a text as it is', () => {
    const logEvents = parseJson('[{"id":"1"},{"message":7},{"message":null},1.0,null,["x"]]');

    expect(textsIn({ ...subscription, logEvents })).toEqual([
      '{"id":"1"}',
      '{"message":7}',
      '{"message":null}',
      '1.0',
      'null',
      '["x"]',
    ]);
  });

  test('keeps a lone surrogate as the escape that stands for it in JSON', () => {
    const message = '{"a":"x\ud800y\udfff😀"}';

    const texts = textsIn({ ...subscription, logEvents: [{ message }] });

    expect(texts).toEqual(['{"a":"x\\ud800y\\udfff😀"}']);
    expect(parseJson(texts?.[0] ?? '')).toEqual(parseJson(message));
  });
});

describe('A subscription record that is too large to be parsed', () => {
  test('may have white space everywhere, and its log events before its type', () => {
    const bytes = Buffer.from(
      '{ "x" : [ { } ] ,\n"logEvents" : [ { "message" : "a" } , {"message":"b"} ] , "messageType" : "DATA_MESSAGE" }',
    );

    expect(textsOf(messagesInLarge(bytes, parse))).toEqual(['a', 'b']);
  });

  test('gives a log event that cannot be parsed as it is', () => {
    const bytes = Buffer.from(
      '{"messageType":"DATA_MESSAGE","logEvents":[{"message":"\\x"},{"message":"b"}]}',
    );

    expect(textsOf(messagesInLarge(bytes, parse))).toEqual(['{"message":"\\x"}', 'b']);
  });

  test('of keys that are there twice, looks at the last', () => {
    const bytes = Buffer.from(
      '{"messageType":"x","logEvents":7,"messageType":"DATA_MESSAGE","logEvents":[{"message":"a"}]}',
    );

    expect(textsOf(messagesInLarge(bytes, parse))).toEqual(['a']);
    expect(textsOf(messagesIn(parseJson(bytes.toString())))).toEqual(['a']);
  });
});

const noRecords: Json[] = [
  null,
  'DATA_MESSAGE',
  [],
  [{ ...subscription, logEvents: [] }],
  {},
  subscription,
  { logEvents: [] },
  { ...subscription, logEvents: {} },
  { ...subscription, logEvents: 'x' },
  { ...subscription, messageType: 'data_message', logEvents: [] },
  { ...subscription, messageType: ['DATA_MESSAGE'], logEvents: [] },
  { ...subscription, messageType: 'DATA_MESSAGES', logEvents: [] },
  ...['DATA_MESSAGE', 'CONTROL_MESSAGE'].flatMap((messageType) => {
    const like = { messageType, logEvents: [] };
    return [
      { ...like, source: 'aws.ec2', 'detail-type': 'x' },
      { ...like, eventVersion: '1.11', eventType: 'AwsApiCall' },
    ];
  }),
];

describe('No subscription record is', () => {
  test.each([...noRecords, { ...subscription, messageType: 'CONTROL_MESSAGE', logEvents: [] }])(
    '%j',
    (document) => {
      expect(textsIn(document)).toBeUndefined();
    },
  );
});

test('No subscription record is one too large to be parsed that may be an event by an escaped key', () => {
  const bytes = Buffer.from(
    '{"\\u0073ource":"aws.ec2","detail\\u002dtype":"x","messageType":"DATA_MESSAGE","logEvents":[]}',
  );

  expect(messagesInLarge(bytes, parse)).toBeUndefined();
  expect(messagesIn(parseJson(bytes.toString()))).toBeUndefined();
});

describe('A control message', () => {
  test('only tests the way', () => {
    const control = {
      ...subscription,
      messageType: 'CONTROL_MESSAGE',
      logEvents: [{ id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking health.' }],
    };

    expect(isControlMessage(control)).toBe(true);
  });

  test.each([...noRecords, { ...subscription, logEvents: [] }])('is not %j', (document) => {
    expect(isControlMessage(document)).toBe(false);
  });
});
