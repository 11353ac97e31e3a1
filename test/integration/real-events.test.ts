import { Buffer } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { orThrow } from '../../src/errors.ts';
import { eventIn } from '../../src/events/event.ts';
import { readDocuments } from '../../src/events/read.ts';
import { equalJson, parseJson } from '../../src/json.ts';
import { plainDocumentOf } from '../../src/one-pass/plain-documents.ts';
import { lineOf } from '../../src/rows/line.ts';
import { eventTextOf, rebuild } from '../../src/rows/rebuild.ts';
import { rowOf } from '../../src/rows/row.ts';
import { type Column, columns, type Row } from '../../src/rows/schema.ts';
import { faultsOf } from '../support/column-check.ts';
import { patchBetween, sortedText } from '../support/merge-patch.ts';

/**
 * Events as AWS sends them are nobody's to publish here, so the folder is given: CloudTrail records
 * in `cloudtrail/*.ndjson`, EventBridge events in `eventbridge/*.ndjson`.
 */
const folder = process.env.EVENTLAKE_REAL_EVENTS;
const arrivalMs = Date.parse('2026-11-20T12:00:00Z');

if (!folder) {
  test.skip('Real events come back from their rows (set EVENTLAKE_REAL_EVENTS to a folder of them)', () => {});
} else {
  describe.each(filesIn(folder))('Of the real events in %s', (_name, file) => {
    const documents = [...readDocuments(readFileSync(file))];
    const rows = documents.map(({ json }) => {
      const row = rowOf(eventIn(orThrow(json)), arrivalMs);
      return { event: orThrow(json), line: lineOf(row), row: JSON.parse(lineOf(row)) as Row };
    });

    test('every one becomes a row', () => {
      expect(rows.length).toBeGreaterThan(0);
      expect(rows.flatMap(({ row }) => faultsOf(row))).toEqual([]);
      expect(rows.every(({ line }) => line.indexOf('\n') === line.length - 1)).toBe(true);
    });

    test('every one comes back', () => {
      const lost = rows.filter(({ event, row }) => !equalJson(parseJson(eventTextOf(row)), event));

      expect(lost.map(({ row }) => row.event_id)).toEqual([]);
    });

    test('no row holds more beside its columns than it must', () => {
      const tooMuch = rows.filter(({ event, row }) => {
        const patch = patchBetween(rebuild(row), event);
        return sortedText(patch) !== sortedText(row.unmapped ? parseJson(row.unmapped) : undefined);
      });

      expect(tooMuch.map(({ row }) => row.event_id)).toEqual([]);
    });

    test('every one is plain, and says the same where it is read in one pass', () => {
      for (const [index, { bytes }] of documents.entries()) {
        const found = plainDocumentOf(bytes, arrivalMs);
        if (typeof found === 'string') throw new Error(found);
        const { line, waiting } = found;
        const expected = rows[index]?.row as Row;
        const { arrival_time } = expected;
        const row = waiting
          ? { arrival_time, ...JSON.parse(`${line}}`), ...waiting.row }
          : JSON.parse(line.toString());
        expect(meaningOf(JSON.parse(JSON.stringify(row)))).toEqual(meaningOf(expected));
      }
    });

    test('every one stands in its line byte for byte', () => {
      const lines = readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '');

      expect(documents.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(lines);
    });
  });
}

function filesIn(folder: string): [name: string, file: string][] {
  const files = ['cloudtrail', 'eventbridge']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).map((name) => join(path, name)))
    .filter((file) => file.endsWith('.ndjson'));
  if (files.length === 0) throw new Error(`No events: ${folder}/{cloudtrail,eventbridge}/*.ndjson`);
  return files.map((file) => [basename(file), file]);
}

/** Texts of JSON mean the same in whatever order their keys are. */
function meaningOf(row: Row): object {
  const jsonColumns = (columns as readonly Column[]).filter(({ type }) => type === 'json');
  const texts = jsonColumns.flatMap(({ name }) => {
    const text = row[name as 'detail'];
    return text === undefined ? [] : [[name, sortedText(parseJson(text))]];
  });
  return { ...row, ...Object.fromEntries(texts) };
}
