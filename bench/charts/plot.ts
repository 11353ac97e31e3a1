// @ts-nocheck: this library is only here while it is tried.
import * as Plot from '@observablehq/plot';
import { sample, tryOut } from './sample.ts';

const { bars, marks, start, end } = sample();
const element = document.getElementById('picture');
void tryOut(start, (from) =>
  element.replaceChildren(
    Plot.plot({
      width: 1200,
      height: 6000,
      x: { type: 'time', domain: [new Date(from), new Date(end)] },
      y: { type: 'linear', domain: [0, 300] },
      marks: [
        Plot.rect(bars, {
          x1: (bar) => new Date(bar.from),
          x2: (bar) => new Date(bar.until),
          y1: 'lane',
          y2: 'laneEnd',
          fill: 'state',
          clip: true,
        }),
        Plot.dot(marks, { x: (mark) => new Date(mark.time), y: 'lane', clip: true }),
      ],
    }),
  ),
);
