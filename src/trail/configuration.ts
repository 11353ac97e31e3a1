import { type Configuration, ConfigurationError, configurationOf } from '../config.ts';
import { isDay } from './key.ts';

/** Where history reads and writes, and how much it may read: its environment says so, never an event. */
export interface HistoryConfiguration extends Pick<Configuration, 'sources' | 'tagKeys'> {
  readonly trail: Location;
  readonly lake: Location;
  readonly maxFiles: number;
  readonly maxBytes: number;
  /** What the tables of the lake read, where they are those of a stack. */
  readonly reads: LakeReads | undefined;
}

/** A bucket, or a folder of one machine; keys begin with the prefix. */
export type Location =
  | { readonly bucket: string; readonly prefix: string; readonly owner: string | undefined }
  | { readonly folder: string };

/** What tables of a stack read of its lake. */
export interface LakeReads {
  readonly firstDay: string;
  /** Whether rows in JSON are read. */
  readonly json: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigurationError naming the variable, its value and the form that it must have */
export function historyConfigurationOf(environment: Environment): HistoryConfiguration {
  const { sources, tagKeys } = configurationOf(environment);
  return {
    sources,
    tagKeys,
    trail: locationIn(environment, 'TRAIL_LOCATION', 'TRAIL_OWNER'),
    lake: locationIn(environment, 'LAKE_LOCATION', 'LAKE_OWNER'),
    maxFiles: numberIn(environment, 'MAX_FILES', 10_000_000),
    maxBytes: numberIn(environment, 'MAX_GIGABYTES', 1000) * 1e9,
    reads: readsIn(environment),
  };
}

function locationIn(environment: Environment, name: string, ownerName: string): Location {
  const value = environment[name] ?? '';
  if (value.startsWith('file:///')) return { folder: decodeURIComponent(value.slice(7)) };
  // "Bucket naming rules" (Amazon S3 User Guide).
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(value) ?? [];
  if (bucket === undefined)
    throw refusal(name, value, 's3://BUCKET/PREFIX, or a file URL of a folder');
  const owner = environment[ownerName] || undefined;
  if (owner !== undefined && !/^\d{12}$/.test(owner)) {
    throw refusal(ownerName, owner, 'the id of an account, 12 digits');
  }
  return { bucket, prefix, owner };
}

function readsIn(environment: Environment): LakeReads | undefined {
  const { FIRST_DAY: firstDay, OUTPUT_FORMAT: form, ALSO_READ: alsoRead } = environment;
  if (!firstDay) return undefined;
  if (!isDay(firstDay)) throw refusal('FIRST_DAY', firstDay, 'a day such as 2024-02-29');
  return { firstDay, json: form !== 'parquet' || alsoRead === 'json' };
}

function numberIn(environment: Environment, name: string, standard: number): number {
  const value = environment[name];
  if (!value) return standard;
  if (!/^\d{1,12}$/.test(value)) throw refusal(name, value, 'a whole number');
  return Number(value);
}

function refusal(name: string, value: string, form: string): ConfigurationError {
  return new ConfigurationError(`Environment variable ${name} is "${value}"; it must be ${form}`);
}
