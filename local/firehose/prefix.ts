import { compileDatePattern } from './date-pattern.ts';
import { ConfigurationError } from './errors.ts';
import type { ErrorOutputType } from './failures.ts';

/** What the expressions of a prefix are evaluated from. */
export interface PrefixValues {
  /** The approximate arrival, epoch ms; `timestamp` writes it. */
  readonly instantMs: number;
  /** Gives 11 characters, fresh at each use, for `firehose:random-string`. */
  readonly randomString: () => string;
  /** By name, for `partitionKeyFromLambda`. */
  readonly partitionKeys?: Readonly<Record<string, string>>;
  /** For `firehose:error-output-type`. */
  readonly errorOutputType?: ErrorOutputType;
}

/** A prefix made ready to be evaluated for each record. */
export interface Prefix {
  /** How many expressions it holds. */
  readonly expressionCount: number;
  /** The names that it takes from the Lambda's partition keys, each once. */
  readonly partitionKeyNames: readonly string[];
  /** Whether `firehose:error-output-type` is in it. */
  readonly hasErrorOutputType: boolean;
  /** Writes the prefix with all expressions evaluated. */
  readonly evaluate: (values: PrefixValues) => string;
}

type Expression = (values: PrefixValues) => string;

/** What Firehose joins on to a prefix without expressions, with no slash of its own. */
export const defaultDateExpression = '!{timestamp:yyyy/MM/dd/HH/}';

/**
 * Reads a prefix: text and expressions `!{namespace:value}`.
 * Amazon Data Firehose Developer Guide, Custom prefixes for Amazon S3 objects.
 * @throws ConfigurationError for an expression that is not whole, not known or not simulated
 * @example compilePrefix('logs/!{timestamp:yyyy}/').evaluate({ instantMs: 0, randomString }) // 'logs/1970/'
 */
export function compilePrefix(template: string): Prefix {
  const parts: (string | Expression)[] = [];
  const values: { namespace: string; value: string }[] = [];
  let start = 0;
  for (let open = template.indexOf('!{'); open >= 0; open = template.indexOf('!{', start)) {
    const close = template.indexOf('}', open);
    const [, namespace, value] = /^!\{([^:]+):(.+)\}$/s.exec(template.slice(open, close + 1)) ?? [];
    if (namespace === undefined || value === undefined) {
      throw new ConfigurationError(
        `The prefix "${template}" has an expression that is not whole: write !{namespace:value}.`,
      );
    }
    values.push({ namespace, value });
    parts.push(template.slice(start, open), expressionOf(template, namespace, value));
    start = close + 1;
  }
  parts.push(template.slice(start));
  return {
    expressionCount: values.length,
    partitionKeyNames: valuesOf(values, 'partitionKeyFromLambda'),
    hasErrorOutputType: valuesOf(values, 'firehose').includes('error-output-type'),
    evaluate: (given) =>
      parts.map((part) => (typeof part === 'string' ? part : part(given))).join(''),
  };
}

function valuesOf(
  expressions: readonly { namespace: string; value: string }[],
  namespace: string,
): readonly string[] {
  const values = expressions.filter((found) => found.namespace === namespace);
  return [...new Set(values.map(({ value }) => value))];
}

function expressionOf(template: string, namespace: string, value: string): Expression {
  switch (`${namespace}:${value}`) {
    case 'firehose:random-string':
      return ({ randomString }) => randomString();
    case 'firehose:error-output-type':
      return ({ errorOutputType }) => errorOutputType ?? '';
  }
  switch (namespace) {
    case 'timestamp': {
      const format = compileDatePattern(value);
      return ({ instantMs }) => format(instantMs);
    }
    case 'partitionKeyFromLambda':
      return ({ partitionKeys }) => partitionKeys?.[value] ?? '';
  }
  throw new ConfigurationError(
    `The prefix "${template}" has the expression !{${namespace}:${value}}, which is not simulated: ` +
      'use firehose:random-string, firehose:error-output-type, timestamp: or partitionKeyFromLambda:.',
  );
}
