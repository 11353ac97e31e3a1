import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What a command has written, and how it ended. */
export interface Finished {
  readonly code: number | null;
  /** Standard output and standard error as they came. */
  readonly text: string;
}

/**
 * Runs a command to its end.
 * @throws Error where there is no such command
 */
export function run(command: string, args: readonly string[], cwd?: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (chunk: Buffer) => chunks.push(chunk));
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text: Buffer.concat(chunks).toString() }));
  });
}

/**
 * Runs a command that has to succeed.
 * @throws Error with the end of what it wrote
 */
export async function runWell(
  command: string,
  args: readonly string[],
  cwd?: string,
): Promise<string> {
  const { code, text } = await run(command, args, cwd);
  if (code === 0) return text;
  const last = text.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${command} ended with ${code}:\n${last}`);
}

/** The file that a command's name stands for; undefined where there is none. */
export function find(command: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
