import { execFile, spawn } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { finishLake } from '../../local/lake/journal.ts';
import { run as command, createFolder } from '../support/command-fixture.ts';
import { errorObjectsIn, rowsIn } from '../support/lake-fixture.ts';

/** How many puts are killed: a few here, more where PUT_KILLS says so. */
const kills = Number(process.env.PUT_KILLS ?? 3);

const child = fileURLToPath(new URL('../support/put-child.ts', import.meta.url));
const { folder, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

const event = (id: string) =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': 'Order Placed',
    source: 'com.example.storefront',
    account: '123456789012',
    time: `2026-11-${10 + (Number(id.split('-')[1]) % 9)}T00:00:00Z`,
    region: 'eu-west-1',
    resources: [],
    detail: {},
  });

/** Files of events of several days, with a broken line each; every third is a copy of the first. */
function writeFiles(): string[] {
  const input = join(folder, 'input');
  mkdirSync(input, { recursive: true });
  return Array.from({ length: 12 }, (_, at) => {
    const file = join(input, `${at}.ndjson`);
    const name = at % 3 === 2 ? 0 : at;
    const lines = Array.from({ length: 60 }, (_, line) => event(`${name}-${line}`));
    writeFileSync(file, [...lines.slice(0, 30), '{"broken":', ...lines.slice(30)].join('\n'));
    return file;
  });
}

/** Rows and failures as multisets; objects have other names each time. */
async function contentsOf(lake: string) {
  await finishLake(lake);
  const rows = (await rowsIn(lake)).map(({ row }) => row.event_id).sort();
  const failures = errorObjectsIn(lake)
    .map(({ rawData }) => rawData)
    .sort();
  return { rows, failures };
}

test('after puts that were killed, two at once, and again, the lake is that of one put', async () => {
  const files = writeFiles();
  const run = promisify(execFile);
  const whole = join(folder, 'whole');
  await run(process.execPath, [child, whole, ...files]);
  const wanted = await contentsOf(whole);
  expect(wanted.rows).toHaveLength(8 * 60);
  expect(wanted.failures).toHaveLength(8);

  const lake = join(folder, 'killed');
  const started = performance.now();
  await run(process.execPath, [child, join(folder, 'timed'), ...files]);
  const wholeMs = performance.now() - started;
  let ended = 0;
  for (let at = 0; at < kills; at++) {
    const process_ = spawn(process.execPath, [child, at % 2 ? lake : `${lake}-${at}`, ...files]);
    const over = new Promise((done) => process_.once('exit', done));
    const timer = setTimeout(() => process_.kill('SIGKILL'), Math.random() * wholeMs);
    if ((await over) === 0) ended++;
    clearTimeout(timer);
    if (at % 2 === 0) {
      await run(process.execPath, [child, `${lake}-${at}`, ...files]);
      expect(await contentsOf(`${lake}-${at}`)).toEqual(wanted);
    }
  }
  await Promise.all([1, 2].map(() => run(process.execPath, [child, lake, ...files])));

  expect(await contentsOf(lake)).toEqual(wanted);
  const again = await run(process.execPath, [child, lake, ...files]);
  expect(JSON.parse(again.stdout)).toEqual({ put: 0, already: 12 });
  expect(ended).toBeLessThan(Math.max(kills, 1));
}, 600_000);

/** A hundred thousand rows take ten seconds: only where puts are killed in earnest. */
const earnestly = process.env.PUT_KILLS === undefined ? test.skip : test;

earnestly('a large put is rewritten by itself, and says so', async () => {
  const lines = Array.from({ length: 100_000 }, (_, n) => event(`x-${n}`));
  writeFileSync(join(folder, 'large.ndjson'), lines.join('\n'));
  const lake = join(folder, 'large');

  const { stderr } = await command(['put', '--lake', lake, 'large.ndjson'], { folder });

  expect(stderr).toBe(
    '9 days of the lake rewritten as Parquet, for faster answers (--no-compact leaves them).\n',
  );
  expect(globSync(join(lake, 'events/**/*.parquet'))).toHaveLength(9);
  expect(readdirSync(join(lake, '.staging'))).toEqual([]);
});
