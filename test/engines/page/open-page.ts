import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** A page that is open, and what it did that nobody should see. */
export interface OpenPage {
  readonly page: Page;
  /** Messages of the console, errors, and what the policy refused. */
  readonly said: readonly string[];
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Opens a page from the disk, and waits until it has drawn itself. */
export async function openPage(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const said: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    said.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  context.on('page', (other) => said.push(`window: ${other.url()}`));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`refused: ${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-ready]');
  return { page, said, requests, close: () => context.close() };
}

/** Goes from the top to the end, so that every picture is drawn. */
export async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 400) {
      scrollTo(0, y);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    scrollTo(0, 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
}
