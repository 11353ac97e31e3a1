import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../../src/batch/limits.ts';
import { readRecords } from '../../../src/batch/read-records.ts';
import { configurationOf } from '../../../src/config.ts';
import { carry } from '../../../src/firehose/carrier.ts';
import { arrivalMs, busEvent, invocationOf } from '../../support/transform-fixture.ts';

const options = {
  configuration: configurationOf({}),
  lessonsOf: () => [],
  limits: defaultLimits,
};

const read = (
  records: readonly (string | Uint8Array)[],
  {
    remainingMs = () => 1,
    arrivalOf = () => arrivalMs,
  }: { remainingMs?: () => number; arrivalOf?: (index: number) => unknown } = {},
) =>
  readRecords(invocationOf(records, arrivalOf).records, options, {
    now: () => 7,
    remainingMs,
    wait: async () => {},
  });

const carrier = (timesPut: number, arrivedMs = arrivalMs) =>
  carry({ timesPut, arrivedMs, payload: Buffer.from(busEvent('x')) });

describe('The records of a batch', () => {
  test('are read in their order, but first what was put again most often', () => {
    const { opened } = read(['a', carrier(1), carrier(3), 'b', carrier(3)]);

    expect(opened.map(({ index }) => index)).toEqual([2, 4, 1, 0, 3]);
    expect(opened.map(({ journey }) => journey.timesPut)).toEqual([3, 3, 1, 0, 0]);
  });

  test('arrived when Firehose says, or their first carrier did, or now where nobody says it', () => {
    const arrivals = [arrivalMs + 0.7, arrivalMs, 'soon'];
    const { opened } = read(['a', carrier(1, arrivalMs - 5), 'b'], {
      arrivalOf: (index) => arrivals[index],
    });

    const byIndex = opened.toSorted((one, other) => one.index - other.index);
    expect(byIndex.map(({ journey }) => journey.arrivedMs)).toEqual([arrivalMs, arrivalMs - 5, 7]);
  });

  test('fail alone, and those behind for which there is no time', () => {
    let left = 4;
    const { opened } = read([busEvent('a'), 'oops', busEvent('b'), busEvent('c')], {
      remainingMs: () => --left,
    });

    expect(opened.map(({ contents }) => contents.ok || contents.error.code)).toEqual([
      true,
      'BAD_JSON',
      'OUT_OF_TIME',
      'OUT_OF_TIME',
    ]);
  });

  test('take the same work each time, and give back memory that they do not need', () => {
    const records = [gzipSync(`${busEvent('a')}\n${busEvent('b')}`), gzipSync(' '.repeat(9000))];

    expect(read(records).work).toBe(read(records).work);
    expect(read(records).work).toBeGreaterThan(9000);
  });

  test('are left out where they are read already', () => {
    const { records } = invocationOf(['a', 'b']);
    const time = { now: () => 7, remainingMs: () => 1, wait: async () => {} };

    const { opened } = readRecords(records, options, time, (index) => index === 0);

    expect(opened.map(({ index }) => index)).toEqual([1]);
  });
});
