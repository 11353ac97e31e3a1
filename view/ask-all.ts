import { answers, type Kind, type StatementName, statementNames } from './answers.ts';
import { columnOf } from './columnar.ts';
import type { AnswerData, PageData } from './page-data.ts';
import { grainOf, type Scope } from './scope.ts';
import { statementOf } from './statements.ts';

/** What the engine answers: the cells as texts, times as `yyyy-MM-dd HH:mm:ss.SSS`. */
export interface TextAnswer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export type Ask = (sql: string) => Promise<TextAnswer>;

/** Asks a lake everything that its page shows. */
export async function askAll(
  ask: Ask,
  { lake, madeAt, command, ...scope }: Scope & Pick<PageData, 'lake' | 'madeAt' | 'command'>,
): Promise<PageData> {
  const given: Partial<Record<StatementName, AnswerData>> = {};
  // One after the other: each takes every core already.
  for (const name of statementNames) given[name] = await answerOf(ask, name, scope);
  return {
    ...scope,
    lake,
    madeAt,
    command,
    grain: grainOf(scope),
    answers: given as Record<StatementName, AnswerData>,
  };
}

async function answerOf(ask: Ask, name: StatementName, scope: Scope): Promise<AnswerData> {
  const sql = statementOf(name, scope);
  const { columns, rows } = await ask(sql);
  const kinds = Object.entries<Kind>(answers[name]);
  const names = kinds.map(([column]) => column);
  if (names.join() !== columns.join()) {
    throw new Error(`view/sql/${name}.sql answers ${columns.join()}, not ${names.join()}`);
  }
  return {
    sql,
    rows: rows.length,
    columns: Object.fromEntries(
      kinds.map(([column, kind], place) => [
        column,
        columnOf(
          kind,
          rows.map((row) => row[place] ?? null),
        ),
      ]),
    ),
  };
}
