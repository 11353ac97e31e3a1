/** Runs tasks in the order they were added, a few at a time. */
export interface TaskQueue {
  add(task: () => Promise<void>): void;
  /** Whether no task runs or waits. */
  isIdle(): boolean;
  /** Throws the error of the task that failed, if one has. */
  check(): void;
  /** Resolves when no more tasks wait than may run at once; rejects like `check`. */
  room(): Promise<void>;
  /** Resolves when no task runs or waits; rejects like `check`. */
  idle(): Promise<void>;
}

/**
 * Makes a queue. The first task that fails stops it for good: what waits is given up, what is added later is
 * not run, and everyone who asks gets the error.
 */
export function createTaskQueue(concurrency: number): TaskQueue {
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  let failure: { readonly error: unknown } | undefined;
  let watchers: (() => void)[] = [];

  const run = async (task: () => Promise<void>) => {
    running++;
    try {
      // Never within `add`: what has added a task is not done yet, and the task may well call it.
      await Promise.resolve().then(task);
    } catch (error) {
      failure ??= { error };
      waiting.length = 0;
    }
    running--;
    runNext();
    const woken = watchers;
    watchers = [];
    for (const wake of woken) wake();
  };

  const runNext = () => {
    const task = running < concurrency ? waiting.shift() : undefined;
    if (task) void run(task);
  };

  const isIdle = () => running === 0 && waiting.length === 0;

  const check = () => {
    if (failure) throw failure.error;
  };

  const until = async (reached: () => boolean) => {
    check();
    while (!reached()) {
      await new Promise<void>((wake) => watchers.push(wake));
      check();
    }
  };

  return {
    add(task) {
      if (failure) return;
      waiting.push(task);
      runNext();
    },
    isIdle,
    check,
    room: () => until(() => waiting.length <= concurrency),
    idle: () => until(isIdle),
  };
}
