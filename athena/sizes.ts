import { readFile } from 'node:fs/promises';

/** What rows take, bytes a row, all of them in one object. */
export interface Sizes {
  readonly rows: number;
  /** JSON lines as the function makes them: what a format conversion is billed by. */
  readonly plain: number;
  readonly gzip: number;
  readonly parquet: number;
  /** The columns of a question that names few of them, within the Parquet object. */
  readonly smallColumns: number;
}

/** Who did what, when, from where, and did it succeed? */
export const smallColumns = [
  'event_time',
  'kind',
  'event_name',
  'actor_type',
  'actor_name',
  'outcome',
  'source_ip',
  'region',
  'account',
] as const;

export const sizesFile = new URL('../test/engines/golden/sizes.json', import.meta.url);

/** What `npm run test:athena` has measured over real events. */
export const readSizes = async (): Promise<Sizes> => JSON.parse(await readFile(sizesFile, 'utf8'));
