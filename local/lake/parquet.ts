import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { isObject, type Json, jsonText, numberText, parseJson } from '../../src/json.ts';
import { type ColumnType, typeIn } from '../../src/rows/column-type.ts';
import { columns as rowColumns } from '../../src/rows/schema.ts';
import type { Conversion, RefusedLine } from '../firehose/ports.ts';
import { splitLines } from '../firehose/split-lines.ts';
import { duckdb, quoteText } from './duckdb-dialect.ts';

/** A column of the table whose types lines are converted to. */
export interface ConvertedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * Converts lines of JSON to a Parquet object, as Firehose's record format conversion does with
 * HiveJsonSerDe: DuckDB writes it. A line that the SerDe would refuse is refused, others are in the
 * object with what it would make of them (a number in a string column is text, a fraction in an
 * integer column is cut off, every word but `true` is false, unknown keys are left out).
 *
 * Two differences: where the SerDe would store a part of an object or a list in a column of text,
 * truth or time, the line is refused; and a timestamp is an INT64 of microseconds, not an INT96.
 *
 * Sources: Amazon Data Firehose Developer Guide, "Convert input data format", and "Handle errors for
 * data format conversion"; Apache Hive, HCatalog's JsonSerDe.
 * @example createStream(configuration, { convert: convertToParquet, … })
 */
export async function convertToParquet(
  lines: Uint8Array,
  columns: readonly ConvertedColumn[] = rowColumns,
): Promise<Required<Conversion>> {
  const refused: RefusedLine[] = [];
  const rows: string[] = [];
  // The stream finds the refused by their indexes among the same lines.
  splitLines(Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength)).forEach((line, at) => {
    try {
      rows.push(`${rowText(line.toString(), columns)}\n`);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refused.push({ line: at, code: error.code, message: error.message });
    }
  });
  const object = rows.length === 0 ? new Uint8Array(0) : await parquetOf(rows, columns);
  return { object, refused };
}

/** A line that is not converted. The codes are the service's own. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: RefusedLine['code'];

  constructor(code: 'ParseError' | 'MalformedData', message: string) {
    super(message);
    this.code = `DataFormatConversion.${code}`;
  }
}

const malformed = (place: string, expected: string) =>
  new RefusedError(
    'MalformedData',
    `Data does not match the schema. ${place || 'row'}: ${expected}`,
  );
const below = (place: string, key: string) => (place === '' ? key : `${place}.${key}`);

/** A line as JSON of exactly the columns' types. */
function rowText(line: string, columns: readonly ConvertedColumn[]): string {
  const parsed = (() => {
    try {
      return parseJson(line);
    } catch (error) {
      const reason = Error.isError(error) ? error.message : String(error);
      throw new RefusedError('ParseError', `Encountered malformed JSON. ${reason}`);
    }
  })();
  const type = { struct: Object.fromEntries(columns.map(({ name, type }) => [name, type])) };
  if (parsed === null) throw malformed('', 'Start token not found where expected');
  return jsonText(valueIn('', type, parsed));
}

function valueIn(place: string, type: ColumnType, value: Json): Json {
  if (value === null) return null;
  if (typeof type === 'string') return scalarIn(place, type, value);
  if ('array' in type) {
    if (!Array.isArray(value)) throw malformed(place, 'Start of Array expected');
    return value.map((element, at) => valueIn(`${place}[${at}]`, type.array, element));
  }
  if (!isObject(value)) throw malformed(place, 'Start of Object expected');
  const made: Record<string, Json> = Object.create(null);
  for (const [key, member = null] of Object.entries(value)) {
    if ('map' in type) {
      made[key.toWellFormed()] = valueIn(below(place, key), type.map, member);
      continue;
    }
    // Names of columns and members are matched in any case; the last of several counts.
    const name = key.toLowerCase();
    const memberType = Object.hasOwn(type.struct, name) ? type.struct[name] : undefined;
    if (memberType !== undefined) made[name] = valueIn(below(place, name), memberType, member);
  }
  return made;
}

/** Java's Timestamp.valueOf, which is what the SerDe reads times by where no format is given. */
const timestampPattern = /^\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,9})?$/;

function scalarIn(place: string, type: ColumnType & string, value: Json): Json {
  const number = numberText(value);
  if (number === undefined && typeof value === 'object') {
    throw malformed(place, 'one value expected, not an object or a list');
  }
  // A lone surrogate has no UTF-8; one would stop DuckDB.
  const text = number ?? String(value).toWellFormed();
  if (type === 'boolean') return text.toLowerCase() === 'true';
  if (type === 'timestamp' && !timestampPattern.test(text)) {
    throw malformed(place, 'Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]');
  }
  if (type !== 'int') return text;
  if (number === undefined) throw malformed(place, 'a number expected');
  const cut = Math.trunc(Number(number));
  if (cut < -(2 ** 31) || cut >= 2 ** 31) throw malformed(place, 'out of range of int');
  return cut;
}

async function parquetOf(
  rows: readonly string[],
  columns: readonly ConvertedColumn[],
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'eventlake-parquet-'));
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const from = join(folder, 'rows.json');
    const to = join(folder, 'rows.parquet');
    await writeFile(from, rows.join(''));
    const names = columns.map(({ name }) => `"${name}"`).join(', ');
    const types = columns
      .map(({ name, type }) => `"${name}": '${typeIn(duckdb, type)}'`)
      .join(', ');
    await connection.run(
      `COPY (
        SELECT ${names}
        FROM read_json(${quoteText(from)}, format = 'newline_delimited', columns = {${types}},
          maximum_object_size = ${64 * 1024 * 1024})
      ) TO ${quoteText(to)} (FORMAT parquet, COMPRESSION gzip)`,
    );
    return await readFile(to);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}
