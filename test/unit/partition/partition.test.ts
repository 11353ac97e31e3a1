import { describe, expect, test } from '@jest/globals';
import { isSame, maxDaysAhead, partitionOf } from '../../../src/partition/partition.ts';
import { defaultSources, maxSources } from '../../../src/partition/sources.ts';
import type { Row } from '../../../src/rows/schema.ts';

const rules = { sources: new Set(['aws.ec2', 'my.app']), maxDaysLate: 7 };
const arrival = '2026-11-20 12:00:00.000';

const rowAt = (event_time?: string, arrival_time = arrival): Row =>
  event_time === undefined ? { arrival_time } : { arrival_time, event_time };

describe('The source of a partition', () => {
  test.each([
    ['aws.ec2', 'aws.ec2'],
    ['my.app', 'my.app'],
    ['aws.s3', 'other'],
    ['AWS.EC2', 'other'],
    [' aws.ec2', 'other'],
    ['aws.ec2/x', 'other'],
    ['aws.partner/example.com/x', 'other'],
    ['..', 'other'],
    ['', 'other'],
    ['other', 'other'],
    ['constructor', 'other'],
    ['aws.ec2\nsource=x', 'other'],
    [undefined, 'other'],
  ])('of %j is %s', (event_source, source) => {
    const row: Row = { arrival_time: arrival, ...(event_source !== undefined && { event_source }) };

    expect(partitionOf(row, rules).source).toBe(source);
  });
});

describe('The day of a partition', () => {
  test.each([
    // the same day
    ['2026-11-20 12:00:00.000', '2026-11-20'],
    ['2026-11-20 00:00:00.000', '2026-11-20'],
    ['2026-11-20 23:59:59.999', '2026-11-20'],
    // late
    ['2026-11-19 23:59:59.999', '2026-11-19'],
    ['2026-11-13 00:00:00.000', '2026-11-13'],
    ['2026-11-12 23:59:59.999', '2026-11-20'],
    ['1970-01-01 00:00:00.000', '2026-11-20'],
    // ahead
    ['2026-11-21 00:00:00.000', '2026-11-21'],
    ['2026-11-21 23:59:59.999', '2026-11-21'],
    ['2026-11-22 00:00:00.000', '2026-11-20'],
    ['9999-12-31 23:59:59.999', '2026-11-20'],
    // without a usable time
    [undefined, '2026-11-20'],
  ])('of an event of %s is %s', (time, day) => {
    expect(partitionOf(rowAt(time), rules).day).toBe(day);
  });

  test('is counted in calendar days, not in hours', () => {
    const justAfterMidnight = '2026-11-20 00:00:00.000';
    const justBefore = '2026-11-20 23:59:59.999';
    const narrow = { ...rules, maxDaysLate: 0 };

    expect(partitionOf(rowAt('2026-11-19 23:59:59.999', justAfterMidnight), narrow).day).toBe(
      '2026-11-20',
    );
    expect(partitionOf(rowAt('2026-11-20 00:00:00.000', justBefore), narrow).day).toBe(
      '2026-11-20',
    );
    expect(partitionOf(rowAt('2026-11-21 23:59:59.999', justAfterMidnight), narrow).day).toBe(
      '2026-11-21',
    );
  });

  test.each([0, 1, 6, 7])('may be %i days back, and no more', (maxDaysLate) => {
    const dayBack = (days: number) =>
      `${new Date(Date.UTC(2026, 10, 20 - days)).toISOString().slice(0, 10)} 12:00:00.000`;
    const dayOfPartition = (days: number) =>
      partitionOf(rowAt(dayBack(days)), { ...rules, maxDaysLate }).day;

    const before = Math.max(0, maxDaysLate - 1);
    expect(dayOfPartition(before)).toBe(dayBack(before).slice(0, 10));
    expect(dayOfPartition(maxDaysLate)).toBe(dayBack(maxDaysLate).slice(0, 10));
    expect(dayOfPartition(maxDaysLate + 1)).toBe('2026-11-20');
  });

  test('crosses months and years', () => {
    expect(
      partitionOf(rowAt('2025-12-31 23:00:00.000', '2026-01-01 01:00:00.000'), rules).day,
    ).toBe('2025-12-31');
    expect(
      partitionOf(rowAt('2028-02-29 00:00:00.000', '2028-03-01 00:00:00.000'), rules).day,
    ).toBe('2028-02-29');
  });
});

describe('Partitions', () => {
  test('are the same where both keys are', () => {
    const partition = { source: 'aws.ec2', day: '2026-11-20' };

    expect(isSame(partition, { ...partition })).toBe(true);
    expect(isSame(partition, { ...partition, source: 'other' })).toBe(false);
    expect(isSame(partition, { ...partition, day: '2026-11-21' })).toBe(false);
  });

  test('are at most as many at a time as Firehose keeps open', () => {
    const sources = maxSources + 1; // `other`
    const days = 7 + maxDaysAhead + 2; // arrivals span two days

    expect(sources * days).toBeLessThanOrEqual(500);
    expect(defaultSources.length).toBeLessThanOrEqual(maxSources);
  });
});
