import { gunzipSync } from 'node:zlib';
import type { StreamConfiguration } from '../../local/firehose/configuration.ts';
import type { ObjectAttributes, ObjectStore } from '../../local/firehose/ports.ts';
import type { Invoke } from '../../local/firehose/transform-batch.ts';

/** A record of a request, its data decoded. */
export interface RequestRecord {
  readonly recordId: string;
  readonly approximateArrivalTimestamp: number;
  readonly text: string;
}

/** What a function answers for one record; the id is filled in. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Stored {
  readonly key: string;
  readonly body: Uint8Array;
  readonly attributes: ObjectAttributes;
}

export const functionArn = 'arn:aws:lambda:eu-central-1:111122223333:function:transform';

/**
 * A stream with buffers of a few hundred bytes and a partition key `k`. Its objects are plain: compressed ones
 * come to the store in any order.
 */
export const smallConfiguration: StreamConfiguration = {
  name: 'events',
  arn: 'arn:aws:firehose:eu-central-1:111122223333:deliverystream/events',
  region: 'eu-central-1',
  version: 1,
  transform: { functionArn, bufferBytes: 300, bufferIntervalMs: 60_000, retries: 3 },
  dynamicPartitioning: true,
  prefix: 'data/k=!{partitionKeyFromLambda:k}/',
  errorPrefix: 'errors/!{firehose:error-output-type}/',
  extension: '',
  compression: 'none',
  bufferBytes: 500,
  bufferIntervalMs: 300_000,
};

export const base64 = (text: string) => Buffer.from(text).toString('base64');

/** An Ok answer that keeps the data, as a line, under a key. */
export const ok = (text: string, k: unknown = 'a'): Answer => ({
  result: 'Ok',
  data: base64(`${text}\n`),
  metadata: { partitionKeys: { k } },
});

/** A function that answers each record by itself; it keeps the requests that it got. */
export function createFunction(answerTo: (record: RequestRecord) => Answer) {
  const requests: string[] = [];
  const invoke: Invoke = async (requestJson) => {
    requests.push(requestJson);
    const records = recordsOf(requestJson).map((record) => ({
      recordId: record.recordId,
      ...answerTo(record),
    }));
    return JSON.stringify({ records });
  };
  return { invoke, requests };
}

export function recordsOf(requestJson: string): RequestRecord[] {
  const { records } = JSON.parse(requestJson) as {
    records: { recordId: string; approximateArrivalTimestamp: number; data: string }[];
  };
  return records.map(({ data, ...record }) => ({
    ...record,
    text: Buffer.from(data, 'base64').toString(),
  }));
}

/** A store that keeps objects in the order in which they came. */
export function createMemoryStore() {
  const objects: Stored[] = [];
  const store: ObjectStore = {
    async put(key, body, attributes) {
      objects.push({ key, body, attributes });
    },
  };
  const textsUnder = (prefix: string) =>
    objects.filter(({ key }) => key.startsWith(prefix)).map(textOf);
  return {
    store,
    objects,
    /** The text of each object whose key starts so, unpacked. */
    textsUnder,
    /** The lines of all error objects. */
    failures: () =>
      textsUnder('errors/').flatMap((text) =>
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line)),
      ),
  };
}

export function textOf({ body, attributes }: Stored): string {
  const plain = attributes.contentEncoding === 'gzip' ? gunzipSync(body) : body;
  return Buffer.from(plain).toString();
}

/** A clock that goes only when told. */
export function createClock(startMs = Date.UTC(2026, 10, 20, 12)) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}
