import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, runWell } from './commands.ts';
import { cacheFolder, type Need, type Note, step } from './machine.ts';

const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** The folder of `sam`, `cfn-lint` and the `python` that has SAM's translator, all pinned. */
export const samFolder = async () => join(await home(), 'bin');

async function home(): Promise<string> {
  const text = await readFile(requirements, 'utf8');
  const version = /^aws-sam-cli==(.*)$/m.exec(text)?.[1];
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return join(cacheFolder, `sam-${version}-${hash}`);
}

const marker = 'complete';

const isInstalled = async () =>
  access(join(await home(), marker)).then(
    () => true,
    () => false,
  );

/** What installing it takes; nothing where it is there. */
export async function samNeeds(): Promise<Need[]> {
  if (await isInstalled()) return [];
  const test = 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))';
  return [
    {
      isMet: () =>
        run('python3', ['-c', test]).then(
          ({ status }) => status === 0,
          () => false,
        ),
      what: 'Python 3.11 or newer with venv, for the AWS SAM CLI',
      packages: ['python3-venv'],
    },
  ];
}

/** Installs the SAM CLI and cfn-lint into an environment of their own, once. */
export async function installSam(note: Note): Promise<void> {
  if (await isInstalled()) return;
  const folder = await home();
  await step(note, 'AWS SAM CLI and cfn-lint installed', async () => {
    await mkdir(cacheFolder, { recursive: true });
    await runWell('python3', ['-m', 'venv', '--clear', folder]);
    // All of it is pinned, so nothing is left to resolve; and most of it is never run.
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile'];
    await runWell(join(folder, 'bin/pip'), ['install', ...options, '--requirement', requirements]);
    await writeFile(join(folder, marker), '');
  });
}
