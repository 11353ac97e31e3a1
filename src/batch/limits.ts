import { type ReadLimits, readLimits } from '../events/read.ts';
import { type FirehoseLimits, firehoseLimits } from '../firehose/limits.ts';
import { type BatchLimits, batchLimits } from './budget.ts';

/** All bounds of the transform. Arguments everywhere, so that tests run with small ones. */
export interface Limits extends ReadLimits, BatchLimits, FirehoseLimits {
  /** Time that an invocation keeps back to answer. Whatever reads, waits or puts gives up by then. */
  readonly reserveMs: number;
  /** What is kept of that when records are decided on, to serialise the response. */
  readonly lastReserveMs: number;
}

export const defaultLimits: Limits = {
  ...readLimits,
  ...batchLimits,
  ...firehoseLimits,
  reserveMs: 5_000,
  lastReserveMs: 1_000,
};
