import { Buffer } from 'node:buffer';
import { jsonBytesOf } from '../json.ts';
import type { Row, RowInstance } from './schema.ts';

/** Bounds at which enrichment gives way, so that it never costs data. */
export interface RowLimits {
  /** Bytes of a line beyond which tags and instances are shed. No bound of the row itself. */
  readonly maxEnrichedBytes: number;
  /** Instances that a row keeps once its tags were shed. */
  readonly maxInstances: number;
}

export const rowLimits: RowLimits = { maxEnrichedBytes: 512 * 1024, maxInstances: 1000 };

/** The bytes of a set of tags as JSON. */
export type TagBytes = (tags: NonNullable<RowInstance['tags']>) => number;

/** Makes what tells them, and works them out once a set: thousands of instances may have the same. */
export function createTagBytes(): TagBytes {
  const known = new WeakMap<object, number>();
  return (tags) => {
    const bytes = known.get(tags) ?? jsonBytesOf(tags);
    known.set(tags, bytes);
    return bytes;
  };
}

/**
 * A row as the line that is stored: JSON, ended by one newline. A line that would pass the limit
 * sheds tags from the last instance on (`omitted`), then instances; one that is still larger
 * because of its data is given as it is.
 */
export function lineOf(row: Row, limits: RowLimits = rowLimits): string {
  const { instances } = row;
  if (instances === undefined) return `${JSON.stringify(row)}\n`;
  const line = openLineOf(row);
  return closeLine(line, fitInstances(line, instances, createTagBytes(), limits).instances);
}

/**
 * The line of a row that waits for the tags of its instances, written but for those. With tags it may be a
 * thousand times as long; how long is known before they are written.
 */
export interface OpenLine {
  readonly before: string;
  readonly after: string;
  /** Of the line with an empty list of instances. */
  readonly bytes: number;
}

const emptyCell = '"instances":[]';

/** Opens the line of a row that has instances. */
export function openLineOf(row: Row): OpenLine {
  const line = `${JSON.stringify({ ...row, instances: [] })}\n`;
  // Inside of strings the quotes of such text have backslashes.
  const at = line.indexOf(emptyCell);
  return {
    before: line.slice(0, at),
    after: line.slice(at + emptyCell.length),
    bytes: Buffer.byteLength(line),
  };
}

/** The instances that a line has room for, and its bytes with them. */
export interface Fitted {
  readonly instances: readonly RowInstance[] | undefined;
  readonly lineBytes: number;
}

/** What goes into a line; nothing is written to find that out. */
export function fitInstances(
  { bytes }: Pick<OpenLine, 'bytes'>,
  instances: readonly RowInstance[],
  tagBytesOf: TagBytes,
  { maxEnrichedBytes, maxInstances }: RowLimits = rowLimits,
): Fitted {
  const sizes = instances.map((instance) => instanceBytesOf(instance, tagBytesOf));
  let lineBytes = bytes + Math.max(0, instances.length - 1);
  for (const size of sizes) lineBytes += size;
  if (lineBytes <= maxEnrichedBytes) return { instances, lineBytes };

  const kept = [...instances];
  for (let at = kept.length - 1; at >= 0 && lineBytes > maxEnrichedBytes; at--) {
    const { tags, tag_source, tag_time, ...rest } = kept[at] as RowInstance;
    if (tags === undefined) continue;
    const bare = { ...rest, tag_status: 'omitted' };
    lineBytes += jsonBytesOf(bare) - (sizes[at] as number);
    kept[at] = bare;
  }
  if (lineBytes <= maxEnrichedBytes) return { instances: kept, lineBytes };
  for (const shed of kept.splice(maxInstances)) lineBytes -= ','.length + jsonBytesOf(shed);
  return { instances: kept, lineBytes };
}

/** The same without any instance; `instance_count` still tells how many there are. */
export function withoutInstances({ bytes }: OpenLine): Fitted {
  return { instances: undefined, lineBytes: bytes - emptyCell.length - ','.length };
}

/** The line, with these instances. */
export function closeLine({ before, after }: OpenLine, instances: Fitted['instances']): string {
  if (instances !== undefined) {
    return `${before}"instances":${JSON.stringify(instances)}${after}`;
  }
  // Every row has cells before.
  return before.slice(0, -','.length) + after;
}

function instanceBytesOf(instance: RowInstance, tagBytesOf: TagBytes): number {
  const { tags, ...rest } = instance;
  return jsonBytesOf(rest) + (tags === undefined ? 0 : ',"tags":'.length + tagBytesOf(tags));
}
