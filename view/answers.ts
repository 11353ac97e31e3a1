import type { ColumnType } from '../src/rows/column-type.ts';
import type { columns } from '../src/rows/schema.ts';

/** What a cell of an answer is to the page: a moment, a number, a text, a truth value, or JSON text. */
export type Kind = 'time' | 'count' | 'text' | 'flag' | 'json';

/** What the page has of each kind; times are milliseconds of the Unix epoch. */
interface Values {
  readonly time: number;
  readonly count: number;
  readonly text: string;
  readonly flag: boolean;
  readonly json: string;
}

type SchemaColumn = (typeof columns)[number];

type KindOfType<T extends ColumnType> = T extends 'string'
  ? 'text'
  : T extends 'timestamp'
    ? 'time'
    : T extends 'boolean'
      ? 'flag'
      : T extends 'int'
        ? 'count'
        : 'json';

/** A column that has the name of a column of a row is of its type, too. */
type Answers = {
  readonly [Statement: string]: {
    readonly [C in SchemaColumn as C['name']]?: KindOfType<C['type']>;
  } & { readonly [name: string]: Kind };
};

/** The columns of each statement's answer, in their order: a file of view/sql/ has the name. */
export const answers = {
  totals: {
    events: 'count',
    first_day: 'text',
    last_day: 'text',
    accounts: 'count',
    sources: 'count',
    calls: 'count',
    failures: 'count',
  },
  events_by_source: { hour: 'time', event_source: 'text', events: 'count', failures: 'count' },
  events_by_kind: { hour: 'time', kind: 'text', events: 'count', failures: 'count' },
  instances: {
    instance_id: 'text',
    account: 'text',
    region: 'text',
    events: 'count',
    first_time: 'time',
    last_time: 'time',
    tags: 'json',
    of_all: 'count',
  },
  instance_states: {
    instance_id: 'text',
    state: 'text',
    state_from: 'time',
    state_until: 'time',
    of_all: 'count',
  },
  instance_marks: {
    event_time: 'time',
    instance_id: 'text',
    mark: 'text',
    what: 'text',
    who: 'text',
    source_ip: 'text',
    outcome: 'text',
    error_code: 'text',
    event_id: 'text',
    of_all: 'count',
  },
  who: {
    by_what: 'text',
    name: 'text',
    names: 'count',
    calls: 'count',
    failures: 'count',
    services: 'count',
    actors: 'count',
    first_time: 'time',
    last_time: 'time',
  },
  who_when: {
    by_what: 'text',
    name: 'text',
    time_from: 'time',
    service: 'text',
    calls: 'count',
    failures: 'count',
  },
  who_new: {
    by_what: 'text',
    name: 'text',
    first_time: 'time',
    service: 'text',
    event_name: 'text',
    calls: 'count',
    failures: 'count',
    of_all: 'count',
  },
  failures_by_day: {
    by_what: 'text',
    day: 'text',
    name: 'text',
    failures: 'count',
    denied: 'count',
  },
  denials: {
    first_time: 'time',
    last_time: 'time',
    is_new: 'flag',
    who: 'text',
    service: 'text',
    event_name: 'text',
    error_code: 'text',
    calls: 'count',
    addresses: 'count',
    last_message: 'text',
    of_all: 'count',
  },
  sign_ins_by_day: { day: 'text', result: 'text', sign_ins: 'count', as_root: 'count' },
  sign_ins: {
    event_time: 'time',
    who: 'text',
    actor_type: 'text',
    event_name: 'text',
    outcome: 'text',
    mfa_used: 'text',
    error_message: 'text',
    source_ip: 'text',
    user_agent: 'text',
    account: 'text',
    region: 'text',
    event_id: 'text',
    of_all: 'count',
  },
  root_use: {
    event_time: 'time',
    account: 'text',
    kind: 'text',
    service: 'text',
    event_name: 'text',
    outcome: 'text',
    mfa: 'flag',
    source_ip: 'text',
    user_agent: 'text',
    event_id: 'text',
    of_all: 'count',
  },
  changes_by_day: { day: 'text', area: 'text', changes: 'count', failures: 'count' },
  changes: {
    event_time: 'time',
    area: 'text',
    who: 'text',
    event_name: 'text',
    on_what: 'text',
    outcome: 'text',
    error_code: 'text',
    source_ip: 'text',
    account: 'text',
    region: 'text',
    event_id: 'text',
    of_all: 'count',
  },
  not_rows: {
    day: 'text',
    type: 'text',
    error_code: 'text',
    error_message: 'text',
    records: 'count',
    of_all: 'count',
  },
} as const satisfies Answers;

export type StatementName = keyof typeof answers;

export const statementNames = Object.keys(answers) as StatementName[];

/** A row of a statement's answer. */
export type AnswerRow<S extends StatementName> = {
  readonly [C in keyof (typeof answers)[S]]: (typeof answers)[S][C] extends infer K extends Kind
    ? Values[K] | null
    : never;
};

/** The columns of an answer with their kinds. */
export const columnsOf = (statement: StatementName): readonly (readonly [string, Kind])[] =>
  Object.entries(answers[statement]);
