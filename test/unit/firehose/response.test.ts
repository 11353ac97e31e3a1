import { describe, expect, test } from '@jest/globals';
import {
  droppedAnswer,
  type FirehoseAnswer,
  type FirehoseRecord,
  failedAnswer,
  okAnswer,
  type Response,
} from '../../../src/firehose/contract.ts';
import { firehoseLimits } from '../../../src/firehose/limits.ts';
import { buildResponse } from '../../../src/firehose/response.ts';

const partition = { source: 'aws.ec2', day: '2026-11-20' };

const recordOf = (recordId: string, data = 'eA=='): FirehoseRecord => ({
  recordId,
  approximateArrivalTimestamp: 0,
  data,
});

/** Bytes of a response as Lambda's runtime sends it. */
const bytesOf = (response: Response) => Buffer.byteLength(JSON.stringify(response));

/** An `Ok` answer of exactly so many bytes, a multiple of four apart from the rest. */
function okOfBytes(recordId: string, bytes: number): FirehoseAnswer {
  const answer = okAnswer(recordId, [Buffer.from('')], partition);
  const rest = Buffer.byteLength(JSON.stringify(answer));
  const answered = { ...answer, data: 'A'.repeat(bytes - rest) };
  expect(Buffer.byteLength(JSON.stringify(answered))).toBe(bytes);
  return answered;
}

describe('A response', () => {
  test('answers every record in order, as failed, from the start', () => {
    const { response } = buildResponse([recordOf('b'), recordOf('a')], 1000);

    expect(response).toEqual({
      records: [
        { recordId: 'b', result: 'ProcessingFailed' },
        { recordId: 'a', result: 'ProcessingFailed' },
      ],
    });
  });

  test('to no record is empty', () => {
    expect(buildResponse([], 1000).response).toEqual({ records: [] });
  });

  test('takes a better answer in place', () => {
    const records = [recordOf('a'), recordOf('b'), recordOf('c')];
    const { tryAnswer, response } = buildResponse(records, 1000);

    expect(tryAnswer(1, droppedAnswer(recordOf('b')))).toBe(true);
    expect(tryAnswer(2, okAnswer('c', [Buffer.from('{}\n')], partition))).toBe(true);

    expect(response.records.map(({ recordId, result }) => `${recordId} ${result}`)).toEqual([
      'a ProcessingFailed',
      'b Dropped',
      'c Ok',
    ]);
  });

  test.each([
    ['one byte less than the limit', -1, true],
    ['the limit', 0, true],
    ['one byte more', 1, false],
  ])('takes an answer with which it has %s: %p', (_, more, isTaken) => {
    // Prepare
    const { maxResponseBytes } = firehoseLimits;
    const records = [recordOf('first'), recordOf('second')];
    const { tryAnswer, response } = buildResponse(records, maxResponseBytes);
    const rest = bytesOf({ records: [{ recordId: 'first', result: 'ProcessingFailed' }] });
    const room = maxResponseBytes - rest - ','.length;

    // Act
    const taken = tryAnswer(1, okOfBytes('second', room + more));

    // Assess
    expect(maxResponseBytes).toBe(6_291_556);
    expect(taken).toBe(isTaken);
    if (isTaken) expect(bytesOf(response)).toBe(maxResponseBytes + more);
    else expect(response.records[1]).toEqual({ recordId: 'second', result: 'ProcessingFailed' });
  });

  test('has room again for what an answer gave up', () => {
    const records = [recordOf('a', 'x'.repeat(100)), recordOf('b')];
    const { tryAnswer, response } = buildResponse(records, 230);

    expect(tryAnswer(0, failedAnswer(records[0] as FirehoseRecord))).toBe(true);
    expect(tryAnswer(1, okAnswer('b', [Buffer.from('{}\n')], partition))).toBe(false);
    expect(tryAnswer(0, droppedAnswer(records[0] as FirehoseRecord))).toBe(true);
    expect(tryAnswer(1, okAnswer('b', [Buffer.from('{}\n')], partition))).toBe(true);
    expect(bytesOf(response)).toBeLessThanOrEqual(230);
  });

  test('keeps its limit where as many records come as a request can hold', () => {
    // Prepare: the smallest records that there are
    const { maxResponseBytes } = firehoseLimits;
    const recordId = '4'.repeat(62);
    const record = { recordId, approximateArrivalTimestamp: 1795168800000, data: '' };
    const count = Math.floor((6 * 1024 * 1024) / (JSON.stringify(record).length + 1));

    // Act
    const { response } = buildResponse(Array(count).fill(record), maxResponseBytes);

    // Assess
    expect(bytesOf(response)).toBeLessThanOrEqual(maxResponseBytes);
  });
});

describe('The size of an answer', () => {
  test.each([
    okAnswer('1', [Buffer.from('{"a":"é😀"}\n')], partition),
    okAnswer('1', [Buffer.from('')], { source: 'other', day: '2026-11-20' }),
    droppedAnswer(recordOf('\u{1f600}"\\\ud800')),
    failedAnswer(recordOf('1', 'YWJj')),
    failedAnswer(recordOf('1', 'no base64: é"\n')),
    failedAnswer({ recordId: '1' } as FirehoseRecord),
    failedAnswer({ recordId: '1', data: 7 } as unknown as FirehoseRecord),
  ])('is that of its JSON in UTF-8: %j', (answer) => {
    const bytes = bytesOf({ records: [answer] });
    const fits = (maxResponseBytes: number) =>
      buildResponse([recordOf(answer.recordId)], maxResponseBytes).tryAnswer(0, answer);

    expect([fits(bytes - 1), fits(bytes)]).toEqual([false, true]);
  });
});

describe('Room in a response', () => {
  test.each([0, 1, 2, 3, 4, 100])(
    'is told exactly before %i bytes of lines are written',
    (bytes) => {
      const lines = [Buffer.alloc(bytes, 'x')];
      const least = bytesOf({
        records: [okAnswer('a', lines, partition), { recordId: 'b', result: 'ProcessingFailed' }],
      });
      const builderOf = (maxBytes: number) =>
        buildResponse([recordOf('a'), recordOf('b')], maxBytes);

      expect(builderOf(least).hasRoom(0, bytes, partition)).toBe(true);
      expect(builderOf(least).tryAnswer(0, okAnswer('a', lines, partition))).toBe(true);
      expect(builderOf(least - 1).hasRoom(0, bytes, partition)).toBe(false);
    },
  );
});
