import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createFolder, run } from '../support/command-fixture.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const { folder, remove } = createFolder();
afterAll(remove);
cpSync(join(project, 'lake.yaml'), join(folder, 'lake.yaml'));

const template = readFileSync(join(project, 'template.yaml'), 'utf8');

/** A template of its own, with a text replaced. */
function broken(name: string, from: string | RegExp, to: string): string {
  const changed = template.replace(from, to);
  expect(changed).not.toBe(template);
  writeFileSync(join(folder, name), changed);
  return name;
}

describe('check', () => {
  test.each([[], ['--parameter', 'OutputFormat=parquet'], [join(project, 'member.yaml')]])(
    'has nothing to say to our own templates: %s %s',
    async (...args) => {
      const { status, stdout, stderr } = await run(['check', ...args.filter(Boolean)]);

      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(/yaml: nothing to mend\n$/);
    },
  );

  test('says where a template is wrong, what the service says, and the cure', async () => {
    const file = broken('small.yaml', /SizeInMBs: (64|128)/, 'SizeInMBs: 5');

    const { status, stdout } = await run(['check', file], { folder });

    expect(status).toBe(1);
    expect(stdout).toContain('BufferingHints.SizeInMBs must be at least 64');
    expect(stdout).toContain('Set 64 or more');
    expect(stdout).toContain('small.yaml: ');
  });

  test('gives each finding as JSON', async () => {
    const file = broken('errors.yaml', /ErrorOutputPrefix: .*/, 'ErrorOutputPrefix: oops/');

    const { status, stdout } = await run(['check', '--json', file], { folder });

    expect(status).toBe(1);
    const [first] = stdout.trimEnd().split('\n');
    expect(JSON.parse(first ?? '')).toEqual({
      path: expect.stringMatching(/ErrorOutputPrefix$/),
      message: expect.any(String),
      cure: expect.any(String),
    });
  });

  test('looks for circles in a template without a stream', async () => {
    const text = `Resources:
  A: { Type: AWS::SNS::Topic, DependsOn: B }
  B: { Type: AWS::SQS::Queue, Properties: { QueueName: !GetAtt A.TopicName } }
`;
    writeFileSync(join(folder, 'circle.yaml'), text);

    const { status, stdout } = await run(['check', 'circle.yaml'], { folder });

    expect(status).toBe(1);
    expect(stdout).toContain('Circular dependency between resources');
  });

  test.each([
    ['missing.yaml', undefined, 'Cannot read missing.yaml: there is no such file.\n'],
    ['yaml.yaml', 'a: [', /^yaml\.yaml: /],
    ['empty.yaml', '{}', 'empty.yaml: no Resources.\n'],
  ])('says in a sentence that it cannot read %s', async (file, text, message) => {
    if (text !== undefined) writeFileSync(join(folder, file), text);

    const { status, stderr } = await run(['check', file], { folder });

    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('bug');
  });
});
