import type { Configuration } from '../config.ts';
import { attempt } from '../errors.ts';
import type { FirehoseAnswer, FirehoseRecord } from '../firehose/contract.ts';
import { maxLineBytesOf } from '../firehose/limits.ts';
import type { Item, Journey } from '../firehose/pack.ts';
import { createBatchMemory } from '../one-pass/batch-memory.ts';
import type { PlainEvent, Span, Waiting } from '../one-pass/read-event.ts';
import { partitionOf } from '../partition/partition.ts';
import {
  fitInstances,
  openLineOf,
  rowLimits,
  type TagBytes,
  withoutInstances,
} from '../rows/line.ts';
import type { Row, RowInstance } from '../rows/schema.ts';
import { isInstant, rowTimeOf } from '../rows/time.ts';
import type { Lesson } from '../tags/lesson.ts';
import type { TaggedRow } from './add-tags.ts';
import type { ReadOptions } from './contents.ts';
import type { Time } from './time.ts';

type Metadata = NonNullable<FirehoseAnswer['metadata']>;

/** A record that is one plain event, as nearly all are: it is read and written in one pass. */
export interface PlainRecord {
  readonly record: FirehoseRecord;
  readonly index: number;
  readonly journey: Journey;
  /** Of its answer: where its line is stored. */
  readonly metadata: Metadata;
  readonly isCall: boolean;
  /** Where its bytes are. */
  readonly document: Span;
  /** Where its line is; of one that waits for tags, as soon as they are there. */
  line: Span;
  readonly waiting?: {
    readonly plain: PlainEvent;
    readonly tagged: TaggedRow & { readonly row: Row };
  };
  /** Of a line for which there was no room. */
  lineBytes?: number;
  /** Those in its line. */
  instances?: readonly RowInstance[];
}

export interface PlainRecords {
  /** By their place in the batch; undefined where a record is not plain, and has to be read the other way. */
  readonly records: readonly (PlainRecord | undefined)[];
  /** Those that wait for tags. */
  readonly rows: readonly TaggedRow[];
  /** Writes the tags, once they are there, and makes base64 of all lines. */
  close(): void;
  /** The line of a record, base64, once they are closed; undefined where there was no room for it. */
  dataOf(record: PlainRecord): string | undefined;
  /** What is put again of a record for whose line there is no room. */
  itemOf(record: PlainRecord): Item;
  release(): void;
}

/** More of them are for those who know how to let go of some. */
const maxInstances = 100;

/**
 * Reads the plain records of a batch. What they take is bounded by the invocation itself; the budget of the
 * batch is for those that unfold.
 */
export function readPlainRecords(
  records: readonly FirehoseRecord[],
  { configuration, lessonsOf, limits }: ReadOptions,
  { now, remainingMs }: Time,
  tagBytesOf: TagBytes,
): PlainRecords {
  const memory = createBatchMemory(records);
  const documents = records.map(({ data }) => memory.take(data));
  const metadataOf = createPartitions(configuration);
  const maxLineBytes = maxLineBytesOf(limits);
  const waiting: (PlainRecord & Required<Pick<PlainRecord, 'waiting'>>)[] = [];

  function readOne(record: FirehoseRecord, index: number): PlainRecord | undefined {
    const document = documents[index];
    if (document === undefined || document.end - document.from > limits.maxDocumentBytes)
      return undefined;
    if (remainingMs() < 0) return undefined;
    const { approximateArrivalTimestamp: arrival } = record;
    const arrivedMs = isInstant(arrival) ? Math.floor(arrival) : now();
    const plain = memory.read(document, arrivedMs, configuration.trustedSources);
    if (typeof plain === 'string') return undefined;
    const { line, kind } = plain;
    if (line.end - line.from + mostCountBytes > maxLineBytes) return undefined;
    const about: PlainRecord = {
      record,
      index,
      journey: { timesPut: 0, arrivedMs },
      metadata: metadataOf(plain, arrivedMs),
      isCall: kind === 'api_call',
      document,
      line,
    };
    if (plain.waiting === undefined) return about;
    const { row, eventMs } = plain.waiting;
    if ((row.instances?.length ?? 0) > maxInstances) return undefined;
    const one = {
      ...about,
      waiting: {
        plain,
        tagged: {
          row,
          eventMs,
          lessons: lessonsIn(plain.waiting),
        },
      },
    };
    waiting.push(one);
    return one;
  }

  const lessonsOfShapes = new Map<object, readonly Lesson[]>();

  function lessonsIn({ row, shape, event }: Waiting): readonly Lesson[] {
    if (shape === undefined) return lessonsOf(event());
    const known = lessonsOfShapes.get(shape) ?? lessonsOf(event());
    lessonsOfShapes.set(shape, known);
    if (known.length === 0) return known;
    const id = row.instances?.[0]?.instance_id as string;
    return known.map((lesson) => ({ ...lesson, id }));
  }

  /** What would make a line too long gives way, as in any line; none is written to find that out. */
  function closeOne(one: (typeof waiting)[number]): void {
    const { plain, tagged } = one.waiting;
    const { instances = [], instance_count } = tagged.row;
    const { line } = plain;
    const { arrivedMs } = one.journey;
    const open = line.end - line.from + mostCountBytes;
    const jsonOf = (kept: readonly RowInstance[] | undefined) =>
      JSON.stringify({ instances: kept, instance_count });
    const close = (kept: readonly RowInstance[] | undefined, json: string, mostBytes: number) => {
      one.line = memory.close(plain, json, arrivedMs, mostBytes) ?? nowhere;
      one.lineBytes = one.line === nowhere ? mostBytes : one.line.end - one.line.from;
      one.instances = kept ?? [];
    };
    if (instances.length === 1) {
      // As nearly all are; a character takes three bytes at most.
      const json = jsonOf(instances);
      const most = open + 3 * json.length;
      if (most <= Math.min(rowLimits.maxEnrichedBytes, maxLineBytes)) {
        close(instances, json, most);
        return;
      }
    }
    let kept = fitInstances({ bytes: open }, instances, tagBytesOf);
    if (kept.instances !== instances || kept.lineBytes > maxLineBytes) {
      const row = { ...memory.rowOf(line), arrival_time: rowTimeOf(arrivedMs), instance_count };
      const openLine = openLineOf(row as Row);
      kept = fitInstances(openLine, instances, tagBytesOf);
      if (kept.lineBytes > maxLineBytes) kept = withoutInstances(openLine);
    }
    close(kept.instances, jsonOf(kept.instances), kept.lineBytes);
  }

  return {
    // A bug of ours is told of where the record is read the other way.
    records: records.map((record, index) => {
      const read = attempt(() => readOne(record, index));
      return read.ok ? read.value : undefined;
    }),
    rows: waiting.map(({ waiting: { tagged } }) => tagged),
    close() {
      for (const one of waiting) closeOne(one);
      memory.encode();
    },
    dataOf: ({ line }) => (line === nowhere ? undefined : memory.dataOf(line)),
    itemOf: ({ document, line, lineBytes }) => ({
      bytes: memory.bytesOf(document),
      lineBytes: line === nowhere ? (lineBytes as number) : line.end - line.from,
    }),
    release: memory.release,
  };
}

/** Of a line for which not even the memory has room, so no response has. */
const nowhere: Span = { from: 0, end: 0 };

/** Room for the count of instances, and for the end of a line. */
const mostCountBytes = 128;

/** The partitions of plain events; nearly all are of few sources, on the day of their arrival. */
function createPartitions(configuration: Configuration) {
  const ofToday = new Map<string | undefined, Metadata>();
  let dayStart = Number.NaN;
  let arrivalTime = '';
  return ({ eventSource, eventTime, isOnArrivalDay }: PlainEvent, arrivedMs: number): Metadata => {
    if (!(arrivedMs >= dayStart && arrivedMs < dayStart + dayMs)) {
      dayStart = arrivedMs - (arrivedMs % dayMs);
      arrivalTime = rowTimeOf(arrivedMs);
      ofToday.clear();
    }
    const known = isOnArrivalDay ? ofToday.get(eventSource) : undefined;
    if (known) return known;
    const cells = {
      event_source: eventSource,
      event_time: isOnArrivalDay ? arrivalTime : eventTime,
      arrival_time: arrivalTime,
    };
    const metadata = { partitionKeys: { ...partitionOf(cells, configuration) } };
    if (isOnArrivalDay) ofToday.set(eventSource, metadata);
    return metadata;
  };
}

const dayMs = 24 * 60 * 60 * 1000;
