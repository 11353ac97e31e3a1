import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { find, runWell } from '../trino/commands.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

/**
 * moto's server, installed once below the user's cache folder, all pinned. Later calls find it.
 * @returns the path of `moto_server`
 * @throws Error that says what is missing on this machine
 */
export async function installMoto(note: (message: string) => void = () => {}): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eventlake-tools');
  const text = await readFile(requirements, 'utf8');
  const version = /^moto==(.*)$/m.exec(text)?.[1];
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const home = join(cache, `moto-${version}-${hash}`);
  const program = join(home, 'bin/moto_server');
  const complete = join(home, 'complete');
  if (await isThere(complete)) return program;

  const python = find('python3');
  if (!python) {
    throw new Error('moto needs Python 3.11 or newer (Debian: apt-get install python3-venv).');
  }
  note(`Getting moto ${version} …`);
  await mkdir(cache, { recursive: true });
  await runWell(python, ['-m', 'venv', '--clear', home]);
  // All of it is pinned, so nothing is left to resolve.
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps'];
  await runWell(join(home, 'bin/pip'), ['install', ...options, '--requirement', requirements]);
  await writeFile(complete, '');
  return program;
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** A server of moto on this machine. */
export interface Moto {
  /** For `AWS_ENDPOINT_URL_EC2` and `AWS_ENDPOINT_URL_STS`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts a server that knows nothing yet, on a free port of 127.0.0.1. */
export async function startMoto(program: string): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args = ['--host', '127.0.0.1', '--port', String(port)];
  const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
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
