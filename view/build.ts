import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageAsset } from './page-file.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** Where `npm run build` puts what the page is made of, beside the function's bundle. */
export const assetFile = join(root, 'dist', 'view', 'page.json');

interface StampedAsset extends PageAsset {
  /** Of the sources that it was made of. */
  readonly stamp: string;
}

/**
 * The script and the style of the page, bundled only if a source or a dependency has changed.
 * @throws Error with esbuild's messages where a source does not build
 */
export async function pageAsset(): Promise<PageAsset> {
  const known = await readAsset();
  const isShipped = (await sourcesOf()).length === 0;
  // A package has what was built for it, and no sources.
  if (known && (isShipped || known.stamp === (await stampOf()))) return known;
  return buildPage();
}

/** Bundles view/page/ into one script, and its style. */
export async function buildPage(): Promise<PageAsset> {
  const stamp = await stampOf();
  // Loaded here: who has a bundle does not need it.
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['view/page/main.ts', 'view/page/page.css'],
    outdir: dirname(assetFile),
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    // Licences ask to be kept: once each, at the end.
    legalComments: 'eof',
    // In a script of a page, nothing may read as the script's end. esbuild escapes it in texts.
    supported: { 'inline-script': true },
    tsconfig: 'view/page/tsconfig.json',
    logLevel: 'silent',
  });
  const textOf = (extension: string) =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text.trimEnd() ?? '';
  const asset: StampedAsset = { script: textOf('.js'), style: textOf('.css'), stamp };
  await mkdir(dirname(assetFile), { recursive: true });
  const temporary = `${assetFile}.${process.pid}.tmp`;
  await writeFile(temporary, JSON.stringify(asset));
  await rename(temporary, assetFile);
  return asset;
}

async function readAsset(): Promise<StampedAsset | undefined> {
  try {
    return JSON.parse(await readFile(assetFile, 'utf8')) as StampedAsset;
  } catch {
    // None, or cut: then it is built.
    return undefined;
  }
}

/** Packages are known by npm's own list of them, which is thousands of files less to read. */
async function stampOf(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [...(await sourcesOf()), join('node_modules', '.package-lock.json')]) {
    const text = await readFile(join(root, file), 'utf8').catch(() => '');
    hash.update(`${file}\0${text.length}\0${text}`);
  }
  return hash.digest('hex');
}

async function sourcesOf(): Promise<string[]> {
  const files = await readdir(join(root, 'view'), { recursive: true });
  return files
    .filter((file) => /\.(?:ts|css|json)$/.test(file))
    .sort()
    .map((file) => join('view', file));
}
