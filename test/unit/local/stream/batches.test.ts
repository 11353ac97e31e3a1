import { expect, test } from '@jest/globals';
import { batchesOf } from '../../../../local/stream/batches.ts';

async function sizesOf(lengths: readonly number[]): Promise<number[][]> {
  const records = lengths.map((length) => ({ bytes: new Uint8Array(length) }));
  const sizes: number[][] = [];
  for await (const batch of batchesOf(records)) sizes.push(batch.map(({ bytes }) => bytes.length));
  return sizes;
}

const mib = 1024 * 1024;

test('a batch ends where the next record would be one too many', async () => {
  const sizes = await sizesOf(Array.from({ length: 1001 }, () => 1));

  expect(sizes.map((batch) => batch.length)).toEqual([500, 500, 1]);
});

test('a batch ends where the next record would make it too large', async () => {
  expect(await sizesOf([mib, 3 * mib, 1, mib])).toEqual([
    [mib, 3 * mib],
    [1, mib],
  ]);
});

test('no record, no batch', async () => {
  expect(await sizesOf([])).toEqual([]);
});
