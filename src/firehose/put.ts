import {
  FirehoseClient,
  FirehoseServiceException,
  PutRecordBatchCommand,
  type PutRecordBatchResponseEntry,
} from '@aws-sdk/client-firehose';
import type { PutAnswer, PutBatch, Refusal } from './put-again.ts';

/**
 * Puts batches by the Firehose API. Only ever imported on first need (see service.ts).
 * "PutRecordBatch" (Amazon Data Firehose API Reference).
 */
export function createPutBatch(): PutBatch {
  // The tries are putAgain's: it knows which records were refused.
  const client = new FirehoseClient({ maxAttempts: 1 });
  return async (deliveryStreamArn, records, signal) => {
    const command = new PutRecordBatchCommand({
      DeliveryStreamName: streamNameOf(deliveryStreamArn),
      Records: records.map((Data) => ({ Data })),
    });
    return client.send(command, { abortSignal: signal }).then(
      ({ RequestResponses = [] }) => RequestResponses.map(answerOf),
      (error: unknown) => {
        const refusal = refusalIn(error);
        if (refusal === undefined) throw error;
        return records.map(() => refusal);
      },
    );
  };
}

/** Why a whole call was refused. Undefined where its records may have been taken all the same. */
function refusalIn(error: unknown): Refusal | undefined {
  if (!(error instanceof FirehoseServiceException)) return undefined;
  if (error.$metadata.httpStatusCode === 500) return undefined;
  return { code: error.name, isFinal: finalCodes.has(error.name) };
}

/** What no further try would change. Throttling and trouble of the service have other names. */
const finalCodes: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'InvalidArgumentException',
  'InvalidKMSResourceException',
  'InvalidSourceException',
  'ResourceNotFoundException',
  'SerializationException',
  'ValidationException',
]);

/** Undefined where it says neither that the record was taken nor that it was not. */
function answerOf({ RecordId, ErrorCode }: PutRecordBatchResponseEntry): PutAnswer | undefined {
  if (ErrorCode) return { code: ErrorCode, isFinal: false };
  return RecordId === undefined ? undefined : 'accepted';
}

/** The stream that invoked us, and no other: it is named by the invocation. */
function streamNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
