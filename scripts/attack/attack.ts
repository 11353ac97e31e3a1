import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type BuiltFunction, openFunction } from './function.ts';
import { type HostileRecord, hostileRecord } from './hostile.ts';
import { read } from './json.ts';
import { environment, faultsOf, meaningOf, restored } from './oracle.ts';
import { createRandom, type Random } from './random.ts';

const usage = `Usage: npm run attack -- [--seed N] [--records N]

Puts hostile records through the built function, batch by batch, and holds all that comes out against
an oracle that shares no code with src/: every event is one row, which gives it back, in its partition, of
its kind; what is no event fails. The same seed makes the same records. Ends with status 1 at the first
batch with a fault.
`;

const arrivalMs = Date.UTC(2026, 10, 20, 12);

/** What a run has done. */
interface Counts {
  records: number;
  invocations: number;
  events: number;
  rows: number;
  failed: number;
}

/** Puts one batch, and what comes of it, to the end. */
async function attackOnce(fn: BuiltFunction, random: Random, counts: Counts): Promise<string[]> {
  const batch = Array.from({ length: 1 + random.below(40) }, () => hostileRecord(random));
  const faults: string[] = [];
  const wanted = new Map<string, number>();
  const count = (meaning: string, by: number) =>
    wanted.set(meaning, (wanted.get(meaning) ?? 0) + by);
  for (const event of batch.flatMap(({ events }) => events)) count(meaningOf(read(event)), 1);
  counts.records += batch.length;
  counts.events += batch.flatMap(({ events }) => events).length;

  let failed = 0;
  for (let records = batch.map(({ bytes }) => bytes); records.length > 0; ) {
    const answers = await fn.invoke(records, arrivalMs);
    counts.invocations++;
    if (answers.map(({ recordId }) => recordId).join() !== [...records.keys()].join()) {
      faults.push('not every record is answered once, in order');
    }
    if (JSON.stringify({ records: answers }).length > 6 * 1024 * 1024)
      faults.push('a long response');
    for (const [at, { result, data = '', metadata }] of answers.entries()) {
      if (result === 'ProcessingFailed') {
        failed++;
        if (data !== records[at]?.toString('base64'))
          faults.push('a failed record with other bytes');
      }
      if (result !== 'Ok') continue;
      const text = Buffer.from(data, 'base64').toString();
      if (!text.endsWith('\n')) faults.push('a line without its end');
      for (const line of text.slice(0, -1).split('\n')) {
        counts.rows++;
        const event = restored(JSON.parse(line));
        count(meaningOf(event), -1);
        const keys = metadata?.partitionKeys ?? { source: '', day: '' };
        faults.push(...faultsOf(line, event, keys).map((fault) => `${fault}\n  ${line}`));
      }
    }
    records = fn.takePut();
  }
  counts.failed += failed;
  for (const [meaning, by] of wanted) {
    if (by !== 0) faults.push(`${by > 0 ? 'lost' : 'made up'}: ${meaning}`);
  }
  const least = batch.reduce((sum, { failures }) => sum + (failures || 0), 0);
  const broken = batch.filter(({ failures }) => Number.isNaN(failures)).length;
  if (failed < least || failed > least + 3 * broken) {
    faults.push(`${failed} records failed, not ${least} and those of ${broken} broken ones`);
  }
  return faults.length > 0 ? [...faults, ...batch.map(shownRecord)] : [];
}

function shownRecord({ bytes, form }: HostileRecord): string {
  const isPacked = bytes[0] === 0x1f && form !== 'broken';
  return `${form}: ${(isPacked ? gunzipSync(bytes) : bytes).toString()}`;
}

function numberIn(name: string, byDefault: number): number {
  const at = process.argv.indexOf(`--${name}`);
  if (at === -1) return byDefault;
  const number = Number(process.argv[at + 1]);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  process.stderr.write(`--${name} has to be a whole number.\n\n${usage}`);
  process.exit(2);
}

if (import.meta.main) {
  if (process.argv.includes('--help')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const seed = numberIn('seed', 1);
  const wanted = numberIn('records', 100_000);
  const bundle = fileURLToPath(new URL('../../dist/transform.mjs', import.meta.url));
  const fn = await openFunction(bundle, environment);
  const counts: Counts = { records: 0, invocations: 0, events: 0, rows: 0, failed: 0 };
  for (let batch = 0; counts.records < wanted; batch++) {
    const faults = await attackOnce(fn, createRandom(seed + batch), counts);
    if (faults.length > 0) {
      const command = `npm run attack -- --seed ${seed + batch} --records 1`;
      process.stdout.write(`${faults.slice(0, 60).join('\n')}\n\nAgain: ${command}\n`);
      process.exitCode = 1;
      break;
    }
  }
  const seconds = performance.now() / 1000;
  process.stdout.write(`${JSON.stringify({ seed, ...counts, seconds: Math.round(seconds) })}\n`);
  fn.close();
}
