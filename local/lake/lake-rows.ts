import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Partition } from '../../src/partition/partition.ts';
import { environmentErrorOf } from '../errors.ts';
import type { LakeObject } from './lake-objects.ts';

/** A line of an object; or where the object ends before its time, `broken` says why. */
export interface LakeLine {
  readonly key: string;
  readonly partition: Partition;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly broken?: string;
}

/**
 * The rows of an object as lines of JSON. One that cannot be read to its end gives what there is, then says so.
 * @throws EnvironmentError where it cannot be opened
 */
export async function* linesOf(
  lake: string,
  { key, partition, format }: LakeObject,
): AsyncGenerator<LakeLine> {
  const path = join(lake, key);
  let line = 0;
  try {
    for await (const text of format === 'json' ? jsonLines(path) : parquetLines(path)) {
      yield { key, partition, line: ++line, text };
    }
  } catch (error) {
    const known = environmentErrorOf(error, 'read', path);
    if (known !== error) throw known;
    const broken = `cannot be read (${(error as Error).message})`;
    yield { key, partition, line: line + 1, text: '', broken };
  }
}

/** Split at line feeds and nowhere else: `readline` would at U+2028, too. */
async function* jsonLines(path: string): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  const file = createReadStream(path);
  const unzip = createGunzip();
  file.on('error', (error) => unzip.destroy(error));
  try {
    for await (const chunk of file.pipe(unzip) as AsyncIterable<Buffer>) {
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
        yield Buffer.concat([...rest, chunk.subarray(start, end)]).toString();
        rest = [];
        start = end + 1;
      }
      if (start < chunk.length) rest.push(chunk.subarray(start));
    }
    if (rest.length > 0) yield Buffer.concat(rest).toString();
  } finally {
    file.destroy();
    unzip.destroy();
  }
}

async function* parquetLines(path: string): AsyncGenerator<string> {
  // Loaded here: a lake of JSON lines is read without the engine.
  const { rowTextsOf } = await import('./duckdb.ts');
  yield* rowTextsOf(path);
}
