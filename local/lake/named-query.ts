import { dayBefore, isFilter, sqlWith } from '../../athena/named-sql.ts';
import { type ParameterName, parameters } from '../../athena/parameters.ts';
import { type NamedQuery, readQueries } from '../../athena/queries.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../terminal/command.ts';
import { dayIn } from '../terminal/options.ts';

/** What was given for parameters, by their names. */
export type GivenParameters = { readonly [N in ParameterName]?: string | undefined };

/** Whether what was typed is a name, as SQL never is: one word. */
export const isQueryName = (text: string) => /^[a-z][a-z0-9_]*$/i.test(text);

/** @throws UsageError for a name that no query has */
export function queryNamed(
  name: string,
  queries: readonly NamedQuery[] = readQueries(),
): NamedQuery {
  const found = queries.find((query) => query.name === name);
  if (found) return found;
  const names = queries.map((query) => query.name);
  throw new UsageError(
    `There is no query ${name}.${nearest(name, names, '')}`,
    '`query --list` has all of them; SQL is written in quotes: query "SELECT …"',
  );
}

/** SQL that can be run, and the period that it is about where the query has one. */
export interface AskedQuery {
  readonly sql: string;
  readonly period?: {
    readonly since: string;
    readonly until?: string;
    readonly isDefault: boolean;
  };
}

/**
 * The SQL of a query with what was given for its parameters. A period that nobody gave is the last days that
 * the lake has.
 * @param lastDay of the lake; undefined where it holds nothing
 * @throws UsageError for what the query does not take, lacks, or cannot be
 */
export function askedQuery(
  query: NamedQuery,
  given: GivenParameters,
  lastDay: string | undefined,
): AskedQuery {
  const values = checkedValues(query, given);
  const days = query.parameters.find(({ name }) => name === 'since')?.days;
  if (days === undefined) return { sql: sqlWith(query, values) };
  const since =
    values.since ?? dayBefore(values.until ?? lastDay ?? parameters.since.example, days);
  const { until } = values;
  if (until !== undefined && until < since) {
    throw new UsageError(`--until is ${until}, before --since ${since}: no day is in between.`);
  }
  return {
    sql: sqlWith(query, { ...values, since }),
    period: {
      since,
      ...(until === undefined ? {} : { until }),
      isDefault: given.since === undefined,
    },
  };
}

function checkedValues({ name: query, parameters: taken }: NamedQuery, given: GivenParameters) {
  const hint = `It takes ${taken.map(({ name }) => `--${name}`).join(', ')}.`;
  for (const [name, value] of Object.entries(given) as [ParameterName, string | undefined][]) {
    if (value === undefined) continue;
    if (!taken.some((one) => one.name === name)) {
      throw new UsageError(`The query ${query} takes no --${name}.`, hint);
    }
    const { form, formText } = parameters[name];
    if (name === 'since' || name === 'until') dayIn(name, value);
    else if (!form.test(value)) {
      throw new UsageError(`--${name} is ${value}, but has to be ${formText}.`);
    }
  }
  for (const one of taken) {
    const { name } = one;
    if (one.days !== undefined || isFilter(one) || given[name] !== undefined) continue;
    const { value, example } = parameters[name];
    throw new UsageError(
      `The query ${query} needs --${name} ${value}.`,
      `For example: query ${query} --${name} ${example}`,
    );
  }
  return given;
}
