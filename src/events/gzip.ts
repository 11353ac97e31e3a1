/** Whether bytes start as gzip does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** As far as a record is unpacked. A CloudTrail file that fits a record gzipped has some 20 MB. */
export const maxUnzippedBytes = 32 * 1024 * 1024;

/** Bytes after gunzip for each byte before, beyond which a record counts as a bomb. */
export const maxUnzipRatio = 200;
