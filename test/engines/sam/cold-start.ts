import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { esbuildOptions } from '../../../local/build.ts';
import { run, runWell } from './commands.ts';
import type { Variables } from './container-function.ts';
import { functionId, type Project, samBuildOf, stackOf } from './project.ts';
import { exampleCredentials } from './services.ts';
import type { SamTools } from './tools.ts';

/** Milliseconds: the median of all runs, the fastest and the slowest. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** What was measured of one function. */
export interface Timing {
  readonly name: string;
  /** All that was built; what it loads when is its own choice. */
  readonly modulesKb: number;
  /** From the start of the runtime to its readiness: Node, then the bundle. Lambda's init duration. */
  readonly initMs: Spread;
  /** The first invocation after it. */
  readonly firstMs: Spread;
  /** All further ones. */
  readonly warmMs: Spread;
}

export interface ColdStartOptions {
  /** Variables of our function, in place of the template's. */
  readonly variables: Variables;
  readonly requestJson: string;
  /** Containers of each function. */
  readonly runs: number;
  /** Invocations after the first in each container. */
  readonly warmInvocations: number;
}

/** A function as it is laid down, and what it needs to know. */
interface Candidate {
  readonly name: string;
  /** Holds the bundle. */
  readonly folder: string;
  readonly environment: Variables;
}

/** Of one container. */
interface Durations {
  readonly init: number;
  readonly invocations: readonly number[];
}

/**
 * Measures our function, with and without its look-ups, and the empty one, built with the template's settings
 * alike, in new containers with the function's memory, one container at a time, taking turns. The durations are
 * those that the emulator of the Lambda service reports. A container has a whole processor, of which Lambda
 * gives a function of 512 MB less than a third while it is invoked.
 */
export async function measureColdStarts(
  project: Project,
  { variables, requestJson, runs, warmInvocations }: ColdStartOptions,
): Promise<Timing[]> {
  const candidates = await candidatesOf(project, variables);
  const measured = candidates.map(() => [] as Durations[]);
  for (let turn = 0; turn < runs; turn++) {
    for (const [index, candidate] of candidates.entries()) {
      const container = await startContainer(project, candidate);
      try {
        for (let at = 0; at <= warmInvocations; at++) await container.invoke(requestJson);
        measured[index]?.push(await container.durations());
      } finally {
        await container.remove();
      }
    }
  }
  return Promise.all(
    candidates.map((candidate, index) => timingOf(candidate, measured[index] ?? [])),
  );
}

async function candidatesOf(project: Project, variables: Variables): Promise<Candidate[]> {
  const fn = stackOf(project).functions.find(({ logicalId }) => logicalId === functionId);
  if (!fn) throw new Error(`There is no ${functionId}.`);
  const empty = join(project.folder, '.aws-sam/empty');
  await build({
    ...esbuildOptions(fn),
    entryPoints: { transform: fileURLToPath(new URL('empty-handler.ts', import.meta.url)) },
    outdir: empty,
    logLevel: 'silent',
  });
  const environment = {
    ...fn.environment,
    ...variables,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_TIMEOUT: String(fn.timeoutSeconds),
  };
  return [
    { name: 'empty middy + logger handler', folder: empty, environment },
    { name: 'eventlake', folder: samBuildOf(project), environment },
    {
      name: 'eventlake, TagLookup off',
      folder: samBuildOf(project),
      environment: { ...environment, TAG_LOOKUP: 'off' },
    },
  ];
}

async function timingOf({ name, folder }: Candidate, all: readonly Durations[]): Promise<Timing> {
  return {
    name,
    modulesKb: await modulesKbIn(folder),
    initMs: spreadOf(all.map(({ init }) => init)),
    firstMs: spreadOf(all.map(({ invocations: [first = Number.NaN] }) => first)),
    warmMs: spreadOf(all.flatMap(({ invocations: [, ...warm] }) => warm)),
  };
}

async function modulesKbIn(folder: string): Promise<number> {
  const modules = (await readdir(folder)).filter((name) => name.endsWith('.mjs'));
  const sizes = await Promise.all(
    modules.map(async (name) => (await stat(join(folder, name))).size),
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}

/** Starts a function in a container as SAM does, but for the level of the emulator's log. */
async function startContainer({ tools }: Project, { folder, environment }: Candidate) {
  const variables: Variables = {
    ...exampleCredentials,
    AWS_REGION: 'eu-west-1',
    AWS_LAMBDA_FUNCTION_NAME: functionId,
    AWS_LAMBDA_FUNCTION_HANDLER: 'transform.handler',
    ...environment,
  };
  const id = (
    await runWell('docker', [
      'run',
      '--detach',
      `--memory=${variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE}m`,
      '--add-host=host.docker.internal:host-gateway',
      '--publish=127.0.0.1::8080',
      `--volume=${folder}:/var/task:ro`,
      `--volume=${await emulatorOf(tools)}:/var/rapid/aws-lambda-rie:ro`,
      ...Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`),
      '--entrypoint=/var/rapid/aws-lambda-rie',
      tools.image,
      '--log-level=info',
    ])
  ).trim();
  return containerOf(id);
}

/** The emulator of the Lambda service that SAM brings. */
async function emulatorOf({ bin }: SamTools): Promise<string> {
  const program =
    'import pathlib, samcli; print(pathlib.Path(samcli.__file__).parent / "local/rapid/aws-lambda-rie-x86_64")';
  return (await runWell(join(bin, 'python'), ['-c', program])).trim();
}

const invocationEnd = /INVOKE RTDONE\(.*duration: ([\d.]+)ms/g;
const initEnd = /INIT REPORT\(durationMs: ([\d.]+)/;

async function containerOf(id: string) {
  const address = (await runWell('docker', ['port', id, '8080/tcp'])).trim().split('\n')[0];
  const url = `http://${address}/2015-03-31/functions/function/invocations`;
  const logs = async () => {
    const { stdout, stderr } = await run('docker', ['logs', id]);
    return stdout + stderr;
  };
  let answered = 0;
  return {
    remove: () => runWell('docker', ['rm', '--force', '--volumes', id]),
    async invoke(requestJson: string) {
      const text = await post(url, requestJson);
      if ('errorType' in JSON.parse(text)) throw new Error(`${text}\n${await logs()}`);
      answered += 1;
    },
    /** The emulator logs the end of an invocation some time after it has answered. */
    async durations(): Promise<Durations> {
      for (let tries = 0; tries < patience; tries++) {
        const text = await logs();
        const invocations = Array.from(text.matchAll(invocationEnd), ([, ms]) => Number(ms));
        const init = Number(initEnd.exec(text)?.[1]);
        if (invocations.length === answered && init > 0) return { init, invocations };
        await wait(50);
      }
      throw new Error(`The emulator does not log durations as it did:\n${await logs()}`);
    },
  };
}

const patience = 100;

/** The port is open before the emulator listens. */
async function post(url: string, body: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await (await fetch(url, { method: 'POST', body })).text();
    } catch (error) {
      if (tries === patience) throw error;
      await wait(50);
    }
  }
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => Math.round((sorted[index] ?? Number.NaN) * 10) / 10;
  return { median: at(sorted.length >> 1), least: at(0), most: at(sorted.length - 1) };
}

/** The timings as a table in Markdown. */
export function tableOf(timings: readonly Timing[]): string {
  const cell = ({ median, least, most }: Spread) => `${median} (${least} to ${most})`;
  const rows = timings.map(({ name, modulesKb, initMs, firstMs, warmMs }) =>
    [name, modulesKb, ...[initMs, firstMs, warmMs].map(cell)].join(' | '),
  );
  return [
    'handler | modules, KB | init, ms | first invocation, ms | warm, ms',
    '--- | ---: | ---: | ---: | ---:',
    ...rows,
  ]
    .map((row) => `| ${row} |`)
    .join('\n');
}
