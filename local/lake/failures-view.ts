import { failurePartitions, failuresPrefix, failuresTable } from '../../athena/failures.ts';
import { literalPath, quoteName, quoteText } from './duckdb-dialect.ts';

/** Keys of error objects in every spelling that Firehose has had, by the column that they are in Athena. */
const keys: Readonly<Record<string, readonly string[]>> = {
  rawdata: ['rawData'],
  errorcode: ['errorCode', 'ErrorCode'],
  errormessage: ['errorMessage', 'ErrorMessage'],
  lasterrorcode: ['lastErrorCode'],
  lasterrormessage: ['lastErrorMessage'],
  attemptsmade: ['attemptsMade'],
  arrivaltimestamp: ['arrivalTimestamp'],
  attemptendingtimestamp: ['attemptEndingTimestamp'],
  lambdaarn: ['lambdaARN', 'lambdaArn'],
  sequencenumber: ['sequenceNumber'],
  subsequencenumber: ['subSequenceNumber'],
  bucket: ['bucket'],
  key: ['key'],
  place: ['place'],
};

/** A pattern for the error objects of a lake. Unfinished files start with a dot. */
export function failureFiles(lake: string): string {
  const folders = failurePartitions.map(({ name }) => `${name}=*`).join('/');
  return quoteText(`${literalPath(lake)}/${failuresPrefix}${folders}/[!.]*`);
}

/** Characters that are shown of a record. */
const shownCharacters = 2000;

/** What a record was, for people. The bytes of gzip begin with `H4sI` in base64. */
const shownText = `CASE
  WHEN rawdata LIKE 'H4sI%' THEN '(gzip)'
  ELSE coalesce(left(TRY(decode(from_base64(rawdata))), ${shownCharacters}), '(no text)')
END AS record`;

/**
 * The statement that makes `failures`: what could not become rows. The columns are those of Athena, but for
 * `record`, what was put as text, which comes first, and `rawdata`, which comes last: base64 is nothing to read.
 * DuckDB tells keys apart by their capitals, and gives a column one type: so it reads the lines, and takes the
 * members as texts.
 * @param files a pattern for the error objects; undefined where there are none
 */
export function failuresStatement(files: string | undefined): string {
  const isPartition = (name: string) => failurePartitions.some((column) => column.name === name);
  const cells = failuresTable.columns.map(({ name }) => {
    if (files === undefined) return `NULL::VARCHAR AS ${quoteName(name)}`;
    if (isPartition(name)) return quoteName(name);
    const members = (keys[name] ?? []).map((key) => `json ->> ${quoteText(`$.${key}`)}`);
    return `coalesce(${members.join(', ')}) AS ${quoteName(name)}`;
  });
  const types = failurePartitions.map(({ name }) => `${name}: VARCHAR`).join(', ');
  const from =
    files === undefined
      ? '(SELECT 1) WHERE false'
      : `read_json_objects(${files}, format = 'newline_delimited', hive_partitioning = true, hive_types = {${types}})`;
  return `CREATE OR REPLACE VIEW failures AS
SELECT ${shownText}, * EXCLUDE rawdata, rawdata
FROM (SELECT ${cells.join(', ')} FROM ${from})`;
}
