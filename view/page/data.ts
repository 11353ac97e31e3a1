import type { AnswerRow, StatementName } from '../answers.ts';
import { type CellValue, type Column, cellsOf } from '../columnar.ts';
import type { PageData } from '../page-data.ts';

/** Unpacks what the page was made with: JSON in gzip in base64. */
export async function unpack(packed: string): Promise<PageData> {
  const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as PageData;
}

/** An answer, column by column. */
export interface AnswerTable {
  readonly names: readonly string[];
  readonly columns: readonly Column[];
  readonly cells: readonly (readonly CellValue[])[];
  readonly rows: number;
}

export function tableOf(data: PageData, statement: StatementName): AnswerTable {
  const { columns, rows } = data.answers[statement];
  const list = Object.values(columns);
  return {
    names: Object.keys(columns),
    columns: list,
    cells: list.map(cellsOf),
    rows,
  };
}

/** An answer, row by row. */
export function rowsOf<S extends StatementName>(data: PageData, statement: S): AnswerRow<S>[] {
  const { names, cells, rows } = tableOf(data, statement);
  return Array.from(
    { length: rows },
    (_, row) =>
      Object.fromEntries(names.map((name, at) => [name, cells[at]?.[row] ?? null])) as AnswerRow<S>,
  );
}
