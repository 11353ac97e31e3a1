/** Times in UTC, as rows have them, or in the zone of whoever looks. */
export type Zone = 'utc' | 'local';

const pad = (value: number, digits = 2) => String(value).padStart(digits, '0');

/** The parts of a time as the zone has them: a Date whose UTC parts are those. */
export function inZone(ms: number, zone: Zone): Date {
  if (zone === 'utc') return new Date(ms);
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
}

/** `2026-11-17` */
export function dayText(ms: number, zone: Zone): string {
  const date = inZone(ms, zone);
  return `${date.getUTCFullYear()}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
}

/** `2026-11-17 21:14:03`, with thousandths only where there are some. */
export function timeText(ms: number, zone: Zone): string {
  const date = inZone(ms, zone);
  const thousandths = date.getUTCMilliseconds();
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((n) => pad(n));
  return `${dayText(ms, zone)} ${time.join(':')}${thousandths ? `.${pad(thousandths, 3)}` : ''}`;
}

/** `UTC`, or the name of the zone of whoever looks. */
export const zoneName = (zone: Zone) =>
  zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time';

/** `3 d 4 h`, `12 min`: the two largest units. */
export function spanText(ms: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ];
  const first = units.findIndex(([, length]) => ms >= length);
  if (first < 0) return '0 s';
  let rest = ms;
  const parts: string[] = [];
  for (const [unit, length] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}
