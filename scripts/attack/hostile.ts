import { gzipSync } from 'node:zlib';
import type { Random } from './random.ts';

/** A record to put, and what must become of it. */
export interface HostileRecord {
  readonly bytes: Buffer;
  /** JSON texts of the events in it. */
  readonly events: readonly string[];
  /** How often something of it fails. */
  readonly failures: number;
  /** How it was made, for messages. */
  readonly form: string;
}

const instances = ['i-0abc123def4567890', 'i-12345678', 'i-0fedcba9876543210'];
const arnOf = (id: string) => `arn:aws:ec2:eu-west-1:123456789012:instance/${id}`;

const fragments = [
  ...['a', 'Name', 'é€😀', ' ', '.', '/', '\\n', '\\t', '\\"', '\\\\', '\\/', '\\u0000', '\\u001f'],
  ...['\u007f', '\u2028', '\\u2029', '\ufeff', '\ufffd', '\\ud800', '\\udc00', '\\ud83d\\ude00'],
  ...['{', ']', ',', ':1.0', '\\r\\n', 'i-0abc123def4567890', 'instance/i-', '\\u0069-12345678'],
];
const oddKeys = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'toJSON', 'length', '0', ''],
  ...['with blank', 'line\\nbreak', 'nul\\u0000', 'lone\\ud800', '\u2028', 'AWS::EC2::Instance'],
  ...['EventID', 'eventid', 'unmapped', 'content', 'row', 'Name', 'name', 'K\\u00e9y'],
];
const oddNumbers = [
  ...['0', '-0', '1.0', '12345678901234567890', '1e400', '1.50e-7', '-1E+2', '9007199254740993'],
  ...['0.1', '123456789012', '4.0'],
];
const oddTimes = [
  ...['2026-11-20T10:11:12.000Z', '2026-11-20T11:11:12+01:00', '2026-11-20T10:11:12.345Z'],
  ...[
    'Nov 20, 2026 10:11:12 AM',
    '2026-02-30T00:00:00Z',
    '',
    '2026-11-20 10:11:12Z',
    '1969-12-31T23:59:59Z',
  ],
];
const times = [
  ...[
    '2026-11-20T10:11:12Z',
    '2026-11-20T23:59:59Z',
    '2026-11-19T00:00:00Z',
    '2026-11-13T08:00:00Z',
  ],
  ...['2026-11-01T08:00:00Z', '2026-11-21T00:00:01Z', '2028-02-29T23:59:59Z'],
];

const quoted = (text: string) => `"${text}"`;

function oddText(random: Random): string {
  return quoted(Array.from({ length: random.below(4) }, () => random.pick(fragments)).join(''));
}

function oddValue(random: Random, depth = 3): string {
  const kind = random.below(depth > 0 ? 12 : 8);
  if (kind < 3) return oddText(random);
  if (kind < 5) return random.pick(oddNumbers);
  if (kind === 5) return random.pick(['null', 'true', 'false', '""', '"null"', '"true"']);
  if (kind === 6) return quoted(random.pick(instances));
  if (kind === 7) return quoted(random.pick(['', ' ', 'x']) + arnOf(random.pick(instances)));
  const count = random.below(4);
  if (kind < 10) {
    return `[${Array.from({ length: count }, () => oddValue(random, depth - 1)).join()}]`;
  }
  const members = Array.from(
    { length: count },
    () => `${quoted(random.pick(oddKeys))}:${oddValue(random, depth - 1)}`,
  );
  return `{${members.join()}}`;
}

const word = (random: Random) =>
  quoted(random.pick(['a', '', 'é😀', 'a\\nb', '123456789012', '\\u0000', '\u2028']));

/** Requests and responses in which instances, tags and outcomes stand. */
function request(random: Random): string {
  const [id = '', other = ''] = random.shuffled(instances);
  return random.pick([
    '{}',
    'null',
    `{"instanceId":"${id}"}`,
    `{"instancesSet":{"items":[{"instanceId":"${id}","currentState":{"name":"stopped"}}]}}`,
    `{"XRequest":{"InstanceId":{"tag":1,"content":"${id}"}}}`,
    `{"tagSet":{"items":[{"key":"from","value":"${other}"}]},"resourcesSet":{"items":[{"resourceId":"${id}"}]}}`,
    `{"roleSessionName":"${id}","targetId":"${other}"}`,
    `{"Deep":[[{"any":" ${arnOf(id)} "}]],"clientToken":"${other}"}`,
    '{"ConsoleLogin":"Failure"}',
    '{"SwitchRole":"Failure"}',
    '{"ConsoleLogin":"Success"}',
    `"{\\"instanceId\\":\\"${id}\\"}"`,
  ]);
}

function identity(random: Random): string {
  const id = random.pick(instances);
  return random.pick([
    '{"type":"IAMUser","userName":"alice","accountId":"123456789012","arn":"arn:aws:iam::123456789012:user/alice"}',
    '{"type":"Root","accountId":"123456789012","arn":"arn:aws:iam::123456789012:root"}',
    '{"type":"Root","userName":"company","invokedBy":"AWS Internal"}',
    `{"type":"AssumedRole","principalId":"AROAEXAMPLE:${id}","arn":"arn:aws:sts::123456789012:assumed-role/web/${id}","accountId":"123456789012"}`,
    '{"type":"AssumedRole","principalId":"AROAEXAMPLE:x","sessionContext":{"sessionIssuer":{"userName":"deploy"},"attributes":{"mfaAuthenticated":"true"}}}',
    '{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}',
    '{"type":"AWSAccount","accountId":"111122223333"}',
    '{"type":"IdentityCenterUser","accountId":"123456789012"}',
    '{"type":"a\\ud800","userName":"\\udc00"}',
    '{}',
  ]);
}

type Member = readonly [key: string, value: string];

/** Members of a record: documented ones as AWS writes them, some odd, some that nobody knows. */
function recordMembers(random: Random): Member[] {
  const texts = [
    ...['eventID', 'eventName', 'awsRegion', 'eventCategory', 'apiVersion', 'sourceIPAddress'],
    ...['userAgent', 'requestID', 'sharedEventID', 'recipientAccountId', 'vpcEndpointId'],
    ...['vpcEndpointAccountId', 'sessionCredentialFromConsole'],
  ];
  const documents = ['tlsDetails', 'addendum', 'edgeDeviceDetails', 'eventContext'];
  const boolean = () => random.pick(['true', 'false', '"true"', '"no"']);
  const some: Member[] = [
    ...random.some(texts, 0.4).map((key): Member => [key, word(random)]),
    ...random.some(documents, 0.2).map((key): Member => [key, oddValue(random)]),
    ...random.some(['readOnly', 'managementEvent'], 0.5).map((key): Member => [key, boolean()]),
    ['eventTime', quoted(random.oneIn(5) ? random.pick(oddTimes) : random.pick(times))],
    ['eventType', quoted(random.pick(eventTypes))],
  ];
  const often = (key: string, value: () => string) => {
    if (random.oneIn(2)) some.push([key, value()]);
  };
  often('userIdentity', () => (random.oneIn(8) ? oddValue(random) : identity(random)));
  often('requestParameters', () => (random.oneIn(5) ? oddValue(random) : request(random)));
  often('responseElements', () => (random.oneIn(5) ? oddValue(random) : request(random)));
  often('serviceEventDetails', () => random.pick([request(random), '{"x":"Failure"}']));
  often('additionalEventData', () =>
    random.pick(['{"UserName":"bob"}', '{"MFAUsed":"No"}', request(random), oddValue(random)]),
  );
  often('errorCode', () =>
    random.pick(['""', '"AccessDenied"', '"200"', '"Success"', 'null', '403']),
  );
  often('errorMessage', () => random.pick(['""', '"no"', 'null']));
  often('resources', () =>
    random.pick([
      '[]',
      `[{"ARN":"${arnOf(random.pick(instances))}","accountId":"123456789012","type":"AWS::EC2::Instance"}]`,
      '[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::b/"}]',
      oddValue(random),
    ]),
  );
  if (random.oneIn(12)) some.push(['insightDetails', '{"state":"Start"}']);
  if (random.oneIn(3)) some.push([random.pick(oddKeys), oddValue(random)]);
  if (random.oneIn(6)) some.push([random.pick(texts), oddValue(random)]);
  return random.shuffled(random.oneIn(4) ? twisted(random, some) : some);
}

/** The same with something of another type or form in many places. */
function twisted(random: Random, members: readonly Member[]): Member[] {
  return members.map(([key, value]) =>
    key !== 'insightDetails' && random.oneIn(3) ? [key, oddValue(random)] : [key, value],
  );
}

const eventTypes = [
  ...['AwsApiCall', 'AwsApiCall', 'AwsApiCall', 'AwsConsoleSignIn', 'AwsConsoleSignin'],
  ...[
    'AwsServiceEvent',
    'AwsConsoleAction',
    'AwsVpceEvents',
    'AwsVpceEvent',
    'AwsSomethingNew',
    '',
  ],
];

function objectOf(random: Random, members: readonly Member[]): string {
  const space = random.oneIn(4) ? random.pick([' ', '\n', '\r\n\t']) : '';
  return `{${members.map(([key, value]) => `${space}${quoted(key)}${space}:${space}${value}`).join()}${space}}`;
}

const recognised: readonly Member[] = [
  ['eventVersion', '"1.11"'],
  ['eventSource', '"ec2.amazonaws.com"'],
];

function bareRecord(random: Random): string {
  return objectOf(random, [...recordMembers(random), ...recognised]);
}

function aggregate(random: Random): string {
  const start = random.oneIn(4) ? oddValue(random) : '"2026-11-20T10:10:00Z"';
  return objectOf(random, [
    ...random.some(recordMembers(random), 0.3).filter(([key]) => key !== 'eventType'),
    ['eventId', word(random)],
    ['accountId', '"123456789012"'],
    ['timeWindow', `{"windowStart":${start}}`],
    ['summary', oddValue(random)],
    ['eventType', '"AwsAggregatedEvent"'],
    ...recognised,
  ]);
}

/** Sources of AWS, of partners, of anybody, and some that only look like those of AWS. */
const sources = [
  ...['aws.ec2', 'aws.ec2', 'aws.s3', 'aws.iam', 'aws.tag', 'aws.signin', 'my.trusted.replay'],
  ...[
    'my.app',
    'aws.partner/example.com/x',
    'AWS.ec2',
    'aws.',
    'aws.ec2/x',
    'aws.ec2.x',
    ' aws.ec2',
    '',
  ],
  'route53-recovery-readiness.amazonaws.com',
];
const detailTypes = [
  ...['AWS API Call via CloudTrail', 'AWS Console Sign In via CloudTrail', 'x via CloudTrail'],
  ...['EC2 Instance State-change Notification', 'Tag Change on Resource', 'Order Placed', ''],
];

function envelope(random: Random): string {
  const detailType = random.pick(detailTypes);
  const isRecord = detailType.endsWith(' via CloudTrail');
  const detail = isRecord
    ? objectOf(random, recordMembers(random))
    : random.pick([
        `{"instance-id":"${random.pick(instances)}","state":"stopped"}`,
        `{"tags":{"team":"x"},"other":{"Id":"${arnOf(random.pick(instances))}"}}`,
        bareRecord(random),
        oddValue(random),
      ]);
  const time = random.oneIn(5) ? random.pick(oddTimes) : random.pick(times);
  const members: Member[] = [
    ...random.some<Member>(
      [
        ['version', random.oneIn(8) ? oddValue(random) : '"0"'],
        ['id', word(random)],
        ['account', random.oneIn(6) ? '123456789012' : '"123456789012"'],
        ['time', quoted(time)],
        ['region', '"eu-west-1"'],
        [
          'resources',
          random.oneIn(5)
            ? oddValue(random)
            : random.pick(['[]', `["${arnOf(random.pick(instances))}"]`]),
        ],
        [random.pick(oddKeys), oddValue(random)],
        ['replay-name', '"again"'],
      ],
      0.7,
    ),
    ['detail-type', quoted(detailType)],
    ['source', quoted(random.pick(sources))],
    ['detail', random.oneIn(10) ? random.pick(['"text"', '[1]', 'null', '7']) : detail],
  ];
  const [odd, fixed] = [members.slice(0, -3), members.slice(-3)];
  const all = random.oneIn(4) ? [...twisted(random, odd), ...fixed] : members;
  return objectOf(random, random.shuffled(all));
}

function eventOf(random: Random): string {
  const kind = random.below(10);
  if (kind < 3) return bareRecord(random);
  return kind === 3 ? aggregate(random) : envelope(random);
}

/** JSON that is no event, an object each. */
const noEvents = [
  '{"no":"event"}',
  '{"source":"aws.ec2"}',
  '{"eventVersion":null,"eventSource":"ec2.amazonaws.com"}',
  '{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1"}',
  '{"detail-type":"x","source":7}',
  '{}',
];

/** What fails alone, whatever it stands in. */
function brokenRecord(random: Random): Buffer {
  const event = eventOf(random);
  return random.pick([
    () => Buffer.from(event.slice(0, 1 + random.below(event.length - 1))),
    () => Buffer.from([0x1f, 0x8b, random.below(256), 7]),
    () => gzipSync(event).subarray(0, 20),
    () => Buffer.from([0xff, 0xfe, random.below(256)]),
    () => Buffer.from(`${'{"a":'.repeat(1200)}1${'}'.repeat(1200)}`),
    () => Buffer.from(`${event}}`.replace(/^\{/, '[')),
  ])();
}

/** A record in one of the forms that producers use. */
export function hostileRecord(random: Random): HostileRecord {
  if (random.oneIn(25)) {
    const bytes = brokenRecord(random);
    return { bytes, events: [], failures: Number.NaN, form: 'broken' };
  }
  const count = random.oneIn(3) ? 1 + random.below(6) : 1;
  const events: string[] = [];
  const documents = Array.from({ length: count }, () => {
    if (random.oneIn(12)) return random.pick(noEvents);
    const event = eventOf(random);
    events.push(event);
    return event;
  });
  const bad = documents.length - events.length;
  // Where nothing is an event the record fails as a whole.
  const failures = events.length === 0 ? 1 : bad;
  const [form, text] = formed(random, documents);
  const isPacked = random.oneIn(4);
  const bytes = isPacked ? gzipSync(text) : Buffer.from(text);
  return { bytes, events, failures, form: isPacked ? `${form}, gzipped` : form };
}

function formed(random: Random, documents: readonly string[]): [form: string, text: string] {
  const joined = documents.join(random.pick(['', '\n', ' \r\n', '\n\n']));
  switch (random.below(documents.length > 1 ? 5 : 7)) {
    case 0:
      return ['a list', `[${documents.join(random.pick([',', ' ,\n']))}]`];
    case 1:
      return ['a file of a trail', `{"Records":[${documents.join()}]}`];
    case 2: {
      const messages = documents.map(
        (text, id) => `{"id":"${id}","timestamp":1795168800000,"message":${JSON.stringify(text)}}`,
      );
      return ['log events', `{"messageType":"DATA_MESSAGE","logEvents":[${messages.join()}]}`];
    }
    case 3:
      return ['lists in lists', `[[${documents.join('],[')}]]`];
    default:
      return ['end to end', random.oneIn(5) ? `\ufeff${joined}\n` : joined];
  }
}
