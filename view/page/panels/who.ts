import type { PageData } from '../../page-data.ts';
import { bars } from '../bars.ts';
import { rowsOf, tableOf } from '../data.ts';
import { countsOf } from '../days.ts';
import { bdi, choice, h } from '../dom.ts';
import type { Page } from '../settings.ts';
import { answerTable } from '../table.ts';
import { counted, number, shortened } from '../text.ts';
import { dayText, timeText, zoneName } from '../zone.ts';

const kinds = ['actor', 'session', 'access key', 'address', 'user agent'] as const;

/** Who made the most calls; one of them over time, and what it did for the first time. */
export function whoPanel(data: PageData, page: Page): HTMLElement {
  const all = rowsOf(data, 'who');
  const when = rowsOf(data, 'who_when');
  const firsts = rowsOf(data, 'who_new');
  const firstsTable = tableOf(data, 'who_new');
  let by: (typeof kinds)[number] = 'actor';
  let chosen: string | undefined;
  /** A step of the timeline that was clicked. */
  let step: string | undefined;

  const list = h('div', {});
  const one = h('div', { class: 'one', 'aria-live': 'polite' });
  const ofKind = () => all.filter(({ by_what }) => by_what === by);
  const first = () => ofKind().find(({ name }) => name !== null)?.name ?? undefined;

  const stepText = (ms: number) =>
    data.grain === 'hour'
      ? timeText(ms, page.settings.zone).slice(0, 'yyyy-MM-dd HH:mm'.length)
      : timeText(ms, 'utc').slice(0, 'yyyy-MM-dd'.length);

  const timeline = bars(
    page,
    () => {
      const mine = when.filter(({ by_what, name }) => by_what === by && name === chosen);
      const steps = stepsOf(data).map(stepText);
      const places = new Map(steps.map((text, at) => [text, at]));
      const stepOf = ({ time_from }: { readonly time_from: number | null }) =>
        places.get(stepText(time_from ?? 0)) ?? -1;
      const counts = countsOf(
        mine,
        steps.length,
        stepOf,
        ({ service }) => service ?? 'unknown',
        ({ calls }) => calls ?? 0,
      );
      const failed = countsOf(
        mine,
        steps.length,
        stepOf,
        () => 'failed',
        ({ failures }) => failures ?? 0,
      );
      return { steps, noun: 'call', ...counts, failures: (at) => failed.value(at, 'failed') };
    },
    {
      onStep: (at) => {
        const clicked = stepsOf(data).map(stepText)[at];
        step = step === clicked ? undefined : clicked;
        fillOne();
      },
    },
  );

  const fillList = () => {
    const rows = ofKind();
    const most = Math.max(1, ...rows.map(({ calls }) => calls ?? 0));
    list.replaceChildren(
      h(
        'div',
        { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `The first by ${by}` },
        h(
          'table',
          { class: 'who' },
          h('caption', {}, `The first by ${by}`),
          h(
            'thead',
            {},
            h(
              'tr',
              {},
              ...[by, 'calls', 'failed'].map((text, at) =>
                h('th', { scope: 'col', class: at > 0 ? 'number' : undefined }, text),
              ),
            ),
          ),
          h(
            'tbody',
            {},
            ...rows.map(({ name, names, calls, failures }) => {
              const bar = h('span', { class: 'bar' });
              bar.style.setProperty('width', `${((calls ?? 0) / most) * 100}%`);
              return h(
                'tr',
                {},
                h(
                  'td',
                  {},
                  name === null
                    ? h('span', {}, `others: ${number(names ?? 0)}`)
                    : h(
                        'button',
                        {
                          type: 'button',
                          class: 'link',
                          'aria-pressed': String(name === chosen),
                          click: () => {
                            chosen = name;
                            step = undefined;
                            fillList();
                            fillOne();
                            timeline.draw();
                            list
                              .querySelector<HTMLElement>('[aria-pressed="true"]')
                              ?.focus({ preventScroll: true });
                          },
                        },
                        bdi(shortened(name, 80)),
                      ),
                  bar,
                ),
                h('td', { class: 'number' }, number(calls ?? 0)),
                h('td', { class: 'number' }, number(failures ?? 0)),
              );
            }),
          ),
        ),
      ),
    );
  };

  const about = h('p', {});
  const newCalls = h('div', {});
  one.append(h('h3', {}), about, timeline.element, newCalls);
  const fillOne = () => {
    const title = one.querySelector('h3');
    const row = ofKind().find(({ name }) => name === chosen);
    if (!title) return;
    if (!row || chosen === undefined) {
      title.textContent = `No ${by} is known`;
      about.replaceChildren();
      newCalls.replaceChildren();
      return;
    }
    const { zone } = page.settings;
    title.replaceChildren(`${by} `, bdi(shortened(chosen, 80)));
    about.textContent = [
      counted(row.calls ?? 0, 'call'),
      `${number(row.failures ?? 0)} failed`,
      counted(row.services ?? 0, 'service'),
      ...(by === 'actor' ? [] : [counted(row.actors ?? 0, 'actor')]),
      `first seen ${row.first_time === null ? 'never' : timeText(row.first_time, zone)}`,
      `last seen ${row.last_time === null ? 'never' : `${timeText(row.last_time, zone)} ${zoneName(zone)}`}`,
    ].join(' · ');
    const places = firsts.flatMap(({ by_what, name, first_time }, place) => {
      const isMine = by_what === by && name === chosen;
      const isThen = step === undefined || stepOfTime(first_time ?? 0, data, stepText) === step;
      return isMine && isThen ? [place] : [];
    });
    newCalls.replaceChildren(
      h('h4', {}, step === undefined ? 'First calls, latest first' : `What was new: ${step}`),
      step === undefined
        ? h(
            'p',
            { class: 'note' },
            `A click on a bar shows what was new then. On ${dayText(Date.parse(data.since), 'utc')}, the first day of the page, everything is.`,
          )
        : h(
            'button',
            {
              type: 'button',
              click: () => {
                step = undefined;
                fillOne();
              },
            },
            'Show all',
          ),
      places.length === 0
        ? h('p', {}, 'Nothing was new.')
        : answerTable(firstsTable, page, {
            caption: 'Calls that were made for the first time',
            only: places,
            first: 10,
            without: ['by_what', 'name', 'of_all'],
          }),
    );
  };

  chosen = first();
  fillList();
  fillOne();
  page.onChange(fillOne);
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'controls' },
      choice(
        'By what',
        kinds.map((value) => ({ value, text: value })),
        by,
        (value) => {
          by = value;
          chosen = first();
          step = undefined;
          fillList();
          fillOne();
          timeline.draw();
        },
      ),
    ),
    h('div', { class: 'side-by-side' }, list, one),
  );
}

const stepMs = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const;
/** Weeks start on Mondays, as `date_trunc` has them; the epoch was a Thursday. */
const firstMonday = -3 * 86_400_000;

const startOf = (ms: number, grain: PageData['grain']) => {
  const origin = grain === 'week' ? firstMonday : 0;
  return Math.floor((ms - origin) / stepMs[grain]) * stepMs[grain] + origin;
};

/** The starts of all steps of a page's timeline. */
function stepsOf({ since, until, grain }: PageData): number[] {
  const first = startOf(Date.parse(since), grain);
  const last = Date.parse(`${until}T23:59:59Z`);
  const count = Math.floor((last - first) / stepMs[grain]) + 1;
  return Array.from({ length: count }, (_, step) => first + step * stepMs[grain]);
}

const stepOfTime = (ms: number, { grain }: PageData, text: (ms: number) => string) =>
  text(startOf(ms, grain));
