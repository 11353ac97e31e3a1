import { Buffer } from 'node:buffer';
import type { TrailLimits } from './limits.ts';
import type { PartFile } from './part.ts';
import type { Storage } from './storage.ts';

/** A file whose turn it is. */
export interface FetchedFile {
  readonly listed: PartFile;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Larger files are read as they come, when it is their turn. */
const maxWholeBytes = 8 * 1024 * 1024;

/** The files of a part in their order; small ones, nearly all, are fetched while others are read. */
export async function* filesAhead(
  files: readonly PartFile[],
  storage: Storage,
  { maxAheadFiles, maxAheadBytes }: Pick<TrailLimits, 'maxAheadFiles' | 'maxAheadBytes'>,
): AsyncGenerator<FetchedFile> {
  const ahead: { readonly file: PartFile; readonly whole: Promise<Uint8Array[]> | undefined }[] =
    [];
  let aheadBytes = 0;
  let next = 0;
  const fetchMore = () => {
    for (; next < files.length && ahead.length < maxAheadFiles; next++) {
      const file = files[next] as PartFile;
      const isWhole = file.bytes <= maxWholeBytes;
      const bytes = isWhole ? file.bytes : 0;
      if (ahead.length > 0 && aheadBytes + bytes > maxAheadBytes) return;
      aheadBytes += bytes;
      const whole = isWhole ? chunksOf(storage.open(file.key, file.etag)) : undefined;
      // It is told when it is the file's turn.
      whole?.catch(() => {});
      ahead.push({ file, whole });
    }
  };
  for (;;) {
    fetchMore();
    const first = ahead.shift();
    if (!first) return;
    const { file, whole } = first;
    if (whole) aheadBytes -= file.bytes;
    yield { listed: file, chunks: whole ? given(whole) : storage.open(file.key, file.etag) };
  }
}

async function chunksOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(Buffer.from(chunk));
  return all;
}

async function* given(chunks: Promise<Uint8Array[]>): AsyncGenerator<Uint8Array> {
  yield* await chunks;
}
