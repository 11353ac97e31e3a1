import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { carrierOverhead, uncarry } from '../../../src/firehose/carrier.ts';
import { firehoseLimits } from '../../../src/firehose/limits.ts';
import { type Item, pack } from '../../../src/firehose/pack.ts';

const journey = { timesPut: 1, arrivedMs: 1795168800000 };
const overhead = carrierOverhead(journey);

const itemOf = (text: string, lineBytes = text.length): Item => ({
  bytes: Buffer.from(text),
  lineBytes,
});

const roomFor = (payloadBytes: number) => ({
  maxRecordBytes: overhead + payloadBytes,
  maxLineBytes: 1000,
});

/** The payloads of carriers, as text. */
const payloadsOf = (carriers: readonly Uint8Array[] | undefined) =>
  carriers?.map((carrier) => {
    const { payload, ...rest } = uncarry(carrier, journey.arrivedMs);
    expect(rest).toEqual(journey);
    const isZipped = payload[0] === 0x1f;
    return `${isZipped ? 'gzip ' : ''}${Buffer.from(isZipped ? gunzipSync(payload) : payload)}`;
  });

describe('pack', () => {
  test('puts documents that fit together into one carrier, a line each', () => {
    const carriers = pack([itemOf('{"a":1}'), itemOf('{"b":2}')], journey, roomFor(15));

    expect(payloadsOf(carriers)).toEqual(['{"a":1}\n{"b":2}']);
  });

  test('halves what does not fit a record, in order', () => {
    const items = ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee'].map((text) => itemOf(text));

    expect(payloadsOf(pack(items, journey, roomFor(14)))).toEqual([
      'aaaa\nbbbb\ncccc',
      'dddd\neeee',
    ]);
    expect(payloadsOf(pack(items, journey, roomFor(13)))).toEqual([
      'aaaa\nbbbb',
      'cccc',
      'dddd\neeee',
    ]);
    expect(payloadsOf(pack(items, journey, roomFor(4)))).toHaveLength(5);
  });

  test('halves what would make more lines than may be', () => {
    const items = ['a', 'b', 'c'].map((text) => itemOf(text, 400));

    expect(payloadsOf(pack(items, journey, { ...roomFor(100), maxLineBytes: 1200 }))).toEqual([
      'a\nb\nc',
    ]);
    expect(payloadsOf(pack(items, journey, { ...roomFor(100), maxLineBytes: 1199 }))).toEqual([
      'a\nb',
      'c',
    ]);
  });

  test('gzips a document that is too large, and never several together', () => {
    const zeros = '0'.repeat(200);
    const items = [itemOf(zeros), itemOf('b'), itemOf(zeros)];

    expect(payloadsOf(pack(items, journey, roomFor(199)))).toEqual([
      `gzip ${zeros}`,
      'b',
      `gzip ${zeros}`,
    ]);
  });

  test('takes a single document whatever its line: no other carrier would do it better', () => {
    expect(payloadsOf(pack([itemOf('a', 5000)], journey, roomFor(10)))).toEqual(['a']);
  });

  test('gives up where one document does not fit, even gzipped', () => {
    const noise = itemOf(randomBytes(300).toString('latin1'));

    expect(pack([itemOf('a'), noise], journey, roomFor(100))).toBeUndefined();
  });

  test('of nothing makes nothing', () => {
    expect(pack([], journey, roomFor(10))).toEqual([]);
  });

  test.each([
    ['one byte less than a record holds', -1, false],
    ['what a record holds', 0, false],
    ['one byte more', 1, true],
  ])('carries %s; gzipped: %p', (_, more, isZipped) => {
    // Prepare
    const { maxRecordBytes } = firehoseLimits;
    const document = Buffer.alloc(maxRecordBytes - overhead + more, '1');
    const limits = { maxRecordBytes, maxLineBytes: Number.POSITIVE_INFINITY };

    // Act
    const [carrier] = pack([{ bytes: document, lineBytes: 1 }], journey, limits) ?? [];

    // Assess
    expect(maxRecordBytes).toBe(1_024_000);
    expect(carrier?.length).toBeLessThanOrEqual(maxRecordBytes);
    expect(uncarry(carrier as Uint8Array, journey.arrivedMs).payload[0] === 0x1f).toBe(isZipped);
    if (!isZipped) expect(carrier).toHaveLength(maxRecordBytes + more);
  });
});
