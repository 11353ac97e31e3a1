import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../../local/cli.ts';
import { createOutput, type Terminal } from '../../local/terminal/terminal.ts';

/** What a command did. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** The folder that the user stands in. */
  readonly folder?: string;
  /** Where lakes are kept; default a folder in the other. */
  readonly dataFolder?: string;
  /** What is piped in; default a terminal where nobody types. */
  readonly stdin?: string | Uint8Array | Readable;
  /** Characters of a line where somebody looks; default nobody does. */
  readonly columns?: number;
  /** Whether it shows styles; default not. */
  readonly hasColours?: boolean;
}

/** Runs what is typed, in this process. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { terminal, written } = createTerminal(options);
  const status = await main(args, terminal);
  return { status, ...written() };
}

/** A terminal in memory. */
export function createTerminal({
  folder = tmpdir(),
  dataFolder = join(folder, 'data'),
  stdin,
  columns,
  hasColours = false,
}: RunOptions = {}) {
  const texts = { stdout: '', stderr: '' };
  const outputOf = (name: 'stdout' | 'stderr') =>
    createOutput(
      new Writable({
        write(chunk, _encoding, done) {
          texts[name] += String(chunk);
          done();
        },
      }),
      { columns, hasColours },
    );
  const input =
    stdin instanceof Readable
      ? stdin
      : Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]);
  const terminal: Terminal = {
    folder,
    dataFolder,
    stdin: Object.assign(input, { isTTY: stdin === undefined }),
    stdout: outputOf('stdout'),
    stderr: outputOf('stderr'),
    interrupted: new AbortController().signal,
  };
  return { terminal, written: () => ({ ...texts }) };
}

/** A folder of its own, gone after the tests of a file: call `remove` in `afterAll`. */
export function createFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'eventlake-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** All that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
