/**
 * Why a record could not be answered `Ok`. Firehose keeps no reason of ours beside a failed record,
 * so these codes are what logs and metrics count. docs/failures.md is generated from this list.
 */
export const failures = {
  BAD_BASE64: {
    meaning: 'The data of the record is not base64.',
    cause: 'The invocation was not made by Firehose, or was cut short.',
    cure: 'Make invocations with `eventlake invocation`, or look at what calls the function.',
  },
  BAD_GZIP: {
    meaning: 'The record starts like gzip, but cannot be unpacked or unpacks to far too much.',
    cause:
      'It was cut or damaged before it was put, or it is a bomb: it unpacks to more than 32 MiB, or 200 times its size.',
    cure: 'Look at its producer; an undamaged copy can be put again.',
  },
  BAD_UTF8: {
    meaning: 'The record is not UTF-8 text.',
    cause: 'Its producer wrote another encoding, used another compression, or wrote binary data.',
    cure: 'Have the producer write UTF-8 JSON, plain or gzipped.',
  },
  BAD_JSON: {
    meaning: 'The record, or a part of it, is not JSON.',
    cause: 'It was cut short, or is not meant for this stream.',
    cure: 'Read `rawData` in its error object; repair it and put it again with `eventlake replay`.',
  },
  TOO_DEEP: {
    meaning: 'The JSON nests deeper than 1,000 levels, or its events lie in more than five lists.',
    cause: 'No AWS event is like that; somebody is testing the function.',
    cure: 'Look at its producer.',
  },
  NOT_AN_EVENT: {
    meaning: 'The JSON is neither an EventBridge event nor a CloudTrail record.',
    cause:
      'Something else is put on the stream. For example, S3 notifications look like CloudTrail records, with an `eventVersion` and an `eventSource` of `aws:s3`, but are not.',
    cure: 'Put it elsewhere, or set `UnknownRecords` to `keep` to store it as a row of its own.',
  },
  TOO_MANY_EVENTS: {
    meaning:
      'The record holds more than 50,000 events, lists, messages, and parts that are none of these.',
    cause: 'No service puts so many into one record; somebody is testing the function.',
    cure: 'Put fewer into a record.',
  },
  TOO_MUCH_WORK: {
    meaning: 'It would take more work to read the record than any batch has for one record.',
    cause:
      'It unpacks to tens of megabytes of events, in lists in lists or with thousands of instances each; somebody is testing the function.',
    cure: 'Put fewer into a record.',
  },
  TOO_LARGE: {
    meaning:
      'One event is too large to be read, to fit into a response, or to be put again in a record.',
    cause:
      'Its JSON passes 1,280 KiB or 250,000 objects and lists; or its row passes 6 MB of base64; or the event passes 1,000 KiB even when it is gzipped.',
    cure: 'Read it from its error object; it cannot become a row.',
  },
  TOO_OFTEN: {
    meaning: 'The record was put again three times, and would have to be put again once more.',
    cause:
      'It was in batches whose rows are far larger than their records, so that no response had room for it, or which unpack to so much that no memory was left for it.',
    cure: 'Lower the buffer size of the transform, then replay the record.',
  },
  NOT_ACCEPTED: {
    meaning:
      'The record had to be put again, in parts or for later, and the stream did not accept it.',
    cause:
      'The stream was throttled or could not be reached, or the function has no permission to put records on it; `refusals` in the log says which.',
    cure: 'Replay the record. Parts that had been accepted are then stored twice, with the same `event_id`.',
  },
  OUT_OF_TIME: {
    meaning: 'The invocation had to answer before it had read this record.',
    cause: 'The batch took far longer than others do, or the time-out is set too low.',
    cure: 'Replay the record; raise the time-out of the function if this keeps happening.',
  },
  UNEXPECTED: {
    meaning: 'The function has a bug; the record is in the error prefix, as it came.',
    cause: 'The log has the error and its stack, under the same request id.',
    cure: 'Report it; replay the record once it is fixed.',
  },
} as const satisfies Record<string, { meaning: string; cause: string; cure: string }>;

export type FailureCode = keyof typeof failures;

/**
 * One record cannot become rows; its neighbours go on. It has no stack: nobody reads it, and its
 * frames would keep what the functions in them hold, the parsed record above all, until the batch is
 * answered.
 */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly code: FailureCode;

  /** `reason` says what was wrong and where; it never holds contents of the record. */
  constructor(code: FailureCode, reason: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(reason);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
  }
}

/** What a step gave, or why it could not. */
export type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: RecordError };

/**
 * Runs one step for one record. The only `try` of the transform: whatever a step throws becomes a
 * value here. Errors that are no RecordError get the code given; as a bug of ours, with their own as
 * the cause.
 */
export function attempt<T>(step: () => T, code: FailureCode = 'UNEXPECTED'): Attempt<T> {
  try {
    return { ok: true, value: step() };
  } catch (thrown) {
    return { ok: false, error: thrown instanceof RecordError ? thrown : wrap(thrown, code) };
  }
}

/** The same of a step that takes its time: what it rejects with becomes a value, too. */
export async function attemptAsync<T>(step: () => Promise<T>): Promise<Attempt<T>> {
  const failed = (thrown: unknown) =>
    attempt((): T => {
      throw thrown;
    });
  return Promise.resolve()
    .then(step)
    .then((value) => ({ ok: true, value }), failed);
}

function wrap(thrown: unknown, code: FailureCode): RecordError {
  const error = new RecordError(code, failures[code].meaning);
  if (code === 'UNEXPECTED') error.cause = thrown;
  return error;
}

/** The value of an attempt; throws its error on, to the attempt around it. */
export function orThrow<T>(attempted: Attempt<T>): T {
  if (attempted.ok) return attempted.value;
  throw attempted.error;
}
