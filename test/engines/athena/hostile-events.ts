/**
 * Events whose values an engine might trip over, made by hand as JSON text: JavaScript objects would
 * lose the spelling of the numbers.
 */

const envelope = (id: string, detail: string, more: Readonly<Record<string, string>> = {}) => {
  const members = {
    version: '"0"',
    id: JSON.stringify(id),
    'detail-type': '"Something Happened"',
    source: '"aws.ec2"',
    account: '"123456789012"',
    time: '"2026-11-19T10:11:12Z"',
    region: '"eu-west-1"',
    resources: '[]',
    ...more,
    detail,
  };
  const pairs = Object.entries(members).map(([key, value]) => `${JSON.stringify(key)}:${value}`);
  return `{${pairs.join(',')}}`;
};

const record = (eventID: string, members: string) =>
  `{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","accountId":"123456789012","userName":"al\\"ice"},` +
  `"eventTime":"2026-11-19T10:11:12Z","eventSource":"ec2.amazonaws.com","eventName":"Tag\\u2028Me",` +
  `"awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","userAgent":"x","eventID":"${eventID}",` +
  `"readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"123456789012",` +
  `"eventCategory":"Management",${members}}`;

const ids = Array.from({ length: 300 }, (_, at) => `i-${(0xabc00000 + at).toString(16)}`);

export const hostileTexts: readonly string[] = [
  // Numbers that JavaScript, or a column of doubles, would round
  envelope(
    'numbers',
    '{"twenty":12345678901234567890,"big":9007199254740993,"one":1.0,"large":1e400,"minus":-0,"small":1.50e-7}',
  ),
  // Text: quotes, backslashes, control characters, separators that some readers break lines at
  envelope('text', '{"quotes":"\\"\'\\\\ $1 %s ; -- /* */","a.b":"x","":"empty key"}', {
    'detail-type':
      '"a \\"quoted\\" \\\\ back \\n new \\r\\n \\t tab \\u0000 nul \\u0085 \\u2028 \\u2029 \\u007f"',
  }),
  envelope('unicode', '{"emoji":"🏴‍☠️ 𝕏","rtl":"\\u202eabc","bom":"\\ufeffx"}', {
    'detail-type': '"🏴‍☠️ \\ud83d\\ude00 \\ufeff é e\\u0301 漢字"',
  }),
  // No UTF-8 has these
  envelope('surrogates', '{"lone":"\\ud800","pair":"\\udc00\\ud800"}', {
    'detail-type': '"x\\ud800y"',
  }),
  // Empty and absent
  envelope('empty', '{}', { region: '""', 'detail-type': '""' }),
  envelope('null', '{"a":null,"b":[null]}', { region: 'null', resources: 'null' }),
  envelope('absent', '{"x":1}', { account: '123456789012', time: '"2026-11-19T12:11:12+02:00"' }),
  // Keys that are equal but for case, or that JavaScript has a meaning for
  envelope(
    'keys',
    '{"Name":1,"name":2,"NAME":3,"__proto__":{"x":1},"constructor":"c","toString":null}',
  ),
  envelope('times', '{"x":1}', { time: '"2026-11-19T10:11:12.345Z"' }),
  envelope('list', '[1,"two",null]'),
  envelope('scalar', '"text"'),
  envelope('resources', '{"x":1}', { resources: '["arn:aws:s3:::a","arn:aws:s3:::b,c\\"d"]' }),
  // Tags as an event brings them: keys that differ in case, dots, quotes, nothing
  envelope(
    'tags',
    '{"changed-tag-keys":["a"],"service":"ec2","resource-type":"instance","version":1,' +
      '"tags":{"Name":"Web","name":"web","a.b":"","quo\\"te":"\\u2028","aws:x":"é🏴","__proto__":"p"}}',
    {
      source: '"aws.tag"',
      'detail-type': '"Tag Change on Resource"',
      resources: '["arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc123def4567890"]',
    },
  ),
  envelope('state', '{"instance-id":"i-0abc123def4567890","state":"stopped"}', {
    'detail-type': '"EC2 Instance State-change Notification"',
    resources: '["arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc123def4567890"]',
    time: '"2026-11-19T10:12:12Z"',
  }),
  // CloudTrail: parameters of every shape, a boolean as text, many instances, much text
  record(
    'text-parameters',
    '"requestParameters":"{\\"not\\":\\"an object\\"}","responseElements":null',
  ),
  record(
    'list-parameters',
    '"requestParameters":[{"a":[[]]}],"errorCode":"","errorMessage":"line\\nline"',
  ),
  record('odd-types', '"requestParameters":{"readOnly":"yes"},"apiVersion":"2016-11-15"').replace(
    '"readOnly":false',
    '"readOnly":"false"',
  ),
  record(
    'resources-of-a-call',
    '"resources":[{"ARN":"arn:aws:s3:::a","accountId":"123456789012","type":"AWS::S3::Bucket"},{"ARN":"arn:aws:s3:::b"},{}]',
  ),
  record(
    'many-instances',
    `"requestParameters":{"instancesSet":{"items":[${ids.map((id) => `{"instanceId":"${id}"}`).join(',')}]}}`,
  ),
  record(
    'much-text',
    `"requestParameters":{"text":"${'é\\n"'.replace('"', '\\"').repeat(60_000)}"}`,
  ),
];

/** What EC2 says of the instances above. */
export const hostileTags = Object.fromEntries(
  ids.slice(0, 200).map((id, at) => [id, { Name: `n ${at}`, name: '', 'k"é\u2028': 'v\\' }]),
);
