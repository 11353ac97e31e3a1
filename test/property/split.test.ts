import { Buffer } from 'node:buffer';
import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createSplitter,
  type Piece,
  type SplitLimits,
  splitDocuments,
} from '../../src/events/split.ts';
import { chunksOf, documentText, jsonTextValue, space } from '../support/arbitraries.ts';
import { propertyRuns as numRuns } from '../support/property-runs.ts';

const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 });

/** Documents as a producer may put them: alone, in arrays, in CloudTrail files. */
const group = fc.oneof(
  documentText.map((text) => ({ text, documents: [text] })),
  fc.tuple(fc.array(jsonTextValue, { maxLength: 3 }), space).map(([documents, space]) => ({
    text: `[${space}${documents.join(`${space},${space}`)}${space}]`,
    documents,
  })),
  fc.tuple(fc.array(jsonTextValue, { maxLength: 3 }), space).map(([documents, space]) => ({
    text: `{${space}"Records"${space}:${space}[${documents.join(`,${space}`)}${space}]${space}}`,
    documents,
  })),
);

const mark = fc.constantFrom('', '', '', '\ufeff');

/** Input of whole documents, with the documents that are in it. */
const soundInput = fc.array(fc.tuple(mark, group, space), { maxLength: 5 }).map((groups) => {
  let text = '';
  for (const [mark, group, space] of groups) {
    // Two numbers or words end to end would be one.
    const needsSpace = /[\w.+-]$/.test(text) && /^[\w-]/.test(mark + group.text);
    text += `${needsSpace ? '\n' : ''}${mark}${group.text}${space}`;
  }
  return { text, documents: groups.flatMap(([, { documents }]) => documents) };
});

/** Input that is sound but for a few bytes, or bytes of any sort. */
const anyInput = fc.oneof(
  fc
    .tuple(
      soundInput,
      fc.array(
        fc.record({
          at: fc.nat(),
          length: fc.integer({ min: 0, max: 5 }),
          with: fc.constantFrom(
            '',
            '\n',
            '"',
            '{',
            ']',
            ',',
            ':',
            '\\',
            '\\\n',
            'x',
            '\n{',
            '\0',
            '\ufeff',
            '{"Records":[',
          ),
        }),
        { maxLength: 3 },
      ),
    )
    .map(([{ text }, wounds]) => {
      let bytes = Buffer.from(text);
      for (const wound of wounds) {
        const at = wound.at % (bytes.length + 1);
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from(wound.with),
          bytes.subarray(at + wound.length),
        ]);
      }
      return bytes;
    }),
  fc
    .array(
      fc.constantFrom(
        '{"a":1}',
        '\n',
        '\r\n',
        '[',
        ']',
        '{',
        '}',
        ',',
        ':',
        '"',
        '\\',
        '1',
        '{"Records":[',
        ' ',
        'x',
        '{}',
      ),
      { maxLength: 40 },
    )
    .map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
);

const limits: fc.Arbitrary<Partial<SplitLimits>> = fc.record(
  {
    maxBrokenBytes: fc.integer({ min: 1, max: 50 }),
    maxDocumentBytes: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: [] },
);

describe('Splitting', () => {
  test('gives exactly the documents, byte for byte, whatever the chunks', () => {
    fc.assert(
      fc.property(soundInput, chunkSizes, ({ text, documents }, sizes) => {
        const pieces = splitInChunks(Buffer.from(text), sizes);

        return (
          pieces.length === documents.length &&
          pieces.every(
            ({ bytes, broken }, at) => broken === undefined && textOf(bytes) === documents[at],
          )
        );
      }),
      { numRuns, examples: [[{ text: '1 2', documents: ['1', '2'] }, [1]]] },
    );
  });

  test('accounts for every byte of any input, and throws for none', () => {
    fc.assert(
      fc.property(
        anyInput,
        limits,
        (bytes, limits) => lostBytes(bytes, splitDocuments(bytes, limits)) === '',
      ),
      {
        numRuns,
        examples: [
          [Buffer.from('\ufeff'), {}],
          [Buffer.from('{"a":1}\n{"b":\n'), {}],
          [Buffer.from(`${'1'.repeat(2000)} 2`), {}],
        ],
      },
    );
  });

  test('gives the same pieces of any input, whatever the chunks', () => {
    fc.assert(
      fc.property(anyInput, chunkSizes, limits, (bytes, sizes, limits) => {
        const whole = splitDocuments(bytes, limits);

        return comparable(splitInChunks(bytes, sizes, limits)) === comparable(whole);
      }),
      {
        numRuns,
        examples: [
          [Buffer.from('xxxxxxxxxxxxxxxxxxxx\n{"a":1}\n'), [1], { maxBrokenBytes: 10 }],
          [Buffer.from('{"a":"0123456789"}\n{}'), [30], { maxDocumentBytes: 10 }],
          [Buffer.from('{"a":"0123456789"}\n{}'), [1], { maxDocumentBytes: 10 }],
          [Buffer.from('nullx'), [4, 1], { maxDocumentBytes: 4 }],
        ],
      },
    );
  });

  test('keeps the parts of what is broken, and every document, within their bounds', () => {
    fc.assert(
      fc.property(anyInput, chunkSizes, limits, (bytes, sizes, limits) => {
        const { maxBrokenBytes = Infinity, maxDocumentBytes = Infinity } = limits;

        return splitInChunks(bytes, sizes, limits).every(
          (piece) =>
            piece.bytes.length <= (piece.broken === undefined ? maxDocumentBytes : maxBrokenBytes),
        );
      }),
      { numRuns },
    );
  });

  test('says where each piece stands', () => {
    fc.assert(
      fc.property(anyInput, chunkSizes, (bytes, sizes) =>
        splitInChunks(bytes, sizes).every((piece) => {
          const before = bytes.subarray(0, piece.offset);
          const there = bytes.subarray(piece.offset, piece.offset + piece.bytes.length);
          return (
            piece.line === 1 + before.filter((byte) => byte === 0x0a).length &&
            there.equals(piece.bytes)
          );
        }),
      ),
      { numRuns },
    );
  });

  test('finds the sound lines of NDJSON that has broken ones among them', () => {
    const sound = documentText.filter((text) => /^[{"]/.test(text) && !text.includes('\n'));
    const brokenLine = fc.constantFrom('oops', '{"a":"x', '{"a" 1}', '}', '"\\', '{"a":1,}', '\0');
    const lines = fc.array(
      fc.oneof(
        sound.map((text) => ({ text, isSound: true })),
        brokenLine.map((text) => ({ text, isSound: false })),
      ),
      { maxLength: 8 },
    );

    fc.assert(
      fc.property(sound, lines, chunkSizes, (first, lines, sizes) => {
        const input = [first, ...lines.map(({ text }) => text)].join('\n');

        const pieces = splitInChunks(Buffer.from(input), sizes);

        const found = pieces
          .filter(({ broken }) => broken === undefined)
          .map(({ bytes }) => textOf(bytes));
        const expected = [first, ...lines.filter(({ isSound }) => isSound).map(({ text }) => text)];
        return found.join('\n') === expected.join('\n');
      }),
      { numRuns },
    );
  });
});

function splitInChunks(
  bytes: Uint8Array,
  sizes: readonly number[],
  limits?: Partial<SplitLimits>,
): Piece[] {
  const splitter = createSplitter(limits);
  const pieces = chunksOf(bytes, sizes).flatMap((chunk) => splitter.push(chunk));
  return [...pieces, ...splitter.end()];
}

/** What of the input is in no piece and is more than what holds documents together. */
function lostBytes(input: Buffer, pieces: readonly Piece[]): string {
  let at = 0;
  let lost = '';
  for (const piece of [...pieces, { offset: input.length, bytes: Buffer.alloc(0) }]) {
    if (piece.offset < at) return 'a byte that is in two pieces';
    const gap = input.toString('latin1', at, piece.offset);
    lost += gap.replaceAll(
      /\u00ef\u00bb\u00bf|\{[ \t\r\n]*"Records"[ \t\r\n]*:[ \t\r\n]*\[|[ \t\r\n[\],}]/g,
      '',
    );
    at = piece.offset + piece.bytes.length;
  }
  return lost;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function comparable(pieces: readonly Piece[]): string {
  return JSON.stringify(
    pieces.map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes).toString('latin1') })),
  );
}
