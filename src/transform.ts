import type { Configuration } from './config.ts';
import { type Attempt, attempt, orThrow, RecordError } from './errors.ts';
import { eventIn, recognise } from './events/event.ts';
import { decodeBase64, readDocuments, unzip } from './events/read.ts';
import { fitResponse } from './firehose/budget.ts';
import {
  droppedAnswer,
  type FirehoseAnswer,
  type FirehoseRecord,
  failedAnswer,
  type Invocation,
  okAnswer,
  type Response,
} from './firehose/contract.ts';
import { type FirehoseLimits, firehoseLimits } from './firehose/limits.ts';
import { isSame, type Partition, partitionOf } from './partition/partition.ts';
import { lineOf } from './rows/line.ts';
import { rowOf } from './rows/row.ts';
import type { Row } from './rows/schema.ts';
import { isInstant } from './rows/time.ts';
import { addTags, type TagCounts } from './tag-rows.ts';
import type { Tags } from './tags/tags.ts';

export interface TransformOptions {
  readonly configuration: Configuration;
  readonly tags: Tags;
  readonly limits?: FirehoseLimits;
}

/** What one invocation has to go by; `remainingMs` is asked again and again. */
export interface Time {
  readonly nowMs: number;
  readonly remainingMs: () => number;
}

/** The response, and what became of each record, in the same order. */
export interface Transformed {
  readonly response: Response;
  readonly outcomes: readonly Outcome[];
  /** Instances in the rows, by tag status. */
  readonly tagCounts: TagCounts;
}

/** What became of one record, in AWS's words. */
export type Outcome =
  | { readonly result: 'Ok'; readonly lines: readonly string[]; readonly partition: Partition }
  | { readonly result: 'Dropped'; readonly reason: 'empty' }
  | { readonly result: 'ProcessingFailed'; readonly error: RecordError };

/** One event of a record on its way: a line already, or a row whose instances wait for their tags. */
type Draft = { readonly partition: Partition } & (
  | { readonly line: string }
  | { readonly row: Row }
);

/**
 * Transforms one invocation. Every record is answered once, in order; no record's trouble reaches
 * its neighbours; nothing throws for what is in a record.
 */
export async function transform(
  { records, deliveryStreamArn }: Invocation,
  { configuration, tags, limits = firehoseLimits }: TransformOptions,
  time: Time,
): Promise<Transformed> {
  const drafts = records.map((record) => attempt(() => draftsOf(record, configuration, time)));
  const waiting = drafts.flatMap((found) => (found.ok ? found.value.flatMap(rowIn) : []));
  const tagCounts = await addTags(waiting, tags, {
    deliveryStreamArn,
    ownRole: configuration.ownRole,
    ...time,
  });
  const outcomes = drafts.map(outcomeOf);
  return { ...respond(records, outcomes, limits), tagCounts };
}

/**
 * Bytes → events → rows → lines. A row without instances is written at once: a batch of rows that
 * live until tags are there costs the garbage collector as much as all the rest.
 * @throws RecordError what is wrong with the record
 */
function draftsOf(record: FirehoseRecord, configuration: Configuration, { nowMs }: Time): Draft[] {
  const { approximateArrivalTimestamp: arrival } = record;
  const arrivalMs = isInstant(arrival) ? arrival : nowMs;
  const recogniseEvent = configuration.unknownRecords === 'keep' ? recognise : eventIn;
  return readDocuments(unzip(decodeBase64(record.data))).map(({ json }) => {
    const row = rowOf(recogniseEvent(orThrow(json)), arrivalMs);
    const partition = partitionOf(row, configuration);
    return row.instances ? { partition, row } : { partition, line: lineOf(row) };
  });
}

function rowIn(draft: Draft): Row[] {
  return 'row' in draft ? [draft.row] : [];
}

function outcomeOf(found: Attempt<Draft[]>): Outcome {
  if (!found.ok) return { result: 'ProcessingFailed', error: found.error };
  const [first, ...others] = found.value;
  if (first === undefined) return { result: 'Dropped', reason: 'empty' };
  const { partition } = first;
  if (others.some((other) => !isSame(other.partition, partition))) {
    const reason = `${found.value.length} events of several partitions`;
    return { result: 'ProcessingFailed', error: new RecordError('MIXED_PARTITIONS', reason) };
  }
  const lines = found.value.map((draft) => ('row' in draft ? lineOf(draft.row) : draft.line));
  return { result: 'Ok', lines, partition };
}

/** Outcomes → the response, within its limit. */
function respond(
  records: readonly FirehoseRecord[],
  outcomes: readonly Outcome[],
  limits: FirehoseLimits,
): Omit<Transformed, 'tagCounts'> {
  const answers = outcomes.map((outcome, index) =>
    answerOf(records[index] as FirehoseRecord, outcome),
  );
  const { fitted, tooLarge } = fitResponse(answers, records, limits);
  const error = new RecordError(
    'TOO_LARGE',
    `the response would pass ${limits.maxResponseBytes} bytes`,
  );
  return {
    response: { records: fitted },
    outcomes: outcomes.map((outcome, index) =>
      tooLarge.has(index) ? { result: 'ProcessingFailed', error } : outcome,
    ),
  };
}

function answerOf(record: FirehoseRecord, outcome: Outcome): FirehoseAnswer {
  switch (outcome.result) {
    case 'Ok':
      return okAnswer(record.recordId, outcome.lines.join(''), outcome.partition);
    case 'Dropped':
      return droppedAnswer(record.recordId);
    case 'ProcessingFailed':
      return failedAnswer(record);
  }
}
