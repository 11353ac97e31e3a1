import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import type { PutBatch } from './put-again.ts';

/**
 * Puts batches by the Firehose API. Only ever imported on first need (see putToService).
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
    const { RequestResponses = [] } = await client.send(command, { abortSignal: signal });
    return RequestResponses.map(({ RecordId, ErrorCode }) => !ErrorCode && RecordId !== undefined);
  };
}

/** The stream that invoked us, and no other: it is named by the invocation. */
function streamNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
