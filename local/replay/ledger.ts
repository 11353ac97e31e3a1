import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { environmentErrorOf } from '../errors.ts';

/** What became of a record that was replayed. The target has it, but for `refused`. */
export interface Settlement {
  /** Of `failed` the target has it among its errors; `accepted` is all that a stream tells. */
  readonly result: 'ok' | 'dropped' | 'failed' | 'accepted' | 'refused';
  /** Of one that failed or was refused: why. */
  readonly code?: string;
  readonly reason?: string;
}

/** One record that was replayed; never its contents. */
export interface LedgerEntry extends Settlement {
  readonly id: string;
  readonly place: string;
}

/** What was replayed to one target, so that a second run replays nothing twice. */
export interface Ledger {
  has(id: string): boolean;
  /** Records that were replayed and failed again. */
  hasFailed(id: string): boolean;
  add(entries: readonly LedgerEntry[]): Promise<void>;
}

/**
 * Opens the ledger in a file, a line an entry; a file that is not there is empty. Of two entries of one id
 * the last counts. A line that was cut off counts as none: its record is replayed twice rather than never.
 * @throws EnvironmentError
 */
export async function openLedger(file: string): Promise<Ledger> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw environmentErrorOf(error, 'read', file);
  });
  const results = new Map<string, LedgerEntry['result']>();
  for (const line of text.split('\n')) {
    const entry = entryIn(line);
    if (entry) results.set(entry.id, entry.result);
  }
  // What was cut off gets an end, lest the next line be lost with it.
  let start = text === '' || text.endsWith('\n') ? '' : '\n';
  return {
    has: (id) => results.has(id),
    hasFailed: (id) => results.get(id) === 'failed',
    async add(entries) {
      if (entries.length === 0) return;
      const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      try {
        await mkdir(dirname(file), { recursive: true });
        await appendFile(file, start + lines);
      } catch (error) {
        throw environmentErrorOf(error, 'write', file);
      }
      start = '';
      for (const { id, result } of entries) results.set(id, result);
    },
  };
}

function entryIn(line: string): LedgerEntry | undefined {
  try {
    const entry = JSON.parse(line);
    return typeof entry?.id === 'string' ? entry : undefined;
  } catch {
    return undefined;
  }
}
