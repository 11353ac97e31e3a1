import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import {
  createSplitter,
  type Piece,
  type SplitLimits,
  splitDocuments,
} from '../../../src/events/split.ts';

const split = (text: string | Uint8Array, limits?: Partial<SplitLimits>) =>
  splitDocuments(Buffer.from(text), limits).map(toText);

/** A piece as people read it. */
function toText({ bytes, broken }: Piece): string {
  const text = Buffer.from(bytes).toString();
  return broken === undefined ? text : `${broken}: ${text}`;
}

const a = '{"a":1}';
const b = '{"b":[2]}';
const c = '{"c":{}}';

/** Inputs, each with its pieces. */
const inputs: [name: string, input: string, pieces: string[]][] = [
  ['nothing', '', []],
  ['white space', ' \r\n\t\n', []],
  ['one document', a, [a]],
  ['documents end to end', a + b + c, [a, b, c]],
  ['documents between white space', `\n ${a}\t${b}\r\n\r\n${c} `, [a, b, c]],
  ['NDJSON', `${a}\n${b}\n${c}\n`, [a, b, c]],
  ['NDJSON without its last newline', `${a}\n${b}`, [a, b]],
  ['NDJSON with CRLF and empty lines', `${a}\r\n\r\n${b}\r\n`, [a, b]],
  ['documents over several lines', `{\n"a":1\n}\n{\r\n}`, ['{\n"a":1\n}', '{\r\n}']],
  ['numbers, strings and literals', '1 "x"true null[]-2.5', ['1', '"x"', 'true', 'null', '-2.5']],
  ['an array', `[${a},${b}]`, [a, b]],
  ['an array with white space everywhere', ` [ ${a} ,\n${b} ] `, [a, b]],
  ['an empty array', '[ ]', []],
  ['an array of arrays', '[[1],[2]]', ['[1]', '[2]']],
  ['arrays end to end', `[${a}][${b}]`, [a, b]],
  ['an array a line', `[${a}]\n[${b},${c}]\n`, [a, b, c]],
  ['a CloudTrail file', `{"Records":[${a},${b}]}`, [a, b]],
  ['a CloudTrail file with white space', ` { "Records" :\n[ ${a} , ${b} ] }\n`, [a, b]],
  ['an empty CloudTrail file', '{"Records":[]}', []],
  ['CloudTrail files end to end', `{"Records":[${a}]}{"Records":[${b}]}`, [a, b]],
  ['a mixture', `${a}[${b}]\n{"Records":[${c}]} ${a}`, [a, b, c, a]],
  [
    'an object with other Records',
    '{"Records":{}} {"Records":1}',
    ['{"Records":{}}', '{"Records":1}'],
  ],
  [
    'an object like a CloudTrail file',
    '{"Record":[1]}{"Recordss":[1]}',
    ['{"Record":[1]}', '{"Recordss":[1]}'],
  ],
  ['Records that are not first', '{"a":1,"Records":[2]}', ['{"a":1,"Records":[2]}']],
  ['U+2028 and U+2029 in strings', '["\u2028\u2029"]\n"\u2028"', ['"\u2028\u2029"', '"\u2028"']],
  ['a byte order mark', `\ufeff${a}\n${b}`, [a, b]],
  ['a byte order mark alone', '\ufeff', []],
  ['a byte order mark after white space', ` \n\ufeff${a}`, [a]],
  [
    'files with byte order marks, end to end',
    `\ufeff${a}\n\ufeff${b}\ufeff[${c}]\n\ufeff`,
    [a, b, c],
  ],
];

/** Broken inputs, each with its pieces. */
const brokenInputs: [name: string, input: string | Uint8Array, pieces: string[]][] = [
  [
    'a line that is no JSON costs that line',
    `${a}\noops\n${b}\n`,
    [a, 'neither a JSON value nor white space: oops', b],
  ],
  [
    'so does the first line, where a document follows',
    `oops\n${b}\n`,
    ['neither a JSON value nor white space: oops', b],
  ],
  [
    'also where that is a list',
    `oops\n[${b}]\n`,
    ['neither a JSON value nor white space: oops', b],
  ],
  [
    'a list over several lines before it makes it cost everything',
    `[\n${a}\n]\noops\n${b}\n`,
    [a, `neither a JSON value nor white space: oops\n${b}\n`],
  ],
  ['so does the last line', `${a}\noops`, [a, 'neither a JSON value nor white space: oops']],
  [
    'text that never was NDJSON is one piece',
    'it is\nnot JSON\n',
    ['neither a JSON value nor white space: it is\nnot JSON\n'],
  ],
  [
    'a line cut inside a string costs that line',
    `${a}\n{"a":"x\n${b}\n`,
    [a, 'a line break inside a string: {"a":"x', b],
  ],
  [
    'a line cut after a backslash costs that line',
    `${a}\n{"a":"x\\\n${b}\n"}`,
    [a, 'a line break inside a string: {"a":"x\\', b, 'a document without its end: "}'],
  ],
  [
    'an array that goes on over the end of its line costs everything from the break on',
    `${a}\n[1,\n${b}\n${c}\n`,
    [a, '1', b, `two events without a comma: ${c}\n`],
  ],
  [
    'a line cut after a colon costs that line, though the next fits in',
    `${a}\n{"x":\n${b}\n${c}\n`,
    [a, 'two values without a comma: {"x":', b, c],
  ],
  [
    'an open line at the end costs that line',
    `${a}\n{"x":{\n`,
    [a, 'a document without its end: {"x":{'],
  ],
  [
    'the rest of a line after its document is broken for itself',
    `${a} oops ${b}\n${c}\n`,
    [a, `neither a JSON value nor white space: oops ${b}`, c],
  ],
  [
    'a closing bracket too many costs the rest of its line',
    `${a}}\n${b}\n`,
    [a, 'a closing bracket out of place: }', b],
  ],
  [
    'an array that breaks on its own line costs the rest of the line',
    `${a}\n[${b},oops,${c}]\n${c}\n`,
    [a, b, `neither a JSON value nor white space: oops,${c}]`, c],
  ],
  [
    'an array without a comma costs the rest of the line',
    `[${a} ${b}]\n${c}\n`,
    [a, `two events without a comma: ${b}]`, c],
  ],
  [
    'a CloudTrail file with more in it costs the rest of the line',
    `{"Records":[${a}],"next":1}\n${b}\n`,
    [a, 'a CloudTrail file with more in it than "Records": ,"next":1}', b],
  ],
  [
    'an array over several lines costs everything from the break on',
    `[${a},\noops,\n${b}]\n${c}\n`,
    [a, `neither a JSON value nor white space: oops,\n${b}]\n${c}\n`],
  ],
  [
    'pretty-printed documents cost everything from the break on',
    `{\n"a":1\n}\n{\n"b":oops\n}\n${c}\n`,
    ['{\n"a":1\n}', `neither a JSON value nor white space: {\n"b":oops\n}\n${c}\n`],
  ],
  ['an array that is cut says so', `[${a},${b}`, [a, b, 'an array of events without its end: ']],
  ['so does one that is cut after a comma', `[${a},`, [a, 'an array of events without its end: ']],
  ['so does one that is only opened', '[', ['an array of events without its end: ']],
  ['so does a CloudTrail file', `{"Records":[${a}]`, [a, 'an array of events without its end: ']],
  [
    'a cut opening of a CloudTrail file is a document',
    '{"Records"',
    ['a document without its end: {"Records"'],
  ],
  ['so is one cut after the colon', '{"Records": ', ['a document without its end: {"Records": ']],
  ['so is a cut key', '{"Rec', ['a document without its end: {"Rec']],
  ['a trailing comma in an array is a break', `[${a},]`, [a, 'a closing bracket out of place: ]']],
  [
    'a byte order mark inside a list is a break',
    `[${a},\ufeff${b}]\n${c}`,
    [a, `neither a JSON value nor white space: \ufeff${b}]`, c],
  ],
  [
    'so is half of one, at the end of the input',
    Buffer.from([...Buffer.from(`${a}\n`), 0xef, 0xbb]),
    [a, 'neither a JSON value nor white space: \ufffd'],
  ],
  [
    'so is half of one before a document',
    Buffer.from([...Buffer.from(`${a}\n`), 0xef, 0xbb, ...Buffer.from(b)]),
    [a, `neither a JSON value nor white space: \ufffd${b}`],
  ],
  ['NUL bytes are a break', '\u0000\u0000', ['neither a JSON value nor white space: \u0000\u0000']],
];

describe('Splitting', () => {
  test.each(inputs)('gives the documents of %s', (_name, input, pieces) => {
    expect(split(input)).toEqual(pieces);
  });

  test.each(brokenInputs)('%s', (_name, input, pieces) => {
    expect(split(input)).toEqual(pieces);
  });

  describe.each([...inputs, ...brokenInputs])('in chunks does the same: %s', (_name, input) => {
    const bytes = Buffer.from(input);
    const whole = splitDocuments(bytes);

    test('of one byte each', () => {
      expect(splitInChunks(bytes, 1)).toEqual(whole);
    });

    test('of two and three bytes', () => {
      expect(splitInChunks(bytes, 2)).toEqual(whole);
      expect(splitInChunks(bytes, 3)).toEqual(whole);
    });

    test('at every byte', () => {
      for (let at = 0; at <= bytes.length; at++) {
        const splitter = createSplitter();

        const pieces = [
          ...splitter.push(bytes.subarray(0, at)),
          ...splitter.push(bytes.subarray(at)),
          ...splitter.end(),
        ];

        expect(pieces.map(plain)).toEqual(whole.map(plain));
      }
    });
  });

  test('tells where each piece starts', () => {
    const input = `\ufeff${a}\n\n ${b}${c}\r\noops\n{\n}\n`;

    const places = splitDocuments(Buffer.from(input)).map(({ offset, line, bytes }) => ({
      text: Buffer.from(bytes).toString(),
      offset,
      line,
    }));

    expect(places).toEqual([
      { text: a, offset: 3, line: 1 },
      { text: b, offset: 13, line: 3 },
      { text: c, offset: 22, line: 3 },
      { text: 'oops', offset: 32, line: 4 },
      { text: '{\n}', offset: 37, line: 5 },
    ]);
  });

  test('gives each piece as soon as its end is known', () => {
    const splitter = createSplitter();

    const pieces = [a.slice(0, 3), a.slice(3), `${b}\n7`, `1 ${c}`].map((chunk) =>
      splitter.push(Buffer.from(chunk)).map(toText),
    );

    expect(pieces).toEqual([[], [a], [b], ['71', c]]);
    expect(splitter.end()).toEqual([]);
  });

  test('looks at a document in many chunks again only once there is twice as much of it', () => {
    const splitter = createSplitter();
    const chunks = [`{"a":"${'x'.repeat(94)}`, 'y'.repeat(50), '"}', 'z'.repeat(60), '\n'];

    const pieces = chunks.map((chunk) => splitter.push(Buffer.from(chunk)).length);

    expect(pieces).toEqual([0, 0, 0, 1, 0]);
  });

  test('may end without having got a byte', () => {
    expect(createSplitter().end()).toEqual([]);
    expect(createSplitter().push(Buffer.alloc(0))).toEqual([]);
  });
});

describe('What a splitter finds', () => {
  const partsIn = (text: string) => {
    let parts = 0;
    splitDocuments(Buffer.from(text), { onPart: () => parts++ });
    return parts;
  };

  test.each([
    ['pieces', `${a}${b}\n${c}`, 3],
    ['broken ones', `${a}\noops\n${c}`, 3],
    ['lists and files, of which empty ones give no piece', `[][${a}]{"Records":[]}`, 4],
    ['byte order marks', `\ufeff${a}\ufeff`, 3],
  ])('is told one by one: %s', (_name, text, parts) => {
    expect(partsIn(text)).toBe(parts);
  });

  test('is told until that throws', () => {
    let parts = 0;
    const onPart = () => {
      if (++parts === 3) throw new Error('enough');
    };

    expect(() => splitDocuments(Buffer.from('[]'.repeat(100)), { onPart })).toThrow('enough');
    expect(parts).toBe(3);
  });
});

describe('The bounds of a splitter', () => {
  test('cut broken bytes into parts', () => {
    const oops = 'o'.repeat(25);

    const pieces = split(`${a}\n${oops}\n${b}\n`, { maxBrokenBytes: 10 });

    const reason = 'neither a JSON value nor white space: ';
    expect(pieces).toEqual([a, `${reason}oooooooooo`, `${reason}oooooooooo`, `${reason}ooooo`, b]);
  });

  test.each([9, 10, 11, 20, 21])('cut %i broken bytes so that none is lost', (length) => {
    const oops = 'o'.repeat(length);

    const pieces = splitDocuments(Buffer.from(`${a}\n${oops}`), { maxBrokenBytes: 10 }).slice(1);

    expect(pieces.map(({ bytes }) => bytes.length)).toEqual(
      [10, 10, 10].slice(0, Math.floor(length / 10)).concat(length % 10 || []),
    );
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).toString()).toBe(oops);
  });

  test('are 1,000 KiB for broken bytes, what a Firehose record holds', () => {
    const pieces = splitDocuments(Buffer.alloc(2500 * 1024, 'x'));

    expect(pieces.map(({ bytes }) => bytes.length / 1024)).toEqual([1000, 1000, 500]);
  });

  test('make a document that is too long a broken one', () => {
    const limits = { maxDocumentBytes: 20 };
    const document = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;

    for (const [input, pieces] of [
      [document(20), [document(20)]],
      [document(21), [`a document that is too long: ${document(21)}`]],
      [`${a}\n${document(30)}\n${b}`, [a, `a document that is too long: ${document(30)}`, b]],
      [
        `${a}\n{"x":${' '.repeat(30)}\n${b}`,
        [a, `a document that is too long: {"x":${' '.repeat(30)}`, b],
      ],
      [
        `{${' '.repeat(20)}"Records":[1]}`,
        [`a document that is too long: {${' '.repeat(20)}"Records":[1]}`],
      ],
    ] as const) {
      expect(split(input, limits)).toEqual(pieces);
      expect(splitInChunks(Buffer.from(input), 1, limits).map(toText)).toEqual(pieces);
    }
  });

  test('give the same pieces however the input comes', () => {
    const limits = { maxBrokenBytes: 8, maxDocumentBytes: 16 };
    const inputs = [
      `${'x'.repeat(20)}\n${a}\n`,
      `${'x'.repeat(8)}\n${a}\n`,
      `${'x'.repeat(9)}\n${a}\n`,
      `${a}\n${'x'.repeat(20)}\n${b}\n`,
      `${a}\n[${'1,'.repeat(20)}\n${b}\n`,
      `${'{"a":\n'.repeat(9)}${b}`,
      `{"a":"${'x'.repeat(40)}"}\n${b}\n`,
    ];

    for (const input of inputs) {
      const bytes = Buffer.from(input);
      const whole = splitDocuments(bytes, limits);
      for (const size of [1, 2, 5, 7, 13]) {
        expect(splitInChunks(bytes, size, limits)).toEqual(whole);
      }
    }
  });
});

/** Work that grows with the square of the input would take hours here, not the second that it does. */
describe('Hostile input is split in little time:', () => {
  const megabyteOf = (text: string) =>
    Buffer.from(text.repeat(Math.ceil((1024 * 1024) / text.length)));

  test.each([
    ['arrays that never end', '[1,\n'],
    ['arrays in arrays', '['],
    ['arrays in arrays, a line each', '[\n'],
    ['objects that never end', '{"a":\n'],
    ['objects that never end, between sound lines', '{}\n{"a":\n'],
    ['strings that never end', '"a\n'],
    ['strings of backslashes', '"\\'],
    ['lines that complete each other', '{}\n{"a":[\n'],
    ['arrays with a break at their end', '[1,2,x\n'],
    ['breaks without a line', '{}x'],
    ['quotes', '"'],
    ['CloudTrail files that never end', '{"Records":[\n'],
    ['openings of CloudTrail files', '{"Records"\n'],
    ['commas', ','],
    ['white space', ' \n'],
    ['digits', '1'],
    ['letters', 'a'],
    ['braces', '{'],
    ['one-byte lines', 'x\n'],
    ['short documents', '{"a":1}'],
  ])('1 MB of %s', (_name, text) => {
    const bytes = megabyteOf(text);
    const aTenth = bytes.subarray(0, 100_000);

    const pieces = splitDocuments(bytes);
    const piecesOfChunks = splitInChunks(aTenth, 1000);

    expect(bytesIn(pieces)).toBeLessThanOrEqual(bytes.length);
    expect(bytesIn(piecesOfChunks)).toBe(bytesIn(splitDocuments(aTenth)));
  });

  test('lines that are read again and again become one broken rest', () => {
    const line = '{"a":';

    const pieces = split(`${line}\n`.repeat(1000));

    expect(pieces).toEqual([
      `a document without its end: ${line}`,
      `a document without its end: ${`${line}\n`.repeat(999)}`,
    ]);
  });

  test('a document of 1 MB that comes byte by byte', () => {
    const document = `["${'x'.repeat(1024 * 1024)}"]`;

    expect(splitInChunks(Buffer.from(`${a}${document.slice(1, -1)}`), 1).map(toText)).toEqual([
      a,
      document.slice(1, -1),
    ]);
  });
});

function splitInChunks(bytes: Uint8Array, size: number, limits?: Partial<SplitLimits>): Piece[] {
  const splitter = createSplitter(limits);
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    pieces.push(...splitter.push(bytes.subarray(at, at + size)));
  }
  return [...pieces, ...splitter.end()];
}

function bytesIn(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** A piece that shows in a failure as text, not as a list of bytes. */
function plain({ bytes, ...rest }: Piece) {
  return { ...rest, text: Buffer.from(bytes).toString('latin1') };
}
