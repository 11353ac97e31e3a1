import { cp, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { delimiter, join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadStack } from '../../../local/template/load-stack.ts';
import { type CommandOptions, type Finished, run, runWell } from './commands.ts';
import { type Note, step } from './machine.ts';
import type { SamTools } from './tools.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** A fresh copy of this project, with both of its builds: what all tests of a run share. */
export interface Project {
  readonly tools: SamTools;
  /** The copy. */
  readonly folder: string;
}

/** The one function of the template, as `sam build` has laid it down. */
export const functionId = 'TransformFunction';

export const samBuildOf = ({ folder }: Project) => join(folder, '.aws-sam/build', functionId);
export const ownBuildOf = ({ folder }: Project) => join(folder, 'dist');
export const stackOf = ({ folder }: Project) => loadStack({ root: pathToFileURL(`${folder}/`) });

/** Built by both, under the same name. */
export const bundleName = 'transform.mjs';

/** Copies the project as a clone has it, into a folder of its own. */
export async function copyProject(tools: SamTools): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'eventlake-sam-'));
  const ignored = await ignoredNames();
  await cp(checkout, folder, {
    recursive: true,
    filter: (path) => !ignored.has(relative(checkout, path)),
  });
  return { tools, folder };
}

/** `sam build`, as a clone's first command, and `npm run build`, to compare with. */
export async function buildProject({ tools, folder }: Project, note: Note): Promise<void> {
  const options = { folder, environment: typedEnvironment(tools) };
  await step(note, 'sam build', () => runWell('sam', ['build'], options));
  await step(note, 'npm ci', () => runWell('npm', ['ci'], options));
  await step(note, 'npm run build', () => runWell('npm', ['run', 'build'], options));
}

/** Removes the copy, and ends what still runs on it after a run that was broken off. */
export async function removeProject({ folder }: Project): Promise<void> {
  await endProcesses(folder);
  await removeContainers(folder);
  await rm(folder, { recursive: true, force: true });
}

/** Processes that stand in the folder; SAM removes its containers as it ends. */
async function endProcesses(folder: string): Promise<void> {
  const standing = async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const folders = await Promise.all(
      pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')),
    );
    return pids.filter((_, index) => folders[index]?.startsWith(folder));
  };
  await run('kill', await standing());
  const deadlineMs = performance.now() + 10_000;
  while ((await standing()).length > 0 && performance.now() < deadlineMs) await wait(100);
}

/** Containers that have something of the folder mounted. */
async function removeContainers(folder: string): Promise<void> {
  const format = '{{.ID}} {{.Mounts}}';
  const { stdout } = await run('docker', ['ps', '--all', '--no-trunc', '--format', format]);
  const ids = stdout
    .split('\n')
    .filter((line) => line.includes(`${folder}/`))
    .map((line) => line.split(' ')[0] as string);
  if (ids.length > 0) await runWell('docker', ['rm', '--force', '--volumes', ...ids]);
}

/** Folders that a clone does not have. */
async function ignoredNames(): Promise<Set<string>> {
  const lines = (await readFile(join(checkout, '.gitignore'), 'utf8')).split('\n');
  return new Set(['.git', ...lines.map((line) => line.replace(/\/$/, '')).filter(Boolean)]);
}

/** Whoever runs this may have credentials on the machine: none of it must ever reach an account. */
const noAws = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
} as const;

/** What `npm run` and Jest add, but for npm's settings of the user; and all that leads to an account. */
const notTyped =
  /^(?:AWS_|SAM_|npm_(?!config_(?:cache|registry|userconfig)$)|NODE_OPTIONS$|NODE_ENV$|NODE$|INIT_CWD$|JEST_)/i;

/** The environment of somebody who types `sam` in a new terminal, with no credentials and nothing sent to anyone. */
export function typedEnvironment({ bin }: SamTools): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !notTyped.test(name));
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules|node-gyp-bin/.test(folder));
  return {
    ...Object.fromEntries(kept),
    PATH: [bin, ...path].join(delimiter),
    SAM_CLI_TELEMETRY: '0',
    // Compiled Python is kept: each command is twice as fast then.
    PYTHONDONTWRITEBYTECODE: '',
    ...noAws,
  };
}

/** Runs a command of SAM's in the project's folder, as if somebody typed it. */
export function runTyped(
  { folder, tools }: Project,
  command: 'sam' | 'cfn-lint',
  args: readonly string[],
  { timeoutMs = 120_000 }: CommandOptions = {},
): Promise<Finished> {
  return run(command, args, { folder, timeoutMs, environment: typedEnvironment(tools) });
}
