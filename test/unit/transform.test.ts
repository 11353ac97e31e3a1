import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../src/batch/limits.ts';
import { type FailureCode, failures } from '../../src/errors.ts';
import { carry, uncarry } from '../../src/firehose/carrier.ts';
import { InvocationError } from '../../src/firehose/contract.ts';
import { firehoseLimits } from '../../src/firehose/limits.ts';
import type { PutBatch } from '../../src/firehose/put-again.ts';
import { eventTextOf } from '../../src/rows/rebuild.ts';
import { tagSetOf } from '../../src/tags/tag-set.ts';
import type { Tags } from '../../src/tags/tags.ts';
import { bugsIn } from '../../src/telemetry/summary.ts';
import {
  arrivalMs,
  busEvent,
  invocationOf,
  noTags,
  type RunOptions,
  run,
  runRecords,
  subscriptionRecord,
  takeAll,
  throttled,
  trailRecord,
} from '../support/transform-fixture.ts';

const dayMs = 24 * 60 * 60 * 1000;
const a = busEvent('a');
const b = trailRecord('b');
const c = trailRecord('c');

type Ran = Awaited<ReturnType<typeof run>>;

/** What became of each record: ids of its rows, its code, or why it was dropped. */
const fatesOf = ({ answers, outcomes }: Ran) =>
  outcomes.map((outcome, index) => {
    expect(answers[index]?.result).toBe(outcome.result);
    if (outcome.result === 'Dropped') return outcome.reason;
    if (outcome.result === 'ProcessingFailed') return outcome.error.code;
    return answers[index]?.rows?.map((row) => row.event_id ?? row.detail).join();
  });

/** What was put again: attempt and payload of each carrier. */
const carriersIn = ({ taken }: Ran) =>
  taken.map((bytes) => {
    const { timesPut, arrivedMs, payload } = uncarry(bytes, arrivalMs + dayMs / 2);
    const text = Buffer.from(payload[0] === 0x1f ? gunzipSync(payload) : payload).toString();
    return { timesPut, arrivedMs, text };
  });

/** Takes records through the transform, and what it puts again too, to the end. */
async function runToEnd(records: readonly (string | Uint8Array)[], options: RunOptions = {}) {
  const rounds: Ran[] = [];
  for (let left = records; left.length > 0; left = (rounds.at(-1) as Ran).taken) {
    rounds.push(await runRecords(left, options));
  }
  return rounds;
}

describe('A record becomes rows, whatever its shape', () => {
  const shapes: [name: string, text: string, ids: string][] = [
    ['an EventBridge event', a, 'a'],
    ['a bare CloudTrail record', b, 'b'],
    ['a CloudTrail file', `{"Records":[${b},${c}]}`, 'b,c'],
    ['a subscription record', subscriptionRecord([b, c]), 'b,c'],
    ['a message of several records', subscriptionRecord([`${b}\n${c}`, '']), 'b,c'],
    ['events end to end', a + b, 'a,b'],
    ['events a line', `${a}\n${b}\n`, 'a,b'],
    ['events with white space between', `${a} \r\n\t ${b}`, 'a,b'],
    ['an array of events', `[${a}, ${b}]`, 'a,b'],
    ['a pretty-printed event', JSON.stringify(JSON.parse(a), null, 2), 'a'],
    ['all of them', `${a}[${b}]{"Records":[${c}]}${subscriptionRecord([b])}`, 'a,b,c,b'],
    ['an event behind a control message', subscriptionRecord([], 'CONTROL_MESSAGE') + a, 'a'],
    ['files with byte order marks, end to end', `${a}\n\ufeff${b}\n\ufeff[${c}]`, 'a,b,c'],
    ...['DATA_MESSAGE', 'CONTROL_MESSAGE'].flatMap((messageType): [string, string, string][] => {
      const like = { messageType, logEvents: [] };
      return [
        [`an event that looks like a ${messageType}, too`, busEvent('a', like), 'a'],
        [`a CloudTrail record that looks like a ${messageType}, too`, trailRecord('b', like), 'b'],
      ];
    }),
  ];

  test.each(shapes)('%s', async (_, text, ids) => {
    const ran = await runRecords([text]);

    expect(fatesOf(ran)).toEqual([ids]);
    expect(ran.answers[0]?.partition).toBe('source=aws.ec2/day=2026-11-20');
  });

  test.each(shapes)('%s, gzipped', async (_, text, ids) => {
    expect(fatesOf(await runRecords([gzipSync(text)]))).toEqual([ids]);
  });

  test.each(shapes)('%s, with a byte order mark and white space', async (_, text, ids) => {
    const marked = `\ufeff \r\n${text}\n \t`;

    expect(fatesOf(await runRecords([marked, gzipSync(marked)]))).toEqual([ids, ids]);
  });

  test('all in one batch, plain and gzipped, among records that fail', async () => {
    const records = shapes.flatMap(([, text]) => [text, 'oops', gzipSync(text)]);

    const ran = await runRecords(records);

    expect(fatesOf(ran)).toEqual(shapes.flatMap(([, , ids]) => [ids, 'BAD_JSON', ids]));
    expect(ran.answers.map(({ recordId }) => recordId)).toEqual(
      records.map((_record, index) => `${index}`),
    );
    expect(ran.calls).toEqual([]);
  });
});

describe('An envelope around a CloudTrail record', () => {
  const forged = busEvent('forged', {
    source: 'my.bus',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: JSON.parse(trailRecord('b', { userIdentity: { type: 'Root' } })),
  });
  const rowsOfForged = async (environment: RunOptions['environment'] = {}) => {
    const { answers } = await runRecords([forged, gzipSync(forged)], { environment });
    return answers.flatMap(({ rows = [] }) => rows);
  };

  test('of a source that anybody may put is an event like any other', async () => {
    const rows = await rowsOfForged();

    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ event_id: 'forged', kind: 'event', event_source: 'my.bus' });
      expect(row).not.toHaveProperty('outcome');
      expect(row).not.toHaveProperty('actor_type');
      expect(JSON.parse(eventTextOf(row))).toEqual(JSON.parse(forged));
    }
  });

  test('of a source that the stack trusts is a call', async () => {
    const rows = await rowsOfForged({ TRUSTED_SOURCES: 'my.bus' });

    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row).toMatchObject({ event_id: 'b', kind: 'api_call', actor_type: 'Root' });
      expect(JSON.parse(eventTextOf(row))).toEqual(JSON.parse(forged));
    }
  });
});

describe('A record without events is dropped', () => {
  test.each([
    ['nothing', '', 'empty'],
    ['white space', ' \n', 'empty'],
    ['gzip of nothing', gzipSync(''), 'empty'],
    ['an empty array', '[]', 'empty'],
    ['an empty CloudTrail file', '{"Records":[]}', 'empty'],
    ['a subscription record without log events', subscriptionRecord([]), 'empty'],
    ['a log event without text', subscriptionRecord(['']), 'empty'],
    ['an empty carrier', carry({ timesPut: 1, arrivedMs: 0, payload: Buffer.from('') }), 'empty'],
    ['a control message', subscriptionRecord(['x'], 'CONTROL_MESSAGE'), 'control'],
    ['one gzipped', gzipSync(subscriptionRecord(['x'], 'CONTROL_MESSAGE')), 'control'],
  ])('%s', async (_, record, reason) => {
    const ran = await runRecords([record]);

    expect(fatesOf(ran)).toEqual([reason]);
    expect(ran.response.records).toEqual([{ recordId: '0', result: 'Dropped' }]);
  });

  test('but a control message beside events only is left out', async () => {
    expect(fatesOf(await runRecords([a + subscriptionRecord([], 'CONTROL_MESSAGE')]))).toEqual([
      'a',
    ]);
  });
});

describe('A record fails alone, and gives its bytes back', () => {
  const deep = `${'{"a":'.repeat(1001)}1${'}'.repeat(1001)}`;
  const mixed = `${a}{"no":"event"}`;
  const lastCarrier = carry({ timesPut: 3, arrivedMs: arrivalMs, payload: Buffer.from(mixed) });
  const throwing: Tags = {
    ...noTags,
    lessonsOf() {
      throw new TypeError('a bug');
    },
  };
  const withInstance = trailRecord('i', {
    requestParameters: { instanceId: 'i-0abc123def4567890' },
  });
  let asked = 0;
  const timeForOne = () => (++asked <= 1 ? defaultLimits.reserveMs : defaultLimits.reserveMs - 1);

  const failing: readonly [FailureCode, string | Uint8Array, RunOptions?][] = [
    ['BAD_GZIP', gzipSync(a).subarray(0, 40)],
    ['BAD_GZIP', Buffer.concat([gzipSync(a), Buffer.from('x')])],
    ['BAD_GZIP', gzipSync(Buffer.alloc(1280 * 1024 + 1))],
    ['BAD_UTF8', Buffer.from(busEvent('é'), 'latin1')],
    ['BAD_UTF8', Buffer.from(trailRecord('é'), 'latin1')],
    ['BAD_JSON', 'oops'],
    ['BAD_JSON', a.slice(0, -1)],
    ['TOO_DEEP', deep],
    ['NOT_AN_EVENT', '{}'],
    ['NOT_AN_EVENT', 'null'],
    ['NOT_AN_EVENT', '"x"'],
    ['NOT_AN_EVENT', '{"source":"aws.ec2"}'],
    ['NOT_AN_EVENT', '{"source":"aws.ec2","detail-type":7}'],
    ['NOT_AN_EVENT', '{"eventVersion":"2.1","eventSource":"aws:s3"}'],
    ['NOT_AN_EVENT', subscriptionRecord(['"no event"'])],
    ['TOO_MANY_EVENTS', '[]'.repeat(50_001)],
    ['TOO_MANY_EVENTS', gzipSync(subscriptionRecord(Array(50_001).fill('')))],
    ['TOO_LARGE', gzipSync(busEvent('x', { detail: 'x'.repeat(2 * 1024 * 1024) }) + noise(20_000))],
    ['TOO_LARGE', trailRecord('x'.repeat(2000)), { limits: { maxDocumentBytes: 2000 } }],
    ['TOO_DEEP', `${a}[[[[[[${b}]]]]]]`],
    ['TOO_MUCH_WORK', gzipSync(a.repeat(1000)), { limits: { maxRecordWork: 170_000 } }],
    ['TOO_OFTEN', lastCarrier],
    ['NOT_ACCEPTED', mixed, { putBatch: async (_, records) => records.map(() => throttled) }],
    ['NOT_ACCEPTED', mixed, { putBatch: async () => [] }],
    ['NOT_ACCEPTED', mixed, { putBatch: async () => Promise.reject(new Error('no way')) }],
    ['OUT_OF_TIME', b, { remainingMs: timeForOne }],
    ['UNEXPECTED', withInstance, { tags: throwing }],
  ];

  test.each(failing)('with %s', async (code, record, options = {}) => {
    asked = 0;
    const neighbours = code === 'OUT_OF_TIME' ? [a] : [a, c];

    const ran = await runRecords([a, record, ...neighbours.slice(1)], options);

    expect(fatesOf(ran)).toEqual(['a', code, ...(neighbours.length > 1 ? ['c'] : [])]);
    expect(ran.answers[1]?.data).toBe(Buffer.from(record).toString('base64'));
  });

  test.each(['no base64!', 'YQ', undefined, null, 7, {}])(
    'with BAD_BASE64, where its data is %j',
    async (data) => {
      const invocation = invocationOf([a, '', c]);
      Object.assign(invocation.records[1] ?? {}, { data });

      const ran = await run(invocation);

      expect(fatesOf(ran)).toEqual(['a', 'BAD_BASE64', 'c']);
      expect(ran.answers[1]?.data).toEqual(data);
    },
  );

  test('with every code that there is', () => {
    const codes = [...failing.map(([code]) => code), 'BAD_BASE64'];

    expect(new Set(codes)).toEqual(new Set(Object.keys(failures)));
  });

  test('and says nothing of what is in it', async () => {
    const { outcomes } = await runRecords(['{"password":hunter2}', '{"password":"hunter2"}']);

    expect(JSON.stringify(outcomes)).not.toContain('hunter2');
    for (const outcome of outcomes) {
      expect(outcome.result === 'ProcessingFailed' && outcome.error.message).not.toContain(
        'hunter',
      );
    }
  });
});

describe('UnknownRecords=keep', () => {
  const environment = { UNKNOWN_RECORDS: 'keep' };

  test.each(['{"no":"event"}', '7', '1.0', '"x"', 'null', 'true', '{"Records":[],"more":1}'])(
    'makes a row of %s',
    async (text) => {
      const { answers } = await runRecords([text], { environment });

      expect(answers).toMatchObject([
        {
          result: 'Ok',
          partition: 'source=other/day=2026-11-20',
          rows: [{ kind: 'unknown', event_format: 'unknown', detail: text }],
        },
      ]);
    },
  );

  test('still fails what is no JSON', async () => {
    expect(fatesOf(await runRecords(['oops'], { environment }))).toEqual(['BAD_JSON']);
  });
});

describe('A record of several partitions', () => {
  const s3 = busEvent('s3', { source: 'aws.s3' });
  const yesterday = busEvent('y', { time: '2026-11-19T23:59:59Z' });

  test('is put again in parts, one a partition, and dropped', async () => {
    const ran = await runRecords([`${a}\n${s3}\n${yesterday}\n${b}`]);

    expect(fatesOf(ran)).toEqual(['put again']);
    expect(carriersIn(ran)).toEqual([
      { timesPut: 1, arrivedMs: arrivalMs, text: `${a}\n${b}` },
      { timesPut: 1, arrivedMs: arrivalMs, text: s3 },
      { timesPut: 1, arrivedMs: arrivalMs, text: yesterday },
    ]);
    expect(ran.summary).toMatchObject({ putAgain: 1, events: 4, eventsPutAgain: 4, parts: 3 });
  });

  test('becomes the rows that its events become alone', async () => {
    const events = [a, s3, yesterday, b];

    const [, second] = await runToEnd([events.join('')], {
      arrivalOf: () => arrivalMs,
    });
    const alone = await runRecords(events);

    const rowsOf = ({ answers }: Ran) =>
      answers.flatMap(({ partition, rows = [] }) => rows.map((row) => ({ partition, row })));
    const byId = (rows: ReturnType<typeof rowsOf>) =>
      rows.sort((one, other) => `${one.row.event_id}`.localeCompare(`${other.row.event_id}`));
    expect(byId(rowsOf(second as Ran))).toEqual(byId(rowsOf(alone)));
  });

  test('may have an event that is gzipped to nearly nothing, and is none the worse for it', async () => {
    const large = busEvent('large', { detail: 'x'.repeat(1_200_000) });

    const rounds = await runToEnd([
      gzipSync(large + busEvent('s3', { source: 'aws.s3', detail: noise(9000) })),
    ]);

    expect(rounds.map(fatesOf)).toEqual([['put again'], ['large', 's3']]);
    expect(rounds[0]?.taken[0]?.length).toBeLessThan(1_200_000 / 200);
  });

  test('keeps the arrival of the first, also when it comes a day later', async () => {
    const late = busEvent('late', { time: '2026-11-13T00:00:00Z' });
    const timeless = busEvent('t', { time: 'soon', source: 'aws.s3' });
    const { taken } = await runRecords([late + timeless]);

    const later = await runRecords(taken, { arrivalOf: () => arrivalMs + dayMs });
    const muchLater = await runRecords(taken, { arrivalOf: () => arrivalMs + dayMs + 1 });

    expect(later.answers.map(({ partition }) => partition)).toEqual([
      'source=aws.ec2/day=2026-11-13',
      'source=aws.s3/day=2026-11-20',
    ]);
    expect(later.answers[0]?.rows?.[0]?.arrival_time).toBe('2026-11-20 12:00:00.000');
    expect(muchLater.answers.map(({ partition }) => partition)).toEqual([
      'source=aws.ec2/day=2026-11-21',
      'source=aws.s3/day=2026-11-21',
    ]);
  });

  test('is put after all that can be read was read, and tags were asked for', async () => {
    const steps: string[] = [];
    const tags: Tags = {
      lessonsOf() {
        steps.push('read');
        return [];
      },
      async answer(requests) {
        steps.push('tags');
        return requests.map(() => ({ status: 'skipped' }));
      },
    };
    const putBatch: PutBatch = (...call) => {
      steps.push('put');
      return takeAll(...call);
    };
    const detail = { 'instance-id': 'i-0abc123def4567890', state: 'stopped' };
    const type = { 'detail-type': 'EC2 Instance State-change Notification', detail };

    await runRecords([busEvent('1', type) + s3, busEvent('2', type)], { tags, putBatch });

    expect(steps).toEqual(['read', 'read', 'tags', 'put']);
  });
});

describe('A record of which some parts are no event', () => {
  test('is put again: the good ones together, each bad one alone', async () => {
    const ran = await runRecords([`${a}\n{"no":1}\n${b}\noops\n{"no":2}\n`]);

    expect(fatesOf(ran)).toEqual(['put again']);
    expect(carriersIn(ran).map(({ text }) => text)).toEqual([
      `${a}\n${b}`,
      '{"no":1}',
      'oops',
      '{"no":2}',
    ]);
    expect(ran.summary).toMatchObject({ events: 2, eventsPutAgain: 2, parts: 4, failed: 0 });
  });

  test('fails in the end for the bad ones alone', async () => {
    const [, second, ...more] = await runToEnd([gzipSync(`[${a},{"no":1},${b},oops`)]);

    expect(fatesOf(second as Ran)).toEqual(['a,b', 'NOT_AN_EVENT', 'BAD_JSON']);
    expect(more).toEqual([]);
  });

  test('is answered at once where only the end of the array is missing', async () => {
    const ran = await runRecords([`[${a},${b}`]);

    expect(fatesOf(ran)).toEqual(['a,b']);
    expect(ran.summary).toMatchObject({ events: 2, rows: 2 });
    expect(ran.calls).toEqual([]);
  });

  test('fails whole where there is no event in it, with the code of the first', async () => {
    const ran = await runRecords(['{"no":1}\noops']);

    expect(fatesOf(ran)).toEqual(['NOT_AN_EVENT']);
    expect(ran.calls).toEqual([]);
  });

  test.each([
    ['behind an event', (bad: string) => a + bad],
    ['before one', (bad: string) => bad + a],
  ])(
    'is put again with as many bad ones as may be %s, and fails whole with one more',
    async (_, of) => {
      const limits = { maxBadDocuments: 3 };

      const ran = await runRecords(
        [of('{"no":1}oops\n'), of('{"no":1} 1 2 '), of('{"no":1} 1 2 3 ')],
        {
          limits,
        },
      );

      expect(fatesOf(ran)).toEqual(['put again', 'put again', 'NOT_AN_EVENT']);
      expect(ran.summary).toMatchObject({ parts: 2 + 1 + 3 + 1 });
    },
  );

  test('fails whole where more than 1,000 are none', async () => {
    const of = (bad: number) => `${a}${' 1'.repeat(bad)}`;

    const ran = await runRecords([of(999), of(1000), of(1001)]);

    expect(fatesOf(ran)).toEqual(['put again', 'put again', 'NOT_AN_EVENT']);
    expect(ran.taken).toHaveLength(1000 + 1001);
  });

  test('may fill a record with what cannot be read: each part of it fits a carrier', async () => {
    const event = '{"id":"e","source":"a","detail-type":"b"}';
    const rest = noise(1_024_000 - event.length - 1).map((byte) => (byte === 0x0a ? 0x0b : byte));

    const rounds = await runToEnd([Buffer.concat([Buffer.from(`${event}\n`), rest])]);

    expect(rounds.map(fatesOf)).toEqual([['put again'], ['e', 'BAD_UTF8', 'BAD_UTF8']]);
  });

  test('is bad in one message of a subscription record', async () => {
    const ran = await runRecords([gzipSync(subscriptionRecord([b, 'plain text', c]))]);

    expect(carriersIn(ran).map(({ text }) => text)).toEqual([`${b}\n${c}`, 'plain text']);
  });
});

describe('A put that is refused', () => {
  const s3 = busEvent('s3', { source: 'aws.s3' });

  test('in part fails the record with its bytes, and tells what was accepted', async () => {
    const putBatch: PutBatch = async (_arn, records) =>
      records.map((record) => (Buffer.from(record).includes('aws.s3') ? throttled : 'accepted'));

    const ran = await runRecords([a + s3, b], { putBatch });

    expect(fatesOf(ran)).toEqual(['NOT_ACCEPTED', 'b']);
    expect(ran.answers[0]?.data).toBe(Buffer.from(a + s3).toString('base64'));
    expect(ran.outcomes[0]).toMatchObject({
      events: 2,
      puts: { accepted: 1, refused: ['ServiceUnavailableException'] },
      error: { message: '1 of 2 parts were refused: ServiceUnavailableException' },
    });
    expect(ran.summary).toMatchObject({
      parts: 1,
      refusals: { ServiceUnavailableException: 1 },
      eventsFailed: 2,
      rows: 1,
    });
  });

  test('of one record is no trouble of another', async () => {
    const putBatch: PutBatch = async (_arn, records) =>
      records.map((_, index) => (index < 2 ? throttled : 'accepted'));

    const ran = await runRecords([a + s3, b + s3], { putBatch });

    expect(fatesOf(ran)).toEqual(['NOT_ACCEPTED', 'put again']);
  });

  test('for want of time leaves the records that need none', async () => {
    let asked = 0;
    const remainingMs = () => (++asked <= 5 ? 120_000 : 2_000);

    const ran = await runRecords([a + s3, b], { remainingMs });

    expect(fatesOf(ran)).toEqual(['NOT_ACCEPTED', 'b']);
    expect(ran.summary.refusals).toEqual({ NoTimeLeft: 2 });
    expect(ran.calls).toEqual([]);
  });
});

describe('A response that would be too large', () => {
  const large = (id: string, bytes: number, source = 'aws.ec2') =>
    busEvent(id, { source, detail: { filling: 'x'.repeat(bytes) } });
  const bytesOf = ({ response }: Ran) => Buffer.byteLength(JSON.stringify(response));
  const { maxResponseBytes } = firehoseLimits;

  test('puts again what does not fit', async () => {
    const records = ['1', '2', '3'].map((id) => large(id, 300));

    const ran = await runRecords(records, {
      limits: { ...firehoseLimits, maxResponseBytes: 2500 },
    });

    expect(fatesOf(ran)).toEqual(['1', '2', 'put again']);
    expect(carriersIn(ran)).toEqual([{ timesPut: 1, arrivedMs: arrivalMs, text: records[2] }]);
    expect(bytesOf(ran)).toBeLessThanOrEqual(2500);
  });

  test('gives up the bytes of failed records before it puts any other again', async () => {
    const bad = 'x'.repeat(1500);
    const limits = { ...firehoseLimits, maxResponseBytes: 2500 };

    const full = await runRecords([bad, large('1', 300), large('2', 300)], { limits });
    const roomy = await runRecords([bad, 'x', '[]'], { limits });

    expect(fatesOf(full)).toEqual(['BAD_JSON', '1', '2']);
    expect(full.response.records[0]).toEqual({ recordId: '0', result: 'ProcessingFailed' });
    expect(roomy.answers[0]?.data).toBe(Buffer.from(bad).toString('base64'));
  });

  test('answers what was put again most often first', async () => {
    const limits = { ...firehoseLimits, maxResponseBytes: 2500 };
    const carried = [2, 3, 1].map((timesPut) =>
      carry({ timesPut, arrivedMs: arrivalMs, payload: Buffer.from(large(`${timesPut}`, 600)) }),
    );

    expect(fatesOf(await runRecords([large('0', 600), ...carried], { limits }))).toEqual([
      'put again',
      'put again',
      '3',
      'put again',
    ]);
  });

  test('counts each time that a record is put again, and gives up after the third', async () => {
    const limits = { ...firehoseLimits, maxResponseBytes: 2500 };
    const first = carry({
      timesPut: 3,
      arrivedMs: arrivalMs,
      payload: Buffer.from(large('1', 600)),
    });
    const carrierOf = (timesPut: number) =>
      carry({ timesPut, arrivedMs: arrivalMs, payload: Buffer.from(large('2', 600)) });

    const attempts = await Promise.all(
      [1, 2].map(async (timesPut) =>
        carriersIn(await runRecords([first, carrierOf(timesPut)], { limits })).map(
          (carrier) => carrier.timesPut,
        ),
      ),
    );
    const last = await runRecords([first, carrierOf(3)], { limits });

    expect(attempts).toEqual([[2], [3]]);
    expect(fatesOf(last)).toEqual(['1', 'TOO_OFTEN']);
    expect(last.calls).toEqual([]);
  });

  test('splits a record whose lines alone are too many, and answers its parts', async () => {
    const limits = { ...firehoseLimits, maxResponseBytes: 6000 };
    const events = Array.from({ length: 16 }, (_, index) => large(`${index}`, 300));

    const rounds = await runToEnd([gzipSync(events.join('\n'))], { limits });

    const [first, second] = rounds;
    expect(fatesOf(first as Ran)).toEqual(['put again']);
    expect((second as Ran).taken.length).toBeGreaterThan(0);
    const ids = rounds.flatMap((round) => round.answers.flatMap(({ rows = [] }) => rows));
    expect(ids.map((row) => Number(row.event_id)).sort((x, y) => x - y)).toEqual([
      ...Array(16).keys(),
    ]);
    for (const round of rounds) expect(bytesOf(round)).toBeLessThanOrEqual(6000);
  });

  /** A batch that fills a response to the byte; `more` is what it has over. */
  async function fill(more: number) {
    const records = (last: number) => [
      ...['1', '2', '3', '4'].map((id) => large(id, 900_000)),
      large('5', last),
      'x',
    ];
    const measured = await runRecords(records(100));
    // Three bytes more are four in base64; a longer id of the last one does the rest.
    const room = maxResponseBytes + more - bytesOf(measured);
    const fillings = Math.floor(room / 4) * 3;
    const invocation = invocationOf(records(100 + fillings));
    Object.assign(invocation.records[5] ?? {}, { recordId: '5'.repeat(1 + (room % 4)) });
    return run(invocation);
  }

  test.each([
    [-1, ['1', '2', '3', '4', '5', 'BAD_JSON']],
    [0, ['1', '2', '3', '4', '5', 'BAD_JSON']],
  ])('is none with %i bytes more than 6,291,556', async (more, fates) => {
    const ran = await fill(more);

    expect(fatesOf(ran)).toEqual(fates);
    expect(bytesOf(ran)).toBe(6_291_556 + more);
  });

  test('is one with 1 byte more than 6,291,556: first the bytes of what failed go', async () => {
    const ran = await fill(1);

    expect(fatesOf(ran)).toEqual(['1', '2', '3', '4', '5', 'BAD_JSON']);
    expect(ran.answers[5]?.data).toBeUndefined();
    expect(bytesOf(ran)).toBe(6_291_556 + 1 - ',"data":"eA=="'.length);
  });
});

describe('A row that is too large', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `i-${`${index}`.padStart(8, '0')}`);
  const withInstances = (id: string, filling: number) =>
    trailRecord(id, {
      requestParameters: { instancesSet: { items: ids.map((instanceId) => ({ instanceId })) } },
      errorMessage: 'x'.repeat(filling),
    });
  // A response of 8,224 bytes holds an answer of 5,400 bytes of lines.
  const limits = { ...firehoseLimits, maxResponseBytes: 8224 };
  const rowBytes = async (filling: number) => {
    const { answers } = await runRecords([withInstances('r', filling)]);
    const [row] = answers[0]?.rows ?? [];
    const { instances, ...bare } = row ?? {};
    return { whole: JSON.stringify(row).length + 1, bare: JSON.stringify(bare).length + 1 };
  };

  test.each([
    ['is one byte smaller than a response can hold', -1],
    ['is just as large as a response can hold', 0],
  ])('keeps its instances where it %s', async (_, more) => {
    const { whole } = await rowBytes(0);

    const { answers } = await runRecords([withInstances('r', 5400 + more - whole)], { limits });

    expect(answers[0]?.rows?.[0]?.instances).toHaveLength(30);
  });

  test('goes without its instances where it is one byte larger', async () => {
    const { whole } = await rowBytes(0);

    const { answers } = await runRecords([withInstances('r', 5401 - whole)], { limits });

    expect(answers[0]?.result).toBe('Ok');
    expect(answers[0]?.rows?.[0]?.instances).toBeUndefined();
    expect(answers[0]?.rows?.[0]?.instance_count).toBe(30);
  });

  test('fails where it is one byte larger even so, as itself', async () => {
    const { bare } = await rowBytes(0);
    const fits = withInstances('r', 5400 - bare);
    const tooLarge = withInstances('r', 5401 - bare);

    const ran = await runRecords([tooLarge], { limits });
    const mixed = await runToEnd([`${a}\n${tooLarge}`], { limits });

    expect(fatesOf(await runRecords([fits], { limits }))).toEqual(['r']);
    expect(fatesOf(ran)).toEqual(['TOO_LARGE']);
    expect(ran.summary).toMatchObject({ events: 1, eventsFailed: 1 });
    expect(mixed.map(fatesOf)).toEqual([['put again'], ['a', 'TOO_LARGE']]);
  });
});

describe('A carrier', () => {
  test('from somebody else is believed within bounds', async () => {
    const forged = (timesPut: number, arrivedMs: number, payload: string | Uint8Array) =>
      carry({ timesPut, arrivedMs, payload: Buffer.from(payload) });

    const ran = await runRecords([
      forged(1, 0, a),
      forged(9, arrivalMs, a),
      forged(1, arrivalMs, 'oops'),
      forged(0, arrivalMs, a + busEvent('s3', { source: 'aws.s3' })),
    ]);

    expect(fatesOf(ran)).toEqual(['a', 'a', 'BAD_JSON', 'TOO_OFTEN']);
    expect(ran.answers[0]?.rows?.[0]?.arrival_time).toBe('2026-11-20 12:00:00.000');
    expect(ran.summary.carried).toBe(4);
  });

  test('in a carrier is no event, and the event behind it is', async () => {
    const inner = carry({ timesPut: 1, arrivedMs: 0, payload: Buffer.from(a) });

    const rounds = await runToEnd([carry({ timesPut: 1, arrivedMs: arrivalMs, payload: inner })]);

    expect(rounds.map(fatesOf)).toEqual([['put again'], ['a', 'NOT_AN_EVENT']]);
  });

  test('that is gzipped is none of ours: its line is no event', async () => {
    const zipped = gzipSync(carry({ timesPut: 1, arrivedMs: arrivalMs, payload: Buffer.from(a) }));

    const rounds = await runToEnd([zipped]);

    expect(rounds.map(fatesOf)).toEqual([['put again'], ['a', 'NOT_AN_EVENT']]);
  });

  test('may hold gzip, also of many events', async () => {
    const payload = gzipSync(`${a}\n${b}`);

    expect(
      fatesOf(await runRecords([carry({ timesPut: 3, arrivedMs: arrivalMs, payload })])),
    ).toEqual(['a,b']);
  });
});

describe('A record arrives', () => {
  test.each([
    ['now', undefined],
    ['now', null],
    ['now', Number.NaN],
    ['now', -1],
    ['now', 253_402_300_800_000],
    ['now', '1795168800000'],
    ['then, in whole milliseconds', arrivalMs - 1000 + 0.7],
  ])('%s, where Firehose says %p', async (when, arrival) => {
    const s3 = busEvent('s3', { source: 'aws.s3' });
    const nowMs = arrivalMs + 5;

    const ran = await runRecords([a, a + s3], { arrivalOf: () => arrival, nowMs });

    const expected = when === 'now' ? nowMs : arrivalMs - 1000;
    expect(ran.answers[0]?.rows?.[0]?.arrival_time).toBe(
      new Date(expected).toISOString().replace('T', ' ').replace('Z', ''),
    );
    expect(carriersIn(ran).map(({ arrivedMs }) => arrivedMs)).toEqual([expected, expected]);
  });
});

describe('A batch that would keep more than it may in memory', () => {
  const padded = (id: string, bytes: number, more: object = {}) =>
    busEvent(id, { detail: { padding: 'x'.repeat(bytes) }, ...more });
  const zipped = (...texts: string[]) => gzipSync(texts.join('\n'));
  const payloadsIn = ({ taken }: Ran) => taken.map((bytes) => uncarry(bytes, arrivalMs).payload);

  test('puts again, as it came, what it has no memory for, and reads it in the next', async () => {
    const records = [1, 2, 3, 4].map((id) => zipped(padded(`${id}`, 2000)));

    const rounds = await runToEnd(records, { limits: { maxKeptBytes: 12_000 } });

    expect(rounds.map(fatesOf)).toEqual([
      ['1', '2', 'put again', 'put again'],
      ['3', '4'],
    ]);
    expect(payloadsIn(rounds[0] as Ran)).toEqual(records.slice(2));
  });

  test('reads the first, whatever it keeps', async () => {
    const rounds = await runToEnd([zipped(a, b), zipped(c), b], { limits: { maxKeptBytes: 1 } });

    expect(rounds.map(fatesOf)).toEqual([['a,b', 'put again', 'b'], ['c']]);
  });

  test('lets one fail as it came that no carrier holds: what is gzipped twice is never read', async () => {
    // Stored, as some writers of gzip do: gzip again would make less of it.
    const large = gzipSync(padded('x', 2000), { level: 0 });

    const ran = await runRecords([zipped(a), large], {
      limits: { maxKeptBytes: 1, maxRecordBytes: large.length },
    });

    expect(fatesOf(ran)).toEqual(['a', 'TOO_LARGE']);
    expect(ran.answers[1]?.data).toBe(large.toString('base64'));
  });

  test('counts unpacked bytes, lines and documents', async () => {
    const limits = { maxKeptBytes: 12_000 };
    const documents = (count: number) =>
      zipped(...Array(count).fill('{"source":"x","detail-type":"x"}'));
    const besides = async (record: Uint8Array) =>
      fatesOf(await runRecords([record, zipped(a)], { limits }))[1];

    expect(await besides(zipped(a, ' '.repeat(7_000)))).toBe('a');
    expect(await besides(zipped(a, ' '.repeat(10_000)))).toBe('put again');
    expect(await besides(zipped(padded('x', 3_000)))).toBe('a');
    expect(await besides(zipped(padded('x', 5_000)))).toBe('put again');
    expect(await besides(documents(5))).toBe('a');
    expect(await besides(documents(10))).toBe('put again');
    expect(await besides(zipped(a, ...Array(5).fill('1')))).toBe('a');
    expect(await besides(zipped(a, ...Array(10).fill('1')))).toBe('put again');
    // Also where nothing would be kept of the one that is too much.
    const [, , blank] = fatesOf(
      await runRecords([zipped(a), zipped(b), zipped(' '.repeat(10_000))], { limits }),
    );
    expect(blank).toBe('put again');
  });

  test('keeps 64 MiB: what two records may be unpacked to, and no third', async () => {
    const large = (id: string) =>
      gzipSync(
        [
          busEvent(id, { detail: noise(180_000).toString('hex') }),
          Buffer.alloc(31 * 1024 * 1024, ' '),
        ].join(''),
      );

    const ran = await runRecords([large('1'), large('2'), large('3'), a]);

    expect(fatesOf(ran)).toEqual(['1', '2', 'put again', 'a']);
  });

  test('counts rows that wait for tags, by their instances', async () => {
    const limits = { maxKeptBytes: 40_000 };
    const withInstances = (count: number, padding = '') => {
      const items = Array.from({ length: count }, (_, id) => ({
        instanceId: `i-${10_000_000 + id}`,
      }));
      return zipped(trailRecord('i', { requestParameters: { instancesSet: { items }, padding } }));
    };

    const besides = async (...row: Parameters<typeof withInstances>) =>
      fatesOf(await runRecords([withInstances(...row), zipped(padded('a', 5_000))], { limits }))[1];

    expect(await besides(10)).toBe('a');
    expect(await besides(60)).toBe('put again');
    expect(await besides(1, 'x'.repeat(3_000))).toBe('a');
    expect(await besides(1, 'x'.repeat(7_000))).toBe('put again');
  });

  test('has given back what a record took that leaves nothing', async () => {
    const nothing = [
      zipped(' '.repeat(9_000)),
      zipped('[]', ' '.repeat(9_000)),
      zipped(`{"no":"event","padding":"${'x'.repeat(9_000)}"}`),
      zipped(...Array(200).fill('oops')),
      zipped(subscriptionRecord(['x'.repeat(9_000)], 'CONTROL_MESSAGE')),
      zipped(padded('x', 9_000), ...Array(5).fill('1')),
    ];

    const ran = await runRecords([...nothing, zipped(padded('a', 3_000))], {
      limits: { maxKeptBytes: 10_000, maxBadDocuments: 4 },
    });

    expect(fatesOf(ran)).toEqual([
      'empty',
      'empty',
      'NOT_AN_EVENT',
      'BAD_JSON',
      'control',
      'NOT_AN_EVENT',
      'a',
    ]);
  });

  test('leaves a plain record of one event alone, and puts one of several again whole', async () => {
    const several = `${a}\n${b}`;

    const ran = await runRecords([zipped(padded('x', 9_000)), zipped(c), a, several, b], {
      limits: { maxKeptBytes: 12_000 },
    });

    expect(fatesOf(ran)).toEqual(['x', 'put again', 'a', 'put again', 'b']);
    expect(payloadsIn(ran)).toEqual([zipped(c), Buffer.from(several)]);
  });

  test('does not unpack any more: what is no gzip waits, too', async () => {
    const broken = zipped(a).subarray(0, 30);

    const ran = await runRecords([broken, zipped(padded('x', 9_000)), zipped(c), broken], {
      limits: { maxKeptBytes: 12_000 },
    });

    expect(fatesOf(ran)).toEqual(['BAD_GZIP', 'x', 'put again', 'put again']);
  });

  test('does not unpack any more where it has unpacked as much as it may, though it kept nothing', async () => {
    const blank = zipped(' '.repeat(8_000));
    const lists = zipped('[]'.repeat(30));

    // Blanks take 1,000 to unpack and 8,000 to be seen that they are no event; lists take 64 each.
    const limits = { maxDocumentBytes: 8_000, maxUnzipRatio: 1, maxReadWork: 18_000 };
    const blanks = await runRecords([blank, blank, blank, zipped(a), b], { limits });
    const parts = await runRecords([lists, blank, blank, b], { limits });

    expect(fatesOf(blanks)).toEqual(['empty', 'empty', 'put again', 'put again', 'b']);
    expect(fatesOf(parts)).toEqual(['empty', 'empty', 'put again', 'b']);
  });

  test('reads what was put again most often first', async () => {
    const carried = [1, 3, 2].map((timesPut) =>
      carry({ timesPut, arrivedMs: arrivalMs, payload: zipped(padded(`${timesPut}`, 2000)) }),
    );

    const ran = await runRecords([zipped(padded('x', 9_000)), ...carried], {
      limits: { maxKeptBytes: 12_000 },
    });

    expect(fatesOf(ran)).toEqual(['put again', 'put again', '3', '2']);
  });

  test('puts again what was put again most often first', async () => {
    const carried = [1, 2].map((timesPut) =>
      carry({
        timesPut,
        arrivedMs: arrivalMs,
        payload: Buffer.from(a + busEvent('b', { source: 's' })),
      }),
    );
    let room = 2;
    const putBatch: PutBatch = async (_arn, records) =>
      records.map(() => (room-- > 0 ? 'accepted' : throttled));

    expect(fatesOf(await runRecords(carried, { putBatch }))).toEqual(['NOT_ACCEPTED', 'put again']);
  });

  test('fails what finds no memory at its last attempt, with a code that says so', async () => {
    const last = carry({ timesPut: 3, arrivedMs: arrivalMs, payload: zipped(padded('x', 9_000)) });

    const ran = await runRecords([last, last], { limits: { maxKeptBytes: 12_000 } });

    expect(fatesOf(ran)).toEqual(['x', 'TOO_OFTEN']);
    expect(failures.TOO_OFTEN.cause).toContain('memory');
  });

  test('keeps of a record with more lines than an answer holds their sizes only', async () => {
    const many = Array.from({ length: 40 }, (_, id) =>
      busEvent(`${id}`, {
        'detail-type': 'EC2 Instance State-change Notification',
        detail: {
          padding: 'x'.repeat(700),
          ...(id % 2 === 0 && { 'instance-id': 'i-0abc123def4567890' }),
        },
      }),
    );
    // A carrier may hold 1,866 bytes of lines: no two of these.
    const limits = { maxResponseBytes: 6000, maxKeptBytes: 110_000 };

    const ran = await runRecords([zipped(...many), zipped(padded('x', 500))], { limits });

    expect(fatesOf(ran)).toEqual(['put again', 'x']);
    expect(ran.summary).toMatchObject({ events: 41, eventsPutAgain: 40, rows: 1 });
    expect(carriersIn(ran).map(({ text }) => text.split('\n').length)).toEqual(Array(40).fill(1));
  });
});

describe('Whoever names an instance', () => {
  const id = 'i-0abc123def4567890';
  const call = { requestParameters: { instanceId: id } };
  const records = [
    busEvent('changed', {
      'detail-type': 'EC2 Instance State-change Notification',
      detail: { 'instance-id': id, state: 'stopped' },
    }),
    trailRecord('succeeded', call),
    trailRecord('failed', { ...call, errorCode: 'AccessDenied' }),
    busEvent('custom', { source: 'my.app', resources: [id] }),
  ];

  test.each<[how: string, encode: (event: string) => string | Uint8Array]>([
    ['plain', (event) => event],
    ['with a key that leaves the one pass', (event) => event.replace('{', '{"\\u0061":1,')],
    ['gzipped', (event) => gzipSync(event)],
  ])('is told to the look-ups alike, %s', async (_, encode) => {
    const tags: Tags = {
      ...noTags,
      async answer(requests) {
        return requests.map(({ namedBy }) => {
          const tags = tagSetOf([['namedBy', namedBy]]);
          return { status: 'found', tags, source: 'lookup', timeMs: arrivalMs };
        });
      },
    };

    const ran = await runRecords(records.map(encode), { tags });

    const named = ran.answers.map(({ rows }) => rows?.[0]?.instances?.[0]?.tags?.namedBy);
    expect(named).toEqual(['aws', 'aws', 'failed call', 'others']);
  });
});

describe('Tags that are not there for a bug of ours', () => {
  const withInstance = trailRecord('i', {
    requestParameters: { instanceId: 'i-0abc123def4567890' },
  });
  const answers: [how: string, answer: Tags['answer']][] = [
    ['rejects', async () => Promise.reject(new TypeError('secret'))],
    [
      'throws',
      () => {
        throw new TypeError('secret');
      },
    ],
  ];

  test.each(answers)('cost no record anything: who knows them %s', async (_, answer) => {
    const ran = await runRecords([withInstance, a, withInstance], { tags: { ...noTags, answer } });

    expect(fatesOf(ran)).toEqual(['i', 'a', 'i']);
    expect(ran.answers[0]?.rows?.[0]?.instances).toEqual([
      { instance_id: 'i-0abc123def4567890', tag_status: 'failed' },
    ]);
    expect(ran.summary.tags).toEqual({ failed: 2 });
    expect(bugsIn(ran)).toEqual([expect.stringMatching(/^TypeError\n {4}at .*transform\.test/)]);
    expect(bugsIn(ran).join()).not.toContain('secret');
  });

  test('are no bug where they are there', async () => {
    expect(bugsIn(await runRecords([withInstance]))).toEqual([]);
  });
});

describe('The function answers', () => {
  test('no record with none', async () => {
    const { response, summary } = await runRecords([]);

    expect(response).toEqual({ records: [] });
    expect(summary).toMatchObject({ records: 0, events: 0 });
  });

  test('each of two records of one id: Firehose keeps both, where one answer might lose one', async () => {
    const invocation = invocationOf([a, b]);
    Object.assign(invocation.records[1] ?? {}, { recordId: '0' });

    const { response } = await run(invocation);

    expect(response.records.map(({ recordId, result }) => `${recordId} ${result}`)).toEqual([
      '0 Ok',
      '0 Ok',
    ]);
  });

  test('an invocation that is none with what to invoke it with', async () => {
    const invocation = { Records: [] } as unknown as Parameters<typeof run>[0];

    await expect(run(invocation)).rejects.toBeInstanceOf(InvocationError);
  });

  test('records for which there is no time, before it ends', async () => {
    let left = defaultLimits.reserveMs + 1;
    const ran = await runRecords([a, b, c, 'oops'], { remainingMs: () => left-- });

    expect(fatesOf(ran)).toEqual(['a', 'b', 'OUT_OF_TIME', 'OUT_OF_TIME']);
    expect(ran.answers[2]?.data).toBe(Buffer.from(c).toString('base64'));
  });
});

/** Bytes that gzip makes nothing of, the same ones every time. */
function noise(bytes: number): Buffer {
  const noise = Buffer.alloc(bytes);
  let state = 1;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    noise[at] = state >> 16;
  }
  return noise;
}
