import { Buffer } from 'node:buffer';
import { describe, expect, jest, test } from '@jest/globals';
import {
  closeLine,
  createTagBytes,
  fitInstances,
  lineOf,
  openLineOf,
  rowLimits,
  withoutInstances,
} from '../../../src/rows/line.ts';
import type { Row, RowInstance } from '../../../src/rows/schema.ts';

const found = (n: number, value = 'web'): RowInstance => ({
  instance_id: `i-${String(n).padStart(8, '0')}`,
  state: 'running',
  tags: { team: value },
  tag_status: 'found',
  tag_source: 'cache',
  tag_time: '2026-11-20 10:11:12.000',
});

const omitted = (n: number): RowInstance => ({
  instance_id: `i-${String(n).padStart(8, '0')}`,
  state: 'running',
  tag_status: 'omitted',
});

const rowWith = (instances: RowInstance[]): Row => ({
  event_id: 'x',
  instances,
  instance_count: instances.length,
  detail: '{}',
});

const sizeOf = (row: Row) => Buffer.byteLength(`${JSON.stringify(row)}\n`);

/** The instances in the line that a row becomes under a limit. */
function instancesUnder(maxEnrichedBytes: number, row: Row, maxInstances = 1000) {
  const line = lineOf(row, { maxEnrichedBytes, maxInstances });
  return (JSON.parse(line) as Row).instances;
}

describe('A line', () => {
  test('is the row as JSON and one newline', () => {
    expect(lineOf({ event_id: 'x', detail: '{"a":"\\n"}' })).toBe(
      '{"event_id":"x","detail":"{\\"a\\":\\"\\\\n\\"}"}\n',
    );
  });

  test('leaves out what is undefined', () => {
    const row: Row = { event_id: 'x' };

    expect(lineOf(Object.assign(row, { state: undefined }))).toBe('{"event_id":"x"}\n');
  });

  test('without instances goes out as it is, however large', () => {
    const row: Row = { detail: 'x'.repeat(600 * 1024) };

    expect(lineOf(row)).toHaveLength(sizeOf(row));
  });

  test('gives way at 512 KiB, and keeps 1,000 instances', () => {
    expect(rowLimits).toEqual({ maxEnrichedBytes: 524_288, maxInstances: 1000 });
  });
});

describe('A line with tags', () => {
  const row = rowWith([found(1), found(2), found(3)]);
  const bytesOfTags =
    Buffer.byteLength(JSON.stringify(found(1))) - Buffer.byteLength(JSON.stringify(omitted(1)));

  test.each([1, 0])('keeps all of them at %i bytes below the limit', (below) => {
    expect(instancesUnder(sizeOf(row) + below, row)).toEqual(row.instances);
  });

  test.each([
    [1, 1],
    [bytesOfTags, 1],
    [bytesOfTags + 1, 2],
    [2 * bytesOfTags, 2],
    [2 * bytesOfTags + 1, 3],
    [3 * bytesOfTags, 3],
  ])('that is %i bytes over it sheds the tags of the last %i', (over, count) => {
    const limit = sizeOf(row) - over;

    const instances = instancesUnder(limit, row);

    const kept = [found(1), found(2), found(3)].slice(0, 3 - count);
    expect(instances).toEqual([...kept, ...[omitted(1), omitted(2), omitted(3)].slice(3 - count)]);
    expect(sizeOf(rowWith(instances ?? []))).toBeLessThanOrEqual(limit);
  });

  test('counts bytes, not characters', () => {
    const row = rowWith([found(1, '€'.repeat(100)), found(2, '😀'.repeat(100))]);

    expect(instancesUnder(sizeOf(row), row)).toEqual(row.instances);
    expect(instancesUnder(sizeOf(row) - 1, row)).toEqual([found(1, '€'.repeat(100)), omitted(2)]);
  });

  test('sheds no status but `found`', () => {
    const none: RowInstance = {
      instance_id: 'i-00000009',
      tag_status: 'none',
      tag_source: 'lookup',
      tag_time: '2026-11-20 10:11:12.000',
    };
    const others: RowInstance[] = [none, { instance_id: 'i-00000008', tag_status: 'failed' }];
    const row = rowWith([...others, found(1), ...others]);

    expect(instancesUnder(1, row)).toEqual([...others, omitted(1), ...others]);
  });

  test('never changes the row that it is made of', () => {
    const row = rowWith([found(1), found(2)]);
    const before = structuredClone(row);

    lineOf(row, { maxEnrichedBytes: 1, maxInstances: 1 });

    expect(row).toEqual(before);
  });
});

describe('The real limits', () => {
  test.each([
    ['keeps its tags at one byte below 512 KiB', -1, found(1)],
    ['keeps its tags at 512 KiB', 0, found(1)],
    ['sheds them at one byte more', 1, omitted(1)],
  ])('a line %s', (_, more, instance) => {
    const bare = sizeOf({ ...rowWith([found(1)]), detail: '' });
    const row = { ...rowWith([found(1)]), detail: 'x'.repeat(524_288 + more - bare) };

    const line = lineOf(row);

    expect(sizeOf(row)).toBe(524_288 + more);
    expect((JSON.parse(line) as Row).instances).toEqual([instance]);
  });

  test.each([
    [999, 999],
    [1000, 1000],
    [1001, 1000],
  ])('of %i instances a line that is too large for its data keeps %i', (count, kept) => {
    const instances = Array.from({ length: count }, (_, n) => omitted(n));
    const row = { ...rowWith(instances), detail: 'x'.repeat(524_288) };

    const { instances: left, instance_count } = JSON.parse(lineOf(row)) as Row;

    expect(left).toEqual(instances.slice(0, kept));
    expect(instance_count).toBe(count);
  });
});

describe('A line whose tags are shed', () => {
  const row = rowWith([found(1), found(2), found(3)]);
  const withoutTags = rowWith([omitted(1), omitted(2), omitted(3)]);

  test('keeps every instance where it fits then', () => {
    expect(instancesUnder(sizeOf(withoutTags), row, 1)).toEqual(withoutTags.instances);
  });

  test('keeps the first instances where it does not', () => {
    expect(instancesUnder(sizeOf(withoutTags) - 1, row, 2)).toEqual([omitted(1), omitted(2)]);
  });

  test('goes on telling how many there are', () => {
    const line = lineOf(row, { maxEnrichedBytes: 1, maxInstances: 1 });

    expect(JSON.parse(line)).toMatchObject({ instances: [omitted(1)], instance_count: 3 });
  });

  test('goes out as it is, where its data is too large', () => {
    const large = { ...row, detail: 'x'.repeat(1000) };

    const line = lineOf(large, { maxEnrichedBytes: 500, maxInstances: 3 });

    expect(JSON.parse(line)).toEqual({ ...large, instances: withoutTags.instances });
  });

  test('is made of thousands of instances in one go', () => {
    const row = rowWith(Array.from({ length: 5000 }, (_, n) => found(n)));

    const line = lineOf(row);

    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(512 * 1024);
    expect(JSON.parse(line)).toMatchObject({ instance_count: 5000 });
    expect((JSON.parse(line) as Row).instances).toHaveLength(5000);
  });
});

describe('A line without instances', () => {
  test('keeps their count and everything else', () => {
    const open = openLineOf(rowWith([found(1)]));

    const { instances, lineBytes } = withoutInstances(open);
    const line = closeLine(open, instances);

    expect(line).toBe('{"event_id":"x","instance_count":1,"detail":"{}"}\n');
    expect(lineBytes).toBe(line.length);
  });
});

describe('An open line', () => {
  test('is not deceived by data that looks like its place', () => {
    const marker = '"instances":[]';
    const row = { ...rowWith([found(1)]), event_id: marker, detail: JSON.stringify({ marker }) };
    const open = openLineOf({ ...row, resources: [{ arn: marker }] });

    expect(JSON.parse(closeLine(open, [found(2)]))).toEqual({
      ...row,
      resources: [{ arn: marker }],
      instances: [found(2)],
    });
  });

  test('has the bytes of a set of tags worked out once', () => {
    const stringify = jest.spyOn(JSON, 'stringify');
    const tags = { team: 'x'.repeat(1000) };
    const instances = Array.from({ length: 50 }, (_, n) => ({ ...found(n), tags }));
    const open = openLineOf(rowWith(instances));
    stringify.mockClear();

    fitInstances(open, instances, createTagBytes());

    const written = stringify.mock.results.map(({ value }) => value as string);
    stringify.mockRestore();
    expect(written.filter((text) => text.includes('xxx'))).toHaveLength(1);
  });
});
