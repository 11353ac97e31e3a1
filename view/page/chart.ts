import { BarChart, CustomChart, HeatmapChart, ScatterChart } from 'echarts/charts';
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  TooltipComponent,
} from 'echarts/components';
import { type ECharts, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { h } from './dom.ts';
import type { Page } from './settings.ts';

use([
  BarChart,
  CustomChart,
  HeatmapChart,
  ScatterChart,
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  TooltipComponent,
  CanvasRenderer,
]);

/** Colours of the page, as its style has them now. */
export interface Ink {
  readonly text: string;
  readonly faint: string;
  readonly line: string;
  readonly ground: string;
  readonly alarm: string;
  readonly isDark: boolean;
}

export type Options = Parameters<ECharts['setOption']>[0];

export interface Picture {
  readonly element: HTMLElement;
  readonly chart: () => ECharts | undefined;
  /** Draws it anew. */
  draw(): void;
}

function inkNow(): Ink {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: colour('--text'),
    faint: colour('--faint'),
    line: colour('--line'),
    ground: colour('--ground'),
    alarm: colour('--alarm'),
    isDark: style.getPropertyValue('--is-dark').trim() === '1',
  };
}

/** What every picture of the page has in common. */
export function commonOptions(ink: Ink, page: Page): Record<string, unknown> {
  return {
    animation: false,
    useUTC: page.settings.zone === 'utc',
    textStyle: { color: ink.text, fontFamily: 'system-ui, sans-serif' },
    aria: { enabled: page.settings.patterns, decal: { show: page.settings.patterns } },
    tooltip: {
      // Drawn, not written: a text in it stays a text.
      renderMode: 'richText',
      confine: true,
      backgroundColor: ink.ground,
      borderColor: ink.faint,
      textStyle: { color: ink.text, fontSize: 12 },
    },
  };
}

export const axisLook = (ink: Ink) => ({
  axisLine: { lineStyle: { color: ink.line } },
  axisTick: { lineStyle: { color: ink.line } },
  axisLabel: { color: ink.faint, hideOverlap: true },
  splitLine: { lineStyle: { color: ink.line } },
});

/**
 * A picture that is drawn when it comes near the window, and anew when a setting, its size or the
 * way in which it is looked at changes.
 */
export function picture(
  page: Page,
  {
    label,
    height,
    options,
    onMade,
    hidden = false,
  }: {
    /** What it shows, for those who do not see it. */
    readonly label: () => string;
    readonly height: number;
    readonly options: (ink: Ink) => Options;
    readonly onMade?: (chart: ECharts) => void;
    /** Whether something else says what it shows. */
    readonly hidden?: boolean;
  },
): Picture {
  const element = h('div', { class: 'picture', role: hidden ? undefined : 'img' });
  if (hidden) element.setAttribute('aria-hidden', 'true');
  element.style.setProperty('height', `${height}px`);
  let chart: ECharts | undefined;
  let isNear = false;

  const draw = () => {
    if (!isNear || !element.isConnected) return;
    if (!hidden) element.setAttribute('aria-label', label());
    if (!chart) {
      chart = init(element, undefined, { renderer: 'canvas' });
      onMade?.(chart);
    }
    chart.setOption(options(inkNow()), { notMerge: true });
  };
  new IntersectionObserver(
    (entries) => {
      if (isNear || !entries.some(({ isIntersecting }) => isIntersecting)) return;
      isNear = true;
      draw();
    },
    { rootMargin: '600px' },
  ).observe(element);
  new ResizeObserver(() => chart?.resize()).observe(element);
  page.onChange(draw);
  for (const query of ['(prefers-color-scheme: dark)', 'print']) {
    matchMedia(query).addEventListener('change', draw);
  }
  addEventListener('beforeprint', () => {
    isNear = true;
    draw();
    chart?.resize();
  });
  addEventListener('afterprint', () => {
    draw();
    chart?.resize();
  });
  return { element, chart: () => chart, draw };
}
