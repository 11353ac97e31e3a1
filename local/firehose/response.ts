import { type Failure, failures } from './failures.ts';

/** What became of a record in the function. */
export type Outcome =
  | { readonly result: 'Ok'; readonly data: Buffer; readonly partitionKeys: unknown }
  | { readonly result: 'Dropped' }
  | { readonly result: 'ProcessingFailed'; readonly failure: Failure };

/** An entry of the response's `records`, as far as anyone can know. */
type Answer = Readonly<Record<string, unknown>>;

const failed = (failure: Failure): Outcome => ({ result: 'ProcessingFailed', failure });
const missing = failed(failures.missingRecordId);
const duplicated = failed(failures.duplicatedRecordId);

/**
 * What one answer costs all records of the batch. An unknown result was seen to; of data that is not base64
 * only the code was seen, that it fails the batch at once follows from the code.
 */
const batchFaults: ReadonlySet<Failure> = new Set([failures.unknownResult, failures.functionError]);

/**
 * Reads what the function answered: one outcome for each id that was sent, in that order, whatever the text.
 * Amazon Data Firehose Developer Guide, Required parameters for data transformation; what each fault costs,
 * as seen on AWS in 2026.
 */
export function readResponse(
  responseJson: string,
  recordIds: readonly string[],
): readonly Outcome[] {
  const outcomes = new Map<unknown, Outcome>(recordIds.map((recordId) => [recordId, missing]));
  for (const answer of answersIn(responseJson)) {
    const earlier = outcomes.get(answer.recordId);
    if (earlier === undefined) continue;
    const outcome = outcomeOf(answer);
    if (outcome.result === 'ProcessingFailed' && batchFaults.has(outcome.failure)) {
      return recordIds.map(() => outcome);
    }
    outcomes.set(answer.recordId, earlier === missing ? outcome : duplicated);
  }
  return recordIds.map((recordId) => outcomes.get(recordId) ?? missing);
}

/** Text that is not JSON, or not of the documented form, answers no record. */
function answersIn(responseJson: string): readonly Answer[] {
  try {
    const { records } = JSON.parse(responseJson) ?? {};
    return Array.isArray(records) ? records.filter((record) => record !== null) : [];
  } catch {
    return [];
  }
}

function outcomeOf({ result, data, metadata }: Answer): Outcome {
  if (result !== 'Ok' && result !== 'Dropped' && result !== 'ProcessingFailed') {
    return failed(failures.unknownResult);
  }
  const bytes = decodeBase64(data ?? '');
  if (bytes === undefined) return failed(failures.functionError);
  if (result === 'Dropped') return { result };
  if (result === 'ProcessingFailed') return failed(failures.processingFailed);
  if (data == null) return failed(failures.missingData);
  const { partitionKeys } = (metadata ?? {}) as { partitionKeys?: unknown };
  return { result, data: bytes, partitionKeys };
}

/**
 * The bytes of base64 as RFC 4648 has it, padded; undefined for anything else. Node's decoder skips what it
 * does not know, so that the length tells; only the URL alphabet's two characters it takes as well. (A
 * regular expression over the text takes six times as long.)
 */
function decodeBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const isWhole = bytes.byteLength === (text.length / 4) * 3 - padding;
  return isWhole && !text.includes('-') && !text.includes('_') ? bytes : undefined;
}
