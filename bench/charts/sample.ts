/** 300 instances in 30 days: four states and two marks of each a day, the same every time. */
export interface Sample {
  readonly bars: readonly {
    readonly lane: number;
    readonly laneEnd: number;
    readonly state: string;
    readonly from: number;
    readonly until: number;
  }[];
  readonly marks: readonly { readonly lane: number; readonly time: number }[];
  readonly start: number;
  readonly end: number;
}

const dayMs = 86_400_000;

export function sample(): Sample {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };
  const start = Date.UTC(2026, 9, 1);
  const bars: Sample['bars'][number][] = [];
  const marks: Sample['marks'][number][] = [];
  for (let lane = 0; lane < 300; lane++) {
    let time = start + (random() * dayMs) / 2;
    for (let day = 0; day < 30; day++) {
      marks.push({ lane, time });
      for (const [state, length] of [
        ['pending', 40_000],
        ['running', 10 * 3_600_000 * (0.6 + random() * 0.6)],
        ['stopping', 50_000],
        ['stopped', 9 * 3_600_000],
      ] as const) {
        if (state === 'stopping') marks.push({ lane, time });
        bars.push({ lane, laneEnd: lane + 0.8, state, from: time, until: time + length });
        time += length;
      }
    }
  }
  return { bars, marks, start, end: start + 31 * dayMs };
}

/** What a trial leaves for whoever measures it. */
export interface Trial {
  /** Until the first picture is there. */
  readonly firstMs: number;
  /** Draws it anew so many times, each from a later hour on: milliseconds of one. */
  redraw(times: number): Promise<number>;
}

/** Takes the time of a library. @param draw with the time that the picture starts at */
export async function tryOut(start: number, draw: (from: number) => unknown): Promise<void> {
  const timed = async (from: number) => {
    const startMs = performance.now();
    await draw(from);
    // Laid out and painted, not only asked for.
    document.body.getBoundingClientRect();
    return performance.now() - startMs;
  };
  const firstMs = await timed(start);
  const trial: Trial = {
    firstMs,
    async redraw(times) {
      let sum = 0;
      for (let at = 1; at <= times; at++) sum += await timed(start + at * 3_600_000);
      return sum / times;
    },
  };
  Object.assign(globalThis, { trial });
}
