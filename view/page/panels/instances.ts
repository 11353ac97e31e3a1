import type { AnswerRow } from '../../answers.ts';
import type { PageData } from '../../page-data.ts';
import { cross } from '../bars.ts';
import { sqlBox } from '../behind.ts';
import { axisLook, commonOptions, type Ink, type Options, picture } from '../chart.ts';
import { rowsOf, tableOf } from '../data.ts';
import { bdi, h, select } from '../dom.ts';
import { type Lane, type LaneRow, lanesOf, tagKeysOf } from '../lanes.ts';
import { lookOf, stateLooks, unknownState } from '../palette.ts';
import type { Page } from '../settings.ts';
import { answerTable } from '../table.ts';
import { counted, number, shortened, visible } from '../text.ts';
import { spanText, timeText, zoneName } from '../zone.ts';

type Mark = AnswerRow<'instance_marks'>;
type StateRow = AnswerRow<'instance_states'>;

interface Bar {
  readonly state: string;
  readonly from: number;
  readonly until: number;
  /** Whether the page knows its end. */
  readonly isOpen: boolean;
}

/** Pixels of a lane. */
const laneHeight = 22;
/** Pixels of the axis above them. */
const axisHeight = 26;
const mostHeight = 560;
/** Lanes that are printed. */
const mostPrinted = 100;

const markLooks = {
  call: { symbol: 'circle', text: 'call that changes something' },
  tags: { symbol: 'diamond', text: 'change of tags' },
  notice: { symbol: 'triangle', text: 'notice' },
} as const;

type MarkName = keyof typeof markLooks;

/** A lane for each instance: its states as bars, what was done to it and announced of it as marks. */
export function instancesPanel(data: PageData, page: Page): HTMLElement {
  const instances = rowsOf(data, 'instances');
  const states = Map.groupBy(rowsOf(data, 'instance_states'), (row) => row.instance_id ?? '');
  const markRows = rowsOf(data, 'instance_marks');
  const marksTable = tableOf(data, 'instance_marks');
  const statesTable = tableOf(data, 'instance_states');
  const marks = Map.groupBy(
    markRows.map((mark, row) => ({ mark, row })),
    ({ mark }) => mark.instance_id ?? '',
  );
  const start = Date.parse(`${data.since}T00:00:00Z`);
  const end = Date.parse(`${data.until}T00:00:00Z`) + 86_400_000;
  const known = Math.min(end, Math.max(start, data.madeAt));
  const barsOf = new Map(
    instances.map(({ instance_id }) => [
      instance_id ?? '',
      barsIn(states.get(instance_id ?? '') ?? [], start, known),
    ]),
  );

  let search = '';
  const tagKeys = tagKeysOf(instances);
  let groupBy = tagKeys.includes('team') ? 'tag team' : 'none';
  let rows: readonly LaneRow[] = [];
  let from = start;
  let until = end;

  // What is seen of the lanes: the element scrolls, the picture stays and shows what is there.
  const labels = h('div', { class: 'labels' });
  const spacer = h('div', { class: 'spacer' }, labels);
  const viewport = h('div', { class: 'lanes', role: 'group', 'aria-label': 'Instances' });
  const state = h('p', { class: 'note', role: 'status' });
  const said = h('div', { class: 'rows', 'aria-live': 'polite' });

  const isPrinting = () => matchMedia('print').matches;
  const heightOf = () => rows.length * laneHeight;
  const visibleRows = () => {
    const first = isPrinting() ? 0 : viewport.scrollTop / laneHeight;
    const count = Math.max(1, (drawn.element.clientHeight - axisHeight) / laneHeight);
    return { first, last: first + count };
  };

  const drawn = picture(page, {
    height: mostHeight,
    hidden: true,
    label: () => '',
    options: (ink) => laneOptions(ink),
    onMade: (chart) => {
      chart.on('click', ({ seriesName, value }) => {
        const [row = 0, at = 0] = value as number[];
        const lane = rows[Math.floor(row)];
        if (!lane || !('id' in lane)) return;
        if (seriesName === 'states') showState(lane, at);
        else showMarks(lane, at);
      });
      chart.on('datazoom', () => {
        const zoom = (
          chart.getOption() as { dataZoom?: { startValue: number; endValue: number }[] }
        ).dataZoom?.[0];
        if (!zoom) return;
        from = zoom.startValue;
        until = zoom.endValue;
        redraw();
      });
    },
  });

  function laneOptions(ink: Ink): Options {
    const { first, last } = visibleRows();
    const shown = rows
      .map((row, at) => ({ row, at }))
      .slice(Math.max(0, Math.floor(first)), Math.ceil(last) + 1);
    const lanes = shown.flatMap(({ row, at }) => ('id' in row ? [{ lane: row, at }] : []));
    const bars = lanes.flatMap(({ lane, at }) =>
      (barsOf.get(lane.id) ?? [])
        .filter((bar) => bar.until >= from && bar.from <= until)
        .map((bar) => ({ bar, lane, value: [at, bar.from, bar.until] })),
    );
    const points = lanes.flatMap(({ lane, at }) =>
      (marks.get(lane.id) ?? [])
        .filter(({ mark }) => (mark.event_time ?? 0) >= from && (mark.event_time ?? 0) <= until)
        .map(({ mark }) => ({ mark, lane, value: [at, mark.event_time ?? 0] })),
    );
    return {
      ...commonOptions(ink, page),
      // The whole width, whatever the labels need: a time is where it is computed to be.
      grid: { left: 0, right: 0, top: axisHeight, bottom: 0, outerBoundsMode: 'none' },
      xAxis: {
        type: 'time',
        position: 'top',
        min: start,
        max: end,
        ...axisLook(ink),
        axisLabel: {
          ...axisLook(ink).axisLabel,
          alignMinLabel: 'left',
          alignMaxLabel: 'right',
        },
      },
      yAxis: { type: 'value', inverse: true, min: first, max: last, show: false },
      dataZoom: [
        {
          type: 'inside',
          xAxisIndex: 0,
          filterMode: 'none',
          // The wheel alone scrolls the page, as everywhere.
          zoomOnMouseWheel: 'ctrl',
          moveOnMouseWheel: false,
          startValue: from,
          endValue: until,
          minValueSpan: 60_000,
        },
      ],
      series: [
        {
          type: 'custom',
          // All at once: a page that is printed does not wait.
          progressive: 0,
          name: 'states',
          clip: true,
          encode: { x: [1, 2], y: 0 },
          data: bars.map(({ value }) => value),
          renderItem: (params: { dataIndex: number }, api: RenderApi) => {
            const { bar } = bars[params.dataIndex] ?? {};
            if (!bar) return undefined;
            const look = bar.state === 'unknown' ? unknownState : lookOf(bar.state);
            const [left = 0, top = 0] = api.coord([Math.max(bar.from, from), api.value(0)]);
            const [right = 0] = api.coord([Math.min(bar.until, until), api.value(0)]);
            const height = (laneHeight - 6) * look.height;
            return {
              type: 'rect',
              shape: {
                x: left,
                y: top + (laneHeight - height) / 2,
                width: Math.max(1, right - left),
                height,
              },
              style: { fill: look.colour },
            };
          },
          tooltip: {
            formatter: ({ dataIndex = 0 }) => {
              const { bar, lane } = bars[dataIndex] ?? {};
              return bar && lane ? barText(bar, lane) : '';
            },
          },
        },
        ...(Object.keys(markLooks) as MarkName[]).flatMap((name) =>
          [false, true].map((isFailed) => {
            const mine = points.filter(
              ({ mark }) => mark.mark === name && (mark.outcome === 'failure') === isFailed,
            );
            return {
              type: 'scatter' as const,
              name: 'marks',
              clip: true,
              symbol: isFailed ? cross : markLooks[name].symbol,
              symbolSize: isFailed ? 9 : 7,
              encode: { x: 1, y: 0 },
              itemStyle: isFailed
                ? { color: ink.alarm }
                : { color: ink.ground, borderColor: ink.text, borderWidth: 1.2 },
              z: 5,
              data: mine.map(({ value: [at = 0, time] }) => [at + 0.5, time]),
              tooltip: {
                formatter: ({ dataIndex = 0 }) => {
                  const { mark, lane } = mine[dataIndex] ?? {};
                  return mark && lane ? markText(mark, lane) : '';
                },
              },
            };
          }),
        ),
      ],
    } as Options;
  }

  const barText = (bar: Bar, lane: Lane) =>
    [
      lane.title,
      `${visible(bar.state)} ${bar.isOpen ? 'since' : 'from'} ${timeText(bar.from, page.settings.zone)}`,
      bar.isOpen
        ? 'no end is known'
        : `until ${timeText(bar.until, page.settings.zone)}: ${spanText(bar.until - bar.from)}`,
    ].join('\n');

  const markText = (mark: Mark, lane: Lane) =>
    [
      lane.title,
      `${shortened(mark.what ?? '', 60)}${mark.outcome === 'failure' ? `: ${shortened(mark.error_code ?? 'failed', 60)}` : ''}`,
      `${timeText(mark.event_time ?? 0, page.settings.zone)} ${zoneName(page.settings.zone)}`,
      ...(mark.who === null ? [] : [`by ${shortened(mark.who, 60)}`]),
      ...(mark.source_ip === null ? [] : [`from ${shortened(mark.source_ip, 60)}`]),
    ].join('\n');

  /** The rows of all marks that are drawn where somebody clicked. */
  function showMarks(lane: Lane, time: number): void {
    const near = ((until - from) / Math.max(1, drawn.element.clientWidth)) * 5;
    const places = (marks.get(lane.id) ?? [])
      .filter(({ mark }) => Math.abs((mark.event_time ?? 0) - time) <= near)
      .map(({ row }) => row);
    const ids = places.flatMap((row) => markRows[row]?.event_id ?? []);
    say(
      `${lane.title}: ${counted(places.length, 'event')} at ${timeText(time, page.settings.zone)}`,
      answerTable(marksTable, page, {
        caption: 'The events behind the mark',
        only: places,
        without: ['of_all'],
      }),
      rowsSql(ids),
    );
  }

  function showState(lane: Lane, at: number): void {
    const all = statePlaces(lane);
    const place = all.find((row) => statesTable.cells[2]?.[row] === at);
    say(
      `${lane.title}: ${place === undefined ? 'nothing is known before its first event' : 'a state, and what was done about that time'}`,
      place === undefined
        ? undefined
        : answerTable(statesTable, page, {
            caption: 'The state',
            only: [place],
            without: ['of_all'],
          }),
    );
  }

  const statePlaces = (lane: Lane) =>
    (statesTable.cells[0] ?? []).flatMap((id, row) => (id === lane.id ? [row] : []));

  /** All that the page knows of an instance. */
  function showLane(lane: Lane): void {
    const mine = marks.get(lane.id) ?? [];
    const of = instances.find(({ instance_id }) => instance_id === lane.id);
    say(
      lane.title,
      h(
        'p',
        {},
        [
          ...Object.entries(lane.tags).map(
            ([key, value]) => `${shortened(key, 60)}=${shortened(value, 60)}`,
          ),
          `account ${visible(of?.account ?? 'unknown')}`,
          `Region ${visible(of?.region ?? 'unknown')}`,
        ].join(' · '),
      ),
      answerTable(statesTable, page, {
        caption: 'Its states',
        only: statePlaces(lane),
        first: 10,
        without: ['instance_id', 'of_all'],
      }),
      answerTable(marksTable, page, {
        caption: 'What was done to it and announced of it',
        only: mine.map(({ row }) => row),
        first: 10,
        without: ['instance_id', 'of_all'],
      }),
    );
  }

  function rowsSql(ids: readonly string[]): HTMLElement {
    const list = ids.map((id) => `'${id.replaceAll("'", "''")}'`).join(', ');
    return h(
      'details',
      {},
      h('summary', {}, 'SQL of their whole rows'),
      sqlBox(
        data,
        `SELECT *\nFROM unique_events\nWHERE day BETWEEN '${data.since}' AND '${data.until}'\n  AND event_id IN (${list})`,
      ),
    );
  }

  function say(title: string, ...children: readonly (HTMLElement | undefined)[]): void {
    said.replaceChildren(h('h3', {}, bdi(title)), ...children.filter((one) => one !== undefined));
  }

  function fill(): void {
    const found = lanesOf(instances, { search, groupBy });
    rows = isPrinting() ? found.rows.slice(0, mostPrinted) : found.rows;
    spacer.style.setProperty('height', `${heightOf() + axisHeight}px`);
    const height = Math.min(
      isPrinting() ? Number.POSITIVE_INFINITY : mostHeight,
      heightOf() + axisHeight,
    );
    viewport.style.setProperty('height', `${height}px`);
    drawn.element.style.setProperty('height', `${height}px`);
    labels.replaceChildren(
      ...rows.map((row, at) => {
        const element =
          'id' in row
            ? h(
                'button',
                {
                  type: 'button',
                  class: 'lane',
                  tabindex: at === firstLane() ? 0 : -1,
                  title: visible(row.id),
                  click: () => showLane(row),
                  focus: () => {
                    for (const other of labels.querySelectorAll('.lane')) {
                      other.setAttribute('tabindex', '-1');
                    }
                    element.setAttribute('tabindex', '0');
                  },
                },
                bdi(row.title),
              )
            : h('span', { class: 'group' }, bdi(`${row.group} (${number(row.lanes)})`));
        element.style.setProperty('top', `${axisHeight + at * laneHeight}px`);
        return element;
      }),
    );
    const total = instances[0]?.of_all ?? 0;
    state.textContent = [
      found.lanes === instances.length
        ? counted(instances.length, 'instance')
        : `${number(found.lanes)} of ${counted(instances.length, 'instance')}`,
      ...(total > instances.length
        ? [
            `${number(total - instances.length)} others, to which less happened, are not on the page`,
          ]
        : []),
      ...olderThanShown(),
      ...(rows.length < found.rows.length
        ? [`printed: the first ${number(rows.length)} lines of ${number(found.rows.length)}`]
        : []),
    ].join(' · ');
    drawn.chart()?.resize();
    redraw();
  }

  const firstLane = () => rows.findIndex((row) => 'id' in row);

  function olderThanShown(): string[] {
    const older = (of: Iterable<readonly { readonly of_all: number | null }[]>) =>
      [...of].reduce((sum, list) => sum + Math.max(0, (list[0]?.of_all ?? 0) - list.length), 0);
    const olderMarks = older([...marks.values()].map((list) => list.map(({ mark }) => mark)));
    const olderStates = older(states.values());
    return [
      ...(olderMarks > 0 ? [`${number(olderMarks)} older marks are not on the page`] : []),
      ...(olderStates > 0 ? [`${number(olderStates)} older states are not on the page`] : []),
    ];
  }

  let isAsked = false;
  function redraw(): void {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      drawn.draw();
    });
  }

  viewport.addEventListener('scroll', redraw, { passive: true });
  labels.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 20,
      PageUp: -20,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...labels.querySelectorAll<HTMLElement>('.lane')];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[Math.min(buttons.length - 1, Math.max(0, at + step))]?.focus();
  });

  const zoom = (factor: number, shift = 0) => {
    const span = Math.min(end - start, Math.max(60_000, (until - from) * factor));
    const middle = (from + until) / 2 + shift * (until - from);
    from = Math.min(Math.max(start, middle - span / 2), end - span);
    until = from + span;
    redraw();
  };
  const button = (text: string, label: string, click: () => void) =>
    h('button', { type: 'button', 'aria-label': label, title: label, click }, text);

  const searchField = h('input', {
    type: 'search',
    placeholder: 'id, name, tag=value',
    'aria-label': 'Search instances by id, name or tag',
    input: () => {
      search = searchField.value;
      fill();
    },
  });

  spacer.append(drawn.element);
  viewport.append(spacer);
  page.onChange(fill);
  addEventListener('beforeprint', fill);
  addEventListener('afterprint', fill);
  matchMedia('print').addEventListener('change', fill);
  fill();

  if (instances.length === 0) return h('p', {}, 'No event names an instance.');
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'controls' },
      searchField,
      select(
        'Group by',
        [
          { value: 'none', text: 'nothing' },
          ...tagKeys.map((key) => ({ value: `tag ${key}`, text: `tag ${shortened(key, 40)}` })),
          { value: 'account', text: 'account' },
          { value: 'region', text: 'Region' },
        ],
        groupBy,
        (value) => {
          groupBy = value;
          fill();
        },
      ),
      h(
        'span',
        { class: 'choice', role: 'group', 'aria-label': 'Time shown' },
        button('−', 'Zoom out', () => zoom(2)),
        button('+', 'Zoom in', () => zoom(0.5)),
        button('←', 'Earlier', () => zoom(1, -0.5)),
        button('→', 'Later', () => zoom(1, 0.5)),
        button('Whole', 'Show the whole time', () => zoom(Number.POSITIVE_INFINITY)),
      ),
    ),
    laneLegend(),
    viewport,
    state,
    said,
  );
}

interface RenderApi {
  coord(value: readonly number[]): number[];
  value(dimension: number): number;
}

/** States as bars; the time before the first is unknown, and the last has no end yet. */
function barsIn(rows: readonly StateRow[], start: number, known: number): Bar[] {
  const first = rows[0]?.state_from ?? known;
  const bars = rows.map(
    ({ state, state_from, state_until }): Bar => ({
      state: state ?? 'unknown',
      from: state_from ?? start,
      until: state_until ?? Math.max(known, state_from ?? start),
      isOpen: state_until === null,
    }),
  );
  const before: Bar = { state: 'unknown', from: start, until: first, isOpen: false };
  return first > start ? [before, ...bars] : bars;
}

function laneLegend(): HTMLElement {
  const stateItem = (name: string, { colour, height }: { colour: string; height: number }) => {
    const swatch = h('span', { class: 'swatch' });
    swatch.style.setProperty('background', colour);
    swatch.style.setProperty('height', `${Math.max(2, 12 * height)}px`);
    return h('li', {}, swatch, name);
  };
  return h(
    'ul',
    { class: 'legend' },
    ...Object.entries(stateLooks).map(([name, look]) => stateItem(name, look)),
    stateItem('unknown', unknownState),
    h('li', {}, h('span', { class: 'mark' }, '○'), markLooks.call.text),
    h('li', {}, h('span', { class: 'mark' }, '◇'), markLooks.tags.text),
    h('li', {}, h('span', { class: 'mark' }, '△'), markLooks.notice.text),
    h('li', {}, h('span', { class: 'cross' }, '✕'), 'failed'),
  );
}
