import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const project = fileURLToPath(new URL('../../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

/** The oldest Node that package.json names. */
const oldest = '20';

const work = mkdtempSync(join(tmpdir(), 'eventlake-package-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a person has who never saw the project: nothing of npm's, and no Node of ours. */
const pathOfMachine = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules') && !folder.includes('node-gyp'));
const ofNpmRun =
  /^(npm_(?!config_(registry|cache|userconfig|globalconfig)$)|INIT_CWD$|NODE_OPTIONS$)/;
const cleanEnv = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !ofNpmRun.test(name)),
);

async function run(
  command: string,
  args: readonly string[],
  { folder = work, path = pathOfMachine }: { folder?: string; path?: readonly string[] } = {},
): Promise<Ran> {
  const env = { ...cleanEnv, PATH: path.join(delimiter), XDG_DATA_HOME: join(work, 'data') };
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const child = execFile(command, args, { cwd: folder, env }, (error, stdout, stderr) =>
    resolve({ status: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
  );
  child.stdin?.end();
  return promise;
}

async function mustRun(command: string, args: readonly string[], options = {}): Promise<Ran> {
  const ran = await run(command, args, options);
  if (ran.status === 0) return ran;
  throw new Error(`${command} ${args.join(' ')}\n${ran.stdout}\n${ran.stderr}`);
}

/** The folders of a PATH on which `node` is the oldest that the package takes. */
async function pathWithOldestNode(): Promise<string[]> {
  const { stdout } = await mustRun('node', ['--version']);
  if (stdout.startsWith(`v${oldest}.`)) return pathOfMachine;
  const prefix = join(work, 'node');
  await mustRun('npm', ['install', '--prefix', prefix, '--no-save', `node@${oldest}`]);
  return [join(prefix, 'node_modules/node/bin'), ...pathOfMachine];
}

let path: readonly string[];
/** An empty folder, far from the project. */
const folder = join(work, 'somewhere');
beforeAll(async () => {
  mkdirSync(folder);
  await mustRun('npm', ['pack', '--pack-destination', work], { folder: project });
  const file = readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '';
  const prefix = join(work, 'prefix');
  await mustRun('npm', ['install', '--global', '--prefix', prefix, join(work, file)]);
  path = [join(prefix, 'bin'), ...(await pathWithOldestNode())];
});

/** Events that the package brings. */
const sample = (name: string) =>
  join(work, `prefix/lib/node_modules/eventlake/events/readable/${name}.json`);

const eventlake = (...args: string[]) => run('eventlake', args, { folder, path });

describe(`eventlake, installed from its packed file, on Node ${oldest}`, () => {
  test('runs on the oldest Node, and not in the clone', async () => {
    const { stdout } = await run('node', ['--version'], { folder, path });

    expect(stdout).toMatch(new RegExp(`^v${oldest}\\.`));
    expect(path.filter((one) => one.startsWith(dirname(project)))).toEqual([]);
  });

  test('says its version, and how it is called here', async () => {
    expect(await eventlake('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect((await eventlake('--help')).stdout).toContain('Usage: eventlake COMMAND');
  });

  test('runs the demo', async () => {
    const { status, stdout } = await eventlake('demo', '--lake', 'demo');

    expect(status).toBe(0);
    expect(stdout).toMatch(/alice +StopInstances +web-1 .* storefront/);
    expect(stdout).not.toContain('npm run');
  });

  test('puts events, asks them and gives them back', async () => {
    const put = await eventlake('put', '--json', sample('security'));
    const { rows } = JSON.parse(put.stdout);

    expect(put.status).toBe(0);
    expect(rows).toBeGreaterThan(0);
    const asked = await eventlake('query', '--json', 'SELECT count(*) AS n FROM unique_events');
    expect(asked).toMatchObject({ status: 0, stdout: `{"n":${rows}}\n` });
    expect((await eventlake('query', 'root_use', '--since', '2026-11-01')).status).toBe(0);
    expect((await eventlake('overview')).status).toBe(0);
    expect((await eventlake('detect')).stdout).toContain('rules');
    expect((await eventlake('restore')).stdout.trimEnd().split('\n')).toHaveLength(rows);
    expect((await eventlake('invocation', sample('security'))).status).toBe(0);
  });

  test('replays what failed', async () => {
    writeFileSync(join(folder, 'broken.json'), '{"time":"2026-11-20T00:00:00Z",');
    await eventlake('put', '--lake', 'broken', 'broken.json');

    const { stdout } = await eventlake('replay', '--lake', 'broken', '--json');

    expect(JSON.parse(stdout)).toMatchObject({ found: 1 });
  });

  test('writes Parquet, too', async () => {
    const parquet = ['--lake', 'parquet', '--parameter', 'OutputFormat=parquet'];

    expect((await eventlake('put', ...parquet, sample('stop'))).status).toBe(0);
  });

  test('makes a page', async () => {
    await eventlake('put', '--lake', 'page', sample('stop'));

    expect((await eventlake('view', '--lake', 'page', '--out', 'page.html')).status).toBe(0);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('<script');
  });

  test('rewrites a lake as Parquet, and counts what a stack costs', async () => {
    await eventlake('put', '--lake', 'compacted', sample('stop'));

    expect((await eventlake('compact', '--lake', 'compacted')).status).toBe(0);
    expect((await eventlake('cost', '--lake', 'compacted')).stdout).toContain('Saves most: ');
  });

  test('checks the template that it brings', async () => {
    expect(await eventlake('check')).toMatchObject({
      status: 0,
      stdout: 'template.yaml: nothing to mend\n',
    });
  });

  test('says what is wrong in a sentence, with a status of its own', async () => {
    expect(await eventlake('put', 'none.json')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'Cannot read none.json: there is no such file.\n',
    });
    expect((await eventlake('qery')).status).toBe(2);
  });
});

test('npx runs it in the clone', async () => {
  const ran = await run('npx', ['eventlake', '--version'], { folder: project });

  expect(ran).toMatchObject({ status: 0, stdout: `${version}\n` });
});
