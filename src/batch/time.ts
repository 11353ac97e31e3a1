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
