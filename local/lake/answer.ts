import { shownJson } from '../terminal/printable.ts';
import { layOutTable, recordLines, type TableCell } from '../terminal/table.ts';
import { counted, type Output, type Terminal } from '../terminal/terminal.ts';
import { type Answer, objectJson, textOf } from './duckdb.ts';

/** Rows whose widths lay the table out. */
const sampleRows = 1000;

/** Writes an answer as NDJSON: an object a row, maps and structs as objects. */
export async function writeJson(
  answer: Answer,
  output: Output,
  interrupted: AbortSignal,
): Promise<void> {
  const names = answer.columns.map(({ name }) => name);
  for await (const rows of answer.rows()) {
    const lines = rows.map((row) => objectJson(names.map((name, at) => [name, row[at] ?? null])));
    await output.write(`${lines.map((line) => shownJson(line, output)).join('\n')}\n`);
    if (interrupted.aborted) return;
  }
}

/**
 * Writes an answer as comma-separated values: names first, maps and structs as JSON, NULL as nothing, and an
 * empty text as `""`. RFC 4180.
 */
export async function writeCsv(
  answer: Answer,
  output: Output,
  interrupted: AbortSignal,
): Promise<void> {
  await output.write(csvLine(answer.columns.map(({ name }) => name)));
  for await (const rows of answer.rows()) {
    await output.write(rows.map((row) => csvLine(row.map(textOf))).join(''));
    if (interrupted.aborted) return;
  }
}

function csvLine(cells: readonly TableCell[]): string {
  const texts = cells.map((cell) => {
    if (cell === null) return '';
    return cell === '' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  });
  return `${texts.join(',')}\r\n`;
}

/** Writes an answer as an aligned table, cut to fit where it is a person who reads it. */
export async function writeTable(answer: Answer, { stdout, interrupted }: Terminal): Promise<void> {
  const { columns } = answer;
  if (columns[0]?.name === 'explain_key') return writePlan(answer, stdout);
  const maxWidth = stdout.columns;
  const style = {
    maxWidth,
    bold: (text: string) => stdout.style('bold', text),
    dim: (text: string) => stdout.style('dim', text),
  };
  let table: ReturnType<typeof layOutTable> | undefined;
  let count = 0;
  let left: readonly string[] = [];
  const write = async (rows: readonly (readonly TableCell[])[]) => {
    table ??= layOutTable(columns, rows.slice(0, sampleRows), style);
    const { head, line, hidden } = table;
    // A few columns of many are no answer: then each row is read from top to bottom.
    const isTooNarrow = hidden.length > columns.length / 2;
    const lines = isTooNarrow
      ? rows.flatMap((row, at) => [
          style.dim(`── row ${count + at + 1} ──`),
          ...recordLines(columns, row, style),
        ])
      : [...(count === 0 ? head : []), ...rows.map(line)];
    if (!isTooNarrow) left = hidden;
    count += rows.length;
    if (lines.length > 0) await stdout.write(`${lines.join('\n')}\n`);
  };

  for await (const rows of answer.rows()) {
    await write(rows.map((row) => row.map(textOf)));
    if (interrupted.aborted) return;
  }
  if (count === 0) await write([]);
  if (maxWidth === undefined) return;
  const more = left.length > 0 ? `, without ${left.join(', ')}: see --json, --csv or --output` : '';
  await stdout.write(`${style.dim(`${counted(count, 'row')}${more}`)}\n`);
}

/** Writes each row from top to bottom, a line a cell. */
export async function writeRecords(answer: Answer, { stdout }: Terminal): Promise<void> {
  const style = { maxWidth: stdout.columns, bold: (text: string) => stdout.style('dim', text) };
  for await (const rows of answer.rows()) {
    for (const row of rows) {
      const lines = recordLines(answer.columns, row.map(textOf), style);
      await stdout.write(`${lines.join('\n')}\n`);
    }
  }
}

/** A plan is a drawing of many lines. */
async function writePlan(answer: Answer, stdout: Output): Promise<void> {
  for await (const rows of answer.rows()) {
    for (const [, plan = null] of rows) await stdout.write(`${textOf(plan)}\n`);
  }
}
