import { describe, expect, test } from '@jest/globals';
import { FunctionError } from '../../../../local/firehose/errors.ts';
import { createStream } from '../../../../local/firehose/stream.ts';
import type { Invoke } from '../../../../local/firehose/transform-batch.ts';
import {
  type Answer,
  createClock,
  createFunction,
  createMemoryStore,
  functionArn,
  ok,
  recordsOf,
  smallConfiguration,
} from '../../../support/firehose-fixture.ts';

/** Puts `one` and `two` as one batch and lets all of it become objects. */
async function run(invoke: Invoke, limits = {}) {
  const { store, textsUnder, failures } = createMemoryStore();
  const clock = createClock(5000);
  const requests: string[] = [];
  const stream = createStream(
    smallConfiguration,
    {
      store,
      now: clock.now,
      invoke: async (requestJson, options) => {
        requests.push(requestJson);
        clock.advance(1);
        return invoke(requestJson, options);
      },
    },
    { limits },
  );
  await stream.putRecordBatch([Buffer.from('one'), Buffer.from('two')], {
    arrivalMs: [1000, 2000],
  });
  await stream.drain();
  return {
    requests,
    data: textsUnder('data/').join(''),
    failures: failures(),
    counters: stream.counters(),
  };
}

/** Answers `one` with an Ok line and `two` as given. */
const answerTwo = (answer: Answer) =>
  createFunction(({ text }) => (text === 'one' ? ok(text) : answer)).invoke;

const failuresOf = (errorCode: string, errorMessage: string, attemptsMade: number) =>
  [
    { rawData: 'b25l', arrivalTimestamp: 1000 },
    { rawData: 'dHdv', arrivalTimestamp: 2000 },
  ].map((record) => ({
    ...record,
    errorCode,
    errorMessage,
    attemptsMade,
    attemptEndingTimestamp: 5000 + attemptsMade,
    lambdaARN: functionArn,
  }));

const functionError =
  'The Lambda function was successfully invoked but it returned an error result.';
const unknownResult =
  'Check your function and make sure the output is in required format. In addition to that, make sure the processed records contain valid result status of Dropped, Ok, or ProcessingFailed';
const missingRecordId =
  'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.';
const noKey = 'partitionKeys values must not be null or empty';

const timedOut = new FunctionError({
  errorType: 'Sandbox.Timedout',
  errorMessage: 'RequestId: 1 Error: Task timed out after 60.00 seconds',
});

describe('A record that the function answers', () => {
  test('Ok is in a data object, byte for byte what was returned', async () => {
    const { data, failures, counters } = await run(answerTwo(ok('second')));

    expect(data).toBe('one\nsecond\n');
    expect(failures).toEqual([]);
    expect(counters.records).toMatchObject({ received: 2, ok: 2, dropped: 0, failed: 0 });
  });

  test('Dropped leaves no trace', async () => {
    const { data, failures, counters } = await run(answerTwo({ result: 'Dropped' }));

    expect(data).toBe('one\n');
    expect(failures).toEqual([]);
    expect(counters.records).toMatchObject({ received: 2, ok: 1, dropped: 1, failed: 0 });
  });

  test('ProcessingFailed is in an error object as it was put, after one attempt', async () => {
    const answer = { result: 'ProcessingFailed', data: 'c29tZXRoaW5nIGVsc2U=' };

    const { data, failures, requests } = await run(answerTwo(answer));

    expect(data).toBe('one\n');
    expect(failures).toEqual([
      failuresOf('Lambda.ProcessingFailedStatus', 'ProcessingFailed status set for record', 1)[1],
    ]);
    expect(requests).toHaveLength(1);
  });

  test('Ok without data fails alone', async () => {
    const { data, failures } = await run(answerTwo({ ...ok('x'), data: undefined }));

    expect(data).toBe('one\n');
    expect(failures).toMatchObject([
      {
        rawData: 'dHdv',
        errorCode: 'Lambda.InvalidReturnFormat',
        errorMessage: expect.stringContaining('The data field cannot be null'),
        attemptsMade: 1,
      },
    ]);
  });

  test('Ok with null as data fails alone too', async () => {
    const { failures } = await run(answerTwo({ ...ok('x'), data: null }));

    expect(failures).toMatchObject([{ errorCode: 'Lambda.InvalidReturnFormat' }]);
  });

  test('Ok with empty data adds nothing to its object', async () => {
    const { data, failures, counters } = await run(answerTwo({ ...ok('x'), data: '' }));

    expect(data).toBe('one\n');
    expect(failures).toEqual([]);
    expect(counters.records.ok).toBe(2);
  });

  test('not at all fails alone, with no other attempt', async () => {
    const { data, failures, requests } = await run(async (requestJson) => {
      const [one] = recordsOf(requestJson);
      return JSON.stringify({ records: [{ recordId: one?.recordId, ...ok('one') }] });
    });

    expect(data).toBe('one\n');
    expect(failures).toEqual([failuresOf('Lambda.MissingRecordId', missingRecordId, 1)[1]]);
    expect(requests).toHaveLength(1);
  });

  test('twice fails alone', async () => {
    const { data, failures } = await run(async (requestJson) => {
      const [one, two] = recordsOf(requestJson);
      const records = [one, two, two].map((record) => ({
        recordId: record?.recordId,
        ...ok(record?.text ?? ''),
      }));
      return JSON.stringify({ records });
    });

    expect(data).toBe('one\n');
    expect(failures).toMatchObject([
      {
        rawData: 'dHdv',
        errorCode: 'Lambda.DuplicatedRecordId',
        errorMessage: expect.stringContaining(
          'Multiple records were returned with the same record Id',
        ),
        attemptsMade: 1,
      },
    ]);
  });

  test.each([
    ['another word', 'ok'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 1],
  ])('with %s as result fails the whole batch, with no other attempt', async (_, result) => {
    const { data, failures, requests } = await run(answerTwo({ ...ok('two'), result }));

    expect(data).toBe('');
    expect(failures).toEqual(failuresOf('Lambda.FunctionError', unknownResult, 1));
    expect(requests).toHaveLength(1);
  });

  test.each(['%%%', 'YQ', 'YQ=', '====', 'YWJ-', 'YWJ_', 'YW Jj', 'YQ==YQ==', 1, { a: 1 }])(
    'with data that is not base64, %j, fails the whole batch, with no other attempt',
    async (data) => {
      const { failures, requests } = await run(answerTwo({ ...ok('two'), data }));

      expect(failures).toEqual(failuresOf('Lambda.FunctionError', functionError, 1));
      expect(requests).toHaveLength(1);
    },
  );

  test.each([
    ['no metadata', undefined],
    ['null as metadata', null],
    ['text as metadata', 'k'],
    ['no partition keys', {}],
    ['no key of that name', { partitionKeys: { other: 'x' } }],
    ['an empty key', { partitionKeys: { k: '' } }],
    ['null as key', { partitionKeys: { k: null } }],
    ['a number as key', { partitionKeys: { k: 7 } }],
    ['a list of keys', { partitionKeys: ['k'] }],
  ])('Ok with %s goes to the error output as it was put', async (_, metadata) => {
    const { data, failures, counters } = await run(answerTwo({ ...ok('second'), metadata }));

    expect(data).toBe('one\n');
    expect(failures).toEqual([
      failuresOf('DynamicPartitioning.MetadataExtractionFailed', noKey, 1)[1],
    ]);
    expect(counters.errorObjectsByType).toEqual({ 'metadata-extraction-failed': 1 });
  });

  test('Ok with a key that makes the prefix too long goes to the error output', async () => {
    const { failures } = await run(answerTwo(ok('second', 'k'.repeat(600))));

    expect(failures).toMatchObject([
      {
        errorCode: 'DynamicPartitioning.MetadataExtractionFailed',
        errorMessage: 'Length of evaluated prefix cannot be greater than 512',
      },
    ]);
  });

  test('Ok with keys that the prefix does not name is delivered', async () => {
    const metadata = { partitionKeys: { k: 'a', other: '' } };

    const { data } = await run(answerTwo({ ...ok('second'), metadata }));

    expect(data).toBe('one\nsecond\n');
  });
});

describe('A function that', () => {
  test.each([
    ['throws', new Error('boom')],
    ['runs out of its own time', timedOut],
    [
      'is throttled',
      Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' }),
    ],
    ['cannot be reached', undefined],
  ])('%s is tried four times, then every record fails', async (_, error) => {
    const { data, failures, requests, counters } = await run(() => Promise.reject(error));

    expect(data).toBe('');
    expect(failures).toEqual(failuresOf('Lambda.FunctionError', functionError, 4));
    expect(requests).toHaveLength(4);
    expect(counters).toMatchObject({ invocations: 4, functionErrors: 4 });
  });

  test('throws gets the same records under a new invocation id', async () => {
    const { requests } = await run(async () => {
      throw new Error('boom');
    });

    const parsed = requests.map((requestJson) => JSON.parse(requestJson));
    const ids = parsed.map(({ invocationId }) => invocationId);
    expect(new Set(ids).size).toBe(4);
    expect(parsed.map(({ records }) => records)).toEqual(Array(4).fill(parsed[0].records));
  });

  test('throws once is tried again, and the attempts are counted', async () => {
    let count = 0;
    const { invoke } = createFunction(({ text }) =>
      text === 'one' ? ok(text) : { result: 'ProcessingFailed' },
    );

    const { data, failures } = await run(async (requestJson, options) => {
      if (++count === 1) throw new Error('boom');
      return invoke(requestJson, options);
    });

    expect(data).toBe('one\n');
    expect(failures).toMatchObject([
      { errorCode: 'Lambda.ProcessingFailedStatus', attemptsMade: 2 },
    ]);
  });

  test('answers more than 6 MB fails like one that throws', async () => {
    const { invoke } = createFunction(({ text }) => ok(text));

    const { failures, requests } = await run(invoke, { maxResponseBytes: 200 });

    expect(failures).toEqual(failuresOf('Lambda.FunctionError', functionError, 4));
    expect(requests).toHaveLength(4);
  });

  test('answers exactly as much as it may is heard', async () => {
    let responseBytes = 0;
    const { invoke } = createFunction(({ text }) => ok(text));
    await run(async (requestJson, options) => {
      const responseJson = await invoke(requestJson, options);
      responseBytes = Buffer.byteLength(responseJson);
      return responseJson;
    });

    const whole = await run(invoke, { maxResponseBytes: responseBytes });
    const over = await run(invoke, { maxResponseBytes: responseBytes - 1 });

    expect(whole.data).toBe('one\ntwo\n');
    expect(over.data).toBe('');
  });

  test.each(['{}', 'null', '"text"', '7', '[]', '{"records":{}}', '{"records":[null,1,"x",[]]}'])(
    'answers %s returned no record: all are missing, with no other attempt',
    async (responseJson) => {
      const { failures, requests } = await run(async () => responseJson);

      expect(failures).toEqual(failuresOf('Lambda.MissingRecordId', missingRecordId, 1));
      expect(requests).toHaveLength(1);
    },
  );

  test('answers what is not JSON returned no record either', async () => {
    const { failures, requests } = await run(async () => 'undefined');

    expect(failures).toEqual(failuresOf('Lambda.MissingRecordId', missingRecordId, 1));
    expect(requests).toHaveLength(1);
  });

  test('returns ids that nobody sent is heard for the others, whatever it says of those', async () => {
    const { data, failures } = await run(async (requestJson) => {
      const known = recordsOf(requestJson).map(({ recordId, text }) => ({ recordId, ...ok(text) }));
      return JSON.stringify({ records: [{ recordId: 'unknown', result: '?' }, ...known] });
    });

    expect(data).toBe('one\ntwo\n');
    expect(failures).toEqual([]);
  });

  test('answers in another order leaves the records in theirs', async () => {
    const { data } = await run(async (requestJson) => {
      const records = recordsOf(requestJson).map(({ recordId, text }) => ({
        recordId,
        ...ok(text),
      }));
      return JSON.stringify({ records: records.reverse() });
    });

    expect(data).toBe('one\ntwo\n');
  });
});
