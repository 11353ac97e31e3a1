import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { main } from '../../local/cli.ts';
import { createFolder, createTerminal, run } from '../support/command-fixture.ts';

const { folder, remove } = createFolder();
afterAll(remove);

const stopped = {
  version: '0',
  id: 'a',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '123456789012',
  time: '2026-11-21T10:11:12Z',
  region: 'eu-west-1',
  resources: [],
  detail: { 'instance-id': 'i-0a1b2c3d4e5f60711', state: 'stopped' },
};
const call = {
  eventVersion: '1.11',
  eventID: 'b',
  eventTime: '2026-11-21T10:11:12Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'PutObject',
  awsRegion: 'eu-west-1',
  eventType: 'AwsApiCall',
  keyOfNextYear: {},
};
const wrapped = {
  ...stopped,
  id: 'c',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.s3',
  detail: call,
};

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  await buildIfNeeded();
  const events = [
    stopped,
    call,
    wrapped,
    { ...stopped, 'replay-name': 'x' },
    { ...stopped, id: 'e', time: '2026-11-21T10:12:12Z' },
    ...Array.from({ length: 14 }, (_, at) => ({
      ...call,
      keyOfNextYear: undefined,
      eventID: `from-${at}`,
      sourceIPAddress: `198.51.100.${at + 1}`,
      ...(at === 8 ? { errorCode: 'AccessDenied' } : {}),
    })),
    'no event',
    { ...stopped, oddText: 'a\ud800\udc00\udbff\udbffb\\ud800', 'odd\udfffKey': 1 },
  ];
  writeFileSync(join(folder, 'a.ndjson'), events.map((event) => JSON.stringify(event)).join('\n'));
  await run(['put', '--lake', 'lake', 'a.ndjson'], { folder });
});

describe('overview', () => {
  test('says what is in the lake: when, what, who, from where, what failed', async () => {
    const { status, stdout } = await run(['overview', '--lake', 'lake'], { folder });

    expect(status).toBe(0);
    const parts = new Map(
      stdout
        .trimEnd()
        .split('\n\n')
        .map((part) => [part.slice(0, part.indexOf('\n')), part.split('\n').slice(1)]),
    );
    expect([...parts.keys()]).toEqual([
      'What is here',
      'Events by kind',
      'When (UTC)',
      'Who',
      'With which access keys',
      'From where',
      'What',
      'What failed',
      'Instances that changed state',
    ]);
    expect(parts.get('What is here')).toEqual([
      'first_event  2026-11-21 10:11:12.000',
      'last_event   2026-11-21 10:12:12.000',
      'events       18',
      'more_copies  2',
      'failures     1',
      'accounts     123456789012',
      'regions      eu-west-1',
    ]);
    expect(parts.get('When (UTC)')?.at(-1)).toBe(
      `2026-11-21 10:00      18       1  ${'█'.repeat(40)}`,
    );
    expect(parts.get('Events by kind')?.slice(2)).toEqual([
      'api_call          16       1        1',
      'state_change       2       0        1',
    ]);
  });

  test('counts the eleventh and later of a list together', async () => {
    const { stdout } = await run(['overview', '--lake', 'lake', '--json'], { folder });

    const addresses = jsonLines(stdout).filter(({ part }) => part === 'addresses');
    expect(addresses).toHaveLength(11);
    expect(addresses.at(-1)).toEqual(
      expect.objectContaining({ addresses: '(4 others)', events: 4, failed: 1 }),
    );
    expect(addresses.reduce((sum, { events }) => sum + Number(events), 0)).toBe(14);
  });

  test('looks at the days that are asked for', async () => {
    const { stdout } = await run(
      ['overview', '--lake', 'lake', '--json', '--since', '2026-11-22', '--until', '2026-11-23'],
      { folder },
    );

    expect(jsonLines(stdout)[0]).toEqual(
      expect.objectContaining({ part: 'range', events: 0, failures: 0 }),
    );
  });

  test('shows with --fit what share of each kind the columns hold, and what no column holds', async () => {
    const { status, stdout } = await run(['overview', '--fit', '--lake', 'lake'], { folder });

    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'kind          events  state %  resource_id %  instances %  unmapped %',
      '────────────  ──────  ───────  ─────────────  ───────────  ──────────',
      'api_call          16        0              0            0        12.5',
      'state_change       4      100            100          100          50',
      'all               20       20             20           20          20',
      '',
      'field that no column holds  events  such as of',
      '──────────────────────────  ──────  ──────────',
      'detail.keyOfNextYear             1  aws.s3',
      'keyOfNextYear                    1  aws.s3',
      'oddKey                           1  aws.ec2',
      'oddText                          1  aws.ec2',
      'replay-name                      1  aws.ec2',
      '',
    ]);
  });

  test('prints an object a line for machines', async () => {
    const { stdout } = await run(['overview', '--fit', '--lake', 'lake', '--json'], { folder });

    const objects = jsonLines(stdout);
    expect(objects).toContainEqual(expect.objectContaining({ kind: 'all', events: 20 }));
    expect(objects).toContainEqual(
      expect.objectContaining({ 'field that no column holds': 'replay-name', events: 1 }),
    );
  });

  test('fails where there is no lake', async () => {
    const { status, stdout, stderr } = await run(['overview', '--lake', 'none'], { folder });

    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^There is no lake at /);
  });

  test('says of an empty lake that it holds nothing', async () => {
    mkdirSync(join(folder, 'empty/events'), { recursive: true });
    const { status, stdout } = await run(['overview', '--lake', 'empty'], { folder });

    expect(status).toBe(0);
    expect(stdout).toMatch(/^events +0$/m);
  });

  test.each([
    [['events'], 'overview takes no arguments.'],
    [['--since', 'yesterday'], '--since is yesterday, but has to be a day like 2026-11-20.'],
    [['--fit', '--since', '2026-11-21'], '--fit looks at the whole lake'],
  ])('refuses %j', async (args, message) => {
    const { status, stderr } = await run(['overview', ...args], { folder });

    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test('ends where the user wants it to', async () => {
    const { terminal, written } = createTerminal({ folder });

    const status = await main(['overview', '--lake', 'lake'], {
      ...terminal,
      interrupted: AbortSignal.abort(),
    });

    expect(status).toBe(130);
    expect(written().stdout).toBe('');
  });
});
