import { describe, expect, jest, test } from '@jest/globals';
import { deadlineOf, unlessAborted } from '../../../src/tags/look-up.ts';

describe('A batch', () => {
  const deadlineAfter = (ms: number) => deadlineOf({ now: Date.now, remainingMs: () => ms });

  test('does not start to wait with less than a second to spare', () => {
    expect(deadlineAfter(999)).toBeUndefined();
    expect(deadlineAfter(-100_000)).toBeUndefined();
  });

  test('may have any fraction of a millisecond left', () => {
    expect(deadlineAfter(2000.5)).toBeInstanceOf(AbortSignal);
  });

  test('waits for ten seconds at most, however much time it has', () => {
    const timeout = jest.spyOn(AbortSignal, 'timeout');

    deadlineAfter(9_000);
    deadlineAfter(10_000);
    deadlineAfter(110_000);

    expect(timeout.mock.calls).toEqual([[9_000], [10_000], [10_000]]);
    timeout.mockRestore();
  });

  test('gives up when the time for its answer comes', async () => {
    const startedMs = performance.now();
    const deadline = deadlineAfter(1000) as AbortSignal;

    await new Promise((resolve) => deadline.addEventListener('abort', resolve));

    expect(performance.now() - startedMs).toBeGreaterThan(950);
    expect(performance.now() - startedMs).toBeLessThan(3000);
  });
});

describe('What is awaited until a signal', () => {
  const never = () => new Promise<never>(() => undefined);

  test('is what the promise gives', async () => {
    const { signal } = new AbortController();

    expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
  });

  test('is undefined where the promise rejects', async () => {
    const { signal } = new AbortController();

    expect(await unlessAborted(Promise.reject(new Error('denied')), signal)).toBeUndefined();
  });

  test('is undefined where the signal comes first, and a later rejection troubles nobody', async () => {
    const controller = new AbortController();
    const late = Promise.withResolvers<never>();
    const waiting = unlessAborted(late.promise, controller.signal);

    controller.abort();

    expect(await waiting).toBeUndefined();
    late.reject(new Error('too late'));
  });

  test('is undefined where the signal came before', async () => {
    expect(await unlessAborted(never(), AbortSignal.abort())).toBeUndefined();
  });
});
