import { Buffer } from 'node:buffer';
import type { Row, RowInstance } from './schema.ts';

/** Bounds at which enrichment gives way, so that it never costs data. */
export interface RowLimits {
  /** Bytes of a line beyond which tags and instances are shed. No bound of the row itself. */
  readonly maxEnrichedBytes: number;
  /** Instances that a row keeps once its tags were shed. */
  readonly maxInstances: number;
}

export const rowLimits: RowLimits = { maxEnrichedBytes: 512 * 1024, maxInstances: 1000 };

/**
 * A row as the line that is stored: JSON, ended by one newline. A line that would pass the limit
 * sheds tags from the last instance on (`omitted`), then instances; one that is still larger
 * because of its data is given as it is.
 */
export function lineOf(row: Row, limits: RowLimits = rowLimits): string {
  const line = `${JSON.stringify(row)}\n`;
  // UTF-8 takes at most three bytes for a UTF-16 unit: most lines need not be measured.
  const isSmall = line.length * 3 <= limits.maxEnrichedBytes;
  if (isSmall || row.instances === undefined) return line;
  const excess = Buffer.byteLength(line) - limits.maxEnrichedBytes;
  return excess <= 0 ? line : `${JSON.stringify(shed(row, row.instances, excess, limits))}\n`;
}

function shed(
  row: Row,
  instances: RowInstance[],
  excess: number,
  { maxInstances }: RowLimits,
): Row {
  const kept = [...instances];
  let left = excess;
  for (let at = kept.length - 1; at >= 0 && left > 0; at--) {
    const { tags, tag_source, tag_time, ...rest } = kept[at] as RowInstance;
    if (tags === undefined) continue;
    const bare = { ...rest, tag_status: 'omitted' };
    left -= Buffer.byteLength(JSON.stringify(kept[at])) - Buffer.byteLength(JSON.stringify(bare));
    kept[at] = bare;
  }
  return { ...row, instances: left > 0 ? kept.slice(0, maxInstances) : kept };
}

/** A row without its instances; `instance_count` still tells how many there are. */
export function withoutInstances({ instances, ...row }: Row): Row {
  return row;
}
