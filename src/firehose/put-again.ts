import { type FirehoseLimits, firehoseLimits } from './limits.ts';

/** What became of one record of a put. */
export type PutAnswer = 'accepted' | Refusal;

/** Why the stream did not take a record. */
export interface Refusal {
  /** The service's word for it, or what the client threw. */
  readonly code: string;
  /** Whether another try would be refused, too: no permission, no such stream. */
  readonly isFinal: boolean;
}

/**
 * Puts one batch to the stream and tells what became of each record, in order. Rejects where that
 * is not known, and has no answer for a record of which it is not: it may have been accepted all the same.
 */
export type PutBatch = (
  deliveryStreamArn: string,
  records: readonly Uint8Array[],
  signal: AbortSignal,
) => Promise<readonly (PutAnswer | undefined)[]>;

export interface PutBudget {
  /** Time for calls, without what is kept to answer. */
  readonly remainingMs: () => number;
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** Tries in a row in which the stream takes nothing, with nine waits of 0.1 to 5 s between them: 21 s. */
const maxIdleTries = 10;
const firstWaitMs = 100;
const maxWaitMs = 5_000;

/** A stream that has taken something takes as much again a second later: its quotas are per second. */
const busyWaitMs = 1_000;

/** Each call whose answer is lost may double all its records, so a record is put in few such calls. */
const maxLostCalls = 3;

/**
 * A call takes a fraction of a second. One that hangs must not take the time of all others; one that has less
 * time would be cut, though the stream may have taken all of it.
 */
const maxCallMs = 20_000;
const minCallMs = 250;

/**
 * Puts records to the stream, in batches as large as the service takes. What was refused is tried
 * again, and only that: as long as there is time where the stream takes some of it, else with back-off.
 *
 * A call whose answer is lost may have been accepted: the worst case is a record that arrives three
 * times more, which a query can remove; what is told to be accepted always was.
 * @returns what became of each record, in order
 */
export async function putAgain(
  putBatch: PutBatch,
  deliveryStreamArn: string,
  records: readonly Uint8Array[],
  { remainingMs, wait }: PutBudget,
  limits: FirehoseLimits = firehoseLimits,
): Promise<PutAnswer[]> {
  const answers: PutAnswer[] = records.map(() => noTime);
  const lostCalls = records.map(() => 0);
  const isWorthATry = (index: number) => {
    const answer = answers[index] as PutAnswer;
    return answer !== 'accepted' && !answer.isFinal && (lostCalls[index] as number) < maxLostCalls;
  };
  let waitMs = 0;
  for (let idleTries = 0; idleTries < maxIdleTries; ) {
    const left = [...records.keys()].filter(isWorthATry);
    if (left.length === 0 || remainingMs() - waitMs < minCallMs) break;
    if (waitMs > 0) await wait(waitMs);
    for (const batch of batchesOf(left, records, limits)) {
      const leftMs = Math.min(maxCallMs, Math.floor(remainingMs()));
      if (leftMs < minCallMs) break;
      const batchRecords = batch.map((index) => records[index] as Uint8Array);
      let lost = noAnswer;
      const batchAnswers = await callWithin(leftMs, (signal) =>
        putBatch(deliveryStreamArn, batchRecords, signal),
      ).catch((error: unknown) => {
        lost = refusalOf(error);
        return [];
      });
      batch.forEach((index, at) => {
        const answer = batchAnswers[at];
        if (answer === undefined) (lostCalls[index] as number)++;
        answers[index] = answer ?? lost;
      });
    }
    const isBusy = left.some((index) => answers[index] === 'accepted');
    idleTries = isBusy ? 0 : idleTries + 1;
    waitMs = isBusy ? busyWaitMs : Math.min(maxWaitMs, firstWaitMs * 2 ** (idleTries - 1));
  }
  return answers;
}

const noTime: Refusal = { code: 'NoTimeLeft', isFinal: false };
const noAnswer: Refusal = { code: 'NoAnswer', isFinal: false };

/** What a call gives, or rejects with; also where it is late: a client may ignore the signal. */
async function callWithin<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  late.signal.addEventListener('abort', () => reject(late.signal.reason));
  // Not AbortSignal.timeout: its timer would go on after the call.
  const timer = setTimeout(() => late.abort(new DOMException('late', 'TimeoutError')), ms);
  const answer = Promise.resolve(late.signal).then(call);
  return Promise.race([answer, aborted]).finally(() => clearTimeout(timer));
}

function refusalOf(error: unknown): Refusal {
  return { code: Error.isError(error) ? error.name : typeof error, isFinal: false };
}

/** Indexes of records in batches, each within the limits of one call. */
function batchesOf(
  indexes: readonly number[],
  records: readonly Uint8Array[],
  { maxBatchRecords, maxBatchBytes }: FirehoseLimits,
): number[][] {
  const batches: number[][] = [];
  let batch: number[] = [];
  let bytes = 0;
  for (const index of indexes) {
    const size = records[index]?.length ?? 0;
    if (batch.length > 0 && (batch.length >= maxBatchRecords || bytes + size > maxBatchBytes)) {
      batches.push(batch);
      [batch, bytes] = [[], 0];
    }
    batch.push(index);
    bytes += size;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}
