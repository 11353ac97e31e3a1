import { afterEach, describe, expect, test } from '@jest/globals';
import { firehoseLimits } from '../../src/firehose/limits.ts';
import { createPutBatch } from '../../src/firehose/put.ts';
import { putAgain } from '../../src/firehose/put-again.ts';
import { openStreamEndpoint } from '../support/stream-endpoint.ts';

const streamArn = 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/events';

const opened: { close(): unknown }[] = [];
const environment = { ...process.env };
afterEach(async () => {
  process.env = { ...environment };
  for (const one of opened.splice(0)) await one.close();
});

/** The client that the function has, before an endpoint that speaks the service's protocol. */
async function prepare(...stream: Parameters<typeof openStreamEndpoint>) {
  const { endpoint, taken } = await openStreamEndpoint(...stream);
  opened.push(endpoint);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_FIREHOSE: endpoint.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  });
  const startedMs = performance.now();
  let budgetMs = 60_000;
  const put = (texts: readonly string[], arn = streamArn) =>
    putAgain(
      createPutBatch(),
      arn,
      texts.map((text) => Buffer.from(text)),
      {
        remainingMs: () => budgetMs - (performance.now() - startedMs),
        wait: (ms) => new Promise((done) => setTimeout(done, ms / 20)),
      },
    );
  const giveMs = (ms: number) => {
    budgetMs = performance.now() - startedMs + ms;
  };
  return { put, giveMs, taken, calls: endpoint.calls };
}

describe('A put through the real client', () => {
  test('reaches the stream that its ARN names, byte for byte', async () => {
    const { put, taken, calls } = await prepare();

    const answers = await put(['one', 'two\u{1f600}\n', '']);

    expect(answers).toEqual(['accepted', 'accepted', 'accepted']);
    expect(taken).toEqual(['one', 'two\u{1f600}\n', '']);
    expect(calls.map(({ operation }) => operation)).toEqual(['PutRecordBatch']);
  });

  test('of more than a batch takes several calls', async () => {
    const { put, taken, calls } = await prepare();

    await put(Array.from({ length: 501 }, (_, index) => `${index}`));

    expect(calls.map(({ records }) => records.length)).toEqual([500, 1]);
    expect(taken).toHaveLength(501);
  });

  test('of the largest batch is taken', async () => {
    const { put, calls } = await prepare();
    const { maxRecordBytes, maxBatchBytes } = firehoseLimits;
    const rest = maxBatchBytes - 4 * maxRecordBytes;

    const answers = await put([
      ...Array<string>(4).fill('x'.repeat(maxRecordBytes)),
      'x'.repeat(rest),
    ]);

    expect(answers).toEqual(Array(5).fill('accepted'));
    expect(calls).toHaveLength(1);
  });

  test('that is throttled is tried again', async () => {
    const { put, taken, calls } = await prepare(
      ({ number }) => number <= 2 && { kind: 'throttle' },
    );

    expect(await put(['one'])).toEqual(['accepted']);
    expect(calls).toHaveLength(3);
    expect(taken).toEqual(['one']);
  });

  test('of which a part is refused is tried again with that part', async () => {
    const { put, taken, calls } = await prepare(
      ({ number }) => number <= 2 && { kind: 'partial', isRefused: (index) => index % 2 === 1 },
    );

    expect(await put(['a', 'b', 'c', 'd'])).toEqual(Array(4).fill('accepted'));
    expect(calls.map(({ records }) => records.map(String))).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
      ['d'],
    ]);
    expect(taken).toEqual(['a', 'c', 'b', 'd']);
  });

  test('of which a part is refused for good tells which', async () => {
    const { put, taken } = await prepare(() => ({
      kind: 'partial',
      isRefused: (index) => index === 0,
    }));

    expect(await put(['a', 'b'])).toEqual([
      { code: 'ServiceUnavailableException', isFinal: false },
      'accepted',
    ]);
    expect(taken).toEqual(['b']);
  });

  test('that the service fails is tried again', async () => {
    const { put, calls } = await prepare(
      ({ number }) => number === 1 && { kind: 'internal-error' },
    );

    expect(await put(['one'])).toEqual(['accepted']);
    expect(calls).toHaveLength(2);
  });

  test('that the service always fails may have been taken: it is tried three times, not ten', async () => {
    const { put, calls } = await prepare(() => ({ kind: 'internal-error' }));

    expect(await put(['one'])).toMatchObject([{ isFinal: false }]);
    expect(calls).toHaveLength(3);
  });

  test('of which a record has neither an id nor a code may have been taken: it is tried three times', async () => {
    const { put, calls } = await prepare(undefined, (record) =>
      record === 'b' ? undefined : 'id',
    );

    expect(await put(['a', 'b'])).toEqual(['accepted', { code: 'NoAnswer', isFinal: false }]);
    expect(calls.map(({ records }) => records.map(String))).toEqual([['a', 'b'], ['b'], ['b']]);
  });

  test('that is denied is not tried again', async () => {
    const { put, calls } = await prepare(() => ({ kind: 'deny' }));

    expect(await put(['one'])).toEqual([{ code: 'AccessDeniedException', isFinal: true }]);
    expect(calls).toHaveLength(1);
  });

  test('to a stream that is not there is not tried again', async () => {
    const { put, calls } = await prepare();

    expect(await put(['one'], 'no arn')).toEqual([
      { code: 'ResourceNotFoundException', isFinal: true },
    ]);
    expect(calls).toHaveLength(1);
  });

  test('whose answer is cut may have been taken: it is tried again, and comes twice', async () => {
    const { put, taken } = await prepare(({ number }) => number === 1 && { kind: 'cut' });

    expect(await put(['one'])).toEqual(['accepted']);
    expect(taken).toEqual(['one', 'one']);
  });

  test('whose answer is always cut is tried three times, not ten', async () => {
    const { put, taken } = await prepare(() => ({ kind: 'cut' }));

    const [answer] = await put(['one']);

    expect(answer).toMatchObject({ isFinal: false });
    expect(taken).toEqual(['one', 'one', 'one']);
  });

  test('that is slow is waited for', async () => {
    const { put, calls } = await prepare(() => ({ kind: 'delay', ms: 300 }));

    expect(await put(['one'])).toEqual(['accepted']);
    expect(calls).toHaveLength(1);
  });

  test('that is slower than there is time is given up in time', async () => {
    const { put, giveMs, calls } = await prepare(() => ({ kind: 'delay', ms: 30_000 }));
    giveMs(400);
    const startedMs = performance.now();

    const answers = await put(['one']);

    expect(answers).toEqual([{ code: 'TimeoutError', isFinal: false }]);
    expect(calls).toHaveLength(1);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
