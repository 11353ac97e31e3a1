import { Buffer } from 'node:buffer';
import type { FirehoseAnswer, FirehoseRecord, Response } from './contract.ts';

/**
 * The response to an invocation, within its limit. From the start every record is answered, in
 * order, as failed and without data; better answers take their place as far as there is room.
 */
export interface ResponseBuilder {
  /** Answers a record, if the response still fits then. */
  tryAnswer(index: number, answer: FirehoseAnswer): boolean;
  /** The response as it stands. */
  readonly response: Response;
}

/** @param maxResponseBytes of the response as it is serialised */
export function buildResponse(
  records: readonly FirehoseRecord[],
  maxResponseBytes: number,
): ResponseBuilder {
  const answers: FirehoseAnswer[] = records.map(({ recordId }) => ({
    recordId,
    result: 'ProcessingFailed',
  }));
  const sizes = answers.map(sizeOf);
  let left = sizes.reduce(
    (sum, size) => sum - size - 1,
    maxResponseBytes - '{"records":[]}'.length,
  );

  return {
    tryAnswer(index, answer) {
      const size = sizeOf(answer);
      const more = size - (sizes[index] as number);
      if (more > left) return false;
      left -= more;
      sizes[index] = size;
      answers[index] = answer;
      return true;
    },
    response: { records: answers },
  };
}

/** Bytes of an answer as it is serialised. Its data is base64, and so as long in bytes as in text. */
export function sizeOf({ data, ...answer }: FirehoseAnswer): number {
  const size = Buffer.byteLength(JSON.stringify(answer));
  return data === undefined ? size : size + ',"data":""'.length + data.length;
}
