import type { PutBatch } from './put-again.ts';

let service: Promise<PutBatch> | undefined;

/** Puts by the Firehose API, whose client is loaded on first need and then kept. */
export const putToService: PutBatch = async (...call) => {
  service ??= import('./put.ts').then(({ createPutBatch }) => createPutBatch());
  return (await service)(...call);
};
