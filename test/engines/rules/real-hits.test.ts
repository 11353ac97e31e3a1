import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readRules, ruleSql } from '../../../athena/rules.ts';
import { orThrow } from '../../../src/errors.ts';
import { eventIn } from '../../../src/events/event.ts';
import { readDocuments } from '../../../src/events/read.ts';
import { rowOf } from '../../../src/rows/row.ts';
import { askDuckdb, type BothEngines, lakeOnBoth } from './both-engines.ts';

/**
 * What the rules find in events as AWS sent them, some of them of attacks that were simulated. The events are
 * nobody's to publish here, so the folder is given; how many each rule finds is kept, and shown by docs/rules.md.
 */
const folder = process.env.EVENTLAKE_REAL_EVENTS;
const hitsFile = join(import.meta.dirname, '../golden/rule-hits.json');

if (!folder) {
  test.skip('the rules find in real events what docs/rules.md says (set EVENTLAKE_REAL_EVENTS to a folder of them)', () => {});
} else {
  describe('in real events', () => {
    let lake: BothEngines;
    let events = 0;
    beforeAll(async () => {
      const rows = ['cloudtrail', 'eventbridge'].flatMap((form) =>
        readdirSync(join(folder, form))
          .filter((file) => file.endsWith('.ndjson'))
          .sort()
          .flatMap((file) => [...readDocuments(readFileSync(join(folder, form, file)))])
          .map(({ json }) => {
            const event = eventIn(orThrow(json));
            const { event_time: time } = rowOf(event, 0);
            // As if each had arrived when it happened.
            return rowOf(event, time ? Date.parse(`${time.replace(' ', 'T')}Z`) : 0);
          }),
      );
      events = rows.length;
      lake = await lakeOnBoth('rule_hits', rows);
    });
    afterAll(() => lake?.close());

    test('each rule finds as many as docs/rules.md says', async () => {
      const hits: Record<string, number> = {};
      for (const rule of readRules()) {
        const { rows } = await askDuckdb(lake, ruleSql(rule, { since: '2010-01-01' }));
        hits[rule.id] = rows.length;
      }
      const text = `${JSON.stringify({ events, hits }, null, 2)}\n`;
      if (process.env.UPDATE_GOLDENS) writeFileSync(hitsFile, text);

      expect(text).toBe(readFileSync(hitsFile, 'utf8'));
    });
  });
}
