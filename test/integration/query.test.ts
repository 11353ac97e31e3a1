import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readQueries } from '../../athena/queries.ts';
import { buildIfNeeded } from '../../local/build.ts';
import { createFolder, type RunOptions, run } from '../support/command-fixture.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { folder, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

const events = [1, 2, 3].map((n) => ({
  version: '0',
  id: `id-${n}`,
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: `2026-11-2${n}T10:11:12Z`,
  region: n === 2 ? '\u001b[31m' : 'eu-west-1',
  resources: [],
  detail: { 'instance-id': `i-0a1b2c3d4e5f6071${n}`, state: n === 3 ? 'stopped' : 'running' },
}));

beforeAll(async () => {
  writeFileSync(join(folder, 'a.ndjson'), events.map((event) => JSON.stringify(event)).join('\n'));
  writeFileSync(
    join(folder, 'tags.json'),
    '{"i-0a1b2c3d4e5f60711": {"Name": "web-1", "name": "other"}}',
  );
  await run(['put', '--lake', 'lake', '--tags', 'tags.json', 'a.ndjson'], { folder });
});

const query = (args: string[], options: RunOptions = {}) =>
  run(['query', '--lake', 'lake', ...args], { folder, ...options });

describe('query', () => {
  test('prints a table', async () => {
    const { status, stdout, stderr } = await query([
      'SELECT state, count(*) AS n, max(event_time) AS last FROM events GROUP BY ALL ORDER BY ALL',
    ]);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'state    n  last',
      '───────  ─  ───────────────────────',
      'running  2  2026-11-22 10:11:12.000',
      'stopped  1  2026-11-23 10:11:12.000',
      '',
    ]);
  });

  test("answers from the views that Athena has, in Athena's words", async () => {
    const { status, stdout } = await query([
      '--json',
      "SELECT instance_id, element_at(tags, 'Name') AS name FROM instance_events WHERE day = '2026-11-21'",
    ]);

    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: '{"instance_id":"i-0a1b2c3d4e5f60711","name":"web-1"}\n',
    });
  });

  test('prints a JSON object a row, maps and structs as objects', async () => {
    const { stdout } = await query([
      '--json',
      "SELECT day, instances FROM events WHERE day = '2026-11-21'",
    ]);

    expect(stdout.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stdout)).toEqual({
      day: '2026-11-21',
      instances: [
        {
          instance_id: 'i-0a1b2c3d4e5f60711',
          state: 'running',
          previous_state: null,
          tags: { Name: 'web-1', name: 'other' },
          tag_status: 'found',
          tag_source: 'lookup',
          tag_time: expect.stringMatching(/^2026-11-2\d 10:11:12\.000$/),
        },
      ],
    });
  });

  test('answers by source and day as texts', async () => {
    const { stdout } = await query([
      '--json',
      "SELECT event_id FROM events WHERE source = 'aws.ec2' AND day >= '2026-11-22' ORDER BY day",
    ]);

    expect(stdout).toBe('{"event_id":"id-2"}\n{"event_id":"id-3"}\n');
  });

  test('lets nothing in an event reach the terminal as a command', async () => {
    const { stdout } = await query(["SELECT region FROM events WHERE event_id = 'id-2'"]);

    expect(stdout).toContain('\\u001b[31m');
  });

  test('spells what a terminal would obey as JSON does, on a terminal', async () => {
    const args = ['--json', "SELECT chr(155) || '2J' || chr(8238) || 'é' AS odd"];

    const [shown, piped] = [await query(args, { columns: 80 }), await query(args)];

    expect(shown.stdout).toBe('{"odd":"\\u009b2J\\u202eé"}\n');
    expect(JSON.parse(piped.stdout)).toEqual(JSON.parse(shown.stdout));
    expect(piped.stdout).toBe('{"odd":"\u009b2J\u202eé"}\n');
  });

  test('takes SQL that begins with a comment', async () => {
    const { stdout } = await query(['-- how many\nSELECT count(*) AS n FROM events', '--json']);

    expect(stdout).toBe('{"n":3}\n');
  });

  test('cuts cells on a terminal only', async () => {
    const sql = "SELECT event_time, repeat('x', 200) AS long FROM events LIMIT 1";

    const [shown, piped] = [await query([sql], { columns: 60 }), await query([sql])];

    expect(shown.stdout.split('\n').every((line) => line.length <= 60)).toBe(true);
    expect(shown.stdout).toMatch(/2026-11-21 10:11:12 {2}x{38}…\n1 row\n$/);
    expect(piped.stdout).toMatch(/x{200}\n$/);
  });

  test('shows rows of many columns one by one on a terminal', async () => {
    const { stdout } = await query(['SELECT * FROM events ORDER BY day LIMIT 2'], { columns: 80 });

    expect(stdout).toMatch(/^── row 1 ──\nevent_id +id-1\n/);
    expect(stdout).toMatch(/\n── row 2 ──\nevent_id +id-2\n/);
    expect(stdout).not.toContain('NULL');
  });

  test('reads SQL from standard input', async () => {
    const { stdout } = await query(['--json', '-'], {
      stdin: 'SELECT count(*) AS n\nFROM events\n',
    });

    expect(stdout).toBe('{"n":3}\n');
  });

  test('answers more rows than are laid out at once', async () => {
    const { stdout } = await query(['SELECT range AS n FROM range(5000)']);

    expect(stdout.trimEnd().split('\n')).toHaveLength(5002);
    expect(stdout.endsWith('\n4999\n')).toBe(true);
  });

  test('draws plans', async () => {
    const { stdout } = await query(["EXPLAIN SELECT * FROM events WHERE day = '2026-11-21'"]);

    expect(stdout).toContain('─┐\n');
    expect(stdout).toMatch(/Scanning Files: 1\/3/);
  });

  test('says nothing for a statement that answers nothing', async () => {
    const { status, stdout } = await query(['CREATE TABLE t (n INTEGER)']);

    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test.each(['Source=x/lake', 'back\\slash'])(
    'put refuses the lake %s, which it could not read',
    async (name) => {
      const { status, stderr } = await run(['put', '--lake', name, '-'], { folder, stdin: '{}' });

      expect(status).toBe(1);
      expect(stderr).toMatch(/^The path of the lake has a .*: name another\.\n$/);
      expect(existsSync(join(folder, name))).toBe(false);
    },
  );

  test('fails where there is no lake', async () => {
    const { status, stdout, stderr } = await run(['query', '--lake', 'no where', 'SELECT 1'], {
      folder,
    });

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^There is no lake at .*no where: name its folder with --lake/);
  });

  test('has an empty table where a lake holds nothing, and says so', async () => {
    mkdirSync(join(folder, 'no event/events'), { recursive: true });

    const { status, stdout, stderr } = await run(
      ['query', '--lake', 'no event', 'SELECT event_id FROM events'],
      { folder },
    );

    expect(status).toBe(0);
    expect(stdout).toBe('event_id\n────────\n');
    expect(stderr).toBe(
      `The lake ${folder}/no event is empty. Put events into it: npx eventlake put --lake '${folder}/no event' FILE…\n`,
    );
  });

  test('calls no lake empty that holds what has failed', async () => {
    await run(['put', '--lake', 'failed', '-'], { folder, stdin: '{"no":"event"}' });

    const { stdout, stderr } = await run(
      ['query', '--lake', 'failed', '--json', 'SELECT count(*) AS n FROM failures'],
      { folder },
    );

    expect(stdout).toBe('{"n":1}\n');
    expect(stderr).toMatch(/^The lake .*failed holds no row, but .*: ask its table failures\.\n$/);
  });

  test('says it without what a terminal would obey, which may come from an event', async () => {
    const { status, stderr } = await query([
      "SELECT CAST(concat(chr(27), ']0;gone', chr(7), chr(1564), chr(8238)) AS INTEGER)",
    ]);

    expect(status).toBe(1);
    expect(stderr).toContain('\\u001b]0;gone\\u0007\\u061c\\u202e');
  });

  test("says what DuckDB says of SQL that it can't run", async () => {
    const { status, stdout, stderr } = await query(['SELECT even_id FROM events']);

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Binder Error: .*even_id.*\nCandidate bindings: .*\n$/);
  });

  test('says it too where it comes in the middle', async () => {
    const { status, stderr } = await query([
      "SELECT CASE WHEN range = 90000 THEN error('boom') ELSE range END FROM range(100000)",
    ]);

    expect(status).toBe(1);
    expect(stderr).toContain('boom');
  });
});

/** Only Linux has a disk that is always full. */
const fullTest = existsSync('/dev/full') ? test : test.skip;

describe('The command line', () => {
  const shell = (line: string, from = folder) =>
    promisify(execFile)('sh', ['-c', line], {
      cwd: project,
      env: { ...process.env, NODE: process.execPath, INIT_CWD: from, XDG_DATA_HOME: folder },
    });

  test('means files and folders from where the user stands', async () => {
    const { stdout } = await shell(
      '"$NODE" local/cli.ts query --lake lake "SELECT count(*) AS n FROM events"',
    );

    expect(stdout).toBe('n\n─\n3\n');
  });

  test('ends quietly where nobody reads on', async () => {
    const { stdout, stderr } = await shell(
      '"$NODE" local/cli.ts query --lake lake --json "SELECT range AS n FROM range(1000000)" | head -n 1',
    );

    expect({ stdout, stderr }).toEqual({ stdout: '{"n":0}\n', stderr: '' });
  });

  fullTest('says so where its output cannot be written', async () => {
    const written = shell('"$NODE" local/cli.ts query --lake lake "SELECT 1" > /dev/full');

    await expect(written).rejects.toMatchObject({
      code: 1,
      stderr: 'Cannot write standard output: the disk is full: make room there, and try again.\n',
    });
  });

  test('has lakes below the data folder unless told otherwise', async () => {
    const asked = shell('"$NODE" local/cli.ts query "SELECT 1"');

    await expect(asked).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`There is no lake at ${folder}/eventlake/lake: `),
    });
  });
});

describe('a named query', () => {
  test('is asked of the last days that the lake has, and says so', async () => {
    const { status, stdout, stderr } = await query(['volume_and_delay', '--csv']);

    expect(status).toBe(0);
    expect(stderr).toBe(
      'From 2026-11-21 to 2026-11-23; the lake has 2026-11-21 to 2026-11-23. Choose by --since and --until.\n',
    );
    expect(stdout.split('\r\n').map((line) => line.split(',').slice(0, 3).join())).toEqual([
      'day,event_source,arrived',
      '2026-11-21,aws.ec2,1',
      '2026-11-22,aws.ec2,1',
      '2026-11-23,aws.ec2,1',
      '',
    ]);
  });

  test('takes a period and filters', async () => {
    const { stdout, stderr } = await query([
      'volume_and_delay',
      '--json',
      '--since=2026-11-21',
      '--until=2026-11-22',
      '--region=eu-west-1',
    ]);

    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('is told about an instance by its id', async () => {
    const args = ['story_of_an_instance', '--instance', 'i-0a1b2c3d4e5f60713', '--json'];

    expect(JSON.parse((await query(args)).stdout)).toEqual(
      expect.objectContaining({ what: 'to it', state: 'stopped' }),
    );
  });

  test('prints its SQL, which answers the same', async () => {
    const args = ['volume_and_delay', '--since', '2026-11-22'];
    const { stdout: sql } = await query([...args, '--show-sql']);

    expect(sql).toContain("WHERE day >= '2026-11-22'");
    expect((await query([sql])).stdout).toBe((await query(args)).stdout);
  });

  test.each([
    [['who_stoped_what'], 'Did you mean who_stopped_what?'],
    [['story_of_an_instance'], 'needs --instance ID'],
    [['SELECT 1', '--actor', 'alice'], '--actor is for named queries'],
    [[], 'There is nothing to ask.'],
    [['root_use', 'who_stopped_what'], 'has to be one argument'],
    [['root_use', '--json', '--csv'], 'give one'],
    [['root_use', '--output', 'a.xlsx'], 'has to end in .csv, .json or .parquet'],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await query(args);

    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test('is in the list, with what it takes', async () => {
    const { stdout } = await query(['--list']);

    expect(stdout).toContain(
      'story_of_an_instance\n  What happened to one instance, and what did it do itself, in order?\n  [--since DAY] [--until DAY] --instance ID\n',
    );
    const { stdout: json } = await query(['--list', '--json']);
    expect(
      json
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).name),
    ).toEqual(readQueries().map(({ name }) => name));
  });
});

describe('an answer in a file', () => {
  const odd = `SELECT 'a,"b' AS x, NULL AS y, '' AS z, {'k': [1, 2]} AS nested, event_id FROM events ORDER BY event_id LIMIT 2`;

  test.each([
    ['.csv', 'x,y,z,nested,event_id\r\n"a,""b",,"","{""k"":[1,2]}",id-1\r\n'],
    ['.json', '{"x":"a,\\"b","y":null,"z":"","nested":{"k":[1,2]},"event_id":"id-1"}\n'],
  ])('%s has what is printed in that form', async (extension, start) => {
    const { status, stdout } = await query([odd, '--output', `answer${extension}`]);

    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(readFileSync(join(folder, `answer${extension}`), 'utf8').startsWith(start)).toBe(true);
  });

  test('.parquet can be queried', async () => {
    await query([`${odd} -- two\n;\n`, '--output', 'answer.parquet']);

    const { stdout } = await query(['--json', `FROM '${join(folder, 'answer.parquet')}'`]);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toEqual({
      x: 'a,"b',
      y: null,
      z: '',
      nested: { k: [1, 2] },
      event_id: 'id-1',
    });
  });

  test('is not there where the question fails, nor anything in its place', async () => {
    writeFileSync(join(folder, 'kept.csv'), 'kept');
    const { status } = await query(['SELECT error(event_id) FROM events', '--output', 'kept.csv']);

    expect(status).toBe(1);
    expect(readFileSync(join(folder, 'kept.csv'), 'utf8')).toBe('kept');
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  test('says where it cannot be written', async () => {
    const { status, stderr } = await query(['SELECT 1', '--output', 'no/such/a.csv']);

    expect(status).toBe(1);
    expect(stderr).toContain('there is no such folder: make it');
  });
});

describe('SQL that filters by eventtime alone', () => {
  const call = (day: string) => ({
    eventVersion: '1.11',
    eventID: day,
    eventTime: `${day}T10:00:00Z`,
    eventSource: 's3.amazonaws.com',
    eventName: 'ListBuckets',
    awsRegion: 'eu-west-1',
    userIdentity: { type: 'IAMUser', userName: 'dave' },
    eventType: 'AwsApiCall',
    recipientAccountId: '123456789012',
  });
  const days = ['2026-01-10', '2026-03-10', '2026-05-10'];
  beforeAll(async () => {
    writeFileSync(join(folder, 'calls.json'), JSON.stringify({ Records: days.map(call) }));
    await run(['put', '--lake', 'calls', 'calls.json'], { folder });
  });
  const ask = (sql: string) => run(['query', '--lake', 'calls', sql], { folder });

  test.each([
    ['cloudtrail_lake', '2026-03-09 00:00:00'],
    ['cloudtrail_logs', '2026-03-09T00:00:00Z'],
  ])('of %s reads the days that it can be about, and says so', async (view, from) => {
    const where = `eventTime > '${from}' AND eventTime < '2026-03-12'`;
    const { stdout, stderr } = await ask(`SELECT eventid FROM ${view} WHERE ${where}`);

    expect(stdout).toContain('2026-03-10');
    expect(stderr).toBe(
      `Reads ${view} from 2026-03-02 to 2026-03-19, by the times in the SQL. Filter by day to read others.\n`,
    );
  });

  test('reads no object of another day', async () => {
    const [object] = readdirSync(join(folder, 'calls/events/json/source=aws.s3/day=2026-05-10'));
    writeFileSync(
      join(folder, 'calls/events/json/source=aws.s3/day=2026-05-10', object ?? ''),
      'broken',
    );

    const bounded = await ask("SELECT eventid FROM cloudtrail_lake WHERE eventTime < '2026-03-12'");
    expect(bounded.status).toBe(0);
    expect((await ask('SELECT eventid FROM cloudtrail_lake')).status).not.toBe(0);
  });
});
