import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lakeObjects } from '../../local/lake/lake-objects.ts';
import { linesOf } from '../../local/lake/lake-rows.ts';
import type { Row } from '../../src/rows/schema.ts';

export interface StoredRow {
  /** `source=aws.ec2/day=2026-11-20` */
  readonly partition: string;
  readonly row: Row;
  readonly text: string;
}

/** Every row of a lake, by partition, then in the order of its objects' names without their random part. */
export async function rowsIn(lake: string): Promise<StoredRow[]> {
  const rows: (StoredRow & { readonly at: string })[] = [];
  for await (const object of lakeObjects(lake)) {
    const partition = `source=${object.partition.source}/day=${object.partition.day}`;
    const at = partition + object.key.replace(/-[0-9a-f]{8}-.*$/, '');
    for await (const { text } of linesOf(lake, object)) {
      rows.push({ at, partition, row: JSON.parse(text), text });
    }
  }
  return rows
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ partition, row, text }) => ({ partition, row, text }));
}

/** Every line of every error object, with its folder and its raw bytes as text, sorted by those. */
export function errorObjectsIn(
  lake: string,
): ({ folder: string; raw: string } & Record<string, unknown>)[] {
  const names = readdirSync(join(lake), { recursive: true, encoding: 'utf8', withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && entry.parentPath.includes('/errors/'))
    .flatMap((entry) => {
      const folder = entry.parentPath.slice(lake.length + 1);
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      return text
        .split('\n')
        .slice(0, -1)
        .map((line) => {
          const fields = JSON.parse(line);
          return { folder, ...fields, raw: Buffer.from(fields.rawData, 'base64').toString() };
        });
    })
    .sort((a, b) => (a.raw < b.raw ? -1 : 1));
}
