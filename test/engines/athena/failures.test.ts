import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createDatabase, deployedAs, lakeOf } from './lake.ts';

const lake = lakeOf(deployedAs('failures'));
const base64 = (text: string) => Buffer.from(text).toString('base64');

const store = (type: string, day: string, ...lines: readonly object[]) => {
  const folder = join(lake.folder, `errors/type=${type}/day=${day}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'object'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
};

beforeAll(() => {
  createDatabase(lake);
  store(
    'processing-failed',
    '2026-11-20',
    {
      rawData: base64('today'),
      errorCode: 'Lambda.ProcessingFailedStatus',
      errorMessage: 'ProcessingFailed status set for record',
      attemptsMade: 1,
      arrivalTimestamp: 1795168800000,
      attemptEndingTimestamp: 1795168860000,
      lambdaARN: 'arn',
    },
    {
      attemptsMade: '4',
      arrivalTimestamp: '1795168800000',
      errorCode: 'Lambda.FunctionError',
      errorMessage: 'failed',
      attemptEndingTimestamp: '1795168860000',
      rawData: base64('older'),
      lambdaArn: 'arn',
    },
  );
  store('format-conversion-failed', '2026-11-21', {
    attemptsMade: 1,
    arrivalTimestamp: 1795168800000,
    lastErrorCode: 'DataFormatConversion.ParseError',
    lastErrorMessage: 'no',
    attemptEndingTimestamp: 1795168860000,
    rawData: base64('converted'),
    sequenceNumber: null,
    subSequenceNumber: null,
    dataCatalogTable: { catalogId: '123456789012', databaseName: 'failures', catalogArn: null },
  });
  store('activePartitionExceeded', '2026-11-21', { rawData: base64('quota'), errorCode: 'x' });
});

describe('The table failures', () => {
  test('reads error objects of every kind and spelling', async () => {
    const { rows } = await lake.ask(
      `SELECT from_utf8(from_base64(rawdata)), coalesce(errorcode, lasterrorcode), attemptsmade, arrivaltimestamp, lambdaarn, type, day
       FROM failures ORDER BY 1`,
    );

    expect(rows).toEqual([
      [
        'converted',
        'DataFormatConversion.ParseError',
        '1',
        '1795168800000',
        null,
        'format-conversion-failed',
        '2026-11-21',
      ],
      [
        'older',
        'Lambda.FunctionError',
        '4',
        '1795168800000',
        'arn',
        'processing-failed',
        '2026-11-20',
      ],
      ['quota', 'x', null, null, null, 'activePartitionExceeded', '2026-11-21'],
      [
        'today',
        'Lambda.ProcessingFailedStatus',
        '1',
        '1795168800000',
        'arn',
        'processing-failed',
        '2026-11-20',
      ],
    ]);
  });

  test('answers the queries of docs/failures.md', async () => {
    const byCode = await lake.ask(
      `SELECT day, type, coalesce(errorcode, lasterrorcode) AS code, count(*) AS records
       FROM failures WHERE day >= '2026-11-21' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    );
    const records = await lake.ask(
      `SELECT CAST(from_unixtime(CAST(arrivaltimestamp AS bigint) / 1000) AS varchar) AS arrived
       FROM failures WHERE day = '2026-11-20' AND type = 'processing-failed' LIMIT 1`,
    );

    expect(byCode.rows.map(([, , code]) => code)).toEqual(['x', 'DataFormatConversion.ParseError']);
    expect(records.rows).toEqual([[expect.stringMatching(/^2026-11-20 10:00:00/)]]);
  });
});
