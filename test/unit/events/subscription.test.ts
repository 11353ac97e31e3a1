import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { subscriptionIn } from '../../../src/events/subscription.ts';
import { type Json, parseJson } from '../../../src/json.ts';

const subscription = {
  messageType: 'DATA_MESSAGE',
  owner: '123456789012',
  logGroup: 'trail',
  logStream: '123456789012_CloudTrail_eu-west-1',
  subscriptionFilters: ['to-firehose'],
};

const messagesIn = (logEvents: readonly Json[]) =>
  subscriptionIn({ ...subscription, logEvents })?.messages.map((message) =>
    Buffer.from(message).toString(),
  );

describe('A subscription record', () => {
  test('holds the messages of its log events, in their order', () => {
    const logEvents = [
      { id: '1', timestamp: 1795167667042, message: '{"eventVersion":"1.11","n":1.0}' },
      { id: '2', timestamp: 1795167667043, message: 'plain text\nof two lines é😀' },
      { id: '3', timestamp: 1795167667044, message: '' },
    ];

    expect(messagesIn(logEvents)).toEqual([
      '{"eventVersion":"1.11","n":1.0}',
      'plain text\nof two lines é😀',
      '',
    ]);
  });

  test('may hold none', () => {
    expect(subscriptionIn({ ...subscription, logEvents: [] })).toEqual({
      isControl: false,
      messages: [],
    });
  });

  test('that only tests the way holds nothing', () => {
    const control = {
      ...subscription,
      messageType: 'CONTROL_MESSAGE',
      logEvents: [{ id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking health.' }],
    };

    expect(subscriptionIn(control)).toEqual({ isControl: true, messages: [] });
  });

  test('keeps a log event without a text as it is', () => {
    const logEvents = parseJson('[{"id":"1"},{"message":7},{"message":null},1.0,null,["x"]]');

    expect(messagesIn(logEvents as Json[])).toEqual([
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

    expect(messagesIn([{ message }])).toEqual(['{"a":"x\\ud800y\\udfff😀"}']);
    expect(parseJson(messagesIn([{ message }])?.[0] ?? '')).toEqual(parseJson(message));
  });
});

describe('No subscription record is', () => {
  test.each<Json>([
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
  ])('%j', (document) => {
    expect(subscriptionIn(document)).toBeUndefined();
  });
});
