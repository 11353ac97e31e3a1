import { Buffer } from 'node:buffer';
import { gunzipSync, gzipSync, constants as zlib } from 'node:zlib';
import { isGzip, maxUnzippedBytes, maxUnzipRatio } from '../../src/events/gzip.ts';
import { serviceLimits } from '../firehose/limits.ts';

/** The record of an event: its bytes, gzipped where they are too many; undefined where they still are. */
export function recordOf(event: Uint8Array): Uint8Array | undefined {
  if (event.length <= serviceLimits.maxRecordBytes) return event;
  const packed = gzipSync(event);
  // What we pack ourselves is no bomb, however much of it is the same letter: zeros behind it are skipped.
  const padding = Math.max(0, Math.ceil(event.length / maxUnzipRatio) - packed.length);
  const record = padding === 0 ? packed : Buffer.concat([packed, Buffer.alloc(padding)]);
  return record.length <= serviceLimits.maxRecordBytes ? record : undefined;
}

/** What a record holds, gzipped or not, as far as the function unpacks it; nothing where it cannot be. */
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
