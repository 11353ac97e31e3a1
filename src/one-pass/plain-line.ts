import { Buffer } from 'node:buffer';
import type { AwsEvent } from '../events/event.ts';
import type { Row } from '../rows/schema.ts';
import { isBlank, maxPlainBytes } from './batch-memory.ts';
import { growTo } from './kernel.ts';
import { batchAt, mostDerivedBytes, mostGrowth } from './layout.ts';
import {
  createEventReader,
  type EventReader,
  type NotPlain,
  type PlainEvent,
} from './read-event.ts';

/** An event as its line; or, where it waits for tags, as its row. */
export type PlainDocument = Pick<PlainEvent, 'family' | 'eventSource' | 'eventTime' | 'kind'> &
  ({ readonly line: Buffer } | { readonly row: Row; readonly event: AwsEvent });

let reader: EventReader | undefined;

/**
 * The event that bytes are and nothing else, or why it is left to the parser.
 * @param bytes UTF-8
 */
export function plainDocumentOf(
  bytes: Uint8Array,
  arrivalMs: number,
  trusted?: ReadonlySet<string>,
): PlainDocument | NotPlain {
  if (bytes.length > maxPlainBytes) return 'too large a value';
  reader ??= createEventReader();
  const target = batchAt + maxPlainBytes + 1024;
  const room = target + mostGrowth * maxPlainBytes + 2 * mostDerivedBytes;
  growTo(reader.kernel, room);
  const memory = reader.kernel.bytes;
  memory.set(bytes, batchAt);
  reader.arriveAt(arrivalMs);
  const limit = batchAt + bytes.length;
  const found = reader.read(batchAt, limit, target, room, trusted);
  if (typeof found === 'string') return found;
  if (!isBlank(memory, found.end, limit)) return 'more than one document';
  const { waiting, family, eventSource, kind } = found;
  const about = { family, eventSource, kind };
  if (waiting) {
    const row = {
      ...JSON.parse(`${memory.toString('utf8', target, found.line.end)}}`),
      ...waiting.row,
    };
    return { ...about, eventTime: row.event_time, row, event: waiting.event() };
  }
  const line = Buffer.from(memory.subarray(target, found.line.end));
  return { ...about, eventTime: found.eventTime ?? reader.eventTime(), line };
}
