/** The clock that a worker's handler sees. */
export interface WorkerClock {
  /** Stops the clock at an instant, epoch ms; undefined lets it run as the machine's. */
  set(nowMs: number | undefined): void;
}

/**
 * Puts a clock under `Date.now()`, `new Date()` and `Date()` of this realm. Timers and `performance` stay real,
 * and so does what `Intl` writes when it is given no date.
 */
export function installWorkerClock(): WorkerClock {
  const RealDate = Date;
  const realNow = Date.now;
  let stoppedMs: number | undefined;
  const now = () => stoppedMs ?? realNow();
  RealDate.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length > 0 ? args : [now()], newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.prototype.constructor = globalThis.Date;
  return {
    set(nowMs) {
      stoppedMs = nowMs;
    },
  };
}
