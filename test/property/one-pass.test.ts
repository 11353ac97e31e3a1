import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recognise } from '../../src/events/event.ts';
import { readLimits } from '../../src/events/read.ts';
import { equalJson, isDeeperThan, parseJson } from '../../src/json.ts';
import { plainDocumentOf } from '../../src/one-pass/plain-documents.ts';
import { rowOf } from '../../src/rows/row.ts';
import { type Column, columns, type Row } from '../../src/rows/schema.ts';
import { rowTimeOf } from '../../src/rows/time.ts';
import { eventText } from '../support/arbitraries.ts';
import { goldenArrivalMs, listGoldens } from '../support/goldens.ts';
import { propertyRuns as numRuns } from '../support/property-runs.ts';

const jsonColumns = new Set(
  (columns as readonly Column[]).filter(({ type }) => type === 'json').map(({ name }) => name),
);

/** What the one pass says, or undefined where it leaves the event to the parser. */
function copied(text: string): Row | undefined {
  const found = plainDocumentOf(Buffer.from(text), goldenArrivalMs);
  if (typeof found === 'string') return undefined;
  const { line, waiting } = found;
  const times = { arrival_time: rowTimeOf(goldenArrivalMs) };
  const row = waiting ? { ...times, ...JSON.parse(`${line}}`), ...waiting.row } : rowIn(line);
  expect([found.eventSource, found.eventTime, found.kind]).toEqual([
    row.event_source,
    row.event_time,
    row.kind,
  ]);
  return JSON.parse(JSON.stringify(row)) as Row;
}

/** Base64 of a line needs no padding, so that those of many can be made at once. */
function rowIn(line: Buffer): Row {
  expect(line.length % 3).toBe(0);
  expect(line.toString()).toMatch(/^[^\n]*\}\n$/);
  return JSON.parse(line.toString()) as Row;
}

/** Cells are the same; texts of JSON mean the same: a parser forgets doubled keys and some orders. */
function expectSame(row: Row, expected: Row): void {
  expect(Object.keys(row).sort()).toEqual(Object.keys(expected).sort());
  for (const [column, cell] of Object.entries(row)) {
    const wanted = expected[column as keyof Row];
    if (jsonColumns.has(column)) {
      expect([column, equalJson(parseJson(cell as string), parseJson(wanted as string))]).toEqual([
        column,
        true,
      ]);
    } else expect([column, cell]).toEqual([column, wanted]);
  }
}

const text = fc.string({ unit: fc.constantFrom(...'aZ0 é漢😀/:.-_"\\\n\t\u0001') });
const parameters = fc.option(
  fc.dictionary(
    text,
    fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)),
  ),
);

/** Calls as CloudTrail writes nearly all: bare, or wrapped by EventBridge. */
const plainCallText = fc
  .record({
    isWrapped: fc.boolean(),
    indent: fc.constantFrom(0, 2),
    userIdentity: fc.record({
      type: fc.constantFrom('IAMUser', 'Root', 'AWSService'),
      userName: text,
    }),
    service: fc.constantFrom('s3', 'iam', 'sts'),
    userAgent: text,
    errorCode: fc.option(text),
    requestParameters: parameters,
    responseElements: parameters,
    readOnly: fc.boolean(),
    resources: fc.option(fc.array(fc.record({ ARN: text, type: text }, { requiredKeys: [] }))),
  })
  .map(({ isWrapped, indent, service, errorCode, resources, ...more }) => {
    const record = {
      eventVersion: '1.11',
      eventTime: '2026-11-20T10:11:12Z',
      eventSource: `${service}.amazonaws.com`,
      eventName: 'GetObject',
      awsRegion: 'eu-west-1',
      ...more,
      ...(errorCode === null ? {} : { errorCode }),
      ...(resources === null ? {} : { resources }),
      eventType: 'AwsApiCall',
      recipientAccountId: '123456789012',
    };
    const envelope = {
      version: '0',
      id: '7bf73129-1428-4cd3-a780-95db273d1602',
      'detail-type': 'AWS API Call via CloudTrail',
      source: `aws.${service}`,
      account: '123456789012',
      time: record.eventTime,
      region: record.awsRegion,
      resources: [],
      detail: record,
    };
    return JSON.stringify(isWrapped ? envelope : record, null, indent);
  });

/** Up to the value of `detail`. */
const wrappedHead =
  '{"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"AWS API Call via CloudTrail",' +
  '"source":"aws.s3","account":"123456789012","time":"2026-11-20T10:11:12Z","region":"eu-west-1","resources":[],"detail":';

function built(text: string): Row {
  return JSON.parse(JSON.stringify(rowOf(recognise(parseJson(text)), goldenArrivalMs))) as Row;
}

describe('A line that is copied from the bytes of a record', () => {
  test.each(['my.app', 'aws.partner/x', 'aws.s3.x', 'AWS.s3', ''])(
    'is never made in an envelope of source "%s", that anybody may put',
    (source) => {
      const of = (source: string) =>
        `${wrappedHead.replace('"aws.s3"', JSON.stringify(source))}{"eventVersion":"1.11",` +
        '"eventTime":"2026-11-20T10:11:12Z","eventSource":"s3.amazonaws.com","awsRegion":"eu-west-1",' +
        '"eventType":"AwsApiCall","userIdentity":{"type":"Root"}}}';

      expect(copied(of('aws.s3'))).toMatchObject({ actor_type: 'Root' });
      expect(copied(of(source))).not.toHaveProperty('actor_type');
      expectSame(copied(of(source)) as Row, built(of(source)));
    },
  );

  test('names the actor by what stands beside the identity', () => {
    const of = (data: string) =>
      '{"eventVersion":"1.11","eventTime":"2026-11-20T10:11:12Z","eventSource":"sso.amazonaws.com",' +
      `"eventType":"AwsApiCall","userIdentity":{"type":"Unknown"},"additionalEventData":{${data}}}`;

    for (const more of ['"bytes":1', '"UserName":"alice"', '"userName" : "alice"']) {
      expectSame(copied(of(more)) as Row, built(of(more)));
    }
    expect(built(of('"userName" : "alice"'))).toMatchObject({ actor_name: 'alice' });
  });

  test('remembers nothing of other events for one whose keys have escapes', () => {
    const of = (data: string) =>
      '{"eventVersion":"1.11","eventTime":"2026-11-20T10:11:12Z","eventSource":"sso.amazonaws.com",' +
      `"eventType":"AwsApiCall","responseElements":{"a\\u0000":1},"additionalEventData":{${data}}}`;

    for (const data of ['"bytes":1', '"UserName":"bob"', '"bytes":2']) {
      expectSame(copied(of(data)) as Row, built(of(data)));
    }
    expect(built(of('"UserName":"bob"'))).toMatchObject({ actor_name: 'bob' });
  });

  test('says what the row says that is built of it, whatever the event', () => {
    fc.assert(
      fc.property(eventText, (text) => {
        const row = copied(text);
        if (row) expectSame(row, built(text));
      }),
      { numRuns },
    );
  });

  test('is made of plain calls, and says the same', () => {
    fc.assert(
      fc.property(plainCallText, (text) => {
        const row = copied(text);

        expect(row).toBeDefined();
        expectSame(row as Row, built(text));
      }),
      { numRuns },
    );
  });

  test.each(listGoldens())('says so of the golden $name', ({ eventFile }) => {
    const text = readFileSync(eventFile, 'utf8').replace(/^\ufeff/, '');

    const row = copied(text);

    if (row) expectSame(row, built(text));
  });

  test.each(
    ['', ' ', '  ', '\t', '\n', '\u00a0', '\ufeff', '\u2028', ' \t'].flatMap((space) =>
      [
        'i-0abc123def4567890',
        'arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc123def4567890',
      ].flatMap((id) => [`${space}${id}`, `${id}${space}`]),
    ),
  )('never misses an instance: %j', (instanceId) => {
    const text = JSON.stringify({
      eventVersion: '1.11',
      eventTime: '2026-11-20T10:11:12Z',
      eventSource: 'ec2.amazonaws.com',
      eventName: 'StopInstances',
      eventType: 'AwsApiCall',
      requestParameters: { instanceId },
    });

    expectSame(copied(text) as Row, built(text));
  });

  test.each(['Failure', 'Success'])('says what a call tells of a login: %s', (ConsoleLogin) => {
    const call = {
      eventVersion: '1.11',
      eventTime: '2026-11-20T10:11:12Z',
      eventSource: 'signin.amazonaws.com',
      eventName: 'CheckMfa',
      eventType: 'AwsApiCall',
    };
    const textWith = (response: object) => JSON.stringify({ ...call, responseElements: response });

    const outcome = ConsoleLogin === 'Failure' ? 'failure' : 'success';
    expect(copied(textWith({ ConsoleLogin }))).toMatchObject({ outcome });
    expect(copied(textWith({ id: ConsoleLogin }))).toMatchObject({ outcome: 'success' });
  });

  const callWith = (parameters: string, time = '2026-11-20T10:11:12Z') =>
    `{"eventVersion":"1.11","eventTime":"${time}","eventSource":"s3.amazonaws.com","eventName":"GetObject",` +
    `"awsRegion":"eu-west-1","eventType":"AwsApiCall","requestParameters":${parameters}}`;

  test.each(['{"a":trux}', 'nulx', '{1:2}', '{"a" 1}', '[1;2]', '[1,]', '{"a":1,}', '01', '[1'])(
    'is not made of what is no JSON: %s',
    (parameters) => {
      expect(copied(callWith('{"a":1}'))).toBeDefined();
      expect(copied(callWith(parameters))).toBeUndefined();
    },
  );

  test.each([
    '2026-11-20T10:11:12+01:00',
    '2026-11-20T10:11:12.5Z',
    '2026-02-30T10:11:12Z',
    '2026\\u002d11-20T10:11:12Z',
    '2026-11-20T10:11:12Z\\n',
    'i-0abc123def4567890',
  ])('says as much of a time that is none, or spelt otherwise: %s', (time) => {
    const text = callWith('null', time);

    expectSame(copied(text) as Row, built(text));
  });

  test.each([
    ['bare', '', '', 999],
    ['wrapped', wrappedHead, '}', 998],
  ])('takes as many levels as the parser: %s', (_, head, end, levels) => {
    const textOf = (count: number) =>
      `${head}{"eventVersion":"1.11","eventTime":"2026-11-20T10:11:12Z","eventSource":"s3.amazonaws.com",` +
      `"awsRegion":"eu-west-1","eventType":"AwsApiCall","requestParameters":${'['.repeat(count)}${']'.repeat(count)}}${end}`;

    expect(copied(textOf(levels))).toBeDefined();
    expect(isDeeperThan(textOf(levels), readLimits.maxDepth)).toBe(false);
    expect(copied(textOf(levels + 1))).toBeUndefined();
    expect(isDeeperThan(textOf(levels + 1), readLimits.maxDepth)).toBe(true);
  });

  test('holds all of a call that grows fourfold', () => {
    const arn = `arn:aws:sts::123456789012:assumed-role/${'"'.repeat(30_000)}/${'\\'.repeat(30_000)}`;
    const text = JSON.stringify({
      eventVersion: '1.11',
      userIdentity: { type: 'AssumedRole', arn, principalId: arn, accountId: '123456789012' },
      eventTime: '2026-11-20T10:11:12Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'GetObject',
      eventType: 'AwsApiCall',
    });

    const row = copied(text);

    expect(row).toBeDefined();
    expectSame(row as Row, built(text));
  });

  test('is made of every plain call among the goldens', () => {
    const plain = listGoldens().filter(({ name }) => name.startsWith('cloudtrail/versions/'));

    const copies = plain.filter(({ eventFile }) => copied(readFileSync(eventFile, 'utf8')));

    expect(copies.length).toBeGreaterThan(plain.length / 2);
  });
});
