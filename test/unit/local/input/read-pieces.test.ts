import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import { fileSource, readPieces, type Source } from '../../../../local/input/read-pieces.ts';
import { collect, createFolder } from '../../../support/command-fixture.ts';

const { folder, remove } = createFolder();
afterAll(remove);

/** A source in chunks. */
function sourceOf(bytes: Uint8Array | string, chunkBytes = 7): Source {
  const all = Buffer.from(bytes);
  const chunks = Array.from({ length: Math.ceil(all.length / chunkBytes) }, (_, i) =>
    all.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
  return { name: 'a.json', open: () => Readable.from(chunks) };
}

async function read(source: Source) {
  const reads = await collect(readPieces(source));
  return reads.flatMap(({ pieces }) =>
    pieces.map(({ bytes, place, broken, isContinued }) => ({
      text: Buffer.from(bytes).toString('latin1'),
      place,
      ...(broken !== undefined && { broken, isContinued }),
    })),
  );
}

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `{"i":${i},"x":"${(i * 7919).toString(36)}"}\n`).join('');

describe('A source', () => {
  test.each([1, 2, 3, 1000])('is read the same in chunks of %i bytes', async (chunkBytes) => {
    expect(await read(sourceOf('{"a":1}\n{"b":2}\n', chunkBytes))).toEqual([
      { text: '{"a":1}', place: 'a.json:1' },
      { text: '{"b":2}', place: 'a.json:2' },
    ]);
  });

  test.each([1, 13, 1000])('is unpacked where it is gzip, in chunks of %i bytes', async (size) => {
    const packed = gzipSync('{"a":1}\n{"b":2}\n');

    expect(await read(sourceOf(packed, size))).toHaveLength(2);
  });

  test('may be gzip of several members', async () => {
    const packed = Buffer.concat([gzipSync('{"a":'), gzipSync('1}\n'), gzipSync('{"b":2}')]);

    const pieces = await read(sourceOf(packed));

    expect(pieces.map(({ text }) => text)).toEqual(['{"a":1}', '{"b":2}']);
  });

  test.each([2, 3, 4])('is unpacked %i times where it was gzipped as often', async (times) => {
    let packed: Buffer = Buffer.from('{"a":1}\n{"b":2}\n');
    for (let i = 0; i < times; i++) packed = gzipSync(packed);

    expect(await read(sourceOf(packed))).toEqual([
      { text: '{"a":1}', place: 'a.json:1' },
      { text: '{"b":2}', place: 'a.json:2' },
    ]);
  });

  test('may be gzip of several members of gzip', async () => {
    const packed = gzipSync(Buffer.concat([gzipSync('{"a":1}\n'), gzipSync('{"b":2}\n')]));

    expect((await read(sourceOf(packed))).map(({ text }) => text)).toEqual(['{"a":1}', '{"b":2}']);
  });

  test('that is cut within gzip in gzip gives what is before', async () => {
    const text = lines(5000);
    const packed = gzipSync(gzipSync(text, { level: 0 }), { level: 0 });

    const pieces = await read(sourceOf(packed.subarray(0, packed.length - 9000), 4096));

    const whole = pieces.filter(({ broken }) => broken === undefined);
    expect(text.startsWith(`${whole.map(({ text }) => text).join('\n')}\n`)).toBe(true);
    expect(whole.length).toBeGreaterThan(1000);
    expect(pieces.at(-1)?.broken).toMatch(/^gzip that cannot be unpacked/);
  });

  test('that is empty has no pieces', async () => {
    expect(await read(sourceOf(''))).toEqual([]);
    expect(await read(sourceOf('x'))).toHaveLength(1);
  });

  test('names broken lines by their number', async () => {
    const pieces = await read(sourceOf('{"a":1}\n{"b"\n{"c":3}\n'));

    expect(pieces[1]).toMatchObject({ text: '{"b"', place: 'a.json:2', isContinued: false });
    expect(pieces[2]).toEqual({ text: '{"c":3}', place: 'a.json:3' });
  });

  test('names what breaks behind other documents of a line by its offset', async () => {
    const pieces = await read(sourceOf('{"a":1}{"b":2}{"c"'));

    expect(pieces.map(({ place }) => place)).toEqual([
      'a.json:1',
      'a.json: offset 7 (line 1)',
      'a.json: offset 14 (line 1)',
    ]);
  });

  test('names what breaks behind a document of several lines by its offset', async () => {
    const pieces = await read(sourceOf('{\n"a":1\n}\n{"b"'));

    expect(pieces[1]?.place).toBe('a.json: offset 10 (line 4)');
  });

  test('says which part of a long break is the first', async () => {
    const pieces = await read(sourceOf(`[${'x'.repeat(2_500_000)}`, 65_536));

    expect(pieces.map(({ isContinued }) => isContinued)).toEqual([false, true, true]);
  });

  test('that is a file tells how much of it was read', async () => {
    const file = join(folder, 'counted.json');
    writeFileSync(file, lines(30_000));

    const reads = await collect(readPieces(fileSource('counted.json', file)));

    const counts = reads.map(({ readBytes }) => readBytes);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBe(lines(30_000).length);
  });

  test('that cannot be read is one sentence', async () => {
    const source = fileSource('gone.json', join(folder, 'gone.json'));

    await expect(read(source)).rejects.toThrow(
      /^Cannot read .*gone\.json: there is no such file\.$/,
    );
  });
});

describe('Gzip that cannot be unpacked', () => {
  const text = lines(20_000);
  const packed = gzipSync(text);

  test('gives every event before the byte where it is cut', async () => {
    const pieces = await read(sourceOf(packed.subarray(0, -9), 4096));

    expect(pieces.filter(({ broken }) => broken === undefined)).toHaveLength(20_000);
    expect(pieces.at(-1)).toMatchObject({
      text: '',
      place: `a.json: offset ${packed.length - 9} of the gzipped bytes`,
      broken: 'gzip that cannot be unpacked (unexpected end of file)',
    });
  });

  test('gives the event that the cut goes through as it is', async () => {
    const pieces = await read(sourceOf(packed.subarray(0, packed.length / 2), 4096));

    const [document, cut] = pieces.slice(-2);
    expect(document).toMatchObject({ broken: 'a document without its end' });
    expect(text).toContain(document?.text);
    expect(cut?.text).toBe('');
  });

  test('gives every event before other bytes behind it, and those', async () => {
    const bytes = Buffer.concat([packed, Buffer.from('no gzip'), Buffer.alloc(40_000, 'x')]);

    const pieces = await read(sourceOf(bytes, 5000));

    expect(pieces.filter(({ broken }) => broken === undefined)).toHaveLength(20_000);
    const broken = pieces.filter((piece) => piece.broken !== undefined);
    expect(broken.map(({ text }) => text).join('')).toMatch(/no gzipx{40000}$/);
    expect(broken.map(({ isContinued }) => isContinued).indexOf(true)).toBe(1);
  });

  test('gives all events although its check sum is wrong', async () => {
    const bytes = Buffer.from(packed);
    bytes.writeUInt8((bytes.at(-6) as number) ^ 1, bytes.length - 6);

    const pieces = await read(sourceOf(bytes, 65_536));

    expect(pieces.filter(({ broken }) => broken === undefined)).toHaveLength(20_000);
    expect(pieces.at(-1)?.broken).toBe('gzip that cannot be unpacked (incorrect data check)');
  });

  test('is given whole where nothing of it can be', async () => {
    const bytes = '\x1f\x8bnothing';

    const pieces = await read(sourceOf(Buffer.from(bytes, 'latin1')));

    expect(pieces.map(({ text }) => text).join('')).toBe(bytes);
  });

  test('may end in zeros, as on a tape', async () => {
    const pieces = await read(sourceOf(Buffer.concat([packed, Buffer.alloc(50_000)]), 4096));

    expect(pieces).toHaveLength(20_000);
  });
});
