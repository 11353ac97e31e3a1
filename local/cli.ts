import { readFile } from 'node:fs/promises';
import { backfill } from './commands/backfill.ts';
import { check } from './commands/check.ts';
import { compact } from './commands/compact.ts';
import { cost } from './commands/cost.ts';
import { demo } from './commands/demo.ts';
import { detect } from './commands/detect.ts';
import { doctor } from './commands/doctor.ts';
import { invocation } from './commands/invocation.ts';
import { overview } from './commands/overview.ts';
import { put } from './commands/put.ts';
import { query } from './commands/query.ts';
import { replay } from './commands/replay.ts';
import { restore } from './commands/restore.ts';
import { view } from './commands/view.ts';
import {
  EnvironmentError,
  environmentErrorOf,
  environmentErrorOfCall,
  SqlError,
  UsageError,
} from './errors.ts';
import { type Command, invocationPrefix, nearest, runCommand } from './terminal/command.ts';
import { printableLines } from './terminal/printable.ts';
import { isHungUp, type Terminal, terminalOf } from './terminal/terminal.ts';

/** Every command: a module in commands/, a word here. */
const commands: readonly Command[] = [
  demo,
  put,
  backfill,
  query,
  detect,
  view,
  overview,
  compact,
  restore,
  replay,
  invocation,
  check,
  cost,
  doctor,
];

/**
 * Runs what was typed.
 * @returns the exit status: 0; 1 where something failed; 2 where what was typed makes no sense
 */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const [name = '', ...rest] = args;
    if (name === '' || name === '--help' || name === '-h' || name === 'help') {
      await terminal.stdout.write(help(terminal));
      return name === '' ? 2 : 0;
    }
    if (name === '--version' || name === '-v') {
      await terminal.stdout.write(`${await versionOf()}\n`);
      return 0;
    }
    const command = commands.find((one) => one.name === name);
    if (!command) throw unknown(name);
    return await runCommand(command, rest, terminal);
  } catch (thrown) {
    const error = environmentErrorOfCall(thrown);
    await terminal.stderr.write(`${messageOf(error, terminal)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function versionOf(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return JSON.parse(text).version;
}

function unknown(name: string): UsageError {
  const names = commands.map((command) => command.name);
  return new UsageError(
    name.startsWith('-')
      ? `The command comes first, then its options: there is no option ${name} before it.`
      : `There is no command ${name}.${nearest(name, names, '')}`,
    `There are ${names.join(', ')}; see \`${invocationPrefix} --help\`.`,
  );
}

function messageOf(error: unknown, { stderr }: Terminal): string {
  if (error instanceof UsageError) {
    return printableLines([error.message, error.hint].filter(Boolean).join('\n'));
  }
  if (error instanceof EnvironmentError || error instanceof SqlError) {
    return printableLines(error.message);
  }
  const stack = Error.isError(error) ? (error.stack ?? error.message) : String(error);
  return `${stderr.style('bold', 'This is a bug in eventlake; please report it:')}\n${printableLines(stack)}`;
}

function help({ stdout }: Terminal): string {
  const heading = (text: string) => stdout.style('bold', text);
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return [
    'Every AWS event becomes one queryable row. This runs the deployed function on',
    'this machine, without AWS.',
    '',
    `${heading('Usage:')} ${invocationPrefix} COMMAND [options] [arguments]`,
    `       ${invocationPrefix} --version`,
    '',
    heading('Commands:'),
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    `Each has its own help: ${invocationPrefix} put --help`,
    '',
    heading('Example:'),
    `  ${invocationPrefix} put trail/*.json.gz`,
    `  ${invocationPrefix} query "SELECT day, source, count(*) AS events FROM events GROUP BY ALL ORDER BY ALL"`,
    '',
  ].join('\n');
}

if (import.meta.main) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isHungUp(process.stdout, error)) return;
    // Whoever reads our output may stop reading (`| head`): that is no failure.
    if (error.code === 'EPIPE') process.exit();
    const told = environmentErrorOf(error, 'write', 'standard output') as Error;
    process.stderr.write(`${told.message}\n`);
    process.exit(1);
  });
  process.stderr.on('error', (error) => {
    if (!isHungUp(process.stderr, error)) process.exit(1);
  });
  process.exitCode = await main(process.argv.slice(2), terminalOf(process));
}
