import { gunzipSync, gzipSync, constants as zlib } from 'node:zlib';
import { serviceLimits } from '../firehose/limits.ts';

/** The record of an event: its bytes, gzipped where they are too many; undefined where they still are. */
export function recordOf(event: Uint8Array): Uint8Array | undefined {
  if (event.length <= serviceLimits.maxRecordBytes) return event;
  const packed = gzipSync(event);
  return packed.length <= serviceLimits.maxRecordBytes ? packed : undefined;
}

/** As far as the function unpacks a record. */
const maxUnzippedBytes = 32 * 1024 * 1024;

/** Whether bytes start as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What a record holds: gzipped or not; nothing where it cannot be unpacked. */
export function unzip(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes;
  try {
    // Of a record that is cut, what is there.
    return gunzipSync(bytes, {
      maxOutputLength: maxUnzippedBytes,
      finishFlush: zlib.Z_SYNC_FLUSH,
    });
  } catch {
    return new Uint8Array(0);
  }
}
