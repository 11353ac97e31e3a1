import { describe, expect, test } from '@jest/globals';
import { createCircuit } from '../../../src/tags/circuit.ts';
import { at } from '../../support/tags-fixture.ts';

const seconds = 1;
const minutes = 60;

/** For how long it is open after so many failures, each as soon as it may be. */
function pausesAfter(failures: number): number[] {
  const circuit = createCircuit();
  const pauses: number[] = [];
  let now = 0;
  for (let number = 0; number < failures; number++) {
    circuit.failed('here', at(now));
    const from = now;
    while (circuit.isOpen('here', at(now))) now += seconds;
    pauses.push(now - from);
  }
  return pauses;
}

describe('The circuit', () => {
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
    const circuit = createCircuit();
    circuit.failed('here', at(0));
    circuit.failed('here', at(0));
    circuit.succeeded('here');

    circuit.failed('here', at(0));

    expect(circuit.isOpen('here', at(0))).toBe(false);
  });

  test('pauses for one place only', () => {
    const circuit = createCircuit();

    for (let number = 0; number < 3; number++) circuit.failed('here', at(0));

    expect(circuit.isOpen('here', at(0))).toBe(true);
    expect(circuit.isOpen('there', at(0))).toBe(false);
  });

  test('remembers a bounded number of places, as events name them', () => {
    const circuit = createCircuit();
    for (let number = 0; number < 2; number++) circuit.failed('first', at(0));

    for (let number = 0; number < 1000; number++) circuit.failed(`place ${number}`, at(0));

    expect(circuit.isOpen('first', at(0))).toBe(false);
  });
});
