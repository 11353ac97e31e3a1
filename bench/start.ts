import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from '../local/build.ts';
import { loadStack } from '../local/template/load-stack.ts';
import { type Figure, figureOf } from './measure.ts';

/** What a cold start has to load: the built handler, beside one that does nothing. */
export interface StartBench {
  readonly what: string;
  readonly kilobytes: number;
  /** From the start of the import to its end, in a process of its own. */
  readonly importMs: Figure;
}

const emptyHandler = `
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
const logger = new Logger();
export const handler = middy().use(injectLambdaContext(logger)).handler(async () => ({ records: [] }));
`;

/** Bundle sizes and import times, in turn. */
export async function benchStart(rounds: number): Promise<StartBench[]> {
  const folder = mkdtempSync(join(tmpdir(), 'eventlake-bench-'));
  try {
    const [built] = await build({ outdir: folder });
    if (!built) throw new Error('the template has no function to build');
    const empty = join(folder, 'empty.mjs');
    const [properties] = loadStack().functions.map((one) => one.properties);
    await bundle({
      stdin: { contents: emptyHandler, resolveDir: import.meta.dirname },
      outfile: empty,
      bundle: true,
      platform: 'node',
      format: 'esm',
      minify: Boolean(properties?.Minify),
      mainFields: ['module', 'main'],
      target: 'node24',
    });
    const files = [
      ['eventlake', built.file, built.bytes],
      ['empty middy + logger handler', empty, statSync(empty).size],
    ] as const;
    const times = files.map(() => [] as number[]);
    for (let round = 0; round < rounds; round++) {
      for (const [index, [, file]] of files.entries()) times[index]?.push(importMsOf(file));
    }
    return files.map(([what, , bytes], index) => ({
      what,
      kilobytes: Math.round(bytes / 1000),
      importMs: figureOf(times[index] ?? []),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function importMsOf(file: string): number {
  const script = `const start = performance.now(); await import(${JSON.stringify(
    pathToFileURL(file).href,
  )}); console.log(performance.now() - start);`;
  const args = ['--input-type=module', '--eval', script];
  return Number(
    execFileSync(process.execPath, args, { encoding: 'utf8', env: { AWS_REGION: 'eu-west-1' } }),
  );
}
