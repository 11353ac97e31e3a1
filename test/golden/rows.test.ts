import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { equalJson, parseJson } from '../../src/json.ts';
import { eventTextOf } from '../../src/rows/rebuild.ts';
import { goldenRowOf, goldenText, listGoldens } from '../support/goldens.ts';

const goldens = listGoldens();

if (process.env.UPDATE_GOLDENS) {
  for (const golden of goldens) writeFileSync(golden.rowFile, goldenText(goldenRowOf(golden)));
}

test('there are goldens', () => {
  expect(goldens.length).toBeGreaterThan(0);
});

describe.each(goldens)('$name', (golden) => {
  test('becomes its row', () => {
    const row = goldenText(goldenRowOf(golden));

    expect(row).toBe(readFileSync(golden.rowFile, 'utf8'));
  });

  test('comes back from its row', () => {
    const { row } = goldenRowOf(golden);

    const event = parseJson(eventTextOf(JSON.parse(JSON.stringify(row))));

    const original = parseJson(readFileSync(golden.eventFile, 'utf8').replace(/^\ufeff/, ''));
    expect(equalJson(event, original)).toBe(true);
  });
});
