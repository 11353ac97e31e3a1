import type { StatementName } from '../answers.ts';
import type { PageData } from '../page-data.ts';
import { tableOf } from './data.ts';
import { choice, h } from './dom.ts';
import type { Page } from './settings.ts';
import { answerTable } from './table.ts';
import { counted } from './text.ts';

/** What is behind a picture: its figures as a table, and the SQL that they are the answer of. */
export function behind(data: PageData, page: Page, statement: StatementName): HTMLElement {
  const { sql, rows } = data.answers[statement];
  const question = sql
    .split('\n')
    .filter((line) => line.startsWith('-- '))
    .slice(0, 3)
    .map((line) => line.slice('-- '.length))
    .join(' ')
    .replace(/\?.*/s, '?');
  return h(
    'div',
    { class: 'behind', 'data-statement': statement },
    lazily(`Figures (${counted(rows, 'row')}): ${question}`, page, () =>
      answerTable(tableOf(data, statement), page, { caption: question }),
    ),
    lazily(`SQL of ${statement}`, page, () => sqlBox(data, sql)),
  );
}

/** What is made when it is opened, and made anew when a setting changes. */
function lazily(summary: string, page: Page, make: () => HTMLElement): HTMLElement {
  const details = h('details', {}, h('summary', {}, summary));
  const refresh = () => {
    while (details.childNodes.length > 1) details.lastChild?.remove();
    if (details.open) details.append(make());
  };
  details.addEventListener('toggle', refresh);
  page.onChange(refresh);
  return details;
}

/** A statement to copy: as a line for the shell that asks this lake, or as Athena takes it. */
export function sqlBox(data: PageData, sql: string): HTMLElement {
  const texts = { query: `${data.command} - <<'SQL'\n${sql}\nSQL`, athena: sql } as const;
  let chosen: keyof typeof texts = 'query';
  const code = h('code', {}, texts[chosen]);
  const said = h('span', { role: 'status', class: 'note' });
  const copy = async () => {
    said.textContent = (await copied(texts[chosen]))
      ? 'Copied.'
      : 'Select it, and copy it by hand.';
  };
  return h(
    'div',
    { class: 'sql' },
    choice(
      'Where it is to run',
      [
        { value: 'query', text: 'For eventlake query' },
        { value: 'athena', text: 'For Athena' },
      ],
      chosen,
      (value) => {
        chosen = value;
        code.textContent = texts[value];
        said.textContent = '';
      },
    ),
    h('button', { type: 'button', class: 'copy', click: () => void copy() }, 'Copy'),
    said,
    h('pre', { tabindex: 0, 'aria-label': 'SQL' }, code),
  );
}

/** A page from the disk may not have the clipboard of today; that of before asks for a selection. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = h('textarea', { class: 'aside', 'aria-hidden': 'true' });
    field.value = text;
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
