import { loadOnce } from '../load-once.ts';
import type { PutBatch } from './put-again.ts';

/** Puts by the Firehose API, whose client is loaded on first need and then kept. */
export function firehosePut(): PutBatch {
  const load = loadOnce(async () => (await import('./put.ts')).createPutBatch());
  return async (...call) => (await load())(...call);
}
