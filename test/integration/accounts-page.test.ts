import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildIfNeeded } from '../../local/build.ts';
import { loadStack } from '../../local/template/load-stack.ts';
import { readTemplate } from '../../local/template/read-template.ts';
import { createFolder, run } from '../support/command-fixture.ts';
import { blockOf, jsonBlocksOf } from '../support/page-blocks.ts';

const page = 'docs/accounts.md';
const blocks = jsonBlocksOf(page);
const documentOf = (name: string) => JSON.parse(blocks[name] ?? '');
const KmsKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000';
const stack = loadStack({ parameters: { KmsKeyArn } });

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

describe('The policy for analysts', () => {
  const statements: readonly Statement[] = documentOf('analyst-policy.json').Statement;
  const resourcesOf = (prefix: string) =>
    statements
      .filter(({ Action }) => [Action].flat().some((action) => action.startsWith(prefix)))
      .flatMap(({ Resource }) => Resource);

  test('is about the workgroup, the database, the bucket and the key of the stack', () => {
    const { DatabaseName, WorkgroupName } = stack.lake.outputs;
    const bucket = stack.names.Bucket?.attributes.Arn;
    const here = 'eu-west-1:123456789012';

    expect(resourcesOf('athena:Start')).toEqual([
      `arn:aws:athena:${here}:workgroup/${WorkgroupName}`,
    ]);
    expect(resourcesOf('glue:')).toEqual([
      `arn:aws:glue:${here}:catalog`,
      `arn:aws:glue:${here}:database/${DatabaseName}`,
      `arn:aws:glue:${here}:table/${DatabaseName}/*`,
    ]);
    expect(new Set(resourcesOf('s3:'))).toEqual(
      new Set([
        bucket,
        ...['events', 'errors', 'athena-results'].map((folder) => `${bucket}/${folder}/*`),
      ]),
    );
    expect(resourcesOf('kms:')).toEqual([KmsKeyArn]);
  });

  test('lets nobody write but results, and nothing go', () => {
    const writes = statements.filter(({ Action }) =>
      [Action].flat().some((action) => /:(Put|Delete|Create|Update)/.test(action)),
    );

    expect(writes.map(({ Sid }) => Sid)).toEqual(['KeepResults']);
    expect(JSON.stringify(statements)).not.toContain(':Delete');
  });
});

describe('The stack set', () => {
  const member = readTemplate(new URL('../../member.yaml', import.meta.url));

  test('is of a template that service-managed stack sets take, with parameters that it has', () => {
    expect(member.Transform).toBeUndefined();
    const { Parameters, Capabilities } = documentOf('stack-set.json');
    const given = Parameters.map(({ ParameterKey }: { ParameterKey: string }) => ParameterKey);
    expect(Object.keys(member.Parameters ?? {})).toEqual(expect.arrayContaining(given));
    // Those without a default.
    const needed = Object.entries(member.Parameters ?? {}).filter(
      ([, { Default }]) => Default === undefined,
    );
    expect(given).toEqual(expect.arrayContaining(needed.map(([name]) => name)));
    expect(Capabilities).toEqual(['CAPABILITY_NAMED_IAM']);
  });

  test("gives it the outputs of eventlake's own stack", () => {
    const { EventBusArn, FunctionRoleArn } = stack.outputs;
    const { Parameters } = documentOf('stack-set.json');
    const values = Object.fromEntries(
      Parameters.map(({ ParameterKey, ParameterValue }: Record<string, string>) => [
        ParameterKey,
        ParameterValue,
      ]),
    );

    expect(values).toMatchObject({ TargetBusArn: EventBusArn, FunctionRoleArn });
    expect(documentOf('stack-instances.json').Regions).toContain(values.RoleRegion);
  });
});

describe('Deletion of the rows of a person', () => {
  const { folder, remove } = createFolder();
  const project = fileURLToPath(new URL('../../', import.meta.url));
  beforeAll(() => buildIfNeeded());
  afterAll(remove);

  test('takes these lines out of an object, and leaves all others as they are', async () => {
    // Prepare
    const files = globSync(join(project, 'events/readable/!(tags).json'));
    expect((await run(['put', '--lake', 'lake', ...files], { folder })).status).toBe(0);
    const objects = globSync(join(folder, 'lake/events/json/**/*.json.gz'));
    const linesOf = (object: string) => gunzipSync(readFileSync(object)).toString().split('\n');
    const object = objects.find((one) =>
      linesOf(one).some((line) => line.includes('"actor_session_name":"alice"')),
    ) as string;
    const before = linesOf(object);
    const isHers = (line: string) => line.includes('"actor_session_name":"alice"');
    const ids = before.filter(isHers).map((line) => `"event_id":"${JSON.parse(line).event_id}"`);
    expect(before.length).toBeGreaterThan(ids.length + 1);

    // Act
    writeFileSync(join(folder, 'ids.txt'), `${ids.join('\n')}\n`);
    writeFileSync(join(folder, 'object.json.gz'), readFileSync(object));
    execFileSync('bash', ['-euo', 'pipefail', '-c', blockOf(page, 'sh')], { cwd: folder });

    // Assess
    const rewritten = join(folder, 'rewritten.json.gz');
    expect(linesOf(rewritten)).toEqual(before.filter((line) => !isHers(line)));
    writeFileSync(object, readFileSync(rewritten));
    const sql = "SELECT count(*) AS rows FROM events WHERE actor_session_name = 'alice'";
    const { stdout } = await run(['query', '--lake', 'lake', '--json', sql], { folder });
    const others = objects
      .filter((one) => one !== object)
      .flatMap(linesOf)
      .filter(isHers);
    expect(JSON.parse(stdout)).toEqual({ rows: others.length });
  });

  test('of all lines of an object leaves none, and is no error', () => {
    writeFileSync(join(folder, 'ids.txt'), '"event_id":"a"\n');
    execFileSync('bash', [
      '-euc',
      `cd ${JSON.stringify(folder)} && echo '{"event_id":"a"}' | gzip > object.json.gz`,
    ]);
    execFileSync('bash', ['-euo', 'pipefail', '-c', blockOf(page, 'sh')], { cwd: folder });

    expect(gunzipSync(readFileSync(join(folder, 'rewritten.json.gz'))).toString()).toBe('');
  });
});
