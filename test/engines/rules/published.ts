import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder with rules and queries that others have published, `sigma.ndjson` and `cloudtrail-lake.ndjson`:
 * they are nobody's to copy here, so the folder is given.
 */
export const rulesFolder = process.env.EVENTLAKE_RULES;

export interface Published {
  readonly id: string;
  readonly text: string;
}

/** What a file of that folder holds, a JSON object a line. */
export function readPublished(file: 'sigma.ndjson' | 'cloudtrail-lake.ndjson'): Published[] {
  if (!rulesFolder) throw new Error('EVENTLAKE_RULES is not set');
  return readFileSync(join(rulesFolder, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Published);
}

/** The placeholders for the id of an event data store that the published queries have. */
const storeId =
  /<event_data_store_id>|<EDS ID>|\$EDS_ID|<event-data-store-ID>|<Event data store Id>|config_event_data_store_ID/gi;

/**
 * A published query as one would run it: the name of the view in place of the event data store, and days for
 * those that it leaves open. Bounds of which no time is within (`> 'x' AND < 'x'`, as some are published) get a
 * later end.
 */
export function asRun(text: string): string {
  let dates = 0;
  return text
    .replaceAll(storeId, 'cloudtrail_lake')
    .replaceAll(/'\$\{date_filter\}'/g, () =>
      dates++ % 2 === 0 ? "'2023-06-01 00:00:00'" : "'2023-07-01 00:00:00'",
    )
    .replaceAll(
      /(eventTime\s*>\s*'([^']*)'\s*AND\s+eventTime\s*<\s*')\2'/gi,
      (_, bounds: string, from: string) =>
        `${bounds}${Number(from.slice(0, 4)) + 1}${from.slice(4)}'`,
    )
    .trim()
    .replace(/;$/, '');
}
