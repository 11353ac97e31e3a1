import { createHash } from 'node:crypto';
import { type Carried, uncarry } from '../../src/firehose/carrier.ts';
import { isObject, type JsonObject } from '../../src/json.ts';
import { eventTextOf } from '../../src/rows/rebuild.ts';
import type { Row } from '../../src/rows/schema.ts';
import { epochMsOf, isInstant } from '../../src/rows/time.ts';
import { readPieces, type Source, type SourcePiece } from '../input/read-pieces.ts';
import { recordOf } from '../input/record-of.ts';
import { rowIn } from '../lake/row-in.ts';

/** A record that a stream could not deliver, as its error object has it. */
export interface LostRecord {
  /** The same for the same bytes that arrived at the same time, wherever the object lies. */
  readonly id: string;
  readonly place: string;
  /** The service's code, such as `Lambda.ProcessingFailedStatus`. */
  readonly code: string;
  /** When it reached the stream first, epoch ms. */
  readonly arrivalMs: number;
  /** As it was put first: without the line of ours where it was a carrier. */
  readonly bytes: Uint8Array;
}

/** What an error object holds, line by line; `problem` says why a line is none. */
export type ErrorLine = LostRecord | { readonly place: string; readonly problem: string };

/** The lines of an error object, plain or gzipped. @throws EnvironmentError where it cannot be read */
export async function* errorLines(source: Source): AsyncGenerator<ErrorLine> {
  // Equal records of one object are not the same: each was put.
  const seen = new Map<string, number>();
  for await (const { pieces } of readPieces(source)) {
    for (const piece of pieces) {
      const line = errorLineOf(piece);
      if (line === undefined) continue;
      if ('problem' in line) {
        yield line;
        continue;
      }
      const count = seen.get(line.id) ?? 0;
      seen.set(line.id, count + 1);
      yield count === 0 ? line : { ...line, id: `${line.id}#${count}` };
    }
  }
}

function errorLineOf({ bytes, broken, place, isContinued }: SourcePiece): ErrorLine | undefined {
  if (isContinued) return undefined;
  if (broken !== undefined) return { place, problem: broken };
  const fields = fieldsIn(bytes);
  const raw = fields && rawDataIn(fields);
  const arrival = fields && arrivalIn(fields);
  if (fields && isOfTrailFile(fields)) {
    return { place, problem: 'of a trail file: read it again with `backfill --again`' };
  }
  if (!raw || arrival === undefined) return { place, problem: 'not an error object of Firehose' };
  const code = textIn(fields, ['errorCode', 'lastErrorCode', 'ErrorCode']) ?? 'unknown';
  const { original, arrivedMs } = originalOf(uncarry(raw, Math.floor(arrival)));
  const record = recordOf(original);
  if (!record) return { place, problem: 'too large for a record, even gzipped' };
  return { id: idOf(original, arrivedMs), place, code, arrivalMs: arrivedMs, bytes: record };
}

/** What history could not read keeps a part of its bytes only: they are no record. See src/trail/failure-line.ts. */
function isOfTrailFile({ bucket, key, place }: JsonObject): boolean {
  return [bucket, key, place].every((field) => typeof field === 'string');
}

function fieldsIn(bytes: Uint8Array): JsonObject | undefined {
  try {
    const json = JSON.parse(Buffer.from(bytes).toString());
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function textIn(fields: JsonObject, names: readonly string[]): string | undefined {
  return names.map((name) => fields[name]).find((value) => typeof value === 'string');
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function rawDataIn({ rawData }: JsonObject): Buffer | undefined {
  const isBase64 = typeof rawData === 'string' && base64.test(rawData);
  return isBase64 ? Buffer.from(rawData, 'base64') : undefined;
}

/** A number, or a text of one. */
function arrivalIn({ arrivalTimestamp }: JsonObject): number | undefined {
  const isText = typeof arrivalTimestamp === 'string' && /^\d+(?:\.\d+)?$/.test(arrivalTimestamp);
  const arrival = isText ? Number(arrivalTimestamp) : arrivalTimestamp;
  return isInstant(arrival) ? arrival : undefined;
}

/**
 * What failed behind the function, as a format conversion refused it or a partition was one too many, is rows
 * and no longer the record. They are told by what they are, whatever the code, and say when the record arrived.
 * Amazon Data Firehose Developer Guide, Handle errors for data format conversion.
 */
function originalOf({ payload, arrivedMs }: Carried) {
  try {
    const rows = rowsIn(payload);
    const rowMs = epochMsOf(rows[0]?.arrival_time ?? '');
    return {
      original: Buffer.from(rows.map(eventTextOf).join('\n')),
      arrivedMs: isInstant(rowMs) ? rowMs : arrivedMs,
    };
  } catch {
    return { original: payload, arrivedMs };
  }
}

/** The rows that bytes are. @throws SyntaxError where they are none, or more */
function rowsIn(bytes: Uint8Array): readonly Row[] {
  const text = Buffer.from(bytes).toString();
  // Most records are none, and need no parser.
  if (!text.includes('"event_format"')) throw new SyntaxError('no rows of eventlake');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(rowIn);
}

function idOf(bytes: Uint8Array, arrivalMs: number): string {
  return createHash('sha256').update(`${arrivalMs}\n`).update(bytes).digest('base64url');
}
