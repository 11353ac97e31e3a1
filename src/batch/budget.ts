/** Bounds on what the records of one batch may take together: nobody chooses what is put on a stream. */
export interface BatchLimits {
  /**
   * Bytes that they may keep in memory until the batch is answered. The function has 512 MB, and takes 100 MB
   * at rest: with this bound no batch that we could think of took more than 380 MB, half of it garbage of the
   * parser. One record that comes first is read whatever it keeps: it has bounds of its own.
   */
  readonly maxKeptBytes: number;
  /**
   * Bytes that gzipped ones may be unpacked to, also where nothing of them is kept; each part that is found in
   * them counts as 256 more. So much takes the function 10 s. A megabyte of bombs would take minutes, from
   * whatever comes behind them.
   */
  readonly maxUnzippedInAllBytes: number;
  /** Documents of one record that are no events: each is put again alone, in a carrier of its own. */
  readonly maxBadDocuments: number;
}

export const batchLimits: BatchLimits = {
  maxKeptBytes: 64 * 1024 * 1024,
  maxUnzippedInAllBytes: 512 * 1024 * 1024,
  maxBadDocuments: 1000,
};

/** What one record takes of the budget of its batch. */
export interface Share {
  /** Whether gzipped records have to wait for a later batch: the budget is used up, or was too small for one before. */
  isSpent(): boolean;
  /** Keeps so many bytes more. False where that is too much: the record has to wait for a later batch. */
  keep(bytes: number): boolean;
  /** Tells of bytes that were unpacked, or of as much work. */
  unzipped(bytes: number): void;
  /** Keeps nothing any more. */
  release(): void;
}

/** The budget of a batch, for its records one after the other. */
export function createBudget({ maxKeptBytes, maxUnzippedInAllBytes }: BatchLimits) {
  let keptBytes = 0;
  let unzippedBytes = 0;
  let wasRefused = false;
  return {
    newShare(): Share {
      const isFirst = keptBytes === 0;
      let ownBytes = 0;
      return {
        isSpent: () =>
          wasRefused || keptBytes >= maxKeptBytes || unzippedBytes >= maxUnzippedInAllBytes,
        keep(bytes) {
          ownBytes += bytes;
          keptBytes += bytes;
          if (isFirst || keptBytes <= maxKeptBytes) return true;
          wasRefused = true;
          return false;
        },
        unzipped(bytes) {
          unzippedBytes += bytes;
        },
        release() {
          keptBytes -= ownBytes;
          ownBytes = 0;
        },
      };
    },
  };
}
