import { once } from 'node:events';
import { constants, homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { styleText } from 'node:util';
import { UsageError } from '../errors.ts';
import { shownOnTerminal } from './printable.ts';

/** What a command has of the world around it. */
export interface Terminal {
  /** The folder that the user stands in: FILE and DIR are meant from here. */
  readonly folder: string;
  /** Where lakes are kept unless told otherwise. */
  readonly dataFolder: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /**
   * Aborted when the user or the system wants it to end, with the signal as its reason. A command that does
   * not ask for it is ended by the system.
   */
  readonly interrupted: AbortSignal;
}

/** A place to write to: a terminal, a pipe, a file, or a test's memory. */
export interface Output {
  /** Characters of a line where it is a terminal; undefined where nobody looks. */
  readonly columns: number | undefined;
  /** Resolves when there is room for more. */
  write(text: string): Promise<void>;
  /** The text in a style where that shows, else the text. */
  style(format: 'bold' | 'dim', text: string): string;
}

export interface OutputOptions {
  readonly columns?: number | undefined;
  readonly hasColours?: boolean;
}

export function createOutput(
  stream: Writable,
  { columns, hasColours = false }: OutputOptions = {},
): Output {
  return {
    columns,
    async write(text) {
      const shown = columns === undefined ? text : shownOnTerminal(text);
      if (!stream.write(shown)) await once(stream, 'drain');
    },
    style: (format, text) =>
      hasColours ? styleText(format, text, { validateStream: false }) : text,
  };
}

/**
 * The terminal of a process. Its files and folders are meant from where the user stands: npm runs
 * scripts in the project's folder and keeps the other in INIT_CWD.
 */
export function terminalOf(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process;
  let interrupt: AbortController | undefined;
  const outputOf = (stream: NodeJS.WriteStream) => {
    const { columns, style, write } = createOutput(stream, {
      columns: stream.isTTY ? stream.columns || 80 : undefined,
      hasColours: stream.isTTY && stream.hasColors(),
    });
    return {
      columns,
      style,
      async write(text: string) {
        // A terminal that is gone: nobody reads it any more, but there is work to end in order.
        if (stream.isTTY && interrupt?.signal.reason === 'SIGHUP') return;
        await write(text).catch((error: unknown) => {
          if (!isHungUp(stream, error)) throw error;
        });
      },
    };
  };
  return {
    folder: env.INIT_CWD || process.cwd(),
    dataFolder: dataFolderOf(env),
    // Not opened before somebody asks for it.
    get stdin() {
      return process.stdin;
    },
    stdout: outputOf(stdout),
    stderr: outputOf(stderr),
    get interrupted() {
      if (!interrupt) {
        interrupt = new AbortController();
        const end = (signal: NodeJS.Signals) => interrupt?.abort(signal);
        // Whoever presses it twice does not want to wait.
        process.once('SIGINT', end);
        // Of these, a terminal and what starts the command may each send one.
        process.on('SIGTERM', end);
        process.on('SIGHUP', end);
      }
      return interrupt.signal;
    },
  };
}

/** Whether a terminal says that it is gone; the signal follows. */
export function isHungUp(stream: NodeJS.WriteStream, error: unknown): boolean {
  return stream.isTTY && (error as NodeJS.ErrnoException).code === 'EIO';
}

/** What a command that was interrupted exits with: 128 and the signal's number, as a shell has it. */
export function interruptedStatus({ reason }: AbortSignal): number {
  return 128 + (constants.signals[reason as NodeJS.Signals] ?? constants.signals.SIGINT);
}

/** XDG Base Directory Specification: a relative path is to be ignored. */
export function dataFolderOf({ XDG_DATA_HOME = '' }: NodeJS.ProcessEnv, home = homedir()): string {
  const dataHome = isAbsolute(XDG_DATA_HOME) ? XDG_DATA_HOME : join(home, '.local', 'share');
  return join(dataHome, 'eventlake');
}

/** A path as the user means it. @throws UsageError for an empty one, which would be the folder itself */
export function pathOf({ folder }: Terminal, path: string): string {
  if (path === '') throw new UsageError('The name of a file or folder is empty.');
  return resolve(folder, path);
}

/** A count for people: `12,345`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `1 row`, `2 rows`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Seconds for people: `0.4 s`, `12 s`, `3 min 20 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Text as a shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
