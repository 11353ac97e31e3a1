/**
 * Bounds on what the records of one batch may take together: nobody chooses what is put on a stream.
 *
 * Work is counted in bytes that are parsed, or what takes as long: in the worst case 0.1 µs of a whole
 * processor. It is charged before it is done, from sizes that are known without doing it, so it is the same
 * on every machine.
 */
export interface BatchLimits {
  /**
   * Bytes that they may keep in memory until the batch is answered. The function has 512 MB, and takes 100 MB
   * at rest: with this bound no batch that we could think of took more than 380 MB, half of it garbage of the
   * parser. One record that comes first is read whatever it keeps: it has bounds of its own.
   */
  readonly maxKeptBytes: number;
  /** Work of reading them. */
  readonly maxReadWork: number;
  /** Work of reading one of them: a record that takes more would take it in any batch, and fails. */
  readonly maxRecordWork: number;
  /** Work of finding the tags of their instances, beside the waiting for look-ups. */
  readonly maxTagWork: number;
  /** Documents of one record that are no events: each is put again alone, in a carrier of its own. */
  readonly maxBadDocuments: number;
}

export const batchLimits: BatchLimits = {
  maxKeptBytes: 64 * 1024 * 1024,
  maxReadWork: 40 * 1024 * 1024,
  maxRecordWork: 40 * 1024 * 1024,
  maxTagWork: 16 * 1024 * 1024,
  maxBadDocuments: 1000,
};

/** What one record takes of the budget of its batch. */
export interface Share {
  /** Whether gzipped records have to wait for a later batch: the budget is used up, or was too small for one before. */
  isSpent(): boolean;
  /** Keeps so many bytes more. False where that is too much: the record has to wait for a later batch. */
  keep(bytes: number): boolean;
  /**
   * Charges work. False where that is too much: the record has to wait, or fails where it is so by itself.
   * Charged it is all the same, until it is given back.
   */
  charge(work: number): boolean;
  /** Gives back what was charged and not done. */
  refund(work: number): void;
  /** Whether it takes more than any batch has for one record. */
  isTooMuch(): boolean;
  /** Keeps nothing any more. */
  release(): void;
}

/** The budget of a batch, for its records one after the other. */
export function createBudget({ maxKeptBytes, maxReadWork, maxRecordWork }: BatchLimits) {
  let keptBytes = 0;
  let readWork = 0;
  let wasRefused = false;
  return {
    newShare(): Share {
      const isFirst = keptBytes === 0;
      let ownBytes = 0;
      let ownWork = 0;
      let isTooMuch = false;
      return {
        isSpent: () => wasRefused || keptBytes >= maxKeptBytes || readWork >= maxReadWork,
        keep(bytes) {
          ownBytes += bytes;
          keptBytes += bytes;
          if (isFirst || keptBytes <= maxKeptBytes) return true;
          wasRefused = true;
          return false;
        },
        charge(work) {
          ownWork += work;
          readWork += work;
          if (ownWork > maxRecordWork) isTooMuch = true;
          else if (readWork > maxReadWork) wasRefused = true;
          return ownWork <= maxRecordWork && readWork <= maxReadWork;
        },
        refund(work) {
          ownWork -= work;
          readWork -= work;
        },
        isTooMuch: () => isTooMuch,
        release() {
          keptBytes -= ownBytes;
          ownBytes = 0;
        },
      };
    },
    /** Work that was charged so far. */
    readWork: () => readWork,
  };
}
