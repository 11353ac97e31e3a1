import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findingColumns, readRules, ruleSql } from '../../../athena/rules.ts';
import type { Row } from '../../../src/rows/schema.ts';
import { type BothEngines, engines, lakeOnBoth, rowsOf } from './both-engines.ts';
import { ruleSamples } from './rule-samples.ts';

const rules = readRules();

test('every rule has events that fire it, and near misses', () => {
  expect(ruleSamples.map(({ id }) => id).sort()).toEqual(rules.map(({ id }) => id));
  for (const { finds, events } of ruleSamples) {
    expect(finds.length).toBeGreaterThan(0);
    expect(events.length).toBeGreaterThan(finds.length);
  }
});

describe.each(ruleSamples)('$id', ({ id, events, finds, tags = {} }) => {
  const rule = rules.find((one) => one.id === id);
  let lake: BothEngines;
  beforeAll(async () => {
    lake = await lakeOnBoth(`rule_${id}`, rowsOf(events).map(tagged));
  });
  afterAll(() => lake?.close());

  const tagged = (row: Row): Row => {
    if (!row.instances) return row;
    const instances = row.instances.map((one) => {
      const own = tags[one.instance_id ?? ''];
      return own === undefined ? one : { ...one, tags: own, tag_status: 'found' };
    });
    return { ...row, instances };
  };

  test.each(engines)('finds what it is for, and no near miss, on %s', async (_, ask) => {
    if (!rule) throw new Error(`there is no rule ${id}`);
    const days = { since: '2026-11-17', until: '2026-11-17' };
    const { columns, rows } = await ask(lake, ruleSql(rule, days));

    expect(columns).toEqual(findingColumns);
    expect(rows.map((row) => row.at(-1)).sort()).toEqual([...finds].sort());
    expect(rows.flat()).not.toContain(null);
  });
});
