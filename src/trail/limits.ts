import { type ReadLimits, readLimits } from '../events/read.ts';

/** Bounds of a part. A trail's bucket may hold what nobody at AWS wrote. */
export interface TrailLimits extends ReadLimits {
  /** Listed bytes of the files of a part: one more file begins the next. */
  readonly maxPartBytes: number;
  readonly maxPartFiles: number;
  /** Bytes that a file may unpack to, and for each of its bytes. */
  readonly maxUnpackedFileBytes: number;
  readonly maxUnpackRatio: number;
  /** A small file may have as much whatever the ratio. */
  readonly minUnpackedFileBytes: number;
  /** Bytes that the files of a part may unpack to together; those that come after fail. */
  readonly maxUnpackedPartBytes: number;
  /** A longer document ends what can be read of its file. */
  readonly maxSplitBytes: number;
  /** Partitions that the rows of a part may have. */
  readonly maxPartitions: number;
  /** Bytes of lines at which an object is complete: some 128 MB gzipped. */
  readonly maxObjectBytes: number;
  /**
   * Bytes of lines of all objects that are not complete; beyond it the largest is. It decides the memory
   * of a part: calls of a real day pack 12 to 20 : 1.
   */
  readonly maxOpenBytes: number;
  /** Failures of one file; the rest of it is one more. */
  readonly maxFileFailures: number;
  /** Raw bytes that a failure keeps. */
  readonly maxRawBytes: number;
  /** Files that are fetched before it is their turn, and bytes of them. */
  readonly maxAheadFiles: number;
  readonly maxAheadBytes: number;
}

const mebibyte = 1024 * 1024;

export const trailLimits: TrailLimits = {
  ...readLimits,
  maxPartBytes: 256 * 1000 * 1000,
  maxPartFiles: 20_000,
  maxUnpackedFileBytes: 4096 * mebibyte,
  maxUnpackRatio: 200,
  minUnpackedFileBytes: 32 * mebibyte,
  maxUnpackedPartBytes: 16 * 1024 * mebibyte,
  maxSplitBytes: 16 * mebibyte,
  maxPartitions: 500,
  maxObjectBytes: 1536 * mebibyte,
  maxOpenBytes: 3072 * mebibyte,
  maxFileFailures: 1000,
  maxRawBytes: 64 * 1024,
  maxAheadFiles: 32,
  maxAheadBytes: 64 * mebibyte,
};
