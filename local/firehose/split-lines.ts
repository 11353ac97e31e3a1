/** Splits bytes at line feeds, which are in no line; what follows the last one is a line if there is any. */
export function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0, end = 0; start < bytes.byteLength; start = end + 1) {
    const feed = bytes.indexOf('\n', start);
    end = feed < 0 ? bytes.byteLength : feed;
    lines.push(bytes.subarray(start, end));
  }
  return lines;
}
