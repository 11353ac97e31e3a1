import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../../../src/batch/limits.ts';
import { type CountedWork, transformCounted } from '../../support/counted-work.ts';
import { escapedKeys, packed, tagFlood } from '../../support/hostile-batches.ts';
import { busEvent, invocationOf } from '../../support/transform-fixture.ts';

const megabyte = 1024 * 1024;
const good = Array.from({ length: 100 }, (_, index) => busEvent(`good ${index}`));

/** Takes records between good events, all of which have to become rows. */
async function take(...records: readonly (string | Uint8Array)[]) {
  const invocation = invocationOf([...good, ...records, ...good]);
  const { transformed, counted } = await transformCounted(invocation);
  const { outcomes, work } = transformed;
  const ofGood = [...outcomes.slice(0, 100), ...outcomes.slice(-100)];
  expect(ofGood.every(({ result }) => result === 'Ok')).toBe(true);
  return { ...counted, work };
}

/** What is counted is what was charged, and what one response can hold. */
function expectCharged({ decoded, parsed, written, work }: CountedWork & { work: number }): void {
  expect(decoded).toBeLessThanOrEqual(work);
  expect(parsed).toBeLessThanOrEqual(2 * work);
  expect(written).toBeLessThanOrEqual(4 * work + 2 * defaultLimits.maxResponseBytes);
}

describe('A batch whose instances have large tags', () => {
  // 181 KB, and 72 s of a processor once: each of 1,080 rows was written with 10 MB of tags, to be shed.
  test.each<[tags: string, value: string]>([
    ['that no resource can have', '\u0001'.repeat(740)],
    ['as large as they may be', '😀'.repeat(256)],
    ['of quotes', '"'.repeat(256)],
  ])('writes no row of it to find out that it is too long: tags %s', async (_, value) => {
    const record = packed(tagFlood(7, value, 360).join('\n'), 1);

    const taken = await take(record, record, record);

    expectCharged(taken);
    expect(taken.written).toBeLessThan(40 * megabyte);
  });

  test.each<[how: string, encode: (event: string) => string | Uint8Array]>([
    ['plain', (event) => event],
    ['gzipped', (event) => gzipSync(event)],
  ])('writes none of which the response has no room for: %s', async (_, encode) => {
    const records = tagFlood(4, '€'.repeat(256), 300).map((event, at) =>
      at < 4 ? event : encode(event),
    );

    const { transformed, counted } = await transformCounted(invocationOf(records));

    // A row has 320 KB of tags, so all of them 96 MB.
    expect(counted.written).toBeLessThan(40 * megabyte);
    const results = new Set(transformed.outcomes.slice(4).map(({ result }) => result));
    expect(results).toEqual(new Set(['Ok', 'Dropped']));
  });
});

describe('Documents that JSON.parse reads wrongly', () => {
  // 0.8 s each once: parsed by a reviver that is called for every value, thrown away, and read again.
  test.each<[what: string, document: string]>([
    ['keys with escapes, and numbers that JavaScript would change', escapedKeys(8_000)],
    ['such keys alone', escapedKeys(8_000).replaceAll('1.0', '1')],
    ['such numbers alone', escapedKeys(8_000).replaceAll('\\n', 'n')],
  ])('are parsed once: %s', async (_, event) => {
    // A key of the event itself that has an escape leaves it to the parser.
    const document = event.replace('"version"', '"v\\u0065rsion"');
    expect(document).not.toBe(event);

    const taken = await take(packed(document, 6));

    expectCharged(taken);
    expect(taken.decoded).toBeGreaterThan(6 * document.length);
    // Keys are parsed alone, and the good events.
    expect(taken.parsed).toBeLessThan(0.6 * 6 * document.length);
  });
});

describe('Documents that only hold others', () => {
  test('are not parsed to be thrown away, where they start like a list', async () => {
    const documents = Array.from({ length: 1000 }, (_, index) => busEvent(`${index}`));
    const list = `[${documents.join(',')}]`;

    const { decoded } = await take(gzipSync(list));

    expect(decoded).toBeLessThan(1.5 * list.length);
  });

  test('are charged each time that they are parsed', async () => {
    const innermost = busEvent('x', { padding: 'x'.repeat(100_000) });
    const file = Array(5)
      .fill(0)
      .reduce((text: string) => `{"Records":[${text}]}`, innermost);

    const taken = await take(gzipSync(file));

    expectCharged(taken);
    expect(taken.decoded).toBeGreaterThan(5 * file.length);
  });
});
