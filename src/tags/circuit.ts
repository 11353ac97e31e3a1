import { createRecent } from './recent.ts';

/**
 * Stops asking for a while where asking keeps failing: an account that denies, a Region that
 * throttles. One failure may be chance; from the second on the pause doubles each time.
 */
export interface Circuit {
  isOpen(place: string, nowMs: number): boolean;
  failed(place: string, nowMs: number): void;
  succeeded(place: string): void;
}

const firstPauseMs = 30 * 1000;
const longestPauseMs = 30 * 60 * 1000;

/** What a place is called comes from events, so there may be any number. */
export const maxPlaces = 1000;

export function createCircuit(): Circuit {
  const places = createRecent<{ readonly failures: number; readonly untilMs: number }>(maxPlaces);
  return {
    isOpen: (place, nowMs) => nowMs < (places.get(place)?.untilMs ?? 0),
    failed(place, nowMs) {
      const failures = (places.get(place)?.failures ?? 0) + 1;
      const pauseMs = failures < 2 ? 0 : firstPauseMs * 2 ** Math.min(failures - 2, 10);
      places.set(place, { failures, untilMs: nowMs + Math.min(pauseMs, longestPauseMs) });
    },
    succeeded: places.delete,
  };
}
