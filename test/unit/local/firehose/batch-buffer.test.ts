import { describe, expect, jest, test } from '@jest/globals';
import { createBatchBuffer } from '../../../../local/firehose/batch-buffer.ts';
import { createRecordMaker, type StreamRecord } from '../../../../local/firehose/record.ts';
import { requestRecordBytes } from '../../../../local/firehose/request.ts';
import { createClock } from '../../../support/firehose-fixture.ts';

function prepare({ bufferBytes = 100, maxRecordsBytes = 10_000 } = {}) {
  const clock = createClock();
  const onBatch = jest.fn<(records: readonly StreamRecord[]) => void>();
  const makeRecord = createRecordMaker();
  const { now } = clock;
  const buffer = createBatchBuffer({
    bufferBytes,
    maxRecordsBytes,
    intervalMs: 1000,
    now,
    onBatch,
  });
  return {
    clock,
    buffer,
    recordOf: (bytes: number) => makeRecord(new Uint8Array(bytes), 0),
    sizes: () => onBatch.mock.calls.map(([records]) => records.map(({ bytes }) => bytes)),
  };
}

describe('The buffer before the function', () => {
  test('closes a batch when it is exactly full', () => {
    const { buffer, recordOf, sizes } = prepare();

    for (const bytes of [60, 40, 10]) buffer.add(recordOf(bytes));

    expect(sizes()).toEqual([[60, 40]]);
    expect(buffer.isEmpty()).toBe(false);
  });

  test('closes a batch before the record that would not fit', () => {
    const { buffer, recordOf, sizes } = prepare();

    for (const bytes of [60, 41]) buffer.add(recordOf(bytes));

    expect(sizes()).toEqual([[60]]);
  });

  test('gives a record that is larger than the buffer a batch of its own', () => {
    const { buffer, recordOf, sizes } = prepare();

    for (const bytes of [1, 500, 1]) buffer.add(recordOf(bytes));

    expect(sizes()).toEqual([[1], [500]]);
  });

  test('closes a batch of empty records when its request is full', () => {
    const { buffer, recordOf, sizes } = prepare({
      maxRecordsBytes: 2 * requestRecordBytes(createRecordMaker()(new Uint8Array(), 0)),
    });

    for (const bytes of [0, 0, 0]) buffer.add(recordOf(bytes));

    expect(sizes()).toEqual([[0, 0]]);
  });

  test('closes a batch by its interval, counted from its first record', () => {
    const { buffer, recordOf, sizes, clock } = prepare();

    buffer.add(recordOf(1));
    clock.advance(999);
    buffer.add(recordOf(2));
    buffer.closeDue();
    const before = sizes();
    clock.advance(1);
    buffer.closeDue();

    expect(before).toEqual([]);
    expect(sizes()).toEqual([[1, 2]]);
  });

  test('gives no empty batch', () => {
    const { buffer, sizes } = prepare();

    buffer.close();
    buffer.closeDue();

    expect(sizes()).toEqual([]);
  });
});
