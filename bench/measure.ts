/** One figure of several rounds: the median, and what lay between the quarters of them. */
export interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function figureOf(values: readonly number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/**
 * Times two functions in turn, A B A B …, after a warm-up, so that both see the same machine.
 * @returns seconds of each round, in pairs
 */
export async function inTurn(
  first: () => unknown,
  second: () => unknown,
  rounds: number,
): Promise<{ first: number[]; second: number[] }> {
  const times = { first: [] as number[], second: [] as number[] };
  const warmUp = Math.ceil(rounds / 4);
  for (let round = -warmUp; round < rounds; round++) {
    const seconds = { first: await secondsOf(first), second: await secondsOf(second) };
    if (round < 0) continue;
    times.first.push(seconds.first);
    times.second.push(seconds.second);
  }
  return times;
}

async function secondsOf(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}
