import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { writeView } from '../local/commands/view.ts';
import { openLake } from '../local/lake/duckdb.ts';
import { argumentsOf } from '../scripts/arguments.ts';
import { findChromium, startChromium } from '../test/engines/page/chromium.ts';
import { openPage } from '../test/engines/page/open-page.ts';
import { writeBusyLake } from '../test/support/busy-month.ts';
import { pageAsset } from '../view/build.ts';
import type { Trial } from './charts/sample.ts';

/**
 * `npm run bench:view` measures the page of a lake and the libraries that could draw it; with `--write` the
 * figures go to docs/view.md. The libraries that are not used are installed for it into a folder that is
 * deleted after it.
 */
const usage = `Usage: npm run bench:view -- [--write]

Measures the page of a lake of a million events, and chart libraries on 300 instances in 30 days; prints the
figures as Markdown, or with --write puts them into docs/view.md. Needs npm's registry and Chromium.
`;
const { values } = argumentsOf(usage, { options: { write: { type: 'boolean', default: false } } });

const root = fileURLToPath(new URL('../', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'eventlake-bench-'));
const machine = `Node ${process.versions.node}, ${cpus()[0]?.model}, ${cpus().length} cores`;

interface Library {
  readonly name: string;
  readonly entry: string;
  /** What has to be installed for it. */
  readonly packages: readonly string[];
  readonly licence: string;
}

const libraries: readonly Library[] = [
  { name: 'ECharts', entry: 'echarts', packages: [], licence: 'Apache-2.0' },
  {
    name: 'Observable Plot',
    entry: 'plot',
    packages: ['@observablehq/plot@0.6.17'],
    licence: 'ISC',
  },
  {
    name: 'Vega-Lite, with its interpreter',
    entry: 'vega',
    packages: ['vega@6.4.0', 'vega-lite@6.4.3', 'vega-interpreter@2.3.2'],
    licence: 'BSD-3-Clause',
  },
];

try {
  const browser = await startChromium(findChromium(console.error));
  const text = [await pageFigures(browser), await libraryFigures(browser)].join('\n\n');
  await browser.close();
  if (values.write) writeNumbers(text);
  else console.log(text);
} finally {
  rmSync(work, { recursive: true });
}

async function pageFigures(browser: Browser): Promise<string> {
  const folder = join(work, 'lake');
  const file = join(work, 'page.html');
  const events = writeBusyLake(folder, { instances: 300, days: 30, reads: 990_000 });
  const { script, style } = await pageAsset();
  const startMs = performance.now();
  const lake = await openLake(folder);
  await writeView(lake, { folder, file });
  lake.close();
  const seconds = (performance.now() - startMs) / 1000;
  const openMs = performance.now();
  const { page, close } = await openPage(browser, file);
  const openSeconds = (performance.now() - openMs) / 1000;
  await page.locator('#instances').scrollIntoViewIfNeeded();
  const { frames, longestMs } = await page.evaluate(scrollLanes);
  await close();
  return `The page of ${events.toLocaleString('en-US')} events, of 300 instances in 30 days: ${megabytes(statSync(file).size)} MB, made in ${seconds.toFixed(1)} s, opened in ${openSeconds.toFixed(1)} s. ${megabytes(script.length + style.length)} MB of it are its script and style. Scrolling through all lanes drew ${frames} pictures; the longest took ${Math.round(longestMs)} ms.`;
}

/** Scrolls through the lanes, a picture a step. */
async function scrollLanes() {
  const lanes = document.querySelector('.lanes') as HTMLElement;
  let frames = 0;
  let longestMs = 0;
  for (let top = 0; top < lanes.scrollHeight; top += 110) {
    lanes.scrollTop = top;
    const startMs = performance.now();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    longestMs = Math.max(longestMs, performance.now() - startMs);
    frames += 1;
  }
  return { frames, longestMs };
}

async function libraryFigures(browser: Browser): Promise<string> {
  const rows: string[][] = [];
  for (const library of libraries) rows.push(await rowOf(library, browser));
  const head = [
    'library',
    'licence',
    'script',
    'gzipped',
    'first picture',
    'drawn anew',
    'the policy refuses',
  ];
  return [head, head.map((_, at) => (at < 2 || at === 6 ? '---' : '---:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

async function rowOf(
  { name, entry, packages, licence }: Library,
  browser: Browser,
): Promise<string[]> {
  if (packages.length > 0) {
    const flags = ['--no-save', '--no-audit', '--no-fund', '--silent', '--prefix', work];
    execFileSync('npm', ['install', ...flags, ...packages], { stdio: 'inherit' });
  }
  const { outputFiles } = await build({
    entryPoints: [join(root, `bench/charts/${entry}.ts`)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    supported: { 'inline-script': true },
    nodePaths: [join(work, 'node_modules')],
  });
  const script = outputFiles[0]?.text ?? '';
  const style = '#picture { width: 1200px; height: 600px }';
  const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const file = join(work, `${entry}.html`);
  writeFileSync(
    file,
    `<!doctype html><html data-ready><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; trusted-types default; require-trusted-types-for 'script'"><style>${style}</style><div id="picture"></div><script>${script}</script></html>`,
  );
  const { page, said, close } = await openPage(browser, file);
  await page.waitForFunction(() => 'trial' in globalThis, undefined, { timeout: 60_000 });
  const { firstMs, redrawMs } = await page.evaluate(async () => {
    const { trial } = globalThis as unknown as { trial: Trial };
    return { firstMs: trial.firstMs, redrawMs: await trial.redraw(10) };
  });
  await close();
  const refused = new Set(
    said
      .filter((text) => text.includes('refused: '))
      .map((text) => text.replace(/.*refused: (\S+).*/, '$1')),
  );
  return [
    name,
    licence,
    `${Math.round(script.length / 1000)} KB`,
    `${Math.round(gzipSync(script).length / 1000)} KB`,
    `${Math.round(firstMs)} ms`,
    `${Math.round(redrawMs)} ms`,
    refused.size === 0 ? 'nothing' : [...refused].map((one) => `\`${one}\``).join(', '),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function writeNumbers(numbers: string): void {
  const path = new URL('../docs/view.md', import.meta.url);
  const marks = /(<!-- numbers: [^>]* -->\n).*(<!-- \/numbers -->)/s;
  const text = readFileSync(path, 'utf8');
  if (!marks.test(text)) throw new Error('docs/view.md has lost its marks around the numbers');
  writeFileSync(
    path,
    text.replace(marks, `$1\n${numbers}\n\nBy \`npm run bench:view\` on ${machine}.\n\n$2`),
  );
}
