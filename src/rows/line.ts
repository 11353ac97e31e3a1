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
  return writtenOf(row, limits).line;
}

/** The line of a row, and the instances that are in it. */
export function writtenOf(
  row: Row,
  limits: RowLimits = rowLimits,
): { readonly line: string; readonly instances: readonly RowInstance[] | undefined } {
  const { instances } = row;
  const line = `${JSON.stringify(row)}\n`;
  // UTF-8 takes at most three bytes for a UTF-16 unit: most lines need not be measured.
  const isSmall = line.length * 3 <= limits.maxEnrichedBytes;
  if (isSmall || instances === undefined) return { line, instances };
  const excess = Buffer.byteLength(line) - limits.maxEnrichedBytes;
  if (excess <= 0) return { line, instances };
  const rest = shed(row, instances, excess, limits);
  return { line: `${JSON.stringify(rest)}\n`, instances: rest.instances };
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
