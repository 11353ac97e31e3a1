/**
 * Names of all that history writes into a lake. Rows and failures lie where the tables look for them;
 * what history knows of its own work lies below `parts/`, where only its roles write.
 */
export const partsFolder = 'parts/';

/** One part of a day: lists of a day are numbered in the order in which they were planned. */
export interface PartRef {
  readonly day: string;
  readonly number: number;
}

export const rowsFolder = 'events/json/';
export const errorsFolder = 'errors/type=file-failed/';

/** The list of a part's files. It is written once and never changed. */
export function listKey(part: PartRef): string {
  return `${listsOf(part.day)}${nameOf(part)}.json.gz`;
}

/** What a part that is complete gave. */
export function receiptKey(part: PartRef): string {
  return `${receiptsOf(part.day)}${nameOf(part)}.json`;
}

/** What a part that has begun may have written: while it is there, the part has to be run (again). */
export function begunKey(part: PartRef): string {
  return `${begunOf(part.day)}${nameOf(part)}.json`;
}

/** Prefixes of a day or, of its first letters, of a month. */
export const listsOf = (day: string) => folderOf('lists', day);
export const receiptsOf = (day: string) => folderOf('receipts', day);
export const begunOf = (day: string) => folderOf('begun', day);

function folderOf(kind: string, day: string): string {
  const isWhole = day.length === 'yyyy-MM-dd'.length;
  return `${partsFolder}${kind}/day=${day}${isWhole ? '/' : ''}`;
}

function nameOf({ number }: PartRef): string {
  return String(number).padStart(5, '0');
}

/** The part that a key of any of these names; undefined where it names none. */
export function partOfKey(key: string): PartRef | undefined {
  const [, day, number] = /\/day=(\d{4}-\d{2}-\d{2})\/(\d{5})\.json(?:\.gz)?$/.exec(key) ?? [];
  return day === undefined ? undefined : { day, number: Number(number) };
}

/** The folder of rows of one partition. */
export function partitionFolder(source: string, day: string): string {
  return `${rowsFolder}source=${source}/day=${day}/`;
}

export function failureFolder(day: string): string {
  return `${errorsFolder}day=${day}/`;
}

/** An object of rows or failures: the same name in every run of a part. */
export function objectKey(folder: string, partId: string, number: number): string {
  return `${folder}files-${partId}-${number}.json.gz`;
}

/** What may be deleted: nothing but objects of this form. */
export function isOwnObject(key: string): boolean {
  return /^(?:events\/json\/source=[^/]+|errors\/type=file-failed)\/day=[^/]+\/files-[0-9a-f]{20}-\d+\.json\.gz$/.test(
    key,
  );
}

/** What one run plans and finds. */
export const runFolder = (run: string) => `${partsFolder}runs/${run}/`;
export const monthKey = (run: string, month: string) => `${runFolder(run)}months/${month}.json`;
export const manifestKey = (run: string) => `${runFolder(run)}manifest.json`;
export const reportKey = (run: string) => `${runFolder(run)}report.json`;
