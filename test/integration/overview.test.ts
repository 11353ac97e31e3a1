import { writeFileSync } from 'node:fs';
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

beforeAll(async () => {
  await buildIfNeeded();
  const events = [
    stopped,
    call,
    wrapped,
    { ...stopped, 'replay-name': 'x' },
    { ...stopped, oddText: 'a\ud800\udc00\udbff\udbffb\\ud800', 'odd\udfffKey': 1 },
  ];
  writeFileSync(join(folder, 'a.ndjson'), events.map((event) => JSON.stringify(event)).join('\n'));
  await run(['put', '--lake', 'lake', 'a.ndjson'], { folder });
});

describe('overview', () => {
  test('counts the events of each kind, and names what no column holds', async () => {
    const { status, stdout } = await run(['overview', '--lake', 'lake'], { folder });

    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'kind          events  state %  resource_id %  instances %  unmapped %',
      '────────────  ──────  ───────  ─────────────  ───────────  ──────────',
      'state_change       3      100            100          100        66.7',
      'api_call           2        0              0            0         100',
      'all                5       60             60           60          80',
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
    const { stdout } = await run(['overview', '--lake', 'lake', '--json'], { folder });

    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toContainEqual(expect.objectContaining({ kind: 'all', events: 5 }));
    expect(objects).toContainEqual(
      expect.objectContaining({ 'field that no column holds': 'replay-name', events: 1 }),
    );
  });

  test('says of an empty lake that it holds nothing', async () => {
    const { status, stdout } = await run(['overview', '--lake', 'none'], { folder });

    expect(status).toBe(0);
    expect(stdout).toMatch(/^all +0 +NULL/m);
  });

  test('refuses what it does not take', async () => {
    const { status, stderr } = await run(['overview', 'events'], { folder });

    expect(status).toBe(2);
    expect(stderr).toBe('overview takes no arguments.\n');
  });

  test('ends where the user wants it to', async () => {
    const { terminal, written } = createTerminal({ folder });

    const status = await main(['overview', '--lake', 'lake'], {
      ...terminal,
      interrupted: AbortSignal.abort(),
    });

    expect(status).toBe(130);
    expect(written().stdout).not.toContain('no column holds');
  });
});
