import { setTimeout as wait } from 'node:timers/promises';
import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { OnSettled, ReplayRecord, ReplayTarget } from '../../replay/replay.ts';
import { serviceErrorOf } from './service-error.ts';

export interface StreamOptions {
  readonly stream: string;
  readonly region?: string | undefined;
  readonly endpointUrl?: string | undefined;
}

/** What is known of a stream before anything is put. */
export interface RealStream {
  /** Told apart from others of the same name. */
  readonly name: string;
  open(onSettled: OnSettled): Promise<ReplayTarget>;
}

/** 10 s of waiting at most. */
const maxTries = 8;
const firstWaitMs = 100;
const maxWaitMs = 4_000;

/**
 * A real stream as a target: whatever it takes arrives now. What it refuses is tried again, and only that,
 * with back-off; what it will never take, and what it cannot be asked at all, ends the replay.
 * Amazon Data Firehose API Reference, PutRecordBatch.
 */
export async function realStream({
  stream,
  region,
  endpointUrl,
}: StreamOptions): Promise<RealStream> {
  // The tries are ours: we know which records were refused.
  const client = new FirehoseClient({
    maxAttempts: 1,
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
  });
  const clientRegion = await client.config.region().catch((error: unknown) => {
    throw serviceErrorOf(error, 'Firehose');
  });
  const host = endpointUrl === undefined ? [] : [new URL(endpointUrl).host];

  /** Puts a batch once. Gives what was refused, with the code of each; all of it where nobody knows. */
  const putOnce = async (records: readonly ReplayRecord[], onSettled: OnSettled) => {
    const Records = records.map(({ bytes: Data }) => ({ Data }));
    const command = new PutRecordBatchCommand({ DeliveryStreamName: stream, Records });
    try {
      const { RequestResponses = [] } = await client.send(command);
      return records.flatMap((record, index) => {
        const { RecordId, ErrorCode, ErrorMessage = '' } = RequestResponses[index] ?? {};
        if (RecordId === undefined || ErrorCode) {
          return [{ record, code: ErrorCode ?? 'NoAnswer', reason: ErrorMessage }];
        }
        onSettled(record, { result: 'accepted' });
        return [];
      });
    } catch (error) {
      if (isFinal(error)) throw serviceErrorOf(error, 'Firehose');
      const { name: code, message: reason } = error as Error;
      return records.map((record) => ({ record, code, reason }));
    }
  };

  const target = (onSettled: OnSettled): ReplayTarget => ({
    async put(records) {
      let refused = await putOnce(records, onSettled);
      for (let tries = 1; tries < maxTries && refused.length > 0; tries++) {
        await wait(Math.min(maxWaitMs, firstWaitMs * 2 ** (tries - 1)));
        refused = await putOnce(
          refused.map(({ record }) => record),
          onSettled,
        );
      }
      for (const { record, ...why } of refused) onSettled(record, { result: 'refused', ...why });
    },
    drain: async () => {},
    close: async () => client.destroy(),
  });

  return {
    name: [...host, clientRegion, stream].join('-'),
    open: async (onSettled) => target(onSettled),
  };
}

/** What no further try would change: the request, the permissions, no credentials, nobody there. */
function isFinal(error: unknown): boolean {
  const {
    name,
    code = '',
    $metadata = {},
  } = error as Error & {
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const { httpStatusCode: status = 0 } = $metadata;
  const isRefused = status >= 400 && status < 500 && !/Throttl|LimitExceeded/.test(name);
  const isNowhere = ['ECONNREFUSED', 'ENOTFOUND'].includes(code);
  return isRefused || isNowhere || name === 'CredentialsProviderError';
}
