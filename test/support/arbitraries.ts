import fc from 'fast-check';
import { mapping, type Part } from '../../src/rows/mapping.ts';
import { type Column, columns, type Family } from '../../src/rows/schema.ts';

/**
 * Generators of JSON as text. Values alone would not do: how a number is spelt, doubled keys and
 * white space are lost as soon as JavaScript holds them.
 */

/** White space that may stand between two tokens. */
export const space = fc.constantFrom('', '', '', ' ', '\n', '\r\n', '\t', ' \n\t');

const digits = fc.constantFrom(
  '0',
  '00',
  '1',
  '5',
  '9',
  '10',
  '123',
  '999999999',
  '123456789012345678',
);
const sign = fc.constantFrom('', '', '-');
const exponent = fc.constantFrom('', '', '', 'e1', 'E5', 'e+20', 'e-7', 'E+400', 'e-400', 'e00');

/** A number, spelt in every way that JSON allows. */
export const numberText = fc
  .tuple(sign, fc.array(digits, { minLength: 1, maxLength: 3 }), fc.option(digits), exponent)
  .map(([sign, whole, fraction, exponent]) => {
    const int = whole.join('').replace(/^0+(?=\d)/, '');
    return `${sign}${int}${fraction === null ? '' : `.${fraction}`}${exponent}`;
  });

const fragments = [
  'a',
  'Name',
  'é€😀',
  ' ',
  '.',
  '/',
  '\\n',
  '\\t',
  '\\"',
  '\\\\',
  '\\/',
  '\\u0000',
  '\\u001f',
  '\u007f',
  '\u2028',
  '\\u2029',
  '\ufeff',
  '\ufffd',
  '\\ud800',
  '\\udc00',
  '\\ud83d\\ude00',
  '{',
  ']',
  ',',
  ':1.0',
  '\\r\\n',
];

/** A string with its quotes: escapes, lone surrogates, NUL, whatever looks like JSON. */
export const stringText = fc
  .array(fc.constantFrom(...fragments), { maxLength: 4 })
  .map((parts) => `"${parts.join('')}"`);

/** Keys that are like a member of every object, or like nothing that a column could be named. */
const hostileKeys = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'rawJSON',
  'length',
  '0',
  '',
  'with blank',
  'with.dot',
  'line\\nbreak',
  'nul\\u0000',
  'lone\\ud800',
  '\u2028',
  'AWS::EC2::Instance',
  'EventID',
  'eventid',
  'row',
  'unmapped',
  'content',
  'items',
  'name',
];
const hostileKey = fc.constantFrom(...hostileKeys.map((key) => `"${key}"`));
const keyText = fc.oneof(
  { weight: 3, arbitrary: hostileKey },
  { weight: 1, arbitrary: stringText },
);

const scalarText = fc.oneof(
  { weight: 2, arbitrary: stringText },
  { weight: 2, arbitrary: numberText },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'null',
      'true',
      'false',
      '0',
      '""',
      '"null"',
      '"true"',
      '"i-12345678"',
    ),
  },
);

/** One value in lists and objects, so deep that recursion shows. */
const deepText = fc
  .tuple(fc.integer({ min: 1, max: 900 }), fc.boolean(), scalarText)
  .map(([levels, isObject, core]) =>
    isObject
      ? `${'{"a":'.repeat(levels)}${core}${'}'.repeat(levels)}`
      : `${'['.repeat(levels)}${core}${']'.repeat(levels)}`,
  );

const { value: anyValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'json', withCrossShrink: true },
    { weight: 6, arbitrary: scalarText },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }), space)
        .map(([elements, space]) => `[${space}${elements.join(`,${space}`)}]`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.array(fc.tuple(keyText, tie('value')), { maxLength: 3, depthIdentifier: 'json' }),
          space,
        )
        .map(([members, space]) => objectText(members, space)),
    },
  ),
}));

/** Any JSON value. */
export const jsonTextValue = fc.oneof(
  { weight: 40, arbitrary: anyValue },
  { weight: 1, arbitrary: deepText },
);

type Member = readonly [key: string, value: string];

function objectText(members: readonly Member[], space = ''): string {
  return `{${members.map(([key, value]) => `${space}${key}${space}:${value}`).join(',')}${space}}`;
}

/** JSON documents as a producer may put them end to end; arrays are lists of documents, not one. */
export const documentText = jsonTextValue.map((text) =>
  text.startsWith('[') ? `{"a":${text}}` : text,
);

const allColumns: readonly Column[] = columns;

/** Keys that tell the family of an event: they have generators of their own. */
const recognisedBy: Readonly<Record<Family, readonly string[]>> = {
  bare: ['eventVersion', 'eventSource'],
  wrapped: ['source', 'detail-type'],
  other: ['source', 'detail-type', 'detail'],
};

/** Every other key of a part that AWS documents, with what well-formed events have there. */
function documentedMembers(
  family: Family,
  part: Part,
): [key: string, value: fc.Arbitrary<string>][] {
  const { stored, twins } = mapping[family];
  return [...stored, ...twins.map((twin) => ({ ...twin, column: twin.of.column }))]
    .filter((cell) => cell.part === part && !recognisedBy[family].includes(cell.key))
    .map(({ key, column }) => {
      const type = allColumns.find(({ name }) => name === column)?.type;
      return [JSON.stringify(key), wellFormedOf(type as Column['type'], part)];
    });
}

const wellFormedText = fc.constantFrom(
  '"a"',
  '""',
  '"é😀"',
  '"a\\nb"',
  '"\\u0000"',
  '"123456789012"',
  '"\u2028"',
);
const wellFormedTime = fc.constantFrom(
  '"2026-11-20T10:11:12Z"',
  '"2026-11-20T10:11:12.345Z"',
  '"1970-01-01T00:00:00Z"',
  '"2028-02-29T23:59:59.001Z"',
  '"9999-12-31T23:59:59Z"',
);
const arn = fc.constantFrom(
  '"arn:aws:s3:::b"',
  '" i-12345678"',
  '"arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc123def4567890"',
);

function wellFormedOf(type: Column['type'], part: Part): fc.Arbitrary<string> {
  switch (type) {
    case 'string':
      return wellFormedText;
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'timestamp':
      return wellFormedTime;
    case 'json':
      return fc.oneof(anyValue, fc.constantFrom(...requests));
    default:
      return part === 'envelope'
        ? fc.array(arn, { maxLength: 2 }).map((arns) => `[${arns.join(',')}]`)
        : fc
            .array(
              fc.tuple(arn, fc.constantFrom('', ',"accountId":"123456789012"', ',"type":"t"')),
              {
                maxLength: 2,
              },
            )
            .map((list) => `[${list.map(([arn, more]) => `{"ARN":${arn}${more}}`).join(',')}]`);
  }
}

/** Values in which instances, actors and states are looked for. */
const requests = [
  '{"instanceId":"i-12345678"}',
  '{"instancesSet":{"items":[{"instanceId":"i-12345678","currentState":{"name":"stopped"}}]}}',
  '{"XRequest":{"InstanceId":{"tag":1,"content":"i-0abc123def4567890"}}}',
  '{"ConsoleLogin":"Failure"}',
  '{"type":"AssumedRole","principalId":"AROAEXAMPLE:i-12345678","sessionContext":{"attributes":{"mfaAuthenticated":"true"}}}',
  '{"instance-id":"i-12345678","state":"stopped"}',
];

/** What stands where AWS documents something else, or nothing: null, another type, another form. */
const oddValue = fc.oneof(
  { weight: 3, arbitrary: jsonTextValue },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'null',
      '"null"',
      '"true"',
      '123456789012',
      '"2026-11-20T10:11:12.000Z"',
      '"2026-11-20T11:11:12+01:00"',
      '"Nov 20, 2026 10:11:12 AM"',
      '"2026-02-30T00:00:00Z"',
      '"arn:aws:s3:::b"',
      '[{"ARN":"a","ARNPrefix":"b"}]',
      '["a",null,7,"\\ud800"]',
    ),
  },
);

/** Members of one part of an event: some of those documented, as AWS writes them. */
function wellFormedMembers(family: Family, part: Part): fc.Arbitrary<Member[]> {
  return fc
    .record(Object.fromEntries(documentedMembers(family, part)), { requiredKeys: [] })
    .map((members) => Object.entries(members) as Member[]);
}

/** Members of any sort under keys that AWS documents, and under keys that it does not. */
function oddMembers(family: Family, part: Part): fc.Arbitrary<Member[]> {
  const { constants } = mapping[family];
  const documented = [
    ...documentedMembers(family, part).map(([key]) => key),
    ...constants.filter((constant) => constant.part === part).map(({ key }) => `"${key}"`),
  ];
  const key = fc.oneof(fc.constantFrom(...documented), hostileKey);
  return fc.array(fc.tuple(key, oddValue), { maxLength: 3 });
}

const memberOf = (key: string, ...values: string[]) =>
  fc.constantFrom(...values).map((value): Member => [key, value]);

const version: Member = ['"version"', '"0"'];
const noResources: Member = ['"resources"', '[]'];
const eventSource: Member = ['"eventSource"', '"ec2.amazonaws.com"'];
const eventVersion: Member = ['"eventVersion"', '"1.11"'];
const source = memberOf('"source"', '"aws.ec2"', '"aws.s3"', '"my.app/x"', '"aws.partner/x"');
const oddSource = memberOf('"source"', '"aws.ec2"', '"s\\ud800"', '""');
const recordType = memberOf(
  '"detail-type"',
  '"AWS API Call via CloudTrail"',
  '"AWS Insight via CloudTrail"',
);
const otherType = memberOf(
  '"detail-type"',
  '"EC2 Instance State-change Notification"',
  '"Order Placed"',
);
const otherDetail = fc
  .oneof(anyValue, fc.constantFrom(...requests))
  .map((detail): Member => ['"detail"', detail]);

const wellFormedBare = fc
  .tuple(wellFormedMembers('bare', 'record'), space)
  .map(([members, space]) => objectText([...members, eventVersion, eventSource], space));

const wellFormedWrapped = fc
  .tuple(
    wellFormedMembers('wrapped', 'envelope'),
    wellFormedMembers('wrapped', 'record'),
    recordType,
    source,
    space,
  )
  .map(([envelope, record, ...[type, source, space]]) => {
    const detail: Member = ['"detail"', objectText(record, space)];
    const members = [...envelope, version, noResources, type, source];
    return objectText([...withTwins(members, record), detail], space);
  });

const wellFormedOther = fc
  .tuple(wellFormedMembers('other', 'envelope'), otherType, source, otherDetail, space)
  .map(([members, ...[type, source, detail, space]]) =>
    objectText([...members, version, type, source, detail], space),
  );

/** The same with odd members in any order; of doubled keys the last one counts. */
const oddBare = fc
  .tuple(wellFormedMembers('bare', 'record'), oddMembers('bare', 'record'), fc.nat(99), space)
  .map(([members, odd, turn, space]) =>
    objectText(rotated([...members, ...odd, eventVersion, eventSource], turn), space),
  );

const oddWrapped = fc
  .tuple(
    wellFormedMembers('wrapped', 'envelope'),
    wellFormedMembers('wrapped', 'record'),
    oddMembers('wrapped', 'envelope'),
    oddMembers('wrapped', 'record'),
    fc.subarray([version, noResources]),
    recordType,
    oddSource,
    fc.nat(99),
    space,
  )
  .map(([envelope, record, oddEnvelope, oddRecord, constants, type, source, turn, space]) => {
    const detail: Member = [
      '"detail"',
      objectText(rotated([...record, ...oddRecord], turn), space),
    ];
    const members = [...envelope, ...constants, ...oddEnvelope, type, source, detail];
    return objectText(rotated(members, turn), space);
  });

const oddOther = fc
  .tuple(
    wellFormedMembers('other', 'envelope'),
    oddMembers('other', 'envelope'),
    fc.subarray([version]),
    otherType,
    oddSource,
    otherDetail,
    fc.nat(99),
    space,
  )
  .map(([members, odd, constants, type, source, detail, turn, space]) =>
    objectText(rotated([...members, ...constants, ...odd, type, source, detail], turn), space),
  );

function rotated(members: readonly Member[], turn: number): Member[] {
  const at = turn % (members.length || 1);
  return [...members.slice(at), ...members.slice(0, at)];
}

/** A well-formed envelope has the time and Region of its record. */
function withTwins(envelope: readonly Member[], record: readonly Member[]): Member[] {
  const twins = [
    ['"time"', '"eventTime"'],
    ['"region"', '"awsRegion"'],
  ] as const;
  const others = envelope.filter(([key]) => !twins.some(([name]) => name === key));
  return [
    ...others,
    ...twins.flatMap(([name, of]): Member[] => {
      const found = record.find(([key]) => key === of);
      return found ? [[name, found[1]]] : [];
    }),
  ];
}

/** Aggregated events, with members of any sort. */
const aggregate = fc
  .tuple(
    oddMembers('bare', 'record'),
    fc.constantFrom('"AwsAggregatedEvent"', '"awsAGGREGATEDevent"'),
    fc.oneof(jsonTextValue, fc.constant('{"windowStart":"2026-11-20T10:10:00Z"}')),
    fc.nat(99),
    space,
  )
  .map(([odd, type, timeWindow, turn, space]) => {
    const own: Member[] = [
      ['"timeWindow"', timeWindow],
      ['"eventId"', '"e"'],
      ['"eventType"', type],
    ];
    return objectText([...rotated([...odd, ...own], turn), eventVersion, eventSource], space);
  });

/** Bare, wrapped and other events as AWS documents them, many members missing. */
export const wellFormedEventText = fc.oneof(
  { weight: 3, arbitrary: wellFormedBare },
  { weight: 3, arbitrary: wellFormedWrapped },
  { weight: 3, arbitrary: wellFormedOther },
);

/** Events of all families with hostile values, and documents that are none. */
export const eventText = fc.oneof(
  { weight: 4, arbitrary: oddBare },
  { weight: 4, arbitrary: oddWrapped },
  { weight: 4, arbitrary: oddOther },
  { weight: 1, arbitrary: aggregate },
  { weight: 1, arbitrary: jsonTextValue },
);

/** Cuts bytes into chunks of these sizes, again and again. */
export function chunksOf(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
