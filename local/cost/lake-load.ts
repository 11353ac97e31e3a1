import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../errors.ts';
import { objectsIn, openLake } from '../lake/duckdb.ts';
import { lakeObjects } from '../lake/lake-objects.ts';
import type { Load } from './model.ts';

/** What a lake tells of the load of the stack that would have written it. */
export type LakeLoad = Pick<
  Load,
  'eventsPerDay' | 'eventBytes' | 'rowBytes' | 'storedBytes' | 'sources' | 'busyShare'
>;

/** Intervals of a day by which it is seen how busy a source is: those of DeliverySeconds=300. */
const intervalMinutes = 5;

/**
 * Measures a lake: its days, events, bytes and sources.
 * @throws EnvironmentError for one without rows
 */
export async function loadOfLake(folder: string): Promise<LakeLoad> {
  let storedBytes = 0;
  for await (const { key } of lakeObjects(folder))
    storedBytes += (await stat(join(folder, key))).size;
  const lake = await openLake(folder);
  try {
    const [row] = await objectsIn<{
      events: number;
      days: number;
      bytes: number;
      sources: number;
      busy: number;
    }>(await lake.ask(measures));
    if (!row || row.events === 0)
      throw new EnvironmentError(`The lake ${folder} holds no row to measure.`);
    const { events, days, bytes, sources, busy } = row;
    const intervals = (24 * 60) / intervalMinutes;
    return {
      eventsPerDay: events / days,
      // An event and its row are about as long: the row has its parts under other names.
      eventBytes: bytes / events,
      rowBytes: bytes / events,
      storedBytes: storedBytes / events,
      sources,
      busyShare: Math.min(1, busy / (sources * days * intervals)),
    };
  } finally {
    lake.close();
  }
}

const measures = `
WITH lines AS (
  SELECT source, day, event_time,
    -- Absent cells are not in a line.
    strlen(regexp_replace(to_json(events)::VARCHAR, '"[a-z_]+":null,?', '', 'g')) AS bytes
  FROM events
), busy AS (
  SELECT DISTINCT source, day, time_bucket(INTERVAL ${intervalMinutes} MINUTES, event_time) FROM lines
)
SELECT count(*)::INT AS events, count(DISTINCT day)::INT AS days, sum(bytes)::DOUBLE AS bytes,
  count(DISTINCT source)::INT AS sources, (SELECT count(*)::INT FROM busy) AS busy
FROM lines`;
