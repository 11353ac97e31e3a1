import { EnvironmentError, environmentErrorOf } from '../errors.ts';
import type { Source } from '../input/read-pieces.ts';
import type { Journal, Mark, Transaction } from '../lake/journal.ts';
import { type PutOptions, type PutProgress, type PutReport, putSources } from './put-sources.ts';

/** What became of all files. */
export interface FilesReport extends Omit<PutReport, 'unread'> {
  /** Files that are in the lake now, and were not before. */
  readonly files: number;
  /** Files that were in the lake already. */
  readonly already: number;
  /** Keys of the objects of rows that were made. */
  readonly keys: readonly string[];
}

export interface PutFilesOptions extends Omit<PutOptions, 'store'> {
  readonly journal: Journal;
  /** Whether files that are in the lake already are put once more. */
  readonly isAgain?: boolean;
  /** Input of one transaction; default 256 MB, so that an interruption costs a minute or two. */
  readonly maxTransactionBytes?: number;
}

/** A source with what tells its contents; a pipe has no mark. */
interface MarkedSource {
  readonly source: Source;
  readonly mark: Mark | undefined;
}

const defaultTransactionBytes = 256 * 1024 * 1024;

/**
 * Puts sources into a lake, each file once: what the journal knows is passed over, some files together are one
 * transaction, and one that is ended leaves nothing. What is read of a pipe cannot be read again: it is a
 * transaction of its own, and stays, also where it is ended in the middle.
 * @throws EnvironmentError where nothing more can be stored; what was committed stays
 */
export async function putFiles(
  sources: AsyncIterable<Source> | Iterable<Source>,
  options: PutFilesOptions,
): Promise<FilesReport> {
  const { journal, isAgain = false, interrupted, onProblem = () => {} } = options;
  const { maxTransactionBytes = defaultTransactionBytes } = options;
  let total: FilesReport = nothing;
  const open = new Set<Mark>();
  let batch: MarkedSource[] = [];
  let bytes = 0;

  let readBytes = 0;

  const flush = async () => {
    const marked = batch;
    batch = [];
    open.clear();
    if (marked.length === 0) return;
    const before = { ...total, readBytes };
    const onProgress = (progress: PutProgress) =>
      options.onProgress?.(progressOf(before, progress));
    const report = await putTransaction(marked, { ...options, onProgress }).catch((error) => {
      throw environmentErrorOf(error, 'write', options.lake);
    });
    total = sumOf(total, report);
    readBytes += bytes;
    bytes = 0;
  };

  for await (const source of sources) {
    if (interrupted?.aborted) break;
    const mark = await markOf(source, (message) => {
      onProblem(message);
      total = { ...total, problems: total.problems + 1 };
    });
    if (mark === 'unreadable') continue;
    if (mark !== undefined && !isAgain && (journal.has(mark) || open.has(mark))) {
      total = { ...total, already: total.already + 1 };
      continue;
    }
    const size = source.bytes ?? 0;
    if (mark === undefined || bytes + size > maxTransactionBytes) await flush();
    batch.push({ source, mark });
    bytes += size;
    if (mark === undefined) await flush();
    else open.add(mark);
  }
  if (!interrupted?.aborted) await flush();
  return total;
}

function progressOf(before: PutProgress, now: PutProgress): PutProgress {
  return {
    records: before.records + now.records,
    rows: before.rows + now.rows,
    readBytes: before.readBytes + now.readBytes,
    seconds: before.seconds + now.seconds,
  };
}

async function markOf(
  source: Source,
  onProblem: (message: string) => void,
): Promise<Mark | undefined | 'unreadable'> {
  try {
    return await source.mark?.();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    onProblem(error.message);
    return 'unreadable';
  }
}

/** Puts some files, all or none; those that another has put meanwhile, or that cannot be read, are left out. */
async function putTransaction(
  marked: readonly MarkedSource[],
  options: PutFilesOptions,
): Promise<FilesReport> {
  const { journal, isAgain, interrupted } = options;
  const keys: string[] = [];
  const transaction = await journal.begin();
  const report = await putSources(
    marked.map(({ source }) => source),
    {
      ...options,
      store: transaction.store,
      onObject: (object) => {
        keys.push(object.key);
        options.onObject?.(object);
      },
    },
  ).catch(async (error: unknown) => {
    await transaction.drop().catch(() => {});
    throw error;
  });
  const isPipe = marked.every(({ mark }) => mark === undefined);
  if (interrupted?.aborted && !isPipe) {
    await transaction.drop();
    return nothing;
  }
  const unread = isPipe ? [] : report.unread;
  const already = unread.length > 0 ? [] : await commit(transaction, marked, isAgain);
  if (unread.length === 0 && already.length === 0) {
    const files = marked.length - report.unread.length;
    return { ...report, files, already: 0, keys };
  }
  if (unread.length > 0) await transaction.drop();
  const others = marked.filter(
    ({ source, mark }) => !unread.includes(source) && !already.includes(mark as Mark),
  );
  const again = others.length > 0 ? await putTransaction(others, options) : nothing;
  return {
    ...again,
    already: again.already + already.length,
    problems: again.problems + unread.length,
  };
}

function commit(transaction: Transaction, marked: readonly MarkedSource[], isAgain = false) {
  const files = marked.flatMap(({ source: { name }, mark }) =>
    mark === undefined ? [] : [{ mark, name }],
  );
  return transaction.commit(files, isAgain);
}

const nothing: FilesReport = {
  records: 0,
  events: 0,
  rows: 0,
  ok: 0,
  dropped: 0,
  failed: 0,
  objects: 0,
  seconds: 0,
  problems: 0,
  tooLarge: 0,
  failures: {},
  tags: {},
  forms: {},
  files: 0,
  already: 0,
  keys: [],
};

/** Numbers and counts are added, lists joined. */
function sumOf(one: FilesReport, other: FilesReport): FilesReport {
  const sums = Object.entries(nothing).map(([name]) => {
    const [a, b] = [one[name as keyof FilesReport], other[name as keyof FilesReport]];
    if (typeof a === 'number') return [name, a + (b as number)];
    if (Array.isArray(a)) return [name, [...a, ...(b as string[])]];
    return [name, countsOf(a as Counts, b as Counts)];
  });
  return Object.fromEntries(sums) as FilesReport;
}

type Counts = Readonly<Record<string, number>>;

function countsOf(one: Counts, other: Counts): Counts {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]),
  );
}
