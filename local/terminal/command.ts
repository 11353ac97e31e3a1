import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { UsageError } from '../errors.ts';
import type { Terminal } from './terminal.ts';

/** One option: what parseArgs wants, and what the help says. */
export interface Option extends ParseArgsOptionDescriptor {
  /** What stands for its value in the help: `DIR`. */
  readonly value?: string;
  readonly help: string;
  /** Its value where it is not given, if the help is to say so. */
  readonly defaultIn?: (terminal: Terminal) => string;
}

export type Options = Readonly<Record<string, Option>>;

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true; strict: true }>
>;

/** What was typed behind the command. */
export interface Arguments<O extends Options> {
  readonly values: Parsed<O>['values'];
  readonly positionals: readonly string[];
}

/** A command of the tool. The help is written from this, and nothing else knows an option. */
export interface Command<O extends Options = Options> {
  readonly name: string;
  /** Half a sentence for the list of commands. */
  readonly summary: string;
  /** What follows the name, without the options: `[FILE…]`. */
  readonly positionals: string;
  /** What it does, in a few lines of at most 80 characters. */
  readonly description: readonly string[];
  readonly options: O;
  /** A line that works. */
  readonly example: string;
  /** @returns the exit status: 0, or 1 where something failed */
  run(given: Arguments<O>, terminal: Terminal): Promise<number>;
}

/** Lets `run` know its options by their types. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** What is typed to come here: `npx eventlake` in a clone, or by whoever came that way; else `eventlake`. */
export const invocationPrefix = invocationOf(import.meta.url, process.env);

/** @param module a source, or of a package the bundle that it is in */
export function invocationOf(module: string, { npm_command }: NodeJS.ProcessEnv): string {
  const isClone = module.endsWith('.ts');
  return isClone || npm_command === 'exec' ? 'npx eventlake' : 'eventlake';
}

/** A command is called with what was typed behind its name. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  if (isHelpAsked(args)) {
    await terminal.stdout.write(helpOf(command, terminal));
    return 0;
  }
  return command.run(argumentsOf(command, args), terminal);
}

function isHelpAsked(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).some((arg) => arg === '--help' || arg === '-h');
}

function argumentsOf(command: Command, given: readonly string[]): Arguments<Options> {
  const hint = `See \`${invocationPrefix} ${command.name} --help\`.`;
  try {
    const { options } = command;
    return parseArgs({ args: commentsLast(given), options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const quoted = /'([^']*)'/.exec(message)?.[1] ?? '';
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      throw new UsageError(
        `${command.name} has no option ${quoted}.${nearest(quoted, Object.keys(command.options))}`,
        hint,
      );
    }
    if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
      // "Option '--lake <value>' argument missing", "Option '--json' does not take an argument"
      const [option = quoted] = quoted.split(/[ ,]/).filter((word) => word.startsWith('--'));
      const needs = message.includes('does not take') ? 'takes no value' : 'needs a value';
      throw new UsageError(`The option ${option} ${needs}.`, hint);
    }
    throw error;
  }
}

/** SQL may begin with a comment, which `parseArgs` takes for an option. */
function commentsLast(args: readonly string[]): string[] {
  if (args.includes('--')) return [...args];
  const isComment = (arg: string) => /^--\s/.test(arg);
  return [...args.filter((arg) => !isComment(arg)), '--', ...args.filter(isComment)];
}

/** ` Did you mean --lake?`, where a known name is like what was typed. */
export function nearest(typed: string, names: readonly string[], prefix = '--'): string {
  const plain = typed.replace(/^-+/, '');
  const near = names
    .map((name) => ({ name, distance: editDistance(plain, name) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= Math.max(1, plain.length / 3)
    ? ` Did you mean ${prefix}${near.name}?`
    : '';
}

/** Characters to change, add or take away to make one text of the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
  }
  return row[b.length] as number;
}

/** What a terminal shows of a line, unless somebody made it wider. */
const helpWidth = 80;

function helpOf(command: Command, terminal: Terminal): string {
  const { stdout } = terminal;
  const heading = (text: string) => stdout.style('bold', text);
  const { name, positionals, description, options, example } = command;
  const rows = Object.entries({
    ...options,
    help: { type: 'boolean', help: 'this text' } as Option,
  }).map(([option, { value, help, defaultIn }]) => [
    `--${option}${value ? ` ${value}` : ''}`,
    defaultIn ? `${help} (default ${defaultIn(terminal)})` : help,
  ]) as [string, string][];
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    `${heading('Usage:')} ${invocationPrefix} ${name} [options]${positionals ? ` ${positionals}` : ''}`,
    '',
    ...description,
    '',
    heading('Options:'),
    ...rows.flatMap(([left, help]) =>
      wrap(help, helpWidth - width - 2).map(
        (line, i) => `  ${(i === 0 ? left : '').padEnd(width)}${line}`,
      ),
    ),
    '',
    heading('Example:'),
    `  ${example}`,
    '',
  ].join('\n');
}

/** Breaks a text into lines at blanks. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
