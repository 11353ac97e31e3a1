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
  /** The names that it takes from the Lambda's partition keys, each once. */
  readonly partitionKeyNames: readonly string[];
  /** Writes the prefix with all expressions evaluated. */
  readonly evaluate: (values: PrefixValues) => string;
}

type Expression = (values: PrefixValues) => string;

/** What Firehose joins on to a prefix without expressions, with no slash of its own. */
export const defaultDateExpression = '!{timestamp:yyyy/MM/dd/HH/}';

/** One `!{namespace:value}` of a prefix. */
export interface PrefixExpression {
  readonly namespace: string;
  readonly value: string;
}

/** A prefix taken apart. */
export interface PrefixParts {
  /** Text and expressions as they follow each other. */
  readonly parts: readonly (string | PrefixExpression)[];
  readonly expressions: readonly PrefixExpression[];
  /** Whether each `!{` opens a whole `!{namespace:value}`; one that does not stands among the text. */
  readonly isWhole: boolean;
}

/**
 * Takes a prefix apart.
 * Amazon Data Firehose Developer Guide, Custom prefixes for Amazon S3 objects.
 * @example parsePrefix('a/!{timestamp:yyyy}').expressions // [{ namespace: 'timestamp', value: 'yyyy' }]
 */
export function parsePrefix(text: string): PrefixParts {
  let isWhole = true;
  const parts = text.split(/(!\{[^}]*\}?)/).map((part, index) => {
    if (index % 2 === 0) return part;
    const [, namespace, value] = /^!\{([^{}:]+):([^{}]+)\}$/.exec(part) ?? [];
    if (namespace !== undefined && value !== undefined) return { namespace, value };
    isWhole = false;
    return part;
  });
  return { parts, expressions: parts.filter((part) => typeof part !== 'string'), isWhole };
}

/**
 * Makes a prefix ready to be evaluated.
 * @throws ConfigurationError for an expression that is not whole, not known or not simulated
 * @example compilePrefix('logs/!{timestamp:yyyy}/').evaluate({ instantMs: 0, randomString }) // 'logs/1970/'
 */
export function compilePrefix(template: string): Prefix {
  const { parts, expressions, isWhole } = parsePrefix(template);
  if (!isWhole) {
    throw new ConfigurationError(
      `The prefix "${template}" has an expression that is not whole: write !{namespace:value}.`,
    );
  }
  const compiled = parts.map((part) =>
    typeof part === 'string' ? part : expressionOf(template, part),
  );
  const keyed = expressions.filter(({ namespace }) => namespace === 'partitionKeyFromLambda');
  return {
    partitionKeyNames: [...new Set(keyed.map(({ value }) => value))],
    evaluate: (given) =>
      compiled.map((part) => (typeof part === 'string' ? part : part(given))).join(''),
  };
}

function expressionOf(template: string, { namespace, value }: PrefixExpression): Expression {
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
