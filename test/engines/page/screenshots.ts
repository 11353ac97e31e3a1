/**
 * Pictures of the page for the docs, of an invented month: `npm run screenshots` writes docs/images/.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeView } from '../../../local/commands/view.ts';
import { openLake } from '../../../local/lake/duckdb.ts';
import { panels } from '../../../view/panels.ts';
import { writeBusyLake } from '../../support/busy-month.ts';
import { findChromium, startChromium } from './chromium.ts';
import { openPage, scrollThrough } from './open-page.ts';
import { smallPng } from './small-png.ts';

/** What a clone should not have to carry more of. */
const mostBytes = 150_000;

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'eventlake-screenshots-'));
const folder = join(work, 'lake');
const file = join(work, 'page.html');

writeBusyLake(folder, { instances: 300, days: 30, reads: 60_000 });
const lake = await openLake(folder);
await writeView(lake, { folder, file });
lake.close();

const browser = await startChromium(findChromium(console.error));
try {
  mkdirSync(images, { recursive: true });
  for (const { id } of panels) await take(id, `view-${id}.png`);
  await take('instances', 'view-instances-dark.png', { colorScheme: 'dark' });
  await take('instances', 'view-instances-phone.png', { viewport: { width: 390, height: 844 } });
} finally {
  await browser.close();
  rmSync(work, { recursive: true });
}

async function take(id: string, name: string, options = {}): Promise<void> {
  const opened = await openPage(browser, file, {
    viewport: { width: 1024, height: 900 },
    ...options,
  });
  await scrollThrough(opened.page);
  // What a reader looks at first: the picture, not what is folded behind it.
  const section = opened.page.locator(`#${id}`);
  await section.evaluate((element) => {
    for (const one of element.querySelectorAll('.behind')) one.remove();
  });
  const path = join(images, name);
  const png = smallPng(await section.screenshot());
  await opened.close();
  writeFileSync(path, png);
  const size = png.length;
  console.log(`docs/images/${name}  ${Math.round(size / 1000)} KB`);
  if (size > mostBytes) throw new Error(`${name} has more than ${mostBytes} bytes`);
}
