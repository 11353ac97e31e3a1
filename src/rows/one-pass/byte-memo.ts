/**
 * What is made of a few pieces of a document that come again and again, made once. A slot remembers one:
 * so it is bounded, and what comes once pushes out no more than one other.
 */
export interface ByteMemo<T> {
  /**
   * What is made of these pieces: remembered, or by `make`, whose undefined is not remembered.
   * @param places start and end of each piece that there is, by its index; 0 and 0 where it is absent
   */
  get(bytes: Uint8Array, places: Uint32Array): T | undefined;
}

interface Remembered<T> {
  /** The pieces, one after another, and the length of each. */
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
  readonly made: T;
}

/** A power of two. */
const slotCount = 2048;
const maxBytes = 4096;

/** All bytes of a shorter piece find its slot, of a longer one half as many or more; then all are compared. */
const hashedBytes = 64;

/** @param indexes of the pieces that count */
export function createByteMemo<T>(
  indexes: readonly number[],
  make: () => T | undefined,
): ByteMemo<T> {
  const slots: (Remembered<T> | undefined)[] = Array.from({ length: slotCount }, () => undefined);

  function slotOf(bytes: Uint8Array, places: Uint32Array): number {
    let hash = 0;
    for (const index of indexes) {
      const start = places[2 * index] as number;
      const end = places[2 * index + 1] as number;
      const stride = 1 + Math.floor((end - start) / hashedBytes);
      hash = Math.imul(hash, 31) + end - start;
      for (let at = start; at < end; at += stride) {
        hash = Math.imul(hash, 31) + (bytes[at] as number);
      }
    }
    return (hash ^ (hash >>> 11)) & (slotCount - 1);
  }

  function isOf(known: Remembered<T>, bytes: Uint8Array, places: Uint32Array): boolean {
    const { bytes: own, lengths } = known;
    let from = 0;
    for (let piece = 0; piece < indexes.length; piece++) {
      const index = indexes[piece] as number;
      const start = places[2 * index] as number;
      const length = lengths[piece] as number;
      if ((places[2 * index + 1] as number) - start !== length) return false;
      for (let at = 0; at < length; at++) {
        if (own[from + at] !== bytes[start + at]) return false;
      }
      from += length;
    }
    return true;
  }

  function remember(slot: number, bytes: Uint8Array, places: Uint32Array, made: T): void {
    const pieces = indexes.map((index) => bytes.subarray(places[2 * index], places[2 * index + 1]));
    const lengths = pieces.map(({ length }) => length);
    const own = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
    if (own.length > maxBytes) return;
    let at = 0;
    for (const piece of pieces) {
      own.set(piece, at);
      at += piece.length;
    }
    slots[slot] = { bytes: own, lengths, made };
  }

  return {
    get(bytes, places) {
      const slot = slotOf(bytes, places);
      const known = slots[slot];
      if (known !== undefined && isOf(known, bytes, places)) return known.made;
      const made = make();
      if (made !== undefined) remember(slot, bytes, places, made);
      return made;
    },
  };
}
