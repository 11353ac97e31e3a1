import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { columns } from '../rows/schema.ts';
import type { TrailLimits } from './limits.ts';
import type { ListedObject } from './storage.ts';

/** One file of a part, as it was listed. */
export type PartFile = Pick<ListedObject, 'key' | 'etag' | 'bytes' | 'modifiedMs'>;

/**
 * The unit of work: files of one day of the trail's bucket, in a fixed order. Its list is written once, so
 * every run of it means the same.
 */
export interface Part {
  /** Of its files and the version of rows when it was planned: it names the objects of the part. */
  readonly id: string;
  /** Version of the rows when it was planned. */
  readonly rows: string;
  /** The UTC day of its files' keys. */
  readonly day: string;
  /** What the files lie in. */
  readonly bucket: string;
  readonly files: readonly PartFile[];
}

/** Version of the rows: another one where a column is added or changes its type. */
export const rowVersion: string = createHash('sha256')
  .update(JSON.stringify(columns.map(({ name, type }) => [name, type])))
  .digest('hex')
  .slice(0, 12);

/** Cuts the files of a day into parts, each as large as the limits allow. */
export function partsOf(
  day: string,
  bucket: string,
  files: readonly PartFile[],
  { maxPartBytes, maxPartFiles }: Pick<TrailLimits, 'maxPartBytes' | 'maxPartFiles'>,
): Part[] {
  const sorted = [...files].sort((a, b) => (a.key < b.key ? -1 : 1));
  const cut: PartFile[][] = [];
  let bytes = 0;
  for (const file of sorted) {
    const last = cut.at(-1);
    if (last && bytes + file.bytes <= maxPartBytes && last.length < maxPartFiles) {
      last.push(file);
      bytes += file.bytes;
    } else {
      cut.push([file]);
      bytes = file.bytes;
    }
  }
  return cut.map((own) => partOf(day, bucket, own));
}

function partOf(day: string, bucket: string, files: readonly PartFile[]): Part {
  const rows = rowVersion;
  const named = files.map(({ key, etag, bytes }) => [key, etag, bytes]);
  const hash = createHash('sha256').update(JSON.stringify([rows, bucket, day, named]));
  return { id: hash.digest('hex').slice(0, 20), rows, day, bucket, files };
}

const listForm = 1;

/** A list as it is stored. */
export function listBytesOf({ id, rows, day, bucket, files }: Part): Uint8Array {
  const lines = files.map(({ key, etag, bytes, modifiedMs }) => [key, etag, bytes, modifiedMs]);
  return gzipSync(JSON.stringify({ form: listForm, id, rows, day, bucket, files: lines }));
}

/** @throws SyntaxError where bytes are no list */
export function partIn(bytes: Uint8Array): Part {
  const list = JSON.parse(gunzipSync(bytes).toString('utf8'));
  if (list?.form !== listForm || !Array.isArray(list.files)) {
    throw new SyntaxError('It is no list of a part, or one of another version.');
  }
  const { id, rows, day, bucket } = list;
  const files = list.files.map(
    ([key, etag, bytes, modifiedMs]: [string, string, number, number]): PartFile => ({
      key,
      etag,
      bytes,
      modifiedMs,
    }),
  );
  return { id, rows, day, bucket, files };
}

export function jsonBytesOf(value: unknown): Uint8Array {
  return Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
}

export function jsonIn(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString('utf8'));
}
