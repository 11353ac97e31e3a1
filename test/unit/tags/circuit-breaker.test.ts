import { describe, expect, test } from '@jest/globals';
import { createCircuitBreaker } from '../../../src/tags/circuit-breaker.ts';
import { at } from '../../support/tags-fixture.ts';

const seconds = 1;
const minutes = 60;

/** For how long it is open after so many failures, each as soon as it may be. */
function pausesAfter(failures: number): number[] {
  const breaker = createCircuitBreaker();
  const pauses: number[] = [];
  let now = 0;
  for (let number = 0; number < failures; number++) {
    breaker.failed('here', at(now));
    const from = now;
    while (breaker.isOpen('here', at(now))) now += seconds;
    pauses.push(now - from);
  }
  return pauses;
}

describe('The circuit breaker', () => {
  test('lets a first failure pass, then pauses for twice as long each time, up to half an hour', () => {
    expect(pausesAfter(10)).toEqual([
      0,
      30,
      1 * minutes,
      2 * minutes,
      4 * minutes,
      8 * minutes,
      16 * minutes,
      30 * minutes,
      30 * minutes,
      30 * minutes,
    ]);
  });

  test('starts anew after a success', () => {
    const breaker = createCircuitBreaker();
    breaker.failed('here', at(0));
    breaker.failed('here', at(0));
    breaker.succeeded('here');

    breaker.failed('here', at(0));

    expect(breaker.isOpen('here', at(0))).toBe(false);
  });

  test('pauses for one target only', () => {
    const breaker = createCircuitBreaker();

    for (let number = 0; number < 3; number++) breaker.failed('here', at(0));

    expect(breaker.isOpen('here', at(0))).toBe(true);
    expect(breaker.isOpen('there', at(0))).toBe(false);
  });

  test('remembers a bounded number of targets, as events name them', () => {
    const breaker = createCircuitBreaker();
    for (let number = 0; number < 2; number++) breaker.failed('first', at(0));

    for (let number = 0; number < 1000; number++) breaker.failed(`target ${number}`, at(0));

    expect(breaker.isOpen('first', at(0))).toBe(false);
  });
});
