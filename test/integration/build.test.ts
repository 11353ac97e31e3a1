import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { build, buildIfNeeded, esbuildOptions } from '../../local/build.ts';
import { functionBuilds } from '../../local/template/function-builds.ts';
import { readTemplate } from '../../local/template/read-template.ts';

const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
const realBuilds = ['template.yaml', 'history.yaml'].flatMap((file) =>
  functionBuilds(readTemplate(new URL(`../../${file}`, import.meta.url))),
);
const [realBuild] = realBuilds;

const template = (properties = '') => `
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties: { Handler: handlers/main.run }
    Metadata:
      BuildMethod: esbuild
      BuildProperties:
        EntryPoints: [handlers/main.ts]
        Format: esm
        OutExtension: [.js=.mjs]
        Sourcemap: true
${properties}`;

const splitFiles = () =>
  readdirSync(join(root, 'dist')).filter((file) => /\.mjs$/.test(file) && file !== 'main.mjs');

/** A project of two sources. */
let root: string;
const write = (file: string, text: string) => writeFileSync(join(root, file), text);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'eventlake-build-'));
  mkdirSync(join(root, 'handlers'));
  write('template.yaml', template());
  write(
    'handlers/main.ts',
    "import { word } from './word.ts';\nexport const run = (): string => word;\n",
  );
  write('handlers/word.ts', "export const word: string = 'first';\n");
});
afterEach(() => rmSync(root, { recursive: true }));

describe('build', () => {
  test('makes one module of a function, with a source map', async () => {
    const bundles = await build({ root });

    const file = join(root, 'dist/main.mjs');
    const text = readFileSync(file, 'utf8');
    expect(bundles).toEqual([
      { logicalId: 'Function', file, handler: 'run', exports: ['run'], bytes: text.length },
    ]);
    expect(text).toMatch(/first.*\/\/# sourceMappingURL=main\.mjs\.map\n$/s);
    expect(JSON.parse(readFileSync(`${file}.map`, 'utf8')).sources).toEqual([
      '../handlers/word.ts',
      '../handlers/main.ts',
    ]);
  });

  test('names file and line of a source that does not build', async () => {
    write('handlers/word.ts', 'export const = 1;\n');

    await expect(build({ root })).rejects.toThrow(/handlers\/word\.ts:1:13: ERROR/);
  });

  test('refuses a build property that it would not pass on as SAM does', async () => {
    write('template.yaml', template('        Charset: utf8\n'));

    await expect(build({ root })).rejects.toThrow(
      'Resources.Function.Metadata.BuildProperties.Charset: local/build.ts does not know this yet',
    );
  });

  test('tells esbuild what the template says, and what SAM adds to it', () => {
    expect(realBuild && esbuildOptions(realBuild)).toEqual({
      bundle: true,
      platform: 'node',
      entryPoints: ['handlers/transform.ts'],
      format: 'esm',
      outExtension: { '.js': '.mjs' },
      mainFields: ['module', 'main'],
      target: ['node24'],
      minify: true,
      sourcemap: true,
      sourcesContent: false,
      splitting: true,
    });
  });

  test('takes lists of pairs, flags and lists in every spelling that SAM passes on', () => {
    const properties = {
      EntryPoints: ['a.ts'],
      Banner: ['js=// a=b'],
      External: ['./node_modules/*', 'x'],
      Footer: ['js=// end'],
      KeepNames: true,
      Loader: ['.txt=text', '.bin=binary'],
      Minify: false,
      TreeShaking: 'false',
      UseNpmCi: true,
    };
    const handler = { file: 'a.ts', export: 'run' };

    expect(esbuildOptions({ logicalId: 'F', bundle: 'a.js', handler, properties })).toEqual({
      bundle: true,
      platform: 'node',
      // What SAM sets where the template is silent.
      target: 'es2020',
      format: 'cjs',
      minify: false,
      entryPoints: ['a.ts'],
      banner: { js: '// a=b' },
      external: ['./node_modules/*', 'x'],
      footer: { js: '// end' },
      keepNames: true,
      loader: { '.txt': 'text', '.bin': 'binary' },
      treeShaking: false,
    });
  });

  test("makes the same bundle as esbuild's command line with the arguments that SAM calls it with", async () => {
    // Prepare: aws-lambda-builders writes `--key`, `--key=text`, `--key:item`.
    const outdir = join(root, 'sam');
    const esbuild = join(projectRoot, 'node_modules/.bin/esbuild');

    // Act
    for (const { properties } of realBuilds) {
      const { EntryPoints = [], ...others } = properties;
      const flags = Object.entries(others).flatMap(([name, value]) => {
        const flag = `--${name.replaceAll(/(?<=.)([A-Z])/g, '-$1').toLowerCase()}`;
        if (typeof value === 'boolean') return value ? [flag] : [];
        return typeof value === 'string'
          ? [`${flag}=${value}`]
          : (value ?? []).map((item) => `${flag}:${item}`);
      });
      const args = [...EntryPoints, '--bundle', '--platform=node', `--outdir=${outdir}`, ...flags];
      execFileSync(esbuild, [...args, '--log-level=error'], { cwd: projectRoot });
    }
    const bundles = await build({ outdir: join(root, 'ours') });

    // Assess
    const modulesIn = (folder: string) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.mjs'))
        .map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
    expect(bundles.map(({ file }) => file)).toEqual(
      realBuilds.map(({ bundle }) => join(root, 'ours', bundle)),
    );
    expect(modulesIn(join(root, 'ours'))).toEqual(modulesIn(outdir));
  });

  test('puts what is loaded later into files of their own, which a start does not count', async () => {
    // Prepare
    write('template.yaml', template('        Splitting: true\n'));
    write('handlers/main.ts', "export const run = () => import('./word.ts');\n");
    await build({ root });
    const before = splitFiles();
    write('handlers/word.ts', "export const word: string = 'second';\n");

    // Act
    const [bundle] = await build({ root });

    // Assess: the files of the build before are gone.
    const after = splitFiles();
    expect(before).toEqual([expect.stringMatching(/^word-\w+\.mjs$/)]);
    expect(after).toEqual([expect.stringMatching(/^word-\w+\.mjs$/)]);
    expect(after).not.toEqual(before);
    expect(bundle?.bytes).toBe(readFileSync(bundle?.file ?? '').length);
    expect(readFileSync(bundle?.file ?? '', 'utf8')).not.toContain('second');
  });
});

describe('buildIfNeeded', () => {
  /** Builds if needed; says whether it was. */
  async function isBuilt(): Promise<boolean> {
    let built = false;
    await buildIfNeeded({
      root,
      onBuild: () => {
        built = true;
      },
    });
    return built;
  }

  test('builds once, and gives the same bundles without building', async () => {
    const first = await buildIfNeeded({ root });
    const second = await buildIfNeeded({ root });

    expect(second).toEqual(first);
    expect(await isBuilt()).toBe(false);
  });

  test('takes the result of a build that somebody asked for', async () => {
    await build({ root });

    expect(await isBuilt()).toBe(false);
  });

  test.each<[string, () => void]>([
    [
      'a source that it imports',
      () => write('handlers/word.ts', "export const word: string = 'second';\n"),
    ],
    ['a build property', () => write('template.yaml', template('        Minify: false\n'))],
    [
      'an installed package',
      () => {
        mkdirSync(join(root, 'node_modules'));
        write(
          'node_modules/.package-lock.json',
          '{"packages":{"node_modules/a":{"version":"2.0.0"}}}',
        );
      },
    ],
    ['the bundle itself, cut short', () => write('dist/main.mjs', '')],
    ['the bundle itself, taken away', () => rmSync(join(root, 'dist/main.mjs'))],
    ['its own note, damaged', () => write('dist/.build.json', '{')],
  ])('builds again after a change of %s', async (_, change) => {
    await buildIfNeeded({ root });

    change();

    expect(await isBuilt()).toBe(true);
    expect(await isBuilt()).toBe(false);
  });

  test('does not build again after a mere touch, nor for a file that is not in the bundle', async () => {
    await buildIfNeeded({ root });

    utimesSync(join(root, 'handlers/word.ts'), new Date(), new Date());
    write('handlers/other.ts', 'export {};\n');

    expect(await isBuilt()).toBe(false);
  });

  test('gives the bundles where they are now, also after the folder has moved', async () => {
    await buildIfNeeded({ root });
    const elsewhere = `${root}-moved`;
    symlinkSync(root, elsewhere);

    const bundles = await buildIfNeeded({ root: elsewhere });

    rmSync(elsewhere);
    expect(bundles.map(({ file }) => file)).toEqual([join(elsewhere, 'dist/main.mjs')]);
  });
});
