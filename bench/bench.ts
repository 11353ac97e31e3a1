import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Figure } from './measure.ts';
import { benchStart } from './start.ts';
import { benchTransform } from './transform.ts';

/**
 * `npm run bench` prints the figures as Markdown. Ratios of one run count: seconds alone say more
 * of the machine than of the code. docs/benchmarks.md holds what it printed.
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  throw new Error(`--rounds is "${values.rounds}"; it must be a whole number from 1`);
}

const figure = ({ median, low, high }: Figure, digits: number) =>
  `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;

const transforms = await benchTransform(rounds);
const starts = await benchStart(Math.min(rounds, 15));

console.log(`# Benchmarks

Printed by \`npm run bench\` on Node ${process.versions.node}, ${cpus()[0]?.model}, one core of ${cpus().length}.
Figures are medians, with the middle half of ${rounds} rounds in brackets. The two pipelines take turns, batch by
batch, on the same ${transforms[0]?.records} records; the blueprint is base64, \`JSON.parse\`, \`JSON.stringify\`, a newline, base64.

## Throughput

| records | bytes each | eventlake, records/s | MB/s | blueprint, records/s | MB/s | ratio |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |`);
for (const { what, bytesPerRecord, eventlake, blueprint, ratio } of transforms) {
  const cells = [
    what,
    bytesPerRecord,
    figure(eventlake.recordsPerSecond, 0),
    figure(eventlake.megabytesPerSecond, 1),
    figure(blueprint.recordsPerSecond, 0),
    figure(blueprint.megabytesPerSecond, 1),
    figure(ratio, 2),
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
console.log(`
## Cold start

| bundle | kB | import, ms |
| --- | ---: | ---: |`);
for (const { what, kilobytes, importMs } of starts) {
  console.log(`| ${what} | ${kilobytes} | ${figure(importMs, 0)} |`);
}
