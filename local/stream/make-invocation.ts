import { serviceLimits } from '../firehose/limits.ts';
import { createRecordMaker } from '../firehose/record.ts';
import { requestOf } from '../firehose/request.ts';
import type { StackStream } from '../template/load-stack.ts';
import { arrivalOf } from './arrival.ts';

/** The id of every invocation that is made here, so that the same events make the same text. */
const invocationId = '00000000-0000-4000-8000-000000000000';

/**
 * The invocation that Firehose would make of records, as the JSON text that `sam local invoke -e` takes: the
 * service's fields in its order, ids of 62 digits, each record arriving when its event happened.
 * Amazon Data Firehose Developer Guide, Transform source data.
 */
export function invocationText(
  records: readonly Uint8Array[],
  { arn: deliveryStreamArn }: Pick<StackStream, 'arn'>,
): string {
  const [, , , region = ''] = deliveryStreamArn.split(':');
  const makeRecord = createRecordMaker();
  const request = requestOf(
    { invocationId, deliveryStreamArn, region },
    records.map((bytes) => makeRecord(bytes, arrivalOf(bytes))),
  );
  return `${JSON.stringify(JSON.parse(request), null, 2)}\n`;
}

/** What Lambda takes as the text of one invocation. */
export const maxInvocationBytes = serviceLimits.maxRequestBytes;
