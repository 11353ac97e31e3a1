import { createServer, type IncomingMessage, type Server, request as send } from 'node:http';
import { DeleteWorkGroupCommand } from '@aws-sdk/client-athena';
import { DeleteTrailCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { RemoveTargetsCommand } from '@aws-sdk/client-eventbridge';
import { DeleteDeliveryStreamCommand } from '@aws-sdk/client-firehose';
import { DeleteTableCommand } from '@aws-sdk/client-glue';
import { DeleteRolePolicyCommand } from '@aws-sdk/client-iam';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { awsOf } from '../../../local/doctor/aws.ts';
import { examine } from '../../../local/doctor/checks.ts';
import { collect, run } from '../../support/command-fixture.ts';
import { type Moto, startMoto } from '../tags/moto.ts';
import {
  allOfAws,
  type Clients,
  clientsAt,
  credentials,
  makeAccount,
  metricOf,
  names,
  region,
  ruleOf,
  tableOf,
} from './account.ts';

let moto: Moto;
let proxy: Server;
let url: string;
let aws: Clients;
let queueUrl: string;
/** Which requests are denied: a part of their target, body or path. */
let denied: string | undefined;
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, credentials);
  moto = await startMoto(process.env.EVENTLAKE_TEST_MOTO ?? '');
  proxy = createServer(
    (incoming, outgoing) =>
      void pass(incoming).then(({ status, type, body }) => {
        outgoing.writeHead(status, { 'content-type': type }).end(body);
      }),
  );
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`;
  aws = clientsAt(moto.url);
});
afterAll(async () => {
  proxy.close();
  await moto.close();
  process.env = before;
});
beforeEach(async () => {
  denied = undefined;
  await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
  ({ queueUrl } = await makeAccount(aws));
});

/** Hands a request on, unless it is denied. */
async function pass(incoming: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const said = `${incoming.headers['x-amz-target'] ?? ''} ${incoming.method} ${incoming.url} ${body}`;
  if (denied !== undefined && said.includes(denied)) {
    const answer = '{"__type":"AccessDeniedException","message":"no"}';
    return { status: 403, type: 'application/x-amz-json-1.1', body: Buffer.from(answer) };
  }
  return new Promise<{ status: number; type: string; body: Buffer }>((done, fail) => {
    const { hostname, port } = new URL(moto.url);
    const headers = { ...incoming.headers, host: `${hostname}:${port}` };
    const onward = send(
      { hostname, port, path: incoming.url, method: incoming.method, headers },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          done({
            status: answer.statusCode ?? 500,
            type: String(answer.headers['content-type'] ?? 'text/plain'),
            body: Buffer.concat(parts),
          }),
        );
      },
    );
    onward.on('error', fail);
    onward.end(body);
  });
}

const day = 24 * 60 * 60 * 1000;

/** What the doctor finds, later by some time if asked. */
const findings = (laterMs = 0) =>
  collect(
    examine(awsOf({ region, endpoint: url }), { stack: names.stack, nowMs: Date.now() + laterMs }),
  );

const firstWrong = async (laterMs?: number) =>
  (await findings(laterMs)).find(({ isWell }) => !isWell);

describe('A stack that works', () => {
  test('is well in every point', async () => {
    expect((await findings()).filter(({ isWell }) => !isWell)).toEqual([]);
  });

  test('is told so line by line, and the exit status is 0', async () => {
    const { status, stdout } = await run(['doctor', '--region', region, '--endpoint-url', url]);

    expect(status).toBe(0);
    expect(stdout.split('\n').filter((line) => line.startsWith('✓'))).toHaveLength(16);
    expect(stdout).toMatch(/\nAll is well\.\n$/);
  });

  test('is an object a line for machines', async () => {
    const { stdout } = await run(['doctor', '--json', '--region', region, '--endpoint-url', url]);

    const lines = stdout.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ check: 'credentials', isWell: true });
  });
});

const letter = (code: string) =>
  new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: '{}',
    MessageAttributes: { ERROR_CODE: { DataType: 'String', StringValue: code } },
  });

interface Fault {
  readonly what: string;
  readonly make: () => Promise<unknown>;
  readonly check: string;
  readonly text: string;
  readonly laterMs?: number;
}

const faults: readonly Fault[] = [
  {
    what: 'no trail',
    make: () => aws.cloudTrail.send(new DeleteTrailCommand({ Name: names.trail })),
    check: 'trail',
    text: 'No trail logs management events here',
  },
  {
    what: 'a trail that was stopped',
    make: () => aws.cloudTrail.send(new StopLoggingCommand({ Name: names.trail })),
    check: 'trail',
    text: 'The trail main does not log',
  },
  {
    what: 'a stream that was deleted',
    make: () =>
      aws.firehose.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: names.stream })),
    check: 'stream',
    text: `There is no stream ${names.stream}.`,
  },
  {
    what: 'a rule that is disabled',
    make: () => aws.events.send(ruleOf(allOfAws, 'DISABLED')),
    check: 'rule',
    text: 'is DISABLED',
  },
  {
    what: 'a target that is missing',
    make: () => aws.events.send(new RemoveTargetsCommand({ Rule: names.rule, Ids: ['stream'] })),
    check: 'rule',
    text: 'No rule of the bus default has the stream as its target.',
  },
  {
    what: 'a pattern of nobody',
    make: () => aws.events.send(ruleOf('{"source":["ec2"]}')),
    check: 'rule',
    text: 'matches no event of AWS',
  },
  {
    what: 'a role without its policy',
    make: () =>
      aws.iam.send(new DeleteRolePolicyCommand({ RoleName: names.role, PolicyName: 'put' })),
    check: 'permission of the rule',
    text: 'may not put on',
  },
  {
    what: 'invocations that failed',
    make: () =>
      aws.cloudWatch.send(
        metricOf('AWS/Events', { FailedInvocations: 3 }, { RuleName: names.rule }),
      ),
    check: 'invocations of the rule',
    text: '3 of 10 in 24 hours failed.',
  },
  {
    what: 'dead letters of three codes',
    make: async () => {
      for (const code of ['NO_PERMISSIONS', 'THROTTLING', 'RESOURCE_NOT_FOUND']) {
        await aws.sqs.send(letter(code));
      }
    },
    check: 'dead letters',
    text: '3 events could not be put on the stream: NO_PERMISSIONS, RESOURCE_NOT_FOUND, THROTTLING.',
  },
  {
    what: 'records that are throttled',
    make: () =>
      aws.cloudWatch.send(
        metricOf('AWS/Firehose', { ThrottledRecords: 2 }, { DeliveryStreamName: names.stream }),
      ),
    check: 'records of the stream',
    text: '2 of 10 records were throttled.',
  },
  {
    what: 'a function that fails',
    make: () =>
      aws.cloudWatch.send(metricOf('AWS/Lambda', { Errors: 4 }, { FunctionName: names.function })),
    check: 'function',
    text: '4 invocations failed',
  },
  {
    what: 'too many partitions',
    make: () =>
      aws.cloudWatch.send(
        metricOf(
          'AWS/Firehose',
          { PartitionCountExceeded: 1 },
          { DeliveryStreamName: names.stream },
        ),
      ),
    check: 'partitions',
    text: 'more partitions',
  },
  {
    what: 'no object',
    make: () =>
      aws.s3.send(
        new DeleteObjectCommand({
          Bucket: names.bucket,
          Key: 'events/json/source=aws.ec2/day=2026-11-17/a.json.gz',
        }),
      ),
    check: 'rows in the bucket',
    text: 'Nothing lies below',
  },
  {
    what: 'objects that are two days old',
    make: async () => {},
    check: 'rows in the bucket',
    text: 'the newest object is from',
    laterMs: 2 * day,
  },
  {
    what: 'records that failed',
    make: () =>
      aws.s3.send(
        new PutObjectCommand({
          Bucket: names.bucket,
          Key: 'errors/type=processing-failed/day=2026-11-17/a',
          Body: 'x',
        }),
      ),
    check: 'failures in the bucket',
    text: 'Records failed',
  },
  {
    what: 'a view of an older version',
    make: async () => {
      await aws.glue.send(new DeleteTableCommand({ DatabaseName: names.database, Name: 'events' }));
      await aws.glue.send(tableOf(['event_id', 'source', 'day']));
    },
    check: 'tables',
    text: 'lacks envelope_id',
  },
  {
    what: 'a workgroup that is gone',
    make: () => aws.athena.send(new DeleteWorkGroupCommand({ WorkGroup: names.workgroup })),
    check: 'workgroup',
    text: 'The workgroup eventlake is not there.',
  },
  {
    what: 'an alarm that rings',
    make: () =>
      aws.cloudWatch.send(
        new SetAlarmStateCommand({
          AlarmName: `${names.stack}-RecordsFailedAlarm-1`,
          StateValue: 'ALARM',
          StateReason: 'test',
        }),
      ),
    check: 'alarms',
    text: 'In ALARM: eventlake-RecordsFailedAlarm-1.',
  },
];

test.each(faults)('of $what the first ✗ says so', async ({ make, check, text, laterMs }) => {
  await make();

  const found = await firstWrong(laterMs);

  expect(found).toMatchObject({ check, isWell: false, text: expect.stringContaining(text) });
  expect(found?.todo).toMatch(/\w/);
});

test('a stack that is not there is the only other thing said', async () => {
  const { status, stdout } = await run([
    'doctor',
    '--stack',
    'none',
    '--region',
    region,
    '--endpoint-url',
    url,
  ]);

  expect(status).toBe(1);
  expect(stdout).toContain('✗ stack: There is no stack none in eu-west-1.');
  expect(stdout).toContain('1 to look at; begin with the first.');
});

test.each([
  ['GetCallerIdentity', 'credentials', 'sts:GetCallerIdentity'],
  ['DescribeStacks', 'stack', 'cloudformation:DescribeStacks'],
  ['DescribeTrails', 'trail', 'cloudtrail:DescribeTrails'],
  ['DescribeDeliveryStream', 'stream', 'firehose:DescribeDeliveryStream'],
  ['ListRuleNamesByTarget', 'rule', 'events:ListRuleNamesByTarget'],
  ['ListRolePolicies', 'permission of the rule', 'iam:ListRolePolicies'],
  ['GetMetricStatistics', 'invocations of the rule', 'cloudwatch:GetMetricStatistics'],
  ['GetQueueAttributes', 'dead letters', 'sqs:GetQueueAttributes'],
  ['FilterLogEvents', 'function', 'logs:FilterLogEvents'],
  [`GET /${names.bucket}`, 'rows in the bucket', 's3:ListBucket'],
  ['GetTable', 'tables', 'glue:GetTable'],
  ['GetWorkGroup', 'workgroup', 'athena:GetWorkGroup'],
  ['DescribeAlarms', 'alarms', 'cloudwatch:DescribeAlarms'],
])('where %s is denied the first ✗ is %s, with %s', async (call, check, permission) => {
  denied = call;

  expect(await firstWrong()).toMatchObject({
    check,
    text: expect.stringContaining(`It may not be looked at: the permission ${permission}`),
    todo: expect.stringContaining(`Grant ${permission}`),
  });
});
