import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Counters } from '../../local/firehose/counters.ts';
import { createFolderStore } from '../../local/firehose/folder-store.ts';
import { openLocalStream } from '../../local/stream/open-stream.ts';
import { carry, uncarry } from '../../src/firehose/carrier.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { busEvent, subscriptionRecord, trailRecord } from '../support/transform-fixture.ts';

/** `BROKEN_STREAM_RECORDS=100000 npm test -- broken-stream` is what CI runs. */
const recordCount = Number(process.env.BROKEN_STREAM_RECORDS ?? 5_000);

const arrivedMs = Date.UTC(2026, 10, 20, 12);
const sources = ['aws.ec2', 'aws.s3', 'com.example'];

/** The mark by which an event, or what should be one, is found again. */
const markOf = (record: number, part = 0) => `mark-${record}-${part}-`;
const marks = /mark-\d+-\d+-/g;

const timeOf = (n: number) => `2026-11-${18 + (n % 3)}T10:00:00Z`;

const eventOf = (id: string, n: number) =>
  n % 2 === 0
    ? busEvent(id, { source: sources[n % sources.length], time: timeOf(n) })
    : trailRecord(id, { eventTime: timeOf(n) });

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

/** Sound records, by their number: every shape, of one and of several partitions. */
const sound: readonly ((n: number) => string | Uint8Array)[] = [
  (n) => eventOf(markOf(n), n),
  (n) => eventOf(markOf(n), n),
  (n) => gzipSync(eventOf(markOf(n), n)),
  (n) => `\ufeff ${eventOf(markOf(n), n)}\n`,
  (n) => `{"Records":[${[0, 1, 2].map((part) => trailRecord(markOf(n, part))).join()}]}`,
  (n) => [0, 1].map((part) => eventOf(markOf(n, part), 2 * n)).join(''),
  (n) => `[${[0, 1, 2].map((part) => eventOf(markOf(n, part), n + part)).join()}]`,
  (n) => gzipSync(subscriptionRecord([0, 1].map((part) => trailRecord(markOf(n, part))))),
  (n) => carry({ timesPut: 1, arrivedMs, payload: Buffer.from(eventOf(markOf(n), n)) }),
];

/** Broken records, in every way known. What is not marked is found again by its bytes. */
const broken: readonly ((n: number) => string | Uint8Array)[] = [
  (n) => `oops ${markOf(n)}`,
  (n) => eventOf(markOf(n), n).slice(0, -1),
  (n) => `{"no":"event","id":"${markOf(n)}"}`,
  (n) => `"${markOf(n)}"`,
  (n) => `[[[[[["${markOf(n)}"]]]]]]`,
  (n) => Buffer.from(busEvent(`${markOf(n)}é`), 'latin1'),
  (n) => Buffer.concat([Buffer.from(`"${markOf(n)}`), Buffer.from('é').subarray(0, 1)]),
  (n) => `{"id":"${markOf(n)}","a":${nested(1001)}}`,
  (n) => gzipSync(eventOf(markOf(n), n)).subarray(0, 40 + (n % 50)),
  (n) => Buffer.concat([gzipSync(eventOf(markOf(n), n)), Buffer.from('x')]),
  (n) => Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.from(markOf(n))]),
  (n) => Buffer.from(eventOf(markOf(n), n), 'utf16le'),
  (n) => `${eventOf(markOf(n), n)}${markOf(n, 1)}`,
  (n) => `[${eventOf(markOf(n), n)},{"no":"${markOf(n, 1)}"},${eventOf(markOf(n, 2), n + 1)}]`,
  (n) => `{"Records":[${trailRecord(markOf(n))},{"id":"${markOf(n, 1)}`,
  (n) => subscriptionRecord([trailRecord(markOf(n)), markOf(n, 1)]),
  (n) =>
    carry({
      timesPut: 3,
      arrivedMs,
      payload: Buffer.from(`${eventOf(markOf(n), n)}${markOf(n, 1)}`),
    }),
  (n) =>
    carry({
      timesPut: 7,
      arrivedMs: 0,
      payload: carry({ timesPut: 1, arrivedMs, payload: Buffer.from(markOf(n)) }),
    }),
  (n) => `{"eventlake":{"attempt":${n}}}\n${markOf(n)}`,
];

/** Those of a size that few will do. */
const bombs: readonly ((n: number) => Uint8Array)[] = [
  (n) => gzipSync(`[${Array(50_001).fill('1').join()},"${markOf(n)}"]`),
  (n) => gzipSync(busEvent(markOf(n), { detail: 'x'.repeat(2 * 1024 * 1024) })),
  (n) => gzipSync(Buffer.concat([Buffer.alloc(8 * 1024 * 1024), Buffer.from(markOf(n))])),
  (n) => gzipSync('[{"source":"a","detail-type":"b"},'.repeat(30_000) + markOf(n)),
];

const nothing: readonly (() => string | Uint8Array)[] = [
  () => '',
  () => ' \n',
  () => '[]',
  () => gzipSync(''),
  () => subscriptionRecord(['CWL CONTROL MESSAGE: Checking health'], 'CONTROL_MESSAGE'),
];

function recordOf(n: number): Uint8Array {
  const pick = <T>(from: readonly T[], at: number) => from[at % from.length] as T;
  const tenth = Math.floor(n / 10);
  if (n % 10 !== 9) return Buffer.from(pick(n % 50 === 0 ? nothing : sound, n)(n));
  const isBomb = tenth < 1000 && tenth % 50 === 0;
  return Buffer.from(isBomb ? pick(bombs, tenth / 50)(n) : pick(broken, tenth)(n));
}

/** Of 100,000 records, on a machine that has other things to do. */
const timeoutMs = 600_000;

const { folder: lake, remove } = createFolder();
afterAll(remove);

let counters: Counters;
const put: Uint8Array[] = Array.from({ length: recordCount }, (_, n) => recordOf(n));

beforeAll(async () => {
  const local = await openLocalStream<number>({ store: createFolderStore(lake) });
  for (let at = 0; at < put.length; at += 250) {
    await local.put(put.slice(at, at + 250).map((bytes, n) => ({ bytes, ticket: at + n })));
  }
  await local.drain();
  await local.close();
  counters = local.counters();
}, timeoutMs);

/** What `query` answers. */
async function ask<T>(sql: string): Promise<T[]> {
  const { stdout, stderr, status } = await run(['query', '--lake', lake, '--json', sql]);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** What a failed record was put as: without our line; unpacked as far as it can be. */
function readFailed(rawdata: string): { payload: Buffer; text: string } {
  const payload = Buffer.from(uncarry(Buffer.from(rawdata, 'base64'), arrivedMs).payload);
  try {
    return { payload, text: gunzipSync(payload).toString('latin1') };
  } catch {
    return { payload, text: payload.toString('latin1') };
  }
}

/** The marks in a record, each once: an event may say its id twice. */
const marksIn = (text: string): string[] => [...new Set(text.match(marks))];

function countsOf(items: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

describe(`Of ${recordCount} records, a tenth of them broken,`, () => {
  test(
    'every event is a row once, or in an error object once',
    async () => {
      const rows = await ask<{ event_id: string }>('SELECT event_id FROM events');
      const failed = (await ask<{ rawdata: string }>('SELECT rawdata FROM failures')).map(
        ({ rawdata }) => readFailed(rawdata),
      );

      const found = countsOf([
        ...rows.map(({ event_id }) => event_id),
        ...failed.flatMap(({ text }) => marksIn(text)),
      ]);
      const payloads = new Set(failed.map(({ payload }) => payload.toString('latin1')));
      const lost: string[] = [];
      const doubled: string[] = [];
      for (const bytes of put) {
        const { payload, text } = readFailed(Buffer.from(bytes).toString('base64'));
        for (const id of marksIn(text)) {
          const places = found.get(id) ?? 0;
          if (places === 0) lost.push(id);
          if (places > 1) doubled.push(id);
        }
        const isMarked = marksIn(text).length > 0 || isNothing(text);
        if (!isMarked && !payloads.has(payload.toString('latin1')))
          lost.push(payload.toString('hex'));
      }
      expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
    },
    timeoutMs,
  );

  test('what the lake holds is what the stream delivered', async () => {
    const [{ rows }] = (await ask<{ rows: number }>('SELECT count(*) AS rows FROM events')) as [
      { rows: number },
    ];
    const [{ failures }] = (await ask<{ failures: number }>(
      "SELECT count(*) AS failures FROM failures WHERE type = 'processing-failed'",
    )) as [{ failures: number }];
    const { received, ok, dropped, failed } = counters.records;

    expect(received).toBe(ok + dropped + failed);
    expect(received).toBeGreaterThan(recordCount);
    expect(failures).toBe(failed);
    expect(rows).toBeGreaterThanOrEqual(ok);
    expect(counters.functionErrors).toBe(0);
  });

  test('what failed and why is a query', async () => {
    const codes = await ask<{ errorcode: string }>('SELECT DISTINCT errorcode FROM failures');

    expect(codes).toEqual([{ errorcode: 'Lambda.ProcessingFailedStatus' }]);
  });
});

/** Whether a record has nothing in it that could be found again. */
function isNothing(text: string): boolean {
  return text.trim() === '' || text === '[]' || text.includes('CONTROL_MESSAGE');
}
