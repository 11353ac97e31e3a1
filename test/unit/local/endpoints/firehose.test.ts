import { FirehoseClient, PutRecordBatchCommand, PutRecordCommand } from '@aws-sdk/client-firehose';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createFirehoseEndpoint,
  type FirehoseEndpointOptions,
} from '../../../../local/endpoints/firehose.ts';
import { createStream } from '../../../../local/firehose/stream.ts';
import {
  createFunction,
  createMemoryStore,
  ok,
  smallConfiguration,
} from '../../../support/firehose-fixture.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** An endpoint before a stream, and the real client. */
async function prepare({ fault }: Pick<FirehoseEndpointOptions, 'fault'> = {}) {
  const { store, textsUnder } = createMemoryStore();
  const { invoke } = createFunction(({ text }) => ok(text));
  const stream = createStream(smallConfiguration, { invoke, store, now: () => 0 });
  const { name: streamName } = smallConfiguration;
  const endpoint = await createFirehoseEndpoint({
    streamName,
    sink: stream,
    ...(fault && { fault }),
  });
  const client = new FirehoseClient({
    endpoint: endpoint.url,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
  });
  opened.push({ close: () => client.destroy() }, endpoint);
  const delivered = async () => {
    await stream.drain();
    return textsUnder('data/');
  };
  return { endpoint, client, streamName, delivered };
}

describe('The Firehose endpoint', () => {
  test('takes batches of the real client to the stream', async () => {
    const { endpoint, client, streamName, delivered } = await prepare();
    const records = ['one', 'two\u{1f600}'].map((text) => ({ Data: Buffer.from(text) }));

    const answer = await client.send(
      new PutRecordBatchCommand({ DeliveryStreamName: streamName, Records: records }),
    );

    expect(answer).toMatchObject({ FailedPutCount: 0, Encrypted: false });
    expect(answer.RequestResponses?.every(({ RecordId }) => RecordId !== undefined)).toBe(true);
    expect(await delivered()).toEqual(['one\ntwo\u{1f600}\n']);
    expect(endpoint.calls).toEqual([
      { number: 1, operation: 'PutRecordBatch', records: records.map(({ Data }) => Data) },
    ]);
  });

  test('takes single records', async () => {
    const { client, streamName, delivered } = await prepare();

    const { RecordId } = await client.send(
      new PutRecordCommand({
        DeliveryStreamName: streamName,
        Record: { Data: Buffer.from('one') },
      }),
    );

    expect(RecordId).toMatch(/./);
    expect(await delivered()).toEqual(['one\n']);
  });

  test.each([
    ['another stream', 'other', [{ Data: Buffer.from('x') }], 'ResourceNotFoundException'],
    ['no record', undefined, [], 'ValidationException'],
    [
      'a record that is too large',
      undefined,
      [{ Data: Buffer.alloc(1000 * 1024 + 1) }],
      'ValidationException',
    ],
    [
      'records that are too large together',
      undefined,
      Array.from({ length: 5 }, () => ({ Data: Buffer.alloc(1000 * 1024) })),
      'InvalidArgumentException',
    ],
  ])('refuses %s as the service does', async (_, name, records, code) => {
    const { client, streamName } = await prepare();

    const put = client.send(
      new PutRecordBatchCommand({ DeliveryStreamName: name ?? streamName, Records: records }),
    );

    await expect(put).rejects.toMatchObject({ name: code });
  });

  test.each([
    ['throttle', 'ServiceUnavailableException', 503],
    ['deny', 'AccessDeniedException', 400],
    ['internal-error', 'InternalFailure', 500],
  ] as const)(
    'answers a call that it is told to %s with %s, and takes nothing',
    async (...given) => {
      const [kind, code, status] = given;
      const { client, streamName, delivered } = await prepare({ fault: () => ({ kind }) });

      const put = client.send(
        new PutRecordBatchCommand({
          DeliveryStreamName: streamName,
          Records: [{ Data: Buffer.from('one') }],
        }),
      );

      await expect(put).rejects.toMatchObject({
        name: code,
        $metadata: { httpStatusCode: status },
      });
      expect(await delivered()).toEqual([]);
    },
  );

  test('refuses the records that it is told to, and takes the others', async () => {
    const { client, streamName, delivered } = await prepare({
      fault: () => ({ kind: 'partial', isRefused: (index) => index % 2 === 0 }),
    });

    const answer = await client.send(
      new PutRecordBatchCommand({
        DeliveryStreamName: streamName,
        Records: ['a', 'b', 'c'].map((text) => ({ Data: Buffer.from(text) })),
      }),
    );

    expect(answer.FailedPutCount).toBe(2);
    expect(answer.RequestResponses?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'ServiceUnavailableException',
      undefined,
      'ServiceUnavailableException',
    ]);
    expect(await delivered()).toEqual(['b\n']);
  });

  test('takes what it then cuts its answer to', async () => {
    const { client, streamName, delivered } = await prepare({ fault: () => ({ kind: 'cut' }) });

    const put = client.send(
      new PutRecordCommand({ DeliveryStreamName: streamName, Record: { Data: Buffer.from('a') } }),
    );

    await expect(put).rejects.toThrow();
    expect(await delivered()).toEqual(['a\n']);
  });

  test('answers late where it is told to, and only the calls that it is told to', async () => {
    const { client, streamName } = await prepare({
      fault: ({ number }) => number === 1 && { kind: 'delay', ms: 200 },
    });
    const put = async () => {
      const startedMs = performance.now();
      await client.send(
        new PutRecordCommand({
          DeliveryStreamName: streamName,
          Record: { Data: Buffer.from('a') },
        }),
      );
      return performance.now() - startedMs;
    };

    expect(await put()).toBeGreaterThanOrEqual(199);
    expect(await put()).toBeLessThan(150);
  });

  test.each([
    ['DescribeDeliveryStream', '{}', 'UnknownOperationException'],
    ['PutRecord', '{', 'SerializationException'],
    ['PutRecord', '{"DeliveryStreamName":"events"}', 'ValidationException'],
  ])('refuses %s of %s with %s', async (operation, body, code) => {
    const { endpoint } = await prepare();

    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'x-amz-target': `Firehose_20150804.${operation}` },
      body,
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: code });
  });
});
