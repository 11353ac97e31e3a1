import { type ReadLimits, readLimits } from '../events/read.ts';
import { type FirehoseLimits, firehoseLimits } from '../firehose/limits.ts';
import { type BatchLimits, batchLimits } from './budget.ts';

/** All bounds of the transform. Arguments everywhere, so that tests run with small ones. */
export interface Limits extends ReadLimits, BatchLimits, FirehoseLimits {}

export const defaultLimits: Limits = { ...readLimits, ...batchLimits, ...firehoseLimits };
