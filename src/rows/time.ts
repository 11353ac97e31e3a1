/**
 * Times as rows write them: `yyyy-MM-dd HH:mm:ss.SSS`, UTC. It is the one form that Hive, Trino,
 * Athena and DuckDB all read; a `T` or a `Z` fails a query through the Hive JSON SerDe.
 */
export type RowTime = string;

const dayMs = 24 * 60 * 60 * 1000;

/** The form of nearly all events; day 29 to 31 is looked at again. */
const plainTime =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** The same with a fraction, an offset, a blank or small letters (RFC 3339). */
const isoTime =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(?:[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))$/;

/**
 * A time as an event writes it, as a row's time. Undefined where it is no time, or none that is
 * sure (without an offset, a day and month in doubt, before 1970).
 */
export function toRowTime(text: string): RowTime | undefined {
  if (text.length === 20 && plainTime.test(text) && text >= '1970' && hasItsDay(text)) {
    return `${text.slice(0, 10)} ${text.slice(11, 19)}.000`;
  }
  const match = isoTime.exec(text);
  if (!match) return undefined;
  const [, day = '', clock, fraction = '', sign, hours, minutes] = match;
  if (!isCalendarDay(day)) return undefined;
  const localMs = Date.parse(`${day}T${clock}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  const offsetMinutes = sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : 0;
  const epochMs = localMs - offsetMinutes * 60_000;
  return isInstant(epochMs) ? rowTimeOf(epochMs) : undefined;
}

/** Of a text that is plain: every month has a 28th. */
const hasItsDay = (text: string) => Number(text.slice(8, 10)) <= 28 || isCalendarDay(text);

/** Whether a text starts with a day, `yyyy-MM-dd`, of the calendar: Date.parse takes February 30th for March 2nd. */
export function isCalendarDay(text: string): boolean {
  const day = text.slice(0, 10);
  const parsed = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(day);
}

/** A row's time as most events write it: `yyyy-MM-ddTHH:mm:ssZ`, with milliseconds if it has any. */
export function toEventTime(time: RowTime): string {
  const seconds = `${time.slice(0, 10)}T${time.slice(11, 19)}`;
  return time.endsWith('.000') ? `${seconds}Z` : `${seconds}${time.slice(19)}Z`;
}

/** Whether a number can be an instant in a row: milliseconds of the years 1970 to 9999. */
export function isInstant(epochMs: unknown): epochMs is number {
  return typeof epochMs === 'number' && epochMs >= 0 && epochMs < Date.UTC(10_000, 0, 1);
}

/** Epoch milliseconds as a row's time. */
export function rowTimeOf(epochMs: number): RowTime {
  const wholeMs = Math.floor(epochMs);
  const msOfDay = wholeMs % dayMs;
  if (wholeMs - msOfDay !== lastDay.startMs) {
    const startMs = wholeMs - msOfDay;
    lastDay = { startMs, text: new Date(startMs).toISOString().slice(0, 10) };
  }
  const seconds = Math.floor(msOfDay / 1000);
  const minutes = Math.floor(seconds / 60);
  const clock = `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
  return `${lastDay.text} ${clock}.${String(1000 + (msOfDay % 1000)).slice(1)}`;
}

/** The records of a batch arrive on one day, or two: few of them need a Date. */
let lastDay = { startMs: Number.NaN, text: '' };

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

/** A row's time as epoch milliseconds. */
export function epochMsOf(time: RowTime): number {
  const day = dayOf(time);
  if (day !== lastDay.text) lastDay = { startMs: Date.parse(`${day}T00:00:00Z`), text: day };
  const minutes = 60 * Number(time.slice(11, 13)) + Number(time.slice(14, 16));
  return lastDay.startMs + 60_000 * minutes + Math.round(1000 * Number(time.slice(17)));
}

/** The UTC day of a row's time, `yyyy-MM-dd`. */
export function dayOf(time: RowTime): string {
  return time.slice(0, 10);
}

/** Whole UTC days from one day to another; negative where the second is the earlier. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / dayMs;
}
