import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { buildIfNeeded } from '../../../local/build.ts';
import { createWorkerFunction } from '../../../local/firehose/worker-function.ts';
import { createLambdaEndpoint, type Fault } from '../../support/lambda-endpoint.ts';
import { type Moto, startMoto } from '../tags/moto.ts';

const region = 'eu-west-1';
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };

export const trailBucket = 'trail-bucket';
export const lakeBucket = 'lake-bucket';
const prefix = 'our trail=1/';

export interface Execution {
  readonly status: string;
  readonly output?: Record<string, unknown>;
  readonly error?: string;
  readonly cause?: string;
}

/** The stack of history.yaml at moto: its state machine, with the built function. */
export interface StackAtMoto {
  readonly url: string;
  readonly prefix: string;
  readonly s3: S3Client;
  /** What the service answers instead of the function, while it is set. */
  faultOf: (payload: Record<string, unknown>) => Fault | undefined;
  readonly invocations: readonly Record<string, unknown>[];
  put(bucket: string, key: string, bytes: Uint8Array, storageClass?: 'GLACIER'): Promise<void>;
  createBucket(name: string): Promise<void>;
  /** Where S3 is, with faults in between. */
  readonly proxy: string;
  /** What S3 answers instead, while it is set. */
  s3Fault: (method: string, path: string) => 'AccessDenied' | 'NoSuchKey' | undefined;
  run(name: string, input: object): Promise<Execution>;
  /** What the run wrote of itself. */
  reportOf(name: string): Promise<Record<string, unknown>>;
  /** Starts the function anew, with these variables beside its own. */
  restart(environment: Readonly<Record<string, string>>): Promise<void>;
  /** Invocations that the account has for all its functions. */
  unreserved: number;
  mapRunOf(name: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function openStack(motoServer: string): Promise<StackAtMoto> {
  const [bundle] = (await buildIfNeeded()).filter(
    ({ logicalId }) => logicalId === 'HistoryFunction',
  );
  if (!bundle) throw new Error('history.yaml has no HistoryFunction');
  let moto: Moto | undefined;
  let fn: ReturnType<typeof createWorkerFunction> | undefined;
  const log = new Writable({ write: (_chunk, _encoding, done) => done() });
  const stack = {
    faultOf: (() => undefined) as StackAtMoto['faultOf'],
    s3Fault: (() => undefined) as StackAtMoto['s3Fault'],
    unreserved: 1000,
  };
  const lambda = await createLambdaEndpoint({
    invoke: (payload) => fn?.invoke(payload) ?? Promise.reject(new Error('not yet')),
    faultOf: (payload) => stack.faultOf(payload),
    others: () => moto?.url ?? '',
    unreserved: () => stack.unreserved,
    s3FaultOf: (method, path) => stack.s3Fault(method, path),
  });
  moto = await startMoto(motoServer, { MOTO_PORT: new URL(lambda.url).port });
  const { url } = moto;
  const restart = async (environment: Readonly<Record<string, string>>) => {
    await fn?.close();
    fn = createWorkerFunction({
      module: bundle.file,
      export: bundle.handler,
      environment: {
        TRAIL_LOCATION: `s3://${trailBucket}/${prefix}`,
        LAKE_LOCATION: `s3://${lakeBucket}`,
        FIRST_DAY: '2024-01-01',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_ENDPOINT_URL_S3: url,
        ...environment,
      },
      memoryMb: 1769,
      timeoutMs: 900_000,
      concurrency: 2,
      stdout: log,
    });
  };
  await restart({});
  const s3 = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true });
  const createBucket = async (Bucket: string) => {
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  };
  await createBucket(trailBucket);
  await createBucket(lakeBucket);
  await fetch(`${url}/moto-api/config`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
  });

  const definition = definitionWith({
    Partition: 'aws',
    FunctionArn: `arn:aws:lambda:${region}:123456789012:function:history`,
    LakeBucket: lakeBucket,
    MaxConcurrency: '4',
    ReportTopicArn: '',
  });
  const states = (action: string, input: object) => ask(url, action, input);
  const { stateMachineArn } = await states('CreateStateMachine', {
    name: 'history',
    definition,
    roleArn: 'arn:aws:iam::123456789012:role/states',
  });
  const arnOf = (name: string) =>
    `${String(stateMachineArn).replace(':stateMachine:', ':execution:')}:${name}`;

  return Object.assign(stack, {
    url,
    prefix,
    s3,
    invocations: lambda.invocations,
    proxy: lambda.url,
    createBucket,
    async put(Bucket: string, Key: string, Body: Uint8Array, StorageClass?: 'GLACIER') {
      await s3.send(
        new PutObjectCommand({ Bucket, Key, Body, ...(StorageClass && { StorageClass }) }),
      );
    },
    async run(name: string, input: object): Promise<Execution> {
      await states('StartExecution', { stateMachineArn, name, input: JSON.stringify(input) });
      for (;;) {
        const { status, output, error, cause } = await states('DescribeExecution', {
          executionArn: arnOf(name),
        });
        if (status !== 'RUNNING') {
          return {
            status: String(status),
            ...(output ? { output: JSON.parse(String(output)) } : {}),
            ...(error ? { error: String(error) } : {}),
            ...(cause ? { cause: String(cause) } : {}),
          };
        }
        await wait(200);
      }
    },
    restart,
    async reportOf(name: string) {
      const Key = `parts/runs/${name}/report.json`;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: lakeBucket, Key }));
      return JSON.parse((await Body?.transformToString()) ?? '');
    },
    async mapRunOf(name: string) {
      const { mapRuns } = await states('ListMapRuns', { executionArn: arnOf(name) });
      const [{ mapRunArn } = { mapRunArn: '' }] = mapRuns as { mapRunArn: string }[];
      return states('DescribeMapRun', { mapRunArn });
    },
    async close() {
      await fn?.close();
      await lambda.close();
      await moto?.close();
    },
  });
}

/** The definition as CloudFormation makes it, with its substitutions; it waits a second, and once. */
export function definitionWith(substitutions: Readonly<Record<string, string>>): string {
  // So that what fails does so soon.
  const text = readFileSync(new URL('../../../history.asl.json', import.meta.url), 'utf8')
    .replaceAll(/"IntervalSeconds": \d+/g, '"IntervalSeconds": 1')
    .replaceAll(/"MaxAttempts": [1-9]\d*/g, '"MaxAttempts": 1');
  return text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = substitutions[name];
    if (value === undefined) throw new Error(`history.asl.json: nothing is given for ${name}`);
    return value;
  });
}

/** AWS Step Functions API Reference. moto tells services apart by the scope of the signature, and checks no more. */
async function ask(url: string, action: string, input: object): Promise<Record<string, unknown>> {
  const scope = `Credential=${credentials.accessKeyId}/20240101/${region}/states/aws4_request`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AWSStepFunctions.${action}`,
      authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${action}: ${answer.status} ${body}`);
  return JSON.parse(body);
}

/** The lines of all objects below a prefix, by key without the part's id: it depends on ETags. */
export async function linesAt(
  s3: S3Client,
  prefix: string,
  bucket = lakeBucket,
): Promise<Map<string, string[]>> {
  const lines = new Map<string, string[]>();
  for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
    const { Contents = [], NextContinuationToken } = await s3.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ...(token && { ContinuationToken: token }),
      }),
    );
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      const bytes = gunzipSync((await Body?.transformToByteArray()) ?? '');
      lines.set(withoutId(Key), bytes.toString().split('\n').slice(0, -1));
    }
    token = NextContinuationToken;
  }
  return lines;
}

export const withoutId = (key: string) => key.replace(/files-[0-9a-f]{20}/, 'files');
