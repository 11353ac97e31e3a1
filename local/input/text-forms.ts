import { Buffer } from 'node:buffer';
import { type Info, Parser } from 'csv-parse';
import { isGzip } from '../../src/events/gzip.ts';
import type { Piece, Splitter } from '../../src/events/split.ts';

/** Exports that are not JSON as a whole: lines of a log, rows of a table. */
export type TextForm = 'CloudWatch Logs export' | 'CSV';

/** Bytes of a file that hold no events by themselves, by how they start, and what they are. */
const others: readonly (readonly [start: string, what: string])[] = [
  ['PK\x03\x04', 'a zip archive: unpack it, and put the files in it'],
  ['PAR1', 'a Parquet file: what is read are JSON, CSV and text'],
  ['\xfd7zXZ', 'packed by xz: unpack it'],
  ['BZh', 'packed by bzip2: unpack it'],
  ['\x28\xb5\x2f\xfd', 'packed by zstd: unpack it'],
];

/** Why a file is not read at all; undefined where it may hold events. */
export function otherFileIn(head: Uint8Array): string | undefined {
  const text = latin1(head, 8);
  return others.find(([start]) => text.startsWith(start))?.[1];
}

/** So much of a text tells its form. */
const headBytes = 64 * 1024;

/** Whether bytes are enough to tell the form of the text that they begin: its first line, or an opening of JSON. */
export function isHead(bytes: Uint8Array): boolean {
  return (
    bytes.length >= headBytes || bytes.includes(lineFeed) || /^\s*[[{]/.test(latin1(bytes, 64))
  );
}

const lineFeed = 0x0a;

function latin1(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, length)).toString(
    'latin1',
  );
}

/** The time before each message of a log, as an export task and `aws logs tail` write it. */
const logTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) /;

/** Whether a file that nobody named may hold events, by its first bytes: JSON, lines of a log, CSV, or gzip. */
export function mayHoldEvents(head: Uint8Array): boolean {
  if (isGzip(head)) return true;
  const text = latin1(head, headBytes).replace(/^\xef\xbb\xbf/, '');
  if (/^\s*\{\s*"awsAccountId"\s*:\s*"\d+",\s*"digestStartTime"/.test(text)) return false;
  if (/^\s*(?:[[{]|$)/.test(text)) return true;
  const [line = ''] = /^[^\r\n]*/.exec(text) ?? [];
  const names = line.split(',').map(columnName);
  return logTime.test(line) || eventColumns.some((column) => names.includes(column));
}

/** Columns that hold an event: CloudTrail Lake's, and those of Logs Insights. */
const eventColumns = ['eventjson', '@message', 'message'];

/** The form of a text, by its first line; undefined where that may be JSON. */
export function textFormOf(head: Uint8Array): TextForm | undefined {
  const [line = ''] = /^[^\r\n]*/.exec(latin1(head, headBytes).replace(/^\xef\xbb\xbf/, '')) ?? [];
  if (logTime.test(line)) return 'CloudWatch Logs export';
  const names = line.split(',').map(columnName);
  const isHeading = names.every((name) => /^[a-z_@][\w@. ]*$/.test(name));
  const isTable = names.length > 1 || eventColumns.includes(names[0] ?? '');
  return isHeading && isTable ? 'CSV' : undefined;
}

const columnName = (text: string) =>
  text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();

/** Makes pieces of such a text, as a splitter does of JSON; what it gives may come a little later. */
export interface TextReader {
  push(chunk: Uint8Array): Promise<Piece[]> | Piece[];
  end(): Promise<Piece[]> | Piece[];
}

export function textReader(form: TextForm | undefined, json: Splitter): TextReader {
  if (form === 'CloudWatch Logs export') return createLogReader();
  return form === 'CSV' ? createCsvReader() : json;
}

/** A message takes lines until the next one that begins with a time. */
function createLogReader(): TextReader {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let line = 1;
  let message: { lines: Buffer[]; offset: number; line: number } | undefined;

  function* finished(): Generator<Piece> {
    if (!message) return;
    const { lines, ...start } = message;
    message = undefined;
    const bytes = Buffer.concat(lines);
    const end = bytes.at(-1) === lineFeed ? bytes.length - 1 : bytes.length;
    yield { bytes: bytes.subarray(0, end), ...start };
  }

  function* take(text: Buffer): Generator<Piece> {
    const time = logTime.exec(text.subarray(0, 40).toString('latin1'))?.[0];
    if (time !== undefined || !message) yield* finished();
    message ??= { lines: [], offset, line };
    message.lines.push(text.subarray(time?.length ?? 0));
    offset += text.length;
    line++;
  }

  return {
    push(chunk) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
      const pieces: Piece[] = [];
      let start = 0;
      for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, start)) {
        pieces.push(...take(bytes.subarray(start, at + 1)));
        start = at + 1;
      }
      rest = bytes.subarray(start);
      return pieces;
    },
    end: () => [...(rest.length > 0 ? take(rest) : []), ...finished()],
  };
}

/** A row with where it stands. */
interface CsvRow {
  readonly record: readonly string[];
  readonly info: Info;
}

/** RFC 4180: names first, texts in quotes where they hold commas or lines. */
function createCsvReader(): TextReader {
  const rows: CsvRow[] = [];
  const parser = new Parser({ bom: true, info: true, relax_column_count: true });
  let failure: Error | undefined;
  let column: number | undefined;
  let names: readonly string[] = [];
  parser.on('data', (row: CsvRow) => rows.push(row));
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  parser.on('end', end);
  parser.on('error', (error) => {
    failure = error;
    end();
  });

  const pieceOf = ({ record, info }: CsvRow): Piece | undefined => {
    if (column === undefined) {
      names = record.map(columnName);
      column = eventColumns.map((name) => names.indexOf(name)).find((at) => at !== -1) ?? -1;
      return undefined;
    }
    const start = { offset: info.bytes, line: info.lines };
    const text = record[column] ?? '';
    if (text !== '') return { bytes: Buffer.from(text), ...start };
    const reason =
      column === -1
        ? `a row of CSV whose columns (${names.slice(0, 5).join(', ')}, …) hold no whole event: select eventJson or @message`
        : `a row of CSV without ${names[column]}`;
    return { bytes: Buffer.alloc(0), ...start, broken: reason };
  };

  const taken = () => rows.splice(0).flatMap((row) => pieceOf(row) ?? []);
  const failed = (): Piece[] => {
    if (!failure) return [];
    const broken = `CSV that cannot be read any further: ${failure.message}`;
    const piece = {
      bytes: Buffer.alloc(0),
      offset: parser.info.bytes,
      line: parser.info.lines,
      broken,
    };
    failure = undefined;
    return [piece];
  };

  return {
    async push(chunk) {
      if (parser.destroyed) return [];
      await Promise.race([ended, new Promise((done) => parser.write(chunk, done))]);
      return [...taken(), ...failed()];
    },
    async end() {
      if (!parser.destroyed) parser.end();
      await ended;
      return [...taken(), ...failed()];
    },
  };
}
