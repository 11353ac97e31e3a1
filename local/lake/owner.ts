import { hostname } from 'node:os';

/** The process that something belongs to, as a file tells it. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
}

export const ownerText = ({ pid, host }: Owner = thisProcess()) => JSON.stringify({ pid, host });

export const thisProcess = (): Owner => ({ pid: process.pid, host: hostname() });

/** Whether the process that a file names has ended. Of one on another machine nobody here knows. */
export function hasEnded(text: string, host = hostname()): boolean {
  const owner = ownerIn(text);
  // Cut off while it was written: whoever wrote it is gone.
  if (!owner) return true;
  return owner.host === host && !isRunning(owner.pid);
}

export function ownerIn(text: string): Owner | undefined {
  try {
    const { pid, host } = JSON.parse(text);
    return Number.isInteger(pid) && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}

/** Node.js documentation, process.kill: a signal of 0 only asks. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
