import { gunzipSync } from 'node:zlib';
import type { Invocation, Response } from '../src/firehose/contract.ts';

/**
 * The pipeline that AWS's transformation blueprints are: decode, parse, stringify, a newline, encode.
 * It makes no row, no partition and no tags, and one bad record throws for the batch.
 */
export function blueprint(invocation: Invocation): Response {
  return transformed(invocation, (event) => event);
}

/** The same with a row as one would write it by hand for a first query: sixteen cells, no patch, no tags. */
export function naiveRows(invocation: Invocation): Response {
  return transformed(invocation, naiveRow);
}

// biome-ignore lint/suspicious/noExplicitAny: whoever writes this by hand looks at no type
function naiveRow(event: any) {
  const record = event.detail?.eventVersion ? event.detail : event.eventVersion ? event : {};
  return {
    event_id: record.eventID ?? event.id,
    event_time: (record.eventTime ?? event.time)?.replace('T', ' ').replace('Z', ''),
    detail_type: event['detail-type'],
    event_source: event.source ?? `aws.${record.eventSource?.split('.')[0]}`,
    account: event.account ?? record.recipientAccountId,
    region: event.region ?? record.awsRegion,
    event_name: record.eventName,
    error_code: record.errorCode,
    read_only: record.readOnly,
    actor_arn: record.userIdentity?.arn,
    source_ip: record.sourceIPAddress,
    user_agent: record.userAgent,
    user_identity: record.userIdentity && JSON.stringify(record.userIdentity),
    request_parameters: record.requestParameters && JSON.stringify(record.requestParameters),
    response_elements: record.responseElements && JSON.stringify(record.responseElements),
    detail: record.eventVersion ? undefined : JSON.stringify(event.detail),
  };
}

function transformed({ records }: Invocation, rowOf: (event: unknown) => unknown): Response {
  return {
    records: records.map(({ recordId, data }) => {
      const bytes = Buffer.from(data, 'base64');
      const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
      const document = JSON.parse((isZipped ? gunzipSync(bytes) : bytes).toString('utf8'));
      const events: unknown[] = isZipped ? document.Records : [document];
      const lines = events.map((event) => `${JSON.stringify(rowOf(event))}\n`).join('');
      return { recordId, result: 'Ok', data: Buffer.from(lines).toString('base64') };
    }),
  };
}
