import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type InputFilter, inputOf } from '../../../../local/input/paths.ts';
import { collect, createFolder, createTerminal } from '../../../support/command-fixture.ts';

const { folder, remove } = createFolder();
afterAll(remove);

const trailFile = (account: string, kind: string, region: string, day: string, n: number) =>
  `AWSLogs/o-abcdefghij/${account}/${kind}/${region}/${day.replaceAll('-', '/')}/${account}_${kind}_${region}_${day.replaceAll('-', '')}T0905Z_${String(n).padStart(16, 'A')}.json.gz`;

const [one, other] = ['123456789012', '111122223333'];
const files = {
  first: trailFile(one, 'CloudTrail', 'eu-west-1', '2026-11-17', 1),
  nextDay: trailFile(one, 'CloudTrail', 'eu-west-1', '2026-11-18', 2),
  elsewhere: trailFile(one, 'CloudTrail', 'us-east-1', '2026-11-17', 3),
  another: trailFile(other, 'CloudTrail', 'eu-west-1', '2026-11-17', 4),
  insight: trailFile(one, 'CloudTrail-Insight', 'eu-west-1', '2026-11-17', 5),
  network: trailFile(one, 'CloudTrail-NetworkActivity', 'eu-west-1', '2026-11-17', 6),
  digest: trailFile(one, 'CloudTrail-Digest', 'eu-west-1', '2026-11-17', 7),
  config: `AWSLogs/${one}/Config/eu-west-1/2026/11/17/ConfigHistory/x.json.gz`,
  mark: `AWSLogs/${one}/CloudTrail/eu-west-1/2026/11/17/`,
};

beforeAll(() => {
  const write = (path: string, bytes: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  for (const path of Object.values(files)) {
    if (!path.endsWith('/')) write(`trail/${path}`, gzipSync('{"Records":[]}'));
  }
  write(`trail/${files.mark}empty.json.gz`, '');
  write('mixed/b.json', '{"a":1}');
  write('mixed/a.ndjson', '\n{"a":1}');
  write('mixed/.hidden', '{"a":1}');
  write('mixed/readme.txt', 'Nothing here.');
  write('mixed/table.csv', 'a,b\n1,2');
  write('mixed/lake.csv', 'eventID,eventJson\n');
  write('mixed/log', '2026-11-17T09:00:00Z {}');
  write('mixed/inner/c', gzipSync('{}'));
  symlinkSync(join(folder, 'mixed'), join(folder, 'mixed/inner/loop'));
});

async function read(paths: readonly string[], filter: InputFilter = {}, lake = 'lake') {
  const { terminal } = createTerminal({ folder });
  const options = { filter, lake: join(folder, lake) };
  const { sources, skipped, bytes } = await inputOf(paths, options, terminal);
  const names = (await collect(sources)).map(({ name }) => name);
  return { names, skipped: Object.fromEntries(skipped), bytes };
}

const trailNames = (...names: (keyof typeof files)[]) =>
  names.map((name) => `trail/${files[name]}`);

describe('A folder', () => {
  test('of a trail gives its files folder by folder in the order of their names, and counts what is none', async () => {
    const { names, skipped } = await read(['trail/']);

    expect(names).toEqual(
      trailNames('another', 'first', 'nextDay', 'elsewhere', 'insight', 'network'),
    );
    expect(skipped).toEqual({ digests: 1, 'not of a trail': 1, empty: 1 });
  });

  test.each<[InputFilter, (keyof typeof files)[]]>([
    [{ from: '2026-11-18' }, ['nextDay']],
    [{ to: '2026-11-17', accounts: [other] }, ['another']],
    [{ regions: ['us-east-1'] }, ['elsewhere']],
    [{ kinds: ['CloudTrail-Insight', 'CloudTrail-NetworkActivity'] }, ['insight', 'network']],
    [{ accounts: ['999999999999'] }, []],
  ])('is read as far as %j asks, by its keys', async (filter, expected) => {
    expect((await read(['trail'], filter)).names).toEqual(trailNames(...expected));
  });

  test('of other files gives those that may hold events by their first bytes; dot files are none', async () => {
    const { names, skipped } = await read(['mixed']);

    expect(names).toEqual(
      ['a.ndjson', 'b.json', 'lake.csv', 'log', 'inner/c'].map((name) => `mixed/${name}`),
    );
    expect(skipped).toEqual({ 'neither JSON nor lines of a log nor a table of events': 2 });
  });

  test('that the lake lies in is read but for the lake', async () => {
    const { names, skipped } = await read(['mixed'], {}, 'mixed/inner');

    expect(names).not.toContain('mixed/inner/c');
    expect(skipped).toMatchObject({ 'of the lake itself': 1 });
  });

  test('of files without account and day in their names has none that could be chosen by them', async () => {
    const { names, skipped } = await read(['mixed'], { from: '2026-11-17' });

    expect(names).toEqual([]);
    expect(skipped).toEqual({ 'no account, Region or day in the name': 7 });
  });
});

test('what is named itself is read, whatever it holds and whatever is asked for', async () => {
  const { names, bytes } = await read(['mixed/readme.txt', 'mixed/b.json'], { from: '2026-11-17' });

  expect(names).toEqual(['mixed/readme.txt', 'mixed/b.json']);
  expect(bytes).toBe('Nothing here.'.length + '{"a":1}'.length);
});

test.each([
  [['-', '-'], 'Standard input can be read once'],
  [[], 'There is nothing to read: name a FILE or FOLDER'],
  [['s3://'], 's3:// is no address in S3'],
  [['mixed/b.json', 'nowhere'], 'Cannot read nowhere: there is no such file.'],
])('%j is refused before anything is read', async (paths, message) => {
  await expect(read(paths)).rejects.toThrow(message);
});

test('a bucket, where no Region is set, is refused with what to do', async () => {
  const { env } = process;
  const nothing = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...rest } = env;
  process.env = { ...rest, ...nothing };
  try {
    await expect(read(['s3://bucket-of-nobody/AWSLogs'])).rejects.toThrow(
      'Cannot read s3://bucket-of-nobody/AWSLogs: there is no Region; set AWS_REGION.',
    );
  } finally {
    process.env = env;
  }
});

test('the mark of a file tells its contents, not its name', async () => {
  const { terminal } = createTerminal({ folder });
  const { sources } = await inputOf(
    ['mixed/b.json', 'mixed/inner/c', 'mixed/b.json'],
    { filter: {}, lake: '/none' },
    terminal,
  );
  const marks = await Promise.all((await collect(sources)).map((source) => source.mark?.()));

  expect(marks[0]).toBe(marks[2]);
  expect(marks[0]).toMatch(/^7:[\w-]{43}$/);
  expect(marks[1]).not.toBe(marks[0]);
});
