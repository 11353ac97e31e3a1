import type { CellValue, Column } from '../columnar.ts';
import { number, shortened } from './text.ts';
import { timeText, type Zone } from './zone.ts';

/** Characters of a cell. */
const mostCharacters = 300;

/** The text of a cell. */
export function cellText(value: CellValue, kind: Column['kind'], zone: Zone): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return kind === 'time' ? timeText(value, zone) : number(value);
  return shortened(value, mostCharacters);
}
