import { describe, expect, test } from '@jest/globals';
import {
  type Attempt,
  attempt,
  attemptAsync,
  failures,
  orThrow,
  RecordError,
} from '../../src/errors.ts';
import { readLimits } from '../../src/events/read.ts';
import { maxTimesPut } from '../../src/firehose/carrier.ts';
import { firehoseLimits } from '../../src/firehose/limits.ts';

describe('attempt', () => {
  test('gives the value of a step', () => {
    expect(attempt(() => 7)).toEqual({ ok: true, value: 7 });
  });

  test('gives a RecordError as it was thrown, whatever code was given', () => {
    const error = new RecordError('TOO_DEEP', 'over 1,000 levels');

    const attempted = attempt(() => {
      throw error;
    }, 'BAD_JSON');

    expect(attempted).toEqual({ ok: false, error });
    expect(errorOf(attempted)).toBe(error);
  });

  test('gives any other error the code that it is told, and keeps nothing of it', () => {
    const error = errorOf(
      attempt(() => {
        throw new SyntaxError('Unexpected token');
      }, 'BAD_JSON'),
    );

    expect(error).toBeInstanceOf(RecordError);
    expect(error).toMatchObject({ name: 'RecordError', code: 'BAD_JSON' });
    expect(error?.message).toBe('The record, or a part of it, is not JSON.');
    expect(error?.cause).toBeUndefined();
  });

  test('keeps a bug of ours, to be told where it is', () => {
    const bug = new TypeError('x is undefined');

    const error = errorOf(
      attempt(() => {
        throw bug;
      }),
    );

    expect(error).toMatchObject({ code: 'UNEXPECTED', cause: bug });
  });

  test.each([undefined, null, 'a string', 7])(
    'takes %j, which is no error, for a bug of ours',
    (thrown) => {
      const error = errorOf(
        attempt(() => {
          throw thrown;
        }),
      );

      expect(error?.code).toBe('UNEXPECTED');
      expect(error?.cause).toBe(thrown);
    },
  );

  test('never repeats in its message what the error of a parser quotes', () => {
    const error = errorOf(attempt(() => JSON.parse('{"password":hunter2}'), 'BAD_JSON'));

    expect(error?.message).not.toContain('hunter2');
  });
});

describe('attemptAsync', () => {
  const bug = new TypeError('x is undefined');

  test('gives what a step resolves to', async () => {
    expect(await attemptAsync(async () => 7)).toEqual({ ok: true, value: 7 });
  });

  test.each([
    ['rejects with', async () => Promise.reject(bug)],
    [
      'throws at once',
      () => {
        throw bug;
      },
    ],
  ])('takes what it %s for a bug of ours', async (_, step) => {
    expect(errorOf(await attemptAsync(step))).toMatchObject({ code: 'UNEXPECTED', cause: bug });
  });
});

describe('A RecordError', () => {
  test('has no frames, which would keep the record in memory, and leaves those of others', () => {
    expect(new RecordError('BAD_JSON', 'cut').stack).toBe('RecordError: cut');
    expect(new Error('other').stack).toMatch(/\n {4}at /);
  });
});

describe('orThrow', () => {
  test('gives the value of an attempt', () => {
    expect(orThrow({ ok: true, value: 7 })).toBe(7);
  });

  test('throws the error on to the attempt around it', () => {
    const error = new RecordError('BAD_UTF8', '3 bytes that are not UTF-8');

    const outer = attempt(() => orThrow({ ok: false, error }));

    expect(errorOf(outer)).toBe(error);
  });
});

describe('Every failure', () => {
  test.each(Object.entries(failures))('%s is told in three sentences', (code, told) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
    expect(Object.keys(told)).toEqual(['meaning', 'cause', 'cure']);
    for (const sentence of Object.values(told)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe('The numbers in what is told of a failure', () => {
  const { maxUnzippedBytes, maxUnzipRatio, maxDocuments, maxDocumentBytes, maxDepth, maxObjects } =
    readLimits;
  const { maxRecordBytes } = firehoseLimits;
  const mebibytes = (bytes: number) => `${bytes / 1024 / 1024} MiB`;
  const grouped = (count: number) => count.toLocaleString('en-US');

  test.each([
    [
      failures.BAD_GZIP.cause,
      `more than ${mebibytes(maxUnzippedBytes)}, or ${maxUnzipRatio} times`,
    ],
    [failures.TOO_DEEP.meaning, `${grouped(maxDepth)} levels`],
    [failures.TOO_MANY_EVENTS.meaning, `${grouped(maxDocuments)} events`],
    [failures.TOO_LARGE.cause, `passes ${grouped(maxDocumentBytes / 1024)} KiB or`],
    [failures.TOO_LARGE.cause, `${grouped(maxObjects)} objects and lists`],
    [failures.TOO_LARGE.cause, `${grouped(maxRecordBytes / 1024)} KiB`],
    [failures.TOO_OFTEN.meaning, ['one time', 'two times', 'three times'][maxTimesPut - 1]],
  ])('%j are the limits', (sentence, number) => {
    expect(sentence).toContain(number);
  });
});

function errorOf(attempted: Attempt<unknown>): RecordError | undefined {
  return attempted.ok ? undefined : attempted.error;
}
