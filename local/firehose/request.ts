import type { StreamRecord } from './record.ts';

/** The stream that a request names, and the id of the invocation: new at each attempt, at most 36 characters. */
export interface RequestHead {
  readonly invocationId: string;
  readonly deliveryStreamArn: string;
  readonly region: string;
}

/**
 * Writes the text that invokes the function, keys in the order of the service's. Nothing in a record needs
 * escaping, so its part is joined rather than stringified.
 * Amazon Data Firehose Developer Guide, Transform source data.
 */
export function requestOf(head: RequestHead, records: readonly StreamRecord[]): string {
  const { invocationId, deliveryStreamArn, region } = head;
  const start = JSON.stringify({ invocationId, deliveryStreamArn, region }).slice(0, -1);
  return `${start},"records":[${records.map(requestRecordOf).join(',')}]}`;
}

function requestRecordOf({ recordId, arrivalMs, data }: StreamRecord): string {
  return `{"recordId":"${recordId}","approximateArrivalTimestamp":${arrivalMs},"data":"${data}"}`;
}

/** Bytes of a request that holds no record, however long its invocation's id. */
export function requestHeadBytes(stream: Omit<RequestHead, 'invocationId'>): number {
  return Buffer.byteLength(requestOf({ ...stream, invocationId: 'x'.repeat(36) }, []));
}

/** Bytes that a record adds to a request, its comma included. */
export function requestRecordBytes(record: StreamRecord): number {
  return recordFrameBytes + String(record.arrivalMs).length + record.data.length;
}

/** The same of the largest record that a stream may get. */
export function maxRequestRecordBytes(maxRecordBytes: number): number {
  return recordFrameBytes + String(-8.64e15).length + 4 * Math.ceil(maxRecordBytes / 3);
}

const recordFrameBytes =
  `{"recordId":"${'0'.repeat(62)}","approximateArrivalTimestamp":,"data":""},`.length;
