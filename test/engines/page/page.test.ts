import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { columnsOf, type StatementName, statementNames } from '../../../view/answers.ts';
import { cellsOf, columnOf } from '../../../view/columnar.ts';
import { cellText } from '../../../view/page/cell-text.ts';
import { panels } from '../../../view/panels.ts';
import { hostileTexts, writeBusyLake } from '../../support/busy-month.ts';
import { createFolder, run } from '../../support/command-fixture.ts';
import { startChromium } from './chromium.ts';
import { type OpenPage, openPage, scrollThrough } from './open-page.ts';

const project = fileURLToPath(new URL('../../../', import.meta.url));
const { folder, remove } = createFolder();
const lake = join(folder, "it's a lake");
const file = join(folder, 'page.html');
const shown = statementNames.filter((name) => name !== 'totals');

let browser: Browser;
let open: OpenPage;
let page: Page;

beforeAll(async () => {
  writeBusyLake(lake, { instances: 24, days: 6, reads: 3000, isHostile: true });
  const made = await run(['view', '--lake', lake, '--out', file]);
  expect(made).toMatchObject({ status: 0, stderr: '' });
  browser = await startChromium(process.env.EVENTLAKE_TEST_CHROMIUM ?? '');
  open = await openPage(browser, file);
  page = open.page;
  await scrollThrough(page);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  remove();
});

/** What `query` answers, each row by its columns. */
async function queried(sql: string): Promise<Record<string, unknown>[]> {
  const { status, stdout, stderr } = await run(['query', '--lake', lake, '--json', sql]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const behind = (statement: StatementName) => page.locator(`[data-statement="${statement}"]`);

/** The statement as the page shows it for Athena. */
async function sqlOf(statement: StatementName): Promise<string> {
  const details = behind(statement).locator('details').nth(1);
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  await details.getByRole('button', { name: 'For Athena' }).click();
  return (await details.locator('code').textContent()) ?? '';
}

/** The cells of the table behind a picture, all rows of it. */
async function figuresOf(statement: StatementName): Promise<string[][]> {
  const details = behind(statement).locator('details').first();
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  const more = details.getByRole('button', { name: /^Show .* more$/ });
  await details.locator('table').waitFor();
  while ((await more.count()) > 0) await more.click();
  const cells = await details
    .locator('tbody')
    .evaluate((body) =>
      [...(body as HTMLTableSectionElement).rows].map((row) =>
        [...row.cells].map((cell) => cell.textContent ?? ''),
      ),
    );
  await details.locator('summary').click();
  return cells;
}

/** Rows of `query` as the page writes them. */
function asShown(statement: StatementName, rows: readonly Record<string, unknown>[]): string[][] {
  return rows.map((row) =>
    columnsOf(statement).map(([name, kind]) => {
      const value = row[name] ?? null;
      if (value === null) return '';
      if (kind === 'time')
        return cellText(Date.parse(`${String(value).replace(' ', 'T')}Z`), kind, 'utc');
      if (kind === 'json') {
        const [cell = null] = cellsOf(columnOf(kind, [JSON.stringify(value)]));
        return cellText(cell, kind, 'utc');
      }
      return cellText(value as string | number | boolean, kind, 'utc');
    }),
  );
}

describe('The figures', () => {
  test.each(shown)('of %s are those of `query`', async (statement) => {
    const rows = await queried(await sqlOf(statement));

    const figures = await figuresOf(statement);

    expect(rows).not.toHaveLength(0);
    expect(figures).toEqual(asShown(statement, rows));
  });

  test('are asked for by a line that a shell takes as it stands', async () => {
    const details = behind('events_by_kind').locator('details').nth(1);
    await details.getByRole('button', { name: 'For eventlake query' }).click();
    const line = ((await details.locator('code').textContent()) ?? '').replace(
      ' - <<',
      ' --json - <<',
    );

    const answer = execFileSync('sh', ['-c', line], { cwd: project, encoding: 'utf8' });

    const rows = answer
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    expect(asShown('events_by_kind', rows)).toEqual(await figuresOf('events_by_kind'));
  });

  test('can be copied', async () => {
    const details = behind('events_by_kind').locator('details').nth(1);

    await details.getByRole('button', { name: 'Copy' }).click();

    await details.getByText('Copied.').waitFor();
  });
});

describe('The page', () => {
  test('asks a question in each title', async () => {
    const titles = await page.locator('h2').allTextContents();

    expect(titles).toEqual(panels.map(({ question }) => question));
    expect(titles.every((title) => title.endsWith('?'))).toBe(true);
  });

  test('has a picture behind every title but the last of them', async () => {
    for (const { id } of panels) {
      const canvas = page.locator(`#${id} canvas`).first();
      await canvas.scrollIntoViewIfNeeded();
      const colours = await canvas.evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const data =
          (element as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ??
          [];
        const found = new Set<number>();
        for (let at = 0; at < data.length; at += 4 * 97) {
          found.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0));
        }
        return found.size;
      });
      expect({ id, isDrawn: colours > 2 }).toEqual({ id, isDrawn: true });
    }
  });
});

describe('Instances', () => {
  const titles = () => page.locator('.labels .lane').allTextContents();

  test('are found by a tag', async () => {
    const [{ found } = {}] = await queried(
      "SELECT count(DISTINCT instance_id) AS found FROM instance_events WHERE element_at(tags, 'team') = 'data'",
    );

    await page.getByRole('searchbox').fill('team=data');

    expect(await titles()).toHaveLength(Number(found));
    await expect(page.locator('#instances .note').first().textContent()).resolves.toContain(
      `${found} of 24 instances`,
    );
    await page.getByRole('searchbox').fill('');
  });

  test('are grouped by a tag that is chosen', async () => {
    const rows = await queried(
      `SELECT env, count(*) AS lanes FROM (
         SELECT instance_id, max_by(element_at(tags, 'env'), event_time) AS env FROM instance_events GROUP BY instance_id
       ) GROUP BY env ORDER BY env`,
    );

    await page.getByLabel('Group by').selectOption('tag env');

    await expect(page.locator('.labels .group').allTextContents()).resolves.toEqual(
      rows.map(({ env, lanes }) => `${env} (${lanes})`),
    );
    await page.getByLabel('Group by').selectOption('none');
  });

  test('show the rows behind a mark that is clicked', async () => {
    const [mark] = await queried(
      `SELECT instance_id, event_id, epoch_ms(event_time) AS ms, event_name FROM instance_events
       WHERE event_name = 'StopInstances' AND instance_id IN (SELECT instance_id FROM instance_events WHERE element_at(tags, 'team') = 'storefront')
       ORDER BY event_time DESC, instance_id LIMIT 1`,
    );
    const lane = page.locator(`.lane[title="${mark?.instance_id}"]`);
    await lane.scrollIntoViewIfNeeded();
    await page.waitForTimeout(300); // drawn where it is now
    const picture = page.locator('.lanes .picture');
    const [label, box] = [await lane.boundingBox(), await picture.boundingBox()];
    const [first, days] = [Date.UTC(2026, 9, 26), 6];
    const share = (Number(mark?.ms) - first) / (days * 86_400_000);

    await page.mouse.click((box?.x ?? 0) + share * (box?.width ?? 0), (label?.y ?? 0) + 11);

    const rows = page.locator('#instances .rows');
    await rows.locator('table').waitFor();
    await expect(rows.locator('table').textContent()).resolves.toContain(String(mark?.event_id));
    await rows.locator('summary').click();
    const sql = (await rows.locator('code').textContent()) ?? '';
    expect(sql).toContain(`'${mark?.event_id}'`);
  });

  test('tell by the keyboard alone what is known of them', async () => {
    await page.getByRole('searchbox').focus();
    const lanes = page.locator('.labels .lane');
    await lanes.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');

    await page.keyboard.press('Enter');

    const title = await lanes.nth(2).textContent();
    await expect(page.locator('#instances .rows h3').textContent()).resolves.toBe(title);
    await expect(page.locator('#instances .rows table')).toBeDefined();
  });

  test('are seen at a part of the time', async () => {
    const before = await page.locator('.lanes canvas').first().screenshot();

    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForTimeout(200);

    expect(await page.locator('.lanes canvas').first().screenshot()).not.toEqual(before);
    await page.getByRole('button', { name: 'Show the whole time' }).click();
  });
});

describe('Who', () => {
  test('shows the timeline of whoever is chosen', async () => {
    const [row] = await queried(
      `SELECT count(*) AS calls, count_if(outcome = 'failure') AS failed, count(DISTINCT service) AS services
       FROM unique_events WHERE actor_name = 'etl-node' AND kind = 'api_call'`,
    );

    await page.locator('#who').getByRole('button', { name: 'etl-node', exact: true }).click();

    const one = page.locator('#who .one');
    await expect(one.locator('h3').textContent()).resolves.toBe('actor etl-node');
    const facts = await one.locator('p').first().textContent();
    expect(facts).toContain(
      `${Number(row?.calls).toLocaleString('en-US')} calls · ${row?.failed} failed · ${row?.services} services`,
    );
  });

  test('shows what was new on a day whose bar is clicked', async () => {
    const box = await page.locator('#who .one .picture').boundingBox();

    await page
      .locator('#who .one .picture')
      .click({ position: { x: (box?.width ?? 0) * 0.74, y: (box?.height ?? 0) - 60 } });

    await expect(page.locator('#who .one h4').textContent()).resolves.toMatch(
      /^What was new: 2026-10-\d\d$/,
    );
  });
});

describe('Times', () => {
  test('are those of whoever looks, where that is chosen', async () => {
    const other = await openPage(browser, file, { timezoneId: 'Asia/Kolkata' });
    const signIns = other.page.locator('#sign-ins table').first();
    const cell = () => signIns.locator('tbody td').first().textContent();
    const utc = await cell();

    await other.page.getByRole('button', { name: 'Local time' }).click();

    const shifted = new Date(Date.parse(`${utc?.replace(' ', 'T')}Z`) + 5.5 * 3_600_000);
    await expect(cell()).resolves.toBe(shifted.toISOString().slice(0, 19).replace('T', ' '));
    await expect(signIns.locator('th').first().textContent()).resolves.toBe(
      'event_time (Asia/Calcutta)',
    );
    await scrollThrough(other.page);
    expect(other.said).toEqual([]);
    await other.close();
  });
});

describe('Hostile text', () => {
  const visibleText = () => page.evaluate(() => document.body.innerText);

  test('is shown as text', async () => {
    await page.locator('#who').getByRole('button', { name: 'user agent' }).click();
    const text = await visibleText();

    expect(text).toContain(hostileTexts.script);
    expect(text).toContain(hostileTexts.link);
    expect(text).toContain(hostileTexts.quote);
    expect(text).toContain('web⟨U+202E⟩gpj.exe');
    expect(text).toContain('half \uFFFD of a pair');
  });

  test('is cut where it is long, with a word that says so', async () => {
    expect(await visibleText()).toMatch(/begin-A{34,74} … \(cut: 100,010 characters\)/);
  });

  test('is not run, and makes no element', async () => {
    expect(await page.title()).toBe('eventlake: 2026-10-26 to 2026-10-31');
    expect(await page.locator('img, svg, iframe, object, a[href^="javascript"]').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
  });
});

describe('Nothing', () => {
  test('is said in the console, and no request leaves the page', () => {
    expect(open.said).toEqual([]);
    expect(open.requests).toEqual([pathToFileURL(file).href]);
  });

  test('could leave it: the policy refuses what a foreign script would try', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    server.unref();
    const other = await openPage(browser, file);

    const tried = await other.page.evaluate(async (to) => {
      const outcomes: string[] = [];
      await fetch(to).then(
        () => outcomes.push('fetch went'),
        () => outcomes.push('fetch refused'),
      );
      const image = document.createElement('img');
      await new Promise((resolve) => {
        image.onload = image.onerror = resolve;
        image.src = to;
      });
      const style = document.createElement('style');
      style.textContent = `body { background: url(${to}) }`;
      document.head.append(style);
      try {
        document.body.innerHTML = '<b>x</b>';
        outcomes.push('markup went');
      } catch {
        outcomes.push('markup refused');
      }
      try {
        const script = document.createElement('script');
        script.textContent = 'document.title = "pwned"';
        document.body.append(script);
      } catch {
        // Trusted Types refuse the text already.
      }
      try {
        document.body.setAttribute('onclick', 'document.title = "pwned"');
      } catch {
        // They refuse that, too.
      }
      document.body.click();
      return [...outcomes, document.title];
    }, url);

    expect(tried).toEqual([
      'fetch refused',
      'markup refused',
      'eventlake: 2026-10-26 to 2026-10-31',
    ]);
    expect(asked).toBe(0);
    expect(other.said.join('\n')).toContain('refused: connect-src');
    await other.close();
  });
});

describe('axe-core finds nothing serious', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  test.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    ["on a phone's width", { viewport: { width: 390, height: 844 } }],
  ])('%s', async (_, options) => {
    const { page: other, close } = await openPage(browser, file, options);
    for (const summary of await other.locator('summary').all()) await summary.click();
    await scrollThrough(other);
    await other.evaluate(axe);

    const found = await other.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
      const { violations, passes } = await axe.run();
      return {
        passes: passes.length,
        violations: violations.map(({ id, impact, nodes }) => ({
          id,
          impact,
          where: nodes.slice(0, 3).map(({ target }) => target.join(' ')),
        })),
      };
    });

    expect(found.passes).toBeGreaterThan(10);
    expect(found.violations.filter(({ impact }) => impact !== 'minor')).toEqual([]);
    await close();
  });

  interface AxeResult {
    readonly passes: readonly unknown[];
    readonly violations: readonly {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly target: readonly string[] }[];
    }[];
  }
});

test("nothing is wider than a phone's screen", async () => {
  const { page: other, close } = await openPage(browser, file, {
    viewport: { width: 360, height: 740 },
  });
  await scrollThrough(other);

  const widths = await other.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);

  expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0);
  await close();
});
