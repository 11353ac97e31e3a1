import { ConfigurationError } from './errors.ts';

/** Resolved CloudFormation properties, or a part of them. */
export type Properties = Readonly<Record<string, unknown>>;

/** What a number property is when absent. Numbers are whole unless the rule says else; their range is a rule's. */
export interface NumberRule {
  readonly absent: number;
  readonly mayHaveFraction?: true;
}

/** Reads properties by their path, such as `ExtendedS3DestinationConfiguration.BufferingHints.SizeInMBs`. */
export interface PropertyReader {
  has(path: string): boolean;
  /** The members of an object, or undefined when absent. */
  at(path: string): Properties | undefined;
  list(path: string): readonly unknown[];
  /** A text or a number, as text; none when absent. */
  texts(path: string): readonly string[];
  /** The text, or the empty string when absent. */
  text(path: string): string;
  flag(path: string, absent: boolean): boolean;
  number(path: string, rule: NumberRule): number;
  /** @throws ConfigurationError naming the path, its value and what it must be */
  refuse(path: string, mustBe: string): never;
}

/**
 * Reads what CloudFormation resolves to: numbers and booleans may have come as text, from parameters.
 * @throws ConfigurationError from every reader whose property is of another kind
 */
export function createPropertyReader(properties: Properties): PropertyReader {
  const valueAt = (path: string) =>
    path
      .split('.')
      .reduce<unknown>(
        (value, name) =>
          isProperties(value) && Object.hasOwn(value, name) ? value[name] : undefined,
        properties,
      ) ?? undefined;

  const refuse = (path: string, mustBe: string): never => {
    const value = valueAt(path);
    throw new ConfigurationError(`${path} is ${shown(value)}: ${mustBe}.`);
  };

  return {
    has: (path) => valueAt(path) !== undefined,
    refuse,
    at(path) {
      const value = valueAt(path);
      return value === undefined || isProperties(value) ? value : refuse(path, 'give an object');
    },
    texts(path) {
      const value = valueAt(path);
      if (value === undefined) return [];
      return typeof value === 'string' || typeof value === 'number'
        ? [String(value)]
        : refuse(path, 'give a string with nothing unresolved');
    },
    list(path) {
      const value = valueAt(path) ?? [];
      return Array.isArray(value) ? value : refuse(path, 'give a list');
    },
    text(path) {
      const value = valueAt(path) ?? '';
      return typeof value === 'string'
        ? value
        : refuse(path, 'give a string with nothing unresolved');
    },
    flag(path, absent) {
      const value = valueAt(path) ?? absent;
      if (typeof value === 'boolean') return value;
      return value === 'true' || (value !== 'false' && refuse(path, 'give true or false'));
    },
    number(path, { absent, mayHaveFraction = false }) {
      const value = valueAt(path) ?? absent;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const isRightKind = mayHaveFraction ? Number.isFinite(number) : Number.isInteger(number);
      if (isRightKind) return Number(number);
      return refuse(path, mayHaveFraction ? 'give a number' : 'give a whole number');
    },
  };
}

/** Whether a value is an object with members. */
export function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined) return 'absent';
  return Array.isArray(value) ? `a list of ${value.length}` : JSON.stringify(value);
}
