import { type FirehoseAnswer, type FirehoseRecord, failedAnswer, sizeOf } from './contract.ts';
import type { FirehoseLimits } from './limits.ts';

/** Answers that fit the response together; `tooLarge` has the indexes that had to fail for it. */
export interface Fitted {
  readonly fitted: FirehoseAnswer[];
  readonly tooLarge: ReadonlySet<number>;
}

/**
 * Makes the answers fit a response. The bytes of failed records give way first, as Firehose keeps
 * the originals itself; then the largest answers fail, so that as few records as can be do.
 */
export function fitResponse(
  answers: readonly FirehoseAnswer[],
  records: readonly FirehoseRecord[],
  { maxResponseBytes }: FirehoseLimits,
): Fitted {
  const fitted = [...answers];
  const tooLarge = new Set<number>();
  const sizes = fitted.map(sizeOf);
  let excess = sizes.reduce((sum, size) => sum + size, '{"records":[]}'.length) - maxResponseBytes;

  /** Puts a smaller answer in the place of one. */
  const replace = (index: number, answer: FirehoseAnswer) => {
    const size = sizeOf(answer);
    excess -= (sizes[index] as number) - size;
    sizes[index] = size;
    fitted[index] = answer;
  };

  const largestFirst = [...sizes.keys()].sort(
    (a, b) => (sizes[b] as number) - (sizes[a] as number),
  );
  for (const index of largestFirst) {
    if (excess <= 0) break;
    const answer = fitted[index] as FirehoseAnswer;
    if (answer.result === 'ProcessingFailed') replace(index, withoutData(answer));
  }
  for (const index of largestFirst) {
    if (excess <= 0) break;
    if (fitted[index]?.result !== 'Ok') continue;
    replace(index, withoutData(failedAnswer(records[index] as FirehoseRecord)));
    tooLarge.add(index);
  }
  return { fitted, tooLarge };
}

function withoutData({ recordId, result }: FirehoseAnswer): FirehoseAnswer {
  return { recordId, result };
}
