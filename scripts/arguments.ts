import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * What a script was called with. `--help` prints its usage and ends; what it does not take ends it with
 * status 2, the reason and the usage.
 * @param usage lines, with a newline at the end
 */
export function argumentsOf<const T extends ParseArgsConfig>(usage: string, config: T) {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const { message, code = '' } = error as NodeJS.ErrnoException;
    if (!code.startsWith('ERR_PARSE_ARGS_')) throw error;
    refuse(`${message.split('. ', 1)[0]}.`, usage);
  }
}

/** Ends a script for what it was called with. */
export function refuse(reason: string, usage: string): never {
  process.stderr.write(`${reason}\n${usage}`);
  process.exit(2);
}
