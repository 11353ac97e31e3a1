import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { eventText, jsonTextValue, space, wellFormedEventText } from './arbitraries.ts';

/**
 * Generators of what somebody may put on a stream: every shape that is taken, mixed, cut and forged.
 */

/** Text of one document: mostly events. */
const documentText = fc.oneof(
  { weight: 4, arbitrary: wellFormedEventText },
  { weight: 2, arbitrary: eventText },
  { weight: 1, arbitrary: jsonTextValue },
  { weight: 1, arbitrary: fc.constantFrom('oops', '{"a":', ']', '"\\x"', '\u2028', '{}{', '') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"messageType":"CONTROL_MESSAGE","logEvents":[]}',
      '{"messageType":"DATA_MESSAGE","logEvents":[],"source":"aws.ec2","detail-type":"x"}',
      '{"messageType":"CONTROL_MESSAGE","logEvents":[],"eventVersion":"1","eventType":"x"}',
      '[[[[[[{}]]]]]]',
    ),
  },
);

const separator = fc.constantFrom('', '\n', '\r\n', ' ', ',', '\n\n', '\n\ufeff');

/** Several documents in every way that producers put them together. */
const shapedText = fc
  .tuple(
    fc.array(documentText, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('end to end', 'array', 'file', 'subscription', 'control', 'nested'),
    separator,
    space,
  )
  .map(([documents, shape, separator, space]) => {
    switch (shape) {
      case 'array':
        return `${space}[${documents.join(',')}]${space}`;
      case 'file':
        return `{${space}"Records":${space}[${documents.join(',')}]}`;
      case 'nested':
        return `[[${documents.join(',')}],{"Records":[${documents[0]}]}]`;
      case 'subscription':
      case 'control':
        return JSON.stringify({
          messageType: shape === 'control' ? 'CONTROL_MESSAGE' : 'DATA_MESSAGE',
          logEvents: documents.map((message) => ({ message })),
        });
      default:
        return documents.join(separator);
    }
  });

const text = fc.oneof(
  { weight: 3, arbitrary: documentText },
  { weight: 3, arbitrary: shapedText },
  { weight: 1, arbitrary: shapedText.map((text) => `\ufeff${text}`) },
);

/** Text as bytes: whole, gzipped, cut anywhere (also inside a character), or in another encoding. */
const encoded = fc
  .tuple(
    text,
    fc.constantFrom('plain', 'plain', 'plain', 'gzip', 'cut', 'cut gzip', 'latin1', 'damaged'),
    fc.nat(),
  )
  .map(([text, form, at]) => {
    const bytes = Buffer.from(text);
    switch (form) {
      case 'plain':
        return bytes;
      case 'gzip':
        return gzipSync(bytes);
      case 'cut':
        return bytes.subarray(0, at % (bytes.length + 1));
      case 'cut gzip': {
        const zipped = gzipSync(bytes);
        return zipped.subarray(0, at % (zipped.length + 1));
      }
      case 'latin1':
        return Buffer.from(text, 'latin1');
      default:
        if (bytes.length > 0) bytes[at % bytes.length] = at >> 8;
        return bytes;
    }
  });

const number = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: -9, max: 9999 }) },
);

/** A line as our own carriers have it, true or forged, well formed or nearly. */
const carrierLine = fc
  .tuple(
    number,
    fc.oneof(fc.integer({ min: -2, max: 2 }), fc.maxSafeNat()),
    fc.constantFrom('\n', '\n', '\n', ' ', ''),
  )
  .map(
    ([attempt, arrived, end]) =>
      `{"eventlake":{"attempt":${attempt},"arrived":${recordArrivalMs - arrived}}}${end}`,
  );

/** The bytes of one record: anything. */
export const recordBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 12, arbitrary: encoded },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.array(carrierLine, { minLength: 1, maxLength: 2 }), encoded)
      .map(([lines, payload]) => Buffer.concat([Buffer.from(lines.join('')), payload])),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);

/** When every record arrives that is made here. */
export const recordArrivalMs = Date.UTC(2026, 10, 20, 12);

/** The data of one record, nearly always base64. */
export const recordData: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 30,
    arbitrary: recordBytes.map((bytes) => Buffer.from(bytes).toString('base64')),
  },
  { weight: 1, arbitrary: fc.constantFrom('é', 'a', '"', '====', '{}', 'YQ') },
);
