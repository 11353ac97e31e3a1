import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recognise } from '../../src/events/event.ts';
import { equalJson, parseJson } from '../../src/json.ts';
import { lineOf } from '../../src/rows/line.ts';
import { eventTextOf, rebuild } from '../../src/rows/rebuild.ts';
import { rowOf } from '../../src/rows/row.ts';
import { type Column, columns, type Family, type Row } from '../../src/rows/schema.ts';
import { eventText, wellFormedEventText } from '../support/arbitraries.ts';
import { faultsOf } from '../support/column-check.ts';
import { patchBetween, sortedText } from '../support/merge-patch.ts';
import { propertyRuns as numRuns } from '../support/property-runs.ts';

const arrivalMs = Date.parse('2026-11-20T12:00:00Z');

const lineOfEvent = (text: string) => lineOf(rowOf(recognise(parseJson(text)), arrivalMs));
const storedRowOf = (text: string) => JSON.parse(lineOfEvent(text)) as Row;

/** Events that once went wrong, or came near. */
const examples: [string][] = [
  ['{"eventVersion":"1.0","eventType":1.0}'],
  ['{"eventVersion":"1.0","eventType":{"toString":1}}'],
  ['{"eventVersion":null,"eventSource":null}'],
  [
    '{"eventVersion":"1.0","eventSource":"s","eventType":"AwsServiceEvent","eventName":4.0,"serviceEventDetails":{}}',
  ],
  ['{"source":"s","detail-type":"x via CloudTrail","detail":{}}'],
  [
    '{"source":"s","detail-type":"x via CloudTrail","time":"2026-11-20T10:11:12Z","detail":{"__proto__":{"a":null}}}',
  ],
  ['{"source":"s","detail-type":"t","resources":"","detail":null}'],
  ['{"source":"\\ud800","detail-type":"t","account":-0,"__proto__":{"__proto__":1.0}}'],
];

describe('A row', () => {
  test('gives its event back', () => {
    fc.assert(
      fc.property(eventText, (text) =>
        equalJson(parseJson(eventTextOf(storedRowOf(text))), parseJson(text)),
      ),
      { numRuns, examples },
    );
  });

  test('has in `unmapped` the smallest patch, and nothing else', () => {
    fc.assert(
      fc.property(eventText, (text) => {
        const row = storedRowOf(text);
        const patch = patchBetween(rebuild(row), parseJson(text));
        const unmapped = row.unmapped === undefined ? undefined : parseJson(row.unmapped);
        return sortedText(unmapped) === sortedText(patch);
      }),
      { numRuns, examples },
    );
  });

  test('is one line of JSON whose cells have the types of their columns', () => {
    fc.assert(
      fc.property(eventText, (text) => {
        const line = lineOfEvent(text);

        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(Buffer.from(line).toString()).toBe(line);
        expect(faultsOf(JSON.parse(line))).toEqual([]);
      }),
      { numRuns, examples },
    );
  });

  test('of a well-formed event has nothing that no column holds', () => {
    fc.assert(
      fc.property(wellFormedEventText, (text) => storedRowOf(text).unmapped === undefined),
      { numRuns },
    );
  });

  test('gives the same event back, whatever its derived cells say', () => {
    const wrongs = fc.constantFrom<unknown>(undefined, null, '', 'x', 7, true, [], {}, [
      { arn: 'x' },
    ]);

    fc.assert(
      fc.property(eventText, wrongs, fc.nat(), (text, wrong, skip) => {
        const row = storedRowOf(text);
        const names = derivedColumnsOf(row);

        const changed = { ...row } as Record<string, unknown>;
        names.forEach((name, at) => {
          if ((at + skip) % 3 > 0) changed[name] = wrong;
        });

        return eventTextOf(changed as Row) === eventTextOf(row);
      }),
      { numRuns },
    );
  });

  test('of the event that it gives back is the same row', () => {
    fc.assert(
      fc.property(eventText, (text) => {
        const row = storedRowOf(text);
        const again = storedRowOf(eventTextOf(row));

        expect(again).toEqual(row);
      }),
      { numRuns, examples },
    );
  });
});

/** Columns that the way back of this row may not look at. */
function derivedColumnsOf(row: Row): string[] {
  const family = familyOf(row);
  return (columns as readonly Column[])
    .filter((column) => {
      const origin = family === 'unknown' ? undefined : column[family];
      return origin === undefined || 'derived' in origin;
    })
    .map(({ name }) => name)
    .filter((name) => !['event_format', 'detail', 'unmapped'].includes(name));
}

function familyOf(row: Row): Family | 'unknown' {
  // Of these two all is in `detail`.
  if (['unknown', 'aggregate'].includes(row.kind ?? '')) return 'unknown';
  if (row.event_format === 'cloudtrail') return 'bare';
  return row.detail === undefined ? 'wrapped' : 'other';
}
