import type { StatementName } from '../../answers.ts';
import type { PageData } from '../../page-data.ts';
import { bars } from '../bars.ts';
import { rowsOf, tableOf } from '../data.ts';
import { countsOf, dayStepsOf } from '../days.ts';
import { h } from '../dom.ts';
import type { Page } from '../settings.ts';
import { answerTable } from '../table.ts';

/** Sign-ins by day with how they ended, those worth a look, and what root did. */
export function signInsPanel(data: PageData, page: Page): HTMLElement {
  const days = dayStepsOf(data);
  const counts = countsOf(
    rowsOf(data, 'sign_ins_by_day'),
    days.steps.length,
    ({ day }) => days.stepOf(day ?? ''),
    ({ result }) => result ?? 'unknown',
    ({ sign_ins }) => sign_ins ?? 0,
  );
  return h(
    'div',
    {},
    bars(page, () => ({ steps: days.steps, noun: 'sign-in', ...counts })).element,
    h('h3', {}, 'Failed, without a second factor, or as root'),
    shortTable(
      data,
      page,
      'sign_ins',
      'Sign-ins that failed, had no second factor or were of root',
    ),
    h('h3', {}, 'What root did'),
    shortTable(data, page, 'root_use', 'What root did'),
  );
}

/** Changes of identity and network by day, and the latest of them. */
export function changesPanel(data: PageData, page: Page): HTMLElement {
  const days = dayStepsOf(data);
  const rows = rowsOf(data, 'changes_by_day');
  const stepOf = ({ day }: { readonly day: string | null }) => days.stepOf(day ?? '');
  const counts = countsOf(
    rows,
    days.steps.length,
    stepOf,
    ({ area }) => area ?? 'unknown',
    ({ changes }) => changes ?? 0,
  );
  const failed = countsOf(
    rows,
    days.steps.length,
    stepOf,
    () => 'failed',
    ({ failures }) => failures ?? 0,
  );
  return h(
    'div',
    {},
    bars(page, () => ({
      steps: days.steps,
      noun: 'change',
      ...counts,
      failures: (step) => failed.value(step, 'failed'),
    })).element,
    h('h3', {}, 'The latest changes'),
    shortTable(data, page, 'changes', 'The latest changes of identity and network'),
  );
}

/** What Firehose could not deliver as rows. */
export function notRowsPanel(data: PageData, page: Page): HTMLElement {
  const rows = rowsOf(data, 'not_rows');
  if (rows.length === 0) return h('p', {}, 'Nothing: every record became a row.');
  const stepNames = [...new Set(rows.map(({ day }) => day ?? ''))].sort();
  const counts = countsOf(
    rows,
    stepNames.length,
    ({ day }) => stepNames.indexOf(day ?? ''),
    ({ error_code }) => error_code ?? 'unknown',
    ({ records }) => records ?? 0,
  );
  return h(
    'div',
    {},
    bars(page, () => ({ steps: stepNames, noun: 'record', ...counts }), { height: 160 }).element,
    shortTable(data, page, 'not_rows', 'What did not become a row, and why'),
  );
}

function shortTable(
  data: PageData,
  page: Page,
  statement: StatementName,
  caption: string,
): HTMLElement {
  const table = tableOf(data, statement);
  const element = h('div', {});
  const fill = () => {
    element.replaceChildren(
      table.rows === 0
        ? h('p', {}, 'None.')
        : answerTable(table, page, { caption, first: 10, without: ['event_id', 'of_all'] }),
    );
  };
  fill();
  page.onChange(fill);
  return element;
}
