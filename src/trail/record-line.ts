import { Buffer, isUtf8 } from 'node:buffer';
import { addTags } from '../batch/add-tags.ts';
import { orThrow, RecordError } from '../errors.ts';
import { eventIn } from '../events/event.ts';
import { type Document, readDocuments } from '../events/read.ts';
import { plainDocumentOf } from '../one-pass/plain-documents.ts';
import { otherSource } from '../partition/sources.ts';
import { lineOf } from '../rows/line.ts';
import { rowOf } from '../rows/row.ts';
import type { Row } from '../rows/schema.ts';
import { dayOf, daysBetween } from '../rows/time.ts';
import type { Tags } from '../tags/tags.ts';
import type { TrailLimits } from './limits.ts';

/** What the rows of one file have in common. */
export interface FileFacts {
  /** When its records arrived: as it was made, epoch ms. */
  readonly arrivalMs: number;
  /** The day of its key. */
  readonly day: string;
}

/** The row of a record, and where it goes. */
export interface RecordLine {
  /** JSON and a newline. It is good until the next record is read. */
  readonly line: Uint8Array;
  readonly source: string;
  readonly day: string;
  /** It is filed under the day of the key, for want of a usable one of its own. */
  readonly isDayOfKey: boolean;
}

export interface LineOptions {
  readonly sources: ReadonlySet<string>;
  /** Those of one part: they know what its earlier events told, and ask nobody. */
  readonly tags: Tags;
  readonly limits: TrailLimits;
}

/**
 * Record → line: the rows of a trail's file are those of bare records in the stream, but for the time of
 * arrival, the day, and tags.
 * @throws RecordError where it is no record of CloudTrail, from the step that finds it
 */
export function recordLineOf(
  bytes: Uint8Array,
  file: FileFacts,
  options: LineOptions,
): RecordLine | Promise<RecordLine> {
  const plain = isUtf8(bytes) ? plainDocumentOf(bytes, file.arrivalMs) : undefined;
  if (typeof plain === 'object' && plain.family === 'bare' && !plain.waiting) {
    const { eventSource: event_source, eventTime: event_time } = plain;
    return placed(plain.line, { event_source, event_time }, file, options);
  }
  const event = eventIn(orThrow(onlyDocumentOf(bytes, options).json));
  const row = rowOf(event, file.arrivalMs);
  if (row.event_format !== 'cloudtrail') {
    throw new RecordError('NOT_AN_EVENT', 'an event in an envelope, which no trail writes');
  }
  if (!row.instances) return placed(Buffer.from(lineOf(row)), row, file, options);
  return withTags(row, options.tags.lessonsOf(event), file, options);
}

async function withTags(
  row: Row,
  lessons: ReturnType<Tags['lessonsOf']>,
  file: FileFacts,
  options: LineOptions,
): Promise<RecordLine> {
  await addTags([{ row, lessons }], options.tags, {
    deliveryStreamArn: '',
    ownRole: undefined,
    memberRole: undefined,
    now: () => file.arrivalMs,
    remainingMs: () => Number.POSITIVE_INFINITY,
  });
  return placed(Buffer.from(lineOf(row)), row, file, options);
}

/** The record as the one document that it is; in a list, or a file in a file, there may be anything. */
function onlyDocumentOf(bytes: Uint8Array, { limits }: LineOptions): Document {
  const documents = [...readDocuments(bytes, { ...limits, maxDocuments: 2 })];
  const [document] = documents;
  if (documents.length === 1 && document?.bytes.length === bytes.length) return document;
  throw new RecordError('NOT_AN_EVENT', 'a list, where a record should be');
}

type Cells = { readonly [C in 'event_source' | 'event_time']?: Row[C] | undefined };

function placed(
  line: Uint8Array,
  { event_source: source, event_time: time }: Cells,
  file: FileFacts,
  { sources }: LineOptions,
): RecordLine {
  const day = usableDayOf(time, file.day);
  return {
    line,
    source: source !== undefined && sources.has(source) ? source : otherSource,
    day: day ?? file.day,
    isDayOfKey: day === undefined,
  };
}

/** CloudTrail began on 2013-11-13: no event is older. */
const firstDay = '2013-11-01';
/** Days that an event may be ahead of the file that it is in: clocks differ, and midnight comes. */
const maxDaysAhead = 1;

/** The day of an event whatever its age; undefined where it cannot be. */
function usableDayOf(time: Row['event_time'], keyDay: string): string | undefined {
  if (time === undefined) return undefined;
  const day = dayOf(time);
  if (day === keyDay) return day;
  return day >= firstDay && daysBetween(keyDay, day) <= maxDaysAhead ? day : undefined;
}
