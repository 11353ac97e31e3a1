import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { recognise } from '../src/events/event.ts';
import { readLimits } from '../src/events/read.ts';
import { hasMoreObjects, isDeeperThan, parseJson } from '../src/json.ts';
import { growTo } from '../src/one-pass/kernel.ts';
import { batchAt } from '../src/one-pass/layout.ts';
import { createEventReader } from '../src/one-pass/read-event.ts';
import { rowOf } from '../src/rows/row.ts';
import { type Column, columns, type Row } from '../src/rows/schema.ts';
import { rowTimeOf } from '../src/rows/time.ts';
import { argumentsOf, refuse } from './arguments.ts';

const usage = `Usage: npm run fuzz:one-pass -- [--events N] [--seed N] [--minutes M]

Breaks events in a few places and reads them in one pass, between bytes that must not matter. What is read so has
to be JSON for the parser, too, and the same row. The events are those of EVENTLAKE_REAL_EVENTS, if it is set,
and the goldens. Ends at the first difference, and prints the event.
`;
const { values } = argumentsOf(usage, {
  options: {
    events: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '60' },
  },
});
const [most, firstSeed, minutes] = [values.events, values.seed, values.minutes].map(Number);
if (!(most && firstSeed && minutes)) refuse('Numbers above 0 are asked for.', usage);

/** Small, and the same everywhere (mulberry32). */
let seed = firstSeed as number;
function random(below: number): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
}

const golden = new URL('../test/golden/rows/', import.meta.url);
const events = readdirSync(golden, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.event.json'))
  .map((file) => readFileSync(new URL(file, golden)));
const { EVENTLAKE_REAL_EVENTS: real } = process.env;
for (const folder of real ? ['cloudtrail', 'eventbridge'] : []) {
  for (const file of readdirSync(`${real}/${folder}`)) {
    const lines = readFileSync(`${real}/${folder}/${file}`, 'utf8').split('\n');
    for (const line of lines.filter(Boolean)) {
      events.push(Buffer.from(line));
      if (folder === 'cloudtrail') events.push(Buffer.from(wrapped(line)));
    }
  }
}

function wrapped(line: string): string {
  const { eventSource, eventTime, awsRegion } = JSON.parse(line);
  const envelope = {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${String(eventSource).split('.')[0]}`,
    account: '123456789012',
    time: eventTime,
    region: awsRegion,
    resources: [],
  };
  return `${JSON.stringify(envelope).slice(0, -1)},"detail":${line}}`;
}

const pieces = [
  ...['"', '\\', '{', '}', '[', ']', ',', ':', ' ', '\n', '\t', '0', '-', '1e5', '.5', '01', '1.'],
  ...['null', 'true', 'false', '\\u0041', '\\n', '\\/', '\\ud83d', '\\ud83d\\ude00', 'é', '\u2028'],
  ...['i-0123456789abcdef0', '"i-0123456789abcdef0"', ' "x"', '{"a":1}', '[1,2]', '"a":1,', '""'],
  ...['"eventID":"x",', '"tags":', '"state":"running",', '"content":', '"1":', 'via CloudTrail'],
  ...['"2026-11-20T10:11:12.5Z"', '\\u0022', '\\u001f', '\u0000', '\ufeff'],
].map((text) => Buffer.from(text));
pieces.push(Buffer.from([0xff]), Buffer.from([0xc3]));

function broken(event: Buffer): Buffer {
  let bytes = event;
  for (let left = 1 + random(3); left > 0; left--) {
    const at = random(bytes.length + 1);
    const piece = pieces[random(pieces.length)] as Buffer;
    const from = random(bytes.length);
    const [middle, rest] = [
      [piece, at],
      [piece, at + piece.length],
      [Buffer.alloc(0), at + 1 + random(4)],
      [Buffer.from([random(256)]), at + 1],
      [bytes.subarray(from, from + random(60)), at],
    ][random(5)] as [Buffer, number];
    bytes = Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(rest)]);
  }
  return bytes;
}

const jsonColumns = new Set(
  (columns as readonly Column[]).filter(({ type }) => type === 'json').map(({ name }) => name),
);

/** Texts of JSON mean the same: a parser forgets doubled keys and some orders. */
function meaningOf(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([column, cell]) => [
      column,
      jsonColumns.has(column) ? parseJson(cell as string) : cell,
    ]),
  );
}

const reader = createEventReader();
const { kernel } = reader;
const megabyte = 1024 * 1024;
growTo(kernel, batchAt + 16 * megabyte);
const target = batchAt + 8 * megabyte;
const room = batchAt + 15 * megabyte;
const guard = 64;
const arrivalMs = Date.UTC(2026, 10, 20, 12, 3, 4, 567);

/** Reads between guards of one sort; what was read must not depend on them, nor they on it. */
function readBetween(bytes: Buffer, filling: number): Row | string {
  const from = batchAt + guard;
  const limit = from + bytes.length;
  kernel.bytes.fill(filling, batchAt, limit + guard);
  kernel.bytes.set(bytes, from);
  kernel.bytes.fill(filling, target - guard, target);
  reader.arriveAt(arrivalMs);
  const found = reader.read(from, limit, target, room, undefined);
  const around = [
    kernel.bytes.subarray(batchAt, from),
    kernel.bytes.subarray(limit, limit + guard),
    kernel.bytes.subarray(target - guard, target),
  ];
  if (around.some((area) => area.some((byte) => byte !== filling))) return 'wrote outside';
  if (!kernel.bytes.subarray(from, limit).equals(bytes)) return 'changed the document';
  if (typeof found === 'string') return `not plain: ${found}`;
  if (found.end > limit) return 'read outside';
  const isBlank = /^[ \t\r\n]*$/.test(kernel.bytes.toString('latin1', found.end, limit));
  if (!isBlank) return 'not plain: more behind it';
  const line = kernel.bytes.toString('utf8', target, found.line.end);
  const { waiting } = found;
  if (!waiting) return JSON.parse(line) as Row;
  const row = { arrival_time: rowTimeOf(arrivalMs), ...JSON.parse(`${line}}`), ...waiting.row };
  return JSON.parse(JSON.stringify(row)) as Row;
}

function expected(bytes: Buffer): Row | string {
  const text = bytes.toString('utf8');
  if (isDeeperThan(text, readLimits.maxDepth)) return 'too deep';
  if (hasMoreObjects(text, readLimits.maxObjects)) return 'too many objects';
  return JSON.parse(JSON.stringify(rowOf(recognise(parseJson(text)), arrivalMs))) as Row;
}

const counts: Record<string, number> = {};
let read = 0;
const end = performance.now() + (minutes as number) * 60_000;
for (; read < (most as number) && performance.now() < end; read++) {
  // Every tenth as it is.
  const event = events[random(events.length)] as Buffer;
  const bytes = random(10) === 0 ? event : broken(event);
  if (!isUtf8(bytes)) continue; // is asked before anything is read
  const results = [readBetween(bytes, 0x22), readBetween(bytes, 0x7d)];
  const [one] = results;
  const isPlain = typeof one === 'object';
  counts[isPlain ? 'plain' : (one as string)] =
    (counts[isPlain ? 'plain' : (one as string)] ?? 0) + 1;
  const isEven = isDeepStrictEqual(one, results[1]);
  const isWithin = isPlain || one?.startsWith('not plain');
  const isSame = !isPlain || isDeepStrictEqual(meaningOf(one), meaningOf(expected(bytes) as Row));
  if (isEven && isWithin && isSame) continue;
  console.log({ isEven, isWithin, isSame, one, expected: isPlain ? expected(bytes) : undefined });
  console.log(JSON.stringify(bytes.toString()));
  process.exit(1);
}
console.log(`${read} events, none read otherwise:`, counts);
