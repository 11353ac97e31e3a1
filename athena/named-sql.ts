/**
 * SQL in a file with a head: comment lines that say what it answers, which parameters it takes, and what
 * else its readers are told. One file gives the form that Athena saves, and that which runs here.
 *
 * ```sql
 * -- Who stopped which instances?
 * -- Parameters: since 7, until, instance, actor.
 * -- Change: the tag `team`, if yours has another name.
 * SELECT …
 * FROM instance_events
 * WHERE day >= :since
 *   AND day <= :until
 *   AND instance_id = :instance
 * ```
 *
 * `:since` is a day, in the head with the number of days before today that it is unless somebody says otherwise;
 * `:since - 30 days` is a day before that. A parameter with an example in the head must be given; any other
 * is a filter: without a value, its whole line is left out, and stands in Athena's form as a comment. The name of a
 * condition that several files share (conditions.ts) stands for its SQL.
 */
import { conditions } from './conditions.ts';
import { type ParameterName, parameters } from './parameters.ts';

/** What a file says. */
export interface NamedSql {
  /** What it answers: all that comes before the first key of the head. */
  readonly question: string;
  /** The rest of the head, by its keys: `Change`, `Level`, … */
  readonly notes: ReadonlyMap<string, string>;
  readonly parameters: readonly Parameter[];
  /** SQL with the placeholders of its parameters, without the head. */
  readonly body: string;
}

export interface Parameter {
  readonly name: ParameterName;
  /** Days before today at which the period starts. */
  readonly days?: number;
  /** Must be given; this is what Athena's form has in its place. */
  readonly example?: string;
}

/** What stands for the parameters: a day for `since`, texts for all others. */
export type ParameterValues = { readonly [N in ParameterName]?: string | undefined };

/**
 * Reads a file.
 * @throws Error with what is wrong
 */
export function readNamedSql(text: string): NamedSql {
  const lines = text.trim().split('\n');
  const start = lines.findIndex((line) => !line.startsWith('--'));
  const head = lines.slice(0, start).map((line) => line.replace(/^-- ?/, ''));
  const [question = '', ...noted] = head.join(' ').split(/ (?=[A-Z][A-Za-z&]*(?: [a-z]+){0,2}: )/);
  if (!/^[A-Z].*\?$/.test(question)) throw new Error('starts with the question that it answers');
  const notes = new Map<string, string>();
  for (const note of noted) {
    const [, key = '', value = ''] = /^([^:]+): (.*)$/.exec(note) ?? [];
    if (notes.has(key)) throw new Error(`its head says "${key}:" twice`);
    notes.set(key, value);
  }
  const declared = parametersOf(notes.get('Parameters'));
  notes.delete('Parameters');
  const named: NamedSql = {
    question,
    notes,
    parameters: declared,
    body: withConditions(lines.slice(start).join('\n')),
  };
  check(named);
  return named;
}

function parametersOf(text = ''): Parameter[] {
  if (text === '') return [];
  return text
    .replace(/\.$/, '')
    .split(', ')
    .map((one): Parameter => {
      const [name = '', value, ...more] = one.split(' ');
      if (!isParameter(name) || more.length > 0) throw new Error(`no parameter: "${one}"`);
      if (name !== 'since') return value === undefined ? { name } : { name, example: value };
      if (!/^\d+$/.test(value ?? '')) throw new Error('"since" needs its number of days');
      return { name, days: Number(value) };
    });
}

const isParameter = (name: string): name is ParameterName => Object.hasOwn(parameters, name);

/** What is declared is used, what is used is declared, and a filter is a line that can be left out. */
function check({ parameters: declared, body }: NamedSql): void {
  const used = new Set(placeholdersIn(body).map(({ name }) => name));
  for (const { name } of declared) {
    if (!used.delete(name)) throw new Error(`the parameter "${name}" is not used`);
  }
  const [unknown] = used;
  if (unknown !== undefined) throw new Error(`:${unknown} is no parameter in its head`);
  const filters = declared.filter(isFilter).map(({ name }) => name);
  for (const line of body.split('\n')) {
    const filter = placeholdersIn(line).find(({ name }) => filters.includes(name));
    if (filter && !isWholeCondition(line)) {
      throw new Error(`:${filter.name} may be absent: its line has to be one condition after AND`);
    }
  }
}

/** One that may be absent. */
export const isFilter = ({ days, example }: Parameter) =>
  days === undefined && example === undefined;

function isWholeCondition(line: string): boolean {
  const count = (char: string) => line.split(char).length;
  return /^\s*AND /.test(line) && count('(') === count(')');
}

/** Comments and texts, which hold no placeholder, or a placeholder. */
const token = /--[^\n]*|'(?:[^']|'')*'|(?<![:\w]):([a-z]+)(?: - (\d+) days?)?/g;

function placeholdersIn(sql: string): { name: ParameterName }[] {
  return [...sql.matchAll(token)].flatMap(([, name]) =>
    name === undefined ? [] : [{ name: name as ParameterName }],
  );
}

function withConditions(sql: string): string {
  return sql.replaceAll(token, (found, name = '') => conditions[name] ?? found);
}

/** The SQL with values in place of its parameters; filters without one are left out. */
export function sqlWith({ body, parameters: declared }: NamedSql, values: ParameterValues): string {
  return filled(body, {
    isAbsent: ({ name }) => values[name] === undefined,
    declared,
    textFor: (name, daysBefore) => quoted(dayBefore(values[name] ?? '', daysBefore)),
    withoutValue: () => undefined,
  });
}

/**
 * The SQL as Athena saves it: of the days up to today, with the examples of what must be given, and each
 * filter as a comment.
 */
export function athenaSqlOf({ body, parameters: declared }: NamedSql): string {
  return filled(body, {
    isAbsent: isFilter,
    declared,
    textFor(name, daysBefore) {
      const { days, example } = declared.find((one) => one.name === name) as Parameter;
      if (days === undefined) return quoted(example ?? parameters[name].example);
      return `date_format(current_date - INTERVAL '${days + daysBefore}' DAY, '%Y-%m-%d')`;
    },
    withoutValue: (line) => line.replace(/^(\s*)/, '$1-- '),
  });
}

interface Filling {
  readonly declared: readonly Parameter[];
  readonly isAbsent: (parameter: Parameter) => boolean;
  readonly textFor: (name: ParameterName, daysBefore: number) => string;
  readonly withoutValue: (line: string) => string | undefined;
}

function filled(body: string, { declared, isAbsent, textFor, withoutValue }: Filling): string {
  const absent = new Set(declared.filter(isAbsent).map(({ name }) => name));
  return body
    .split('\n')
    .flatMap((line) => {
      const text = line.replaceAll(token, (found, name?: ParameterName, daysBefore = '0') =>
        name === undefined ? found : textFor(name, Number(daysBefore)),
      );
      if (!placeholdersIn(line).some(({ name }) => absent.has(name))) return [text];
      return withoutValue(text) ?? [];
    })
    .join('\n');
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

const dayMs = 24 * 60 * 60 * 1000;

/** @example dayBefore('2026-11-17', 7) // '2026-11-10' */
export function dayBefore(day: string, days: number): string {
  return days === 0 ? day : new Date(Date.parse(day) - days * dayMs).toISOString().slice(0, 10);
}
