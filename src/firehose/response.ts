import { Buffer } from 'node:buffer';
import {
  type FirehoseAnswer,
  type FirehoseRecord,
  okAnswer,
  type PartitionKeys,
  type Response,
} from './contract.ts';

/**
 * The response to an invocation, within its limit. From the start every record is answered, in
 * order, as failed and without data; better answers take their place as far as there is room.
 */
export interface ResponseBuilder {
  /** Whether the response would still fit if a record were answered by lines of so many bytes. */
  hasRoom(index: number, lineBytes: number, partitionKeys: PartitionKeys): boolean;
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
  const idSizes = answers.map(({ recordId }) => sizeOfText(recordId));
  const sizes = answers.map((answer, index) => sizeOf(answer, idSizes[index] as number));
  const commas = Math.max(0, answers.length - 1);
  let left = maxResponseBytes - '{"records":[]}'.length - commas;
  for (const size of sizes) left -= size;

  const moreFor = (index: number, answer: FirehoseAnswer) =>
    sizeOf(answer, idSizes[index] as number) - (sizes[index] as number);
  return {
    hasRoom(index, lineBytes, partitionKeys) {
      const { recordId } = answers[index] as FirehoseAnswer;
      const withoutLines = okAnswer(recordId, [], partitionKeys);
      return moreFor(index, withoutLines) + base64Length(lineBytes) <= left;
    },
    tryAnswer(index, answer) {
      const more = moreFor(index, answer);
      if (more > left) return false;
      left -= more;
      sizes[index] = (sizes[index] as number) + more;
      answers[index] = answer;
      return true;
    },
    response: { records: answers },
  };
}

/**
 * Bytes of an answer as Lambda's runtime serialises it: by JSON.stringify, in UTF-8. Added up, since
 * every record's answer is measured. What is ours in it, rows as base64 and partition keys, is as
 * long in bytes as in text; what comes back as it came may be anything.
 * @param idSize bytes of the record's id, which stays the same whatever is answered
 */
function sizeOf({ result, data, metadata }: FirehoseAnswer, idSize: number): number {
  let size = '{"recordId":,"result":""}'.length + idSize + result.length;
  if (data !== undefined) {
    size += ',"data":'.length + (result === 'Ok' ? data.length + 2 : sizeOfText(data));
  }
  if (metadata !== undefined) {
    size += ',"metadata":{"partitionKeys":{}}'.length - 1;
    const { partitionKeys } = metadata;
    for (const key in partitionKeys) {
      size += '"":"",'.length + key.length + (partitionKeys[key] as string).length;
    }
  }
  return size;
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

const isPlain = /^[\w-]*$/;

function sizeOfText(text: string): number {
  // As Firehose's ids are: JSON.stringify takes five times as long.
  if (typeof text === 'string' && text.length < 1024 && isPlain.test(text)) return text.length + 2;
  return Buffer.byteLength(JSON.stringify(text));
}
