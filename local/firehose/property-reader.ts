import { ConfigurationError } from './errors.ts';

/** Resolved CloudFormation properties, or a part of them. */
export type Properties = Readonly<Record<string, unknown>>;

/** The range of a number property, and what it is when absent. Numbers are whole unless the rule says else. */
export interface NumberRule {
  readonly least: number;
  readonly most: number;
  readonly absent: number;
  readonly mayHaveFraction?: true;
  /** Where the range comes from, when that is not the property alone: `with dynamic partitioning`. */
  readonly because?: string;
}

/** Reads properties by their path, such as `ExtendedS3DestinationConfiguration.BufferingHints.SizeInMBs`. */
export interface PropertyReader {
  has(path: string): boolean;
  list(path: string): readonly unknown[];
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
        (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
        properties,
      ) ?? undefined;

  const refuse = (path: string, mustBe: string): never => {
    const value = valueAt(path);
    const found = value === undefined ? 'is absent' : `is ${JSON.stringify(value)}`;
    throw new ConfigurationError(`${path} ${found}: ${mustBe}.`);
  };

  return {
    has: (path) => valueAt(path) !== undefined,
    refuse,
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
    number(path, { least, most, absent, mayHaveFraction = false, because = '' }) {
      const value = valueAt(path) ?? absent;
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      const isRightKind = mayHaveFraction ? Number.isFinite(number) : Number.isInteger(number);
      if (isRightKind && Number(number) >= least && Number(number) <= most) return Number(number);
      const kind = mayHaveFraction ? 'a number' : 'a whole number';
      return refuse(path, `give ${kind} from ${least} to ${most} ${because}`.trimEnd());
    },
  };
}

function isObject(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
