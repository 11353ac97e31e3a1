import { createHash } from 'node:crypto';
import { uncarry } from '../../src/firehose/carrier.ts';
import { isObject, type JsonObject } from '../../src/json.ts';
import { eventTextOf } from '../../src/rows/rebuild.ts';
import { isInstant } from '../../src/rows/time.ts';
import { readPieces, type Source, type SourcePiece } from './read-pieces.ts';
import { recordOf } from './record-of.ts';
import { rowIn } from './row-in.ts';

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
  const arrival = Number(fields?.arrivalTimestamp ?? Number.NaN);
  if (!raw || !isInstant(arrival)) return { place, problem: 'no error object of Firehose' };
  const code = textIn(fields, ['errorCode', 'lastErrorCode', 'ErrorCode']) ?? 'unknown';
  const { payload, arrivedMs } = uncarry(raw, Math.floor(arrival));
  const original = isConverted(code, fields) ? eventsOfRows(payload) : payload;
  const record = recordOf(original);
  if (!record) return { place, problem: 'too large for a record, also gzipped' };
  return { id: idOf(original, arrivedMs), place, code, arrivalMs: arrivedMs, bytes: record };
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

/**
 * Whether the record failed behind the function: its bytes are rows then, and no longer the record.
 * Amazon Data Firehose Developer Guide, Handle errors for data format conversion.
 */
function isConverted(code: string, fields: JsonObject): boolean {
  return code.startsWith('DataFormatConversion.') || fields.dataCatalogTable !== undefined;
}

/** The events of rows; what is no row stays as it is, and fails as itself. */
function eventsOfRows(bytes: Buffer | Uint8Array): Uint8Array {
  try {
    const lines = Buffer.from(bytes).toString().split('\n');
    const rows = lines.filter((line) => line !== '').map(rowIn);
    return rows.length > 0 ? Buffer.from(rows.map(eventTextOf).join('\n')) : bytes;
  } catch {
    return bytes;
  }
}

function idOf(bytes: Uint8Array, arrivalMs: number): string {
  return createHash('sha256').update(`${arrivalMs}\n`).update(bytes).digest('base64url');
}
