import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arrivalOf } from '../../../../local/stream/arrival.ts';
import { carry } from '../../../../src/firehose/carrier.ts';
import { epochMsOf, toRowTime } from '../../../../src/rows/time.ts';
import { propertyRuns } from '../../../support/property-runs.ts';

const noon = '2026-11-20T12:00:00Z';
const noonMs = Date.parse(noon);
const text = (json: string) => Buffer.from(json);

describe('A record arrives', () => {
  test.each([
    [
      'when the first event of a subscription record was logged',
      `{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":"x","timestamp":${noonMs}}]}`,
    ],
    [
      'by the first of several subscription records that has a time',
      `{"messageType":"DATA_MESSAGE","logEvents":[]}{"logEvents":[{"timestamp":${noonMs}}]}` +
        '{"logEvents":[{"timestamp":1}]}',
    ],
    ['when its EventBridge event happened', `{"id":"1","time":"${noon}","detail":{}}`],
    ['when its CloudTrail record happened', `{"eventVersion":"1.11","eventTime":"${noon}"}`],
    [
      'by the envelope, not by what it wraps',
      `{"detail":{"eventTime":"2020-01-01T00:00:00Z","time":"2021-01-01T00:00:00Z"},"time":"${noon}"}`,
    ],
    ['by `time` where it has both', `{"eventTime":"2020-01-01T00:00:00Z","time":"${noon}"}`],
    ['by the other where one is unusable', `{"time":"yesterday","eventTime":"${noon}"}`],
    ['by the last where one is there twice', `{"time":"2020-01-01T00:00:00Z","time":"${noon}"}`],
    ['in UTC', '{"time":"2026-11-20T13:00:00+01:00"}'],
    ['by its first event where it has many', `{"time":"${noon}"}\n{"time":"2020-01-01T00:00:00Z"}`],
    ['by the first event of an array', ` [ {"time":"${noon}"},{"time":"2020-01-01T00:00:00Z"}]`],
    ['by the first record of a CloudTrail file', `{"Records":[{"eventTime":"${noon}"}]}`],
    [
      'by the first event that has a time, also behind what is broken',
      `{"x": oops},\n{"time":7},{"time":"${noon}"},{"time":"2020-01-01T00:00:00Z"}]`,
    ],
    [
      'by the first event in lists in lists',
      `[[{"time":"${noon}"}],[{"time":"2020-01-01T00:00:00Z"}]]`,
    ],
    ['by its event behind a byte order mark', `\u{feff}{"time":"${noon}"}`],
    ['by keys that are spelt with escapes', `{"\\u0074ime":"2026-11-20T12:00:00\\u005a"}`],
    ['when its event happened, as far as it is not cut', `{"time":"${noon}","detail":{"a":`],
    [
      'by its event, whatever its texts say',
      `{"a":"\\"time\\":\\"2020-01-01T00:00:00Z\\"}","b":{"time":[]},"time":"${noon}"}`,
    ],
  ])('%s', (_, json) => {
    expect(arrivalOf(text(json))).toBe(noonMs);
    expect(arrivalOf(gzipSync(text(json)))).toBe(noonMs);
  });

  test('by what is there of a gzipped event that is cut', () => {
    const packed = gzipSync(text(`{"time":"${noon}","detail":"${'x'.repeat(5000)}"}`));

    expect(arrivalOf(packed.subarray(0, packed.length - 9))).toBe(noonMs);
  });

  test('when a carrier says', () => {
    const payload = text('{"time":"2020-01-01T00:00:00Z"}');

    expect(arrivalOf(carry({ timesPut: 2, arrivedMs: noonMs + 7, payload }))).toBe(noonMs + 7);
  });

  test.each([
    ['is empty', ''],
    ['has log events without one', '{"logEvents":[]}'],
    ['has log events of another form', '{"logEvents":[{"timestamp":"1795168800000"}]}'],
    ['has log events that are cut', '{"logEvents":[{"timestamp":1795168800000}'],
    ['has no time', '{"id":"1"}'],
    ['has a time that is a number', '{"time":1795168800000}'],
    ['has a time that is null', '{"time":null}'],
    ['has a text first and then no text', `{"time":"${noon}","time":{"a":1}}`],
    ['has a text first and then a number', `{"time":"${noon}","time":7}`],
    ['is no object', `"${noon}"`],
    ['is an array of arrays', `[["${noon}"]]`],
    ['is a text', `time: ${noon}`],
    ['has a time before 1970', '{"time":"1969-12-31T23:59:59Z"}'],
    ['has a broken escape', '{"time":"2026-11-20T12:00:00\\q"}'],
    ['only starts like gzip', '\x1f\x8b nothing'],
  ])('in 1970 where it %s', (_, bytes) => {
    expect(arrivalOf(Buffer.from(bytes, 'latin1'))).toBe(0);
  });

  test('as a parser would say, for every JSON object', () => {
    const time = fc.oneof(fc.constantFrom(noon, '2026-02-30T00:00:00Z', ''), fc.jsonValue());
    const member = fc.tuple(
      fc.oneof(fc.constantFrom('time', 'eventTime', 'detail'), fc.string()),
      time,
    );
    const object = fc.array(member).map((members) => ({
      json: `{${members.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(' ,')}}`,
    }));

    fc.assert(
      fc.property(object, ({ json }) => {
        const { time: first, eventTime: second } = JSON.parse(json);
        const expected = [first, second]
          .map((value) => (typeof value === 'string' ? toRowTime(value) : undefined))
          .find((value) => value !== undefined);
        expect(arrivalOf(text(json))).toBe(expected === undefined ? 0 : epochMsOf(expected));
      }),
      { numRuns: propertyRuns },
    );
  });

  test('at some time, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(Number.isInteger(arrivalOf(bytes))).toBe(true);
      }),
      { numRuns: propertyRuns },
    );
  });
});
