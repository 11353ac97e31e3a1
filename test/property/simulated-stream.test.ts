import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Limits } from '../../src/batch/limits.ts';
import { maxTimesPut, uncarry } from '../../src/firehose/carrier.ts';
import { canonicalJson, type Json, jsonText } from '../../src/json.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { type Simulation, simulate, textIn } from '../support/simulated-stream.ts';
import { busEvent, subscriptionRecord, trailRecord } from '../support/transform-fixture.ts';

/** What one document of a record is to be; it gets its mark, by which it is found again, later. */
const documentKind = fc.record({
  kind: fc.constantFrom('bus', 'bus', 'bus', 'trail', 'disguised', 'unknown', 'broken', 'control'),
  source: fc.constantFrom('aws.ec2', 'aws.s3', 'com.example'),
  day: fc.integer({ min: 10, max: 21 }),
  padding: fc.oneof({ weight: 4, arbitrary: fc.nat(300) }, { weight: 1, arbitrary: fc.nat(9_000) }),
  /** Whether gzip makes nothing of it. */
  isNoise: fc.boolean(),
});

type DocumentKind = typeof documentKind extends fc.Arbitrary<infer Value> ? Value : never;

const recordKind = fc.record({
  documents: fc.array(documentKind, { minLength: 1, maxLength: 6 }),
  shape: fc.constantFrom('end to end', 'lines', 'array', 'file', 'subscription'),
  isGzipped: fc.boolean(),
  /** A line as our carriers have it, which anyone may forge. */
  carrier: fc.option(fc.record({ timesPut: fc.integer({ min: -1, max: 9 }), early: fc.nat(9e7) }), {
    freq: 8,
  }),
});

type RecordKind = typeof recordKind extends fc.Arbitrary<infer Value> ? Value : never;

const mark = (number: number) => `mark-${number}-`;

function documentOf({ kind, source, day, padding, isNoise }: DocumentKind, id: string): string {
  const text = isNoise ? noise(padding) : 'x'.repeat(padding);
  const time = `2026-11-${day}T11:00:00Z`;
  switch (kind) {
    case 'trail':
      return trailRecord(id, { eventTime: time, requestParameters: { text } });
    case 'disguised':
      return trailRecord(id, {
        eventTime: time,
        messageType: 'CONTROL_MESSAGE',
        logEvents: [text],
      });
    case 'unknown':
      return JSON.stringify({ id, text });
    case 'broken':
      return `{"id":"${id}","text":"${text}",}`;
    case 'control':
      return subscriptionRecord([], 'CONTROL_MESSAGE');
    default:
      return busEvent(id, { source, time, detail: { text } });
  }
}

/** Text of so many characters, the same each time, that gzip makes little smaller. */
function noise(length: number): string {
  let state = length + 1;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return String.fromCharCode(0x21 + ((state >> 8) % 90));
  };
  return Array.from({ length }, next).join('').replace(/["\\]/g, '_');
}

function recordOf({ shape, isGzipped, carrier }: RecordKind, documents: readonly string[]): Buffer {
  const text = {
    'end to end': () => documents.join(''),
    lines: () => documents.join('\n'),
    array: () => `[${documents.join(',')}]`,
    file: () => `{"Records":[${documents.join(',')}]}`,
    subscription: () => subscriptionRecord(documents),
  }[shape]();
  const bytes = isGzipped ? gzipSync(text) : Buffer.from(text);
  if (carrier === null) return bytes;
  const { timesPut, early } = carrier;
  const line = `{"eventlake":{"attempt":${timesPut},"arrived":${Date.UTC(2026, 10, 20, 12) - early}}}\n`;
  return Buffer.concat([Buffer.from(line), bytes]);
}

/** Small bounds on what records unfold to, and on what a batch takes. */
const readingLimits = fc
  .record({
    maxDocumentBytes: fc.integer({ min: 900, max: 12_000 }),
    more: fc.nat(20_000),
    maxUnzipRatio: fc.integer({ min: 1, max: 20 }),
    maxDocuments: fc.integer({ min: 2, max: 9 }),
    maxKeptBytes: fc.integer({ min: 1, max: 40_000 }),
    maxReadWork: fc.integer({ min: 1, max: 60_000 }),
    maxRecordWork: fc.integer({ min: 1, max: 60_000 }),
    maxBadDocuments: fc.nat(3),
  })
  .map(({ more, ...limits }) => ({ ...limits, maxUnzippedBytes: limits.maxDocumentBytes + more }));

const scenario = fc.record({
  kinds: fc.array(recordKind, { minLength: 1, maxLength: 8 }),
  limits: fc
    .tuple(
      fc.record({
        maxResponseBytes: fc.integer({ min: 3_000, max: 9_000 }),
        maxRecordBytes: fc.integer({ min: 800, max: 4_000 }),
        maxBatchRecords: fc.integer({ min: 1, max: 6 }),
        maxBatchBytes: fc.integer({ min: 4_000, max: 9_000 }),
      }),
      fc.oneof(fc.constant({}), readingLimits),
    )
    .map(([firehose, reading]): Partial<Limits> => ({ ...firehose, ...reading })),
  unknownRecords: fc.constantFrom('fail' as const, 'keep' as const),
  batchSizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  picks: fc.oneof(fc.constant([0]), fc.array(fc.nat(20), { minLength: 1, maxLength: 9 })),
  puts: fc.oneof(
    fc.constant(['take'] as const),
    fc.array(
      fc.constantFrom(
        'take',
        'take',
        'refuse odd',
        'refuse others',
        'throttle',
        'deny',
        'fail',
        'take and fail',
      ),
      { minLength: 1, maxLength: 12 },
    ),
  ),
  invocations: fc.oneof(
    fc.constant(['answered'] as const),
    fc.array(fc.constantFrom('answered', 'answered', 'lost'), { minLength: 1, maxLength: 8 }),
  ),
  timeoutMs: fc.oneof(fc.constant(120_000), fc.integer({ min: 4_000, max: 9_000 })),
  stepMs: fc.oneof(fc.constant(0), fc.nat(100)),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function simulationOf({ kinds, ...given }: Scenario): Simulation & { marks: string[] } {
  const marks: string[] = [];
  const records = kinds.map((kind) => {
    const documents = kind.documents.map((document) => {
      const id = mark(marks.length);
      // Nothing is left of what only tests the way.
      if (document.kind !== 'control') marks.push(id);
      return documentOf(document, id);
    });
    return recordOf(kind, documents);
  });
  return { ...given, records, marks };
}

async function run(given: Scenario) {
  const simulation = simulationOf(given);
  const end = await simulate(simulation);
  const errors = end.errors.map(textIn);
  // Its copies may have arrived at other times: an arrival that somebody forged is believed for a day.
  // Cells stand in the order of the event where its record was read in one pass.
  const rows = end.rows.map(({ arrival_time, ...row }) => jsonText(canonicalJson(row as Json)));
  /** Where a mark is found: rows, and error objects. */
  const placesOf = (id: string) => ({
    rows: rows.filter((row) => row.includes(id)),
    errors: errors.filter((error) => error.includes(id)).length,
  });
  return { ...end, marks: simulation.marks, placesOf };
}

type End = Awaited<ReturnType<typeof run>>;

/** Law 9, with puts that fail and invocations whose answers are lost. */
function expectEveryEvent({ marks, placesOf, mayDouble }: End) {
  for (const id of marks) {
    const { rows, errors } = placesOf(id);
    const places = rows.length + errors;
    expect({ id, isLost: places === 0 }).toEqual({ id, isLost: false });
    if (!mayDouble) expect({ id, places }).toEqual({ id, places: 1 });
    // Every other place is a row, or an error object, of the same event.
    expect(new Set(rows).size).toBeLessThanOrEqual(1);
  }
}

/** Law 4. */
function expectEnd({ isOver, carriers }: End) {
  expect(isOver).toBe(true);
  for (const carrier of carriers) {
    const { timesPut } = uncarry(carrier, Date.UTC(2026, 10, 21));
    expect(timesPut).toBeGreaterThanOrEqual(1);
    expect(timesPut).toBeLessThanOrEqual(maxTimesPut);
  }
}

/** Law 6, over all invocations. */
function expectSums({ summaries }: End, { kinds, puts, invocations }: Scenario) {
  const total = (name: 'records' | 'ok' | 'dropped' | 'failed' | 'carried' | 'parts') =>
    summaries.reduce((sum, summary) => sum + summary[name], 0);
  expect(total('records')).toBe(total('ok') + total('dropped') + total('failed'));
  for (const { events, rows, eventsPutAgain, eventsFailed } of summaries)
    expect(events).toBe(rows + eventsPutAgain + eventsFailed);

  const moods: readonly string[] = [...puts, ...invocations];
  if (moods.includes('lost') || moods.includes('take and fail')) return;
  const forged = kinds.filter(({ carrier }) => carrier !== null).length;
  expect(total('records')).toBe(kinds.length + total('parts'));
  expect(total('carried')).toBe(forged + total('parts'));
}

const plainBus: DocumentKind = {
  kind: 'bus',
  source: 'aws.ec2',
  day: 10,
  padding: 0,
  isNoise: false,
};
const plainRecord: RecordKind = {
  documents: [plainBus],
  shape: 'end to end',
  isGzipped: false,
  carrier: null,
};

const carried: RecordKind = { ...plainRecord, carrier: { timesPut: 0, early: 0 } };

/** Counter-examples of the past. */
const past: Scenario[] = [
  // A forged arrival of nearly a day ago is believed of the first copy, and no longer of the second.
  {
    kinds: [
      plainRecord,
      plainRecord,
      {
        ...plainRecord,
        documents: [plainBus, { ...plainBus, source: 'com.example' }],
        carrier: { timesPut: 1, early: 86_219_481 },
      },
      plainRecord,
    ],
    limits: {
      maxResponseBytes: 3000,
      maxRecordBytes: 800,
      maxBatchRecords: 1,
      maxBatchBytes: 4000,
    },
    unknownRecords: 'fail',
    batchSizes: [1],
    picks: [0],
    puts: ['take'],
    invocations: ['lost', 'answered'],
    timeoutMs: 5153,
    stepMs: 22,
  },
  // Calls whose answers are all lost, tried ten times each: doubles of doubles, 30 times as many each time.
  {
    kinds: [
      {
        ...plainRecord,
        documents: [plainBus, { ...plainBus, day: 13, padding: 113 }],
      },
      plainRecord,
    ],
    limits: {
      maxResponseBytes: 3000,
      maxRecordBytes: 800,
      maxBatchRecords: 1,
      maxBatchBytes: 4000,
    },
    unknownRecords: 'fail',
    batchSizes: [7, 1],
    picks: [0],
    puts: ['take and fail'],
    invocations: ['lost', 'lost', 'answered'],
    timeoutMs: 120_000,
    stepMs: 0,
  },
  // A call that is read beside another event, and once more alone: its row has the same cells in another order.
  {
    kinds: [
      plainRecord,
      carried,
      carried,
      { ...plainRecord, documents: [plainBus, { ...plainBus, padding: 568 }, plainBus] },
      {
        ...plainRecord,
        documents: [
          { ...plainBus, day: 13, padding: 117 },
          { ...plainBus, kind: 'trail', day: 13, padding: 172 },
        ],
      },
      plainRecord,
      { ...carried, isGzipped: true },
    ],
    limits: {
      maxResponseBytes: 3000,
      maxRecordBytes: 800,
      maxBatchRecords: 1,
      maxBatchBytes: 4000,
      maxDocumentBytes: 900,
      maxUnzipRatio: 1,
      maxDocuments: 3,
      maxKeptBytes: 6168,
      maxReadWork: 1,
      maxBadDocuments: 0,
      maxUnzippedBytes: 900,
    },
    unknownRecords: 'fail',
    batchSizes: [3],
    picks: [0],
    puts: ['take'],
    invocations: ['answered', 'answered', 'answered', 'lost', 'answered'],
    timeoutMs: 120_000,
    stepMs: 0,
  },
  // Too long a document and two more: one by one they are three, to the splitter of the whole they are one.
  {
    kinds: [
      {
        ...plainRecord,
        documents: [{ ...plainBus, padding: 711 }, plainBus, plainBus],
      },
    ],
    limits: {
      maxResponseBytes: 3000,
      maxRecordBytes: 800,
      maxBatchRecords: 1,
      maxBatchBytes: 4000,
      maxDocumentBytes: 900,
      maxUnzipRatio: 1,
      maxDocuments: 2,
      maxKeptBytes: 1,
      maxReadWork: 382,
      maxRecordWork: 382,
      maxBadDocuments: 1,
      maxUnzippedBytes: 900,
    },
    unknownRecords: 'fail',
    batchSizes: [1],
    picks: [0],
    puts: ['take'],
    invocations: ['answered'],
    timeoutMs: 120_000,
    stepMs: 0,
  },
];

test('a stream that the function puts to comes to an end, with every event in a place', () =>
  fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const end = await run(given);
      expectEveryEvent(end);
      expectEnd(end);
      expectSums(end, given);
    }),
    { numRuns: propertyRuns, examples: past.map((given) => [given]) },
  ));

test('what is simulated goes wrong often enough to prove something', async () => {
  const seen = { carriers: 0, lastAttempts: 0, unopened: 0, doubles: 0, errors: 0, rows: 0 };
  const codes: string[] = [];
  for (const given of fc.sample(scenario, { numRuns: 100, seed: 1 })) {
    const { carriers, mayDouble, errors, rows, summaries } = await run(given);
    const attempts = carriers.map((one) => uncarry(one, Date.UTC(2026, 10, 21)).timesPut);
    seen.carriers += carriers.length;
    seen.lastAttempts += attempts.filter((timesPut) => timesPut === maxTimesPut).length;
    // Documents of several events are gzipped as they came, never by us.
    seen.unopened += carriers.filter(isGzippedList).length;
    if (mayDouble) seen.doubles++;
    codes.push(...summaries.flatMap(({ failures }) => Object.keys(failures)));
    seen.errors += errors.length;
    seen.rows += rows.length;
  }

  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
  expect(codes).toEqual(
    expect.arrayContaining(['BAD_GZIP', 'TOO_MANY_EVENTS', 'TOO_LARGE', 'TOO_OFTEN']),
  );
});

const isGzippedList = (carrier: Uint8Array) =>
  uncarry(carrier, 0).payload[0] === 0x1f && textIn(carrier).split(/mark-\d+-/).length > 2;
