import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bundle, build } from '../../local/build.ts';
import { busEvent, invocationOf, trailRecord } from '../support/transform-fixture.ts';

let folder: string;
let bundle: Bundle;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'eventlake-cold-start-'));
  [bundle] = (await build({ outdir: folder })) as [Bundle];
});
afterAll(() => rmSync(folder, { recursive: true }));

const closedPort = 'http://127.0.0.1:9';

/** Runs one invocation in a process of its own, and tells the modules of the bundle that it loaded. */
function loadedFor(records: readonly string[], environment: Record<string, string> = {}): string[] {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    const { ${bundle.handler} } = await import(${JSON.stringify(bundle.file)});
    const context = { functionName: 'f', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 };
    const { records } = await ${bundle.handler}(${JSON.stringify(invocationOf(records))}, context);
    console.log('\\n' + JSON.stringify({ loaded, results: records.map(({ result }) => result) }));
    process.exit();`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      AWS_ENDPOINT_URL_EC2: closedPort,
      AWS_ENDPOINT_URL_STS: closedPort,
      ...environment,
    },
  });
  const { loaded, results } = JSON.parse(answer.trimEnd().split('\n').at(-1) as string);
  expect(results).toEqual(records.map(() => 'Ok'));
  return loaded.filter((url: string) => url.startsWith('file:') && url.includes(folder));
}

/** The packages of AWS's SDK that went into these modules, by their source maps. */
function clientsIn(modules: readonly string[]): string[] {
  const sources = modules.flatMap((url): string[] => {
    const map = readFileSync(new URL(`${url}.map`), 'utf8');
    return JSON.parse(map).sources;
  });
  const clients = sources.flatMap(
    (source) => /@aws-sdk\/(client-[a-z0-9-]+)\//.exec(source)?.[1] ?? [],
  );
  return [...new Set(clients)].sort();
}

describe('A cold start', () => {
  test('without instances loads no client of AWS', () => {
    const loaded = loadedFor([
      busEvent('order'),
      trailRecord('who', { eventSource: 'sts.amazonaws.com', eventName: 'GetCallerIdentity' }),
    ]);

    expect(loaded.length).toBeGreaterThan(0);
    expect(clientsIn(loaded)).toEqual([]);
  });

  const stop = (account: string) =>
    trailRecord('stop', {
      recipientAccountId: account,
      requestParameters: { instancesSet: { items: [{ instanceId: 'i-0a1b2c3d4e5f60718' }] } },
    });
  const members = { MEMBER_ROLE: 'eventlake-member', MEMBER_ACCOUNTS: '111122223333' };

  test('with an instance loads that of EC2', () => {
    expect(clientsIn(loadedFor([stop('123456789012')], members))).toEqual(['client-ec2']);
  });

  test('with an instance of another account loads that of STS as well', () => {
    expect(clientsIn(loadedFor([stop('111122223333')], members))).toEqual([
      'client-ec2',
      'client-sts',
    ]);
  });
});
