import { Buffer } from 'node:buffer';
import { createGzip, type Gzip } from 'node:zlib';
import { objectKey } from './layout.ts';
import type { TrailLimits } from './limits.ts';

/** An object that is complete. */
export interface PackedObject {
  readonly key: string;
  readonly lines: number;
  /** Of its lines, before they are packed. */
  readonly bytes: number;
  readonly body: Uint8Array;
}

/** Lines of a part on their way into objects, one open for each folder. */
export interface ObjectSet {
  /** Whether the folder has an object, or there is room for another folder. */
  hasRoomFor(folder: string): boolean;
  /** Adds a line, which is copied. Resolves, where it has to wait, once there is room for the next. */
  add(folder: string, line: Uint8Array): Promise<void> | undefined;
  /** Completes all that is open, in the order of their keys. */
  close(): AsyncGenerator<PackedObject>;
}

export interface ObjectSetOptions {
  readonly partId: string;
  readonly limits: Pick<TrailLimits, 'maxPartitions' | 'maxObjectBytes' | 'maxOpenBytes'>;
  /** Takes an object that is complete before the end. */
  readonly onObject: (object: PackedObject) => Promise<void>;
}

interface Open {
  readonly folder: string;
  readonly number: number;
  readonly gzip: Gzip;
  readonly packed: Buffer[];
  pending: Buffer;
  pendingBytes: number;
  lines: number;
  bytes: number;
}

const pendingSize = 64 * 1024;

/**
 * Makes the objects of a part. Where one ends depends on the bytes of its lines and those of the others
 * only, so that the same lines in the same order give the same objects, whatever zlib makes of them.
 */
export function createObjectSet({ partId, limits, onObject }: ObjectSetOptions): ObjectSet {
  const open = new Map<string, Open>();
  /** Objects that each folder has had. */
  const counts = new Map<string, number>();
  let openBytes = 0;

  const openIn = (folder: string): Open => {
    const found = open.get(folder);
    if (found) return found;
    const number = counts.get(folder) ?? 0;
    counts.set(folder, number + 1);
    const packed: Buffer[] = [];
    const gzip = createGzip().on('data', (chunk: Buffer) => packed.push(chunk));
    const pending = Buffer.allocUnsafe(pendingSize);
    const opened = { folder, number, gzip, packed, pending, pendingBytes: 0, lines: 0, bytes: 0 };
    open.set(folder, opened);
    return opened;
  };

  const finish = async (one: Open): Promise<PackedObject> => {
    open.delete(one.folder);
    openBytes -= one.bytes;
    await flush(one);
    const { gzip, packed, lines, bytes } = one;
    await new Promise<void>((resolve, reject) => {
      gzip.once('end', resolve).once('error', reject);
      gzip.end();
    });
    return {
      key: objectKey(one.folder, partId, one.number),
      lines,
      bytes,
      body: Buffer.concat(packed),
    };
  };

  const make = async (one: Open, line: Uint8Array) => {
    await flush(one);
    if (line.length > pendingSize) await write(one.gzip, Buffer.from(line));
    else append(one, line);
    if (one.bytes >= limits.maxObjectBytes) await onObject(await finish(one));
    while (openBytes > limits.maxOpenBytes) await onObject(await finish(largestOf(open.values())));
  };

  return {
    hasRoomFor: (folder) => counts.has(folder) || counts.size < limits.maxPartitions,
    add(folder, line) {
      const one = openIn(folder);
      one.lines++;
      one.bytes += line.length;
      openBytes += line.length;
      const isFull =
        one.pendingBytes + line.length > pendingSize ||
        one.bytes >= limits.maxObjectBytes ||
        openBytes > limits.maxOpenBytes;
      if (isFull) return make(one, line);
      append(one, line);
      return undefined;
    },
    async *close() {
      for (const folder of [...open.keys()].sort()) yield await finish(open.get(folder) as Open);
    },
  };
}

function append(one: Open, line: Uint8Array): void {
  one.pending.set(line, one.pendingBytes);
  one.pendingBytes += line.length;
}

async function flush(one: Open): Promise<void> {
  if (one.pendingBytes === 0) return;
  const bytes = one.pending.subarray(0, one.pendingBytes);
  one.pending = Buffer.allocUnsafe(pendingSize);
  one.pendingBytes = 0;
  await write(one.gzip, bytes);
}

async function write(gzip: Gzip, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    gzip.write(bytes, (error) => (error ? reject(error) : resolve())),
  );
}

/** Of equal ones the first by its folder. */
function largestOf(all: Iterable<Open>): Open {
  return [...all].reduce((a, b) =>
    b.bytes > a.bytes || (b.bytes === a.bytes && b.folder < a.folder) ? b : a,
  );
}
