import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { preparedProject } from './fixture.ts';
import { bundleName, ownBuildOf, runTyped, samBuildOf } from './project.ts';

const project = preparedProject();
const [ours, sams] = [ownBuildOf(project), samBuildOf(project)];

/** The name's hash covers the paths in the file's source map, and SAM builds in a folder of its own. */
const withoutHashes = (text: string) => text.replace(/-[0-9A-Z]{8}(?=\.mjs)/g, '');

/**
 * The names of the modules that the function is made of: the bundle, and what it imports.
 * `npm run build` lays the other bundles and the page down beside them.
 */
function moduleNamesIn(folder: string): Set<string> {
  const names = new Set([bundleName]);
  // A set gives what is added to it on the way, too.
  for (const name of names) {
    for (const [, imported] of textOf(join(folder, name)).matchAll(/"\.\/([^"/]+\.mjs)"/g)) {
      names.add(imported as string);
    }
  }
  return names;
}

/** The function's modules, with what is in them. */
const modulesIn = (folder: string) =>
  [...moduleNamesIn(folder)]
    .map((name) => `${withoutHashes(name)} ${digestOf(withoutHashes(textOf(join(folder, name))))}`)
    .sort();

/** All modules that a folder holds, also those that a bundler lays down and nothing imports. */
const allModuleNamesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .map(withoutHashes);

/** What the source maps name, by the paths in the project. */
const sourcesIn = (folder: string) =>
  [...moduleNamesIn(folder)]
    .flatMap((name): string[] => JSON.parse(textOf(join(folder, `${name}.map`))).sources)
    .map((path) => path.replace(/^.*?(?=(?:node_modules|src|handlers)\/)/, ''))
    .sort();

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
const textOf = (file: string) => readFileSync(file, 'utf8');

describe('sam build, typed bare in a fresh copy, before anything is installed there', () => {
  test('makes the modules of npm run build, byte for byte, and nothing else', () => {
    expect(modulesIn(sams)).toEqual(modulesIn(ours));
    expect(allModuleNamesIn(ours)).toEqual(expect.arrayContaining(allModuleNamesIn(sams)));
  });

  test('makes them of the same sources', () => {
    expect(sourcesIn(sams)).toEqual(sourcesIn(ours));
    expect(sourcesIn(sams)).toContain('handlers/transform.ts');
  });

  test('lays down the resources of lake.yaml as they are, which test:athena gives to Trino', () => {
    const resourcesIn = (file: string) => parse(textOf(join(project.folder, file))).Resources;

    expect(resourcesIn('.aws-sam/build/Lake/template.yaml')).toEqual(resourcesIn('lake.yaml'));
    expect(resourcesIn('lake.yaml')).toHaveProperty('EventsView');
  });

  test('makes the same again from its cache', async () => {
    const { status, stderr } = await runTyped(project, 'sam', ['build']);

    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.not.stringContaining('NpmInstall'),
    });
    expect(modulesIn(sams)).toEqual(modulesIn(ours));
  });
});

describe('sam deploy, typed bare', () => {
  test('says that there is no Region, to somebody who has set none', async () => {
    const { status, stderr } = await runTyped(project, 'sam', ['deploy']);

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('Unable to resolve a region'),
    });
  });

  test('says that there are no credentials, to somebody who has none', async () => {
    const { status, stderr } = await runTyped(project, 'sam', ['deploy', '--region', 'eu-west-1']);

    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining('Unable to locate credentials'),
    });
  });
});
