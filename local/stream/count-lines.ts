/** The rows in the data of an `Ok` record: its lines, each ended by a line feed. */
export function countLines(data: Buffer): number {
  let lines = 0;
  for (let at = data.indexOf(0x0a); at !== -1; at = data.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
