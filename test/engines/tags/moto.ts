import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { installPythonTool } from '../python-tools.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

/**
 * moto's server, installed once below the user's cache folder, all pinned. Later calls find it.
 * @returns the path of `moto_server`
 * @throws Error that says what is missing on this machine
 */
export async function installMoto(note: (message: string) => void = () => {}): Promise<string> {
  return join(await installPythonTool('moto', requirements, note), 'moto_server');
}

/** A server of moto on this machine. */
export interface Moto {
  /** For `AWS_ENDPOINT_URL_EC2` and `AWS_ENDPOINT_URL_STS`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Starts a server that knows nothing yet, on a free port of 127.0.0.1.
 * @param environment variables of its own, such as `MOTO_PORT`, where its services reach each other
 */
export async function startMoto(
  program: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['--host', '127.0.0.1', '--port', String(port)];
  const env = { ...process.env, ...environment };
  const server = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-2000);
  });
  await isReady(url, server, () => log);
  return {
    url,
    async close() {
      if (server.exitCode !== null) return;
      server.kill();
      await once(server, 'exit');
    },
  };
}

const maxStartMs = 60_000;

async function isReady(url: string, server: ChildProcess, log: () => string): Promise<void> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < maxStartMs) {
    if (server.exitCode !== null) break;
    const answer = await fetch(`${url}/moto-api/`).catch(() => undefined);
    if (answer?.ok) return;
    await wait(100);
  }
  server.kill();
  throw new Error(`moto did not start:\n${log()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
