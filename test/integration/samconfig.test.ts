import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadStack } from '../../local/template/load-stack.ts';
import { resourcesOf } from '../support/policies.ts';

type Settings = Record<string, string | boolean>;

/** The tables of samconfig.toml, in which each value is a text or a boolean on its line. */
function readTables(text: string): Readonly<Record<string, Settings>> {
  const tables: Record<string, Settings> = {};
  let table: Settings = {};
  for (const line of text.split('\n')) {
    const [, name] = /^\[(.+)\.parameters\]$/.exec(line) ?? [];
    const [, key, value = ''] = /^(\w+) = (.+)$/.exec(line) ?? [];
    if (name !== undefined) tables[name] = table = {};
    if (key !== undefined) table[key] = JSON.parse(value);
  }
  return tables;
}

const tables = readTables(readFileSync(new URL('../../samconfig.toml', import.meta.url), 'utf8'));

describe('`sam build && sam deploy`, typed bare', () => {
  test('has an answer to every question', () => {
    expect(tables).toMatchObject({
      'default.global': { stack_name: 'eventlake' },
      'default.build': { cached: true },
      'default.deploy': {
        resolve_s3: true,
        capabilities: 'CAPABILITY_IAM CAPABILITY_AUTO_EXPAND',
      },
    });
    // Without a value for any parameter.
    expect(() => loadStack()).not.toThrow();
  });

  test('needs no further capability: IAM names the roles', () => {
    const roles = resourcesOf(loadStack(), 'AWS::IAM::Role');

    for (const [, { Properties }] of roles) expect(Properties).not.toHaveProperty('RoleName');
  });

  test('holds on any machine, for any account and Region', () => {
    const names = Object.entries(tables)
      .filter(([table]) => table.startsWith('default.'))
      .flatMap(([, settings]) => Object.keys(settings));

    expect(names.toSorted()).toEqual([
      'cached',
      'capabilities',
      'fail_on_empty_changeset',
      'lint',
      'resolve_s3',
      's3_prefix',
      'stack_name',
    ]);
  });
});

describe('A page that changes a stack', () => {
  const project = new URL('../../', import.meta.url);
  const pages = ['README.md', ...globSync('docs/*.md', { cwd: fileURLToPath(project) })];

  test.each(pages)('does so by samconfig.toml, which the next deployment goes by: %s', (page) => {
    const text = readFileSync(new URL(page, project), 'utf8');

    // It changes the stack and not the file. `aws cloudformation deploy` has no such file.
    expect(text).not.toMatch(/sam deploy[^`\n]*--parameter-overrides/);
  });

  test('says how, with a line that holds', () => {
    const text = readFileSync(new URL('docs/upgrades.md', project), 'utf8');
    const [, overrides = ''] = /^ *parameter_overrides = "(.*)"$/m.exec(text) ?? [];
    const parameters = Object.fromEntries(overrides.split(' ').map((one) => one.split('=')));

    expect(Object.keys(parameters)).toEqual(['OutputFormat', 'AlsoRead']);
    expect(() => loadStack({ parameters })).not.toThrow();
  });
});

describe('The environment ci', () => {
  test('holds what a machine without an image registry needs', () => {
    const onThisMachine = {
      skip_pull_image: true,
      region: 'eu-west-1',
      parameter_overrides: 'Architecture=x86_64',
      add_host: 'host.docker.internal:host-gateway',
    };

    expect(tables).toMatchObject({
      'ci.build': { cached: true },
      'ci.validate': { lint: true },
      'ci.local_invoke': onThisMachine,
      'ci.local_start_lambda': { ...onThisMachine, warm_containers: 'EAGER' },
    });
    expect(() => loadStack({ parameters: { Architecture: 'x86_64' } })).not.toThrow();
  });

  test('deploys nothing', () => {
    expect(Object.keys(tables)).not.toContain('ci.deploy');
  });
});
