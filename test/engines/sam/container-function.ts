import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FunctionError } from '../../../local/firehose/errors.ts';
import { functionId, type Project, runTyped, typedEnvironment } from './project.ts';

/** Variables of the function, in place of the template's. */
export type Variables = Readonly<Record<string, string>>;

/** What `sam local invoke` has printed. */
export interface Invoked {
  /** What the function answered, or the error that it threw: SAM ends with 0 either way. */
  readonly answer: unknown;
  readonly log: string;
}

/** `sam local invoke` with an event file, in a container of its own. */
export async function invokeLocally(
  project: Project,
  eventFile: string,
  variables: Variables,
): Promise<Invoked> {
  const options = await localOptions(project, variables);
  const args = ['local', 'invoke', functionId, ...options, '--event', eventFile];
  const { status, stdout, stderr } = await runTyped(project, 'sam', args);
  if (status !== 0 || stdout.trim() === '') {
    throw new Error(`sam local invoke ended with ${status} and no answer:\n${stderr}`);
  }
  return { answer: JSON.parse(stdout), log: stderr };
}

/** The function behind `sam local start-lambda`. */
export interface LocalLambda {
  /** Invokes it as the SDK does. @throws FunctionError with what it threw */
  invoke(requestJson: string): Promise<string>;
  /** What SAM and the function have logged. */
  log(): string;
  stop(): Promise<void>;
}

const startTimeoutMs = 90_000;

/** `sam local start-lambda`: one container that stays. */
export async function startLambda(project: Project, variables: Variables): Promise<LocalLambda> {
  const port = await freePort();
  const options = await localOptions(project, variables);
  const child = spawn('sam', ['local', 'start-lambda', '--port', String(port), ...options], {
    cwd: project.folder,
    env: typedEnvironment(project.tools),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => {
      log += chunk;
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('exit', () => resolve());
  });
  const stop = async () => {
    // It removes its container.
    child.kill('SIGTERM');
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  const deadlineMs = performance.now() + startTimeoutMs;
  while (!(await isAnswered(url))) {
    if (performance.now() > deadlineMs || child.exitCode !== null) {
      await stop();
      throw new Error(`sam local start-lambda does not come up:\n${log}`);
    }
    await wait(200);
  }
  return {
    async invoke(requestJson) {
      const response = await fetch(`${url}/2015-03-31/functions/${functionId}/invocations`, {
        method: 'POST',
        body: requestJson,
      });
      const text = await response.text();
      if (!response.ok)
        throw new Error(`sam local start-lambda answers ${response.status}: ${text}`);
      if (response.headers.has('x-amz-function-error')) throw new FunctionError(JSON.parse(text));
      return text;
    },
    log: () => log,
    stop,
  };
}

const isAnswered = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** `--config-env ci` of samconfig.toml, and the image that was made here. */
async function localOptions({ folder, tools }: Project, variables: Variables): Promise<string[]> {
  const file = join(folder, '.aws-sam/variables.json');
  await writeFile(file, JSON.stringify({ [functionId]: variables }));
  return ['--config-env', 'ci', '--invoke-image', tools.image, '--env-vars', file];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
