import { describe, expect, test } from '@jest/globals';
import { tagSetOf } from '../../../src/tags/tag-set.ts';
import type { TagAnswer } from '../../../src/tags/tags.ts';
import {
  byCodeMetric,
  identities,
  type Metric,
  metrics,
  metricsOf,
} from '../../../src/telemetry/metrics.ts';
import {
  busEvent,
  noTags,
  runRecords,
  subscriptionRecord,
  throttled,
  trailRecord,
} from '../../support/transform-fixture.ts';

const valueIn = (made: readonly Metric[], name: string) =>
  made.filter((metric) => metric.name === name).reduce((sum, { value }) => sum + value, 0);

/** A batch in which every number has something to count. */
const mixed = () => {
  const split = `${busEvent('c')}${busEvent('d', { source: 'aws.s3' })}`;
  let puts = 0;
  return runRecords(
    [
      busEvent('a'),
      busEvent('b'),
      '',
      subscriptionRecord([], 'CONTROL_MESSAGE'),
      'oops',
      split,
      split,
    ],
    {
      putBatch: async (_arn, records) =>
        records.map(() => (puts++ % 4 === 3 ? throttled : 'accepted')),
    },
  );
};

describe('The metrics of an invocation', () => {
  test('count what became of it', async () => {
    const { summary } = await mixed();

    expect(metricsOf(summary, 'all')).toEqual([
      { name: 'Records', value: 7 },
      { name: 'RecordsOk', value: 2 },
      { name: 'RecordsEmpty', value: 1 },
      { name: 'RecordsControl', value: 1 },
      { name: 'RecordsPutAgain', value: 2 },
      { name: 'RecordsFailed', value: 1 },
      { name: 'Events', value: 6 },
      { name: 'Rows', value: 2 },
      { name: 'EventsPutAgain', value: 4 },
      { name: 'PartsPutAgain', value: 4 },
      { name: byCodeMetric, value: 1, code: 'BAD_JSON' },
    ]);
  });

  test('are those that are not zero, or of them those that an alarm looks at', async () => {
    const { summary } = await mixed();
    const { summary: ofCalls } = await runRecords([trailRecord('a'), trailRecord('b')]);

    for (const { value } of metricsOf(summary, 'all')) expect(value).toBeGreaterThan(0);
    expect(metricsOf(summary, 'alarmed')).toEqual([{ name: 'RecordsFailed', value: 1 }]);
    expect(metricsOf(ofCalls, 'alarmed')).toEqual([{ name: 'ApiCalls', value: 2 }]);
    expect(metricsOf((await runRecords([])).summary, 'all')).toEqual([]);
  });

  test('count API calls among rows, plain ones and others, and nothing else as one', async () => {
    const withInstance = { requestParameters: { instanceId: 'i-0123456789abcdef0' } };
    const { summary } = await runRecords([
      trailRecord('plain'),
      trailRecord('instance', withInstance),
      trailRecord('unknown key', { somethingNew: 1 }),
      trailRecord('sign-in', { eventType: 'AwsConsoleSignIn' }),
      trailRecord('put again') + busEvent('other partition', { source: 'aws.s3' }),
      busEvent('a'),
    ]);

    expect(summary).toMatchObject({ rows: 5, apiCalls: 3, eventsPutAgain: 2 });
  });

  test('add up as the docs say', async () => {
    const made = metricsOf((await mixed()).summary, 'all');

    for (const [whole, ...parts] of identities) {
      const sum = parts.reduce((sum, part) => sum + valueIn(made, part), 0);
      expect([whole, sum]).toEqual([whole, valueIn(made, whole)]);
    }
    expect(valueIn(made, byCodeMetric)).toBe(valueIn(made, 'RecordsFailed'));
  });

  test('count the instances that are in rows, each once, by what their rows say of their tags', async () => {
    const ids = Array.from({ length: 4 }, (_, index) => `i-0000000${index}`);
    const call = (id: string, padding: string) =>
      trailRecord(id, {
        requestParameters: { instancesSet: { items: ids.map((instanceId) => ({ instanceId })) } },
        responseElements: { padding },
      });
    const answers: TagAnswer[] = [
      { status: 'found', tags: tagSetOf([['team', 'web']]), source: 'cache', timeMs: 0 },
      { status: 'none', tags: tagSetOf([]), source: 'lookup', timeMs: 0 },
      { status: 'failed' },
      { status: 'skipped' },
    ];
    const answer = async (requests: readonly unknown[]) =>
      requests.map((_, index) => answers[index % ids.length] as TagAnswer);

    const { summary } = await runRecords(
      [
        call('a', ''),
        call('b', 'x'.repeat(512 * 1024)),
        // It is put again: its rows are counted when they are there.
        call('c', '') + busEvent('d', { source: 'aws.s3' }),
      ],
      { tags: { ...noTags, answer } },
    );

    expect(metricsOf(summary, 'all').filter(({ name }) => name.startsWith('Tags'))).toEqual([
      { name: 'TagsFound', value: 1 },
      { name: 'TagsNone', value: 2 },
      { name: 'TagsFailed', value: 2 },
      { name: 'TagsSkipped', value: 2 },
      { name: 'TagsOmitted', value: 1 },
    ]);
  });

  test.each(Object.entries(metrics))('%s is told in a sentence', (_, { counts }) => {
    expect(counts).toMatch(/^[A-Z].*\.$/);
  });
});
