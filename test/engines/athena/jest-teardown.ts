import { readFile, rm } from 'node:fs/promises';

/** Ends what the setup has started. */
export default async function tearDown(): Promise<void> {
  const started = globalThis.eventlakeTrino;
  if (!started) return;
  const { server, warehouse } = started;
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8').catch(() => '');
  const most = /^VmHWM:\s*(\d+) kB/m.exec(status)?.[1];
  if (most)
    process.stderr.write(`[trino] at most ${Math.round(Number(most) / 1024)} MB in memory\n`);
  await server.stop();
  await rm(warehouse, { recursive: true, force: true });
}
