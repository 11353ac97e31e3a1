import { RecordError } from '../errors.ts';

/** The clock of one invocation; `remainingMs` is asked again and again. */
export interface Time {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly remainingMs: () => number;
  /** Resolves after so many milliseconds. */
  readonly wait: (ms: number) => Promise<void>;
}

/** The same clock for whoever may not touch the last of its time. */
export function withReserve(time: Time, reserveMs: number): Time {
  return { ...time, remainingMs: () => time.remainingMs() - reserveMs };
}

/** Makes what is asked again and again while a record takes time, and ends it when that is over. */
export function timeCheck({ remainingMs }: Time): () => void {
  return () => {
    if (remainingMs() < 0) throw new RecordError('OUT_OF_TIME', 'no time was left for it');
  };
}
