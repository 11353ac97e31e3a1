import { addTags, type TaggedRow, tagCountsOf } from './batch/add-tags.ts';
import { type Contents, eventsIn, rowsIn } from './batch/contents.ts';
import { carriersOf, type Decision, decide } from './batch/decide.ts';
import { defaultLimits, type Limits } from './batch/limits.ts';
import type { Known, Outcome, PutCounts, Transformed } from './batch/outcome.ts';
import { type PlainRecord, type PlainRecords, readPlainRecords } from './batch/plain-records.ts';
import { type OpenedRecord, readRecords } from './batch/read-records.ts';
import { type Time, timeCheck, withReserve } from './batch/time.ts';
import type { Configuration } from './config.ts';
import { attempt, orThrow, RecordError } from './errors.ts';
import {
  droppedAnswer,
  type FirehoseAnswer,
  type FirehoseRecord,
  failedAnswer,
  type Invocation,
  okAnswer,
  recordsOf,
} from './firehose/contract.ts';
import { type PutAnswer, type PutBatch, putAgain } from './firehose/put-again.ts';
import { buildResponse, type ResponseBuilder } from './firehose/response.ts';
import { createTagBytes } from './rows/line.ts';
import type { Tags } from './tags/tags.ts';

export interface TransformOptions {
  readonly configuration: Configuration;
  readonly tags: Tags;
  readonly putBatch: PutBatch;
  readonly limits?: Limits;
}

/**
 * Transforms one invocation. Every record is answered once, in order; no record's trouble reaches
 * its neighbours; nothing throws for what is in a record.
 *
 * The order of the steps decides what the worst case is. All that can be read is read before
 * anything is put, so nothing is put that a bad neighbour in the record would have to take back. What
 * is put again is put before its record is answered, and the record is dropped only when all of it
 * was accepted: an invocation that ends in between is repeated by Firehose, and a record of which a
 * part was refused fails with its bytes. Either costs doubles, which a query can remove by their
 * `event_id`, and never an event.
 * @throws InvocationError where it is no invocation
 */
export async function transform(
  invocation: Invocation,
  { configuration, tags, putBatch, limits = defaultLimits }: TransformOptions,
  clock: Time,
): Promise<Transformed> {
  const time = withReserve(clock, limits.reserveMs);
  const records = recordsOf(invocation);
  const { deliveryStreamArn } = invocation;
  const { lessonsOf } = tags;
  const readOptions = { configuration, lessonsOf, limits };
  const tagBytesOf = createTagBytes();
  const plain = readPlainRecords(records, readOptions, time, tagBytesOf);
  const isPlain = (index: number) => plain.records[index] !== undefined;
  const { opened, work } = readRecords(records, readOptions, time, isPlain);
  const tagContext = { deliveryStreamArn, ...configuration, ...time };
  const tagged = await addTags([...opened.flatMap(rowsOf), ...plain.rows], tags, tagContext);
  plain.close();

  const builder = buildResponse(records, limits.maxResponseBytes);
  const checkTime = timeCheck(withReserve(clock, limits.lastReserveMs));
  const turns = inTurn(opened, plain);
  const settled = turns.map((one) =>
    'document' in one
      ? settlePlain(one, plain, (answer) => builder.tryAnswer(one.index, answer), limits)
      : settle(one, builder, limits, (contents) => decide(contents, limits, tagBytesOf, checkTime)),
  );
  plain.release();
  const put = (carriers: Carriers) => putAgain(putBatch, deliveryStreamArn, carriers, time, limits);
  const outcomes = inBatchOrder(turns, await putCarriers(settled, put));

  const answerAll = (
    result: Outcome['result'],
    answerOf: (record: FirehoseRecord) => FirehoseAnswer,
  ) => {
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.result === result)
        builder.tryAnswer(index, answerOf(records[index] as FirehoseRecord));
    }
  };
  answerAll('Dropped', droppedAnswer);
  // Their bytes last, and only as far as there is room: Firehose keeps the originals itself.
  answerAll('ProcessingFailed', failedAnswer);
  return { response: builder.response, outcomes, work, ...tagged };
}

/** What became of a record, or the carriers on which that depends. */
type Settled = Outcome | (Known & { readonly carriers: Carriers });

type Carriers = readonly Uint8Array[];

const noPuts: PutCounts = { accepted: 0, refused: [] };

/** All records in the order of their turns: carriers first, then as they stand in the batch. */
function inTurn(
  opened: readonly OpenedRecord[],
  { records }: PlainRecords,
): (OpenedRecord | PlainRecord)[] {
  if (opened.length === 0) return records as PlainRecord[];
  const carried = opened.filter(({ journey }) => journey.timesPut > 0);
  const others = new Map(opened.slice(carried.length).map((one) => [one.index, one]));
  return [...carried, ...records.flatMap((one, index) => one ?? others.get(index) ?? [])];
}

/** The same of a plain record. */
function settlePlain(
  one: PlainRecord,
  plain: PlainRecords,
  tryAnswer: (answer: FirehoseAnswer) => boolean,
  limits: Limits,
): Settled {
  const { record, journey, metadata, isCall, instances } = one;
  const data = plain.dataOf(one);
  const { recordId } = record;
  if (data !== undefined && tryAnswer({ recordId, result: 'Ok', data, metadata })) {
    if (instances === undefined) return isCall ? aCall : anEvent;
    return { ...oneEvent, result: 'Ok', calls: Number(isCall), tags: tagCountsOf(instances) };
  }
  const settled = attempt((): Settled => {
    return { ...oneEvent, carriers: carriersOf([[plain.itemOf(one)]], journey, limits) };
  });
  if (settled.ok) return settled.value;
  return { ...oneEvent, result: 'ProcessingFailed', error: settled.error, puts: noPuts };
}

const oneEvent: Known = { isCarried: false, events: 1 };
const anEvent: Settled = { ...oneEvent, result: 'Ok', calls: 0, tags: tagCountsOf([]) };
const aCall: Settled = { ...anEvent, calls: 1 };

/** Answers a record at once if it can be; what finds no room in the response is put again. */
function settle(
  { record, index, journey, contents }: OpenedRecord,
  { hasRoom, tryAnswer }: ResponseBuilder,
  limits: Limits,
  decideOn: (contents: Contents) => Decision,
): Settled {
  const events = contents.ok ? eventsIn(contents.value) : 0;
  const known = { isCarried: journey.timesPut > 0, events };
  const settled = attempt((): Settled => {
    const decision = decideOn(orThrow(contents));
    switch (decision.step) {
      case 'drop':
        return { ...known, result: 'Dropped', reason: decision.reason, puts: noPuts };
      case 'put again':
        return { ...known, carriers: carriersOf(decision.groups, journey, limits) };
      case 'answer': {
        const { lines, lineBytes, partition } = decision;
        const written = () => lines.map(({ write }) => write());
        return hasRoom(index, lineBytes, partition) &&
          tryAnswer(index, okAnswer(record.recordId, written(), partition))
          ? {
              ...known,
              result: 'Ok',
              calls: lines.filter(({ isCall }) => isCall).length,
              tags: tagCountsOf(lines.flatMap(({ instances = [] }) => instances)),
            }
          : { ...known, carriers: carriersOf([lines], journey, limits) };
      }
    }
  });
  if (settled.ok) return settled.value;
  return { ...known, result: 'ProcessingFailed', error: settled.error, puts: noPuts };
}

/** Puts all carriers; a record is dropped only when every one of its own was accepted. */
async function putCarriers(
  settled: readonly Settled[],
  put: (carriers: Carriers) => Promise<readonly PutAnswer[]>,
): Promise<Outcome[]> {
  const carriers = settled.flatMap((one) => ('carriers' in one ? one.carriers : []));
  const answers = carriers.length > 0 ? await put(carriers) : [];
  let at = 0;
  return settled.map((one) => {
    if ('result' in one) return one;
    const { carriers: own, ...known } = one;
    const refused = answers
      .slice(at, at + own.length)
      .flatMap((answer) => (answer === 'accepted' ? [] : [answer.code]));
    at += own.length;
    const puts = { accepted: own.length - refused.length, refused };
    if (refused.length === 0) return { ...known, result: 'Dropped', reason: 'put again', puts };
    const reason = `${refused.length} of ${own.length} parts were refused: ${refused[0]}`;
    const error = new RecordError('NOT_ACCEPTED', reason);
    return { ...known, result: 'ProcessingFailed', error, puts };
  });
}

/** The outcomes in the order of the batch; they came in the order of the records' turns. */
function inBatchOrder(
  turns: readonly { readonly index: number }[],
  outcomes: readonly Outcome[],
): Outcome[] {
  const inOrder: Outcome[] = [];
  for (const [turn, { index }] of turns.entries()) inOrder[index] = outcomes[turn] as Outcome;
  return inOrder;
}

function rowsOf({ contents }: OpenedRecord): TaggedRow[] {
  return contents.ok ? rowsIn(contents.value) : [];
}
