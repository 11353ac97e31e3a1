import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readRules } from '../../athena/rules.ts';
import { buildIfNeeded } from '../../local/build.ts';
import { createFolder, run } from '../support/command-fixture.ts';

const { folder, remove } = createFolder();
beforeAll(async () => void (await buildIfNeeded()));
afterAll(remove);

const call = (eventID: string, api: string, more: object = {}) => {
  const [service = '', eventName = ''] = api.split(':');
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', userName: 'dave', accountId: '123456789012' },
    eventTime: '2026-11-17T10:00:00Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.40',
    eventID,
    eventType: 'AwsApiCall',
    recipientAccountId: '123456789012',
    ...more,
  };
};

beforeAll(async () => {
  const Records = [
    call('made', 'iam:CreateUser', { requestParameters: { userName: 'e\u001b[31mve' } }),
    call('stopped', 'cloudtrail:StopLogging', { requestParameters: { name: 'main' } }),
    call('old', 'cloudtrail:DeleteTrail', { eventTime: '2026-11-10T10:00:00Z' }),
    call('listed', 's3:ListBuckets'),
  ];
  writeFileSync(join(folder, 'calls.json'), JSON.stringify({ Records }));
  await run(['put', '--lake', 'lake', 'calls.json'], { folder });
});

const detect = (...args: string[]) => run(['detect', '--lake', 'lake', ...args], { folder });
const count = readRules().length;

describe('detect', () => {
  test('prints a line for each finding of the last days, the worst first', async () => {
    const { status, stdout, stderr } = await detect();
    const [head, , ...lines] = stdout.trimEnd().split('\n');

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(head).toMatch(/^level +rule +finding_time +who +what +place +why$/);
    expect(lines).toEqual([
      expect.stringMatching(/^critical +trail_stopped .* dave +StopLogging .* trail main$/),
      expect.stringMatching(/^low +user_made .* dave +CreateUser /),
      '',
      `2 findings by ${count} rules, 2026-11-16 to 2026-11-17.`,
    ]);
    expect(stdout).not.toContain('\u001b');
  });

  test('judges the days that one asks for, and the rules that one names', async () => {
    const { stdout, stderr } = await detect('--since', '2026-11-01', '--json', 'trail_stopped');
    const findings = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

    expect(findings.map(({ event_id: id }) => id)).toEqual(['old', 'stopped']);
    expect(findings[1]).toMatchObject({
      level: 'critical',
      rule: 'trail_stopped',
      technique: 'T1562.008',
      finding_time: '2026-11-17 10:00:00.000',
      who: 'dave',
      place: '123456789012 eu-west-1 198.51.100.40',
      remedy: expect.stringMatching(/^Start the trail again/),
    });
    expect(stderr).toBe('');
    expect((await detect('--until', '2026-11-10', '--json')).stdout).toContain('"old"');
  });

  test.each([
    ['critical', 1],
    ['low', 1],
  ])('--fail-on %s ends with %s where there is a critical one', async (level, status) => {
    expect((await detect('--fail-on', level)).status).toBe(status);
  });

  test('--fail-on ends with 0 where all is less bad, and where nothing is found', async () => {
    expect((await detect('--fail-on', 'high', 'user_made')).status).toBe(0);
    expect((await detect('--fail-on', 'low', 'root_user_used')).status).toBe(0);
  });

  test('asks a rule of a file; one that fails says so and stops no other', async () => {
    const head = [
      'Were buckets listed?',
      'Parameters: since 1, until.',
      'Title: Buckets listed',
      'Level: low',
      'Do: Nothing.',
      'Normal: Always.',
      'Technique: T1580',
    ].map((line) => `-- ${line}\n`);
    const sql = (columns: string) =>
      `${head.join('')}SELECT ${columns}\nFROM events\nWHERE day >= :since\n  AND day <= :until\n  AND event_name = 'ListBuckets'\n`;
    writeFileSync(
      join(folder, 'listed.sql'),
      sql("event_time, :who, event_name, :place, 'x', event_id"),
    );
    writeFileSync(join(folder, 'broken.sql'), sql('no_such_column'));
    writeFileSync(join(folder, 'headless.sql'), 'SELECT 1');

    const { status, stdout, stderr } = await detect('broken.sql', 'listed.sql', 'trail_stopped');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^The rule broken could not be asked: .*no_such_column/);
    expect(stdout).toContain('2 findings by 2 of 3 rules');
    expect(stdout).toMatch(/low +listed /);
    expect((await detect('headless.sql')).stderr).toContain('is no rule: starts with the question');
  });

  test('a rule of Sigma is asked by the program sigma, and says how to get it where it is not there', async () => {
    writeFileSync(
      join(folder, 'listed.yml'),
      "title: It's listed\nlevel: informational\ntags: [attack.t1580]\n",
    );
    const program = join(folder, 'a-sigma');
    writeFileSync(
      program,
      '#!/bin/sh\necho Parsing Sigma rules >&2\necho "SELECT * FROM cloudtrail_logs WHERE lower(eventName) = lower(\'listbuckets\')"\n',
    );
    chmodSync(program, 0o755);

    const { stdout } = await detect('--json', '--sigma', program, 'listed.yml');
    expect(JSON.parse(stdout)).toMatchObject({
      level: 'low',
      rule: 'listed',
      title: "It's listed",
      technique: 'T1580',
      event_id: 'listed',
      who: 'dave',
    });

    writeFileSync(
      program,
      '#!/bin/sh\necho "Error: Error while converting: no such field in $6" >&2\nexit 1\n',
    );
    const refused = await detect('--sigma', program, 'listed.yml');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('The rule listed could not be asked: no such field');

    const missing = await detect('--sigma', join(folder, 'nothing'), 'listed.yml');
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('docs/rules.md');
  });

  test.each([
    [['nosuch'], 'There is no rule nosuch.'],
    [['trail_stoped'], 'trail_stopped'],
    [['missing.sql'], 'There is no file'],
    [['--fail-on', 'bad'], '--fail-on is bad, but has to be one of critical, high, medium, low.'],
    [['--since', '2026-11-18', '--until', '2026-11-17'], 'no day is in between'],
    [['--since', 'today'], '--since'],
    [['--list', 'x'], '--list takes no arguments'],
  ])('%j is told what is wrong', async (args, said) => {
    const { status, stderr } = await detect(...args);

    expect(status).toBe(2);
    expect(stderr).toContain(said);
  });

  test('--list has every rule, with what it asks', async () => {
    const { stdout } = await detect('--list');
    const { stdout: json } = await detect('--list', '--json');

    for (const { id } of readRules()) expect(stdout).toContain(`${id}\n`);
    expect(json.trimEnd().split('\n')).toHaveLength(count);
  });
});
