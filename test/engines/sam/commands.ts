import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How a command ended, and what it wrote. */
export interface Finished {
  /** Its exit status; null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** The folder that it stands in. */
  readonly folder?: string;
  /** All of its environment; default this process's. */
  readonly environment?: NodeJS.ProcessEnv;
  /** After so long it is ended; default it has all the time. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command to its end.
 * @throws Error where there is no such command, or its time is over
 */
export function run(
  command: string,
  args: readonly string[],
  { folder, environment = process.env, timeoutMs }: CommandOptions = {},
): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>();
  const child = spawn(command, args, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const written = (status: number | null) => ({
    status,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  });
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          child.kill();
          const took = `took longer than ${timeoutMs / 1000} seconds`;
          reject(new Error(`${nameOf(command, args)} ${took}:\n${lastLines(written(null))}`));
        }, timeoutMs);
  child.once('error', reject);
  child.once('close', (status) => resolve(written(status)));
  return promise.finally(() => clearTimeout(timer));
}

/**
 * Runs a command that has to succeed.
 * @returns what it wrote to standard output
 * @throws Error with the last lines of what it wrote
 */
export async function runWell(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const finished = await run(command, args, options);
  if (finished.status === 0) return finished.stdout;
  const ended = `ended with ${finished.status}`;
  throw new Error(`${nameOf(command, args)} ${ended}:\n${lastLines(finished)}`);
}

const nameOf = (command: string, [first = '']: readonly string[]) => `\`${command} ${first}\``;

const lastLines = ({ stdout, stderr }: Finished) =>
  `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');

/** The file that a command's name stands for; undefined where there is none. */
export function findCommand(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
