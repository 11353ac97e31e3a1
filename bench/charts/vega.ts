// @ts-nocheck: this library is only here while it is tried.
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { sample, tryOut } from './sample.ts';

const { bars, marks, start, end } = sample();
const { spec } = compile({
  width: 1100,
  height: 6000,
  params: [{ name: 'from', value: start }],
  datasets: { bars, marks },
  layer: [
    {
      data: { name: 'bars' },
      mark: { type: 'rect', clip: true },
      encoding: {
        x: {
          field: 'from',
          type: 'temporal',
          scale: { domainMin: { expr: 'from' }, domainMax: end },
        },
        x2: { field: 'until' },
        y: { field: 'lane', type: 'quantitative', scale: { domain: [0, 300] } },
        y2: { field: 'laneEnd' },
        color: { field: 'state', type: 'nominal' },
      },
    },
    {
      data: { name: 'marks' },
      mark: { type: 'point', clip: true },
      encoding: {
        x: { field: 'time', type: 'temporal' },
        y: { field: 'lane', type: 'quantitative' },
      },
    },
  ],
});
// Without its interpreter, it makes functions of texts, which a strict policy refuses.
const view = new View(parse(spec, null, { ast: true }), {
  renderer: 'canvas',
  container: document.getElementById('picture'),
  expr: expressionInterpreter,
});
void tryOut(start, (from) => view.signal('from', from).runAsync());
