/** One `!{namespace:value}` of an S3 prefix. */
export interface PrefixExpression {
  readonly namespace: string;
  readonly value: string;
}

/** An S3 prefix of a delivery stream, taken apart. */
export interface Prefix {
  /** As it is written; empty where the stream has none. */
  readonly text: string;
  readonly expressions: readonly PrefixExpression[];
  /** Whether some `!{` opens no whole `!{namespace:value}`. */
  readonly malformed: boolean;
  /** Characters of the shortest prefix that it can become: its literal text, one for each expression. */
  readonly leastLength: number;
}

const expressionPattern = /!\{([^{}:]+):([^{}]+)\}/g;

/**
 * Takes a prefix apart.
 *
 * Source: Amazon Data Firehose Developer Guide, "Understand custom prefixes for Amazon S3 objects".
 * @example parsePrefix('a/!{timestamp:yyyy}/').expressions // [{ namespace: 'timestamp', value: 'yyyy' }]
 */
export function parsePrefix(text: string): Prefix {
  const expressions = [...text.matchAll(expressionPattern)].map(([, namespace, value]) => ({
    namespace: namespace ?? '',
    value: value ?? '',
  }));
  const literal = text.replaceAll(expressionPattern, '');
  return {
    text,
    expressions,
    malformed: literal.includes('!{'),
    leastLength: literal.length + expressions.length,
  };
}
