/**
 * A carrier is a record that we put again ourselves: one line of ours, then the original bytes.
 *
 *     {"eventlake":{"attempt":1,"arrived":1795168800000}}⏎…
 *
 * Whoever may put on the stream can write one, so what it says is believed within bounds only.
 */
export interface Carried {
  /** How often the bytes were put again, this time included: 1 to `maxTimesPut`. */
  readonly timesPut: number;
  /** When the original record reached Firehose, epoch milliseconds. */
  readonly arrivedMs: number;
  readonly payload: Uint8Array;
}

/** How often at most a record, or a part of it, is put again. */
export const maxTimesPut = 3;

const opening = new TextEncoder().encode('{"eventlake":');
const header = /^\{"eventlake":\{"attempt":(-?\d+),"arrived":(\d{1,15})\}\}\n/;
/** Ours has 52 bytes; a forged one may have a longer number and is a carrier all the same. */
const maxHeaderBytes = 1024;
const dayMs = 24 * 60 * 60 * 1000;

/** The bytes of a carrier. */
export function carry({ timesPut, arrivedMs, payload }: Carried): Uint8Array {
  const line = new TextEncoder().encode(headerText(timesPut, arrivedMs));
  const bytes = new Uint8Array(line.length + payload.length);
  bytes.set(line);
  bytes.set(payload, line.length);
  return bytes;
}

/** Bytes that a carrier adds to its payload. */
export function carrierOverhead({ timesPut, arrivedMs }: Omit<Carried, 'payload'>): number {
  return headerText(timesPut, arrivedMs).length;
}

function headerText(timesPut: number, arrivedMs: number): string {
  return `{"eventlake":{"attempt":${timesPut},"arrived":${arrivedMs}}}\n`;
}

/**
 * Takes the carrier off; bytes that are none are given as they are, with `timesPut` 0.
 * @param arrivalMs when these bytes reached Firehose. An earlier arrival is believed back to a day
 *   before, since a record is put again within minutes; a number out of range counts as the largest.
 */
export function uncarry(bytes: Uint8Array, arrivalMs: number): Carried {
  const match = isCarrier(bytes) ? header.exec(latin1(bytes.subarray(0, maxHeaderBytes))) : null;
  if (!match) return { timesPut: 0, arrivedMs: arrivalMs, payload: bytes };
  const [line, ...numbers] = match;
  const [timesPut = 0, arrivedMs = 0] = numbers.map(Number);
  const isBelieved = arrivedMs <= arrivalMs && arrivedMs >= arrivalMs - dayMs;
  return {
    timesPut: timesPut >= 1 && timesPut <= maxTimesPut ? timesPut : maxTimesPut,
    arrivedMs: isBelieved ? arrivedMs : arrivalMs,
    payload: bytes.subarray(line.length),
  };
}

function isCarrier(bytes: Uint8Array): boolean {
  return opening.every((byte, at) => bytes[at] === byte);
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
