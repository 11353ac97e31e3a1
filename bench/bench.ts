import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { argumentsOf, refuse } from '../scripts/arguments.ts';
import { benchHistory, historyReport } from './history.ts';
import { benchHostile, hostileReport } from './hostile.ts';
import type { Figure } from './measure.ts';
import { benchStart, type StartBench } from './start.ts';
import { benchTags, tagsReport } from './tags.ts';
import { benchTransform, type TransformBench } from './transform.ts';

/**
 * `npm run bench` prints the figures as Markdown; with `--write` they go to docs/benchmarks.md and,
 * the first of them, to the README. Ratios of one run count: seconds alone say more of the machine
 * than of the code.
 */
const usage = `Usage: npm run bench -- [--rounds N] [--write]

Measures the transform, its cold start, its calls for tags, batches that are made to break it, and parts of a trail's files; prints the figures as Markdown, or with
--write puts them into the docs.
`;
const { values } = argumentsOf(usage, {
  options: {
    rounds: { type: 'string', default: '40' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  refuse(`--rounds is "${values.rounds}"; it must be a whole number from 1.`, usage);
}

const machine = `Node ${process.versions.node}, ${cpus()[0]?.model}, one core of ${cpus().length}`;
const transforms = await benchTransform(rounds);
const startRounds = Math.min(rounds, 15);
const starts = await benchStart(startRounds);
const tags = tagsReport(await benchTags());
const hostile = hostileReport(benchHostile());
const history = historyReport(await benchHistory());
const page = `${pageOf(transforms, starts)}\n## Tags\n\n${tags}\n## The worst batches\n\n${hostile}\n## Files of a trail\n\n${history}`;
if (values.write) {
  writeFileSync(new URL('../docs/benchmarks.md', import.meta.url), page);
  writeNumbers('README.md', numbersOf(transforms, starts));
  writeNumbers('docs/tags.md', tags);
} else {
  console.log(page);
}

function pageOf(transforms: readonly TransformBench[], starts: readonly StartBench[]): string {
  return `<!-- Written by \`npm run bench -- --write\`. -->

# Benchmarks

On ${machine}. Figures are medians, with the middle half of the rounds in brackets.

## Throughput

Claim: a row of an API call costs less than it costs to pass the call on; events that name instances cost more. Nearly all events are plain: they are read and written in one pass, without a parser. Each family is made of the project's fixtures, with ids and times of its own in every event. The pipelines take turns on the same ${transforms[0]?.events} events, for ${rounds} rounds. The blueprint does what AWS's transformation blueprints do: base64, \`JSON.parse\`, \`JSON.stringify\`, a newline, base64; it makes no row, no partition and no tags. By hand: the same with sixteen cells of a row. orjson: the blueprint in Python. Times are microseconds of CPU an event.

${table(
  ['events', 'bytes', 'eventlake, µs', 'blueprint', 'by hand', 'orjson', 'ratio', 'not plain'],
  transforms.map(({ what, bytesPerEvent, eventlake, blueprint, naive, orjson, ratio, ...more }) => [
    what,
    String(bytesPerEvent),
    figure(eventlake, 1),
    figure(blueprint, 1),
    figure(naive, 1),
    orjson ? figure(orjson, 1) : '–',
    figure(ratio, 2),
    notPlainIn(more),
  ]),
)}

## Cold start

Claim: a container that has no instance to ask for loads no AWS client. Bytes are those of all files that a start loads. Each import runs in a new process, ${startRounds} times.

${table(
  ['bundle', 'kB at start', 'import, ms'],
  starts.map(({ what, kilobytes, importMs }) => [what, String(kilobytes), figure(importMs, 0)]),
)}
`;
}

function notPlainIn({ notPlain, events }: Pick<TransformBench, 'notPlain' | 'events'>): string {
  const reasons = Array.from(
    notPlain,
    ([reason, count]) => `${((100 * count) / events).toFixed(1)} % ${reason}`,
  );
  return reasons.length > 0 ? reasons.join(', ') : '0 %';
}

/** The figures that the README shows. */
function numbersOf(transforms: readonly TransformBench[], starts: readonly StartBench[]): string {
  const calls = transforms.find(({ what }) => what === 'API calls');
  const [ours, empty] = starts;
  if (!calls || !ours || !empty) throw new Error('a bench gave no figures');
  return [
    `- ${(1000 / calls.eventlake.median).toFixed(0)} thousand API calls a second on one core, ${(calls.bytesPerEvent / calls.eventlake.median).toFixed(0)} MB/s: ${calls.ratio.median.toFixed(2)} times the throughput of a function that only passes events on (decode, parse, stringify, encode).`,
    `- ${ours.importMs.median.toFixed(0)} ms to load at a cold start, against ${empty.importMs.median.toFixed(0)} ms for an empty handler with the same logger.`,
    '',
    `By \`npm run bench\` on ${machine}.`,
    '',
  ].join('\n');
}

/** Puts figures into a page, between its two marks. */
function writeNumbers(path: string, numbers: string): void {
  const page = new URL(`../${path}`, import.meta.url);
  const marks = /(<!-- numbers: [^>]* -->\n).*(<!-- \/numbers -->)/s;
  const text = readFileSync(page, 'utf8');
  if (!marks.test(text)) throw new Error(`${path} has lost its marks around the numbers`);
  writeFileSync(page, text.replace(marks, `$1\n${numbers}\n$2`));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rules = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rules, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function figure({ median, low, high }: Figure, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
