import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DuckDBArrayValue,
  type DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  type DuckDBValue,
  ResultReturnType,
  StatementType,
} from '@duckdb/node-api';
import {
  type EventTable,
  eventColumns,
  eventTables,
  partitionColumns,
} from '../../athena/tables.ts';
import { typeIn } from '../../src/rows/column-type.ts';
import { EnvironmentError, SqlError } from '../errors.ts';
import { compactedIn, isCompacted } from './compacted.ts';
import { boundedView, type DayBounds, dayBoundsIn, serializedSql } from './day-bounds.ts';
import { duckdb, literalPath, quoteName, quoteText } from './duckdb-dialect.ts';
import { failureFiles, failuresStatement } from './failures-view.ts';
import { finishLake } from './journal.ts';
import { faultOf } from './lake-folder.ts';
import { lakeObjects } from './lake-objects.ts';
import { athenaStatements } from './views.ts';

/** A lake that can be asked. */
export interface OpenLake {
  /** Whether it holds no row. */
  readonly isEmpty: boolean;
  /** Whether it holds what could not become rows. */
  readonly hasFailures: boolean;
  /**
   * Runs SQL, one statement or several; the answer is that of the last.
   * @throws SqlError with what DuckDB says
   */
  ask(sql: string): Promise<Answer>;
  /**
   * Has a statement to come read only the days that its times are of, where it names no days: see dayBoundsIn.
   * @returns these days; nothing where it reads all
   */
  boundDays(sql: string): Promise<DayBounds | undefined>;
  /**
   * Writes the answer of one SELECT into a Parquet file.
   * @throws SqlError with what DuckDB says
   */
  copyToParquet(sql: string, file: string): Promise<void>;
  /** Leaves out objects that cannot be read, after a look at every value of every row. */
  leaveOutDamaged(onDamaged: (key: string) => void): Promise<void>;
  /** Has `events`, and all views over it, be of these objects alone. */
  narrow(keys: readonly string[]): Promise<void>;
  /** Rows of a table or view. */
  count(relation: string): Promise<number>;
  /** Stops what is being asked, which then throws. */
  interrupt(): void;
  close(): void;
}

export interface AnswerColumn {
  readonly name: string;
  readonly isNumeric: boolean;
  /** Whether a part of it would mislead: numbers, times, truth values. */
  readonly isExact: boolean;
}

/** What a statement answers; no columns where it answers nothing. */
export interface Answer {
  readonly columns: readonly AnswerColumn[];
  /** A thousand or two at a time, as DuckDB makes them. */
  rows(): AsyncGenerator<readonly (readonly DuckDBValue[])[]>;
}

/** The object that DuckDB could not read, by what it says; undefined where it stumbled over something else. */
export function damagedObjectIn(message: string, lake: string): string | undefined {
  const start = message.indexOf(`${lake}/events/`);
  if (start === -1) return undefined;
  const [path] = /^.*?\.(?:json\.gz|parquet)/.exec(message.slice(start)) ?? [];
  return path?.slice(lake.length + 1);
}

export interface OpenLakeOptions {
  /** Objects that `events` is of; default all. */
  readonly keys?: readonly string[];
  /** Told of objects that cannot be opened, and are left out; without it they are errors. */
  readonly onDamaged?: (key: string) => void;
}

/**
 * Opens a lake for SQL: the tables `events`, with names and types of the row contract, and `failures`, and
 * the views that Athena has over `events`. A lake that holds nothing yet, or is not there, has empty ones.
 * Nothing is ever installed or loaded from elsewhere.
 * @throws EnvironmentError for a folder whose own path looks like a partition, or that DuckDB cannot find by it
 */
export async function openLake(
  folder: string,
  { keys, onDamaged }: OpenLakeOptions = {},
): Promise<OpenLake> {
  const fault = faultOf(folder);
  if (fault !== undefined) throw new EnvironmentError(`${fault}: move it.`);
  await finishLake(folder);
  const formats = await formatsIn(folder);
  const { connection, close } = await connect();
  await connection.run(`CREATE TABLE ${emptyName} (${definitions})`);
  // The other views are made over no events: making one reads the head of every file of a full lake.
  await connection.run(`CREATE VIEW events AS FROM ${emptyName}`);
  for (const statement of athenaStatements()) await connection.run(statement);
  let current: readonly string[] | undefined;
  const narrow = async (own: readonly string[] | undefined) => {
    const selects = [
      `FROM ${emptyName}`,
      ...formats.flatMap((table) => selectSql(table, folder, own) ?? []),
    ];
    const sql = `CREATE OR REPLACE VIEW events AS ${selects.join('\nUNION ALL BY NAME ')}`;
    await attempt(() => connection.run(sql));
    current = own;
  };
  const all = keys ?? (await currentKeys(folder));
  await (onDamaged ? narrowToWhole(folder, all, narrow, onDamaged) : narrow(all)).catch(
    (error: unknown) => {
      close();
      throw error;
    },
  );
  const failures = failureFiles(folder);
  const found = await connection.runAndReadAll(`FROM glob(${failures}) LIMIT 1`);
  const hasFailures = found.currentRowCount > 0;
  await connection.run(failuresStatement(hasFailures ? failures : undefined));
  let isInterrupted = false;
  return {
    isEmpty: formats.length === 0,
    hasFailures,
    ask: (sql) => ask(connection, sql, () => isInterrupted),
    async boundDays(sql) {
      const serialized = await connection.runAndReadAll(serializedSql(sql));
      const bounds = dayBoundsIn(String(serialized.getRows()[0]?.[0]));
      if (bounds) await connection.run(boundedView(bounds));
      return bounds;
    },
    async copyToParquet(sql, file) {
      // On lines of its own, as the SQL may end in a comment.
      const answer = `(\n${sql.replace(/;\s*$/, '')}\n)`;
      await attempt(() =>
        connection.run(`COPY ${answer} TO ${quoteText(file)} (FORMAT parquet, COMPRESSION zstd)`),
      );
    },
    narrow,
    async leaveOutDamaged(onDamaged) {
      for (let kept = current ?? (await everyKey(folder)); ; ) {
        const damaged = await damagedAmong(connection, folder);
        if (damaged === undefined) return;
        onDamaged(damaged);
        kept = kept.filter((key) => key !== damaged);
        await narrow(kept);
      }
    },
    async count(relation) {
      const read = await connection.runAndReadAll(`SELECT count(*)::INT FROM ${relation}`);
      return read.getRows()[0]?.[0] as number;
    },
    interrupt() {
      isInterrupted = true;
      connection.interrupt();
    },
    close,
  };
}

async function connect() {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: join(tmpdir(), 'eventlake-duckdb'),
  });
  const connection = await instance.connect();
  // As in Athena, whatever the time zone of the machine. The second is of the texts that the binding makes.
  await connection.run("SET TimeZone = 'UTC'");
  DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The objects that count, where there are others beside them; else a pattern finds them all. */
async function currentKeys(folder: string): Promise<string[] | undefined> {
  if (!isCompacted(await compactedIn(folder))) return undefined;
  return everyKey(folder);
}

async function everyKey(folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of lakeObjects(folder)) keys.push(key);
  return keys;
}

/** The heads of Parquet objects are read at once, so one that is damaged shows here. */
async function narrowToWhole(
  folder: string,
  keys: readonly string[] | undefined,
  narrow: (keys: readonly string[] | undefined) => Promise<void>,
  onDamaged: (key: string) => void,
): Promise<void> {
  try {
    await narrow(keys);
  } catch (error) {
    const damaged = error instanceof SqlError ? damagedObjectIn(error.message, folder) : undefined;
    if (damaged === undefined) throw error;
    onDamaged(damaged);
    const others = (keys ?? (await everyKey(folder))).filter((key) => key !== damaged);
    await narrowToWhole(folder, others, narrow, onDamaged);
  }
}

async function damagedAmong(
  connection: DuckDBConnection,
  folder: string,
): Promise<string | undefined> {
  try {
    await attempt(() => connection.run('SELECT count(COLUMNS(*)) FROM events'));
    return undefined;
  } catch (error) {
    const damaged = error instanceof SqlError ? damagedObjectIn(error.message, folder) : undefined;
    if (damaged === undefined) throw error;
    return damaged;
  }
}

/** The tables that have an object. */
async function formatsIn(folder: string): Promise<EventTable[]> {
  const found: EventTable[] = [];
  for (const table of eventTables) {
    const { done } = await lakeObjects(folder, undefined, [table]).next();
    if (!done) found.push(table);
  }
  return found;
}

/** Gives every column its name, type and place, also those that older Parquet files lack. */
const emptyName = 'no_events';

const typedColumns = eventColumns.map(({ name, type }) => ({ name, type: typeIn(duckdb, type) }));

const definitions = typedColumns.map(({ name, type }) => `${quoteName(name)} ${type}`).join(', ');

/** The partition columns are text as everywhere: DuckDB would take `day` for a date. */
function selectSql(
  { prefix, extension, format }: EventTable,
  folder: string,
  keys?: readonly string[],
): string | undefined {
  const isOfPartition = ({ name }: { name: string }) =>
    partitionColumns.some((column) => column.name === name);
  const members = (columns: typeof typedColumns) =>
    `{${columns.map(({ name, type }) => `${quoteName(name)}: ${quoteText(type)}`).join(', ')}}`;
  const partitions = partitionColumns.map(({ name }) => `${name}=*`).join('/');
  const below = (path: string) => quoteText(`${literalPath(folder)}/${path}`);
  const own = keys?.filter((key) => key.startsWith(prefix));
  if (own?.length === 0) return undefined;
  const files = own
    ? `[${own.map((key) => below(literalPath(key))).join(', ')}]`
    : below(`${prefix}${partitions}/*${extension}`);
  const types = members(typedColumns.filter((column) => !isOfPartition(column)));
  const reader = {
    json: `read_json(${files}, format = 'newline_delimited', compression = 'gzip', columns = ${types}`,
    parquet: `read_parquet(${files}, union_by_name = true`,
  }[format];
  const hive = `hive_partitioning = true, hive_types = ${members(typedColumns.filter(isOfPartition))}`;
  // Folders above the lake may look like partitions of other names, too.
  const known = typedColumns.map(({ name }) => quoteText(name)).join(', ');
  return `SELECT COLUMNS(name -> name IN (${known})) FROM ${reader}, ${hive})`;
}

async function ask(
  connection: DuckDBConnection,
  sql: string,
  isInterrupted: () => boolean,
): Promise<Answer> {
  const answer = await attempt(() => runAll(connection, sql, isInterrupted));
  const result = answer?.result;
  const answered = result?.returnType === ResultReturnType.NOTHING ? undefined : result;
  const columns =
    answered?.deduplicatedColumnNames().map((name, index) => {
      const type = answered.columnTypeId(index);
      const isNumeric = numericTypes.has(type);
      return { name, isNumeric, isExact: isNumeric || exactTypes.has(type) };
    }) ?? [];
  return {
    columns,
    async *rows() {
      const all = answer?.rows();
      try {
        for (;;) {
          const next = await attempt(async () => all?.next());
          if (!next || next.done) return;
          yield next.value;
        }
      } finally {
        await all?.return(undefined);
      }
    },
  };
}

async function runAll(
  connection: DuckDBConnection,
  sql: string,
  isInterrupted: () => boolean,
): Promise<StreamedAnswer | undefined> {
  const statements = await connection.extractStatements(sql);
  for (let index = 0; index < statements.count; index++) {
    const statement = await statements.prepare(index);
    const isLast = index === statements.count - 1;
    if (isLast) return streamed(connection, statement, isInterrupted);
    await statement.run();
  }
  return undefined;
}

interface StreamedAnswer {
  readonly result: DuckDBResult;
  rows(): AsyncGenerator<DuckDBValue[][]>;
}

/** Statements that make their rows while these are read. */
const streamedTypes: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.EXECUTE,
]);

/**
 * Runs a statement whose rows are made as they are read. The binding ends them in the same way where all are
 * there and where a later one cannot be made; only the transaction around them knows. Then the statement is run
 * once more, whole, to hear why.
 */
async function streamed(
  connection: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  isInterrupted: () => boolean = () => false,
): Promise<StreamedAnswer> {
  const end = () => succeeds(() => connection.run('COMMIT'));
  if (streamedTypes.has(statement.statementType)) {
    await end(); // of one that is open; nothing else comes in it
    await connection.run('BEGIN TRANSACTION');
  }
  const result = await statement.stream().catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    result,
    async *rows() {
      try {
        for (;;) {
          const chunk = await result.fetchChunk();
          if (!chunk || chunk.rowCount === 0) break;
          yield chunk.getRows();
        }
        if (await succeeds(() => connection.run('SELECT 1'))) return;
      } finally {
        await end();
      }
      if (!isInterrupted()) await statement.run();
      throw new Error('The answer breaks off: it could not be made to its end.');
    },
  };
}

async function succeeds(step: () => Promise<unknown>): Promise<boolean> {
  return step().then(
    () => true,
    () => false,
  );
}

async function attempt<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const { message } = error as Error;
    // What the binding says of a text without a statement.
    if (message === 'Error in native callback')
      throw new SqlError('There is no statement in the SQL.');
    const lines = message.replace(/^Failed to extract statements: /, '').split('\n');
    const said = lines.map((line) => line.trimEnd()).filter((line) => !/^\s*\^?$/.test(line));
    throw new SqlError(said.slice(0, 2).join('\n'));
  }
}

const numericTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
  DuckDBTypeId.BIGNUM,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
]);

const exactTypes: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.DATE,
  DuckDBTypeId.TIME,
  DuckDBTypeId.TIMESTAMP,
  DuckDBTypeId.TIMESTAMP_S,
  DuckDBTypeId.TIMESTAMP_MS,
  DuckDBTypeId.TIMESTAMP_NS,
  DuckDBTypeId.TIMESTAMP_TZ,
]);

/**
 * A value as people read it; null for NULL. Lists, structs and maps are JSON.
 */
export function textOf(value: DuckDBValue): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (isTimestamp(value)) return timestampText(value);
  if (value instanceof DuckDBUnionValue) return textOf(value.value);
  return isNested(value) ? jsonOf(value) : String(value);
}

/**
 * A value as JSON text. Numbers that a JavaScript number does not hold exactly, NaN and infinity are texts,
 * as they are spelt; so is everything that JSON has no form for.
 */
export function jsonOf(value: DuckDBValue): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? String(value) : `"${value}"`;
    case 'string':
      return JSON.stringify(value);
  }
  if (value instanceof DuckDBDecimalValue) return decimalJson(String(value));
  if (value instanceof DuckDBUnionValue) return jsonOf(value.value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
    return `[${value.items.map(jsonOf).join(',')}]`;
  }
  if (value instanceof DuckDBStructValue) return objectJson(Object.entries(value.entries));
  if (value instanceof DuckDBMapValue) {
    return objectJson(value.entries.map((entry) => [textOf(entry.key) ?? 'null', entry.value]));
  }
  return JSON.stringify(textOf(value));
}

/** An object's JSON text. Written by hand: JavaScript would put keys that are numbers first. */
export function objectJson(
  members: readonly (readonly [name: string, value: DuckDBValue])[],
): string {
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${jsonOf(value)}`).join(',')}}`;
}

/** All rows of an answer as objects, for answers of a few. */
export async function objectsIn<T>(answer: Answer): Promise<T[]> {
  const names = answer.columns.map(({ name }) => name);
  const objects: T[] = [];
  for await (const rows of answer.rows()) {
    for (const row of rows) {
      objects.push(JSON.parse(objectJson(names.map((name, at) => [name, row[at] ?? null]))));
    }
  }
  return objects;
}

/**
 * The rows of a Parquet file as the lines that they were made of: absent values are left out again.
 * @throws Error with what DuckDB says
 */
export async function* rowTextsOf(file: string): AsyncGenerator<string> {
  const { connection, close } = await connect();
  try {
    const from = `read_parquet(${quoteText(literalPath(file))}, hive_partitioning = false)`;
    const { result, rows } = await streamed(connection, await connection.prepare(`FROM ${from}`));
    const names = result.columnNames();
    for await (const some of rows()) {
      for (const row of some) {
        const text = objectJson(names.map((name, at) => [name, row[at] ?? null]));
        yield JSON.stringify(JSON.parse(text, (_key, value) => value ?? undefined));
      }
    }
  } finally {
    close();
  }
}

/** So many digits a JavaScript number always gives back. */
const safeDigits = 15;

function decimalJson(text: string): string {
  return text.replace(/\D/g, '').length <= safeDigits ? text : `"${text}"`;
}

function isNested(value: DuckDBValue): boolean {
  return [DuckDBListValue, DuckDBArrayValue, DuckDBStructValue, DuckDBMapValue].some(
    (type) => value instanceof type,
  );
}

function isTimestamp(value: DuckDBValue): boolean {
  return [
    DuckDBTimestampValue,
    DuckDBTimestampSecondsValue,
    DuckDBTimestampMillisecondsValue,
    DuckDBTimestampNanosecondsValue,
    DuckDBTimestampTZValue,
  ].some((type) => value instanceof type);
}

/** `yyyy-MM-dd HH:mm:ss.SSS` as in rows, with more digits only where there are more. */
function timestampText(value: DuckDBValue): string {
  return String(value).replace(
    /(:\d\d)(?:\.(\d+))?(?=$|[+-])/,
    (_, seconds: string, fraction = '') => `${seconds}.${fraction.padEnd(3, '0')}`,
  );
}
