import { Buffer } from 'node:buffer';
import { type FailureCode, failures } from '../../src/errors.ts';
import { splitDocuments } from '../../src/events/split.ts';
import { uncarry } from '../../src/firehose/carrier.ts';
import { EnvironmentError, environmentErrorOf } from '../errors.ts';
import type { Failure } from '../firehose/failures.ts';
import type { Outcome } from '../firehose/response.ts';
import { readPieces, type Source, type SourcePiece } from '../input/read-pieces.ts';
import { recordOf, unzip } from '../input/record-of.ts';
import { batchesOf } from './batches.ts';
import { countLines } from './count-lines.ts';
import type { LoggedFailure } from './function-log.ts';
import {
  type LocalStreamOptions,
  openLocalStream,
  type SentRecord,
  type TicketedRecord,
} from './open-stream.ts';

/** What became of the input: `records = ok + dropped + failed`. */
export interface PutSummary {
  /** Put on the stream, by us or again by the function; and those too large to be put. */
  readonly records: number;
  /** `rows`, and the documents in failed records. */
  readonly events: number;
  /** Lines in data objects. */
  readonly rows: number;
  /** Records that became rows. */
  readonly ok: number;
  /** Records without an event, and those that the function put again in parts. */
  readonly dropped: number;
  /** Records in the error prefix, and those too large to be put. */
  readonly failed: number;
  /** Data objects. */
  readonly objects: number;
  /** From the first byte to the last object. */
  readonly seconds: number;
}

export interface PutReport extends PutSummary {
  /** Parts of the input that are broken, and inputs that could not be read to their end. */
  readonly problems: number;
  /** Those inputs. */
  readonly unread: readonly Source[];
  /** Events by the export that they stood in, where they did in one. */
  readonly forms: Readonly<Record<string, number>>;
  /** Of the failed records those that were never put, and so are nowhere. */
  readonly tooLarge: number;
  /** Failed records by the function's own code, as far as its log tells. */
  readonly failures: Readonly<Record<string, number>>;
  /** Instances in rows by tag status, as far as its log tells. */
  readonly tags: Readonly<Record<string, number>>;
}

/** How far a put is. */
export interface PutProgress {
  readonly records: number;
  readonly rows: number;
  /** Bytes read of all sources, as they are stored. */
  readonly readBytes: number;
  readonly seconds: number;
}

export interface PutOptions extends Omit<LocalStreamOptions<Ticket>, 'onOutcome'> {
  /** Where the store keeps its objects, for messages. */
  readonly lake: string;
  /** Whether each failed document is named, not only the first ten. */
  readonly namesAll?: boolean;
  /** Told of everything that went wrong with the input, a sentence each, with its place. */
  readonly onProblem?: (message: string) => void;
  readonly onProgress?: (progress: PutProgress) => void;
  /** Once it is aborted nothing more is read; what was is delivered. */
  readonly interrupted?: AbortSignal;
}

/** What is kept of a piece while it is on its way: all but its bytes. */
type Ticket = Pick<SourcePiece, 'place' | 'broken'>;

/** So many failed documents are named unless all are; the last message counts the others. */
const maxNamedFailures = 10;

/**
 * Puts every event of the sources through the stack's stream, one record an event, as fast as the
 * stream takes them and no faster.
 * @throws EnvironmentError where nothing more can be stored; what was delivered stays
 */
export async function putSources(
  sources: readonly Source[],
  options: PutOptions,
): Promise<PutReport> {
  const { onProblem = () => {}, onProgress = () => {}, interrupted, lake } = options;
  const maxNamed = options.namesAll ? Infinity : maxNamedFailures;
  const counts = { tooLarge: 0, failedDocuments: 0, failed: 0, rows: 0, problems: 0, readBytes: 0 };
  const named: { place: string; failure: Failure; recordId: string }[] = [];
  const unread: Source[] = [];
  const forms: Record<string, number> = {};
  const broken = createBrokenParts();

  const report = (message: string) => {
    counts.problems++;
    onProblem(message);
  };

  const onOutcome = (outcome: Outcome, record: SentRecord<Ticket>, recordId: string) => {
    if (outcome.result === 'Ok') counts.rows += countLines(outcome.data);
    if (outcome.result !== 'ProcessingFailed') return;
    const documents = documentsOf(record);
    counts.failedDocuments += documents;
    if ((documents === 0 && broken.isOf(record)) || ++counts.failed > maxNamed) return;
    const place = 'ticket' in record ? record.ticket.place : 'a part of a record, put again alone';
    named.push({ place, failure: outcome.failure, recordId });
  };

  const local = await openLocalStream({ ...options, onOutcome });
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;

  /** The record of a piece; undefined where there is nothing to put, or no way to. */
  const recordIn = ({ bytes, broken: reason, place, isContinued }: SourcePiece) => {
    if (reason !== undefined) broken.add(bytes);
    if (reason !== undefined && !isContinued) report(`${place}: ${reason}`);
    if (bytes.length === 0) return undefined;
    const record = recordOf(bytes);
    if (record) return record;
    counts.tooLarge++;
    report(`${place}: ${bytes.length} bytes, too large for a record, even gzipped: left out`);
    return undefined;
  };

  function* recordsIn(pieces: readonly SourcePiece[]): Generator<TicketedRecord<Ticket>> {
    for (const piece of pieces) {
      const bytes = recordIn(piece);
      if (!bytes) continue;
      const { place, broken, form } = piece;
      if (form !== undefined) forms[form] = (forms[form] ?? 0) + 1;
      yield { bytes, ticket: broken === undefined ? { place } : { place, broken } };
    }
  }

  const put = async (pieces: readonly SourcePiece[]) => {
    for await (const batch of batchesOf(recordsIn(pieces))) await local.put(batch);
  };

  const readSource = async (source: Source, readBefore: number) => {
    for await (const { pieces, readBytes } of readPieces(stoppable(source, interrupted), {
      unfolds: true,
    })) {
      counts.readBytes = readBefore + readBytes;
      await put(pieces);
      const { records } = local.counters();
      onProgress({
        records: records.received,
        rows: counts.rows,
        readBytes: counts.readBytes,
        seconds: seconds(),
      });
      if (interrupted?.aborted) return;
    }
  };

  try {
    for (const source of sources) {
      if (interrupted?.aborted) break;
      await readSource(source, counts.readBytes).catch((error: unknown) => {
        if (interrupted?.aborted) return;
        if (!(error instanceof EnvironmentError)) throw error;
        report(error.message);
        unread.push(source);
      });
    }
    await local.drain();
    if (named.length > 0) await local.logged();
  } catch (error) {
    throw environmentErrorOf(error, 'write', lake);
  } finally {
    await local.close();
  }

  for (const { place, failure, recordId } of named) {
    onProblem(`${place}: ${reasonOf(failure, local.log.failureOf(recordId))}`);
  }
  if (counts.failed > maxNamed) {
    onProblem(`… and ${counts.failed - maxNamed} more became no row`);
  }
  const { records, objects, refusedLines } = local.counters();
  if (refusedLines > 0) report(`${refusedLines} rows did not fit the format and became no row`);
  return {
    records: records.received + counts.tooLarge,
    events: counts.rows + counts.failedDocuments + counts.tooLarge,
    rows: counts.rows - refusedLines,
    ok: records.ok,
    dropped: records.dropped,
    failed: records.failed + counts.tooLarge,
    objects,
    seconds: Math.round(seconds() * 1000) / 1000,
    problems: counts.problems,
    unread,
    forms,
    tooLarge: counts.tooLarge,
    failures: local.log.failures(),
    tags: local.log.tags(),
  };
}

/** So much of the broken parts of the input is kept, to know them again where the function puts them alone. */
const maxBrokenBytes = 16 * 1024 * 1024;

/**
 * The broken parts of the input, which were named where they were read. A message inside a sound record may be
 * broken as well: that shows in the function only, which puts it again alone.
 */
function createBrokenParts() {
  const parts: Buffer[] = [];
  let keptBytes = 0;
  return {
    add(bytes: Uint8Array) {
      keptBytes += bytes.length;
      if (keptBytes <= maxBrokenBytes) parts.push(Buffer.from(bytes));
    },
    /** Whether a record that holds no document is, or was in, a part that was named. */
    isOf(record: SentRecord<Ticket>): boolean {
      if ('ticket' in record || keptBytes > maxBrokenBytes) return true;
      const { payload } = uncarry(record.again, 0);
      const bytes = Buffer.from(unzip(payload));
      return parts.some((part) => part.includes(bytes));
    },
  };
}

/** A source that ends with the signal, also while it waits for its next bytes. */
function stoppable(source: Source, signal: AbortSignal | undefined): Source {
  return {
    ...source,
    open() {
      const stream = source.open();
      signal?.addEventListener('abort', () => stream.destroy(), { once: true });
      return stream;
    },
  };
}

/** Why a record became no row: in the function's words, where it was the function that said so. */
function reasonOf({ code, message }: Failure, logged: LoggedFailure | undefined): string {
  if (code !== 'Lambda.ProcessingFailedStatus') return message;
  const known = failures[logged?.code as FailureCode];
  return known ? `${logged?.code}. ${known.meaning}` : 'The function makes no row of it.';
}

/** The events of a failed record, as far as they can be told apart. */
function documentsOf(record: SentRecord<Ticket>): number {
  if ('ticket' in record) return record.ticket.broken === undefined ? 1 : 0;
  const { payload } = uncarry(record.again, 0);
  return splitDocuments(unzip(payload)).filter(({ broken }) => broken === undefined).length;
}
