import type { PageData } from '../../page-data.ts';
import { axisLook, commonOptions, type Ink, type Options, picture } from '../chart.ts';
import { rowsOf } from '../data.ts';
import { dayStepsOf } from '../days.ts';
import { bdi, choice, h } from '../dom.ts';
import { heatColour } from '../palette.ts';
import type { Page } from '../settings.ts';
import { counted, number, shortened } from '../text.ts';
import { dayText, inZone, type Zone, zoneName } from '../zone.ts';

interface Hour {
  readonly ms: number;
  readonly name: string;
  readonly events: number;
  readonly failures: number;
}

interface Cell {
  readonly step: number;
  readonly hour: number;
  events: number;
  failures: number;
  readonly hours: Hour[];
}

/** Events by day and hour as a heat map, of all, of a source or of a kind, with failures over it. */
export function whenPanel(data: PageData, page: Page): HTMLElement {
  const hours = {
    source: rowsOf(data, 'events_by_source').map((row) => ({
      ms: row.hour ?? 0,
      name: row.event_source ?? 'unknown',
      events: row.events ?? 0,
      failures: row.failures ?? 0,
    })),
    kind: rowsOf(data, 'events_by_kind').map((row) => ({
      ms: row.hour ?? 0,
      name: row.kind ?? 'unknown',
      events: row.events ?? 0,
      failures: row.failures ?? 0,
    })),
  };
  let by: keyof typeof hours = 'source';
  /** Nothing for all. */
  let name = '';
  let withFailures = true;
  let isChosen: Cell | undefined;

  const said = h('div', { class: 'rows', 'aria-live': 'polite' });
  const names = h('div', {});
  const legend = h('p', { class: 'scale' });

  const cells = () => {
    const { steps, cellOf } = gridOf(data, page.settings.zone);
    const found = new Map<string, Cell>();
    for (const hour of hours[by]) {
      if (name !== '' && hour.name !== name) continue;
      const { step, hour: hourOfDay } = cellOf(hour.ms);
      const key = `${step} ${hourOfDay}`;
      const cell = found.get(key) ?? { step, hour: hourOfDay, events: 0, failures: 0, hours: [] };
      cell.events += hour.events;
      cell.failures += hour.failures;
      cell.hours.push(hour);
      found.set(key, cell);
    }
    return { steps, cells: [...found.values()] };
  };

  const heat = picture(page, {
    height: 380,
    label: () => {
      const { cells: all } = cells();
      const most = all.reduce<Cell | undefined>(
        (a, b) => (a && a.events >= b.events ? a : b),
        undefined,
      );
      const sum = all.reduce((events, cell) => events + cell.events, 0);
      return `Heat map of ${counted(sum, 'event')} by day and hour${most ? `; most in one hour: ${number(most.events)}` : ''}. The figures are in the table below.`;
    },
    options: (ink) => {
      const { steps, cells: all } = cells();
      fillScale(legend, all, ink);
      return heatOptions(steps, all, ink, page, withFailures);
    },
    onMade: (chart) =>
      chart.on('click', ({ data: clicked }) => {
        const [step, hour] = (clicked as { value?: number[] })?.value ?? [];
        isChosen = cells().cells.find((cell) => cell.step === step && cell.hour === hour);
        tell();
      }),
  });

  const tell = () => {
    if (!isChosen) return said.replaceChildren();
    const { steps } = cells();
    const byName = Map.groupBy(isChosen.hours, (hour) => hour.name);
    const hourText = `${String(isChosen.hour).padStart(2, '0')}:00`;
    said.replaceChildren(
      h(
        'p',
        {},
        `${steps[isChosen.step]} ${hourText} ${zoneName(page.settings.zone)}: ${counted(isChosen.events, 'event')}, ${number(isChosen.failures)} failed`,
      ),
      h(
        'ul',
        { class: 'legend' },
        ...[...byName]
          .map(([key, list]) => ({ key, events: list.reduce((sum, one) => sum + one.events, 0) }))
          .sort((a, b) => b.events - a.events)
          .map(({ key, events }) => h('li', {}, bdi(shortened(key, 60)), ` ${number(events)}`)),
      ),
    );
  };

  const offerNames = () => {
    const sums = new Map<string, number>();
    for (const hour of hours[by]) sums.set(hour.name, (sums.get(hour.name) ?? 0) + hour.events);
    const sorted = [...sums].sort(
      (a, b) => Number(a[0] === 'others') - Number(b[0] === 'others') || b[1] - a[1],
    );
    names.replaceChildren(
      choice(
        `Which ${by}`,
        [
          { value: '', text: 'all' },
          ...sorted.map(([value, events]) => ({
            value,
            text: `${shortened(value, 40)} ${number(events)}`,
          })),
        ],
        name,
        (value) => {
          name = value;
          isChosen = undefined;
          tell();
          heat.draw();
        },
      ),
    );
  };
  offerNames();
  page.onChange(() => {
    isChosen = undefined;
    tell();
  });

  const failuresBox = h('input', {
    type: 'checkbox',
    checked: true,
    change: () => {
      withFailures = failuresBox.checked;
      heat.draw();
    },
  });
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'controls' },
      choice(
        'By what',
        [
          { value: 'source', text: 'By source' },
          { value: 'kind', text: 'By kind' },
        ],
        by,
        (value) => {
          by = value;
          name = '';
          isChosen = undefined;
          tell();
          offerNames();
          heat.draw();
        },
      ),
      h('label', {}, failuresBox, ' failed calls as dots'),
    ),
    names,
    heat.element,
    legend,
    said,
  );
}

/** The days of the picture, or the weeks of a long one, in the zone of the page. */
function gridOf(data: PageData, zone: Zone) {
  const { since, until } =
    zone === 'utc'
      ? data
      : {
          since: dayText(Date.parse(`${data.since}T00:00:00Z`), zone),
          until: dayText(Date.parse(`${data.until}T23:59:59Z`), zone),
        };
  const days = dayStepsOf({ since, until });
  return {
    steps: days.steps,
    cellOf: (ms: number) => ({
      step: days.stepOf(dayText(ms, zone)),
      hour: inZone(ms, zone).getUTCHours(),
    }),
  };
}

const shareOf = (events: number, most: number) =>
  Math.log1p(events) / Math.log1p(Math.max(most, 1));

function fillScale(legend: HTMLElement, cells: readonly Cell[], ink: Ink): void {
  const most = Math.max(0, ...cells.map(({ events }) => events));
  const stops = [...new Set([1, Math.round(Math.sqrt(most)), most])].filter((stop) => stop > 0);
  legend.replaceChildren(
    ...stops.flatMap((stop) => {
      const swatch = h('span', { class: 'swatch' });
      swatch.style.setProperty('background', heatColour(shareOf(stop, most), ink.isDark));
      return [swatch, ` ${counted(stop, 'event')} an hour  `];
    }),
    h('span', { class: 'dot' }),
    ' failed calls: the larger the more',
  );
}

function heatOptions(
  steps: readonly string[],
  cells: readonly Cell[],
  ink: Ink,
  page: Page,
  withFailures: boolean,
): Options {
  const most = Math.max(1, ...cells.map(({ events }) => events));
  const mostFailures = Math.max(1, ...cells.map(({ failures }) => failures));
  const at = ({ step, hour }: Cell) => [step, hour];
  const text = ({ dataIndex = 0 }: { dataIndex?: number }, list: readonly Cell[]) => {
    const cell = list[dataIndex];
    if (!cell) return '';
    return `${steps[cell.step]} ${String(cell.hour).padStart(2, '0')}:00 ${zoneName(page.settings.zone)}\n${counted(cell.events, 'event')}, ${number(cell.failures)} failed`;
  };
  const failed = cells.filter(({ failures }) => failures > 0);
  return {
    ...commonOptions(ink, page),
    grid: { left: 8, right: 12, top: 8, bottom: 4, outerBoundsMode: 'same' },
    xAxis: { type: 'category', data: [...steps], ...axisLook(ink), splitLine: { show: false } },
    yAxis: {
      type: 'category',
      inverse: true,
      data: Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`),
      ...axisLook(ink),
      splitLine: { show: false },
    },
    series: [
      {
        type: 'heatmap',
        data: cells.map((cell) => ({
          value: [...at(cell), cell.events],
          itemStyle: {
            color: heatColour(shareOf(cell.events, most), ink.isDark),
            borderColor: ink.ground,
            borderWidth: steps.length > 100 ? 0 : 1,
          },
        })),
        tooltip: { formatter: (params: { dataIndex?: number }) => text(params, cells) },
      },
      ...(withFailures
        ? [
            {
              type: 'scatter' as const,
              symbol: 'circle',
              data: failed.map((cell) => ({
                value: at(cell),
                symbolSize: 5 + 9 * Math.sqrt(cell.failures / mostFailures),
              })),
              // A white rim, so that it shows on every colour of the cells.
              itemStyle: { color: '#d3261e', borderColor: '#ffffff', borderWidth: 1.2 },
              tooltip: { formatter: (params: { dataIndex?: number }) => text(params, failed) },
            },
          ]
        : []),
    ],
  } as Options;
}
