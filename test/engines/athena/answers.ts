import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../../../athena/portable.ts';
import { askedOn } from '../../../athena/tested-on.ts';
import type { TrinoAnswer } from '../trino/client.ts';

/**
 * SQL as it means on the day that the sample lake is asked. Nothing else of it is changed.
 * @throws Error for another name of the present
 */
export function onThatDay(sql: string): string {
  if (/\b(?:localtimestamp|now)\b/i.test(codeOf(sql))) {
    throw new Error('only current_date and current_timestamp are replaced');
  }
  return sql
    .replaceAll(/\bcurrent_date\b/gi, `DATE '${askedOn}'`)
    .replaceAll(/\bcurrent_timestamp\b/gi, `from_iso8601_timestamp('${askedOn}T00:00:00Z')`);
}

export const goldenFolder = join(import.meta.dirname, '../golden');

export interface GoldenAnswer {
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: readonly (readonly unknown[])[];
}

/** A golden answer, taken apart. */
export function readGolden(name: string): GoldenAnswer {
  const text = readFileSync(join(goldenFolder, `${name}.jsonl`), 'utf8');
  const [columns, ...rows] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { columns, rows };
}

/** An answer as it is kept: its columns in the first line, then a row a line. */
export function answerText({ columns, rows }: TrinoAnswer): string {
  const lines = [columns.map(({ name, type }) => [name, type]), ...rows];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** An answer whose query gives its rows in any order, in one that is always the same. */
export const inOneOrder = (answer: TrinoAnswer): TrinoAnswer => ({
  ...answer,
  rows: [...answer.rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
});

/**
 * The golden answer of that name. With UPDATE_GOLDENS=1 the answer at hand becomes it, to be
 * reviewed by eye.
 */
export function goldenAnswer(name: string, answer: TrinoAnswer): string {
  const file = join(goldenFolder, `${name}.jsonl`);
  if (process.env.UPDATE_GOLDENS) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, answerText(answer));
  }
  return existsSync(file) ? readFileSync(file, 'utf8') : `there is no ${file}`;
}
