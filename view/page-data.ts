import type { StatementName } from './answers.ts';
import type { Column } from './columnar.ts';
import type { Scope } from './scope.ts';

/** All that a page is made of. */
export interface PageData extends Scope {
  /** The folder of the lake. */
  readonly lake: string;
  /** When the page was made, milliseconds of the Unix epoch. */
  readonly madeAt: number;
  /** The line for a shell that asks this lake what it reads. */
  readonly command: string;
  /** What timelines count by. */
  readonly grain: 'hour' | 'day' | 'week';
  readonly answers: Readonly<Record<StatementName, AnswerData>>;
}

export interface AnswerData {
  readonly sql: string;
  readonly rows: number;
  readonly columns: Readonly<Record<string, Column>>;
}
