import { cellText } from './cell-text.ts';
import type { AnswerTable } from './data.ts';
import { bdi, h } from './dom.ts';
import type { Page } from './settings.ts';
import { counted, number } from './text.ts';
import { zoneName } from './zone.ts';

/** Rows that a table shows before it is asked for more. */
const firstRows = 100;
const moreRows = 1000;

export interface TableOptions {
  readonly caption: string;
  /** Rows to show, in this order; all where it is not given. */
  readonly only?: readonly number[];
  /** Rows to begin with. */
  readonly first?: number;
  /** Columns that say nothing here. The figures behind the picture have them all. */
  readonly without?: readonly string[];
}

/** A table of an answer, with as many rows as one reads, and more when asked. */
export function answerTable(
  table: AnswerTable,
  page: Page,
  { caption, only, first = firstRows, without = [] }: TableOptions,
): HTMLElement {
  const order = only ?? Array.from({ length: table.rows }, (_, row) => row);
  const kept = table.names.flatMap((name, at) => (without.includes(name) ? [] : [at]));
  const isNumber = table.columns.map(({ kind }) => kind === 'count');
  const body = h('tbody');
  const state = h('p', { class: 'note', role: 'status' });
  let shown = 0;

  const rowOf = (row: number) =>
    h(
      'tr',
      {},
      ...kept.map((at) => {
        const kind = table.columns[at]?.kind ?? 'text';
        return h(
          'td',
          { class: isNumber[at] ? 'number' : kind },
          bdi(cellText(table.cells[at]?.[row] ?? null, kind, page.settings.zone)),
        );
      }),
    );

  const show = (count: number) => {
    const next = order.slice(shown, shown + count);
    body.append(...next.map(rowOf));
    shown += next.length;
    const left = order.length - shown;
    state.replaceChildren(
      left === 0 ? counted(shown, 'row') : `${number(shown)} of ${counted(order.length, 'row')} `,
      ...(left === 0
        ? []
        : [
            h(
              'button',
              { type: 'button', click: () => show(moreRows) },
              `Show ${number(Math.min(moreRows, left))} more`,
            ),
          ]),
    );
  };
  show(first);

  return h(
    'div',
    {},
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
      h(
        'table',
        {},
        h('caption', {}, caption),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ...kept.map((at) =>
              h(
                'th',
                { scope: 'col', class: isNumber[at] ? 'number' : undefined },
                table.columns[at]?.kind === 'time'
                  ? `${table.names[at]} (${zoneName(page.settings.zone)})`
                  : table.names[at],
              ),
            ),
          ),
        ),
        body,
      ),
    ),
    state,
  );
}
