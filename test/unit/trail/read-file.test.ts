import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { trailLimits } from '../../../src/trail/limits.ts';
import { type FilePiece, piecesIn } from '../../../src/trail/read-file.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Uint8Array, limits = {}, size = 1000) {
  const pieces: FilePiece[] = [];
  const budget = { left: Number.MAX_SAFE_INTEGER };
  const all = { ...trailLimits, ...limits };
  for await (const some of piecesIn(inChunks(bytes, size), bytes.length, all, budget)) {
    pieces.push(...some.map((piece) => ({ ...piece, bytes: Buffer.from(piece.bytes) })));
  }
  const broken = pieces.filter((piece) => 'broken' in piece);
  return {
    records: pieces.length - broken.length,
    broken: broken.map((piece) =>
      'broken' in piece ? [piece.broken.code, piece.broken.message] : [],
    ),
    isLast: pieces.findIndex((piece) => 'broken' in piece) >= pieces.length - 1,
  };
}

// Bytes that hardly pack, so that the file is larger than what is unpacked in one go.
let seed = 1;
const word = () => {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed.toString(36);
};
const records = Array.from({ length: 20_000 }, (_, n) => ({
  n,
  words: Array.from({ length: 14 }, word),
}));
const text = JSON.stringify({ Records: records });
const large = gzipSync(text);
const small = gzipSync('{"Records":[{"a":1},{"a":2}]}');

describe('A file', () => {
  test('gives its records, however it is packed and cut into chunks', async () => {
    expect(large.length).toBeGreaterThan(1024 * 1024);
    for (const size of [997, 100_000, large.length]) {
      expect(await read(large, {}, size)).toMatchObject({ records: 20_000, broken: [] });
    }
    expect(await read(small)).toMatchObject({ records: 2, broken: [] });
    expect(await read(Buffer.from('{"Records":[{"a":1}]}'))).toMatchObject({ records: 1 });
    expect(await read(gzipSync('{"Records":[]}'))).toMatchObject({ records: 0, broken: [] });
    expect(await read(Buffer.alloc(0))).toMatchObject({ records: 0, broken: [] });
  });

  test.each([
    [
      'its end is missing',
      'BAD_GZIP',
      large.subarray(0, large.length / 2),
      'the gzip ends too early',
    ],
    [
      'bytes in its middle are others',
      'BAD_JSON', // they unpack to what is no JSON, before the damage shows
      Buffer.concat([
        large.subarray(0, 900_000),
        Buffer.alloc(2000, 0xff),
        large.subarray(902_000),
      ]),
      expect.any(String),
    ],
    [
      'its checksum is another',
      'BAD_GZIP',
      Buffer.concat([large.subarray(0, -8), Buffer.alloc(8, 1)]),
      expect.stringMatching(/^the gzip is damaged/),
    ],
  ])(
    'gives what comes before the break where %s, the same in any chunks',
    async (_, code, bytes, reason) => {
      const answers = await Promise.all(
        [500, 65_536, bytes.length].map((size) => read(bytes, {}, size)),
      );

      const [first] = answers;
      expect(first?.records).toBeGreaterThan(3000);
      expect(first).toMatchObject({ broken: [[code, reason]], isLast: true });
      expect(answers).toEqual([first, first, first]);
    },
  );

  test.each([
    ['only begins like gzip', Buffer.from([0x1f, 0x8b])],
    [
      'only begins like gzip, and goes on',
      Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(5000, 7)]),
    ],
    ['is of two bytes', small.subarray(0, 2)],
    ['is cut in its header', small.subarray(0, 9)],
    ['is cut before its checksum', small.subarray(0, -4)],
  ])('that %s is one failure, and no end of waiting', async (_, bytes) => {
    expect((await read(bytes)).broken).toEqual([['BAD_GZIP', expect.any(String)]]);
  });

  test('is given up where a record would be larger than any', async () => {
    const bytes = gzipSync(`{"Records":[{"a":1},{"b":"${'x'.repeat(5000)}"},{"c":1}]}`);

    expect(await read(bytes, { maxSplitBytes: 1000 })).toMatchObject({
      records: 1,
      broken: [['BAD_JSON', expect.stringMatching(/too long/)]],
    });
  });
});
