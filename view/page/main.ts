import type { PageData } from '../page-data.ts';
import { type PanelId, panels } from '../panels.ts';
import { behind } from './behind.ts';
import { rowsOf, unpack } from './data.ts';
import { bdi, choice, h } from './dom.ts';
import { changesPanel, notRowsPanel, signInsPanel } from './panels/by-day.ts';
import { deniedPanel } from './panels/denied.ts';
import { instancesPanel } from './panels/instances.ts';
import { whenPanel } from './panels/when.ts';
import { whoPanel } from './panels/who.ts';
import { createPage, type Page } from './settings.ts';
import { counted, visible } from './text.ts';
import { refuseMarkup } from './trusted.ts';
import { timeText } from './zone.ts';

const pictures: Readonly<Record<PanelId, (data: PageData, page: Page) => HTMLElement>> = {
  when: whenPanel,
  instances: instancesPanel,
  who: whoPanel,
  denied: deniedPanel,
  'sign-ins': signInsPanel,
  changes: changesPanel,
  'not-rows': notRowsPanel,
};

function header(data: PageData, page: Page): HTMLElement {
  const [totals] = rowsOf(data, 'totals');
  const patterns = h('input', {
    type: 'checkbox',
    change: () => page.set({ patterns: patterns.checked }),
  });
  const made = h('span', {});
  const fillMade = () => {
    made.textContent = `made ${timeText(data.madeAt, page.settings.zone).slice(0, 'yyyy-MM-dd HH:mm'.length)}`;
  };
  fillMade();
  page.onChange(fillMade);
  return h(
    'header',
    {},
    h('h1', {}, 'eventlake'),
    h(
      'p',
      { class: 'facts' },
      `${data.since} to ${data.until} · ${counted(totals?.events ?? 0, 'event')}, ${counted(totals?.calls ?? 0, 'call')}, ${counted(totals?.failures ?? 0, 'failure')} · ${
        data.accounts.length > 0
          ? `account ${data.accounts.join(', ')}`
          : counted(totals?.accounts ?? 0, 'account')
      } · `,
      bdi(visible(data.lake)),
      ' · ',
      made,
    ),
    h(
      'div',
      { class: 'controls settings' },
      choice(
        'Time zone',
        [
          { value: 'utc', text: 'UTC' },
          { value: 'local', text: 'Local time' },
        ],
        page.settings.zone,
        (zone) => page.set({ zone }),
      ),
      choice(
        'Theme',
        [
          { value: 'auto', text: 'Auto' },
          { value: 'light', text: 'Light' },
          { value: 'dark', text: 'Dark' },
        ],
        page.settings.theme,
        (theme) => page.set({ theme }),
      ),
      h('label', {}, patterns, ' patterns beside colours'),
    ),
    h(
      'nav',
      { 'aria-label': 'Questions' },
      ...panels.map(({ id, short }) => h('a', { href: `#${id}` }, short)),
    ),
  );
}

function section(data: PageData, page: Page, panel: (typeof panels)[number]): HTMLElement {
  return h(
    'section',
    { id: panel.id, 'aria-labelledby': `${panel.id}-title` },
    h('h2', { id: `${panel.id}-title` }, panel.question),
    pictures[panel.id](data, page),
    ...panel.statements.map((statement) => behind(data, page, statement)),
  );
}

async function start(): Promise<void> {
  refuseMarkup();
  const packed = document.getElementById('data')?.textContent ?? '';
  const data = await unpack(packed);
  const page = createPage();
  document.body.append(
    h('a', { class: 'skip', href: `#${panels[0].id}` }, 'To the first question'),
    header(data, page),
    h('main', {}, ...panels.map((panel) => section(data, page, panel))),
    h(
      'footer',
      {},
      h(
        'p',
        {},
        'Days and hours of partitions are those of UTC. Nothing on this page comes from or goes to a network.',
      ),
    ),
  );
  document.documentElement.dataset.ready = 'true';
}

void start();
