import { isCalendarDay } from '../rows/time.ts';

/**
 * What the key of an object tells of a trail's file.
 *
 * AWS CloudTrail User Guide, "Finding your CloudTrail log files" and "CloudTrail log file name format":
 * `[prefix/]AWSLogs/[o-ORGANIZATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/` and
 * `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz`. Other sorts of events have folders of their
 * own beside `CloudTrail`.
 */
export interface TrailFile {
  /** The same for the same file wherever a copy of it lies: its own name, where that is CloudTrail's. */
  readonly id: string;
  readonly kind: TrailKind;
  readonly account: string;
  readonly region: string;
  /** UTC, of the folder or else of the name. */
  readonly day: string;
  /** When CloudTrail made it, epoch ms, where its name says so. */
  readonly madeMs: number | undefined;
}

/** Why an object is not read. */
export const skipReasons = {
  digest: 'a digest of CloudTrail, which has no events',
  foreign: 'no file of a trail',
  empty: 'no bytes, as the marks that some tools make for folders',
  double: 'another copy of a file that is in the same listing',
} as const;

export type SkipReason = keyof typeof skipReasons;

/** Folders of events. What AWS adds beside them is looked at before it is read. */
export const trailKinds = [
  'CloudTrail',
  'CloudTrail-Insight',
  'CloudTrail-NetworkActivity',
  'CloudTrail-Aggregated',
] as const;
export type TrailKind = (typeof trailKinds)[number];

const isTrailKind = (name: string): name is TrailKind => trailKinds.some((kind) => kind === name);

export const digestKind = 'CloudTrail-Digest';

const folderPattern =
  /^(?:.*\/)?(\d{12})\/(CloudTrail(?:-[A-Za-z]+)?)\/([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})\/(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/;
const namePattern =
  /^(?:.*\/)?((\d{12})_(CloudTrail(?:-[A-Za-z]+)?)_([a-z]{2,5}(?:-[a-z]+)+-\d{1,2})_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_[A-Za-z0-9]{16})\.json(?:\.gz)?$/;
const digestPattern = new RegExp(`(?:/|_)${digestKind}(?:/|_)`);

/** The file that a key names, or why it is none that is read. */
export function trailFileOf(key: string): TrailFile | SkipReason {
  if (digestPattern.test(key)) return 'digest';
  const folder = folderPattern.exec(key);
  const name = namePattern.exec(key);
  const [, account, kind, region] = folder ?? name?.slice(1) ?? [];
  if (account === undefined || kind === undefined || region === undefined) return 'foreign';
  if (!isTrailKind(kind) || !/\.json(?:\.gz)?$/.test(key)) return 'foreign';
  const madeMs = name ? Date.UTC(...datePartsOf(name)) : undefined;
  const day = folder ? folder.slice(4, 7).join('-') : (name ?? []).slice(5, 8).join('-');
  if (!isDay(day)) return 'foreign';
  return { id: name?.[1] ?? key, kind, account, region, day, madeMs };
}

function datePartsOf(name: RegExpExecArray): [number, number, number, number, number] {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = name.slice(5, 10).map(Number);
  return [year, month - 1, day, hour, minute];
}

/** Whether a text is a day of the calendar, from the first that a row can have. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && text >= '1970' && isCalendarDay(text);
}

/** Which files are asked for. Days are inclusive; an empty list asks for all. */
export interface FileFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly accounts?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
}

export function isAskedFor({ account, region, day }: TrailFile, filter: FileFilter): boolean {
  const { from = '', to = '9999-12-31', accounts = [], regions = [] } = filter;
  return (
    day >= from &&
    day <= to &&
    (accounts.length === 0 || accounts.includes(account)) &&
    (regions.length === 0 || regions.includes(region))
  );
}

/** The levels of folders below `ACCOUNT/`. */
const levels = ['kind', 'region', 'year', 'month', 'day'] as const;

/** Whether anything below a folder may be asked for. Folders that are not of a trail's tree may hold one. */
export function mayHold(
  folder: string,
  filter: FileFilter,
  kinds: readonly string[] = trailKinds,
): boolean {
  const names = folder.split('/').filter((name) => name !== '');
  const at = names.findLastIndex((name) => /^\d{12}$/.test(name));
  if (at === -1) return true;
  const { from = '', to = '9999-12-31', accounts = [], regions = [] } = filter;
  if (accounts.length > 0 && !accounts.includes(names[at] ?? '')) return false;
  const found: { [L in (typeof levels)[number]]?: string } = {};
  for (const [index, level] of levels.entries()) {
    const name = names[at + 1 + index];
    if (name !== undefined) found[level] = name;
  }
  if (found.kind !== undefined && !kinds.includes(found.kind)) return false;
  if (found.region !== undefined && regions.length > 0 && !regions.includes(found.region)) {
    return false;
  }
  const start = [found.year, found.month, found.day].filter((part) => part !== undefined).join('-');
  return start >= from.slice(0, start.length) && start <= to.slice(0, start.length);
}

/** The day, or the month, that a folder of a trail's tree is of; undefined for any other. */
export function periodOfFolder(folder: string): string | undefined {
  const match =
    /(?:^|\/)\d{12}\/CloudTrail[^/]*\/[^/]+\/(\d{4})\/(\d{2})\/(?:(\d{2})\/)?$/.exec(folder) ?? [];
  const [, year, month, day] = match;
  return year && [year, month, day].filter((part) => part !== undefined).join('-');
}
