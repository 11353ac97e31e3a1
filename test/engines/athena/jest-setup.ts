import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWell } from '../trino/commands.ts';
import { installTrino } from '../trino/install.ts';
import { startTrino, type TrinoServer } from '../trino/server.ts';
import tearDown from './jest-teardown.ts';

declare global {
  /** What the teardown of the run has to end. */
  var eventlakeTrino: { readonly server: TrinoServer; readonly warehouse: string } | undefined;
}

/**
 * Installs Trino if it is not there, starts it over a warehouse of its own and puts the sample events
 * into it, once for all test files.
 */
export default async function setUp(): Promise<void> {
  const startedMs = performance.now();
  const say = (what: string) => {
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stderr.write(`[trino ${seconds} s] ${what}\n`);
  };
  const installation = await installTrino(say);
  const warehouse = await mkdtemp(join(tmpdir(), 'eventlake-warehouse-'));
  const server = await startTrino(installation, warehouse);
  say(`ready at ${server.url}`);
  globalThis.eventlakeTrino = { server, warehouse };
  const program = fileURLToPath(new URL('create-samples.ts', import.meta.url));
  await runWell(process.execPath, [program, server.url, warehouse]).catch(async (error) => {
    await tearDown();
    throw error;
  });
  say('the sample lakes are there');
  process.env.EVENTLAKE_TEST_TRINO_URL = server.url;
  process.env.EVENTLAKE_TEST_WAREHOUSE = warehouse;
}
