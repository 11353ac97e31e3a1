import { describe, expect, test } from '@jest/globals';
import { serviceLimits } from '../../../../local/firehose/limits.ts';
import { checkBatch, checkRecord } from '../../../../local/firehose/put.ts';

const records = (count: number, bytes: number) =>
  Array.from({ length: count }, () => new Uint8Array(bytes));

describe('A put', () => {
  test.each([0, 1_024_000])('of a record of %d bytes is accepted', (bytes) => {
    expect(() => checkRecord(new Uint8Array(bytes), serviceLimits)).not.toThrow();
  });

  test('of a record of 1,024,001 bytes is refused', () => {
    expect(() => checkRecord(new Uint8Array(1_024_001), serviceLimits)).toThrow(
      expect.objectContaining({
        code: 'ValidationException',
        message: expect.stringContaining(
          "at 'record.data' failed to satisfy constraint: Member must have length less than or equal to 1024000",
        ),
      }),
    );
  });

  test.each([
    [500, 100],
    [4, 1024 * 1000],
  ])('of %d records of %d bytes is accepted', (count, bytes) => {
    expect(() => checkBatch(records(count, bytes), serviceLimits)).not.toThrow();
  });

  test('of exactly 4 MiB is accepted, of a byte more refused', () => {
    const most = records(8, 512 * 1024);
    const over = [...most, new Uint8Array(1)];

    expect(() => checkBatch(most, serviceLimits)).not.toThrow();
    expect(() => checkBatch(over, serviceLimits)).toThrow(
      expect.objectContaining({
        code: 'InvalidArgumentException',
        message: 'Records size exceeds 4 MB limit',
      }),
    );
  });

  test.each([
    [0, 'greater than or equal to 1'],
    [501, 'less than or equal to 500'],
  ])('of %d records is refused', (count, constraint) => {
    expect(() => checkBatch(records(count, 1), serviceLimits)).toThrow(
      expect.objectContaining({
        code: 'ValidationException',
        message: expect.stringContaining(
          `'records' failed to satisfy constraint: Member must have length ${constraint}`,
        ),
      }),
    );
  });

  test('of a batch is refused for one large record, which is named', () => {
    const [small] = records(1, 1);
    const [large] = records(1, 1_024_001);

    expect(() => checkBatch([small as Uint8Array, large as Uint8Array], serviceLimits)).toThrow(
      /'records\.2\.member\.data'/,
    );
  });
});
