import { describe, expect, test } from '@jest/globals';
import {
  droppedAnswer,
  failedAnswer,
  InvocationError,
  okAnswer,
  recordsOf,
} from '../../../src/firehose/contract.ts';

describe('recordsOf', () => {
  test('gives the records of an invocation', () => {
    const records = [{ recordId: '1', approximateArrivalTimestamp: 0, data: '' }];

    expect(recordsOf({ records })).toBe(records);
    expect(recordsOf({ records: [] })).toEqual([]);
  });

  test.each([
    undefined,
    null,
    'x',
    7,
    [],
    {},
    { Records: [] },
    { records: null },
    { records: {} },
    { records: 'x' },
    { records: [null] },
    { records: [{ recordId: '1', data: '' }, { data: '' }] },
    { records: [{ recordId: 1, data: '' }] },
  ])('says of %j what to invoke with', (invocation) => {
    const read = () => recordsOf(invocation);

    expect(read).toThrow(InvocationError);
    expect(read).toThrow(/not an invocation by Firehose.*"recordId".*`eventlake invocation FILE`/s);
  });
});

describe('An answer', () => {
  const record = { recordId: '1', approximateArrivalTimestamp: 0, data: 'eA==' };

  test('that is Ok has its lines in base64, and the keys of its partition', () => {
    expect(
      okAnswer('1', [Buffer.from('{"a":"é"}\n')], { source: 'aws.ec2', day: '2026-11-20' }),
    ).toEqual({
      recordId: '1',
      result: 'Ok',
      data: Buffer.from('{"a":"é"}\n').toString('base64'),
      metadata: { partitionKeys: { source: 'aws.ec2', day: '2026-11-20' } },
    });
  });

  test('that is dropped has no data', () => {
    expect(droppedAnswer(record)).toEqual({ recordId: '1', result: 'Dropped' });
  });

  test('that has failed gives back what came', () => {
    expect(failedAnswer(record)).toEqual({
      recordId: '1',
      result: 'ProcessingFailed',
      data: 'eA==',
    });
  });
});
