import { globSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle, type Plugin } from 'esbuild';
import { build } from '../local/build.ts';
import { buildPage } from '../view/build.ts';
import { argumentsOf } from './arguments.ts';

const usage = `Usage: node scripts/package.ts

Makes what the package of the command line has instead of sources: bundle/ (JavaScript, since Node strips no
types below node_modules) and dist/ (the functions, and what pages are made of). \`npm pack\` runs it.
`;

const root = fileURLToPath(new URL('../', import.meta.url));
const outdir = join(root, 'bundle');

/** What is started: the command, and what runs the function in a worker. */
const entryPoints = ['local/cli.ts', 'local/firehose/worker-host.ts'];

/** Files beside its code that a source names: what the package has to hold at the same places. */
const named = new Set<string>();

/**
 * Lets each source find files as if it still lay where it does: from the bundle, the way there is another.
 * A module that is started by its name is an entry of the bundle.
 */
const placesOfSources: Plugin = {
  name: 'places of sources',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.includes(`${sep}node_modules${sep}`)) return undefined;
      const text = await readFile(path, 'utf8');
      const contents = text.replace(
        /new URL\('([^']+)',\s*import\.meta\.url\)/g,
        (_, target: string) => {
          const file = resolve(dirname(path), target);
          const isModule = file.endsWith('.ts');
          if (!isModule) named.add(relative(root, file));
          const from = isModule
            ? `./${basename(file, '.ts')}.js`
            : relative(outdir, file) + (target.endsWith('/') ? '/' : '');
          return `new URL('${from}', import.meta.url)`;
        },
      );
      return { contents, loader: 'ts' };
    });
  },
};

argumentsOf(usage, { options: {} });
await rm(outdir, { recursive: true, force: true });
await bundle({
  entryPoints: entryPoints.map((file) => ({ in: join(root, file), out: basename(file, '.ts') })),
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  packages: 'external',
  logLevel: 'warning',
  plugins: [placesOfSources],
});
await build();
await buildPage();

const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// npm packs the first by itself.
const packed = ['package.json', ...globSync(files as string[], { cwd: root })];
const missing = [...named].filter(
  (place) => place !== '' && !packed.some((file) => `${file}/`.startsWith(`${place}/`)),
);
if (missing.length > 0) {
  console.error(`"files" of package.json lacks what the command reads: ${missing.join(', ')}`);
  process.exitCode = 1;
}
