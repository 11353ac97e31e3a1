import type { PageData } from '../../page-data.ts';
import { bars } from '../bars.ts';
import { rowsOf, tableOf } from '../data.ts';
import { countsOf, dayStepsOf } from '../days.ts';
import { choice, h } from '../dom.ts';
import type { Page } from '../settings.ts';
import { answerTable } from '../table.ts';
import { counted } from '../text.ts';

/** Failed calls by day, and who was denied what for the first time. */
export function deniedPanel(data: PageData, page: Page): HTMLElement {
  const rows = rowsOf(data, 'failures_by_day');
  const days = dayStepsOf(data);
  let by = 'code';
  let what: 'failures' | 'denied' = 'failures';
  const picture = bars(page, () => ({
    steps: days.steps,
    noun: 'call',
    ...countsOf(
      rows.filter(({ by_what }) => by_what === by),
      days.steps.length,
      ({ day }) => days.stepOf(day ?? ''),
      ({ name }) => name ?? 'unknown',
      (row) => row[what] ?? 0,
    ),
  }));

  const denials = tableOf(data, 'denials');
  const list = rowsOf(data, 'denials');
  const fresh = list.flatMap(({ is_new }, row) => (is_new ? [row] : []));
  const table = h('div', {});
  let only: 'new' | 'all' = 'new';
  const fill = () =>
    table.replaceChildren(
      answerTable(denials, page, {
        caption:
          only === 'new' ? 'Denied for the first time after the first day' : 'Denied, latest first',
        ...(only === 'new' && { only: fresh }),
        first: 10,
        without: ['is_new', 'of_all'],
      }),
    );
  fill();
  page.onChange(fill);
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'controls' },
      choice(
        'By what',
        ['code', 'call', 'role'].map((value) => ({ value, text: `By ${value}` })),
        by,
        (value) => {
          by = value;
          picture.draw();
        },
      ),
      choice(
        'Which',
        [
          { value: 'failures', text: 'All that failed' },
          { value: 'denied', text: 'Denied only' },
        ],
        what,
        (value) => {
          what = value;
          picture.draw();
        },
      ),
    ),
    picture.element,
    h('h3', {}, 'Denials'),
    choice(
      'Which denials',
      [
        { value: 'new', text: `New: ${counted(fresh.length, 'denial')}` },
        { value: 'all', text: `All: ${counted(list.length, 'denial')}` },
      ],
      only,
      (value) => {
        only = value;
        fill();
      },
    ),
    table,
  );
}
