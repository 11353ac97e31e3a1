import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { trailKey } from '../test/support/trail-fixture.ts';
import { sampleEvents } from './records.ts';

/** A part of trail files through the built function, in a process of its own. */
export interface HistoryBench {
  readonly what: string;
  readonly files: number;
  readonly megabytes: number;
  readonly events: number;
  /** For each second that a processor was busy. */
  readonly eventsPerCpuSecond: number;
  readonly megabytesPerCpuSecond: number;
  /** The most memory that the process had, its runtime and its reader of history.yaml among it. */
  readonly peakMegabytes: number;
}

/** Files of a part, and records of each. */
const parts = [
  { what: 'a part of 200 files', files: 200, records: 500 },
  { what: 'one file of 500,000 records', files: 1, records: 500_000 },
];

export async function benchHistory(): Promise<HistoryBench[]> {
  const benches: HistoryBench[] = [];
  for (const { what, files, records } of parts) {
    const folder = mkdtempSync(join(tmpdir(), 'eventlake-bench-'));
    try {
      const bytes = await writeFiles(join(folder, 'trail'), files, records);
      const { cpuSeconds, peakBytes, rows } = run(join(folder, 'trail'), join(folder, 'lake'));
      const events = files * records;
      if (rows !== events) throw new Error(`${rows} rows of ${events} events`);
      benches.push({
        what,
        files,
        megabytes: bytes / 1e6,
        events,
        eventsPerCpuSecond: events / cpuSeconds,
        megabytesPerCpuSecond: bytes / 1e6 / cpuSeconds,
        peakMegabytes: peakBytes / 1e6,
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  return benches;
}

/** The sample records in turn, each with ids, an address and a second of its own. @returns bytes of all files */
async function writeFiles(folder: string, files: number, records: number): Promise<number> {
  const samples = sampleEvents()
    .map((text) => JSON.parse(text))
    .map((event) => event.detail ?? event)
    .filter((record) => record.eventType === 'AwsApiCall' && record.eventID);
  const day = '2024-02-01';
  let bytes = 0;
  let number = 0;
  for (let file = 0; file < files; file++) {
    const path = join(folder, trailKey({ day, unique: String(file) }));
    mkdirSync(dirname(path), { recursive: true });
    const gzip = createGzip();
    const target = createWriteStream(path);
    gzip.pipe(target);
    gzip.write('{"Records":[');
    for (let record = 0; record < records; record++, number++) {
      const second = number % 86_400;
      const own = {
        ...samples[number % samples.length],
        eventID: randomUUID(),
        requestID: randomUUID(),
        eventTime: new Date(Date.UTC(2024, 1, 1) + second * 1000).toISOString().replace('.000', ''),
        sourceIPAddress: `10.${number % 200}.${number % 7}.1`,
      };
      const text = `${record === 0 ? '' : ','}${JSON.stringify(own)}`;
      if (!gzip.write(text)) await new Promise((resolve) => gzip.once('drain', resolve));
    }
    gzip.end(']}');
    await finished(target);
    bytes += statSync(path).size;
  }
  return bytes;
}

/** One worker, so that what is measured is what one function does. */
function run(trail: string, lake: string) {
  const script = `
    import { main } from './local/cli.ts';
    import { createTerminal } from './test/support/command-fixture.ts';
    const { terminal, written } = createTerminal();
    await main(['backfill', ${JSON.stringify(trail)}, '--lake', ${JSON.stringify(lake)}, '--workers', '1', '--json'], terminal);
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const { counts } = JSON.parse(written().stdout);
    console.log(JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024, rows: counts.rows }));
  `;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--eval', script],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', maxBuffer: 1e8 },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
    readonly cpuSeconds: number;
    readonly peakBytes: number;
    readonly rows: number;
  };
}

/** The table of docs/benchmarks.md. */
export function historyReport(benches: readonly HistoryBench[]): string {
  return `Claim: one processor makes rows of a trail's files faster than Lambda's fifteen minutes need for a part of 256 MB, and no file is in memory as a whole. Records are the sample calls with ids, times and addresses of their own, read and written through the built function on one machine. Seconds are those in which a processor was busy, gzip of the objects among them.

| what | gzipped, MB | events | events for a second of a processor | MB for one | most memory, MB |
| --- | ---: | ---: | ---: | ---: | ---: |
${benches
  .map(
    (bench) =>
      `| ${bench.what} | ${bench.megabytes.toFixed(1)} | ${bench.events} | ${bench.eventsPerCpuSecond.toFixed(0)} | ${bench.megabytesPerCpuSecond.toFixed(2)} | ${bench.peakMegabytes.toFixed(0)} |`,
  )
  .join('\n')}
`;
}

if (import.meta.main) console.log(historyReport(await benchHistory()));
