import type { Configuration } from './config.ts';
import { carriersOf, type Decision, decide, type Written } from './decision.ts';
import { RecordError } from './errors.ts';
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
import { type PutBatch, putAgain } from './firehose/put-again.ts';
import { buildResponse } from './firehose/response.ts';
import { readRecord, type Time, type Work } from './record.ts';
import { addTags, type TagCounts, type TaggedRow } from './tag-rows.ts';
import type { Tags } from './tags/tags.ts';

export interface TransformOptions {
  readonly configuration: Configuration;
  readonly tags: Tags;
  readonly putBatch: PutBatch;
  readonly limits?: FirehoseLimits;
}

/** The response, and what became of each record, in the same order. */
export interface Transformed {
  readonly response: Response;
  readonly outcomes: readonly Outcome[];
  /** Instances in the rows, by tag status. */
  readonly tagCounts: TagCounts;
}

/** What became of one record, in AWS's words. `events` are those that could be told apart. */
export type Outcome =
  | { readonly result: 'Ok'; readonly events: number }
  | {
      readonly result: 'Dropped';
      /** It held no event, or was put again in full. */
      readonly reason: 'empty' | 'control' | 'put again';
      readonly events: number;
      readonly parts: number;
    }
  | {
      readonly result: 'ProcessingFailed';
      readonly events: number;
      /** Parts of it that were accepted all the same, and so arrive twice. */
      readonly parts: number;
      readonly error: RecordError;
    };

/**
 * Transforms one invocation. Every record is answered once, in order; no record's trouble reaches
 * its neighbours; nothing throws for what is in a record.
 *
 * What is put again is put before its record is answered: whatever happens in between costs a
 * duplicate, which a query can remove, and never an event.
 */
export async function transform(
  { records, deliveryStreamArn }: Invocation,
  { configuration, tags, putBatch, limits = firehoseLimits }: TransformOptions,
  time: Time,
): Promise<Transformed> {
  const readOptions = { configuration, lessonsOf: tags.lessonsOf };
  const works = records.map((record) => readRecord(record, readOptions, time));
  const tagContext = { deliveryStreamArn, ...configuration, ...time };
  const tagCounts = await addTags(works.flatMap(rowsIn), tags, tagContext);

  const builder = buildResponse(records, limits.maxResponseBytes);
  const settled: Settled[] = [];
  for (const index of answeringOrder(works)) {
    const work = works[index] as Work;
    const tryAnswer = (answer: FirehoseAnswer) => builder.tryAnswer(index, answer);
    settled[index] = settle(work, decide(work, limits), tryAnswer, limits);
  }
  const outcomes = await putCarriers(settled, (carriers) =>
    putAgain(putBatch, deliveryStreamArn, carriers, time, limits),
  );
  for (const [index, { result }] of outcomes.entries()) {
    const record = records[index] as FirehoseRecord;
    if (result === 'Dropped') builder.tryAnswer(index, droppedAnswer(record));
    // Its bytes only as far as there is room: Firehose keeps the original itself.
    if (result === 'ProcessingFailed') builder.tryAnswer(index, failedAnswer(record));
  }
  return { response: builder.response, outcomes, tagCounts };
}

/** What became of a record, or the carriers on which that depends. */
type Settled = Outcome | { readonly carriers: readonly Uint8Array[]; readonly events: number };

/** Answers a record at once if it can be; what finds no room in the response is put again. */
function settle(
  work: Work,
  decision: Decision,
  tryAnswer: (answer: FirehoseAnswer) => boolean,
  limits: FirehoseLimits,
): Settled {
  const events = work.documents.ok ? work.documents.value.length : 0;
  switch (decision.step) {
    case 'drop':
      return { result: 'Dropped', reason: decision.reason, events, parts: 0 };
    case 'fail':
      return { result: 'ProcessingFailed', events, parts: 0, error: decision.error };
    case 'answer': {
      const { lines, partition } = decision;
      const text = lines.map(({ line }) => line).join('');
      if (tryAnswer(okAnswer(work.record.recordId, text, partition))) {
        return { result: 'Ok', events };
      }
      return putAgainLater(lines, work, events, limits);
    }
    case 'put again':
      return putAgainLater(decision.written, work, events, limits);
  }
}

function putAgainLater(
  written: readonly Written[],
  { journey }: Work,
  events: number,
  limits: FirehoseLimits,
): Settled {
  const carriers = carriersOf(written, journey, limits);
  return carriers.ok
    ? { carriers: carriers.value, events }
    : { result: 'ProcessingFailed', events, parts: 0, error: carriers.error };
}

/** Puts all carriers; a record is dropped only when every one of its own was accepted. */
async function putCarriers(
  settled: readonly Settled[],
  put: (carriers: readonly Uint8Array[]) => Promise<boolean[]>,
): Promise<Outcome[]> {
  const carriers = settled.flatMap((one) => ('carriers' in one ? one.carriers : []));
  const accepted = carriers.length > 0 ? await put(carriers) : [];
  let at = 0;
  return settled.map((one) => {
    if ('result' in one) return one;
    const { events } = one;
    const own = accepted.slice(at, at + one.carriers.length);
    at += own.length;
    const parts = own.filter(Boolean).length;
    if (parts === own.length) return { result: 'Dropped', reason: 'put again', events, parts };
    const reason = `${own.length - parts} of ${own.length} parts were not accepted`;
    const error = new RecordError('NOT_ACCEPTED', reason);
    return { result: 'ProcessingFailed', events, parts, error };
  });
}

/** Carried records first, so that load cannot starve them; else in the order of the batch. */
function answeringOrder(works: readonly Work[]): number[] {
  const isCarried = (index: number) => (works[index] as Work).journey.attempt > 0;
  const indexes = [...works.keys()];
  return [...indexes.filter(isCarried), ...indexes.filter((index) => !isCarried(index))];
}

function rowsIn({ documents }: Work): TaggedRow[] {
  return documents.ok ? documents.value.filter((document) => 'row' in document) : [];
}
