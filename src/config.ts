import { defaultSources, maxSources, sourcePattern } from './partition/sources.ts';

/** What the stack's parameters decide for the function. Its environment variables carry it. */
export interface Configuration {
  /** Sources with a partition of their own. */
  readonly sources: ReadonlySet<string>;
  /** How many UTC days an event may be late and still be filed under its own day. */
  readonly maxDaysLate: number;
  /** What becomes of JSON that is not an AWS event. */
  readonly unknownRecords: 'fail' | 'keep';
  /** Sources that count as AWS's own, by their exact names. */
  readonly trustedSources: ReadonlySet<string>;
  /** Whether tags are looked up at all. */
  readonly tagLookup: 'on' | 'off';
  /** Keys of the tags that are kept, `*` for any characters; empty keeps all. */
  readonly tagKeys: readonly string[];
  /** Which metrics are written. */
  readonly metrics: 'all' | 'alarmed';
  /** Name of the role to assume in other accounts, to look tags up there. */
  readonly memberRole: string | undefined;
  /** Those accounts, where they are named one by one. */
  readonly memberAccounts: ReadonlySet<string>;
  /** The organization whose accounts they are all. */
  readonly organizationId: string | undefined;
  /** Name of the function's own role: its calls never cause look-ups. */
  readonly ownRole: string | undefined;
}

/** A variable that cannot be used. The function then refuses to start, so the template checks first. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration. A variable that is absent or empty has the template's default.
 * @throws ConfigurationError naming the variable, its value and the form that it must have
 */
export function configurationOf(environment: Environment): Configuration {
  return {
    sources: sourcesIn(environment, 'PARTITION_SOURCES'),
    maxDaysLate: daysIn(environment, 'MAX_DAYS_LATE'),
    unknownRecords: oneOf(environment, 'UNKNOWN_RECORDS', ['fail', 'keep']),
    trustedSources: trustedIn(environment, 'TRUSTED_SOURCES'),
    tagLookup: oneOf(environment, 'TAG_LOOKUP', ['on', 'off']),
    tagKeys: listIn(environment, 'TAG_KEYS'),
    metrics: oneOf(environment, 'METRICS', ['all', 'alarmed']),
    memberRole: roleIn(environment, 'MEMBER_ROLE'),
    memberAccounts: accountsIn(environment, 'MEMBER_ACCOUNTS'),
    organizationId: organizationIn(environment, 'ORGANIZATION_ID'),
    ownRole: roleIn(environment, 'OWN_ROLE'),
  };
}

function sourcesIn(environment: Environment, name: string): ReadonlySet<string> {
  const value = environment[name];
  if (!value) return new Set(defaultSources);
  const sources = value.split(',').map((source) => source.trim());
  if (sources.length > maxSources || !sources.every((source) => sourcePattern.test(source))) {
    throw refusal(name, value, `at most ${maxSources} names of ${sourcePattern}, comma separated`);
  }
  return new Set(sources);
}

function listIn(environment: Environment, name: string): string[] {
  const items = environment[name]?.split(',').map((item) => item.trim());
  return items?.filter((item) => item !== '') ?? [];
}

/** "PutEventsRequestEntry" (EventBridge API Reference): a source has at most 256 characters. */
function trustedIn(environment: Environment, name: string): ReadonlySet<string> {
  const sources = listIn(environment, name);
  if (!sources.every((source) => /^[\w./-]{1,256}$/.test(source))) {
    const form = 'exact names of event sources, comma separated';
    throw refusal(name, environment[name] ?? '', form);
  }
  return new Set(sources);
}

/** "IAM and AWS STS quotas": names of roles. */
function roleIn(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  if (!value) return undefined;
  if (!/^[\w+=,.@-]{1,64}$/.test(value))
    throw refusal(name, value, 'the name of a role, not its ARN');
  return value;
}

function accountsIn(environment: Environment, name: string): ReadonlySet<string> {
  const accounts = listIn(environment, name);
  if (!accounts.every((account) => /^\d{12}$/.test(account))) {
    const form = 'ids of accounts, 12 digits each, comma separated';
    throw refusal(name, environment[name] ?? '', form);
  }
  return new Set(accounts);
}

/** "Organization" (AWS Organizations API Reference): ids. */
function organizationIn(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  if (!value) return undefined;
  if (!/^o-[a-z0-9]{10,32}$/.test(value)) {
    throw refusal(name, value, 'the id of an organization, such as o-a1b2c3d4e5');
  }
  return value;
}

function daysIn(environment: Environment, name: string): number {
  const value = environment[name];
  if (!value) return 7;
  if (!/^[0-7]$/.test(value)) throw refusal(name, value, 'a whole number from 0 to 7');
  return Number(value);
}

/** The first of the choices is the default. */
function oneOf<const T extends string>(
  environment: Environment,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const value = environment[name];
  if (!value) return choices[0];
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw refusal(name, value, choices.join(' or '));
  return choice;
}

function refusal(name: string, value: string, form: string): ConfigurationError {
  return new ConfigurationError(`Environment variable ${name} is "${value}"; it must be ${form}`);
}
