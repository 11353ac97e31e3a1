import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';

/** A record of an invocation, and what the function answers. */
export interface Answer {
  readonly recordId: string;
  readonly result: string;
  readonly data?: string;
  readonly metadata?: {
    readonly partitionKeys?: { readonly source: string; readonly day: string };
  };
}

/** The built function, in this process; what it puts on its stream again is kept. */
export interface BuiltFunction {
  invoke(records: readonly Buffer[], arrivalMs: number): Promise<readonly Answer[]>;
  /** Takes what was put since it was asked last. */
  takePut(): Buffer[];
  close(): void;
}

const streamArn = 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/attacked';

/** Loads the bundle of a build with its environment. It speaks to nobody but a server on this machine. */
export async function openFunction(
  bundle: string,
  environment: Readonly<Record<string, string>>,
): Promise<BuiltFunction> {
  let taken: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { Records } = JSON.parse(Buffer.concat(chunks).toString()) as {
        Records: { Data: string }[];
      };
      taken.push(...Records.map(({ Data }) => Buffer.from(Data, 'base64')));
      const answers = Records.map((_, at) => ({ RecordId: String(at) }));
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ FailedPutCount: 0, RequestResponses: answers }));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, environment, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${port}`,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
    TAG_LOOKUP: 'off',
  });
  const { handler } = await import(pathToFileURL(bundle).href);
  const context = {
    awsRequestId: 'attack',
    functionName: 'attacked',
    memoryLimitInMB: '512',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:attacked',
    getRemainingTimeInMillis: () => 60_000,
  };
  return {
    async invoke(records, arrivalMs) {
      const response = await handler(
        {
          invocationId: 'attack',
          deliveryStreamArn: streamArn,
          region: 'eu-west-1',
          records: records.map((record, at) => ({
            recordId: String(at),
            approximateArrivalTimestamp: arrivalMs,
            data: record.toString('base64'),
          })),
        },
        context,
      );
      return response.records;
    },
    takePut() {
      const all = taken;
      taken = [];
      return all;
    },
    close: () => void server.close(),
  };
}
