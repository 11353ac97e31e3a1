import { createBoundedMap } from './bounded-map.ts';

/**
 * Stops asking for a while where asking keeps failing: an account that denies, a Region that
 * throttles. One failure may be chance; from the second on the pause doubles each time.
 */
export interface CircuitBreaker {
  isOpen(target: string, nowMs: number): boolean;
  failed(target: string, nowMs: number): void;
  succeeded(target: string): void;
}

const firstPauseMs = 30 * 1000;
const longestPauseMs = 30 * 60 * 1000;

/** Targets are named by events, so there may be any number. */
export const maxTargets = 1000;

export function createCircuitBreaker(): CircuitBreaker {
  const targets = createBoundedMap<{ readonly failures: number; readonly untilMs: number }>(
    maxTargets,
  );
  return {
    isOpen: (target, nowMs) => nowMs < (targets.get(target)?.untilMs ?? 0),
    failed(target, nowMs) {
      const failures = (targets.get(target)?.failures ?? 0) + 1;
      const pauseMs = failures < 2 ? 0 : firstPauseMs * 2 ** Math.min(failures - 2, 10);
      targets.set(target, { failures, untilMs: nowMs + Math.min(pauseMs, longestPauseMs) });
    },
    succeeded: targets.delete,
  };
}
