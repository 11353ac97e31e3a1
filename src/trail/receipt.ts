import type { SkipReason } from './key.ts';

/** An object of a part, as its receipt names it. */
export interface NamedObject {
  readonly key: string;
  readonly lines: number;
  /** Of its lines, before they are packed. */
  readonly bytes: number;
}

/**
 * What a part gave. It says nothing of when: the same part gives the same receipt.
 * Law 11: files listed = read + skipped + failed, and events = rows + failures.
 */
export interface Receipt {
  readonly form: 1;
  readonly part: string;
  readonly day: string;
  readonly number: number;
  readonly bucket: string;
  readonly counts: PartCounts;
  /** Why files were skipped, and why files and records failed. */
  readonly skippedBy: Readonly<Partial<Record<SkipReason, number>>>;
  readonly failuresByCode: Readonly<Record<string, number>>;
  /** Files that failed, so many at most, in the order of the list. */
  readonly failedFiles: readonly { readonly key: string; readonly code: string }[];
  readonly objects: readonly NamedObject[];
  /** What the rows were made by. */
  readonly code: { readonly rows: string; readonly sources: readonly string[] };
}

export interface PartCounts {
  readonly filesListed: number;
  readonly filesRead: number;
  readonly filesSkipped: number;
  readonly filesFailed: number;
  readonly events: number;
  readonly rows: number;
  readonly failures: number;
  /** Of the rows: filed under the day of their key, for want of a usable one of their own. */
  readonly daysOfKeys: number;
  /** Of the rows: of another account or Region than their key says. */
  readonly elsewhere: number;
  readonly bytesListed: number;
  readonly bytesOfLines: number;
  readonly objects: number;
}

export const noCounts: PartCounts = {
  filesListed: 0,
  filesRead: 0,
  filesSkipped: 0,
  filesFailed: 0,
  events: 0,
  rows: 0,
  failures: 0,
  daysOfKeys: 0,
  elsewhere: 0,
  bytesListed: 0,
  bytesOfLines: 0,
  objects: 0,
};

export function sumOf(all: Iterable<PartCounts>): PartCounts {
  const sum: Record<string, number> = { ...noCounts };
  for (const counts of all) {
    for (const name of Object.keys(noCounts) as (keyof PartCounts)[]) {
      sum[name] = (sum[name] ?? 0) + counts[name];
    }
  }
  return sum as unknown as PartCounts;
}

/** What of law 11 does not hold, in words; empty where all does. */
export function imbalancesOf(counts: PartCounts): string[] {
  const { filesListed, filesRead, filesSkipped, filesFailed, events, rows, failures } = counts;
  const found: string[] = [];
  if (filesListed !== filesRead + filesSkipped + filesFailed) {
    found.push(
      `${filesListed} files listed are not ${filesRead} read + ${filesSkipped} skipped + ${filesFailed} failed`,
    );
  }
  if (events !== rows + failures) {
    found.push(`${events} events are not ${rows} rows + ${failures} failures`);
  }
  return found;
}
