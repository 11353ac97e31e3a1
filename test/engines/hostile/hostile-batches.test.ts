import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { loadStack } from '../../../local/template/load-stack.ts';
import { defaultLimits } from '../../../src/batch/limits.ts';
import { bufferBytes, hostileBatches, type Taken } from '../../support/hostile-batches.ts';

const script = fileURLToPath(new URL('../../support/hostile-batches.ts', import.meta.url));
const memoryMb = loadStack().functions[0]?.memoryMb ?? 0;

/** Runs a batch in a process that has its memory as Lambda's runtime gives it; see the SAM tests. */
async function take(name: string): Promise<Taken> {
  const newSpaceMb = Math.floor(memoryMb / 10);
  const flags = [
    `--max-semi-space-size=${Math.floor(newSpaceMb / 2)}`,
    `--max-old-space-size=${memoryMb - newSpaceMb}`,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, name], {
    timeout: 50_000,
  });
  return JSON.parse(stdout);
}

describe('A batch that is made to break the function leaves all others their rows, within memory and work:', () => {
  test.each(Object.keys(hostileBatches))('%s', async (name) => {
    const { bytes, work, maxRssMb, goodRows } = await take(name);

    expect(bytes).toBeLessThanOrEqual(bufferBytes);
    expect(goodRows).toBe(200);
    expect(maxRssMb).toBeLessThan((2 / 3) * memoryMb);
    // The good events are read whatever the budget says. What that takes in seconds says the bench.
    expect(work).toBeLessThan(defaultLimits.maxReadWork + bytes);
  });
});
