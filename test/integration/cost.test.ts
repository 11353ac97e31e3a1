import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { createFolder, run } from '../support/command-fixture.ts';

const { folder, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

const cost = (...args: readonly string[]) => run(['cost', ...args], { folder });

describe('cost', () => {
  test('lists items, their sum, what would save most, and whose prices these are', async () => {
    const { status, stdout } = await cost();

    expect(status).toBe(0);
    expect(stdout).toMatch(/^item +amount +USD\n/);
    expect(stdout).toMatch(/^Total +a month of 30 days +\d+\.\d\d$/m);
    expect(stdout).toMatch(/^Saves most: \w+=\w+, /m);
    expect(stdout).toContain('Prices of us-east-1 of ');
  });

  test('is the sum of its items', async () => {
    const { stdout } = await cost(
      '--json',
      '--events',
      '1,000,000',
      '--bytes',
      '2000',
      '--format',
      'parquet',
    );

    const { items, usdPerMonth, load, choices } = JSON.parse(stdout);
    const sum = items.reduce(
      (all: number, item: { usdPerMonth: number }) => all + item.usdPerMonth,
      0,
    );
    expect(usdPerMonth).toBeCloseTo(sum, 9);
    expect(load).toMatchObject({ eventsPerDay: 1_000_000, eventBytes: 2000 });
    expect(choices.format).toBe('parquet');
  });

  test('takes what is there from a lake', async () => {
    const event = (id: number, source: string, day: number) =>
      JSON.stringify({
        version: '0',
        id: `${id}`,
        source,
        'detail-type': 'x',
        time: `2026-11-${day}T00:00:00Z`,
        detail: {},
      });
    const events = [
      event(1, 'aws.ec2', 10),
      event(2, 'aws.ec2', 11),
      event(3, 'aws.s3', 10),
      event(4, 'aws.s3', 10),
    ];
    writeFileSync(join(folder, 'a.ndjson'), events.join('\n'));
    await run(['put', '--lake', 'lake', 'a.ndjson'], { folder });

    const { stdout } = await cost('--lake', 'lake', '--json');

    const { load } = JSON.parse(stdout);
    expect(load).toMatchObject({ eventsPerDay: 2, sources: 2 });
    expect(load.rowBytes).toBeGreaterThan(200);
    expect(load.rowBytes).toBeLessThan(600);
  });

  test.each([
    [['--events', 'many'], '--events is many, but has to be a number above zero.'],
    [['--format', 'csv'], '--format is csv, but has to be json or parquet.'],
    [['--delivery-seconds', '5'], '--delivery-seconds is 5, but has to be 60 to 900.'],
    [['--region', 'mars-1'], 'There are no prices of mars-1'],
    [['x'], 'cost takes no arguments.'],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await cost(...args);

    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test('names a file of prices that it cannot read', async () => {
    const { status, stderr } = await cost('--prices', 'none.json');

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'Cannot read none.json: there is no such file.\n',
    });
  });
});
