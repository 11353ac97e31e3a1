import { describe, expect, test } from '@jest/globals';
import { bestSaving, costsOf, type Load, queryOf, totalOf } from '../../../../local/cost/model.ts';
import { pricesOf } from '../../../../local/cost/prices.ts';
import { standardChoices, standardLoad } from '../../../../local/cost/standard.ts';

const { prices } = await pricesOf();
const pieces = { metrics: { all: 20, alarmed: 2 }, alarms: 10 };
const load: Load = { ...standardLoad, eventsPerDay: 1e6 / 30, sources: 10, busyShare: 1 };

const usdOf = (name: string, of: Load = load, choices = standardChoices) =>
  costsOf(of, choices, pieces, prices).find((item) => item.name === name)?.usdPerMonth;

describe('A bill', () => {
  test('has each record rounded up to 5 KB', () => {
    // 1,000,000 × 5,120 B at 0.029 USD a GB; an event of a byte more than a step counts as two.
    expect(usdOf('Firehose, ingestion')).toBeCloseTo(5.12 * 0.029, 6);
    expect(usdOf('Firehose, ingestion', { ...load, eventBytes: 5120 })).toBeCloseTo(0.14848, 6);
    expect(usdOf('Firehose, ingestion', { ...load, eventBytes: 5121 })).toBeCloseTo(0.29696, 6);
  });

  test('has an object for each busy source and interval', () => {
    // 10 sources × 288 intervals × 30 days = 86,400 objects
    expect(usdOf('S3, requests')).toBeCloseTo(86.4 * 0.005, 6);
    expect(usdOf('Firehose, partitioning')).toBeCloseTo(1.68 * 0.02 + 86.4 * 0.005, 6);
    expect(usdOf('S3, requests', load, { ...standardChoices, deliverySeconds: 900 })).toBeCloseTo(
      28.8 * 0.005,
      6,
    );
  });

  test('has the conversion where rows are Parquet, and a dashboard where there is one', () => {
    expect(usdOf('Firehose, conversion')).toBeUndefined();
    expect(
      usdOf('Firehose, conversion', load, { ...standardChoices, format: 'parquet' }),
    ).toBeCloseTo(1.68 * 0.018, 6);
    expect(usdOf('CloudWatch, dashboard')).toBeUndefined();
    expect(usdOf('CloudWatch, dashboard', load, { ...standardChoices, dashboard: true })).toBe(3);
  });

  test('has metrics and alarms by the piece', () => {
    expect(usdOf('CloudWatch, metrics')).toBeCloseTo(6, 6);
    expect(
      usdOf('CloudWatch, metrics', load, { ...standardChoices, metrics: 'alarmed' }),
    ).toBeCloseTo(0.6, 6);
    expect(usdOf('CloudWatch, alarms')).toBeCloseTo(1, 6);
  });

  test('has at least 10 MB for a query, and its requests', () => {
    const query = queryOf(load, standardChoices);

    expect(queryOf({ ...load, eventsPerDay: 1 }, standardChoices).scannedBytes).toBe(10e6);
    expect(query.scannedBytes).toBeCloseTo((1e6 / 30) * 7 * 147, 0);
    expect(query.lists).toBe(70);
    expect(query.gets).toBe(10 * 288 * 7 * 2);
  });

  test('names prices that there are', () => {
    for (const item of costsOf(load, standardChoices, pieces, prices)) {
      for (const name of item.prices) expect(prices[name].usd).toBeGreaterThan(0);
    }
  });
});

describe('What would save most', () => {
  test('is the change after which the bill is least', () => {
    const best = bestSaving(load, standardChoices, pieces, prices);

    expect(best?.change).toBe('DeliverySeconds=900');
    const after = totalOf(
      costsOf(load, { ...standardChoices, deliverySeconds: 900 }, pieces, prices),
    );
    const before = totalOf(costsOf(load, standardChoices, pieces, prices));
    expect(best?.usdPerMonth).toBeCloseTo(before - after, 6);
  });

  test('is nothing where nothing is saved', () => {
    const choices = {
      ...standardChoices,
      deliverySeconds: 900,
      metrics: 'alarmed',
      keepDays: 30,
    } as const;
    const small = { ...load, eventsPerDay: 1, queriesPerDay: 0 };

    expect(bestSaving(small, choices, pieces, prices)).toBeUndefined();
  });
});

describe('Prices', () => {
  test('of a file count for its Regions, and the others stay', async () => {
    const file = JSON.stringify({
      asOf: '2027-01-01',
      regions: { 'eu-west-1': { s3Put: { usd: 1, per: 'x', source: 'y' } } },
    });

    const list = await pricesOf('eu-west-1', file);

    expect(list.asOf).toBe('2027-01-01');
    expect(list.prices.s3Put.usd).toBe(1);
    expect(list.prices.s3Get).toEqual(prices.s3Get);
    expect((await pricesOf('us-east-1', file)).prices).toEqual(prices);
  });

  test('of an unknown Region are asked for', async () => {
    await expect(pricesOf('mars-1')).rejects.toThrow('There are no prices of mars-1');
  });

  test.each(['{', '[]', '{"asOf":"x"}', '{"asOf":"x","regions":{"a":{"s3Put":{"usd":"1"}}}}'])(
    'are refused as %s, with their form',
    async (text) => {
      await expect(pricesOf('us-east-1', text)).rejects.toThrow(/The file of prices .*: write \{/);
    },
  );

  test('have a page each', () => {
    for (const { source, per } of Object.values(prices)) {
      expect(source).toMatch(/pricing/);
      expect(per).not.toBe('');
    }
  });
});
