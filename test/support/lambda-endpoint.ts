import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FunctionError } from '../../local/firehose/errors.ts';

/** What the service answers to one invocation, before or instead of the function. */
export type Fault = 'throttled' | 'failed' | 'timed out';

export interface LambdaEndpoint {
  readonly url: string;
  /** Payloads of the invocations, those with a fault too, in the order in which they came. */
  readonly invocations: Record<string, unknown>[];
  close(): Promise<void>;
}

export interface LambdaEndpointOptions {
  invoke(payload: string): Promise<string>;
  /** Asked for each invocation; may be another one for each test. */
  readonly faultOf?: (payload: Record<string, unknown>) => Fault | undefined;
  /** All that is not Lambda's goes there. */
  readonly others: () => string;
  readonly unreserved?: () => number;
  /** What S3 answers instead of the other server. */
  readonly s3FaultOf?: (method: string, path: string) => string | undefined;
}

/**
 * Lambda's Invoke and GetAccountSettings, in front of a server that has all other services: what cannot be told
 * another endpoint for Lambda reaches both.
 * AWS Lambda API Reference, Invoke, GetAccountSettings.
 */
export async function createLambdaEndpoint({
  invoke,
  faultOf = () => undefined,
  others,
  unreserved = () => 1000,
  s3FaultOf = () => undefined,
}: LambdaEndpointOptions): Promise<LambdaEndpoint> {
  const invocations: Record<string, unknown>[] = [];

  const answerInvoke = async (body: string, answer: ServerResponse) => {
    const payload = JSON.parse(body);
    invocations.push(payload);
    const fault = faultOf(payload);
    if (fault === 'throttled') {
      const headers = { 'x-amzn-errortype': 'TooManyRequestsException' };
      answer.writeHead(429, { 'content-type': 'application/json', ...headers });
      answer.end(
        JSON.stringify({ Reason: 'ConcurrentInvocationLimitExceeded', message: 'Rate Exceeded.' }),
      );
      return;
    }
    const functionError = (error: object) => {
      answer.writeHead(200, {
        'content-type': 'application/json',
        'x-amz-function-error': 'Unhandled',
        'x-amz-executed-version': '$LATEST',
      });
      answer.end(JSON.stringify(error));
    };
    if (fault === 'failed') {
      return functionError({ errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited' });
    }
    if (fault === 'timed out') {
      return functionError({ errorType: 'Sandbox.Timedout', errorMessage: 'Task timed out' });
    }
    try {
      const text = await invoke(body);
      answer.writeHead(200, {
        'content-type': 'application/json',
        'x-amz-executed-version': '$LATEST',
      });
      answer.end(text);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      functionError(error.payload);
    }
  };

  const pass = (incoming: IncomingMessage, body: Buffer, answer: ServerResponse) => {
    const { method, headers, url } = incoming;
    const passed = request(new URL(url ?? '/', others()), { method, headers }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    passed.on('error', (error) => answer.writeHead(502).end(String(error)));
    passed.end(body);
  };

  const server = createServer(async (incoming, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { url = '', method = '' } = incoming;
    const s3Fault = s3FaultOf(method, url);
    if (/^\/2015-03-31\/functions\/.+\/invocations/.test(url)) {
      await answerInvoke(body.toString(), answer);
    } else if (/^\/2016-08-19\/account-settings/.test(url)) {
      answer.writeHead(200, { 'content-type': 'application/json' });
      answer.end(
        JSON.stringify({ AccountLimit: { UnreservedConcurrentExecutions: unreserved() } }),
      );
    } else if (s3Fault !== undefined) {
      // Amazon S3 API Reference, Error responses.
      answer.writeHead(s3Fault === 'NoSuchKey' ? 404 : 403, { 'content-type': 'application/xml' });
      answer.end(`<Error><Code>${s3Fault}</Code><Message>${s3Fault}</Message></Error>`);
    } else pass(incoming, body, answer);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    invocations,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
