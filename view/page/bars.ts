import { axisLook, commonOptions, type Ink, type Options, type Picture, picture } from './chart.ts';
import { h } from './dom.ts';
import { coloursOf } from './palette.ts';
import type { Page } from './settings.ts';
import { counted, number, shortened } from './text.ts';

/** Counts over time: of each step and name one. */
export interface BarData {
  /** The steps, in order, as the axis says them. */
  readonly steps: readonly string[];
  /** From the largest to the smallest; `others` last. */
  readonly names: readonly string[];
  readonly value: (step: number, name: string) => number;
  /** How much of a step's counts failed, for a mark over its bar. */
  readonly failures?: (step: number) => number;
  readonly noun: string;
}

export interface Bars {
  readonly element: HTMLElement;
  draw(): void;
}

/** Stacked bars over time, with a legend of real text. */
export function bars(
  page: Page,
  data: () => BarData,
  { height = 220, onStep }: { height?: number; onStep?: (step: number) => void } = {},
): Bars {
  const legend = h('ul', { class: 'legend' });
  const drawn: Picture = picture(page, {
    height,
    label: () => labelOf(data()),
    options: (ink) => {
      const current = data();
      fillLegend(legend, current);
      return optionsOf(current, ink, page);
    },
    onMade: (chart) => {
      if (!onStep) return;
      chart.getZr().on('click', ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
        const [step] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]) ?? [];
        if (step !== undefined && step >= 0 && step < data().steps.length) onStep(step);
      });
    },
  });
  return {
    element: h('div', { class: 'bars' }, drawn.element, legend),
    draw: drawn.draw,
  };
}

function labelOf({ steps, names, value, noun }: BarData): string {
  const sum = names.reduce(
    (all, name) => all + steps.reduce((some, _, step) => some + value(step, name), 0),
    0,
  );
  return `Bars: ${counted(sum, noun)} from ${steps[0] ?? '–'} to ${steps.at(-1) ?? '–'}, by ${names.length} names. The figures are in the table below.`;
}

function fillLegend(legend: HTMLElement, { names, steps, value, failures }: BarData): void {
  const colours = coloursOf(names);
  legend.replaceChildren(
    ...names.map((name) => {
      const swatch = h('span', { class: 'swatch' });
      swatch.style.setProperty('background', colours.get(name) ?? '');
      const sum = steps.reduce((all, _, step) => all + value(step, name), 0);
      return h('li', {}, swatch, h('bdi', {}, shortened(name, 60)), ` ${number(sum)}`);
    }),
    ...(failures && steps.some((_, step) => failures(step) > 0)
      ? [h('li', {}, h('span', { class: 'cross' }, '✕'), 'failed, of these')]
      : []),
  );
}

function optionsOf(data: BarData, ink: Ink, page: Page): Options {
  const { steps, names, value, failures, noun } = data;
  const colours = coloursOf(names);
  const totals = steps.map((_, step) => names.reduce((sum, name) => sum + value(step, name), 0));
  return {
    ...commonOptions(ink, page),
    grid: { left: 8, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same' },
    xAxis: { type: 'category', data: [...steps], ...axisLook(ink), splitLine: { show: false } },
    yAxis: { type: 'value', minInterval: 1, ...axisLook(ink) },
    series: [
      ...names.map((name) => ({
        type: 'bar' as const,
        name: shortened(name, 60),
        stack: 'all',
        barCategoryGap: '15%',
        itemStyle: { color: colours.get(name), borderColor: ink.ground, borderWidth: 0.5 },
        data: steps.map((_, step) => value(step, name) || null),
        tooltip: {
          formatter: ({ dataIndex = 0 }) =>
            `${steps[dataIndex]}\n${shortened(name, 60)}\n${counted(value(dataIndex, name), noun)}`,
        },
      })),
      ...(failures
        ? [
            {
              type: 'scatter' as const,
              name: 'failed',
              symbol: cross,
              itemStyle: { color: ink.alarm },
              z: 5,
              // The larger the more of the step failed.
              data: steps.map((_, step) => {
                const total = totals[step] ?? 0;
                if (failures(step) === 0) return null;
                return { value: total, symbolSize: 5 + 9 * Math.sqrt(failures(step) / total) };
              }),
              tooltip: {
                formatter: ({ dataIndex = 0 }) =>
                  `${steps[dataIndex]}\n${number(failures(dataIndex))} of ${number(totals[dataIndex] ?? 0)} failed`,
              },
            },
          ]
        : []),
    ],
  } as Options;
}

/** A mark of failure: known by its form, not only by its colour. */
export const cross = 'path://M0 1L1 0L4 3L7 0L8 1L5 4L8 7L7 8L4 5L1 8L0 7L3 4Z';
