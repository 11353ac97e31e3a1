import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { preparedProject } from './fixture.ts';
import { runTyped } from './project.ts';

const project = preparedProject();

const templates = readdirSync(project.folder)
  .filter((name) => name.endsWith('.yaml'))
  .filter((name) =>
    readFileSync(join(project.folder, name), 'utf8').includes('AWSTemplateFormatVersion'),
  );

describe('The templates', () => {
  test('are those that the project is deployed by', () => {
    expect(templates).toEqual(expect.arrayContaining(['lake.yaml', 'template.yaml']));
  });

  test.each(templates)('%s passes sam validate --lint', async (template) => {
    const args = ['validate', '--lint', '--template-file', template, '--region', 'eu-west-1'];
    const { status, stdout, stderr } = await runTyped(project, 'sam', args);

    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.any(String) });
    expect(stdout).toContain(`${template} is a valid SAM Template`);
  });

  test('pass cfn-lint, warnings included', async () => {
    const { status, stdout, stderr } = await runTyped(project, 'cfn-lint', [
      '--regions',
      'eu-west-1',
      '--',
      ...templates,
    ]);

    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});
