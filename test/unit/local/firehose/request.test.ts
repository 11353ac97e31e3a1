import { describe, expect, test } from '@jest/globals';
import { createRecordMaker } from '../../../../local/firehose/record.ts';
import {
  maxRequestRecordBytes,
  requestHeadBytes,
  requestOf,
  requestRecordBytes,
} from '../../../../local/firehose/request.ts';

const stream = {
  deliveryStreamArn: 'arn:aws:firehose:eu-central-1:111122223333:deliverystream/events',
  region: 'eu-central-1',
};
const invocationId = '2b4d1ad9-2f48-44bd-a088-767c317e994a';

describe('The request to the function', () => {
  test('has its keys in the order of the service', () => {
    const record = createRecordMaker()(Buffer.from('hello'), 1_664_029_185_290);

    const requestJson = requestOf({ invocationId, ...stream }, [record]);

    expect(requestJson).toBe(
      JSON.stringify({
        invocationId,
        ...stream,
        records: [
          {
            recordId: record.recordId,
            approximateArrivalTimestamp: 1_664_029_185_290,
            data: 'aGVsbG8=',
          },
        ],
      }),
    );
  });

  test('gives an empty record empty data', () => {
    const record = createRecordMaker()(new Uint8Array(), 0);

    const { records } = JSON.parse(requestOf({ invocationId, ...stream }, [record]));

    expect(records[0].data).toBe('');
  });

  test('has exactly the size that was counted, but for the comma that the first record lacks', () => {
    const makeRecord = createRecordMaker();
    const records = [makeRecord(Buffer.from('a'), 0), makeRecord(Buffer.from('bcd'), -12_345)];

    const requestJson = requestOf({ invocationId, ...stream }, records);

    const counted = records.map(requestRecordBytes).reduce((sum, bytes) => sum + bytes);
    expect(Buffer.byteLength(requestJson)).toBe(requestHeadBytes(stream) + counted - 1);
  });

  test('never needs more for a record than for the largest', () => {
    const record = createRecordMaker()(new Uint8Array(1000), -8.64e15);

    expect(requestRecordBytes(record)).toBe(maxRequestRecordBytes(1000));
  });
});

describe('The ids of records', () => {
  test('have 62 digits and increase', () => {
    const makeRecord = createRecordMaker();

    const ids = Array.from({ length: 12 }, () => makeRecord(new Uint8Array(), 0).recordId);

    expect(ids.every((id) => /^\d{62}$/.test(id))).toBe(true);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});
