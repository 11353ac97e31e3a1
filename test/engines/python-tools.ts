import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { find, runWell } from './trino/commands.ts';

/**
 * Tools from PyPI in an environment of their own, installed once below the user's cache folder. Later calls
 * find it.
 * @param name of the package that is the tool
 * @param requirements path of a file that pins it and all that it needs
 * @returns the folder with its commands
 * @throws Error that says what is missing on this machine
 */
export async function installPythonTool(
  name: string,
  requirements: string,
  note: (message: string) => void = () => {},
): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eventlake-tools');
  const text = await readFile(requirements, 'utf8');
  const version = text
    .split('\n')
    .find((line) => line.startsWith(`${name}==`))
    ?.slice(name.length + 2);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  const home = join(cache, `${name}-${version}-${hash}`);
  const commands = join(home, 'bin');
  const complete = join(home, 'complete');
  if (await isThere(complete)) return commands;

  const python = find('python3');
  if (!python) {
    throw new Error(`${name} needs Python 3.11 or newer (Debian: apt-get install python3-venv).`);
  }
  note(`Getting ${name} ${version} …`);
  await mkdir(cache, { recursive: true });
  await runWell(python, ['-m', 'venv', '--clear', home]);
  // All of it is pinned, so nothing is left to resolve.
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps'];
  await runWell(join(commands, 'pip'), ['install', ...options, '--requirement', requirements]);
  await writeFile(complete, '');
  return commands;
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
