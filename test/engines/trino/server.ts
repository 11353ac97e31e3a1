import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from './client.ts';
import type { Installation } from './install.ts';
import { bucketFolder, metastoreFolder, writeDatabase } from './metastore.ts';

/** A Trino that runs on this machine, for this machine only. */
export interface TrinoServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Heap and compiler of a server that starts fast and answers small questions. */
const javaOptions = [
  `-Xmx${process.env.EVENTLAKE_TRINO_HEAP ?? '1536m'}`,
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djdk.attach.allowAttachSelf=true',
  '-Dfile.encoding=UTF-8',
  '-Duser.timezone=UTC',
  '--enable-native-access=ALL-UNNAMED',
];

const startTimeoutMs = 180_000;

/**
 * Starts Trino over a warehouse: `metastore/` holds its tables, `s3/BUCKET/` the objects of a bucket.
 * Its catalog is named, and set up, as Athena's is.
 * Trino documentation, "Deploying Trino" and "Hive connector".
 * @throws Error with the end of its log where it does not come up
 */
export async function startTrino(
  { java, server }: Installation,
  warehouse: string,
): Promise<TrinoServer> {
  const home = await mkdtemp(join(tmpdir(), 'eventlake-trino-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await mkdir(join(home, 'etc/catalog'), { recursive: true });
  for (const [name, lines] of Object.entries(configuration({ url, port, server, warehouse }))) {
    await writeFile(join(home, 'etc', name), `${lines.join('\n')}\n`);
  }
  const log = join(home, 'server.log');
  const child = spawn(
    java,
    [
      '-cp',
      join(server, 'lib/*'),
      ...javaOptions,
      '-Dnode.environment=test',
      '-Dnode.id=local',
      '-Dnode.bind-ip=127.0.0.1',
      '-Dnode.internal-address=127.0.0.1',
      `-Dnode.data-dir=${join(home, 'data')}`,
      '-Dlog.levels-file=etc/log.properties',
      '-Dconfig=etc/config.properties',
      'io.trino.server.TrinoServer',
    ],
    { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const logFile = createWriteStream(log);
  child.stdout.pipe(logFile, { end: false });
  child.stderr.pipe(logFile, { end: false });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);

  const stop = async () => {
    process.off('exit', end);
    await ended(child);
    logFile.end();
    await rm(home, { recursive: true, force: true });
  };
  try {
    await becomesReady(child, url, warehouse);
  } catch (error) {
    const text = await readFile(log, 'utf8').catch(() => '');
    await stop();
    const message = Error.isError(error) ? error.message : String(error);
    throw new Error(`${message}\n${text.trim().split('\n').slice(-20).join('\n')}`);
  }
  return { url, pid: child.pid ?? 0, stop };
}

interface Place {
  readonly url: string;
  readonly port: number;
  readonly server: string;
  readonly warehouse: string;
}

const configuration = ({ url, port, server, warehouse }: Place) => ({
  'config.properties': [
    'coordinator=true',
    'node-scheduler.include-coordinator=true',
    `http-server.http.port=${port}`,
    'http-server.log.enabled=false',
    `discovery.uri=${url}`,
    'web-ui.enabled=false',
    `plugin.dir=${join(server, 'plugin')}`,
  ],
  'log.properties': ['io.trino=WARN', 'io.airlift=WARN', 'Bootstrap=WARN'],
  'catalog/awsdatacatalog.properties': [
    'connector.name=hive',
    'hive.metastore=file',
    'hive.metastore.catalog.dir=local:///metastore',
    // Its files were written by somebody else.
    'hive.metastore.version-compatibility=UNSAFE_ASSUME_COMPATIBILITY',
    'fs.native-local.enabled=true',
    `local.location=${warehouse}`,
    // As Athena: projected partitions, absent prefixes are empty, sub-folders are read.
    'hive.partition-projection-enabled=true',
    'hive.ignore-absent-partitions=true',
    'hive.recursive-directories=true',
    // Not every Java runtime has the module that it takes.
    'parquet.experimental.vectorized-decoding.enabled=false',
  ],
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Reads a table of one row until it works: the server says that it has started seconds earlier. */
async function becomesReady(child: ChildProcess, url: string, warehouse: string): Promise<void> {
  const bucket = 'trino-is-ready';
  const folder = bucketFolder(warehouse, bucket);
  await mkdir(folder, { recursive: true });
  await mkdir(metastoreFolder(warehouse), { recursive: true });
  await writeFile(join(folder, 'x.json'), '{"x":"ready"}\n');
  writeDatabase(warehouse, 'trino_is_ready', [
    {
      Name: 'probe',
      TableType: 'EXTERNAL_TABLE',
      StorageDescriptor: {
        Columns: [{ Name: 'x', Type: 'string' }],
        Location: `s3://${bucket}/`,
        InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
        OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
        SerdeInfo: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
      },
    },
  ]);
  const until = Date.now() + startTimeoutMs;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Trino ended with ${child.exitCode}:`);
    const rows = await ask(url, 'SELECT x FROM trino_is_ready.probe').then(
      (answer) => answer.rows,
      () => [],
    );
    if (rows[0]?.[0] === 'ready') return;
    if (Date.now() > until) throw new Error(`Trino is not ready after ${startTimeoutMs / 1000} s:`);
    await wait(250);
  }
}

/** Asks it to end, and after ten seconds ends it. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exit;
  clearTimeout(timer);
}
