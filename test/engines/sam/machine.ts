import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findCommand, run, runWell } from './commands.ts';

/** Where all is kept that is made once. */
export const cacheFolder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), '.cache'),
  'eventlake-tools',
);

/** Told of each step as it ends. */
export type Note = (message: string) => void;

/** Runs a step, and tells what it was and how long it took. */
export async function step<T>(note: Note, what: string, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  note(`${what}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return result;
}

/** Something that has to be on the machine already, since only its administrator can put it there. */
export interface Need {
  readonly isMet: () => Promise<boolean>;
  /** What it is and what for, as part of a sentence. */
  readonly what: string;
  /** The Debian packages that bring it. */
  readonly packages: readonly string[];
}

/** A command that has to be on the PATH. */
export const commandNeed = (name: string, what: string, debian: string): Need => ({
  isMet: async () => findCommand(name) !== undefined,
  what: `${name}, ${what}`,
  packages: [debian],
});

/** What is wrong with this machine, and what to do about it, in plain words. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}

/** Brings all that is missing, to somebody who may install it. */
export const setUpCommand = 'npx node test/engines/sam/set-up.ts';

const isRoot = () => process.getuid?.() === 0;

/**
 * Installs the Debian packages of what is missing, as root.
 * @throws MachineError with what to install where it cannot
 */
export async function installMissing(needs: readonly Need[], note: Note): Promise<void> {
  const packages = packagesOf(await unmetIn(needs));
  if (packages.length === 0) return;
  if (!isRoot() || !findCommand('apt-get')) return checkNeeds(needs);
  await step(note, `Debian packages ${packages.join(', ')}`, async () => {
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // Somebody else may be installing something.
    const options = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
    await runWell('apt-get', [...options, 'update'], { environment });
    const install = [...options, 'install', '--yes', '--no-install-recommends', ...packages];
    await runWell('apt-get', install, { environment });
  });
}

/** @throws MachineError with all that is missing and how to get it */
export async function checkNeeds(needs: readonly Need[]): Promise<void> {
  const unmet = await unmetIn(needs);
  if (unmet.length === 0) return;
  throw new MachineError(
    [
      'This machine lacks what `npm run test:sam` runs on:',
      ...unmet.map(({ what }) => `  - ${what}`),
      `On Debian: sudo apt-get install ${packagesOf(unmet).join(' ')}`,
      `or, as root, let \`${setUpCommand}\` do it.`,
    ].join('\n'),
  );
}

async function unmetIn(needs: readonly Need[]): Promise<Need[]> {
  const met = await Promise.all(needs.map(({ isMet }) => isMet()));
  return needs.filter((_, index) => !met[index]);
}

const packagesOf = (needs: readonly Need[]) => [
  ...new Set(needs.flatMap(({ packages }) => packages)),
];

/** Whether a Docker engine runs that this user may use; else what Docker's client says of it. */
export async function dockerProblem(): Promise<string | undefined> {
  if (!findCommand('docker')) return 'there is no `docker` command';
  const { status, stderr } = await run('docker', ['version', '--format', '{{.Server.Version}}']);
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `status ${status}`);
}

/** What it takes to start an engine of our own; nothing where one runs. */
export async function engineNeeds(): Promise<Need[]> {
  if ((await dockerProblem()) === undefined) return [];
  return [
    commandNeed('dockerd', 'the Docker engine', 'docker.io'),
    commandNeed('iptables', "for the engine's network", 'iptables'),
  ];
}

const engineLog = join(cacheFolder, 'dockerd.log');
const engineStartMs = 60_000;

/**
 * Starts the Docker engine of this machine, as root, where none runs. It goes on running, until it is
 * stopped or the machine is.
 * @throws MachineError with the end of its log where it does not come up
 */
export async function startEngine(note: Note): Promise<void> {
  const problem = await dockerProblem();
  if (problem === undefined) return;
  if (!isRoot()) throw noEngine(problem);
  await step(note, 'Docker engine started', async () => {
    await removeStalePids();
    await mkdir(cacheFolder, { recursive: true });
    const engine = spawnEngine();
    if (await answers(engine)) return note(`It runs as process ${engine.pid}.`);
    engine.kill();
    const lines = (await readFile(engineLog, 'utf8')).trim().split('\n').slice(-10).join('\n');
    throw new MachineError(`dockerd does not start:\n${lines}`);
  });
}

/** @returns an error that says what there has to be instead of the problem */
export const noEngine = (problem: string) =>
  new MachineError(
    `\`npm run test:sam\` needs a Docker engine that you may use. Docker says: ${problem}\nStart it; or, on Debian as root, let \`${setUpCommand}\` install and start one.`,
  );

function spawnEngine(): ChildProcess {
  const log = openSync(engineLog, 'w');
  const engine = spawn('dockerd', [], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  engine.unref();
  return engine;
}

/** Waits until the engine answers, ends, or has had a minute. */
async function answers(engine: ChildProcess): Promise<boolean> {
  const deadlineMs = performance.now() + engineStartMs;
  while (engine.exitCode === null && performance.now() < deadlineMs) {
    if ((await dockerProblem()) === undefined) return true;
    await wait(500);
  }
  return false;
}

/** A machine that went down has left the numbers of processes that are somebody else's by now. */
async function removeStalePids(): Promise<void> {
  for (const folder of await readdir('/proc')) {
    if (!/^\d+$/.test(folder)) continue;
    const name = await readFile(`/proc/${folder}/comm`, 'utf8').catch(() => '');
    if (name.trim() === 'dockerd') return;
  }
  await rm('/var/run/docker.pid', { force: true });
  await rm('/var/run/docker/containerd/containerd.pid', { force: true });
}
