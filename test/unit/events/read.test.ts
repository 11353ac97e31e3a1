import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { attempt, type FailureCode, RecordError } from '../../../src/errors.ts';
import {
  type Document,
  decodeBase64,
  readDocuments,
  readLimits,
  unzip,
} from '../../../src/events/read.ts';
import { carrierOverhead, maxTimesPut } from '../../../src/firehose/carrier.ts';
import { jsonText } from '../../../src/json.ts';

/** What is read of bytes: JSON text of each document, or the code of its failure. */
const read = (bytes: string | Uint8Array, limits = readLimits) =>
  Array.from(readDocuments(Buffer.from(bytes), limits), ({ json }) =>
    json.ok ? jsonText(json.value) : json.error.code,
  );

const textsOf = (documents: Iterable<Document>) =>
  Array.from(documents, ({ bytes }) => Buffer.from(bytes).toString());

function codeOf(step: () => unknown): FailureCode | undefined {
  const attempted = attempt(step);
  return attempted.ok ? undefined : attempted.error.code;
}

describe('decodeBase64', () => {
  test.each([
    ['', ''],
    ['YQ==', 'a'],
    ['YWI=', 'ab'],
    ['YWJj', 'abc'],
    ['eyJhIjoxfQ==', '{"a":1}'],
  ])('decodes "%s"', (data, text) => {
    expect(decodeBase64(data).toString()).toBe(text);
  });

  test('decodes every byte', () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

    expect(decodeBase64(bytes.toString('base64'))).toEqual(bytes);
  });

  test.each([
    'Y',
    'YQ',
    'YQ=',
    'Y===',
    '====',
    'YQ==YQ==',
    'Y Q==',
    'YWJj\n',
    'YW*j',
    'YWJjé',
    '{"a":1}',
  ])('refuses "%s"', (data) => {
    expect(codeOf(() => decodeBase64(data))).toBe('BAD_BASE64');
  });

  test('names in its refusal the length only', () => {
    expect(() => decodeBase64('secret!')).toThrow(/^7 characters that are not base64$/);
  });
});

describe('unzip', () => {
  const event = '{"a":1}';
  const zipped = gzipSync(event);
  const textOf = (bytes: Uint8Array) => Buffer.from(unzip(bytes)).toString();

  test('gives bytes that are no gzip back as they are', () => {
    const bytes = Buffer.from(event);

    expect(unzip(bytes)).toBe(bytes);
    expect(unzip(Buffer.alloc(0))).toHaveLength(0);
    expect(unzip(Buffer.from([0x1f]))).toHaveLength(1);
  });

  test('unpacks gzip', () => {
    expect(textOf(zipped)).toBe(event);
  });

  test('unpacks gzip members end to end', () => {
    expect(textOf(Buffer.concat([zipped, gzipSync('{"b":2}')]))).toBe('{"a":1}{"b":2}');
  });

  test('unpacks gzip that is padded with zeros', () => {
    expect(textOf(Buffer.concat([zipped, Buffer.alloc(5)]))).toBe(event);
  });

  test('refuses gzip that is cut anywhere', () => {
    for (let length = 2; length < zipped.length; length++) {
      expect(codeOf(() => unzip(zipped.subarray(0, length)))).toBe('BAD_GZIP');
    }
  });

  test.each([
    ['text after it', Buffer.concat([zipped, Buffer.from(event)])],
    ['text after zeros', Buffer.concat([zipped, Buffer.alloc(2), Buffer.from(event)])],
    ['more gzip after a zero', Buffer.concat([zipped, Buffer.from([0]), zipped])],
    ['a wrong checksum', Buffer.from(zipped).fill(0, zipped.length - 8, zipped.length - 4)],
    ['an unknown method', Buffer.from([0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0])],
  ])('refuses gzip with %s', (_name, bytes) => {
    expect(codeOf(() => unzip(bytes))).toBe('BAD_GZIP');
  });

  test('refuses what unpacks to more than it may', () => {
    const limits = { ...readLimits, maxUnzippedBytes: 1000 };

    expect(unzip(gzipSync(Buffer.alloc(1000)), limits)).toHaveLength(1000);
    expect(codeOf(() => unzip(gzipSync(Buffer.alloc(1001)), limits))).toBe('BAD_GZIP');
    expect(codeOf(() => unzip(gzipSync(Buffer.alloc(1_000_000)), limits))).toBe('BAD_GZIP');
  });

  test('takes as much of any small record as one document may have, and not one byte more', () => {
    const limit = 1280 * 1024;

    expect(unzip(gzipSync(Buffer.alloc(limit - 1)))).toHaveLength(limit - 1);
    expect(unzip(gzipSync(Buffer.alloc(limit)))).toHaveLength(limit);
    expect(codeOf(() => unzip(gzipSync(Buffer.alloc(limit + 1))))).toBe('BAD_GZIP');
  });

  test('takes 200 times the size of a larger record, and not one byte more', () => {
    // Zeros after the gzip count as its size, and change nothing else.
    const zippedOf = (size: number) => Buffer.concat([gzipSync(Buffer.alloc(size))], 10_000);

    expect(readLimits.maxDocumentBytes).toBeLessThan(2_000_000);
    expect(unzip(zippedOf(1_999_999))).toHaveLength(1_999_999);
    expect(unzip(zippedOf(2_000_000))).toHaveLength(2_000_000);
    expect(codeOf(() => unzip(zippedOf(2_000_001)))).toBe('BAD_GZIP');
  });

  test('gives a bomb up in milliseconds', () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const before = process.cpuUsage();

    expect(() => unzip(bomb)).toThrow(expect.objectContaining({ code: 'BAD_GZIP' }));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(200);
  });

  test('takes 32 MiB, and not one byte more', () => {
    const limit = 32 * 1024 * 1024;
    const incompressible = randomBytes(200 * 1024);
    const zippedOf = (size: number) =>
      gzipSync(Buffer.concat([incompressible, Buffer.alloc(size - incompressible.length)]));

    expect(unzip(zippedOf(limit - 1))).toHaveLength(limit - 1);
    expect(unzip(zippedOf(limit))).toHaveLength(limit);
    expect(codeOf(() => unzip(zippedOf(limit + 1)))).toBe('BAD_GZIP');
  });
});

const free = { charge: () => {}, checkTime: () => {} };

describe('readDocuments', () => {
  test.each<[name: string, bytes: string, documents: string[]]>([
    ['nothing', '', []],
    ['white space', ' \n', []],
    ['one event', '{"a":1}', ['{"a":1}']],
    ['one event and a newline', '{"a":1}\n', ['{"a":1}']],
    ['one event, pretty-printed', '{\n  "a": 1\r\n}', ['{"a":1}']],
    ['a byte order mark', '\ufeff{"a":1}', ['{"a":1}']],
    ['a byte order mark before several', '\ufeff{"a":1}\n{"b":1.0}', ['{"a":1}', '{"b":1.0}']],
    ['a byte order mark after white space', ' \n\ufeff{"a":1}', ['{"a":1}']],
    ['files with byte order marks', '\ufeff{"a":1}\n\ufeff{"b":2}', ['{"a":1}', '{"b":2}']],
    ['events end to end', '{"a":1}{"b":2.50}', ['{"a":1}', '{"b":2.50}']],
    ['NDJSON', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['an array', '[{"a":1},{"b":-0}]', ['{"a":1}', '{"b":-0}']],
    ['an empty array', '[]', []],
    ['a CloudTrail file', '{"Records":[{"a":1},{"b":2}]}', ['{"a":1}', '{"b":2}']],
    ['an empty CloudTrail file', '{"Records":[]}', []],
    ['an object with Records and more', '{"Records":[1],"b":2}', ['{"Records":[1],"b":2}']],
    [
      'arrays and files in an array',
      '[[{"a":1}],{"Records":[{"b":2},[]]}]',
      ['{"a":1}', '{"b":2}'],
    ],
    ['a file whose key is written otherwise', '{"\\u0052ecords":[1]}', ['{"Records":[1]}']],
    ['lists that nest nearly as deep as they may', '[[[[1]]]]', ['1']],
    ['lists that nest as deep as they may', '[[[[[1]]]]]', ['1']],
    ['an object whose Records are no list', '{"Records":{"a":1}}', ['{"Records":{"a":1}}']],
    ['a scalar', '"x"', ['"x"']],
    ['a number', '1.0', ['1.0']],
    ['null', 'null', ['null']],
    ['doubled keys', '{"a":1,"A":2,"a":3}', ['{"a":3,"A":2}']],
    ['a lone surrogate', '{"a":"\\ud800"}', ['{"a":"\\ud800"}']],
    ['no JSON', 'oops', ['BAD_JSON']],
    ['a cut event', '{"a":', ['BAD_JSON']],
    ['a NUL byte', '\0', ['BAD_JSON']],
    ['a tab in a string', '{"a":"\t"}', ['BAD_JSON']],
    [
      'a wrong escape between others',
      '{"a":1}\n{"a":"\\x"}\n{"b":2}',
      ['{"a":1}', 'BAD_JSON', '{"b":2}'],
    ],
    ['a broken line between others', '{"a":1}\noops\n{"b":2}', ['{"a":1}', 'BAD_JSON', '{"b":2}']],
  ])('of %s', (_name, bytes, documents) => {
    expect(read(bytes)).toEqual(documents);
  });

  test.each([
    ['Latin-1', Buffer.from('{"a":"é"}', 'latin1')],
    ['UTF-16', Buffer.from('\ufeff{"a":1}', 'utf16le')],
    ['another compression', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00])],
    ['a surrogate as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['a cut character', Buffer.from('{"a":"€"}').subarray(0, 8)],
  ])('says of %s that it is no UTF-8', (_name, bytes) => {
    expect(read(bytes)).toEqual(['BAD_UTF8']);
  });

  test('says so of one event only, where others are sound', () => {
    const bytes = Buffer.from('{"a":1}\n{"b":"é"}\n{"c":3}\n', 'latin1');

    expect(read(bytes)).toEqual(['{"a":1}', 'BAD_UTF8', '{"c":3}']);
  });

  test('takes as many levels as it may', () => {
    const limits = { ...readLimits, maxDepth: 3 };

    expect(read('{"a":[[1]]}', limits)).toEqual(['{"a":[[1]]}']);
    expect(read('{"a":[[[1]]]}', limits)).toEqual(['TOO_DEEP']);
    expect(read('{"b":1}{"a":[[[1]]]}{"a":[[1]]}', limits)).toEqual([
      '{"b":1}',
      'TOO_DEEP',
      '{"a":[[1]]}',
    ]);
  });

  test('counts the levels of an event without the list that it is in', () => {
    const limits = { ...readLimits, maxDepth: 3 };

    expect(read('[{"a":[[1]]}]', limits)).toEqual(['{"a":[[1]]}']);
    expect(read('{"Records":[{"a":[[1]]}]}', limits)).toEqual(['{"a":[[1]]}']);
  });

  test('takes 1,000 levels, and not 1,001', () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels)}1.0${'}'.repeat(levels)}`;

    expect(read(nested(999))).toEqual([nested(999)]);
    expect(read(nested(1000))).toEqual([nested(1000)]);
    expect(read(nested(1001))).toEqual(['TOO_DEEP']);
    expect(read(nested(100_000))).toEqual(['TOO_DEEP']);
  });

  test('gives each document with the bytes that it stood in', () => {
    const bytes = Buffer.from(' {"a": 1}\n{"b":2} oops');

    const documents = textsOf(readDocuments(bytes));

    expect(documents).toEqual(['{"a": 1}', '{"b":2}', 'oops']);
  });

  test('gives a single document with all the bytes', () => {
    const bytes = Buffer.from(' {"a": 1}\n');

    expect(textsOf(readDocuments(bytes))).toEqual([bytes.toString()]);
  });

  test('gives a document in a message without the byte order mark of the message', () => {
    const logEvents = [{ message: '\ufeff{"a":1}' }, { message: '{"b":2}\n[{"c":3}]' }];
    const bytes = Buffer.from(JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents }));

    expect(textsOf(readDocuments(bytes))).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  test('takes documents of 1,280 KiB, and not of one byte more', () => {
    const limit = 1280 * 1024;
    const documentOf = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

    expect(read(documentOf(limit - 1))).toEqual([documentOf(limit - 1)]);
    expect(read(documentOf(limit))).toEqual([documentOf(limit)]);
    expect(read(documentOf(limit + 1))).toEqual(['TOO_LARGE']);
    expect(read(`${documentOf(limit + 1)}{"a":1}`)).toEqual(['TOO_LARGE', '{"a":1}']);
  });

  test('takes documents of 250,000 objects and lists, and not of one more', () => {
    const documentOf = (objects: number) => `{"a":[${Array(objects - 2).fill('{}')}]}`;

    expect(read(documentOf(249_999))).toEqual([documentOf(249_999)]);
    expect(read(documentOf(250_000))).toEqual([documentOf(250_000)]);
    expect(read(documentOf(250_001))).toEqual(['TOO_LARGE']);
  });

  test('takes larger lists, files and subscription records apart', () => {
    const padding = 'x'.repeat(1024 * 1024);
    const documents = [1, 2, 3].map((n) => JSON.stringify({ n, padding }));
    const logEvents = documents.map((message) => ({ message }));

    expect(read(`[${documents}]`)).toEqual(documents);
    expect(read(`{"Records":[${documents}]}`)).toEqual(documents);
    expect(read(JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents }))).toEqual(documents);
  });

  describe('counts what takes work', () => {
    const limits = { ...readLimits, maxDocuments: 10 };
    const messagesOf = (...messages: string[]) =>
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        logEvents: messages.map((message) => ({ message })),
      });
    const codeAt = (text: string) => codeOf(() => read(text, limits));

    test.each<[name: string, of: (count: number) => string]>([
      ['documents end to end', (count) => '1 '.repeat(count)],
      ['documents a line', (count) => '1\n'.repeat(count)],
      ['lines that are none', (count) => `1\n${'x\n'.repeat(count - 1)}`],
      ['empty lists end to end', (count) => '[]'.repeat(count)],
      ['empty files', (count) => '{"Records":[]}'.repeat(count)],
      ['a list and what is in it', (count) => `[${Array(count - 1).fill('1')}]`],
      ['empty lists in a list', (count) => `[${Array(count / 2 - 1).fill('[]')}]`],
      ['messages', (count) => messagesOf(...Array(count).fill('1'))],
      ['empty messages', (count) => messagesOf(...Array(count).fill(''))],
      ['empty lists in messages', (count) => messagesOf(...Array(count / 2).fill('[]'))],
      ['byte order marks', (count) => '\ufeff'.repeat(count)],
    ])('%s', (_name, of) => {
      expect(codeAt(of(10))).toBeUndefined();
      expect(codeAt(of(14))).toBe('TOO_MANY_EVENTS');
    });

    test('to 50,000, and not one more', () => {
      const tooMany = /^more than 50000 in one record$/;
      const linesOf = (count: number) => '1\n'.repeat(count);

      expect(read(linesOf(49_999))).toHaveLength(49_999);
      expect(read(linesOf(50_000))).toHaveLength(50_000);
      expect(read(messagesOf(...Array(50_000).fill('1')))).toHaveLength(50_000);
      expect(() => read(linesOf(50_001))).toThrow(tooMany);
      expect(() => read(messagesOf(...Array(50_001).fill('1')))).toThrow(tooMany);
    });
  });

  test.each<[name: string, text: string, least: number]>([
    ['between documents', '1 '.repeat(100), 100],
    ['between empty lists', '[]'.repeat(100), 100],
    [
      'between messages',
      JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents: Array(100).fill({ message: '' }) }),
      100,
    ],
    [
      'between members of what is too large to be parsed',
      `{${'"":1,'.repeat(100)}"a":"${'x'.repeat(readLimits.maxDocumentBytes)}"}`,
      100,
    ],
  ])('looks at the clock %s', (_name, text, least) => {
    let asked = 0;
    const checkTime = () => {
      asked++;
    };

    for (const _ of readDocuments(Buffer.from(text), readLimits, { ...free, checkTime }));

    expect(asked).toBeGreaterThanOrEqual(least);
  });

  test('ends where the clock says so', () => {
    const late = new RecordError('OUT_OF_TIME', 'late');
    const checkTime = () => {
      throw late;
    };

    expect(() => [
      ...readDocuments(Buffer.from('1 2'), readLimits, { ...free, checkTime }),
    ]).toThrow(late);
  });

  test.each<[name: string, text: string]>([
    ['lists', '[[[[[[{"a":1}]]]]]]'],
    ['lists beside others', '{"b":2}[[[[[[{"a":1}]]]]]]'],
    ['files in files', `${'{"Records":['.repeat(6)}1${']}'.repeat(6)}`],
    ['messages in lists', '[[[[[{"messageType":"DATA_MESSAGE","logEvents":[{"message":"1"}]}]]]]]'],
  ])('fails whole where it nests deeper than five levels of %s', (_name, text) => {
    expect(codeOf(() => read(text))).toBe('TOO_DEEP');
  });

  test('gives broken parts that fit a record behind the line of a carrier', () => {
    const noise = Buffer.alloc(1_024_000, 0xff);
    const journey = { timesPut: maxTimesPut, arrivedMs: 999_999_999_999_999 };

    const parts = Array.from(readDocuments(noise), ({ bytes }) => bytes.length);

    expect(parts[0]).toBeLessThanOrEqual(1_024_000 - carrierOverhead(journey));
    expect(parts.reduce((sum, bytes) => sum + bytes, 0)).toBe(1_024_000);
  });

  test('each that it gives is read as itself when it comes alone', () => {
    const bytes =
      '[{"a": 1},[2],{"Records":[{"b":1.0}]},{"messageType":"DATA_MESSAGE","logEvents":[{"message":"[3]"}]}]';

    for (const document of readDocuments(Buffer.from(bytes))) {
      expect([...readDocuments(document.bytes)]).toEqual([document]);
    }
  });

  test('says where a part breaks, and nothing of what is in it', () => {
    const [, broken] = readDocuments(Buffer.from('{"a":1}\n{"secret" "x"}'));

    expect(broken?.json).toMatchObject({
      ok: false,
      error: { code: 'BAD_JSON', message: 'a key without a colon, at byte 8' },
    });
  });
});
