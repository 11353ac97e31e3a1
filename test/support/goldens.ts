import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orThrow } from '../../src/errors.ts';
import { recognise } from '../../src/events/event.ts';
import { readDocuments } from '../../src/events/read.ts';
import { partitionOf } from '../../src/partition/partition.ts';
import { defaultSources } from '../../src/partition/sources.ts';
import { rowOf } from '../../src/rows/row.ts';
import type { Row } from '../../src/rows/schema.ts';

/**
 * Goldens are pairs, found by listing: `NAME.event.json`, one event as it is put, and
 * `NAME.row.json`, its partition and its row, without tags. `npm run goldens` writes the rows anew;
 * what changed is reviewed by eye.
 */
export const goldenFolder = join(import.meta.dirname, '../golden/rows');

/** Every golden event reached Firehose at this instant. */
export const goldenArrivalMs = Date.parse('2026-11-20T12:00:00Z');

const rules = { sources: new Set<string>(defaultSources), maxDaysLate: 7 };

export interface Golden {
  readonly name: string;
  readonly eventFile: string;
  readonly rowFile: string;
}

export interface GoldenRow {
  readonly partition: string;
  readonly row: Row;
}

/** All goldens, sorted by name. */
export function listGoldens(): Golden[] {
  const files = readdirSync(goldenFolder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.event.json'))
    .map((file) => file.slice(0, -'.event.json'.length))
    .sort()
    .map((name) => ({
      name,
      eventFile: join(goldenFolder, `${name}.event.json`),
      rowFile: join(goldenFolder, `${name}.row.json`),
    }));
}

/** What the event of a golden becomes today. */
export function goldenRowOf({ eventFile }: Golden): GoldenRow {
  const [document, ...others] = readDocuments(readFileSync(eventFile));
  if (document === undefined || others.length > 0) throw new Error(`${eventFile}: not one event`);
  const row = rowOf(recognise(orThrow(document.json)), goldenArrivalMs);
  const { source, day } = partitionOf(row, rules);
  return { partition: `source=${source}/day=${day}`, row };
}

/** The text of a row file. */
export function goldenText(golden: GoldenRow): string {
  return `${JSON.stringify(golden, null, 2)}\n`;
}
