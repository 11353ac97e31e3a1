import { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { carrierOverhead, carry, maxTimesPut, uncarry } from '../../../src/firehose/carrier.ts';

const arrivalMs = Date.UTC(2026, 10, 20, 12);
const dayMs = 24 * 60 * 60 * 1000;
const payload = Buffer.from('{"a":1}');

const carrierOf = (timesPut: unknown, arrived: unknown, rest = '{"a":1}') =>
  Buffer.from(`{"eventlake":{"attempt":${timesPut},"arrived":${arrived}}}\n${rest}`);

describe('A carrier', () => {
  test('is one line of ours, then the bytes as they were', () => {
    const bytes = carry({ timesPut: 1, arrivedMs: 1795168800000, payload });

    expect(Buffer.from(bytes).toString()).toBe(
      '{"eventlake":{"attempt":1,"arrived":1795168800000}}\n{"a":1}',
    );
    expect(bytes).toHaveLength(
      payload.length + carrierOverhead({ timesPut: 1, arrivedMs: 1795168800000 }),
    );
  });

  test.each([1, 2, 3])('is taken off again, after attempt %i', (timesPut) => {
    const arrivedMs = arrivalMs - 60_000;
    const bytes = carry({ timesPut, arrivedMs, payload: gzipSync(payload) });

    expect(uncarry(bytes, arrivalMs)).toEqual({ timesPut, arrivedMs, payload: gzipSync(payload) });
  });

  test('may be empty', () => {
    expect(uncarry(carrierOf(1, arrivalMs, ''), arrivalMs)).toMatchObject({
      timesPut: 1,
      payload: Buffer.alloc(0),
    });
  });

  test.each([0, -1, 4, 5, 1000, '99999999999999999999', '1'.repeat(900), `-${'1'.repeat(21)}`])(
    'with attempt %s has made the last attempt',
    (timesPut) => {
      expect(uncarry(carrierOf(timesPut, arrivalMs), arrivalMs).timesPut).toBe(maxTimesPut);
    },
  );

  test.each([
    ['now', 0, 0],
    ['a day before', dayMs, dayMs],
    ['a day and a millisecond before', dayMs + 1, 0],
    ['a millisecond later', -1, 0],
    ['in 1970', arrivalMs, 0],
  ])('that says to have arrived %s is believed as far as can be', (_, beforeMs, believedMs) => {
    const carried = uncarry(carrierOf(1, arrivalMs - beforeMs), arrivalMs);

    expect(carried.arrivedMs).toBe(arrivalMs - believedMs);
  });

  test('in a carrier is only taken off once', () => {
    const inner = carrierOf(1, arrivalMs - 1);
    const bytes = carry({ timesPut: 2, arrivedMs: arrivalMs - 2, payload: inner });

    expect(uncarry(bytes, arrivalMs)).toEqual({
      timesPut: 2,
      arrivedMs: arrivalMs - 2,
      payload: inner,
    });
  });
});

describe('No carrier is', () => {
  test.each([
    ['nothing', ''],
    ['an event', '{"a":1}'],
    ['the start of one', '{"eventlake":{"attempt":1,'],
    ['one without a newline', '{"eventlake":{"attempt":1,"arrived":1}}'],
    ['one with another end of line', '{"eventlake":{"attempt":1,"arrived":1}}\r\n{}'],
    ['one with white space', '{"eventlake":{"attempt": 1,"arrived":1}}\n{}'],
    ['one with more in it', '{"eventlake":{"attempt":1,"arrived":1,"x":1}}\n{}'],
    ['one in another order', '{"eventlake":{"arrived":1,"attempt":1}}\n{}'],
    ['one with a broken attempt', '{"eventlake":{"attempt":1.5,"arrived":1}}\n{}'],
    ['one with an arrival before 1970', '{"eventlake":{"attempt":1,"arrived":-1}}\n{}'],
    [
      'one with an arrival of 16 digits',
      '{"eventlake":{"attempt":1,"arrived":1795168800000000}}\n',
    ],
    ['one behind white space', ' {"eventlake":{"attempt":1,"arrived":1}}\n{}'],
    ['one behind a byte order mark', '\ufeff{"eventlake":{"attempt":1,"arrived":1}}\n{}'],
  ])('%s', (_, text) => {
    const bytes = Buffer.from(text);

    expect(uncarry(bytes, arrivalMs)).toEqual({
      timesPut: 0,
      arrivedMs: arrivalMs,
      payload: bytes,
    });
  });

  test('one that is gzipped: ours has its line in plain', () => {
    const bytes = gzipSync(carrierOf(1, arrivalMs));

    expect(uncarry(bytes, arrivalMs).timesPut).toBe(0);
  });
});
