import { isObject, type Json } from '../../src/json.ts';
import type { ColumnType } from '../../src/rows/column-type.ts';
import { columns, type Row } from '../../src/rows/schema.ts';

/**
 * The row that a line is. Whoever reads a lake meets lines that others have written there.
 * @throws SyntaxError where it is none: no JSON, nothing of ours, a cell of another type
 */
export function rowIn(line: string): Row {
  const row: Json = JSON.parse(line);
  if (!isObject(row) || typeof row.event_format !== 'string') {
    throw new SyntaxError('not a row of eventlake, which would have an event_format');
  }
  for (const { name, type } of columns) {
    const cell = row[name];
    if (cell !== undefined && cell !== null && !isOfType(cell, type)) {
      throw new SyntaxError(`not a row of eventlake: its ${name} is of another type`);
    }
  }
  return row as Row;
}

function isOfType(cell: Json, type: ColumnType): boolean {
  if (typeof type === 'object') {
    return 'array' in type ? Array.isArray(cell) && cell.every(isObject) : isObject(cell);
  }
  if (type === 'boolean') return typeof cell === 'boolean';
  return typeof cell === (type === 'int' ? 'number' : 'string');
}
