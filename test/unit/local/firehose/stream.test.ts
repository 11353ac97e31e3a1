import { describe, expect, test } from '@jest/globals';
import type { StreamConfiguration } from '../../../../local/firehose/configuration.ts';
import type { StreamPorts } from '../../../../local/firehose/ports.ts';
import {
  createStream,
  type Stream,
  type StreamOptions,
} from '../../../../local/firehose/stream.ts';
import {
  createClock,
  createFunction,
  createMemoryStore,
  ok,
  recordsOf,
  smallConfiguration,
} from '../../../support/firehose-fixture.ts';

interface Preparation {
  readonly configuration?: Partial<StreamConfiguration>;
  readonly ports?: Partial<StreamPorts>;
  readonly options?: StreamOptions;
}

/** A stream whose function answers Ok with the record as a line, under key `a`, unless told otherwise. */
function prepare({ configuration = {}, ports = {}, options = {} }: Preparation = {}) {
  const memory = createMemoryStore();
  const clock = createClock(0);
  const echo = createFunction(({ text }) => ok(text));
  const stream = createStream(
    { ...smallConfiguration, ...configuration },
    { invoke: echo.invoke, store: memory.store, now: clock.now, ...ports },
    options,
  );
  return { stream, clock, requests: echo.requests, ...memory };
}

const bytesOf = (text: string) => Buffer.from(text);

const putAll = async (stream: Stream, texts: readonly string[]) => {
  for (const text of texts) await stream.putRecord(bytesOf(text));
};

/** Lets everything run that waits for nothing but its turn. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
};

describe('A put', () => {
  test('answers each record with an id of its own, which is not the one that the function sees', async () => {
    const { stream, requests } = prepare();

    const one = await stream.putRecord(bytesOf('one'));
    const batch = await stream.putRecordBatch([bytesOf('two'), bytesOf('three')]);
    await stream.drain();

    expect(batch).toMatchObject({ FailedPutCount: 0, Encrypted: false });
    const ids = [one, ...batch.RequestResponses].map(
      (entry) => 'RecordId' in entry && entry.RecordId,
    );
    expect(new Set(ids).size).toBe(3);
    const seen = requests.flatMap(recordsOf).map(({ recordId }) => recordId);
    expect(seen.filter((recordId) => ids.includes(recordId))).toEqual([]);
  });

  test('accepts part of a batch where the port refuses the rest', async () => {
    const refusal = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };
    const { stream, textsUnder } = prepare({
      ports: { refusePut: (data) => (Buffer.from(data).includes('no') ? refusal : undefined) },
    });

    const answer = await stream.putRecordBatch(['a', 'no', 'b'].map(bytesOf));
    await stream.drain();

    expect(answer).toEqual({
      FailedPutCount: 1,
      Encrypted: false,
      RequestResponses: [
        { RecordId: expect.any(String) },
        refusal,
        { RecordId: expect.any(String) },
      ],
    });
    expect(textsUnder('data/')).toEqual(['a\nb\n']);
    expect(stream.counters().records.received).toBe(2);
  });

  test('that the API refuses leaves nothing behind', async () => {
    const { stream, objects } = prepare();

    await expect(stream.putRecordBatch([])).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(stream.putRecord(new Uint8Array(1_024_001))).rejects.toThrow('1024000');
    await stream.drain();

    expect(objects).toEqual([]);
  });

  test('copies the bytes', async () => {
    const { stream, textsUnder } = prepare();
    const data = bytesOf('mine');

    await stream.putRecord(data);
    data.fill(0);
    await stream.drain();

    expect(textsUnder('data/')).toEqual(['mine\n']);
  });

  test('takes bytes that are a part of others', async () => {
    const { stream, textsUnder } = prepare();

    await stream.putRecord(new Uint8Array(bytesOf('before,mine,after')).subarray(7, 11));
    await stream.drain();

    expect(textsUnder('data/')).toEqual(['mine\n']);
  });

  test('takes an empty record', async () => {
    const { stream, textsUnder } = prepare();

    await stream.putRecord(new Uint8Array());
    await stream.drain();

    expect(textsUnder('data/')).toEqual(['\n']);
  });

  test('waits while batches wait for the function, having accepted its record', async () => {
    const gate = Promise.withResolvers<void>();
    const { invoke } = createFunction(({ text }) => ok(text));
    const { stream } = prepare({
      ports: {
        invoke: async (requestJson, options) => {
          await gate.promise;
          return invoke(requestJson, options);
        },
      },
    });
    let resolved = 0;

    const puts = Array.from({ length: 10 }, async () => {
      await stream.putRecord(new Uint8Array(300));
      resolved++;
    });
    await settle();
    const before = { resolved, received: stream.counters().records.received };
    gate.resolve();
    await Promise.all(puts);

    // One batch runs and one waits: the third and all that follow have no room.
    expect(before).toEqual({ resolved: 2, received: 10 });
    expect(resolved).toBe(10);
  });
});

describe('The arrival of a record', () => {
  const arrivals = (requests: readonly string[]) =>
    requests.flatMap(recordsOf).map((record) => record.approximateArrivalTimestamp);

  test('is now, unless the put or the port says otherwise', async () => {
    const { stream, clock, requests } = prepare();
    clock.advance(77);

    await stream.putRecord(bytesOf('a'));
    await stream.putRecord(bytesOf('b'), { arrivalMs: -5 });
    await stream.putRecordBatch([bytesOf('c'), bytesOf('d')], { arrivalMs: 9 });
    await stream.putRecordBatch([bytesOf('e'), bytesOf('f')], { arrivalMs: [3, 1] });
    await stream.drain();

    expect(arrivals(requests)).toEqual([77, -5, 9, 9, 3, 1]);
  });

  test('is a function of the bytes where the port says so', async () => {
    const { stream, requests } = prepare({
      ports: { arrivalOf: (data) => Number(Buffer.from(data).toString()) },
    });

    await stream.putRecord(bytesOf('8'));
    await stream.putRecordBatch([bytesOf('6'), bytesOf('7')]);
    await stream.drain();

    expect(arrivals(requests)).toEqual([8, 6, 7]);
  });

  test.each([Number.NaN, 1.5, 9e15])('cannot be %d', async (arrivalMs) => {
    const { stream } = prepare();

    await expect(stream.putRecord(bytesOf('a'), { arrivalMs })).rejects.toThrow(
      `The arrival ${arrivalMs} is no time: give epoch milliseconds, a whole number.`,
    );
    expect(stream.counters().records.received).toBe(0);
  });

  test('is given for each record of a batch or for none', async () => {
    const { stream } = prepare();

    await expect(
      stream.putRecordBatch([bytesOf('a'), bytesOf('b')], { arrivalMs: [1] }),
    ).rejects.toThrow('1 arrivals for 2 records: give one for each, or one for all.');
  });

  test('that is the latest in an invocation is the time that the function is given', async () => {
    const times: number[] = [];
    const { invoke } = createFunction(({ text }) => ok(text));
    const { stream } = prepare({
      ports: {
        invoke: (requestJson, options) => {
          times.push(options.nowMs);
          return invoke(requestJson, options);
        },
      },
    });

    await stream.putRecordBatch(['a', 'b', 'c'].map(bytesOf), { arrivalMs: [5, 9, 7] });
    await stream.drain();

    expect(times).toEqual([9]);
  });
});

describe('The order of records', () => {
  const texts = Array.from({ length: 20 }, (_, index) => `r${index}`);

  test('is kept from put to object', async () => {
    const { stream, textsUnder } = prepare();

    await putAll(stream, texts);
    await stream.drain();

    expect(textsUnder('data/').join('')).toBe(`${texts.join('\n')}\n`);
  });

  test('is shuffled within a batch on request, by the random port', async () => {
    const { stream, requests } = prepare({
      ports: { random: () => 0 },
      options: { shuffleBatches: true },
    });

    await putAll(stream, ['a', 'b', 'c', 'd']);
    await stream.drain();

    expect(requests.flatMap(recordsOf).map(({ text }) => text)).toEqual(['b', 'c', 'd', 'a']);
  });
});

describe('Several invocations at once', () => {
  test('are as many as asked for', async () => {
    let running = 0;
    let most = 0;
    const { invoke } = createFunction(({ text }) => ok(text));
    const { stream } = prepare({
      ports: {
        invoke: async (requestJson, options) => {
          most = Math.max(most, ++running);
          await settle();
          running--;
          return invoke(requestJson, options);
        },
      },
      options: { concurrency: 3 },
    });

    for (let count = 0; count < 9; count++) await stream.putRecord(new Uint8Array(300));
    await stream.drain();

    expect(most).toBe(3);
    expect(stream.counters()).toMatchObject({ invocations: 9, records: { ok: 9 } });
  });
});

describe('A record that the function puts again', () => {
  /** A function that puts each record that starts with `>` again without it, and drops the carrier. */
  function prepareReput(configuration: Partial<StreamConfiguration> = {}) {
    const answer = createFunction(({ text }) =>
      text.startsWith('>') ? { result: 'Dropped' } : ok(text),
    );
    const prepared = prepare({
      configuration,
      ports: {
        invoke: async (requestJson, options) => {
          for (const { text } of recordsOf(requestJson)) {
            if (!text.startsWith('>')) continue;
            await prepared.stream.putRecord(bytesOf(text.slice(1)), { waitForRoom: false });
          }
          return answer.invoke(requestJson, options);
        },
      },
    });
    return prepared;
  }

  test('is followed by drain to the end', async () => {
    const { stream, textsUnder } = prepareReput();

    await putAll(stream, ['>>>deep', 'flat', '>once']);
    await stream.drain();

    expect(textsUnder('data/').join('').split('\n').sort()).toEqual(['', 'deep', 'flat', 'once']);
    expect(stream.counters().records).toMatchObject({ received: 7, ok: 3, dropped: 4, failed: 0 });
  });

  test('is accepted at any time, however full the stream', async () => {
    const transform = { ...smallConfiguration.transform, functionArn: 'f', bufferBytes: 1 };
    const { stream } = prepareReput({
      transform: { ...transform, bufferIntervalMs: 0, retries: 0 },
    });

    await putAll(stream, Array(200).fill('>>x'));
    await stream.drain();

    expect(stream.counters().records).toMatchObject({ received: 600, ok: 200, dropped: 400 });
  });
});

describe('Drain', () => {
  test('of a stream that got nothing does nothing', async () => {
    const { stream, objects } = prepare();

    await stream.drain();

    expect(objects).toEqual([]);
  });

  test('leaves a stream that can go on', async () => {
    const { stream, textsUnder } = prepare();

    await putAll(stream, ['a']);
    await stream.drain();
    await putAll(stream, ['b']);
    await stream.drain();

    expect(textsUnder('data/')).toEqual(['a\n', 'b\n']);
  });

  test('delivers also what is put while it waits', async () => {
    const { stream, textsUnder } = prepare();
    await putAll(stream, ['a']);

    const drained = stream.drain();
    await putAll(stream, ['b']);
    await drained;

    expect(textsUnder('data/').join('')).toBe('a\nb\n');
  });
});

describe('A tick', () => {
  test('invokes the function when the interval of its buffer is over', async () => {
    const { stream, clock, requests } = prepare();
    await putAll(stream, ['a']);

    clock.advance(59_999);
    stream.tick();
    const before = requests.length;
    clock.advance(1);
    stream.tick();
    await settle();

    expect(before).toBe(0);
    expect(requests).toHaveLength(1);
  });

  test('writes data and errors when the interval of their buffers is over', async () => {
    const { invoke } = createFunction(({ text }) =>
      text === 'bad' ? { result: 'ProcessingFailed' } : ok(text),
    );
    const { stream, clock, objects } = prepare({ ports: { invoke } });
    await putAll(stream, ['good', 'bad']);
    clock.advance(60_000);
    stream.tick();
    await settle();

    clock.advance(299_999);
    stream.tick();
    await settle();
    const before = objects.length;
    clock.advance(1);
    stream.tick();
    await stream.drain();

    expect(before).toBe(0);
    expect(objects.map(({ key }) => key.slice(0, 6)).sort()).toEqual(['data/k', 'errors']);
  });

  test('counts intervals on the clock, never on arrivals', async () => {
    const { stream, requests } = prepare();

    await stream.putRecord(bytesOf('a'), { arrivalMs: 0 });
    await stream.putRecord(bytesOf('b'), { arrivalMs: Date.UTC(2030, 0) });
    stream.tick();
    await settle();

    expect(requests).toEqual([]);
  });
});

describe('A partition more than the quota', () => {
  const byText = createFunction(({ text }) => ok(text, text));

  test('sends its records to the error output, as the service does', async () => {
    const { stream, textsUnder, failures } = prepare({
      ports: { invoke: byText.invoke },
      options: { limits: { maxActivePartitions: 2 } },
    });

    await putAll(stream, ['a', 'b', 'c', 'a']);
    await stream.drain();

    expect(textsUnder('data/')).toEqual(['a\na\n', 'b\n']);
    expect(failures()).toMatchObject([
      {
        rawData: 'Yw==',
        errorCode: 'DynamicPartitioning.ActivePartitionsLimitExceeded',
        errorMessage: 'The number of active partitions has exceeded the configured limit',
      },
    ]);
    expect(stream.counters().errorObjectsByType).toEqual({ activePartitionExceeded: 1 });
  });

  test('closes the partition that has been open longest, on request', async () => {
    const { stream, objects, textsUnder } = prepare({
      ports: { invoke: byText.invoke },
      options: { limits: { maxActivePartitions: 2 }, onPartitionQuota: 'close-oldest' },
    });

    await putAll(stream, ['a', 'b', 'a', 'c', 'a']);
    await stream.drain();

    const partitions = objects.map(({ key }) => key.split('/')[1]);
    expect(partitions).toEqual(['k=a', 'k=b', 'k=c', 'k=a']);
    expect(textsUnder('data/k=a')).toEqual(['a\na\n', 'a\n']);
    expect(stream.counters().records.failed).toBe(0);
  });

  test('is free again once its objects are delivered', async () => {
    const { stream, failures } = prepare({
      ports: { invoke: byText.invoke },
      options: { limits: { maxActivePartitions: 1 } },
    });

    await putAll(stream, ['a']);
    await stream.drain();
    await putAll(stream, ['b']);
    await stream.drain();

    expect(failures()).toEqual([]);
  });
});

describe('The memory of open buffers', () => {
  test('is bounded by closing what has been open longest', async () => {
    const { invoke } = createFunction(({ text }) => ok(text.repeat(100), text));
    const { stream, objects } = prepare({
      configuration: { bufferBytes: 10_000 },
      ports: { invoke },
      options: { maxHeldBytes: 3 * 1024 },
    });

    await putAll(stream, ['a', 'b', 'c', 'd', 'e']);
    await stream.drain();

    expect(objects.map(({ key }) => key.split('/')[1])).toEqual([
      'k=a',
      'k=b',
      'k=c',
      'k=d',
      'k=e',
    ]);
    expect(stream.counters().objects).toBe(5);
  });
});

describe('A stream without a function', () => {
  test('delivers records as they were put, end to end', async () => {
    const { transform: _, ...configuration } = smallConfiguration;
    const memory = createMemoryStore();
    const stream = createStream(
      { ...configuration, dynamicPartitioning: false, prefix: 'data/' },
      { invoke: async () => '', store: memory.store, now: () => 0 },
    );

    await putAll(stream, ['{"a":1}', '{"b":2}']);
    await stream.drain();

    expect(memory.textsUnder('data/')).toEqual(['{"a":1}{"b":2}']);
    expect(stream.counters()).toMatchObject({ invocations: 0, records: { ok: 2 } });
  });
});

describe('A store that fails', () => {
  test('stops the stream: drain, and every later put and tick, give its error', async () => {
    const store = {
      put: async () => {
        throw new Error('disk full');
      },
    };
    const { stream } = prepare({ ports: { store } });
    await putAll(stream, ['a']);

    await expect(stream.drain()).rejects.toThrow('disk full');

    await expect(stream.putRecord(bytesOf('b'))).rejects.toThrow('disk full');
    await expect(stream.drain()).rejects.toThrow('disk full');
    expect(() => stream.tick()).toThrow('disk full');
  });
});

describe('A stream', () => {
  test('tells its hooks of each outcome, object and function error', async () => {
    const told: unknown[] = [];
    let attempt = 0;
    const { invoke } = createFunction(({ text }) => ok(text, text === 'bad' ? '' : 'a'));
    const { stream } = prepare({
      ports: {
        invoke: async (requestJson, options) => {
          if (++attempt === 1) throw new Error('boom');
          return invoke(requestJson, options);
        },
        onFunctionError: (error) => told.push((error as Error).message),
        onOutcome: (_, { result }) => told.push(result),
        onObject: ({ key, bytes }) => told.push(bytes > 0 && key.slice(0, 4)),
      },
    });

    await putAll(stream, ['good', 'bad']);
    await stream.drain();

    expect(told).toEqual(['boom', 'Ok', 'ProcessingFailed', 'data', 'erro']);
  });

  test('counts what it did', async () => {
    const { invoke } = createFunction(({ text }) =>
      text === 'drop' ? { result: 'Dropped' } : ok(text, text === 'bad' ? '' : 'a'),
    );
    const { stream, objects } = prepare({ ports: { invoke } });

    await putAll(stream, ['good', 'bad', 'drop']);
    await stream.drain();

    const bytes = (start: string) =>
      objects.find(({ key }) => key.startsWith(start))?.body.byteLength;
    expect(stream.counters()).toEqual({
      records: {
        received: 3,
        receivedBytes: 11,
        ok: 1,
        dropped: 1,
        failed: 1,
        failedByCode: { 'DynamicPartitioning.MetadataExtractionFailed': 1 },
      },
      invocations: 1,
      functionErrors: 0,
      refusedLines: 0,
      objects: 1,
      objectBytes: bytes('data/'),
      errorObjects: 1,
      errorObjectBytes: bytes('errors/'),
      errorObjectsByType: { 'metadata-extraction-failed': 1 },
    });
  });

  test('gives a copy of its counters', async () => {
    const { stream } = prepare();

    const before = stream.counters();
    await putAll(stream, ['a']);

    expect(before.records.received).toBe(0);
  });

  test('refuses limits that exclude each other', () => {
    expect(() =>
      prepare({ options: { limits: { maxRequestBytes: 1000, maxRecordBytes: 900 } } }),
    ).toThrow(
      'A record of 900 bytes does not fit into a request of 1000: change one of the limits.',
    );
  });
});
