import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultLimits, type Limits } from '../../src/batch/limits.ts';
import { jsonTextValue } from '../support/arbitraries.ts';
import { transformCounted } from '../support/counted-work.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { recordBytes } from '../support/record-arbitraries.ts';
import {
  busEvent,
  invocationOf,
  subscriptionRecord,
  trailRecord,
} from '../support/transform-fixture.ts';

/** Law 10: work is charged before it is done, so what is charged bounds what is done. */

const idOf = (index: number) => `i-${`${index}`.padStart(8, '0')}`;

/** Documents of which small ones cost much, by their size. */
const documents: Readonly<Record<string, (size: number, text: string) => string>> = {
  instances: (size) =>
    busEvent('x', { resources: Array.from({ length: size }, (_, n) => idOf(n % 40)) }),
  'tag change': (size, text) =>
    busEvent('x', {
      source: 'aws.tag',
      'detail-type': 'Tag Change on Resource',
      resources: [`arn:aws:ec2:eu-west-1:123456789012:instance/${idOf(size % 40)}`],
      detail: { tags: Object.fromEntries(Array.from({ length: size }, (_, n) => [`${n}`, text])) },
    }),
  'tag call': (size, text) =>
    trailRecord('x', {
      eventName: 'CreateTags',
      requestParameters: {
        resourcesSet: { items: Array.from({ length: size }, (_, n) => ({ resourceId: idOf(n) })) },
        tagSet: { items: [{ key: 'k', value: text }] },
      },
    }),
  'escaped keys': (size) => `{"source":"a","detail-type":"b",${'"\\n":1.0,'.repeat(size)}"z":0}`,
  nested: (size) =>
    busEvent('x', { detail: 0 }).replace(/0}$/, `${'['.repeat(size)}${']'.repeat(size)}}`),
  'unknown keys': (size, text) =>
    busEvent('x', Object.fromEntries(Array.from({ length: size }, (_, n) => [`${n}${text}`, n]))),
  'no event': (_, text) => JSON.stringify(text),
  scalars: (size) => '1 '.repeat(size),
  members: (size) =>
    `{${'"":1,'.repeat(size)}"messageType":"DATA_MESSAGE","logEvents":[{"message":"1"}]}`,
};

const document = fc
  .record({
    kind: fc.constantFrom(...Object.keys(documents)),
    size: fc.integer({ min: 0, max: 120 }),
    text: fc.constantFrom('', 'x', '\u0001', '€', '"\\"', 'x'.repeat(300), '\u0001'.repeat(300)),
  })
  .map(({ kind, size, text }) => documents[kind]?.(size, text) ?? '');

/** Documents in lists, files and messages, again and again, plain or gzipped. */
const hostileRecord = fc
  .record({
    document: fc.oneof({ weight: 6, arbitrary: document }, { weight: 1, arbitrary: jsonTextValue }),
    copies: fc.integer({ min: 1, max: 12 }),
    around: fc.array(fc.constantFrom('list', 'file', 'messages'), { maxLength: 5 }),
    isZipped: fc.boolean(),
  })
  .map(({ document, copies, around, isZipped }) => {
    const inside = Array<string>(copies).fill(document);
    const text = around.reduce((text, shape, level) => {
      const values = level === 0 ? inside : [text];
      if (shape === 'messages') return subscriptionRecord(values);
      return shape === 'list' ? `[${values.join()}]` : `{"Records":[${values.join()}]}`;
    }, inside.join('\n'));
    return isZipped ? gzipSync(text) : Buffer.from(text);
  });

const batch = fc.record({
  records: fc.array(
    fc.oneof({ weight: 5, arbitrary: hostileRecord }, { weight: 1, arbitrary: recordBytes }),
    { minLength: 1, maxLength: 6 },
  ),
  limits: fc.oneof(
    fc.constant({}),
    fc.record({
      maxReadWork: fc.integer({ min: 1_000, max: 60_000 }),
      maxRecordWork: fc.integer({ min: 1_000, max: 60_000 }),
      maxDocumentBytes: fc.integer({ min: 500, max: 8_000 }),
      maxResponseBytes: fc.integer({ min: 4_000, max: 20_000 }),
    }),
  ),
});

async function holds({
  records,
  limits: given,
}: {
  readonly records: readonly Uint8Array[];
  readonly limits: Partial<Limits>;
}): Promise<void> {
  const invocation = invocationOf(records);
  const limits = { ...defaultLimits, ...given };

  const { transformed, counted } = await transformCounted(invocation, { limits });

  const { work, response } = transformed;
  expect(response.records).toHaveLength(records.length);
  // The first document of a plain record is read whatever the budget says: five times in files, and with an
  // instance for each dozen bytes.
  const bytes = records.reduce((sum, { length }) => sum + length, 0);
  expect(work).toBeLessThanOrEqual(limits.maxReadWork + 40 * bytes + 100 * records.length);
  // Plain events are not charged: what they take is bounded by the invocation.
  // What the one pass leaves is read a second time.
  expect(counted.decoded).toBeLessThanOrEqual(2 * work + 4 * bytes);
  expect(counted.parsed).toBeLessThanOrEqual(2 * work + 4 * bytes);
  // Ids, sizes and answers are written for each record, and its bytes where it fails.
  const answered = limits.maxResponseBytes + 4 * bytes + 500 * records.length;
  expect(counted.written).toBeLessThanOrEqual(8 * work + 2 * answered);

  const again = await transformCounted(invocation, { limits });
  expect(again.transformed.work).toBe(work);
}

test('law 10: what is decoded, parsed and written is bounded by the work that is charged', () =>
  fc.assert(fc.asyncProperty(batch, holds), { numRuns: propertyRuns }));
