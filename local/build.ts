import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BuildOptions, Metafile } from 'esbuild';
import type { BuildProperties, FunctionBuild } from './template/function-builds.ts';
import { functionBuilds } from './template/function-builds.ts';
import { readTemplate, TemplateError } from './template/read-template.ts';

/** A function, ready to run. */
export interface Bundle {
  /** The function's logical id in its template. */
  readonly logicalId: string;
  /** Absolute path of the module. Beside it lie those that it loads. */
  readonly file: string;
  /** The name that Lambda calls, which the module exports. */
  readonly handler: string;
  /** Every name that it exports. */
  readonly exports: readonly string[];
  /** Of all that a start loads: the module, and what it imports before it runs. */
  readonly bytes: number;
}

export interface BuildFolders {
  /** The project: holds template.yaml and what its entry points name. */
  readonly root?: string;
  /** Where the bundles go; `dist` in the project by default. */
  readonly outdir?: string;
}

const projectRoot = fileURLToPath(new URL('../', import.meta.url));
const foldersOf = ({ root = projectRoot, outdir = 'dist' }: BuildFolders) => ({
  root,
  outdir: resolve(root, outdir),
});

/**
 * How each of SAM's build properties is told to esbuild. SAM hands them to esbuild's command line
 * (`MainFields: a,b` is `--main-fields=a,b`); these are the same for its API.
 *
 * Source: AWS SAM Developer Guide, "Building Node.js Lambda functions with esbuild"; esbuild, "API".
 */
const optionsOf: Readonly<Record<string, (value: BuildProperties[string]) => BuildOptions>> = {
  Banner: (value) => ({ banner: record(value) }),
  EntryPoints: (value) => ({ entryPoints: list(value) }),
  External: (value) => ({ external: list(value) }),
  Footer: (value) => ({ footer: record(value) }),
  Format: (value) => ({ format: value as NonNullable<BuildOptions['format']> }),
  KeepNames: (value) => ({ keepNames: flag(value) }),
  Loader: (value) => ({ loader: record(value) as NonNullable<BuildOptions['loader']> }),
  MainFields: (value) => ({ mainFields: list(value) }),
  Minify: (value) => ({ minify: flag(value) }),
  OutExtension: (value) => ({ outExtension: record(value) }),
  Sourcemap: (value) => ({ sourcemap: flag(value) }),
  SourcesContent: (value) => ({ sourcesContent: flag(value) }),
  Splitting: (value) => ({ splitting: flag(value) }),
  Target: (value) => ({ target: list(value) }),
  TreeShaking: (value) => ({ treeShaking: flag(value) }),
  // About npm, not about esbuild.
  UseNpmCi: () => ({}),
};

const list = (value: BuildProperties[string]): string[] =>
  typeof value === 'string' ? value.split(',') : [value].flat().map(String);
const flag = (value: BuildProperties[string]): boolean => String(value) === 'true';
/** `[.js=.mjs]` → `{ '.js': '.mjs' }`. */
const record = (value: BuildProperties[string]): Record<string, string> =>
  Object.fromEntries(
    [value].flat().map((entry) => {
      const text = String(entry);
      const equals = text.indexOf('=');
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );

/**
 * esbuild's options for a function, with what SAM sets by itself.
 * @throws TemplateError for a property that this build would not pass on as SAM does
 */
export function esbuildOptions({ logicalId, properties }: FunctionBuild): BuildOptions {
  const options: BuildOptions = {
    bundle: true,
    platform: 'node',
    target: 'es2020',
    format: 'cjs',
    minify: true,
  };
  for (const [name, value] of Object.entries(properties)) {
    const optionOf = optionsOf[name];
    if (!optionOf) {
      throw new TemplateError(
        `Resources.${logicalId}.Metadata.BuildProperties.${name}: local/build.ts does not know this yet`,
      );
    }
    Object.assign(options, optionOf(value));
  }
  return options;
}

/**
 * Bundles every function of the templates by the settings that stand there, so that `sam build`
 * makes the same files, byte for byte (source maps aside, whose paths are relative).
 * @throws Error with esbuild's messages where a source does not build
 */
export async function build(folders: BuildFolders = {}): Promise<Bundle[]> {
  const { root, outdir } = foldersOf(folders);
  const built: Built[] = [];
  for (const functionBuild of buildsOf(root)) {
    built.push(await buildFunction(functionBuild, { root, outdir }));
  }
  const bundles = built.map(({ bundle }) => bundle);
  const sources = built.flatMap(({ inputs }) => inputs).filter((file) => !isDependency(file));
  const outputs = Object.assign({}, ...built.map((one) => one.outputs));
  await removeStale(outdir, outputs);
  const stamp: Stamp = {
    settings: await settingsOf(root),
    sources: await hashesOf(root, sources),
    outputs,
    bundles: bundles.map((bundle) => ({ ...bundle, file: relative(outdir, bundle.file) })),
  };
  await replaceFile(join(outdir, stampFile), `${JSON.stringify(stamp, null, 1)}\n`);
  return bundles;
}

interface Built {
  readonly bundle: Bundle;
  /** The sources that it was made of, relative to the project. */
  readonly inputs: readonly string[];
  readonly outputs: Outputs;
}

/** Sizes of all files that a build makes, by their paths in its folder. */
type Outputs = Readonly<Record<string, number>>;

/** Templates with functions; a project need not have the optional stacks. */
const templates = ['template.yaml', 'history.yaml'];

const buildsOf = (root: string) =>
  templates
    .map((template) => join(root, template))
    .filter((file) => existsSync(file))
    .flatMap((file) => functionBuilds(readTemplate(pathToFileURL(file))));

async function buildFunction(
  functionBuild: FunctionBuild,
  { root, outdir }: Required<BuildFolders>,
): Promise<Built> {
  // Loaded here, because who only looks whether a build is needed does not need it.
  const esbuild = await import('esbuild');
  const { logicalId, handler } = functionBuild;
  const { metafile, outputFiles } = await esbuild.build({
    ...esbuildOptions(functionBuild),
    absWorkingDir: root,
    outdir,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const [path, output] = outputOf(metafile, handler.file);
  const file = resolve(root, path);
  // The module last: whoever loads it finds all that it imports.
  const isModule = (output: { readonly path: string }) => Number(output.path === file);
  for (const { path, contents } of outputFiles.toSorted((a, b) => isModule(a) - isModule(b))) {
    await replaceFile(path, contents);
  }
  return {
    bundle: {
      logicalId,
      file,
      handler: handler.export,
      exports: output.exports,
      bytes: startBytes(metafile, path),
    },
    inputs: Object.keys(metafile.inputs),
    outputs: Object.fromEntries(
      outputFiles.map(({ path, contents }) => [relative(outdir, path), contents.length]),
    ),
  };
}

function outputOf({ outputs }: Metafile, entryPoint: string) {
  const found = Object.entries(outputs).find(([, output]) => output.entryPoint === entryPoint);
  if (!found) throw new Error(`esbuild made nothing of ${entryPoint}`);
  return found;
}

function startBytes({ outputs }: Metafile, path: string): number {
  const loaded = new Set([path]);
  for (const file of loaded) {
    for (const { kind, path: imported } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && imported in outputs) loaded.add(imported);
    }
  }
  return [...loaded].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
}

/** The names of split files tell their contents: what a change leaves behind is of no use. */
async function removeStale(outdir: string, outputs: Outputs): Promise<void> {
  const former = (await readStamp(outdir))?.outputs ?? {};
  const stale = Object.keys(former).filter((file) => !(file in outputs));
  await Promise.all(stale.map((file) => rm(join(outdir, file), { force: true })));
}

/** esbuild's error about the sources, its message a line each. */
export const isBuildFailure = (error: unknown): error is Error =>
  Error.isError(error) && 'errors' in error && 'warnings' in error;

/** In one step, so that nobody who reads it at the same time sees half of it. */
async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(temporary, contents);
  await rename(temporary, file);
}

/** What a build was made of, kept beside its bundles. */
interface Stamp {
  readonly settings: string;
  /** Content hash of each source. */
  readonly sources: Readonly<Record<string, string>>;
  readonly outputs: Outputs;
  readonly bundles: readonly Bundle[];
}

const stampFile = '.build.json';

/**
 * The bundles, built only if a source, a setting or a dependency has changed since the last build.
 * Contents decide, not times: a fresh checkout of the same sources is no change.
 * @param onBuild called before a build, for those who want to say so
 * @throws Error with esbuild's messages where a source does not build
 */
export async function buildIfNeeded({
  onBuild,
  ...given
}: BuildFolders & { onBuild?: () => void } = {}): Promise<Bundle[]> {
  const folders = foldersOf(given);
  const settings = await settingsOf(folders.root);
  const stamp = await readStamp(folders.outdir);
  if (stamp && ((await isShipped(stamp, folders)) || (await isCurrent(stamp, settings, folders)))) {
    return stamp.bundles.map((bundle) => ({ ...bundle, file: join(folders.outdir, bundle.file) }));
  }

  onBuild?.();
  return build(folders);
}

async function readStamp(outdir: string): Promise<Stamp | undefined> {
  const text = await textOf(join(outdir, stampFile));
  try {
    return JSON.parse(text) as Stamp;
  } catch {
    // None, or cut: then build.
    return undefined;
  }
}

/** A package has what was built for it, and no sources. */
async function isShipped({ sources }: Stamp, { root }: Required<BuildFolders>): Promise<boolean> {
  const found = await Promise.all(
    Object.keys(sources).map((file) =>
      stat(join(root, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return !found.includes(true);
}

async function isCurrent(
  { settings, sources, outputs }: Stamp,
  current: string,
  { root, outdir }: Required<BuildFolders>,
): Promise<boolean> {
  if (settings !== current) return false;
  const hashes = await hashesOf(root, Object.keys(sources));
  if (Object.entries(sources).some(([file, hash]) => hashes[file] !== hash)) return false;
  const isThere = await Promise.all(
    Object.entries(outputs).map(([file, bytes]) =>
      stat(join(outdir, file)).then(
        ({ size }) => size === bytes,
        () => false,
      ),
    ),
  );
  return isThere.every(Boolean);
}

/** Installed packages are known by npm's own list of them, which is thousands of files less to read. */
const isDependency = (file: string) => /(?:^|\/)node_modules\//.test(file);

async function settingsOf(root: string): Promise<string> {
  const files = ['package.json', 'tsconfig.json', 'node_modules/.package-lock.json'];
  const texts = await Promise.all(files.map((file) => textOf(join(root, file))));
  return hashOf(JSON.stringify([buildsOf(root), ...texts]));
}

async function hashesOf(root: string, files: readonly string[]) {
  const hashed = await Promise.all(
    files.map(async (file) => [file, hashOf(await textOf(join(root, file)))] as const),
  );
  return Object.fromEntries(hashed);
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Empty where there is no such file. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
