import { describe, expect, jest, test } from '@jest/globals';
import { firehoseLimits } from '../../../src/firehose/limits.ts';
import { type PutAnswer, type PutBatch, putAgain } from '../../../src/firehose/put-again.ts';

const arn = 'arn:aws:firehose:eu-west-1:123456789012:deliverystream/events';
const throttled: PutAnswer = { code: 'ServiceUnavailableException', isFinal: false };
const denied: PutAnswer = { code: 'AccessDeniedException', isFinal: true };

const recordsOf = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));
const textsOf = (records: readonly Uint8Array[]) => records.map((record) => `${record}`);

/** A stream that answers call by call; the last answer stays. */
function createPut(...answers: ((texts: readonly string[]) => readonly PutAnswer[])[]) {
  const calls: string[][] = [];
  const putBatch: PutBatch = async (_arn, records) => {
    const texts = textsOf(records);
    const answer = answers[Math.min(calls.length, answers.length - 1)];
    calls.push(texts);
    return answer?.(texts) ?? [];
  };
  return { putBatch, calls };
}

const takeAll = (texts: readonly string[]): PutAnswer[] => texts.map(() => 'accepted');
const refuseAll = (texts: readonly string[]): PutAnswer[] => texts.map(() => throttled);

/** Time that goes only while somebody waits. */
function createBudget(budgetMs = 120_000) {
  const waits: number[] = [];
  return {
    waits,
    remainingMs: () => budgetMs - waits.reduce((sum, ms) => sum + ms, 0),
    wait: async (ms: number) => void waits.push(ms),
  };
}

describe('putAgain', () => {
  test('puts what the stream takes once, and waits for nothing', async () => {
    const { putBatch, calls } = createPut(takeAll);
    const budget = createBudget();

    const answers = await putAgain(putBatch, arn, recordsOf('a', 'b'), budget);

    expect(answers).toEqual(['accepted', 'accepted']);
    expect(calls).toEqual([['a', 'b']]);
    expect(budget.waits).toEqual([]);
  });

  test('puts to the stream that it is told', async () => {
    const arns: string[] = [];

    await putAgain(
      async (given, records) => {
        arns.push(given);
        return records.map(() => 'accepted');
      },
      arn,
      recordsOf('a'),
      createBudget(),
    );

    expect(arns).toEqual([arn]);
  });

  test('puts nothing where there is nothing', async () => {
    const { putBatch, calls } = createPut(takeAll);

    expect(await putAgain(putBatch, arn, [], createBudget())).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('tries again what was refused, and only that, a second after the stream took something', async () => {
    const { putBatch, calls } = createPut(
      () => ['accepted', throttled, 'accepted', throttled],
      () => [throttled, 'accepted'],
      takeAll,
    );
    const budget = createBudget();

    const answers = await putAgain(putBatch, arn, recordsOf('a', 'b', 'c', 'd'), budget);

    expect(answers).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
    expect(calls).toEqual([['a', 'b', 'c', 'd'], ['b', 'd'], ['b']]);
    expect(budget.waits).toEqual([1000, 1000]);
  });

  test('tries again with back-off where the stream took nothing, and anew once it has', async () => {
    const { putBatch } = createPut(
      refuseAll,
      refuseAll,
      () => [throttled, 'accepted'],
      refuseAll,
      refuseAll,
      takeAll,
    );
    const budget = createBudget();

    const answers = await putAgain(putBatch, arn, recordsOf('a', 'b'), budget);

    expect(answers).toEqual(['accepted', 'accepted']);
    expect(budget.waits).toEqual([100, 200, 1000, 100, 200]);
  });

  /** A stream that takes so many bytes a second, as long as it is tried. */
  function createQuota(bytesPerSecond: number, records: number) {
    const budget = createBudget();
    let tokens = bytesPerSecond;
    let atMs = budget.remainingMs();
    const putBatch: PutBatch = async (_arn, batch) => {
      const nowMs = budget.remainingMs();
      tokens = Math.min(bytesPerSecond, tokens + ((atMs - nowMs) / 1000) * bytesPerSecond);
      atMs = nowMs;
      return batch.map(({ length }) => {
        if (length > tokens) return throttled;
        tokens -= length;
        return 'accepted';
      });
    };
    const put = () =>
      putAgain(putBatch, arn, Array<Uint8Array>(records).fill(new Uint8Array(900_000)), budget);
    return { put, budget };
  }

  test('puts all that a stream of 1 MiB a second takes in the time that there is', async () => {
    const { put, budget } = createQuota(1024 * 1024, 40);

    expect(await put()).toEqual(Array(40).fill('accepted'));
    expect(budget.remainingMs()).toBeGreaterThan(60_000);
  });

  test('goes on until the time is over, and not longer', async () => {
    const { put, budget } = createQuota(1024 * 1024, 200);

    const answers = await put();

    expect(answers.filter((answer) => answer === 'accepted').length).toBeGreaterThan(100);
    expect(answers.at(-1)).toEqual(throttled);
    expect(budget.remainingMs()).toBeGreaterThanOrEqual(0);
    expect(budget.remainingMs()).toBeLessThan(1250);
  });

  test('gives up after ten tries of which nothing was taken, in 21 seconds', async () => {
    const { putBatch, calls } = createPut(refuseAll);
    const budget = createBudget();

    const answers = await putAgain(putBatch, arn, recordsOf('a'), budget);

    expect(answers).toEqual([throttled]);
    expect(calls).toHaveLength(10);
    expect(budget.waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  test('does not try again what will always be refused', async () => {
    const { putBatch, calls } = createPut(() => [denied, throttled], takeAll);

    const answers = await putAgain(putBatch, arn, recordsOf('a', 'b'), createBudget());

    expect(answers).toEqual([denied, 'accepted']);
    expect(calls).toEqual([['a', 'b'], ['b']]);
  });

  test.each([
    ['rejects', async () => Promise.reject(new Error('socket hang up'))],
    [
      'throws',
      () => {
        throw new Error('socket hang up');
      },
    ],
  ])('tries a call that %s again', async (_, fail) => {
    const { putBatch, calls } = createPut(takeAll);
    let tries = 0;
    const failing: PutBatch = (...call) => (++tries === 1 ? fail() : putBatch(...call));

    expect(await putAgain(failing, arn, recordsOf('a'), createBudget())).toEqual(['accepted']);
    expect(calls).toEqual([['a']]);
  });

  test('tells the name of what a call always rejects with, and nothing else of it', async () => {
    const put: PutBatch = async () => Promise.reject(new TypeError('secret'));

    expect(await putAgain(put, arn, recordsOf('a'), createBudget())).toEqual([
      { code: 'TypeError', isFinal: false },
    ]);
  });

  test('tells the type alone of what is thrown and no error', async () => {
    const put: PutBatch = async () => Promise.reject('secret');

    expect(await putAgain(put, arn, recordsOf('a'), createBudget())).toEqual([
      { code: 'string', isFinal: false },
    ]);
  });

  test('puts a record three times at most where answers are lost, whatever else is refused', async () => {
    const { putBatch, calls } = createPut(refuseAll);
    let tries = 0;
    const lost: PutBatch = async (...call) => {
      const answers = await putBatch(...call);
      if (++tries % 2 === 1) throw new Error('socket hang up');
      return answers;
    };

    const answers = await putAgain(lost, arn, recordsOf('a'), createBudget());

    expect(answers).toEqual([{ code: 'Error', isFinal: false }]);
    expect(calls).toHaveLength(5);
  });

  test('puts records without an answer again, and only those', async () => {
    const { putBatch, calls } = createPut(() => ['accepted'], takeAll);

    const answers = await putAgain(putBatch, arn, recordsOf('a', 'b', 'c'), createBudget());

    expect(answers).toEqual(['accepted', 'accepted', 'accepted']);
    expect(calls).toEqual([
      ['a', 'b', 'c'],
      ['b', 'c'],
    ]);
  });

  test('puts a record that always goes without an answer three times: each may have been taken', async () => {
    const { putBatch, calls } = createPut(() => []);

    const answers = await putAgain(putBatch, arn, recordsOf('a'), createBudget());

    expect(answers).toEqual([{ code: 'NoAnswer', isFinal: false }]);
    expect(calls).toHaveLength(3);
  });

  test('puts nothing where no time is left', async () => {
    const { putBatch, calls } = createPut(takeAll);

    const answers = await putAgain(putBatch, arn, recordsOf('a'), createBudget(0));

    expect(answers).toEqual([{ code: 'NoTimeLeft', isFinal: false }]);
    expect(calls).toEqual([]);
  });

  test('starts no call that may be cut for want of time, when it may have been taken', async () => {
    const { putBatch, calls } = createPut(takeAll);

    const late = await putAgain(putBatch, arn, recordsOf('a'), createBudget(249));
    const inTime = await putAgain(putBatch, arn, recordsOf('b'), createBudget(250));

    expect(late).toEqual([{ code: 'NoTimeLeft', isFinal: false }]);
    expect(inTime).toEqual(['accepted']);
    expect(calls).toEqual([['b']]);
  });

  test('starts none after others that took the time', async () => {
    const { putBatch, calls } = createPut(takeAll);
    let left = 1000;
    const slow: PutBatch = (...call) => {
      left -= 300;
      return putBatch(...call);
    };
    const limits = { ...firehoseLimits, maxBatchRecords: 1 };
    const budget = { remainingMs: () => left, wait: async () => {} };

    const answers = await putAgain(slow, arn, recordsOf('a', 'b', 'c', 'd'), budget, limits);

    expect(calls).toEqual([['a'], ['b'], ['c']]);
    expect(answers).toEqual([...Array(3).fill('accepted'), { code: 'NoTimeLeft', isFinal: false }]);
  });

  test('does not wait for more time than there is', async () => {
    const { putBatch, calls } = createPut(refuseAll);
    const budget = createBudget(1000);

    await putAgain(putBatch, arn, recordsOf('a'), budget);

    expect(calls).toHaveLength(4);
    expect(budget.waits).toEqual([100, 200, 400]);
  });

  test('gives up a call that hangs, also where it ignores its signal, when its time is over', async () => {
    let calls = 0;
    const hanging: PutBatch = () => {
      calls++;
      return new Promise(() => {});
    };
    const startedMs = performance.now();
    const remainingMs = () => 300 - (performance.now() - startedMs);
    const wait = async () => {};

    const answers = await putAgain(hanging, arn, recordsOf('a', 'b'), { remainingMs, wait });

    expect(answers).toEqual(Array(2).fill({ code: 'TimeoutError', isFinal: false }));
    expect(calls).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });

  test('gives up a call that hangs after 20 seconds, though there is more time', async () => {
    jest.useFakeTimers();
    let calls = 0;
    const hanging: PutBatch = () => {
      calls++;
      return new Promise(() => {});
    };
    try {
      const putting = putAgain(hanging, arn, recordsOf('a'), createBudget());
      await jest.advanceTimersByTimeAsync(59_999);
      expect(calls).toBe(3);
      await jest.advanceTimersByTimeAsync(1);

      expect(await putting).toEqual([{ code: 'TimeoutError', isFinal: false }]);
    } finally {
      jest.useRealTimers();
    }
  });

  test('goes on with the next batch after one that failed', async () => {
    const { putBatch, calls } = createPut(refuseAll, takeAll);
    const limits = { ...firehoseLimits, maxBatchRecords: 1 };

    const answers = await putAgain(putBatch, arn, recordsOf('a', 'b'), createBudget(), limits);

    expect(answers).toEqual(['accepted', 'accepted']);
    expect(calls).toEqual([['a'], ['b'], ['a']]);
  });
});

describe('A batch', () => {
  const sizesOf = async (sizes: readonly number[], limits = firehoseLimits) => {
    const batches: number[][] = [];
    const put: PutBatch = async (_arn, records) => {
      batches.push(records.map(({ length }) => length));
      return records.map(() => 'accepted');
    };
    const records = sizes.map((size) => Buffer.alloc(size));
    await putAgain(put, arn, records, createBudget(), limits);
    return batches;
  };
  const countsOf = async (records: number) =>
    (await sizesOf(Array(records).fill(1))).map(({ length }) => length);

  test.each([
    [499, [499]],
    [500, [500]],
    [501, [500, 1]],
    [1001, [500, 500, 1]],
  ])('of %i records is put as batches of %j', async (records, counts) => {
    expect(firehoseLimits.maxBatchRecords).toBe(500);
    expect(await countsOf(records)).toEqual(counts);
  });

  test.each([
    [-1, 1],
    [0, 1],
    [1, 2],
  ])('of 4 MiB and %i bytes is put in calls: %i', async (more, calls) => {
    const { maxBatchBytes, maxRecordBytes } = firehoseLimits;
    const rest = maxBatchBytes - 4 * maxRecordBytes;

    const batches = await sizesOf([...Array(4).fill(maxRecordBytes), rest + more]);

    expect(maxBatchBytes).toBe(4_194_304);
    expect(batches).toHaveLength(calls);
  });

  test('never is empty, even where one record alone is too large for it', async () => {
    const limits = { ...firehoseLimits, maxBatchBytes: 10 };

    expect(await sizesOf([11, 5, 6, 12], limits)).toEqual([[11], [5], [6], [12]]);
  });
});
