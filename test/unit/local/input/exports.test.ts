import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readPieces } from '../../../../local/input/read-pieces.ts';
import { exportForms } from '../../../../local/input/unfold.ts';
import { collect } from '../../../support/command-fixture.ts';

/** Written by hand from the documented shapes; a number that JavaScript would change among them. */
const record = (n: number) =>
  `{"eventVersion":"1.11","eventID":"e-${n}","eventTime":"2026-11-17T21:14:03Z","eventSource":"ec2.amazonaws.com","eventName":"Stop, \\"now\\"","requestParameters":{"size":1.0,"big":12345678901234567890}}`;
const envelope =
  '{"version":"0","id":"x","source":"aws.ec2","detail-type":"EC2 Instance State-change Notification","detail":{}}';
const text = JSON.stringify;
const base64 = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64');
const cell = (value: string) => `"${value.replaceAll('"', '""')}"`;

async function read(bytes: string | Uint8Array, chunkBytes = 1 << 20) {
  const all = Buffer.from(bytes);
  const chunks = Array.from({ length: Math.ceil(all.length / chunkBytes) }, (_, at) =>
    all.subarray(at * chunkBytes, (at + 1) * chunkBytes),
  );
  const reads = await collect(
    readPieces({ name: 'a', open: () => Readable.from(chunks) }, { unfolds: true }),
  );
  return reads.flatMap(({ pieces }) => pieces);
}

const textsOf = (pieces: Awaited<ReturnType<typeof read>>) =>
  pieces.map(({ bytes, broken }) => broken ?? Buffer.from(bytes).toString());

interface Sample {
  readonly form: string;
  readonly what: string;
  readonly input: string;
  readonly place: string;
}

const samples: readonly Sample[] = [
  {
    form: 'lookup-events output',
    what: 'aws cloudtrail lookup-events',
    input: `{"Events":[${[1, 2].map((n) => `{"EventId":"e-${n}","EventTime":1795208443.0,"Resources":[],"CloudTrailEvent":${text(record(n))}}`)}],"NextToken":"x"}`,
    place: 'a:1, event 1',
  },
  {
    form: 'lookup-events output',
    what: 'the same, its token first',
    input: `{\n "NextToken": "x",\n "Events":[${[1, 2].map((n) => `{"CloudTrailEvent":${text(record(n))}}`)}]}`,
    place: 'a:1, event 1',
  },
  {
    form: 'filter-log-events output',
    what: 'aws logs filter-log-events',
    input: `{"events":[${[1, 2].map((n) => `{"logStreamName":"s","timestamp":1795208443000,"message":${text(record(n))},"ingestionTime":1,"eventId":"1"}`)}],"searchedLogStreams":[]}`,
    place: 'a:1, event 1',
  },
  {
    form: 'Logs Insights results',
    what: 'aws logs get-query-results',
    input: `{"queryLanguage":"CWLI","results":[${[1, 2].map((n) => `[{"field":"@timestamp","value":"2026-11-17 21:14:03.000"},{"field":"@message","value":${text(record(n))}},{"field":"@ptr","value":"x"}]`)}],"statistics":{"recordsMatched":2.0},"status":"Complete"}`,
    place: 'a:1, row 1',
  },
  {
    form: 'CloudTrail Lake results',
    what: 'aws cloudtrail get-query-results',
    input: `{"QueryStatus":"FINISHED","QueryStatistics":{"ResultsCount":2},"QueryResultRows":[${[1, 2].map((n) => `[{"eventID":"e-${n}"},{"eventJson":${text(record(n))}}]`)}]}`,
    place: 'a:1, row 1',
  },
  {
    form: 'SQS messages',
    what: 'aws sqs receive-message',
    input: `{"Messages":[${[1, 2].map((n) => `{"MessageId":"m","ReceiptHandle":"r","Body":${text(record(n))}}`)}]}`,
    place: 'a:1, message 1',
  },
  {
    form: 'SQS message of a Lambda event',
    what: 'what SQS invokes a Lambda with',
    input: `{"Records":[${[1, 2].map((n) => `{"messageId":"m","receiptHandle":"r","body":${text(record(n))},"eventSource":"aws:sqs"}`)}]}`,
    place: 'a:1, message 1',
  },
  {
    form: 'SNS message of a Lambda event',
    what: 'what SNS invokes a Lambda with',
    input: `{"Records":[${[1, 2].map((n) => `{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"Type":"Notification","Message":${text(record(n))}}}`)}]}`,
    place: 'a:1, message 1',
  },
  {
    form: 'SNS notification',
    what: 'notifications of SNS',
    input: [1, 2]
      .map((n) => `{"Type":"Notification","MessageId":"m","Message":${text(record(n))}}`)
      .join('\n'),
    place: 'a:1, message 1',
  },
  {
    form: 'Firehose invocation',
    what: 'what Firehose invokes a Lambda with',
    input: `{"invocationId":"i","deliveryStreamArn":"arn","region":"eu-west-1","records":[${[1, 2].map((n) => `{"recordId":"${n}","approximateArrivalTimestamp":1,"data":"${base64(record(n))}"}`)}]}`,
    place: 'a:1, record 1',
  },
  {
    form: 'CloudWatch Logs export',
    what: 'lines of an export task',
    input: [1, 2].map((n) => `2026-11-17T21:14:03.123Z ${record(n)}\n`).join(''),
    place: 'a:1',
  },
  {
    form: 'CSV',
    what: 'results of CloudTrail Lake',
    input: `\ufeffeventID,eventJson,eventTime\r\n${[1, 2].map((n) => `e-${n},${cell(record(n))},x\r\n`).join('')}`,
    place: 'a:2',
  },
  {
    form: 'CSV',
    what: 'results of Logs Insights',
    input: `@timestamp,@message\n${[1, 2].map((n) => `2026-11-17 21:14:03.000,${cell(record(n))}\n`).join('')}`,
    place: 'a:2',
  },
  {
    form: 'CSV',
    what: 'one quoted column',
    input: `"eventJson"\n${[1, 2].map((n) => cell(record(n))).join('\n')}`,
    place: 'a:2',
  },
];

describe.each(samples)('$what', ({ form, input, place }) => {
  test.each([1, 17, 1 << 20])(
    'gives the events in it, in chunks of %i bytes',
    async (chunkBytes) => {
      const pieces = await read(input, chunkBytes);

      expect(textsOf(pieces)).toEqual([record(1), record(2)]);
      expect(pieces.map((piece) => piece.form)).toEqual([form, form]);
      expect(pieces[0]?.place).toBe(place);
    },
  );

  test('may be gzipped', async () => {
    expect(textsOf(await read(gzipSync(input)))).toEqual([record(1), record(2)]);
  });
});

test('every form of JSON has a sample', () => {
  const seen = new Set(samples.map(({ form }) => form));
  const inTests = new Set([...seen, 'CloudWatch Logs event of Lambda']);

  expect(exportForms.filter((form) => !inTests.has(form))).toEqual([]);
});

test('a subscription record in a test event of Lambda comes as it is packed, for the function to read', async () => {
  const packed = gzipSync('{"messageType":"DATA_MESSAGE","logEvents":[]}');

  const [piece] = await read(`{"awslogs":{"data":"${base64(packed)}"}}`);

  expect(piece?.form).toBe('CloudWatch Logs event of Lambda');
  expect(Buffer.from(piece?.bytes ?? [])).toEqual(packed);
});

test('messages of `--query` are texts that hold events', async () => {
  const array = `[${[1, 2].map((n) => text(record(n)))}]`;

  expect(textsOf(await read(array))).toEqual([record(1), record(2)]);
});

test('exports in exports are unfolded', async () => {
  const notification = text(`{"Type":"Notification","Message":${text(envelope)}}`);
  const [piece] = await read(`{"Messages":[{"Body":${notification}}]}`);

  expect(textsOf(piece ? [piece] : [])).toEqual([envelope]);
  expect(piece).toMatchObject({ form: 'SQS messages', place: 'a:1, message 1, message 1' });
});

test('a Lambda test file of EventBridge is the event itself', async () => {
  expect(textsOf(await read(JSON.stringify(JSON.parse(envelope), null, 2)))).toEqual([
    JSON.stringify(JSON.parse(envelope), null, 2),
  ]);
});

test('a message over several lines of a log is one', async () => {
  const pretty = JSON.stringify(JSON.parse(envelope), null, 2);

  expect(textsOf(await read(`2026-11-17T21:14:03Z ${pretty}\n2026-11-17T21:14:04Z {}`))).toEqual([
    pretty,
    '{}',
  ]);
});

test('a lone surrogate in a message stays as its escape', async () => {
  const inner = '{"eventVersion":"1","x":"\ud800"}';

  expect(textsOf(await read(`{"Messages":[{"Body":${text(inner)}}]}`))).toEqual([
    '{"eventVersion":"1","x":"\\ud800"}',
  ]);
});

test('a member without an event stays as it is', async () => {
  const lookup = `{"Events":[{"CloudTrailEvent":null},{"CloudTrailEvent":${text(record(1))}}]}`;

  expect(textsOf(await read(lookup))).toEqual(['{"CloudTrailEvent":null}', record(1)]);
});

test('events that look like an export in part are events', async () => {
  const events = [
    '{"version":"0","source":"a","detail-type":"b","Events":[{"CloudTrailEvent":"{}"}]}',
    '{"Events":[1]}',
    '{"results":[[1]]}',
    '{"records":[]}',
  ];

  // The last is an empty list of records.
  expect(textsOf(await read(events.join('\n')))).toEqual(events.slice(0, 3));
});

describe('What is not to be put', () => {
  test.each([
    [
      '{"attemptsMade":1,"arrivalTimestamp":1,"errorCode":"x","rawData":"e30="}',
      'eventlake replay',
    ],
    [
      '{"event_id":"1","event_format":"cloudtrail","event_source":"aws.s3","arrival_time":"x"}',
      'eventlake restore',
    ],
  ])('%s is said to be what it is', async (line, command) => {
    const pieces = await read(`${line}\n${line}\n`);

    expect(pieces.map(({ bytes }) => bytes.length)).toEqual([0, 0]);
    expect(pieces[0]?.broken).toContain(command);
  });

  test.each([
    ['PK\x03\x04...', 'a is a zip archive: unpack it'],
    ['PAR1....', 'a is a Parquet file'],
    ['BZh91AY', 'a is packed by bzip2'],
  ])('%j is refused as a whole', async (bytes, message) => {
    await expect(read(Buffer.from(bytes, 'latin1'))).rejects.toThrow(message);
  });

  test('rows of CSV without a whole event say which column to select', async () => {
    const pieces = await read('eventID,eventName\n1,StopInstances\n2,x\n');

    expect(textsOf(pieces)[0]).toContain('(eventid, eventname, …) hold no whole event');
    expect(pieces[0]?.place).toBe('a:2');
  });

  test('CSV that breaks off keeps what was before, and says where', async () => {
    const pieces = await read(`eventID,eventJson\n1,${cell(record(1))}\n2,"{}"x"`);

    expect(textsOf(pieces)).toEqual([
      record(1),
      expect.stringContaining('CSV that cannot be read any further'),
    ]);
  });
});
