import { describe, expect, test } from '@jest/globals';
import { RecordError } from '../../../src/errors.ts';
import { eventIn, recognise } from '../../../src/events/event.ts';
import type { Json } from '../../../src/json.ts';

const record = { eventVersion: '1.11', eventSource: 'ec2.amazonaws.com' };

describe('An event is recognised', () => {
  test.each<[string, string, Json]>([
    ['wrapped', 'AWS API Call via CloudTrail', record],
    ['wrapped', 'AWS Console Signin via CloudTrail', record],
    ['wrapped', 'AWS Console Sign In via CloudTrail', record],
    ['wrapped', 'Whatever Comes Next Year via CloudTrail', {}],
    ['other', 'AWS API Call via CloudTrail', 'a string'],
    ['other', 'AWS API Call via CloudTrail', [record]],
    ['other', 'AWS API Call via CloudTrail', null],
    ['other', 'AWS API Call via cloudtrail', record],
    ['other', 'AWS API Call via CloudTrail ', record],
    ['other', 'via CloudTrail', record],
    ['other', 'EC2 Instance State-change Notification', {}],
    ['other', '', 'anything'],
  ])('as %s, of the detail-type "%s" and a detail like %j', (family, detailType, detail) => {
    const document = { source: 'aws.ec2', 'detail-type': detailType, detail };

    expect(recognise(document)).toMatchObject({
      family,
      envelope: document,
      ...(family === 'other' ? { isAwsMade: true } : {}),
    });
  });

  test('by its envelope alone, whatever else is missing', () => {
    expect(recognise({ source: '', 'detail-type': '' })).toMatchObject({ family: 'other' });
  });

  test('as wrapped, also where its detail is a record that could stand alone', () => {
    const envelope = { source: 'aws.s3', 'detail-type': 'x via CloudTrail' };
    const document = { ...envelope, detail: record, ...record };

    expect(recognise(document)).toEqual({ family: 'wrapped', envelope: document, record });
  });

  test.each([
    'my.harmless.app',
    'aws.partner/example.com/x',
    'aws.ec2/x',
    'aws.ec2.x',
    'aws.',
    'aws',
    'AWS.ec2',
    ' aws.ec2',
    'xaws.ec2',
    'ec2.amazonaws.com',
    'route53-recovery-readiness.amazonaws.com',
    '',
  ])('as other, whatever its detail looks like, in an envelope of source "%s"', (source) => {
    const document = { source, 'detail-type': 'AWS API Call via CloudTrail', detail: record };

    expect(recognise(document)).toEqual({
      family: 'other',
      envelope: document,
      isAwsMade: false,
    });
  });

  test('as made by AWS also where its source is trusted, by its exact name', () => {
    const trusted = new Set(['my.replay']);
    const familyOf = (source: string, detailType: string) => {
      const document = { source, 'detail-type': detailType, detail: record };
      return recognise(document, trusted);
    };

    expect(familyOf('my.replay', 'AWS API Call via CloudTrail').family).toBe('wrapped');
    expect(familyOf('my.replay', 'Order Placed')).toMatchObject({ isAwsMade: true });
    expect(familyOf('my.replay2', 'AWS API Call via CloudTrail').family).toBe('other');
    expect(familyOf('my.repla', 'Order Placed')).toMatchObject({ isAwsMade: false });
    expect(familyOf('aws.ec2', 'AWS API Call via CloudTrail').family).toBe('wrapped');
  });

  test.each<[string, Json]>([
    ['a source', { eventVersion: '1.0', eventSource: 'iam.amazonaws.com' }],
    ['a type', { eventVersion: '1.0', eventType: 'AwsCloudTrailInsight' }],
    ['details of an insight', { eventVersion: '1.0', insightDetails: {} }],
    ['members of any type', { eventVersion: 1, eventSource: [] }],
    ['an envelope cut short', { ...record, source: 'aws.ec2', 'detail-type': 7 }],
  ])('as a bare record, of a version and %s', (_name, document) => {
    expect(recognise(document)).toEqual({ family: 'bare', record: document });
  });

  test.each(['AwsAggregatedEvent', 'awsaggregatedevent'])(
    'as an aggregate, of the type %s, where nothing is around it',
    (eventType) => {
      const document = { ...record, eventType, summary: {} };
      const envelope = { source: 'aws.s3', 'detail-type': 'x via CloudTrail', detail: document };

      expect(recognise(document)).toEqual({ family: 'aggregate', document });
      expect(recognise({ summary: {}, eventType })).toMatchObject({ family: 'unknown' });
      expect(recognise(envelope)).toMatchObject({ family: 'wrapped', record: document });
    },
  );

  test.each<Json>([
    null,
    true,
    7,
    JSON.rawJSON('1.0'),
    'aws.ec2',
    [],
    [record],
    {},
    { source: 'aws.ec2' },
    { 'detail-type': 'x' },
    { source: 'aws.ec2', 'detail-type': null },
    { source: 1, 'detail-type': 'x' },
    { eventVersion: '1.0' },
    { eventSource: 'ec2.amazonaws.com', eventType: 'AwsApiCall' },
    { eventVersion: null, eventSource: 'ec2.amazonaws.com' },
    { eventVersion: '1.0', eventSource: null, eventType: null, insightDetails: null },
  ])('as none of ours: %j', (document) => {
    expect(recognise(document)).toEqual({ family: 'unknown', document });
  });
});

describe('eventIn', () => {
  test('gives the event', () => {
    expect(eventIn(record)).toEqual({ family: 'bare', record });
  });

  test('refuses what is none, without a word of what is in it', () => {
    const refused = () => eventIn({ secret: 'x' });

    expect(refused).toThrow(RecordError);
    expect(refused).toThrow(
      expect.objectContaining({
        code: 'NOT_AN_EVENT',
        message:
          'neither an EventBridge event (source, detail-type) nor a CloudTrail record (eventVersion)',
      }),
    );
  });
});
